/* SPDX-License-Identifier: MIT */
/* glBegin and glEnd: between them the guest answers nothing by itself. */
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"

void gl_shadow_Begin(struct gl_context *ctx, GLenum mode)
{
	ctx->state.begun = true;
	gl_encode_Begin(&ctx->enc, mode);
}

void gl_shadow_End(struct gl_context *ctx)
{
	ctx->state.begun = false;
	gl_encode_End(&ctx->enc);
}

/*
 * Whether the host began anything it knows alone. No state can be asked for there: the query is the
 * error that the command would have been.
 */
bool gl_really_inside(struct gl_context *ctx)
{
	GLint mode = 0;

	gl_encode_GetIntegerv(&ctx->enc, GL_RENDER_MODE, &mode);
	ctx->state.begun = mode == 0;
	return ctx->state.begun;
}
