/* SPDX-License-Identifier: MIT */
/*
 * Commands by which the host writes to buffers: the guest's copies are worth nothing then. The host
 * knows of no map, so what may not be done to a mapped buffer is refused here.
 */
#include "buffers.h"

/* Whether it is mapped, so that commands may not touch it. Sets an error. */
static bool busy(struct gl_context *ctx, const struct gl_buffer *buffer)
{
	if (!buffer || !buffer->mapped || buffer->access & GL_MAP_PERSISTENT_BIT)
		return false;
	gl_error(ctx, GL_INVALID_OPERATION);
	return true;
}

bool gl_may_read_buffer(struct gl_context *ctx, GLuint name)
{
	return !busy(ctx, gl_buffer_get(ctx, name));
}

bool gl_may_read_buffer_at(struct gl_context *ctx, GLenum target)
{
	const enum gl_target at = gl_buffer_target(target);

	return at == GL_TARGET_NONE || !busy(ctx, gl_buffer_bound(ctx, at));
}

bool gl_may_write_buffer(struct gl_context *ctx, GLuint name)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (busy(ctx, buffer))
		return false;
	if (buffer)
		buffer->content = GL_CONTENT_HOST;
	return true;
}

bool gl_may_write_buffer_at(struct gl_context *ctx, GLenum target)
{
	const enum gl_target at = gl_buffer_target(target);

	return at == GL_TARGET_NONE || gl_may_write_buffer(ctx, gl_buffer_binding(ctx, at));
}

/* Elsewhere than where it is mapped a part of it may be touched. */
static bool part_busy(
	struct gl_context *ctx, const struct gl_buffer *buffer, GLintptr offset, GLsizeiptr length)
{
	return buffer && offset < buffer->map_offset + buffer->map_length &&
	       offset + length > buffer->map_offset && busy(ctx, buffer);
}

bool gl_may_invalidate(struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr length)
{
	return !part_busy(ctx, gl_buffer_get(ctx, name), offset, length);
}

bool gl_may_write_part(struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr length)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (part_busy(ctx, buffer, offset, length))
		return false;
	if (buffer)
		buffer->content = GL_CONTENT_HOST;
	return true;
}

bool gl_may_write_part_at(struct gl_context *ctx, GLenum target, GLintptr offset, GLsizeiptr length)
{
	const enum gl_target at = gl_buffer_target(target);

	return at == GL_TARGET_NONE ||
	       gl_may_write_part(ctx, gl_buffer_binding(ctx, at), offset, length);
}

void gl_note_buffer_by_gpu(struct gl_context *ctx, GLuint name)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (buffer)
		buffer->by_gpu = true;
}
