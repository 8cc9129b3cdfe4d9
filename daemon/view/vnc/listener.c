/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "display.h"
#include "util.h"
#include "vnc/viewer.h"

/* Connections taken before the loop turns to others. */
#define ACCEPT_BURST 16u
/*
 * Connections taken in a window of time. Each is several messages to orield, which ends a process
 * that sends too many; those over it wait in the kernel's queue.
 */
#define WINDOW_MS  50u
#define WINDOW_MAX 64u

struct listener {
	uv_poll_t poll;
	uv_timer_t pause;
	uint64_t window_ms; /* when it began */
	unsigned taken;     /* in the window */
	unsigned handles;   /* uv handles that are open */
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

static void on_poll(uv_poll_t *poll, int status, int events);

static void on_pause_over(uv_timer_t *timer)
{
	struct listener *listener = timer->data;

	uv_poll_start(&listener->poll, UV_READABLE, on_poll);
}

/* Whether one more may be taken now; if not, it rests until the window's end. */
static bool listener_may_take(struct listener *listener)
{
	uint64_t now = clock_ms();

	if (now - listener->window_ms >= WINDOW_MS) {
		listener->window_ms = now;
		listener->taken = 0;
	}
	if (listener->taken++ < WINDOW_MAX)
		return true;
	uv_poll_stop(&listener->poll);
	uv_timer_start(&listener->pause, on_pause_over, listener->window_ms + WINDOW_MS - now, 0);
	return false;
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
	for (unsigned i = 0; i < ACCEPT_BURST; i++) {
		if (!listener_may_take(listener) || !listener_accept(listener))
			return;
	}
}

int listener_open(struct vnc_server *server, int fd, const struct display *display,
	struct listener **ret_listener)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	int flags = fcntl(fd, F_GETFL), r = -ENOMEM;

	if (listener) {
		*listener = (struct listener){ .fd = fd, .server = server, .display = display };
		listener->poll.data = listener->pause.data = listener;
		r = flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ? -errno : 0;
		if (r == 0)
			r = uv_poll_init(server->loop, &listener->poll, fd);
	}
	if (r < 0) {
		close(fd);
		free(listener);
		return r;
	}
	uv_timer_init(server->loop, &listener->pause);
	listener->handles = 2;
	uv_poll_start(&listener->poll, UV_READABLE, on_poll);
	*ret_listener = listener;
	return 0;
}

static void on_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;

	if (--listener->handles > 0)
		return;
	close(listener->fd);
	free(listener);
}

void listener_close(struct listener *listener)
{
	if (!listener)
		return;
	uv_close((uv_handle_t *)&listener->poll, on_closed);
	uv_close((uv_handle_t *)&listener->pause, on_closed);
}
