/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "frame_sum.h"

#include <errno.h>

#include "gl_capture.h"
#include "util.h"

void frame_pixels_finish(struct frame_pixels *frame)
{
	free(TAKE_PTR(frame->pixels));
	frame->room = 0;
}

int frame_read(struct frame_pixels *frame, frame_read_fn *read, struct gl_exec *exec,
	uint32_t surface, uint32_t width, uint32_t height)
{
	const struct rects all = { .n = 1, .rects = { { .width = width, .height = height } } };
	const uint64_t bytes = (uint64_t)width * height * 4;

	if (width == 0 || height == 0 || width > IPC_SURFACE_SIDE_MAX || height > IPC_SURFACE_SIDE_MAX)
		return -EINVAL;
	if (bytes > frame->room) {
		frame_pixels_finish(frame);
		frame->pixels = malloc((size_t)bytes);
		if (!frame->pixels)
			return -ENOMEM;
		frame->room = (size_t)bytes;
	}
	return read(exec, surface, false, &all, frame->pixels, width * 4);
}

uint64_t frame_sum(const struct frame_pixels *frame, uint32_t width, uint32_t height)
{
	uint64_t sum = GL_CAPTURE_SUM;

	for (uint32_t y = 0; y < height; y++)
		sum = gl_capture_sum(sum, frame->pixels + (size_t)y * width * 4, width);
	return sum;
}
