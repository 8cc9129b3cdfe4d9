/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A control group (cgroups(7), version 2) for each session, in the subtree that systemd has given
 * to orield (Delegate=, systemd.resource-control(5)). Where there is none nothing is bounded here:
 * descriptors are -1 then, which every function takes for nothing to do.
 *
 *	BASE            orield's own, as its service was given it
 *	BASE/orield     orield itself: a group with groups below has no processes
 *	BASE/NAME.vm    a session's processes; no session is called so that it could be another's
 */
#ifndef ORIEL_CGROUP_H
#define ORIEL_CGROUP_H

#include <stddef.h>
#include <stdint.h>

/*
 * Opens the base: `path` is absolute, or auto for orield's own if it was delegated, or none. Moves
 * orield into its group. Its descriptor, or -1 with why not in ret_reason.
 */
int cgroup_open(const char *path, char *ret_reason, size_t size);
/* A session's group below the base, made if need be. Its descriptor, or negative errno. */
int cgroup_create(int base, const char *session);
/* Its processes are gone: so is it. Takes fd. */
void cgroup_remove(int base, int fd, const char *session);

/* Writes a file of a group, as in "memory.max". 0 or negative errno. */
int cgroup_write(int fd, const char *file, uint64_t value);
/* Reads the number of a file, or the one behind `key` in a file of lines. 0 when there is none. */
uint64_t cgroup_read(int fd, const char *file, const char *key);
/* Where a child writes "0" to move itself into the group; a descriptor, or -1. */
int cgroup_open_procs(int fd);

#endif
