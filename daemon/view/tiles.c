/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tiles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

int tiles_init(struct tiles *tiles, uint32_t width, uint32_t height)
{
	*tiles = (struct tiles){
		.columns = (width + TILE_SIDE - 1) / TILE_SIDE,
		.rows = (height + TILE_SIDE - 1) / TILE_SIDE,
	};
	/* A byte a tile follows the hashes: touched by the damage. */
	tiles->hashes = calloc((size_t)tiles->columns * tiles->rows, sizeof(*tiles->hashes) + 1);
	return tiles->hashes ? 0 : -ENOMEM;
}

void tiles_finish(struct tiles *tiles)
{
	free(tiles->hashes);
	*tiles = (struct tiles){ 0 };
}

static uint8_t *touched_of(const struct tiles *tiles)
{
	return (uint8_t *)(tiles->hashes + (size_t)tiles->columns * tiles->rows);
}

static struct ipc_rect tile_bounds(const struct picture *picture, uint32_t column, uint32_t row)
{
	struct ipc_rect rect = { column * TILE_SIDE, row * TILE_SIDE, TILE_SIDE, TILE_SIDE };

	if (rect.width > picture->width - rect.x)
		rect.width = picture->width - rect.x;
	if (rect.height > picture->height - rect.y)
		rect.height = picture->height - rect.y;
	return rect;
}

static uint64_t tile_hash(const struct picture *picture, const struct ipc_rect *rect)
{
	uint32_t pixel = ring_format_bytes(picture->format);
	const uint8_t *from =
		picture->pixels + (size_t)rect->y * picture->stride + (size_t)rect->x * pixel;
	XXH3_state_t state;

	XXH3_INITSTATE(&state);
	XXH3_64bits_reset(&state);
	for (uint32_t row = 0; row < rect->height; row++, from += picture->stride)
		XXH3_64bits_update(&state, from, (size_t)rect->width * pixel);
	return XXH3_64bits_digest(&state);
}

static void touch(struct tiles *tiles, const struct ipc_rect *rect)
{
	uint8_t *touched = touched_of(tiles);
	uint32_t first, last;

	if (rect->width == 0 || rect->height == 0)
		return;
	first = rect->x / TILE_SIDE;
	last = (rect->x + rect->width - 1) / TILE_SIDE;
	for (uint32_t row = rect->y / TILE_SIDE; row <= (rect->y + rect->height - 1) / TILE_SIDE;
		row++)
		memset(touched + (size_t)row * tiles->columns + first, 1, last - first + 1);
}

static void bounds_add(struct ipc_rect *bounds, const struct ipc_rect *rect)
{
	uint32_t right = bounds->x + bounds->width, bottom = bounds->y + bounds->height;

	if (rect->x + rect->width > right)
		right = rect->x + rect->width;
	if (rect->y + rect->height > bottom)
		bottom = rect->y + rect->height;
	if (rect->x < bounds->x)
		bounds->x = rect->x;
	if (rect->y < bounds->y)
		bounds->y = rect->y;
	bounds->width = right - bounds->x;
	bounds->height = bottom - bounds->y;
}

/* Adds a run of tiles of one row: below an equal run of the row above it makes that one taller. */
static void rects_add(struct tile_rects *rects, const struct ipc_rect *run)
{
	for (uint32_t i = rects->n; i-- > 0;) {
		struct ipc_rect *above = &rects->rects[i];
		if (above->x == run->x && above->width == run->width &&
			above->y + above->height == run->y) {
			above->height += run->height;
			return;
		}
	}
	if (rects->n < TILE_RECTS_MAX) {
		rects->rects[rects->n++] = *run;
		return;
	}
	for (uint32_t i = 1; i < rects->n; i++)
		bounds_add(&rects->rects[0], &rects->rects[i]);
	rects->n = 1;
	bounds_add(&rects->rects[0], run);
}

/* Compares one touched tile; true when it has changed. */
static bool tile_changed(
	struct tiles *tiles, const struct picture *picture, uint32_t column, uint32_t row)
{
	size_t at = (size_t)row * tiles->columns + column;
	struct ipc_rect bounds = tile_bounds(picture, column, row);
	uint64_t hash = tile_hash(picture, &bounds);
	bool changed = !tiles->known || tiles->hashes[at] != hash;

	tiles->hashes[at] = hash;
	return changed;
}

static void compare_row(struct tiles *tiles, const struct picture *picture, uint32_t row,
	struct tile_rects *changed)
{
	uint8_t *touched = touched_of(tiles) + (size_t)row * tiles->columns;
	struct ipc_rect run = { 0 };

	for (uint32_t column = 0; column < tiles->columns; column++) {
		struct ipc_rect bounds = tile_bounds(picture, column, row);
		if (touched[column] && tile_changed(tiles, picture, column, row)) {
			if (run.width > 0)
				run.width += bounds.width;
			else
				run = bounds;
		} else if (run.width > 0) {
			rects_add(changed, &run);
			run.width = 0;
		}
	}
	if (run.width > 0)
		rects_add(changed, &run);
}

void tiles_compare(struct tiles *tiles, const struct picture *picture,
	const struct ipc_rect *damage, uint32_t n, struct tile_rects *ret_changed)
{
	struct ipc_rect all = picture_bounds(picture);

	ret_changed->n = 0;
	memset(touched_of(tiles), 0, (size_t)tiles->columns * tiles->rows);
	if (n == 0 || !tiles->known)
		touch(tiles, &all);
	for (uint32_t i = 0; i < n; i++)
		touch(tiles, &damage[i]);
	for (uint32_t row = 0; row < tiles->rows; row++)
		compare_row(tiles, picture, row, ret_changed);
	tiles->known = true;
}
