/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a render process that its guest has taken over can still do: use its memory, its threads,
 *its open descriptors and, on a hardware driver, the GPU's ioctls. No files, no sockets, no
 *programs, no other processes.
 *
 *	sandbox_begin          before any thread: files of the system may be read, nothing else
 *	sandbox_forget_files   in each thread of ours, once its libraries are loaded: no files at
 *all sandbox_finish         the system call filter, for every thread there is
 *
 * landlock(7), seccomp(2), prctl(2).
 */
#ifndef ORIEL_SANDBOX_H
#define ORIEL_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

/* 0, or negative errno when even no_new_privs cannot be had. A kernel without Landlock is no error. */
int sandbox_begin(void);

/* The calling thread can open nothing from now on, as far as the kernel has Landlock. */
void sandbox_forget_files(void);

/*
 * Also forgets files in the calling thread. `hardware`: the GPU driver's ioctls stay possible. Says
 * in ret_text what holds, for people. 0, or negative errno when there is no filter.
 */
int sandbox_finish(bool hardware, char *ret_text, size_t size);

#endif
