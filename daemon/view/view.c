/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "log.h"
#include "screenshot.h"
#include "vnc/viewer.h"

struct display *view_display(struct view *view, uint32_t id)
{
	return id < view->n_displays ? &view->displays[id] : NULL;
}

static void display_send_input(struct view *view, struct display *display)
{
	input_send(&display->input, view->render, display->id, display->stream,
		display->picture.width, display->picture.height);
}

bool view_input(struct view *view, struct display *display, const struct ipc_event *event)
{
	if (input_add(&display->input, event))
		return true;
	display_send_input(view, display);
	if (input_add(&display->input, event))
		return true;
	log_limited(&view->lines, LOG_LEVEL_WARNING,
		"input for display %u is lost: the render process does not take it", display->id);
	return false;
}

void view_changed(
	struct view *view, const struct display *display, const struct ipc_rect *rects, uint32_t n)
{
	struct ipc_rect all = picture_bounds(&display->picture);
	struct viewer *viewer;

	list_for_each(viewer, &view->server.viewers, link) {
		if (viewer->display == display->id)
			viewer_picture(
				viewer, &display->picture, rects ? rects : &all, rects ? n : 1);
	}
}

/* Lets go of what a viewer holds down. */
static void release_held(struct view *view, struct viewer *viewer)
{
	struct display *display = &view->displays[viewer->display];
	struct ipc_event events[HELD_EVENTS_MAX];
	uint32_t n = held_release(&viewer->held, events);

	for (uint32_t i = 0; i < n; i++)
		view_input(view, display, &events[i]);
}

/* The keyboard's focus is about to move to another stream: the former one sees all keys let go. */
static void leave_stream(struct view *view, struct display *display)
{
	struct viewer *viewer;

	list_for_each(viewer, &view->server.viewers, link) {
		if (viewer->display == display->id)
			release_held(view, viewer);
	}
	display_send_input(view, display);
	display->input.n = 0;
}

static void choose(struct view *view, struct display *display)
{
	const struct surface *surface;

	if (display->chosen != 0 && !surface_find(&view->surfaces, display->chosen))
		display->chosen = 0;
	surface = surface_choose(&view->surfaces, display->chosen);
	if (display->stream != (surface ? surface->stream : 0))
		leave_stream(view, display);
	if (display_show(display, surface))
		view_changed(view, display, NULL, 0);
}

void view_choose(struct view *view)
{
	for (uint32_t i = 0; i < view->n_displays; i++)
		choose(view, &view->displays[i]);
}

static void on_viewer_input(void *data, struct viewer *viewer, const struct ipc_event *event)
{
	struct view *view = data;

	view_input(view, &view->displays[viewer->display], event);
}

/* Room for one event, and for what must be let go if the viewer leaves. */
static bool on_viewer_room(void *data, uint32_t display)
{
	struct view *view = data;

	return input_room(&view->displays[display].input, 1 + HELD_EVENTS_MAX);
}

static void on_viewer_changed(void *data, struct viewer *viewer, const char *reason)
{
	struct view *view = data;
	struct ipc_viewer report = {
		.viewer = viewer->id,
		.display = viewer->display,
		.gone = reason != NULL,
		.ready = viewer->ready,
	};

	snprintf(report.address, sizeof(report.address), "%s", viewer->address);
	snprintf(report.reason, sizeof(report.reason), "%s", reason ? reason : "");
	if (view->control)
		link_send(view->control, &ipc_viewer_type, &report, -1);
	if (reason) {
		release_held(view, viewer);
		log_limited(&view->lines, LOG_LEVEL_INFO, "viewer %u (%s) of display %u left: %s",
			viewer->id, viewer->address, viewer->display, reason);
	} else if (viewer->ready) {
		log_limited(&view->lines, LOG_LEVEL_INFO, "viewer %u (%s) sees display %u",
			viewer->id, viewer->address, viewer->display);
	}
}

static const struct vnc_ops vnc_ops = {
	.input = on_viewer_input,
	.input_room = on_viewer_room,
	.changed = on_viewer_changed,
};

int view_start(struct view *view, const struct ipc_view_start *start)
{
	int r;

	if (start->displays == 0 || start->displays > IPC_DISPLAYS_MAX || start->width == 0 ||
		start->width > VIEWER_SIDE_MAX || start->height == 0 ||
		start->height > VIEWER_SIDE_MAX)
		return -EINVAL;
	r = vnc_server_init(&view->server, view->loop, &vnc_ops, view, start);
	for (uint32_t i = 0; r == 0 && i < start->displays; i++) {
		r = display_init(&view->displays[i], i, start->width, start->height);
		if (r == 0)
			view->n_displays++;
	}
	return r;
}

static void reap(struct view *view)
{
	struct viewer *viewer, *next;

	list_for_each_safe(viewer, next, &view->server.viewers, link) {
		if (viewer->dead)
			viewer_destroy(viewer);
	}
}

static void serve_viewers(struct view *view, uint64_t now_ns, uint64_t *wake_ns)
{
	struct viewer *viewer;

	list_for_each(viewer, &view->server.viewers, link) {
		uint64_t fresh_ns = view->fresh_ns[viewer->display];
		bool hold = now_ns < fresh_ns;
		if (hold && fresh_ns < *wake_ns)
			*wake_ns = fresh_ns;
		viewer_service(viewer, now_ns, hold, wake_ns);
	}
}

static void report_displays(struct view *view)
{
	struct ipc_display report;

	for (uint32_t i = 0; i < view->n_displays; i++) {
		if (display_report(&view->displays[i], &report))
			link_send(view->control, &ipc_display_type, &report, -1);
	}
}

static void send_input(struct view *view)
{
	for (uint32_t i = 0; i < view->n_displays; i++)
		display_send_input(view, &view->displays[i]);
}

static void on_timer(uv_timer_t *timer)
{
	/* The turn that follows does the work. */
	(void)timer;
}

static void set_timer(struct view *view, uint64_t now_ns, uint64_t wake_ns)
{
	uint64_t wait_ns = wake_ns > now_ns ? wake_ns - now_ns : 0;

	if (wake_ns == UINT64_MAX) {
		uv_timer_stop(&view->timer);
		return;
	}
	uv_update_time(view->loop);
	uv_timer_start(&view->timer, on_timer, (wait_ns + 999999) / 1000000, 0);
}

static void on_turn(uv_prepare_t *prepare)
{
	struct view *view = prepare->data;
	uint64_t now_ns = clock_ns(), wake_ns = UINT64_MAX;

	if (!view->started)
		return;
	peer_look(view, now_ns);
	send_input(view);
	serve_viewers(view, now_ns, &wake_ns);
	reap(view);
	send_input(view);
	peer_want(view, now_ns, &wake_ns);
	screenshot_service(view, now_ns, &wake_ns);
	report_displays(view);
	set_timer(view, now_ns, wake_ns);
}

int view_open(struct view *view, uv_loop_t *loop, int fd)
{
	*view = (struct view){ .loop = loop };
	list_init(&view->surfaces);
	list_init(&view->screenshots);
	view->turn.data = view;
	uv_prepare_init(loop, &view->turn);
	uv_prepare_start(&view->turn, on_turn);
	uv_timer_init(loop, &view->timer);
	return control_open(view, fd);
}

void view_stop(struct view *view, int status)
{
	struct viewer *viewer;

	if (view->stopping)
		return;
	view->stopping = true;
	view->status = status;
	for (uint32_t i = 0; i < view->n_listeners; i++)
		listener_close(view->listeners[i]);
	peer_close(view);
	screenshot_finish(view);
	if (view->started) {
		list_for_each(viewer, &view->server.viewers, link) {
			viewer->dead = true;
			snprintf(viewer->reason, sizeof(viewer->reason), "the session ended");
		}
		reap(view);
	}
	link_close(view->control);
	view->control = NULL;
	view->started = false;
	uv_close((uv_handle_t *)&view->turn, NULL);
	uv_close((uv_handle_t *)&view->timer, NULL);
	for (uint32_t i = 0; i < view->n_displays; i++)
		display_finish(&view->displays[i]);
	view->n_displays = 0;
}
