/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The link to orield: what it says is done. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "log.h"
#include "sandbox.h"
#include "screenshot.h"
#include "view.h"
#include "vnc/viewer.h"

static void give_up(struct view *view, const char *reason)
{
	struct ipc_failed failed;

	log_error("%s", reason);
	snprintf(failed.reason, sizeof(failed.reason), "%s", reason);
	link_send(view->control, &ipc_failed_type, &failed, -1);
	view_stop(view, EXIT_FAILURE);
}

static void on_start(void *data, const void *message, int fd)
{
	struct view *view = data;
	struct ipc_ready ready;
	int r;

	(void)fd;
	if (view->started) {
		give_up(view, "started twice");
		return;
	}
	r = view_start(view, message);
	if (r < 0) {
		give_up(view, r == -EINVAL ? "impossible displays were asked for" : strerror(-r));
		return;
	}
	view->started = true;
	if (sandbox_finish(SANDBOX_VIEW, ready.sandbox, sizeof(ready.sandbox)) < 0) {
		give_up(view, "the sandbox cannot be made");
		return;
	}
	log_info("sandbox: %s", ready.sandbox);
	link_send(view->control, &ipc_ready_type, &ready, -1);
}

static void on_limits(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_view_limits *news = message;

	(void)fd;
	if (view->started)
		vnc_server_limit(&view->server, news->viewers_max, news->fps_max);
}

static void on_listen(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_view_listen *listen = message;
	struct display *display = view_display(view, listen->display);
	int r = -ENOENT;

	if (display && view->n_listeners < VIEW_LISTENERS_MAX)
		r = listener_open(&view->server, fd, display, &view->listeners[view->n_listeners]);
	else
		close(fd);
	if (r < 0)
		log_error("cannot listen for display %u: %s", listen->display, strerror(-r));
	else
		view->n_listeners++;
}

static void on_render_peer(void *data, const void *message, int fd)
{
	(void)message;
	peer_open(data, fd);
}

static void on_render_gone(void *data, const void *message, int fd)
{
	(void)message;
	(void)fd;
	peer_close(data);
}

static void on_viewer_close(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_viewer_close *close_it = message;
	struct viewer *viewer =
		view->started ? vnc_server_find(&view->server, close_it->viewer) : NULL;

	(void)fd;
	if (viewer)
		viewer_close(viewer, "closed by request");
}

static void on_show(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_show *show = message;
	struct display *display = view_display(view, show->display);

	(void)fd;
	if (!display || (show->surface != 0 && !surface_find(&view->surfaces, show->surface)))
		return;
	display->chosen = show->surface;
	view_choose(view);
}

static void on_screenshot(void *data, const void *message, int fd)
{
	(void)fd;
	screenshot_request(data, message);
}

static void on_input(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_display_input *input = message;
	struct display *display = view_display(view, input->display);
	struct ipc_event event;

	(void)fd;
	for (uint32_t i = 0; display && i < input->n_events; i++) {
		event = input->events[i];
		if (event.kind != IPC_EVENT_KEY && event.kind != IPC_EVENT_POINTER)
			continue;
		if (event.x >= display->picture.width)
			event.x = display->picture.width - 1;
		if (event.y >= display->picture.height)
			event.y = display->picture.height - 1;
		view_input(view, display, &event);
	}
}

static void on_ping(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_ping *ping = message;
	struct ipc_view_pong pong = { .serial = ping->serial };
	struct ipc_viewer_stats stats;
	struct viewer *viewer;

	(void)fd;
	for (uint32_t i = 0; i < view->n_displays; i++) {
		const struct ipc_display_stats shown = {
			.display = i,
			.frames = view->displays[i].frames,
			.sequence = view->displays[i].sequence,
		};
		link_send(view->control, &ipc_display_stats_type, &shown, -1);
	}
	if (view->started) {
		list_for_each(viewer, &view->server.viewers, link) {
			if (!viewer->ready || viewer->dead)
				continue;
			viewer_stats(viewer, &stats);
			link_send(view->control, &ipc_viewer_stats_type, &stats, -1);
		}
	}
	pong.refused = view->server.refused;
	link_send(view->control, &ipc_view_pong_type, &pong, -1);
}

static void on_stop(void *data, const void *message, int fd)
{
	(void)message;
	(void)fd;
	view_stop(data, EXIT_SUCCESS);
}

static void on_closed(void *data, const char *reason)
{
	log_info("orield is gone: %s", reason);
	view_stop(data, EXIT_SUCCESS);
}

static const struct link_row rows[] = {
	{ &ipc_view_start_type, on_start },
	{ &ipc_view_limits_type, on_limits },
	{ &ipc_view_listen_type, on_listen },
	{ &ipc_render_peer_type, on_render_peer },
	{ &ipc_render_gone_type, on_render_gone },
	{ &ipc_viewer_close_type, on_viewer_close },
	{ &ipc_show_type, on_show },
	{ &ipc_screenshot_type, on_screenshot },
	{ &ipc_display_input_type, on_input },
	{ &ipc_ping_type, on_ping },
	{ &ipc_stop_type, on_stop },
};

static const struct link_ops ops = { rows, ARRAY_SIZE(rows), on_closed };

int control_open(struct view *view, int fd)
{
	return link_open(view->loop, fd, &ops, view, &view->control);
}
