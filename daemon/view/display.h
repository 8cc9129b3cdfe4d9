/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A display: what its viewers look at. It shows one surface and takes its size (black until there
 * is a frame, if the former picture had another size); when that ends, the newest of those left;
 * when none is left, the last picture at half brightness.
 */
#ifndef ORIEL_VIEW_DISPLAY_H
#define ORIEL_VIEW_DISPLAY_H

#include "input.h"
#include "surface.h"

struct display {
	uint32_t id;
	uint32_t surface, stream; /* shown; 0: none */
	uint32_t chosen;          /* by the API; 0: the newest */
	struct picture picture;   /* never without pixels */
	uint32_t source;          /* surface whose pixels those are; 0: `own` */
	uint8_t *own;
	bool blank;        /* the picture is of no frame */
	uint64_t frames;   /* shown since the process began */
	uint64_t sequence; /* of the frame shown last */
	uint64_t presented; /* the newest present seen that was not a retained copy, CLOCK_MONOTONIC ns */
	struct input input;
	struct ipc_display reported;
};

/* A display of one colour. 0 or -ENOMEM. */
int display_init(struct display *display, uint32_t id, uint32_t width, uint32_t height);
void display_finish(struct display *display);

/* What orield is told; true when it differs from what it was told last, and then counts as told. */
bool display_report(struct display *display, struct ipc_display *ret_report);

/* Shows this surface; NULL: none, the picture stays. True when the picture is another one now. */
bool display_show(struct display *display, const struct surface *surface);

/* The surface it shows has a new frame in its picture. */
void display_frame(
	struct display *display, const struct surface *surface, const struct ipc_frame *frame);

/*
 * The surface is about to go. If its pixels are the display's, they are copied at half brightness:
 * true, the picture has changed.
 */
bool display_surface_gone(struct display *display, const struct surface *surface);

#endif
