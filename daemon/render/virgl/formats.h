/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pixel formats of the virgl protocol by number (virgl_hw.h, enum virgl_formats): sizes only. */
#ifndef ORIEL_VIRGL_FORMATS_H
#define ORIEL_VIRGL_FORMATS_H

#include <stdbool.h>
#include <stdint.h>

#define VIRGL_FORMAT_B8G8R8A8 1u
#define VIRGL_FORMAT_R8       64u

struct virgl_format {
	uint8_t bytes;         /* of a block */
	uint8_t width, height; /* pixels of a block: 1x1 but for compressed formats */
};

/* False for a number that names no format Oriel lets through (planar YUV among them). */
bool virgl_format_find(uint32_t number, struct virgl_format *ret_format);

/* The enum ring_format of pixels in this format, or 0 when a display cannot show them as they are. */
uint32_t virgl_format_ring(uint32_t number);

#endif
