/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame's pixels and their checksum (proto/gl/capture.md). */
#ifndef FRAME_SUM_H
#define FRAME_SUM_H

#include "gl/gl_exec.h"

/* gl_exec_read(), or what stands for it. */
typedef int frame_read_fn(struct gl_exec *exec, uint32_t surface, bool retained,
	const struct rects *rects, uint8_t *pixels, uint32_t stride);

/* Zeroed at first; grows with the frames. */
struct frame_pixels {
	uint8_t *pixels; /* B, G, R and an unused byte each, top row first, rows of width * 4 bytes */
	size_t room;
};

void frame_pixels_finish(struct frame_pixels *frame);

/* When frames may be read: reads all of a surface's newest one. 0 or negative errno. */
int frame_read(struct frame_pixels *frame, frame_read_fn *read, struct gl_exec *exec,
	uint32_t surface, uint32_t width, uint32_t height);
/* The checksum of what was read. */
uint64_t frame_sum(const struct frame_pixels *frame, uint32_t width, uint32_t height);

#endif
