/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes on their way from or to a socket. New memory is zeroed; the size of all large buffers together is bounded. */
#ifndef ORIEL_VTEST_BUFFER_H
#define ORIEL_VTEST_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vtest_buffer {
	uint8_t *data;
	size_t capacity;
	size_t start, end; /* what is in it */
	uint64_t *total,
		total_max; /* bytes of all such buffers; small ones are let over the limit */
};

static inline size_t vtest_buffer_size(const struct vtest_buffer *buffer)
{
	return buffer->end - buffer->start;
}

void vtest_buffer_init(struct vtest_buffer *buffer, uint64_t *total, uint64_t total_max);
void vtest_buffer_finish(struct vtest_buffer *buffer);
/* Room for `size` more bytes at data + end, moving what is there. False: no memory. */
bool vtest_buffer_reserve(struct vtest_buffer *buffer, size_t size);
/* Room for `size` bytes at data + end, as before, where that address is a multiple of 64: pixels
 * are converted faster into such memory. Moves the few bytes before it. */
bool vtest_buffer_reserve_aligned(struct vtest_buffer *buffer, size_t size);
/* Drops the first bytes. */
void vtest_buffer_consume(struct vtest_buffer *buffer, size_t size);
/* Gives memory back when it is empty and large. */
void vtest_buffer_shrink(struct vtest_buffer *buffer);

#endif
