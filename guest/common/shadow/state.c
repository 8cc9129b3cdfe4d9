/* SPDX-License-Identifier: MIT */
#include "gl_context.h"

#include <stdlib.h>

#include "arrays.h"
#include "client_attrib.h"
#include "debug.h"
#include "gl_encode.h"
#include "gl_link.h"

/* A flag of glm_context_create. */
#define GLM_CONTEXT_DEBUG 1u

bool gl_state_init(struct gl_context *ctx)
{
	struct gl_state *state = &ctx->state;

	state->vao = &state->vao_zero;
	gl_vao_init(state->vao, 0);
	state->render_mode = GL_RENDER;
	state->age = state->attachments_age = 1;
	return true;
}

/* Of what the program asked for the host knows nothing. */
static uint64_t as_wanted(const struct gl_context *ctx, const struct glm_limit *limit)
{
	if (limit->pname == GL_CONTEXT_FLAGS && ctx->no_error)
		return limit->value | GL_CONTEXT_FLAG_NO_ERROR_BIT;
	if (limit->pname == GL_CONTEXT_RELEASE_BEHAVIOR && ctx->no_flush)
		return GL_NONE;
	return limit->value;
}

bool gl_state_created(struct gl_context *ctx)
{
	struct gl_state *state = &ctx->state;
	struct glm_limit *limit;

	for (uint16_t i = 0; i < ctx->caps.n_limits; i++) {
		limit = &ctx->caps.limits[i];
		limit->value = as_wanted(ctx, limit);
		if (limit->pname && !table_set(&state->limits, limit->pname, limit))
			return false;
	}
	limit = table_find(&state->limits, GL_MAX_VERTEX_ATTRIBS);
	state->attribs = limit ? (unsigned int)gl_min(limit->value, GL_ATTRIBS) : 16;
	return true;
}

void gl_state_finish(struct gl_context *ctx)
{
	struct gl_state *state = &ctx->state;

	table_finish(&state->vaos, free);
	table_finish(&state->limits, NULL);
	free(state->formats);
	gl_client_attrib_finish(state);
}

/* The first time: the viewport is that of the surface, and the host hears how errors are to be told. */
static void first_time(struct gl_context *ctx)
{
	const struct glm_errors errors = { .mode = GLM_ERRORS_EXACT };
	struct gl_state *state = &ctx->state;

	state->seen = true;
	if (ctx->draw) {
		state->viewport[2] = state->scissor[2] = (GLint)ctx->draw->width;
		state->viewport[3] = state->scissor[3] = (GLint)ctx->draw->height;
		state->viewport_age = state->scissor_age = state->age;
	}
	if (ctx->flags & GLM_CONTEXT_DEBUG)
		gl_debug_want(ctx);
	if (ctx->exact) {
		gl_link_enter(ctx);
		gl_link_send(ctx->link, &glm_errors_type, &errors);
		gl_link_leave(ctx);
	}
}

void gl_state_made_current(struct gl_context *ctx)
{
	if (!ctx->state.seen)
		first_time(ctx);
	ctx->state.attachments_age++;
	ctx->state.begun = false;
}

void gl_state_presented(struct gl_context *ctx)
{
	ctx->state.presented = true;
}

unsigned int gl_state_attribs(const struct gl_context *ctx)
{
	return ctx->state.attribs;
}

static unsigned int place(GLenum pname)
{
	return (pname * UINT32_C(2654435769) >> 16) % GL_KNOWN;
}

void gl_known_set(struct gl_context *ctx, GLenum pname, GLint value)
{
	struct gl_state *state = &ctx->state;

	if (state->list_mode != GL_COMPILE)
		state->known[place(pname)] = (struct gl_known){ pname, value, state->age };
}

void gl_known_drop(struct gl_context *ctx, GLenum pname)
{
	struct gl_known *known = &ctx->state.known[place(pname)];

	if (known->pname == pname)
		known->age = 0;
}

bool gl_known_get(const struct gl_context *ctx, GLenum pname, GLint *ret_value)
{
	const struct gl_known *known = &ctx->state.known[place(pname)];

	if (known->pname != pname || known->age != ctx->state.age)
		return false;
	*ret_value = known->value;
	return true;
}
