/* SPDX-License-Identifier: MIT */
/* Commands by which the host writes to buffers: the guest's copies are worth nothing then. */
#include "buffers.h"
#include "gl_encode.h"
#include "gl_shadow.h"

static void written(struct gl_context *ctx, GLuint name)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (buffer)
		buffer->content = GL_CONTENT_HOST;
}

static void written_at(struct gl_context *ctx, GLenum target)
{
	const enum gl_target at = gl_buffer_target(target);

	if (at != GL_TARGET_NONE)
		written(ctx, gl_buffer_binding(ctx, at));
}

/* From now on it may be written to at any time. */
static void by_gpu(struct gl_context *ctx, GLuint name)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (buffer)
		buffer->by_gpu = true;
}

void gl_shadow_CopyBufferSubData(struct gl_context *ctx, GLenum readTarget, GLenum writeTarget,
	GLintptr readOffset, GLintptr writeOffset, GLsizeiptr size)
{
	written_at(ctx, writeTarget);
	gl_encode_CopyBufferSubData(
		&ctx->enc, readTarget, writeTarget, readOffset, writeOffset, size);
}

void gl_shadow_CopyNamedBufferSubData(struct gl_context *ctx, GLuint readBuffer, GLuint writeBuffer,
	GLintptr readOffset, GLintptr writeOffset, GLsizeiptr size)
{
	written(ctx, writeBuffer);
	gl_encode_CopyNamedBufferSubData(
		&ctx->enc, readBuffer, writeBuffer, readOffset, writeOffset, size);
}

void gl_shadow_NamedCopyBufferSubDataEXT(struct gl_context *ctx, GLuint readBuffer,
	GLuint writeBuffer, GLintptr readOffset, GLintptr writeOffset, GLsizeiptr size)
{
	written(ctx, writeBuffer);
	gl_encode_NamedCopyBufferSubDataEXT(
		&ctx->enc, readBuffer, writeBuffer, readOffset, writeOffset, size);
}

void gl_shadow_ClearBufferData(struct gl_context *ctx, GLenum target, GLenum internalformat,
	GLenum format, GLenum type, const void *data)
{
	written_at(ctx, target);
	gl_encode_ClearBufferData(&ctx->enc, target, internalformat, format, type, data);
}

void gl_shadow_ClearBufferSubData(struct gl_context *ctx, GLenum target, GLenum internalformat,
	GLintptr offset, GLsizeiptr size, GLenum format, GLenum type, const void *data)
{
	written_at(ctx, target);
	gl_encode_ClearBufferSubData(
		&ctx->enc, target, internalformat, offset, size, format, type, data);
}

void gl_shadow_ClearNamedBufferData(struct gl_context *ctx, GLuint buffer, GLenum internalformat,
	GLenum format, GLenum type, const void *data)
{
	written(ctx, buffer);
	gl_encode_ClearNamedBufferData(&ctx->enc, buffer, internalformat, format, type, data);
}

void gl_shadow_ClearNamedBufferSubData(struct gl_context *ctx, GLuint buffer, GLenum internalformat,
	GLintptr offset, GLsizeiptr size, GLenum format, GLenum type, const void *data)
{
	written(ctx, buffer);
	gl_encode_ClearNamedBufferSubData(
		&ctx->enc, buffer, internalformat, offset, size, format, type, data);
}

void gl_shadow_ClearNamedBufferDataEXT(struct gl_context *ctx, GLuint buffer, GLenum internalformat,
	GLenum format, GLenum type, const void *data)
{
	written(ctx, buffer);
	gl_encode_ClearNamedBufferDataEXT(&ctx->enc, buffer, internalformat, format, type, data);
}

void gl_shadow_ClearNamedBufferSubDataEXT(struct gl_context *ctx, GLuint buffer,
	GLenum internalformat, GLsizeiptr offset, GLsizeiptr size, GLenum format, GLenum type,
	const void *data)
{
	written(ctx, buffer);
	gl_encode_ClearNamedBufferSubDataEXT(
		&ctx->enc, buffer, internalformat, offset, size, format, type, data);
}

void gl_shadow_TransformFeedbackBufferBase(
	struct gl_context *ctx, GLuint xfb, GLuint index, GLuint buffer)
{
	by_gpu(ctx, buffer);
	gl_encode_TransformFeedbackBufferBase(&ctx->enc, xfb, index, buffer);
}

void gl_shadow_TransformFeedbackBufferRange(struct gl_context *ctx, GLuint xfb, GLuint index,
	GLuint buffer, GLintptr offset, GLsizeiptr size)
{
	by_gpu(ctx, buffer);
	gl_encode_TransformFeedbackBufferRange(&ctx->enc, xfb, index, buffer, offset, size);
}

void gl_shadow_GetQueryBufferObjectiv(
	struct gl_context *ctx, GLuint id, GLuint buffer, GLenum pname, GLintptr offset)
{
	written(ctx, buffer);
	gl_encode_GetQueryBufferObjectiv(&ctx->enc, id, buffer, pname, offset);
}

void gl_shadow_GetQueryBufferObjectuiv(
	struct gl_context *ctx, GLuint id, GLuint buffer, GLenum pname, GLintptr offset)
{
	written(ctx, buffer);
	gl_encode_GetQueryBufferObjectuiv(&ctx->enc, id, buffer, pname, offset);
}

void gl_shadow_GetQueryBufferObjecti64v(
	struct gl_context *ctx, GLuint id, GLuint buffer, GLenum pname, GLintptr offset)
{
	written(ctx, buffer);
	gl_encode_GetQueryBufferObjecti64v(&ctx->enc, id, buffer, pname, offset);
}

void gl_shadow_GetQueryBufferObjectui64v(
	struct gl_context *ctx, GLuint id, GLuint buffer, GLenum pname, GLintptr offset)
{
	written(ctx, buffer);
	gl_encode_GetQueryBufferObjectui64v(&ctx->enc, id, buffer, pname, offset);
}

/* Image stores can write to a buffer that is a texture's. */

void gl_shadow_TexBuffer(struct gl_context *ctx, GLenum target, GLenum internalformat, GLuint buffer)
{
	by_gpu(ctx, buffer);
	gl_encode_TexBuffer(&ctx->enc, target, internalformat, buffer);
}

void gl_shadow_TexBufferRange(struct gl_context *ctx, GLenum target, GLenum internalformat,
	GLuint buffer, GLintptr offset, GLsizeiptr size)
{
	by_gpu(ctx, buffer);
	gl_encode_TexBufferRange(&ctx->enc, target, internalformat, buffer, offset, size);
}

void gl_shadow_TextureBuffer(
	struct gl_context *ctx, GLuint texture, GLenum internalformat, GLuint buffer)
{
	by_gpu(ctx, buffer);
	gl_encode_TextureBuffer(&ctx->enc, texture, internalformat, buffer);
}

void gl_shadow_TextureBufferRange(struct gl_context *ctx, GLuint texture, GLenum internalformat,
	GLuint buffer, GLintptr offset, GLsizeiptr size)
{
	by_gpu(ctx, buffer);
	gl_encode_TextureBufferRange(&ctx->enc, texture, internalformat, buffer, offset, size);
}
