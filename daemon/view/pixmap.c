/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pixmap.h"

static pixman_format_code_t pixmap_format(uint32_t format)
{
	switch (format) {
	case RING_RGBX:
		return PIXMAN_x8b8g8r8;
	case RING_RGB565:
		return PIXMAN_r5g6b5;
	case RING_X2RGB10:
		return PIXMAN_x2r10g10b10;
	default:
		return PIXMAN_x8r8g8b8;
	}
}

pixman_image_t *pixmap_of(const struct picture *picture)
{
	return pixman_image_create_bits_no_clear(pixmap_format(picture->format), (int)picture->width,
		(int)picture->height, (uint32_t *)(uintptr_t)picture->pixels, (int)picture->stride);
}

void pixmap_drop(pixman_image_t *image)
{
	if (image)
		pixman_image_unref(image);
}
