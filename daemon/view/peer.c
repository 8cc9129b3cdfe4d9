/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The link to the render process: its surfaces and frames, and what is asked of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "link.h"
#include "log.h"
#include "screenshot.h"
#include "view.h"
#include "vnc/viewer.h"

/* orield is to make a new pair of sockets, or a new render process. */
static void peer_lost(struct view *view, bool wrong, const char *reason)
{
	struct ipc_peer_lost lost = { .wrong = wrong };

	snprintf(lost.reason, sizeof(lost.reason), "%s", reason);
	peer_close(view);
	link_send(view->control, &ipc_peer_lost_type, &lost, -1);
}

static void peer_fail(struct view *view, const char *what, const char *reason)
{
	char text[IPC_TEXT_MAX + 1];

	snprintf(text, sizeof(text), "%s: %s", what, reason);
	log_limited(&view->render_lines, LOG_LEVEL_ERROR,
		"the render process sent a wrong message (%s); its link is closed", text);
	peer_lost(view, true, text);
}

static void report(struct view *view, const struct surface *surface, bool gone)
{
	const struct ipc_surface_state state = {
		.surface = surface->id,
		.stream = surface->stream,
		.width = surface->ring.geometry.width,
		.height = surface->ring.geometry.height,
		.gone = gone,
	};

	link_send(view->control, &ipc_surface_state_type, &state, -1);
}

static void surface_remove(struct view *view, struct surface *surface)
{
	report(view, surface, true);
	for (uint32_t i = 0; i < view->n_displays; i++) {
		struct display *display = &view->displays[i];
		if (display_surface_gone(display, surface))
			view_changed(view, display, NULL, 0);
	}
	surface_destroy(surface);
}

static uint32_t count_surfaces(const struct view *view)
{
	const struct surface *surface;
	uint32_t n = 0;

	list_for_each(surface, &view->surfaces, link)
		n++;
	return n;
}

static void on_surface(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_surface *said = message;
	struct surface *surface;
	int r;

	if (said->surface == 0 || surface_find(&view->surfaces, said->surface)) {
		close(fd);
		peer_fail(view, "surface", "an id that cannot be");
		return;
	}
	if (count_surfaces(view) >= IPC_SURFACES_MAX) {
		close(fd);
		log_limited(&view->render_lines, LOG_LEVEL_WARNING,
			"surface %u is one too many and cannot be shown", said->surface);
		return;
	}
	r = surface_create(said, fd, &surface);
	if (r == -EFBIG || r == -ENOMEM) {
		log_limited(&view->render_lines, LOG_LEVEL_WARNING,
			"surface %u of %ux%u is too large to be shown", said->surface, said->width,
			said->height);
		return;
	}
	if (r < 0) {
		peer_fail(view, "surface", strerror(-r));
		return;
	}
	list_append(&view->surfaces, &surface->link);
	report(view, surface, false);
	log_limited(&view->render_lines, LOG_LEVEL_INFO, "surface %u of stream %u: %ux%u",
		surface->id, surface->stream, said->width, said->height);
	view_choose(view);
}

static void on_surface_gone(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_surface_gone *gone = message;
	struct surface *surface = surface_find(&view->surfaces, gone->surface);

	(void)fd;
	/* One that was too many is not known here. */
	if (!surface)
		return;
	surface_remove(view, surface);
	view_choose(view);
}

static void release(struct view *view, struct surface *surface, int slot)
{
	const struct ipc_release message = { .surface = surface->id, .slot = (uint32_t)slot };

	if (slot < 0)
		return;
	surface->slots_held &= ~(1u << slot);
	link_send(view->render, &ipc_release_type, &message, -1);
}

static bool is_shown(const struct view *view, const struct surface *surface)
{
	for (uint32_t i = 0; i < view->n_displays; i++) {
		if (view->displays[i].surface == surface->id)
			return true;
	}
	return false;
}

/* Paces what is asked for: the rate is kept on average, so that a want is not just too late for a present. */
static void pace(const struct view *view, struct surface *surface, uint64_t now_ns)
{
	uint64_t interval = view->server.interval_ns;

	if (surface->due_ns + interval < now_ns)
		surface->due_ns = now_ns - interval;
	surface->due_ns += interval;
}

/* The surface's picture is that of this frame. changed: NULL for everything. */
static void show_picture(struct view *view, const struct surface *surface,
	const struct ipc_frame *frame, const struct tile_rects *changed)
{
	for (uint32_t i = 0; i < view->n_displays; i++) {
		struct display *display = &view->displays[i];
		bool other = display->source != surface->id;
		if (display->surface != surface->id)
			continue;
		display_frame(display, surface, frame);
		view->fresh_ns[i] = 0;
		if (!changed || other)
			view_changed(view, display, NULL, 0);
		else
			view_changed(view, display, changed->rects, changed->n);
	}
}

static void show_frame(struct view *view, struct surface *surface, const struct ipc_frame *frame)
{
	struct tile_rects changed;
	bool first = !surface->shown;
	int slot;

	if (surface_adopt(surface, frame, &changed, &slot) < 0) {
		release(view, surface, slot);
		surface->missed = true;
		return;
	}
	show_picture(view, surface, frame, first ? NULL : &changed);
	/* Only now nothing points into the former slot. */
	release(view, surface, slot);
}

static void on_frame(void *data, const void *message, int fd)
{
	struct view *view = data;
	const struct ipc_frame *frame = message;
	struct surface *surface = surface_find(&view->surfaces, frame->surface);
	const char *reason = "a surface that there is not";
	uint64_t now_ns = clock_ns();

	(void)fd;
	if (!surface || surface_check_frame(surface, frame, &reason) < 0) {
		peer_fail(view, "frame", reason);
		return;
	}
	surface->slots_held |= 1u << frame->slot;
	surface->wanted = false;
	surface->alive_ns = now_ns;
	pace(view, surface, now_ns);
	if (!is_shown(view, surface) || (surface->shown && frame->sequence <= surface->sequence)) {
		surface->missed = true;
		release(view, surface, (int)frame->slot);
		return;
	}
	surface->sequence = frame->sequence;
	show_frame(view, surface, frame);
}

static void on_frame_same(void *data, const void *message, int fd)
{
	static const struct tile_rects nothing;
	struct view *view = data;
	const struct ipc_frame_same *same = message;
	struct surface *surface = surface_find(&view->surfaces, same->surface);
	const struct ipc_frame frame = {
		.surface = same->surface, .sequence = same->sequence, .time_ns = same->time_ns
	};
	uint64_t now_ns = clock_ns();

	(void)fd;
	if (!surface) {
		peer_fail(view, "frame_same", "a surface that there is not");
		return;
	}
	surface->wanted = false;
	surface->alive_ns = now_ns;
	pace(view, surface, now_ns);
	/* The frame that it looks as was let go; the next one will be whole. */
	if (surface->current < 0 || surface->missed) {
		surface->missed = true;
		return;
	}
	if (frame.sequence <= surface->sequence)
		return;
	surface->sequence = frame.sequence;
	show_picture(view, surface, &frame, &nothing);
}

static void on_closed(void *data, const char *reason)
{
	struct view *view = data;

	log_limited(&view->render_lines, LOG_LEVEL_WARNING,
		"the link to the render process ended: %s", reason);
	peer_lost(view, strcmp(reason, LINK_ENDED) != 0, reason);
}

static const struct link_row rows[] = {
	{ &ipc_surface_type, on_surface },
	{ &ipc_surface_gone_type, on_surface_gone },
	{ &ipc_frame_type, on_frame },
	{ &ipc_frame_same_type, on_frame_same },
};

static const struct link_ops ops = { rows, ARRAY_SIZE(rows), on_closed };

void peer_open(struct view *view, int fd)
{
	int r;

	peer_close(view);
	r = link_open(view->loop, fd, &ops, view, &view->render);
	if (r < 0)
		log_error("cannot use the link to the render process: %s", strerror(-r));
}

void peer_close(struct view *view)
{
	struct surface *surface, *next;

	link_close(view->render);
	view->render = NULL;
	list_for_each_safe(surface, next, &view->surfaces, link)
		surface_remove(view, surface);
	view_choose(view);
}

enum need {
	NEED_NONE,
	NEED_LATER, /* somebody looks, but cannot take a frame now */
	NEED_NOW,
};

static enum need display_need(struct view *view, const struct display *display)
{
	enum need need = NEED_NONE;
	struct viewer *viewer;

	if (screenshot_waits(view, display->id))
		return NEED_NOW;
	list_for_each(viewer, &view->server.viewers, link) {
		if (viewer->display != display->id || !viewer->asked || !viewer->ready)
			continue;
		if (viewer_waits(viewer))
			return NEED_NOW;
		need = NEED_LATER;
	}
	return need;
}

static enum need surface_need(struct view *view, const struct surface *surface)
{
	enum need need = NEED_NONE;

	for (uint32_t i = 0; i < view->n_displays && need != NEED_NOW; i++) {
		if (view->displays[i].surface == surface->id) {
			enum need of_display = display_need(view, &view->displays[i]);
			need = of_display > need ? of_display : need;
		}
	}
	return need;
}

/* Viewers of the displays that show it wait for a newer picture, for a short while. */
static void hold_viewers(struct view *view, const struct surface *surface, uint64_t now_ns)
{
	for (uint32_t i = 0; i < view->n_displays; i++) {
		if (view->displays[i].surface == surface->id)
			view->fresh_ns[i] = now_ns + VIEW_FRESH_NS;
	}
}

void peer_look(struct view *view, uint64_t now_ns)
{
	struct surface *surface;

	list_for_each(surface, &view->surfaces, link) {
		bool old = !surface->shown || now_ns - surface->alive_ns >= VIEW_STALE_NS;
		if (old && !surface->wanted && surface_need(view, surface) == NEED_NOW)
			hold_viewers(view, surface, now_ns);
	}
}

static void surface_want(
	struct view *view, struct surface *surface, uint64_t now_ns, uint64_t *wake_ns)
{
	const struct ipc_want want = { .surface = surface->id, .newer = surface->sequence };
	const struct ipc_unwant unwant = { .surface = surface->id };
	enum need need = surface_need(view, surface);

	if (surface->wanted) {
		surface->alive_ns = now_ns;
		if (need == NEED_NONE) {
			surface->wanted = false;
			link_send(view->render, &ipc_unwant_type, &unwant, -1);
		}
		return;
	}
	if (need != NEED_NOW)
		return;
	if (now_ns < surface->due_ns) {
		if (surface->due_ns < *wake_ns)
			*wake_ns = surface->due_ns;
		return;
	}
	surface->wanted = true;
	surface->alive_ns = now_ns;
	link_send(view->render, &ipc_want_type, &want, -1);
}

void peer_want(struct view *view, uint64_t now_ns, uint64_t *wake_ns)
{
	struct surface *surface;

	if (!view->render)
		return;
	list_for_each(surface, &view->surfaces, link)
		surface_want(view, surface, now_ns, wake_ns);
}
