/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A surface of the render process: its ring of frames, and the frame of it that displays show. What
 * the render process says is checked here; it may be taken over by its guest.
 */
#ifndef ORIEL_VIEW_SURFACE_H
#define ORIEL_VIEW_SURFACE_H

#include <stdbool.h>

#include "list.h"
#include "picture.h"
#include "tiles.h"

struct surface {
	struct list link; // view.surfaces, in the order of their first presents
	uint32_t id, stream;
	struct ring ring;
	uint32_t slots_held; /* bit per slot that is ours */
	int current;         /* slot of the picture, or -1 */
	bool shown;          /* `picture` holds a frame */
	struct picture picture;
	uint8_t *converted; /* the picture, for formats that viewers cannot be served from */
	struct tiles tiles;
	bool missed;       /* a frame was let go unseen: the next damage says too little */
	uint64_t sequence; /* of the newest frame received */
	bool wanted;       /* a want is standing */
	uint64_t due_ns;   /* the next frame may be wanted */
	uint64_t alive_ns; /* a want was last standing or served */
};

/*
 * From the message; takes fd (also on failure). 0, or -EFBIG (too large to be
 * shown, and no fault), -EINVAL, -EPERM, -ENOMEM and others of ring_open.
 */
int surface_create(const struct ipc_surface *message, int fd, struct surface **ret_surface);
/* Takes it out of its list. NULL is fine. */
void surface_destroy(struct surface *surface);

/* A frame that came. 0 when its fields hold, else -EINVAL with the reason for the log. */
int surface_check_frame(
	struct surface *surface, const struct ipc_frame *frame, const char **ret_reason);

/*
 * Makes a checked frame the surface's picture. *ret_changed is what differs from the picture before;
 * *ret_release is the slot to give back, or -1. 0, or -ENOMEM with the frame's own slot to give back.
 */
int surface_adopt(struct surface *surface, const struct ipc_frame *frame,
	struct tile_rects *ret_changed, int *ret_release);

/*
 * The surface that a display shows: `chosen` while it lives, else the one that presented first most
 * lately. NULL: none. The head is of surface.link.
 */
struct surface *surface_choose(struct list *surfaces, uint32_t chosen);

/* NULL when there is none of this id. */
struct surface *surface_find(struct list *surfaces, uint32_t id);

#endif
