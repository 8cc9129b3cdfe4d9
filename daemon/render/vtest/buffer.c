/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vtest/buffer.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_MIN  65536u
#define BUFFER_FREE (16u << 20) /* bytes that each buffer may have, however much the others hold */
#define BUFFER_KEEP (32u << 20) /* bytes kept by an empty buffer: a frame or two */
#define ALIGNMENT   64u         /* bytes: a cache line */
#define MOVE_MAX    4096u       /* bytes worth moving for that */

void vtest_buffer_init(struct vtest_buffer *buffer, uint64_t *total, uint64_t total_max)
{
	*buffer = (struct vtest_buffer){ .total = total, .total_max = total_max };
}

void vtest_buffer_finish(struct vtest_buffer *buffer)
{
	*buffer->total -= buffer->capacity;
	free(buffer->data);
	buffer->data = NULL;
	buffer->capacity = buffer->start = buffer->end = 0;
}

static bool buffer_grow(struct vtest_buffer *buffer, size_t capacity)
{
	uint8_t *data;

	if (capacity > BUFFER_FREE && *buffer->total - buffer->capacity + capacity > buffer->total_max)
		return false;
	data = calloc(1, capacity);
	if (!data)
		return false;
	if (vtest_buffer_size(buffer) > 0)
		memcpy(data, buffer->data + buffer->start, vtest_buffer_size(buffer));
	free(buffer->data);
	*buffer->total += capacity - buffer->capacity;
	buffer->data = data;
	buffer->capacity = capacity;
	buffer->end -= buffer->start;
	buffer->start = 0;
	return true;
}

bool vtest_buffer_reserve(struct vtest_buffer *buffer, size_t size)
{
	size_t need = vtest_buffer_size(buffer) + size;
	size_t capacity = buffer->capacity * 2 > BUFFER_MIN ? buffer->capacity * 2 : BUFFER_MIN;

	if (buffer->capacity - buffer->end >= size)
		return true;
	if (buffer->capacity >= need && buffer->start >= buffer->capacity / 2) {
		memmove(buffer->data, buffer->data + buffer->start, vtest_buffer_size(buffer));
		buffer->end -= buffer->start;
		buffer->start = 0;
		return true;
	}
	/* Twice what it was keeps copying rare; what is needed is the least. */
	return (capacity > need && buffer_grow(buffer, capacity)) || buffer_grow(buffer, need);
}

bool vtest_buffer_reserve_aligned(struct vtest_buffer *buffer, size_t size)
{
	size_t have = vtest_buffer_size(buffer), shift;

	if (!vtest_buffer_reserve(buffer, size + ALIGNMENT))
		return false;
	shift = -(uintptr_t)(buffer->data + buffer->end) % ALIGNMENT;
	if (shift == 0 || have > MOVE_MAX)
		return true;
	memmove(buffer->data + buffer->start + shift, buffer->data + buffer->start, have);
	buffer->start += shift;
	buffer->end += shift;
	return true;
}

void vtest_buffer_consume(struct vtest_buffer *buffer, size_t size)
{
	buffer->start += size;
	if (buffer->start == buffer->end)
		buffer->start = buffer->end = 0;
}

void vtest_buffer_shrink(struct vtest_buffer *buffer)
{
	if (vtest_buffer_size(buffer) == 0 && buffer->capacity > BUFFER_KEEP)
		vtest_buffer_finish(buffer);
}
