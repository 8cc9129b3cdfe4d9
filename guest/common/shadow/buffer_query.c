/* SPDX-License-Identifier: MIT */
/* What programs ask of buffer objects, answered without the host. */
#include "buffers.h"
#include "gl_encode.h"
#include "gl_shadow.h"

/* False: there is no such parameter. */
static bool parameter(const struct gl_buffer *buffer, GLenum pname, int64_t *ret_value)
{
	switch (pname) {
	case GL_BUFFER_SIZE:
		*ret_value = buffer->size;
		return true;
	case GL_BUFFER_USAGE:
		*ret_value = buffer->usage;
		return true;
	case GL_BUFFER_ACCESS:
		*ret_value = buffer->access_enum;
		return true;
	case GL_BUFFER_ACCESS_FLAGS:
		*ret_value = buffer->access;
		return true;
	case GL_BUFFER_MAPPED:
		*ret_value = buffer->mapped;
		return true;
	case GL_BUFFER_MAP_OFFSET:
		*ret_value = buffer->map_offset;
		return true;
	case GL_BUFFER_MAP_LENGTH:
		*ret_value = buffer->map_length;
		return true;
	case GL_BUFFER_IMMUTABLE_STORAGE:
		*ret_value = buffer->immutable;
		return true;
	case GL_BUFFER_STORAGE_FLAGS:
		*ret_value = buffer->storage;
		return true;
	default:
		return false;
	}
}

static bool query(
	struct gl_context *ctx, const struct gl_buffer *buffer, GLenum pname, int64_t *ret_value)
{
	if (buffer && parameter(buffer, pname, ret_value))
		return true;
	gl_error(ctx, buffer ? GL_INVALID_ENUM : GL_INVALID_OPERATION);
	return false;
}

static bool query_target(struct gl_context *ctx, GLenum target, GLenum pname, int64_t *ret_value)
{
	const enum gl_target at = gl_buffer_target(target);

	if (at != GL_TARGET_NONE)
		return query(ctx, gl_buffer_bound(ctx, at), pname, ret_value);
	gl_error(ctx, GL_INVALID_ENUM);
	return false;
}

void gl_shadow_GetBufferParameteriv(struct gl_context *ctx, GLenum target, GLenum pname, GLint *params)
{
	int64_t value;

	if (query_target(ctx, target, pname, &value))
		*params = (GLint)value;
}

void gl_shadow_GetBufferParameteri64v(
	struct gl_context *ctx, GLenum target, GLenum pname, GLint64 *params)
{
	int64_t value;

	if (query_target(ctx, target, pname, &value))
		*params = value;
}

void gl_shadow_GetNamedBufferParameteriv(
	struct gl_context *ctx, GLuint buffer, GLenum pname, GLint *params)
{
	int64_t value;

	if (query(ctx, gl_buffer_get(ctx, buffer), pname, &value))
		*params = (GLint)value;
}

void gl_shadow_GetNamedBufferParameterivEXT(
	struct gl_context *ctx, GLuint buffer, GLenum pname, GLint *params)
{
	gl_shadow_GetNamedBufferParameteriv(ctx, buffer, pname, params);
}

void gl_shadow_GetNamedBufferParameteri64v(
	struct gl_context *ctx, GLuint buffer, GLenum pname, GLint64 *params)
{
	int64_t value;

	if (query(ctx, gl_buffer_get(ctx, buffer), pname, &value))
		*params = value;
}
