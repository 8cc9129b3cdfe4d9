/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What guests present, on its way to the view process. A stream's thread creates surfaces, presents
 * on them and writes the pixels; the main loop talks to the view process: it hears wants and
 * releases, and sends what the streams' threads have published.
 *
 *	surface   created (announced) .. presents .. destroyed (surface_gone)
 *	slot      free -> being written (stream's thread) -> the view's -> free
 *
 * A frame is read at its present, when somebody wants one. A want that comes later is served if no
 * command of the stream followed the present, else from a copy that is retained on the GPU now and
 * then. Only what changed since a slot was last written is read, so a slot is always whole. Where the
 * stream has the frame's pixels, they are compared with the slot that the view process has and copied.
 */
#ifndef ORIEL_SURFACE_H
#define ORIEL_SURFACE_H

#include <uv.h>

#include "damage.h"
#include "ring.h"

struct surface;
struct surfaces;

/* What a stream offers for its surface. */
struct surface_ops {
	/*
	 * Stream's thread: writes these rectangles of the newest frame, or of the retained copy,
	 * into a picture of the surface's geometry at `pixels`. 0 or negative errno.
	 */
	int (*read)(void *data, bool retained, const struct rects *rects, uint8_t *pixels,
		uint32_t stride);
	/* Stream's thread: brings the retained copy up to date inside `rect`. 0 or negative errno. */
	int (*retain)(void *data, const struct ipc_rect *rect);
	/* Any thread, with a lock held: have the stream's thread call surface_serve soon. */
	void (*wake)(void *data);
};

struct surfaces_ops {
	/* Main loop: input for the guest. */
	void (*input)(void *data, const struct ipc_display_input *input);
};

/* ---- main loop */

/* retain_ms: least time between two retained copies of a surface. `ops` is borrowed. NULL: no memory. */
struct surfaces *surfaces_create(
	uv_loop_t *loop, uint32_t retain_ms, const struct surfaces_ops *ops, void *data);
/* Another interval from now on. */
void surfaces_set_retain(struct surfaces *surfaces, uint32_t retain_ms);
/* Connects a view process in place of any earlier one: all surfaces are announced, all slots free. Takes fd. */
void surfaces_set_view(struct surfaces *surfaces, int fd);
/* Fills readbacks and retained. */
void surfaces_report(struct surfaces *surfaces, struct ipc_render_pong *pong);
/* Drops the view process; the surfaces are destroyed by their streams. */
void surfaces_close(struct surfaces *surfaces);

/* ---- the stream's thread */

/*
 * Whether another surface can be made now. False when many were made of late, or the view process
 * is behind with reading: a stream that must have one waits, and asks again after some milliseconds.
 */
bool surfaces_room(struct surfaces *surfaces);

/*
 * At the first present. geometry's width, height and format count. -ENOSPC when the session has
 * IPC_SURFACES_MAX already, or another negative errno. `data` is borrowed.
 */
int surface_create(struct surfaces *surfaces, uint32_t stream, const struct ring_geometry *geometry,
	const struct surface_ops *ops, void *data, struct surface **ret_surface);
/*
 * A frame is complete; pixels->rect is what was drawn. Call before the stream's next command runs.
 * A stream that has read them for itself gives the pixels with it (borrowed): nothing is read for
 * the view process then, and a frame that looks as the last one is not sent again.
 */
void surface_present(struct surface *surface, const struct pixels *pixels);
/* A command runs that may draw: the newest frame cannot be read any more. */
void surface_advance(struct surface *surface);
/* After `wake`: serves a standing want if that is possible now. */
void surface_serve(struct surface *surface);
/* NULL is fine. */
void surface_destroy(struct surface *surface);

#endif
