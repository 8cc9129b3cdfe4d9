/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "damage.h"

#include <stddef.h>
#include <string.h>

#include "ipc_limits.h"

#define TILE    64u /* pixels */
#define COLUMNS ((IPC_SURFACE_SIDE_MAX + TILE - 1) / TILE)

bool damage_inside(const struct rects *rects, const struct ipc_rect *rect)
{
	struct ipc_rect bounds = rects_bounds(rects);

	return bounds.x >= rect->x && bounds.y >= rect->y &&
	       bounds.x + bounds.width <= rect->x + rect->width &&
	       bounds.y + bounds.height <= rect->y + rect->height;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* Marks the tiles in which a row differs. Returns how many were marked newly. */
static uint32_t compare_row(
	const uint8_t *a, const uint8_t *b, uint32_t width, uint32_t bytes, bool *changed)
{
	uint32_t n = 0;

	if (memcmp(a, b, (size_t)width * bytes) == 0)
		return 0;
	for (uint32_t x = 0; x < width; x += TILE) {
		size_t at = (size_t)x * bytes;
		bool *tile = &changed[x / TILE];
		if (*tile || memcmp(a + at, b + at, (size_t)least(TILE, width - x) * bytes) == 0)
			continue;
		*tile = true;
		n++;
	}
	return n;
}

/* One that stands below another of its width makes that longer. */
static void add_below(struct rects *rects, const struct ipc_rect *rect)
{
	for (uint32_t i = 0; i < rects->n; i++) {
		struct ipc_rect *above = &rects->rects[i];
		if (above->x == rect->x && above->width == rect->width &&
			above->y + above->height == rect->y) {
			above->height += rect->height;
			return;
		}
	}
	rects_add(rects, rect);
}

/* Adds what was marked in a row of tiles, neighbours as one. */
static void add_marked(const bool *changed, const struct ipc_rect *band, struct rects *rects)
{
	uint32_t columns = (band->width + TILE - 1) / TILE;

	for (uint32_t i = 0; i < columns; i++) {
		struct ipc_rect rect = { band->x + i * TILE, band->y, 0, band->height };
		uint32_t first = i;
		while (i < columns && changed[i])
			i++;
		rect.width = least(i * TILE, band->width) - least(first * TILE, band->width);
		if (rect.width > 0)
			add_below(rects, &rect);
	}
}

void damage_compare(const struct pixels *pixels, const uint8_t *picture, uint32_t stride,
	uint32_t bytes, struct rects *ret_changed)
{
	const struct ipc_rect *rect = &pixels->rect;
	const uint8_t *theirs = picture + (size_t)rect->y * stride + (size_t)rect->x * bytes;

	rects_clear(ret_changed);
	for (uint32_t top = 0; top < rect->height; top += TILE) {
		struct ipc_rect band = { rect->x, rect->y + top, rect->width,
			least(TILE, rect->height - top) };
		bool changed[COLUMNS] = { false };
		uint32_t left = (rect->width + TILE - 1) / TILE; /* tiles that are the same so far */
		for (uint32_t y = top; y < top + band.height && left > 0; y++)
			left -= compare_row(pixels->data + (size_t)y * pixels->stride,
				theirs + (size_t)y * stride, rect->width, bytes, changed);
		add_marked(changed, &band, ret_changed);
	}
}

void damage_copy(const struct pixels *pixels, const struct rects *rects, uint8_t *picture,
	uint32_t stride, uint32_t bytes)
{
	for (uint32_t i = 0; i < rects->n; i++) {
		const struct ipc_rect *rect = &rects->rects[i];
		const uint8_t *from = pixels->data +
				      (size_t)(rect->y - pixels->rect.y) * pixels->stride +
				      (size_t)(rect->x - pixels->rect.x) * bytes;
		uint8_t *to = picture + (size_t)rect->y * stride + (size_t)rect->x * bytes;
		for (uint32_t y = 0; y < rect->height; y++)
			memcpy(to + (size_t)y * stride, from + (size_t)y * pixels->stride,
				(size_t)rect->width * bytes);
	}
}
