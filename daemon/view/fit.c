/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fit.h"

#include <errno.h>

#include "pixmap.h"

/* Pixels around a changed one that the scaling filter draws it into. */
#define FILTER_REACH 2u

static uint32_t at_least_one(uint64_t value)
{
	return value == 0 ? 1 : (uint32_t)value;
}

struct fit fit_make(uint32_t from_width, uint32_t from_height, uint32_t to_width, uint32_t to_height)
{
	struct fit fit = { from_width, from_height, from_width, from_height };

	if (from_width <= to_width && from_height <= to_height)
		return fit;
	if ((uint64_t)from_width * to_height >= (uint64_t)from_height * to_width) {
		fit.width = to_width;
		fit.height = at_least_one((uint64_t)from_height * to_width / from_width);
	} else {
		fit.height = to_height;
		fit.width = at_least_one((uint64_t)from_width * to_height / from_height);
	}
	return fit;
}

bool fit_exact(const struct fit *fit)
{
	return fit->width == fit->from_width && fit->height == fit->from_height;
}

/* Start and length along one side. */
static void fit_span(uint32_t from, uint32_t to, uint32_t *start, uint32_t *length)
{
	uint64_t first = (uint64_t)*start * to / from;
	uint64_t last = ((uint64_t)*start + *length) * to / from + 1 + FILTER_REACH;

	first = first > FILTER_REACH ? first - FILTER_REACH : 0;
	if (last > to)
		last = to;
	*start = (uint32_t)first;
	*length = (uint32_t)(last - first);
}

struct ipc_rect fit_rect(const struct fit *fit, const struct ipc_rect *rect)
{
	struct ipc_rect mapped = *rect;

	if (fit_exact(fit))
		return mapped;
	fit_span(fit->from_width, fit->width, &mapped.x, &mapped.width);
	fit_span(fit->from_height, fit->height, &mapped.y, &mapped.height);
	return mapped;
}

static uint32_t fit_back(uint32_t at, uint32_t from, uint32_t to)
{
	if (at >= to)
		at = to - 1;
	return (uint32_t)(((uint64_t)at * from + from / 2) / to);
}

void fit_point(const struct fit *fit, uint32_t x, uint32_t y, uint32_t *ret_x, uint32_t *ret_y)
{
	*ret_x = fit_back(x, fit->from_width, fit->width);
	*ret_y = fit_back(y, fit->from_height, fit->height);
	if (*ret_x >= fit->from_width)
		*ret_x = fit->from_width - 1;
	if (*ret_y >= fit->from_height)
		*ret_y = fit->from_height - 1;
}

static void fit_scale(const struct fit *fit, pixman_image_t *image)
{
	pixman_transform_t transform;

	pixman_transform_init_scale(&transform,
		(pixman_fixed_t)(((uint64_t)fit->from_width << 16) / fit->width),
		(pixman_fixed_t)(((uint64_t)fit->from_height << 16) / fit->height));
	pixman_image_set_transform(image, &transform);
	pixman_image_set_filter(image, PIXMAN_FILTER_BILINEAR, NULL, 0);
	/* Without this the edges would blend with black. */
	pixman_image_set_repeat(image, PIXMAN_REPEAT_PAD);
}

int fit_draw(const struct fit *fit, const struct picture *from, const struct ipc_rect *rect,
	uint8_t *pixels, uint32_t stride)
{
	struct picture to = { fit->width, fit->height, stride, RING_BGRX, pixels };
	pixman_image_t *source = pixmap_of(from), *target = pixmap_of(&to);
	int x = (int)rect->x, y = (int)rect->y;

	if (source && target) {
		if (!fit_exact(fit))
			fit_scale(fit, source);
		pixman_image_composite32(PIXMAN_OP_SRC, source, NULL, target, x, y, 0, 0, x, y,
			(int32_t)rect->width, (int32_t)rect->height);
	}
	pixmap_drop(source);
	pixmap_drop(target);
	return source && target ? 0 : -ENOMEM;
}
