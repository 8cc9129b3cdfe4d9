/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole of orield: its loop, its configuration, its sessions, what it knows of the GPU. */
#ifndef ORIEL_HOST_H
#define ORIEL_HOST_H

#include "config.h"
#include "session.h"

struct api;
struct host_private;

struct host {
	uv_loop_t *loop;
	struct config config;
	struct list sessions; // session.link
	size_t n_sessions;
	struct ipc_render_gpu
		gpu; /* the probe's report; n_gpus 0: not yet, renderer empty: none can be used */
	char gpu_error[IPC_TEXT_MAX + 1]; /* why no GPU is known; empty: one is, or not yet */
	int64_t started;                  /* seconds since the epoch */
	struct api *api;
	bool stopping;
	struct host_private *private;
};

struct session *host_find_session(struct host *host, const char *name);

/*
 * Checks the specification (name, paths, address, password, duplicates of any of them, limits), binds its
 * sockets and starts its processes. NULL with ret_problem filled when it cannot be; nothing is left
 * then. A configured session whose sockets cannot be had is kept instead, failed, and tried again.
 */
struct session *host_create_session(
	struct host *host, const struct session_spec *spec, struct problem *ret_problem);

/*
 * Ends a session in order: guests and viewers are disconnected, sockets removed. `wait` is told
 * from the loop when its name is free again, two seconds later at most; who no longer waits takes
 * it out of its list. -1 with ret_problem when the session is configured.
 */
int host_delete_session(struct host *host, struct session *session, struct session_wait *wait,
	struct problem *ret_problem);

#endif
