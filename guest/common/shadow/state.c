/* SPDX-License-Identifier: MIT */
#include "gl_context.h"

#include <stdlib.h>

#include "arrays.h"
#include "client_attrib.h"

bool gl_state_init(struct gl_context *ctx)
{
	struct gl_state *state = &ctx->state;

	state->vao = &state->vao_zero;
	gl_vao_init(state->vao, 0);
	state->render_mode = GL_RENDER;
	return true;
}

void gl_state_finish(struct gl_context *ctx)
{
	struct gl_state *state = &ctx->state;

	table_finish(&state->vaos, free);
	gl_client_attrib_finish(state);
}

void gl_state_made_current(struct gl_context *ctx)
{
	(void)ctx;
}

void gl_state_presented(struct gl_context *ctx)
{
	ctx->state.presented = true;
}

unsigned int gl_state_attribs(const struct gl_context *ctx)
{
	(void)ctx;
	return 16;
}
