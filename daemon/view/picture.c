/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "picture.h"

#include <errno.h>
#include <pixman.h>
#include <stdlib.h>
#include <string.h>

#include "pixmap.h"

struct ipc_rect picture_bounds(const struct picture *picture)
{
	return (struct ipc_rect){ 0, 0, picture->width, picture->height };
}

bool picture_direct(uint32_t format)
{
	return format == RING_BGRX || format == RING_RGBX;
}

uint8_t *picture_new(uint32_t width, uint32_t height, uint32_t colour, struct picture *ret_picture)
{
	size_t n = (size_t)width * height;
	uint32_t *pixels = malloc(n * 4);

	if (!pixels)
		return NULL;
	for (size_t i = 0; i < n; i++)
		pixels[i] = colour;
	*ret_picture = (struct picture){ width, height, width * 4, RING_BGRX, (uint8_t *)pixels };
	return (uint8_t *)pixels;
}

int picture_convert(const struct picture *from, uint8_t *pixels)
{
	struct picture to = { from->width, from->height, from->width * 4, RING_BGRX, pixels };
	pixman_image_t *source = pixmap_of(from), *target = pixmap_of(&to);

	if (source && target)
		pixman_image_composite32(PIXMAN_OP_SRC, source, NULL, target, 0, 0, 0, 0, 0, 0,
			(int32_t)from->width, (int32_t)from->height);
	pixmap_drop(source);
	pixmap_drop(target);
	return source && target ? 0 : -ENOMEM;
}

void picture_dim(uint8_t *pixels, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t pixel;
		memcpy(&pixel, pixels + i * 4, 4);
		pixel = (pixel >> 1) & 0x7f7f7f7fu;
		memcpy(pixels + i * 4, &pixel, 4);
	}
}
