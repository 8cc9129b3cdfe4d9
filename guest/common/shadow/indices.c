/* SPDX-License-Identifier: MIT */
#include "indices.h"

#include "buffers.h"

struct bounds {
	uint32_t least, most;
};

/* Of each type, without the index that restarts a primitive. */
#define BOUNDS(name, type)                                                                     \
	static struct bounds name(const uint8_t *at, uint32_t n, bool restart, uint32_t index) \
	{                                                                                      \
		struct bounds bounds = { UINT32_MAX, 0 };                                      \
                                                                                               \
		for (uint32_t i = 0; i < n; i++) {                                             \
			type value;                                                            \
                                                                                               \
			memcpy(&value, at + i * sizeof(value), sizeof(value));                 \
			if (restart && value == index)                                         \
				continue;                                                      \
			bounds.least = value < bounds.least ? value : bounds.least;            \
			bounds.most = value > bounds.most ? value : bounds.most;               \
		}                                                                              \
		return bounds;                                                                 \
	}

BOUNDS(bounds_u8, uint8_t)
BOUNDS(bounds_u16, uint16_t)
BOUNDS(bounds_u32, uint32_t)

/* The indices in memory: the program's, or the guest's copy of the element buffer. NULL: there are none. */
static const uint8_t *find(struct gl_context *ctx, const struct gl_elements *elements)
{
	const uint64_t bytes = (uint64_t)elements->count * gl_type_bytes(elements->type);
	const uint64_t offset = (uintptr_t)elements->indices;
	struct gl_buffer *buffer = gl_buffer_bound(ctx, GL_TARGET_ELEMENT_ARRAY);
	const uint8_t *data;

	if (!buffer)
		return elements->indices;
	if (offset > (uint64_t)buffer->size || bytes > (uint64_t)buffer->size - offset)
		return NULL;
	data = gl_buffer_data(ctx, buffer);
	return data ? data + offset : NULL;
}

bool gl_index_range(struct gl_context *ctx, const struct gl_elements *elements, struct gl_range *range)
{
	const struct gl_state *state = &ctx->state;
	const bool restart = state->restart || state->restart_fixed;
	const uint32_t n = (uint32_t)elements->count;
	uint32_t index = state->restart_fixed ? UINT32_MAX : state->restart_index;
	const uint8_t *at;
	struct bounds bounds;

	range->first = range->count = 0;
	if (!n)
		return true;
	at = find(ctx, elements);
	if (!at)
		return false;
	if (elements->type == GL_UNSIGNED_BYTE)
		bounds = bounds_u8(at, n, restart, state->restart_fixed ? 0xff : index);
	else if (elements->type == GL_UNSIGNED_SHORT)
		bounds = bounds_u16(at, n, restart, state->restart_fixed ? 0xffff : index);
	else if (elements->type == GL_UNSIGNED_INT)
		bounds = bounds_u32(at, n, restart, index);
	else {
		gl_error(ctx, GL_INVALID_ENUM);
		return false;
	}
	if (bounds.least > bounds.most)
		return true;
	if ((int64_t)bounds.least + elements->base_vertex < 0 ||
		(int64_t)bounds.most + elements->base_vertex >= UINT32_MAX)
		return false;
	range->first = (uint32_t)((int64_t)bounds.least + elements->base_vertex);
	range->count = bounds.most - bounds.least + 1;
	return true;
}
