/* SPDX-License-Identifier: MIT */
/*
 * Errors and resets. What the guest refuses by itself sets an error here; those of the host arrive
 * as events. Until a context has presented its first frame, and in exact mode always, glGetError
 * asks the host, if there is anything to ask of: while a program sets itself up it wants to know,
 * and has the time.
 */
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_link.h"
#include "gl_shadow.h"

void gl_error(struct gl_context *ctx, GLenum error)
{
	if (!ctx->error)
		ctx->error = error;
}

GLenum gl_shadow_GetError(struct gl_context *ctx)
{
	GLenum host = GL_NO_ERROR, event, error;

	if (gl_context_status(ctx)) {
		error = ctx->lost_told ? GL_NO_ERROR : GL_CONTEXT_LOST;
		ctx->lost_told = true;
		return error;
	}
	if ((ctx->exact || !ctx->state.presented) && !gl_encoder_quiet(&ctx->enc)) {
		host = gl_encode_GetError(&ctx->enc);
		ctx->enc.quiet = ctx->enc.done && host == GL_NO_ERROR;
	}
	event = atomic_exchange(&ctx->host_error, GL_NO_ERROR);
	error = ctx->error ? ctx->error : event ? event : host;
	ctx->error = GL_NO_ERROR;
	return error;
}

GLenum gl_shadow_GetGraphicsResetStatus(struct gl_context *ctx)
{
	switch (gl_context_status(ctx)) {
	case 0:
		return GL_NO_ERROR;
	case GLM_LOST_GUILTY:
		return GL_GUILTY_CONTEXT_RESET;
	case GLM_LOST_INNOCENT:
		return GL_INNOCENT_CONTEXT_RESET;
	default:
		return GL_UNKNOWN_CONTEXT_RESET;
	}
}
