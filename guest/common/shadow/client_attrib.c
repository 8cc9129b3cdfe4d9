/* SPDX-License-Identifier: MIT */
#include "client_attrib.h"

#include <stdlib.h>

#include "arrays.h"
#include "gl_encode.h"
#include "gl_shadow.h"

struct gl_client_attrib {
	GLbitfield mask;
	struct gl_pixel_store unpack, pack;
	bool unpack_lsb_first, pack_lsb_first;
	GLuint array_buffer, client_unit;
	struct gl_vao vao; /* what the bound one was */
};

void gl_client_attrib_finish(struct gl_state *state)
{
	while (state->client_depth)
		free(state->client_stack[--state->client_depth]);
}

/* Keeps the groups of the mask. False: there is no room. */
static bool push(struct gl_context *ctx, GLbitfield mask)
{
	struct gl_state *state = &ctx->state;
	struct gl_client_attrib *saved = NULL;

	if (state->client_depth < GL_CLIENT_STACK)
		saved = malloc(sizeof(*saved));
	if (!saved) {
		gl_error(ctx, GL_STACK_OVERFLOW);
		return false;
	}
	saved->mask = mask;
	saved->unpack = ctx->enc.unpack;
	saved->pack = ctx->enc.pack;
	saved->unpack_lsb_first = ctx->enc.unpack_lsb_first;
	saved->pack_lsb_first = ctx->enc.pack_lsb_first;
	saved->array_buffer = state->buffers[GL_TARGET_ARRAY];
	saved->client_unit = state->client_unit;
	saved->vao = *state->vao;
	state->client_stack[state->client_depth++] = saved;
	return true;
}

static void set_bound(struct gl_context *ctx, enum gl_binding binding, GLuint buffer)
{
	const uint32_t bit = 1u << binding;

	ctx->enc.bound = buffer ? ctx->enc.bound | bit : ctx->enc.bound & ~bit;
}

static void restore_arrays(struct gl_context *ctx, const struct gl_client_attrib *saved)
{
	struct gl_state *state = &ctx->state;
	struct gl_vao *vao = gl_vao_get(ctx, saved->vao.name);

	if (!vao)
		return;
	*vao = saved->vao;
	state->vao = vao;
	state->buffers[GL_TARGET_ARRAY] = saved->array_buffer;
	state->client_unit = saved->client_unit;
	set_bound(ctx, GL_BOUND_ARRAY, saved->array_buffer);
	set_bound(ctx, GL_BOUND_ELEMENT_ARRAY, vao->element_buffer);
}

void gl_shadow_PushClientAttrib(struct gl_context *ctx, GLbitfield mask)
{
	if (push(ctx, mask))
		gl_encode_PushClientAttrib(&ctx->enc, mask);
}

void gl_shadow_PopClientAttrib(struct gl_context *ctx)
{
	struct gl_state *state = &ctx->state;
	struct gl_client_attrib *saved;

	if (!state->client_depth) {
		gl_error(ctx, GL_STACK_UNDERFLOW);
		return;
	}
	saved = state->client_stack[--state->client_depth];
	if (saved->mask & GL_CLIENT_PIXEL_STORE_BIT) {
		ctx->enc.unpack = saved->unpack;
		ctx->enc.pack = saved->pack;
		ctx->enc.unpack_lsb_first = saved->unpack_lsb_first;
		ctx->enc.pack_lsb_first = saved->pack_lsb_first;
	}
	if (saved->mask & GL_CLIENT_VERTEX_ARRAY_BIT)
		restore_arrays(ctx, saved);
	free(saved);
	gl_encode_PopClientAttrib(&ctx->enc);
}

static void set_defaults(struct gl_context *ctx, GLbitfield mask)
{
	struct gl_state *state = &ctx->state;

	if (mask & GL_CLIENT_PIXEL_STORE_BIT) {
		ctx->enc.unpack = ctx->enc.pack = (struct gl_pixel_store){ .alignment = 4 };
		ctx->enc.unpack_lsb_first = ctx->enc.pack_lsb_first = false;
		state->buffers[GL_TARGET_PIXEL_PACK] = state->buffers[GL_TARGET_PIXEL_UNPACK] = 0;
		set_bound(ctx, GL_BOUND_PIXEL_PACK, 0);
		set_bound(ctx, GL_BOUND_PIXEL_UNPACK, 0);
	}
	if (mask & GL_CLIENT_VERTEX_ARRAY_BIT) {
		gl_vao_init(state->vao, state->vao->name);
		state->buffers[GL_TARGET_ARRAY] = 0;
		state->client_unit = 0;
		set_bound(ctx, GL_BOUND_ARRAY, 0);
		set_bound(ctx, GL_BOUND_ELEMENT_ARRAY, 0);
	}
}

void gl_shadow_ClientAttribDefaultEXT(struct gl_context *ctx, GLbitfield mask)
{
	set_defaults(ctx, mask);
	gl_encode_ClientAttribDefaultEXT(&ctx->enc, mask);
}

void gl_shadow_PushClientAttribDefaultEXT(struct gl_context *ctx, GLbitfield mask)
{
	if (!push(ctx, mask))
		return;
	set_defaults(ctx, mask);
	gl_encode_PushClientAttribDefaultEXT(&ctx->enc, mask);
}
