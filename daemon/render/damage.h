/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What really changed from one picture to the next, where both are in memory. */
#ifndef ORIEL_DAMAGE_H
#define ORIEL_DAMAGE_H

#include "rects.h"

/* Pixels of a picture inside a rectangle of it. */
struct pixels {
	struct ipc_rect rect;
	const uint8_t *data; /* of the rectangle's first pixel; NULL: they are not there */
	uint32_t stride;     /* bytes from one row to the next */
};

/* True when all of `rects` is inside of `rect`. */
bool damage_inside(const struct rects *rects, const struct ipc_rect *rect);
/*
 * *ret_changed covers where the pixels, of `bytes` bytes each, differ from a picture of rows of
 * `stride` bytes, in tiles of 64x64. The rectangle is inside of the picture and at most
 * IPC_SURFACE_SIDE_MAX wide.
 */
void damage_compare(const struct pixels *pixels, const uint8_t *picture, uint32_t stride,
	uint32_t bytes, struct rects *ret_changed);
/* Copies those rectangles of the pixels, which they are inside of, into such a picture. */
void damage_copy(const struct pixels *pixels, const struct rects *rects, uint8_t *picture,
	uint32_t stride, uint32_t bytes);

#endif
