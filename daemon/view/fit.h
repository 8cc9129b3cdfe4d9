/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How a display's picture lies in a viewer's framebuffer of another size: unscaled in the top left
 * corner with black around where it fits, else scaled down to fit with its shape kept.
 */
#ifndef ORIEL_VIEW_FIT_H
#define ORIEL_VIEW_FIT_H

#include <stdbool.h>

#include "picture.h"

struct fit {
	uint32_t from_width, from_height; /* the display, pixels */
	uint32_t width, height; /* the part of the framebuffer that shows it, from the top left */
};

/* A display of from_width x from_height in a framebuffer of to_width x to_height; none is 0. */
struct fit fit_make(uint32_t from_width, uint32_t from_height, uint32_t to_width, uint32_t to_height);

/* True when pixels map one to one. */
bool fit_exact(const struct fit *fit);

/* The part of the framebuffer that a rectangle of the display touches when it is drawn. */
struct ipc_rect fit_rect(const struct fit *fit, const struct ipc_rect *rect);

/* The pixel of the display under a pixel of the framebuffer; the nearest when it is outside. */
void fit_point(const struct fit *fit, uint32_t x, uint32_t y, uint32_t *ret_x, uint32_t *ret_y);

/*
 * Draws the part of `from` that lies in `rect` (of the framebuffer, from fit_rect) into pixels in
 * RING_BGRX with rows of `stride` bytes. 0 or -ENOMEM.
 */
int fit_draw(const struct fit *fit, const struct picture *from, const struct ipc_rect *rect,
	uint8_t *pixels, uint32_t stride);

#endif
