/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/server.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "vnc/glue.h"
#include "vnc/viewer.h"

#define FPS_DEFAULT 60u
#define FPS_MAX     240u

void vnc_server_limit(struct vnc_server *server, uint32_t viewers_max, uint32_t fps_max)
{
	uint32_t fps = fps_max == 0 ? FPS_DEFAULT : fps_max;

	server->viewers_max = viewers_max < IPC_VIEWERS_MAX ? viewers_max : IPC_VIEWERS_MAX;
	server->interval_ns = UINT64_C(1000000000) / (fps < FPS_MAX ? fps : FPS_MAX);
}

int vnc_server_init(struct vnc_server *server, uv_loop_t *loop, const struct vnc_ops *ops,
	void *data, const struct ipc_view_start *start)
{
	*server = (struct vnc_server){ .loop = loop, .ops = ops, .data = data };
	list_init(&server->viewers);
	snprintf(server->name, sizeof(server->name), "%s", start->session);
	snprintf(server->password, sizeof(server->password), "%s", start->password);
	vnc_server_limit(server, start->viewers_max, start->fps_max);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, server->stand_in) < 0)
		return -errno;
	return glue_init();
}

struct viewer *vnc_server_find(struct vnc_server *server, uint32_t id)
{
	struct viewer *viewer;

	list_for_each(viewer, &server->viewers, link) {
		if (viewer->id == id && !viewer->dead)
			return viewer;
	}
	return NULL;
}
