/* SPDX-License-Identifier: MIT */
/*
 * Fences and queries that programs wait for. Where nothing comes any more, as the context is lost,
 * they are told that all is done, so that nobody waits for ever (KHR_robustness).
 */
#include "buffers.h"
#include "gl_encode.h"
#include "gl_shadow.h"
#include "persistent.h"

/* Nanoseconds that the host waits at a time. */
#define WAIT_MAX UINT64_C(1000000000)

GLenum gl_shadow_ClientWaitSync(
	struct gl_context *ctx, GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	GLenum result;

	do {
		const GLuint64 part = gl_min(timeout, WAIT_MAX);

		result = gl_encode_ClientWaitSync(&ctx->enc, sync, flags, part);
		timeout -= part;
	} while (result == GL_TIMEOUT_EXPIRED && timeout && !ctx->enc.lost);
	if (result != GL_TIMEOUT_EXPIRED)
		gl_persistent_refresh(ctx);
	return ctx->enc.lost ? GL_ALREADY_SIGNALED : result;
}

void gl_shadow_Finish(struct gl_context *ctx)
{
	gl_encode_Finish(&ctx->enc);
	gl_persistent_refresh(ctx);
}

void gl_shadow_GetSynciv(struct gl_context *ctx, GLsync sync, GLenum pname, GLsizei count,
	GLsizei *length, GLint *values)
{
	gl_encode_GetSynciv(&ctx->enc, sync, pname, count, length, values);
	if (pname == GL_SYNC_STATUS && count > 0 && *values == GL_SIGNALED)
		gl_persistent_refresh(ctx);
	if (!ctx->enc.lost || pname != GL_SYNC_STATUS || count < 1)
		return;
	*values = GL_SIGNALED;
	if (length)
		*length = 1;
}

/* Whether it is answered here: that the result is there. */
static bool available(const struct gl_context *ctx, GLenum pname)
{
	return ctx->enc.lost && pname == GL_QUERY_RESULT_AVAILABLE &&
	       !gl_encoder_bound(&ctx->enc, GL_BOUND_QUERY);
}

void gl_shadow_GetQueryObjectiv(struct gl_context *ctx, GLuint id, GLenum pname, GLint *params)
{
	gl_encode_GetQueryObjectiv(&ctx->enc, id, pname, params);
	if (available(ctx, pname))
		*params = GL_TRUE;
}

void gl_shadow_GetQueryObjectuiv(struct gl_context *ctx, GLuint id, GLenum pname, GLuint *params)
{
	gl_encode_GetQueryObjectuiv(&ctx->enc, id, pname, params);
	if (available(ctx, pname))
		*params = GL_TRUE;
}

void gl_shadow_GetQueryObjecti64v(struct gl_context *ctx, GLuint id, GLenum pname, GLint64 *params)
{
	gl_encode_GetQueryObjecti64v(&ctx->enc, id, pname, params);
	if (available(ctx, pname))
		*params = GL_TRUE;
}

void gl_shadow_GetQueryObjectui64v(struct gl_context *ctx, GLuint id, GLenum pname, GLuint64 *params)
{
	gl_encode_GetQueryObjectui64v(&ctx->enc, id, pname, params);
	if (available(ctx, pname))
		*params = GL_TRUE;
}
