/* SPDX-License-Identifier: MIT */
/*
 * Mapping: what a program gets is the guest's copy of a buffer's data. It is fetched only where
 * what the host has counts, and what may have been written is sent at the latest when the map ends.
 */
#include <string.h>

#include "buffers.h"
#include "gl_encode.h"
#include "gl_shadow.h"
#include "persistent.h"

#define KNOWN_BITS                                                          \
	(GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_MAP_INVALIDATE_RANGE_BIT | \
		GL_MAP_INVALIDATE_BUFFER_BIT | GL_MAP_FLUSH_EXPLICIT_BIT |  \
		GL_MAP_UNSYNCHRONIZED_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT)

/* What the specification has against a map (OpenGL 4.6, 6.3). */
static GLenum fault(const struct gl_buffer *buffer, int64_t offset, int64_t length, GLbitfield access)
{
	const GLbitfield needs_write = GL_MAP_FLUSH_EXPLICIT_BIT;
	const GLbitfield needs_no_read = GL_MAP_INVALIDATE_RANGE_BIT |
					 GL_MAP_INVALIDATE_BUFFER_BIT | GL_MAP_UNSYNCHRONIZED_BIT;
	const GLbitfield stored =
		GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;

	if (!buffer)
		return GL_INVALID_OPERATION;
	if (offset < 0 || length < 0 || access & ~(GLbitfield)KNOWN_BITS ||
		length > buffer->size - offset)
		return GL_INVALID_VALUE;
	if (length == 0 || buffer->mapped || !(access & (GL_MAP_READ_BIT | GL_MAP_WRITE_BIT)))
		return GL_INVALID_OPERATION;
	if (access & needs_no_read && access & GL_MAP_READ_BIT)
		return GL_INVALID_OPERATION;
	if (access & needs_write && !(access & GL_MAP_WRITE_BIT))
		return GL_INVALID_OPERATION;
	if (buffer->immutable && access & stored & ~buffer->storage)
		return GL_INVALID_OPERATION;
	if (!buffer->immutable && access & (GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT))
		return GL_INVALID_OPERATION;
	return GL_NO_ERROR;
}

/* Whether the data that the host has do not count. */
static bool discards(const struct gl_buffer *buffer, int64_t offset, int64_t length, GLbitfield access)
{
	if (access & GL_MAP_INVALIDATE_BUFFER_BIT)
		return true;
	return access & GL_MAP_INVALIDATE_RANGE_BIT && offset == 0 && length == buffer->size;
}

static void *map(struct gl_context *ctx, struct gl_buffer *buffer, int64_t offset, int64_t length,
	GLbitfield access)
{
	const GLenum error = ctx->enc.lost ? GL_CONTEXT_LOST : fault(buffer, offset, length, access);
	bool room;

	if (error) {
		gl_error(ctx, error);
		return NULL;
	}
	if (discards(buffer, offset, length, access))
		buffer->content = GL_CONTENT_UNDEFINED;
	/* A range that is thrown away is not fetched, nor is what is around it: it is not sent either. */
	if (access & GL_MAP_INVALIDATE_RANGE_BIT ||
		(discards(buffer, offset, length, access) && buffer->by_gpu))
		room = gl_buffer_room(buffer);
	else
		room = gl_buffer_data(ctx, buffer) != NULL;
	if (!room) {
		gl_error(ctx, GL_OUT_OF_MEMORY);
		return NULL;
	}
	if (buffer->content == GL_CONTENT_UNDEFINED)
		buffer->content = GL_CONTENT_COPY;
	buffer->mapped = true;
	buffer->access = access;
	buffer->map_offset = offset;
	buffer->map_length = length;
	if (access & GL_MAP_PERSISTENT_BIT && !gl_persistent_begin(ctx, buffer)) {
		buffer->mapped = false;
		gl_error(ctx, GL_OUT_OF_MEMORY);
		return NULL;
	}
	return buffer->data + offset;
}

static GLboolean unmap(struct gl_context *ctx, struct gl_buffer *buffer)
{
	if (!buffer || !buffer->mapped) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return GL_FALSE;
	}
	buffer->mapped = false;
	if (buffer->sent) {
		gl_persistent_send(ctx, buffer);
		gl_persistent_end(ctx, buffer);
	} else if (buffer->access & GL_MAP_WRITE_BIT && !(buffer->access & GL_MAP_FLUSH_EXPLICIT_BIT))
		gl_buffer_send(ctx, buffer, buffer->map_offset, buffer->map_length,
			buffer->data + buffer->map_offset);
	buffer->access = 0;
	buffer->access_enum = GL_READ_WRITE;
	buffer->map_offset = buffer->map_length = 0;
	return GL_TRUE;
}

static void flush(struct gl_context *ctx, struct gl_buffer *buffer, GLintptr offset, GLsizeiptr length)
{
	if (!buffer || !buffer->mapped || !(buffer->access & GL_MAP_FLUSH_EXPLICIT_BIT)) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	if (offset < 0 || length < 0 || length > buffer->map_length - offset) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	offset += (GLintptr)buffer->map_offset;
	gl_buffer_send(ctx, buffer, offset, length, buffer->data + offset);
}

/* The bound buffer of a command that names a target. False: there is no such target, or none bound. */
static bool target_buffer(struct gl_context *ctx, GLenum target, struct gl_buffer **ret_buffer)
{
	const enum gl_target at = gl_buffer_target(target);

	if (at == GL_TARGET_NONE) {
		gl_error(ctx, GL_INVALID_ENUM);
		return false;
	}
	*ret_buffer = gl_buffer_bound(ctx, at);
	return true;
}

/* The bits of GL_READ_ONLY and its fellows; 0 for what is none. */
static GLbitfield access_bits(struct gl_context *ctx, GLenum access)
{
	switch (access) {
	case GL_READ_ONLY:
		return GL_MAP_READ_BIT;
	case GL_WRITE_ONLY:
		return GL_MAP_WRITE_BIT;
	case GL_READ_WRITE:
		return GL_MAP_READ_BIT | GL_MAP_WRITE_BIT;
	default:
		gl_error(ctx, GL_INVALID_ENUM);
		return 0;
	}
}

static GLenum access_enum(GLbitfield access)
{
	if (!(access & GL_MAP_WRITE_BIT))
		return GL_READ_ONLY;
	return access & GL_MAP_READ_BIT ? GL_READ_WRITE : GL_WRITE_ONLY;
}

static void *map_range(struct gl_context *ctx, struct gl_buffer *buffer, int64_t offset,
	int64_t length, GLbitfield access)
{
	void *memory = map(ctx, buffer, offset, length, access);

	if (memory)
		buffer->access_enum = access_enum(access);
	return memory;
}

void *gl_shadow_MapBuffer(struct gl_context *ctx, GLenum target, GLenum access)
{
	const GLbitfield bits = access_bits(ctx, access);
	struct gl_buffer *buffer;

	if (!bits || !target_buffer(ctx, target, &buffer))
		return NULL;
	return map_range(ctx, buffer, 0, buffer ? buffer->size : 0, bits);
}

void *gl_shadow_MapBufferRange(struct gl_context *ctx, GLenum target, GLintptr offset,
	GLsizeiptr length, GLbitfield access)
{
	struct gl_buffer *buffer;

	return target_buffer(ctx, target, &buffer) ? map_range(ctx, buffer, offset, length, access)
						   : NULL;
}

void *gl_shadow_MapNamedBuffer(struct gl_context *ctx, GLuint name, GLenum access)
{
	const GLbitfield bits = access_bits(ctx, access);
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	return bits ? map_range(ctx, buffer, 0, buffer ? buffer->size : 0, bits) : NULL;
}

void *gl_shadow_MapNamedBufferEXT(struct gl_context *ctx, GLuint name, GLenum access)
{
	return gl_shadow_MapNamedBuffer(ctx, name, access);
}

void *gl_shadow_MapNamedBufferRange(
	struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr length, GLbitfield access)
{
	return map_range(ctx, gl_buffer_get(ctx, name), offset, length, access);
}

void *gl_shadow_MapNamedBufferRangeEXT(
	struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr length, GLbitfield access)
{
	return map_range(ctx, gl_buffer_get(ctx, name), offset, length, access);
}

GLboolean gl_shadow_UnmapBuffer(struct gl_context *ctx, GLenum target)
{
	struct gl_buffer *buffer;

	return target_buffer(ctx, target, &buffer) ? unmap(ctx, buffer) : GL_FALSE;
}

GLboolean gl_shadow_UnmapNamedBuffer(struct gl_context *ctx, GLuint name)
{
	return unmap(ctx, gl_buffer_get(ctx, name));
}

GLboolean gl_shadow_UnmapNamedBufferEXT(struct gl_context *ctx, GLuint name)
{
	return unmap(ctx, gl_buffer_get(ctx, name));
}

void gl_shadow_FlushMappedBufferRange(
	struct gl_context *ctx, GLenum target, GLintptr offset, GLsizeiptr length)
{
	struct gl_buffer *buffer;

	if (target_buffer(ctx, target, &buffer))
		flush(ctx, buffer, offset, length);
}

void gl_shadow_FlushMappedNamedBufferRange(
	struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr length)
{
	flush(ctx, gl_buffer_get(ctx, name), offset, length);
}

void gl_shadow_FlushMappedNamedBufferRangeEXT(
	struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr length)
{
	flush(ctx, gl_buffer_get(ctx, name), offset, length);
}

static void pointer(struct gl_context *ctx, struct gl_buffer *buffer, GLenum pname, void **params)
{
	if (pname != GL_BUFFER_MAP_POINTER)
		gl_error(ctx, GL_INVALID_ENUM);
	else if (!buffer)
		gl_error(ctx, GL_INVALID_OPERATION);
	else
		*params = buffer->mapped ? buffer->data + buffer->map_offset : NULL;
}

void gl_shadow_GetBufferPointerv(struct gl_context *ctx, GLenum target, GLenum pname, void **params)
{
	struct gl_buffer *buffer;

	if (target_buffer(ctx, target, &buffer))
		pointer(ctx, buffer, pname, params);
}

void gl_shadow_GetNamedBufferPointerv(struct gl_context *ctx, GLuint name, GLenum pname, void **params)
{
	pointer(ctx, gl_buffer_get(ctx, name), pname, params);
}

void gl_shadow_GetNamedBufferPointervEXT(
	struct gl_context *ctx, GLuint name, GLenum pname, void **params)
{
	pointer(ctx, gl_buffer_get(ctx, name), pname, params);
}
