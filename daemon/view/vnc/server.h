/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all viewers of a session have in common: limits, the password, and what they report to. */
#ifndef ORIEL_VNC_SERVER_H
#define ORIEL_VNC_SERVER_H

#include <stdbool.h>
#include <uv.h>

#include "ipc_messages.h"
#include "list.h"
#include "log.h"
#include "vnc/auth.h"

struct viewer;

struct vnc_ops {
	/* A key or the pointer, in the display's pixels; there is room for it. */
	void (*input)(void *data, struct viewer *viewer, const struct ipc_event *event);
	/* False: viewers of this display must wait with input. */
	bool (*input_room)(void *data, uint32_t display);
	/* It came, got ready, or is gone: `reason` is then not NULL, and the viewer is freed afterwards. */
	void (*changed)(void *data, struct viewer *viewer, const char *reason);
};

struct vnc_server {
	uv_loop_t *loop;
	const struct vnc_ops *ops;
	void *data;
	char name[IPC_NAME_MAX + 1];     /* the desktop's, as viewers show it */
	char password[IPC_NAME_MAX + 1]; /* empty: none */
	uint32_t viewers_max;            /* past authentication */
	uint64_t refused;                /* viewers who were too many */
	uint64_t interval_ns;            /* least time between two updates of a viewer */
	struct list viewers;             // viewer.link, oldest first
	uint32_t n_ready, n_fresh;       /* past authentication, and before */
	uint32_t last_id;
	size_t queued; /* bytes that wait in all queues */
	struct auth_limit auth;
	struct log_limit lines;
	int stand_in[2]; /* libvncserver gets duplicates of one end for sockets */
};

/* From the first message; the loop is borrowed. 0 or negative errno. */
int vnc_server_init(struct vnc_server *server, uv_loop_t *loop, const struct vnc_ops *ops,
	void *data, const struct ipc_view_start *start);
/* Limits of what comes from now on; viewers that are there stay. fps_max 0: the usual. */
void vnc_server_limit(struct vnc_server *server, uint32_t viewers_max, uint32_t fps_max);
/* NULL when there is none. */
struct viewer *vnc_server_find(struct vnc_server *server, uint32_t id);

#endif
