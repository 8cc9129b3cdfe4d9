/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Pictures in memory: what a display shows, and the drawing of one into another. Rows run from the
 * top down. A picture that viewers are served from has four bytes a pixel, RING_BGRX or RING_RGBX.
 */
#ifndef ORIEL_VIEW_PICTURE_H
#define ORIEL_VIEW_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc_messages.h"
#include "ring.h"

/* Pixels that belong to somebody else. */
struct picture {
	uint32_t width, height; /* pixels */
	uint32_t stride;        /* bytes from row to row */
	uint32_t format;        /* enum ring_format */
	const uint8_t *pixels;
};

/* The whole of a picture. */
struct ipc_rect picture_bounds(const struct picture *picture);

/* True for the formats that viewers can be served from where they lie. */
bool picture_direct(uint32_t format);

/*
 * New pixels of width x height in RING_BGRX, all of one colour 0xRRGGBB; the caller frees them.
 * *ret_picture describes them. NULL when memory is short.
 */
uint8_t *picture_new(uint32_t width, uint32_t height, uint32_t colour, struct picture *ret_picture);

/* Draws `from` into pixels of the same size in RING_BGRX with rows of width * 4 bytes. 0 or -ENOMEM. */
int picture_convert(const struct picture *from, uint8_t *pixels);

/* Halves the brightness of n pixels of four bytes. */
void picture_dim(uint8_t *pixels, size_t n);

#endif
