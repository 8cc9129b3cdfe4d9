/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A small set of rectangles that covers at least what was added: too many become their bounds. */
#ifndef ORIEL_RECTS_H
#define ORIEL_RECTS_H

#include <stdbool.h>

#include "ipc_messages.h"

#define RECTS_MAX 16u

struct rects {
	uint32_t n;
	struct ipc_rect rects[RECTS_MAX];
};

/* An empty rectangle adds nothing. */
void rects_add(struct rects *rects, const struct ipc_rect *rect);
/* The smallest rectangle around them; empty for none. */
struct ipc_rect rects_bounds(const struct rects *rects);
/* Pixels covered, those covered twice counted twice. */
uint64_t rects_area(const struct rects *rects);

static inline void rects_clear(struct rects *rects)
{
	rects->n = 0;
}

#endif
