/* SPDX-License-Identifier: MIT */
/* Buffer objects: bindings and data. Mapping is in map.c. */
#include "buffers.h"

#include <stdlib.h>
#include <string.h>

#include "gl_encode.h"
#include "gl_shadow.h"
#include "persistent.h"

/* Bytes that go out in one piece, so that the host begins with it while the guest sends more. */
#define PIECE (256 << 10)
/* GL_MIN_MAP_BUFFER_ALIGNMENT */
#define MAP_ALIGNMENT 64u

enum gl_target gl_buffer_target(GLenum target)
{
	switch (target) {
	case GL_ARRAY_BUFFER:
		return GL_TARGET_ARRAY;
	case GL_ELEMENT_ARRAY_BUFFER:
		return GL_TARGET_ELEMENT_ARRAY;
	case GL_PIXEL_PACK_BUFFER:
		return GL_TARGET_PIXEL_PACK;
	case GL_PIXEL_UNPACK_BUFFER:
		return GL_TARGET_PIXEL_UNPACK;
	case GL_DRAW_INDIRECT_BUFFER:
		return GL_TARGET_DRAW_INDIRECT;
	case GL_DISPATCH_INDIRECT_BUFFER:
		return GL_TARGET_DISPATCH_INDIRECT;
	case GL_PARAMETER_BUFFER:
		return GL_TARGET_PARAMETER;
	case GL_QUERY_BUFFER:
		return GL_TARGET_QUERY;
	case GL_TRANSFORM_FEEDBACK_BUFFER:
		return GL_TARGET_TRANSFORM_FEEDBACK;
	case GL_COPY_READ_BUFFER:
		return GL_TARGET_COPY_READ;
	case GL_COPY_WRITE_BUFFER:
		return GL_TARGET_COPY_WRITE;
	case GL_UNIFORM_BUFFER:
		return GL_TARGET_UNIFORM;
	case GL_SHADER_STORAGE_BUFFER:
		return GL_TARGET_SHADER_STORAGE;
	case GL_ATOMIC_COUNTER_BUFFER:
		return GL_TARGET_ATOMIC_COUNTER;
	case GL_TEXTURE_BUFFER:
		return GL_TARGET_TEXTURE;
	default:
		return GL_TARGET_NONE;
	}
}

/* Whether commands may write to what is bound there. */
static bool written(enum gl_target target)
{
	return target == GL_TARGET_PIXEL_PACK || target == GL_TARGET_QUERY ||
	       target == GL_TARGET_TRANSFORM_FEEDBACK || target == GL_TARGET_SHADER_STORAGE ||
	       target == GL_TARGET_ATOMIC_COUNTER || target == GL_TARGET_COPY_WRITE ||
	       target == GL_TARGET_TEXTURE;
}

void gl_buffer_release(void *data)
{
	struct gl_buffer *buffer = data;

	free(buffer->allocation);
	free(buffer->sent);
	free(buffer);
}

struct gl_buffer *gl_buffer_get(struct gl_context *ctx, GLuint name)
{
	struct gl_share *share = ctx->share;
	struct gl_buffer *buffer;

	if (!name)
		return NULL;
	gl_share_lock(share);
	buffer = table_find(&share->buffers, name);
	if (!buffer && (buffer = calloc(1, sizeof(*buffer)))) {
		buffer->name = name;
		buffer->usage = GL_STATIC_DRAW;
		buffer->access_enum = GL_READ_WRITE;
		buffer->content = GL_CONTENT_UNDEFINED;
		if (!table_set(&share->buffers, name, buffer)) {
			free(buffer);
			buffer = NULL;
		}
	}
	gl_share_unlock(share);
	return buffer;
}

GLuint gl_buffer_binding(const struct gl_context *ctx, enum gl_target target)
{
	if (target == GL_TARGET_ELEMENT_ARRAY)
		return ctx->state.vao->element_buffer;
	return ctx->state.buffers[target];
}

struct gl_buffer *gl_buffer_bound(struct gl_context *ctx, enum gl_target target)
{
	return gl_buffer_get(ctx, gl_buffer_binding(ctx, target));
}

bool gl_buffer_room(struct gl_buffer *buffer)
{
	const size_t size = (size_t)buffer->size + MAP_ALIGNMENT;

	if (buffer->data)
		return true;
	buffer->allocation = calloc(1, size);
	if (!buffer->allocation)
		return false;
	buffer->data = (uint8_t *)(((uintptr_t)buffer->allocation + MAP_ALIGNMENT - 1) &
				   ~(uintptr_t)(MAP_ALIGNMENT - 1));
	return true;
}

static void forget_copy(struct gl_buffer *buffer)
{
	free(buffer->allocation);
	buffer->allocation = NULL;
	buffer->data = NULL;
}

/* A target where the buffer is bound: any will do, and where there is none it is bound for a moment. */
static GLenum lend(struct gl_context *ctx, GLuint name)
{
	if (ctx->state.vao->element_buffer == name)
		return GL_ELEMENT_ARRAY_BUFFER;
	if (ctx->state.buffers[GL_TARGET_ARRAY] != name)
		gl_encode_BindBuffer(&ctx->enc, GL_ARRAY_BUFFER, name);
	return GL_ARRAY_BUFFER;
}

static void give_back(struct gl_context *ctx, GLuint name)
{
	const GLuint bound = ctx->state.buffers[GL_TARGET_ARRAY];

	if (bound != name && ctx->state.vao->element_buffer != name)
		gl_encode_BindBuffer(&ctx->enc, GL_ARRAY_BUFFER, bound);
}

uint8_t *gl_buffer_data(struct gl_context *ctx, struct gl_buffer *buffer)
{
	if (!gl_buffer_room(buffer)) {
		gl_error(ctx, GL_OUT_OF_MEMORY);
		return NULL;
	}
	if (buffer->size && (buffer->content == GL_CONTENT_HOST || buffer->by_gpu)) {
		const GLenum target = lend(ctx, buffer->name);

		gl_encode_GetBufferSubData(
			&ctx->enc, target, 0, (GLsizeiptr)buffer->size, buffer->data);
		give_back(ctx, buffer->name);
	}
	buffer->content = GL_CONTENT_COPY;
	buffer->kept = true;
	return buffer->data;
}

static void bind(struct gl_context *ctx, enum gl_target target, GLuint name)
{
	const uint32_t bit = target < (enum gl_target)GL_BINDINGS ? 1u << target : 0;

	if (target == GL_TARGET_ELEMENT_ARRAY)
		ctx->state.vao->element_buffer = name;
	else
		ctx->state.buffers[target] = name;
	ctx->enc.bound = name ? ctx->enc.bound | bit : ctx->enc.bound & ~bit;
	if (name && written(target))
		gl_note_buffer_by_gpu(ctx, name);
}

/* Whether a name can be bound: a core profile wants one that was handed out. */
static bool bindable(struct gl_context *ctx, GLuint name)
{
	if (name < atomic_load_explicit(&ctx->share->next[GL_CLASS_BUFFER], memory_order_relaxed))
		return true;
	if (ctx->profile == GLM_PROFILE_CORE) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return false;
	}
	gl_name_chosen(ctx, GL_CLASS_BUFFER, name);
	return true;
}

/* As a command that binds it does. False: it cannot be bound. */
static bool bind_at(struct gl_context *ctx, GLenum target, GLuint name)
{
	const enum gl_target to = gl_buffer_target(target);

	if (!bindable(ctx, name))
		return false;
	if (to != GL_TARGET_NONE)
		bind(ctx, to, name);
	return true;
}

void gl_shadow_BindBuffer(struct gl_context *ctx, GLenum target, GLuint buffer)
{
	if (bind_at(ctx, target, buffer))
		gl_encode_BindBuffer(&ctx->enc, target, buffer);
}

void gl_shadow_BindBufferBase(struct gl_context *ctx, GLenum target, GLuint index, GLuint buffer)
{
	if (bind_at(ctx, target, buffer))
		gl_encode_BindBufferBase(&ctx->enc, target, index, buffer);
}

void gl_shadow_BindBufferRange(struct gl_context *ctx, GLenum target, GLuint index, GLuint buffer,
	GLintptr offset, GLsizeiptr size)
{
	if (!bindable(ctx, buffer))
		return;
	if (buffer && (size <= 0 || offset < 0)) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (bind_at(ctx, target, buffer))
		gl_encode_BindBufferRange(&ctx->enc, target, index, buffer, offset, size);
}

void gl_shadow_BindBufferOffsetEXT(
	struct gl_context *ctx, GLenum target, GLuint index, GLuint buffer, GLintptr offset)
{
	if (bind_at(ctx, target, buffer))
		gl_encode_BindBufferOffsetEXT(&ctx->enc, target, index, buffer, offset);
}

/* Bindings of glBindBuffers*: the general ones stay, but what is written to is marked. */
static void mark_all(struct gl_context *ctx, GLenum target, GLsizei count, const GLuint *buffers)
{
	const enum gl_target to = gl_buffer_target(target);

	if (to == GL_TARGET_NONE || !written(to))
		return;
	for (GLsizei i = 0; buffers && i < count; i++)
		gl_note_buffer_by_gpu(ctx, buffers[i]);
}

void gl_shadow_BindBuffersBase(
	struct gl_context *ctx, GLenum target, GLuint first, GLsizei count, const GLuint *buffers)
{
	mark_all(ctx, target, count, buffers);
	gl_encode_BindBuffersBase(&ctx->enc, target, first, count, buffers);
}

void gl_shadow_BindBuffersRange(struct gl_context *ctx, GLenum target, GLuint first, GLsizei count,
	const GLuint *buffers, const GLintptr *offsets, const GLsizeiptr *sizes)
{
	mark_all(ctx, target, count, buffers);
	gl_encode_BindBuffersRange(&ctx->enc, target, first, count, buffers, offsets, sizes);
}

/* A buffer goes: it is bound no more in this context. */
static void unbind(struct gl_context *ctx, GLuint name)
{
	struct gl_vao *vao = ctx->state.vao;

	for (enum gl_target target = 0; target < GL_TARGETS; target++)
		if (gl_buffer_binding(ctx, target) == name)
			bind(ctx, target, 0);
	for (unsigned int slot = 0; slot < GL_SLOTS; slot++)
		if (vao->arrays[slot].buffer == name)
			vao->arrays[slot].buffer = 0;
}

void gl_shadow_DeleteBuffers(struct gl_context *ctx, GLsizei n, const GLuint *buffers)
{
	if (n < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	gl_encode_DeleteBuffers(&ctx->enc, n, buffers);
	for (GLsizei i = 0; i < n; i++) {
		struct gl_buffer *buffer;

		if (!buffers[i])
			continue;
		unbind(ctx, buffers[i]);
		gl_share_lock(ctx->share);
		buffer = table_remove(&ctx->share->buffers, buffers[i]);
		gl_share_unlock(ctx->share);
		if (!buffer)
			continue;
		gl_persistent_end(ctx, buffer);
		gl_buffer_release(buffer);
	}
}

void gl_buffer_send(struct gl_context *ctx, struct gl_buffer *buffer, int64_t offset, int64_t size,
	const void *data)
{
	const GLenum target = lend(ctx, buffer->name);

	for (int64_t at = 0; at < size; at += PIECE)
		gl_encode_BufferSubData(&ctx->enc, target, (GLintptr)(offset + at),
			(GLsizeiptr)(size - at < PIECE ? size - at : PIECE),
			(const uint8_t *)data + at);
	give_back(ctx, buffer->name);
}

/* It has a new data store. False: it cannot have one. */
static bool new_store(struct gl_context *ctx, struct gl_buffer *buffer, GLsizeiptr size,
	const void *data, GLenum usage, GLbitfield storage)
{
	if (size < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	if (!buffer || buffer->immutable) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return false;
	}
	if (buffer->size != size)
		forget_copy(buffer);
	buffer->mapped = false;
	buffer->size = size;
	buffer->usage = usage;
	buffer->storage = storage;
	buffer->content = data ? GL_CONTENT_HOST : GL_CONTENT_UNDEFINED;
	if (data && buffer->kept && !buffer->by_gpu && gl_buffer_room(buffer)) {
		memcpy(buffer->data, data, (size_t)size);
		buffer->content = GL_CONTENT_COPY;
	}
	return true;
}

static bool usage_known(struct gl_context *ctx, GLenum usage)
{
	switch (usage) {
	case GL_STREAM_DRAW:
	case GL_STREAM_READ:
	case GL_STREAM_COPY:
	case GL_STATIC_DRAW:
	case GL_STATIC_READ:
	case GL_STATIC_COPY:
	case GL_DYNAMIC_DRAW:
	case GL_DYNAMIC_READ:
	case GL_DYNAMIC_COPY:
		return true;
	default:
		gl_error(ctx, GL_INVALID_ENUM);
		return false;
	}
}

/* The buffer that is bound there, or NULL. False: there is no such target. */
static bool find_at(struct gl_context *ctx, GLenum target, struct gl_buffer **ret_buffer)
{
	const enum gl_target at = gl_buffer_target(target);

	if (at == GL_TARGET_NONE) {
		gl_error(ctx, GL_INVALID_ENUM);
		return false;
	}
	*ret_buffer = gl_buffer_bound(ctx, at);
	return true;
}

/* What travels with the command that makes a store: large data follow it in pieces. */
static const void *first_data(const void *data, GLsizeiptr size)
{
	return size > PIECE ? NULL : data;
}

static void send_rest(
	struct gl_context *ctx, struct gl_buffer *buffer, GLsizeiptr size, const void *data)
{
	if (data && size > PIECE)
		gl_buffer_send(ctx, buffer, 0, size, data);
}

static bool new_mutable(struct gl_context *ctx, struct gl_buffer *buffer, GLsizeiptr size,
	const void *data, GLenum usage)
{
	return usage_known(ctx, usage) && new_store(ctx, buffer, size, data, usage, 0);
}

void gl_shadow_BufferData(
	struct gl_context *ctx, GLenum target, GLsizeiptr size, const void *data, GLenum usage)
{
	struct gl_buffer *buffer;

	if (!find_at(ctx, target, &buffer) || !new_mutable(ctx, buffer, size, data, usage))
		return;
	gl_encode_BufferData(&ctx->enc, target, size, first_data(data, size), usage);
	send_rest(ctx, buffer, size, data);
}

void gl_shadow_NamedBufferData(
	struct gl_context *ctx, GLuint name, GLsizeiptr size, const void *data, GLenum usage)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (!new_mutable(ctx, buffer, size, data, usage))
		return;
	gl_encode_NamedBufferData(&ctx->enc, name, size, first_data(data, size), usage);
	send_rest(ctx, buffer, size, data);
}

void gl_shadow_NamedBufferDataEXT(
	struct gl_context *ctx, GLuint name, GLsizeiptr size, const void *data, GLenum usage)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (!new_mutable(ctx, buffer, size, data, usage))
		return;
	gl_encode_NamedBufferDataEXT(&ctx->enc, name, size, first_data(data, size), usage);
	send_rest(ctx, buffer, size, data);
}

static bool storage_valid(struct gl_context *ctx, GLsizeiptr size, GLbitfield flags)
{
	const GLbitfield known = GL_MAP_READ_BIT | GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT |
				 GL_MAP_COHERENT_BIT | GL_DYNAMIC_STORAGE_BIT |
				 GL_CLIENT_STORAGE_BIT | GL_SPARSE_STORAGE_BIT_ARB;

	if (size > 0 && !(flags & ~known) &&
		(!(flags & GL_MAP_PERSISTENT_BIT) || flags & (GL_MAP_READ_BIT | GL_MAP_WRITE_BIT)) &&
		(!(flags & GL_MAP_COHERENT_BIT) || flags & GL_MAP_PERSISTENT_BIT))
		return true;
	gl_error(ctx, GL_INVALID_VALUE);
	return false;
}

static bool new_immutable(struct gl_context *ctx, struct gl_buffer *buffer, GLsizeiptr size,
	const void *data, GLbitfield flags)
{
	if (!storage_valid(ctx, size, flags) ||
		!new_store(ctx, buffer, size, data, GL_DYNAMIC_DRAW, flags))
		return false;
	buffer->immutable = true;
	return true;
}

/*
 * What is written to a map reaches the host as new data, and what is read of one comes from the
 * host, which with OpenGL ES maps it for that: its own store has to allow both.
 */
static GLbitfield host_flags(const struct gl_context *ctx, GLbitfield flags)
{
	return flags | GL_DYNAMIC_STORAGE_BIT | (ctx->api == GLM_API_ES ? GL_MAP_READ_BIT : 0);
}

void gl_shadow_BufferStorage(
	struct gl_context *ctx, GLenum target, GLsizeiptr size, const void *data, GLbitfield flags)
{
	struct gl_buffer *buffer;

	if (find_at(ctx, target, &buffer) && new_immutable(ctx, buffer, size, data, flags))
		gl_encode_BufferStorage(&ctx->enc, target, size, data, host_flags(ctx, flags));
}

void gl_shadow_NamedBufferStorage(
	struct gl_context *ctx, GLuint name, GLsizeiptr size, const void *data, GLbitfield flags)
{
	if (new_immutable(ctx, gl_buffer_get(ctx, name), size, data, flags))
		gl_encode_NamedBufferStorage(&ctx->enc, name, size, data, host_flags(ctx, flags));
}

/* New data for a part of it. False: they cannot be. */
static bool new_data(struct gl_context *ctx, struct gl_buffer *buffer, GLintptr offset,
	GLsizeiptr size, const void *data)
{
	if (!buffer || (buffer->mapped && !(buffer->access & GL_MAP_PERSISTENT_BIT)) ||
		(buffer->immutable && !(buffer->storage & GL_DYNAMIC_STORAGE_BIT))) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return false;
	}
	if (size < 0 || offset < 0 || size > buffer->size - offset) {
		gl_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	if (!size || !data)
		return false;
	if (buffer->data && buffer->content == GL_CONTENT_COPY && !buffer->by_gpu)
		memcpy(buffer->data + offset, data, (size_t)size);
	else
		buffer->content = GL_CONTENT_HOST;
	return true;
}

void gl_shadow_BufferSubData(
	struct gl_context *ctx, GLenum target, GLintptr offset, GLsizeiptr size, const void *data)
{
	struct gl_buffer *buffer;

	if (!find_at(ctx, target, &buffer) || !new_data(ctx, buffer, offset, size, data))
		return;
	if (size > PIECE)
		gl_buffer_send(ctx, buffer, offset, size, data);
	else
		gl_encode_BufferSubData(&ctx->enc, target, offset, size, data);
}

void gl_shadow_NamedBufferSubData(
	struct gl_context *ctx, GLuint name, GLintptr offset, GLsizeiptr size, const void *data)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	gl_name_used(ctx, GL_CLASS_BUFFER, name);
	if (!new_data(ctx, buffer, offset, size, data))
		return;
	if (size > PIECE)
		gl_buffer_send(ctx, buffer, offset, size, data);
	else
		gl_encode_NamedBufferSubData(&ctx->enc, name, offset, size, data);
}
