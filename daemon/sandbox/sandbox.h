/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process that its guest or its viewer has taken over can still do: use its memory, its
 * threads, its open descriptors and, in the profiles of hardware drivers, what those need of the
 * GPU's device nodes. No files, no sockets, no programs, no other processes.
 *
 *	sandbox_begin         before any thread: limits; the system's files can be read, no others
 *	sandbox_forget_files  in each thread of ours, when its libraries are loaded: no files at all
 *	sandbox_finish        the system call filter, for every thread there is
 *
 * landlock(7), seccomp(2), prctl(2), getrlimit(2).
 */
#ifndef ORIEL_SANDBOX_H
#define ORIEL_SANDBOX_H

#include <stddef.h>
#include <stdint.h>

enum sandbox_profile {
	SANDBOX_SOFTWARE,    /* a render process on a software driver */
	SANDBOX_RENDER_NODE, /* ... on a Mesa driver and its DRM render node */
	SANDBOX_NVIDIA,      /* ... on NVIDIA's driver and /dev/nvidia* */
	SANDBOX_VIEW,        /* a view process */
	SANDBOX_PROFILES,
};

#define SANDBOX_BIT(profile) (1u << (profile))
/* A render process that does not know its driver yet. */
#define SANDBOX_RENDER                                                      \
	(SANDBOX_BIT(SANDBOX_SOFTWARE) | SANDBOX_BIT(SANDBOX_RENDER_NODE) | \
		SANDBOX_BIT(SANDBOX_NVIDIA))

/* "software", "render-node", "nvidia" or "view". */
const char *sandbox_name(enum sandbox_profile profile);

/*
 * `profiles`: SANDBOX_BITs of those that may be chosen yet; they decide which files and device
 * nodes can be opened. 0, or negative errno when even no_new_privs cannot be had. A kernel without
 * Landlock is no error.
 */
int sandbox_begin(unsigned profiles);

/*
 * Bytes of memory that this process alone may have, from now on; 0: no limit here. No limit of
 * address space: drivers reserve far more than they use, and sanitizers so much that they get none.
 */
void sandbox_limit_memory(uint64_t bytes);

/*
 * The calling thread, and those that it makes, can open nothing from now on, as far as the kernel
 * has Landlock; in the profile of NVIDIA's driver nothing but its device nodes.
 */
void sandbox_forget_files(enum sandbox_profile profile);

/*
 * Also forgets files in the calling thread. Says in ret_text what holds, for people. 0, or negative
 * errno when there is no filter.
 */
int sandbox_finish(enum sandbox_profile profile, char *ret_text, size_t size);

#endif
