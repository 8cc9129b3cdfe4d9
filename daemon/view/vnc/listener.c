/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "display.h"
#include "vnc/viewer.h"

/* Connections taken before the loop turns to others. */
#define ACCEPT_BURST 16u

struct listener {
	uv_poll_t poll;
	int fd;
	struct vnc_server *server;
	const struct display *display;
};

/* Takes one; false when there is none. */
static bool listener_accept(struct listener *listener)
{
	union {
		struct sockaddr any;
		struct sockaddr_storage storage;
	} peer;

	socklen_t size = sizeof(peer);
	int fd;

	memset(&peer, 0, sizeof(peer));
	fd = accept4(listener->fd, &peer.any, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0) {
		if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
			log_limited(&listener->server->lines, LOG_LEVEL_WARNING,
				"cannot accept a viewer: %s", strerror(errno));
		return false;
	}
	viewer_create(listener->server, fd, &peer.any, listener->display->id,
		&listener->display->picture);
	return true;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct listener *listener = poll->data;

	(void)events;
	if (status < 0) {
		log_error("the listening socket of display %u has failed: %s",
			listener->display->id, uv_strerror(status));
		return;
	}
	for (unsigned i = 0; i < ACCEPT_BURST && listener_accept(listener); i++)
		;
}

int listener_open(struct vnc_server *server, int fd, const struct display *display,
	struct listener **ret_listener)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int flags = fcntl(fd, F_GETFL), r = -ENOMEM;

	if (listener) {
		*listener = (struct listener){ .fd = fd, .server = server, .display = display };
		listener->poll.data = listener;
		r = flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
		if (r == 0)
			r = uv_poll_init(server->loop, &listener->poll, fd);
	}
	if (r < 0) {
		close(fd);
		free(listener);
		return r;
	}
	uv_poll_start(&listener->poll, UV_READABLE, on_poll);
	*ret_listener = listener;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;

	close(listener->fd);
	free(listener);
}

void listener_close(struct listener *listener)
{
	if (listener)
		uv_close((uv_handle_t *)&listener->poll, on_closed);
}
