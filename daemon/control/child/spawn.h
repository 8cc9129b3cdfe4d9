/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a program of Oriel's: who it runs as, what it inherits. */
#ifndef ORIEL_SPAWN_H
#define ORIEL_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

#define SPAWN_GROUPS_MAX 4u

/* Whom children run as. */
struct spawn_user {
	bool change; /* false: as orield itself */
	uid_t uid;
	gid_t gid;
	gid_t gpu_groups[SPAWN_GROUPS_MAX]; /* render and video, where there are such groups */
	size_t n_gpu_groups;
};

struct spawn_request {
	const char *directory, *program;
	const struct spawn_user *user;
	bool gpu;                   /* may open the GPU's device nodes */
	int log_fd;                 /* becomes 1 and 2 */
	int control_fd;             /* becomes 3 */
	const char *level;          /* word of its ORIEL_LOG */
	const struct rlimit *files; /* limit of open files that it gets */
	int cgroup_fd;              /* where it writes 0 to enter its cgroup; -1: none */
};

/* Looks the user up when this process is root. 0, or -ENOENT when there is none such. */
int spawn_find_user(const char *name, struct spawn_user *ret_user);

/* Forks and executes. 0, or negative errno: then nothing was started. A failed exec ends with status 127. */
int spawn(const struct spawn_request *request, pid_t *ret_pid, int *ret_pidfd);

#endif
