/* SPDX-License-Identifier: MIT */
/* glEnable and its like, for what the guest itself has to know. */
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"

static void set(struct gl_context *ctx, GLenum cap, bool on)
{
	if (cap == GL_PRIMITIVE_RESTART)
		ctx->state.restart = on;
	else if (cap == GL_PRIMITIVE_RESTART_FIXED_INDEX)
		ctx->state.restart_fixed = on;
}

void gl_shadow_Enable(struct gl_context *ctx, GLenum cap)
{
	set(ctx, cap, true);
	gl_encode_Enable(&ctx->enc, cap);
}

void gl_shadow_Disable(struct gl_context *ctx, GLenum cap)
{
	set(ctx, cap, false);
	gl_encode_Disable(&ctx->enc, cap);
}

void gl_shadow_PrimitiveRestartIndex(struct gl_context *ctx, GLuint index)
{
	ctx->state.restart_index = index;
	gl_encode_PrimitiveRestartIndex(&ctx->enc, index);
}
