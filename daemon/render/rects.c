/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rects.h"

#include <stddef.h>

static bool contains(const struct ipc_rect *outer, const struct ipc_rect *inner)
{
	return inner->x >= outer->x && inner->y >= outer->y &&
	       (uint64_t)inner->x + inner->width <= (uint64_t)outer->x + outer->width &&
	       (uint64_t)inner->y + inner->height <= (uint64_t)outer->y + outer->height;
}

static struct ipc_rect unite(const struct ipc_rect *a, const struct ipc_rect *b)
{
	uint32_t left = a->x < b->x ? a->x : b->x;
	uint32_t top = a->y < b->y ? a->y : b->y;
	uint32_t right_a = a->x + a->width, right_b = b->x + b->width;
	uint32_t bottom_a = a->y + a->height, bottom_b = b->y + b->height;

	return (struct ipc_rect){
		.x = left,
		.y = top,
		.width = (right_a > right_b ? right_a : right_b) - left,
		.height = (bottom_a > bottom_b ? bottom_a : bottom_b) - top,
	};
}

void rects_add(struct rects *rects, const struct ipc_rect *rect)
{
	struct ipc_rect added = *rect;
	uint32_t kept = 0;

	if (rect->width == 0 || rect->height == 0)
		return;
	for (uint32_t i = 0; i < rects->n; i++) {
		if (contains(&rects->rects[i], &added))
			return;
	}
	for (uint32_t i = 0; i < rects->n; i++) {
		if (!contains(&added, &rects->rects[i]))
			rects->rects[kept++] = rects->rects[i];
	}
	rects->n = kept;
	if (rects->n == RECTS_MAX) {
		struct ipc_rect bounds = rects_bounds(rects);
		added = unite(&bounds, &added);
		rects->n = 0;
	}
	rects->rects[rects->n++] = added;
}

struct ipc_rect rects_bounds(const struct rects *rects)
{
	struct ipc_rect bounds = { 0 };

	if (rects->n > 0)
		bounds = rects->rects[0];
	for (uint32_t i = 1; i < rects->n; i++)
		bounds = unite(&bounds, &rects->rects[i]);
	return bounds;
}

uint64_t rects_area(const struct rects *rects)
{
	uint64_t area = 0;

	for (uint32_t i = 0; i < rects->n; i++)
		area += (uint64_t)rects->rects[i].width * rects->rects[i].height;
	return area;
}
