/* SPDX-License-Identifier: MIT */
/*
 * Sends the elements that a draw takes from the program's memory. Arrays that lie in one another or
 * touch, as interleaved ones do, go as one stretch.
 */
#include <string.h>

#include "arrays.h"
#include "gl_encode.h"

/* A stretch of the program's memory, and where it goes. */
struct stretch {
	const uint8_t *start;
	uint64_t bytes;
	uint64_t offset; /* in the message's data; the same as `start` modulo 8 */
};

struct plan {
	struct glm_client_array arrays[GLM_CLIENT_ARRAYS_MAX];
	struct stretch each[GLM_CLIENT_ARRAYS_MAX];   /* of each array */
	struct stretch merged[GLM_CLIENT_ARRAYS_MAX]; /* sorted by address */
	unsigned int n_arrays, n_merged;
	uint64_t bytes;
};

static const uint8_t padding[8];

/* What an array is called, and which of its kind it is. */
static void name(struct glm_client_array *out, unsigned int slot)
{
	static const GLenum names[] = { GL_VERTEX_ARRAY, GL_NORMAL_ARRAY, GL_COLOR_ARRAY,
		GL_SECONDARY_COLOR_ARRAY, GL_FOG_COORD_ARRAY, GL_INDEX_ARRAY, GL_EDGE_FLAG_ARRAY };

	if (slot >= GL_SLOT_ATTRIB) {
		out->array = GL_VERTEX_ATTRIB_ARRAY_POINTER;
		out->index = slot - GL_SLOT_ATTRIB;
	} else if (slot >= GL_SLOT_TEX_COORD) {
		out->array = GL_TEXTURE_COORD_ARRAY;
		out->index = slot - GL_SLOT_TEX_COORD;
	} else {
		out->array = names[slot];
		out->index = 0;
	}
}

static void add_array(struct plan *plan, unsigned int slot, const struct gl_array *array,
	const struct gl_range *range)
{
	struct glm_client_array *out = &plan->arrays[plan->n_arrays];
	struct stretch *stretch = &plan->each[plan->n_arrays++];

	name(out, slot);
	out->first = array->divisor ? range->first_instance : range->first;
	out->count = array->divisor ? (range->instances - 1) / array->divisor + 1 : range->count;
	out->stride = gl_array_stride(array);
	out->size = (uint32_t)array->size;
	out->type = array->type;
	out->flags = array->flags;
	stretch->start = (const uint8_t *)array->pointer + (size_t)out->first * out->stride;
	stretch->bytes = (uint64_t)(out->count - 1) * out->stride + gl_array_bytes(array);
}

/* Puts a stretch among the merged ones, by its address. */
static void insert(struct plan *plan, const struct stretch *stretch)
{
	unsigned int at = plan->n_merged++;

	while (at && plan->merged[at - 1].start > stretch->start) {
		plan->merged[at] = plan->merged[at - 1];
		at--;
	}
	plan->merged[at] = *stretch;
}

static void merge(struct plan *plan)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < plan->n_arrays; i++)
		insert(plan, &plan->each[i]);
	for (unsigned int i = 1; i < plan->n_merged; i++) {
		struct stretch *last = &plan->merged[n];
		const struct stretch *next = &plan->merged[i];
		const uint64_t gap = (uint64_t)(next->start - last->start);

		if (gap > last->bytes)
			plan->merged[++n] = *next;
		else if (gap + next->bytes > last->bytes)
			last->bytes = gap + next->bytes;
	}
	plan->n_merged = n + 1;
	for (unsigned int i = 0; i < plan->n_merged; i++) {
		struct stretch *stretch = &plan->merged[i];

		plan->bytes = (plan->bytes + 7) & ~UINT64_C(7);
		stretch->offset = plan->bytes + ((uintptr_t)stretch->start & 7);
		plan->bytes = stretch->offset + stretch->bytes;
	}
}

static void set_offsets(struct plan *plan)
{
	for (unsigned int i = 0; i < plan->n_arrays; i++) {
		const uint8_t *start = plan->each[i].start;
		unsigned int in = plan->n_merged - 1;

		while (plan->merged[in].start > start)
			in--;
		plan->arrays[i].offset =
			plan->merged[in].offset + (uint64_t)(start - plan->merged[in].start);
	}
}

static void send(struct gl_encoder *enc, const struct plan *plan)
{
	const uint64_t arrays = plan->n_arrays * sizeof(plan->arrays[0]);
	const uint32_t bytes = (uint32_t)plan->bytes;
	uint64_t *head = gl_encoder_begin(
		enc, GLM_CLIENT_ARRAYS, sizeof(*head), arrays + gl_part(4 + plan->bytes));
	uint64_t at = 0;

	*head = plan->n_arrays;
	gl_encoder_array(enc, plan->arrays, arrays);
	gl_encoder_raw(enc, &bytes, sizeof(bytes));
	for (unsigned int i = 0; i < plan->n_merged; i++) {
		const struct stretch *stretch = &plan->merged[i];

		for (uint64_t pad = stretch->offset - at; pad; pad -= gl_min(pad, 8))
			gl_encoder_raw(enc, padding, gl_min(pad, 8));
		gl_encoder_raw(enc, stretch->start, stretch->bytes);
		at = stretch->offset + stretch->bytes;
	}
	gl_encoder_raw(enc, padding, -(4 + at) & 7);
	gl_encoder_end(enc);
}

bool gl_arrays_send(struct gl_context *ctx, const struct gl_range *range)
{
	const struct gl_vao *vao = ctx->state.vao;
	struct plan plan;

	/* Nothing is drawn, and the host, where these arrays have no pointers yet, is not asked. */
	if (!range->count || !range->instances)
		return false;
	plan.n_arrays = plan.n_merged = 0;
	plan.bytes = 0;
	for (unsigned int slot = 0; slot < GL_SLOTS; slot++)
		if (vao->enabled & vao->client & UINT64_C(1) << slot)
			add_array(&plan, slot, &vao->arrays[slot], range);
	merge(&plan);
	if (plan.bytes > GLM_DATA_MAX) {
		gl_error(ctx, GL_OUT_OF_MEMORY);
		return false;
	}
	set_offsets(&plan);
	send(&ctx->enc, &plan);
	return true;
}
