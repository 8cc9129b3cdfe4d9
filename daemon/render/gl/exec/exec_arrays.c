/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vertices from the program's memory: they go into a buffer of ours, and the arrays point there. */
#include <string.h>

#include "exec.h"

#define STREAM_SIZE (UINT64_C(4) << 20)
#define STREAM_MAX  (UINT64_C(256) << 20)

enum {
	FLAG_NORMALIZED = 1,
	FLAG_INTEGER = 2,
	FLAG_DOUBLE = 4,
};

/* The buffer has room for `bytes` from stream->at on, and is bound to GL_ARRAY_BUFFER. */
static bool stream_room(struct exec_context *context, uint64_t at, uint64_t bytes)
{
	struct exec_stream *stream = &context->stream;
	uint64_t size = stream->size ? stream->size : STREAM_SIZE;

	if (!stream->buffer)
		context->gl.GenBuffers(1, &stream->buffer);
	if (!stream->buffer)
		return false;
	if (at > STREAM_MAX || bytes > STREAM_MAX || at + bytes > STREAM_MAX)
		return false;
	while (size < at + bytes)
		size *= 2;
	if (size > stream->size) {
		if (size > context->exec->config.resource_size ||
			!exec_take(context->exec, GL_EXEC_RESOURCE_BYTES, size - stream->size, size))
			return false;
	}
	context->gl.BindBuffer(GL_ARRAY_BUFFER, stream->buffer);
	/* Fresh memory: what earlier draws read stays with them. */
	if (size > stream->size || stream->at > at)
		context->gl.BufferData(GL_ARRAY_BUFFER, (GLsizeiptr)size, NULL, GL_STREAM_DRAW);
	stream->size = size;
	return true;
}

static void stream_write(struct exec_context *context, uint64_t at, const void *data, uint32_t bytes)
{
	const struct exec_more *more = &context->exec->more;
	void *room = NULL;

	if (context->has.map_range)
		room = more->MapBufferRange(GL_ARRAY_BUFFER, (GLintptr)at, (GLsizeiptr)bytes,
			GL_MAP_WRITE_BIT | GL_MAP_UNSYNCHRONIZED_BIT | GL_MAP_INVALIDATE_RANGE_BIT);
	if (room) {
		memcpy(room, data, bytes);
		more->UnmapBuffer(GL_ARRAY_BUFFER);
	} else {
		context->gl.BufferSubData(GL_ARRAY_BUFFER, (GLintptr)at, (GLsizeiptr)bytes, data);
	}
	context->stream.at = (at + bytes + 63) & ~UINT64_C(63);
}

/* Deletes the buffers, which is current for it. False: the driver would not. */
static bool delete_buffers(struct exec_context *context)
{
	const GLuint buffers[] = { context->stream.buffer, context->ring.buffer };

	exec_errors_drop(context);
	for (unsigned int i = 0; i < EXEC_RING_PARTS; i++)
		if (context->ring.fences[i])
			context->gl.DeleteSync(context->ring.fences[i]);
	context->gl.DeleteBuffers(ARRAY_SIZE(buffers), buffers);
	return context->gl.GetError() == GL_NO_ERROR;
}

uint64_t exec_streams_end(struct exec_context *context)
{
	const uint64_t bytes = context->stream.size + context->ring.bytes;
	struct gl_exec *exec = context->exec;
	bool gone;

	if (bytes == 0 || context->group->refs == 1)
		return bytes;
	exec->reader_current = true;
	gone = eglMakeCurrent(exec->display, EGL_NO_SURFACE, EGL_NO_SURFACE, context->context) &&
	       delete_buffers(context);
	if (!exec_current_again(exec))
		eglMakeCurrent(exec->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	if (gone)
		return bytes;
	context->group->streams += bytes;
	return 0;
}

/* The furthest that data have to be from the buffer's start, so that element 0 is not before it. */
static uint64_t least_place(const struct glm_client_arrays *message)
{
	uint64_t least = 0;

	for (uint16_t i = 0; i < message->n_arrays; i++) {
		const struct glm_client_array *array = &message->arrays[i];
		const uint64_t before = gl_mul(array->first, array->stride);

		if (before > array->offset && before - array->offset > least)
			least = before - array->offset;
	}
	return least;
}

static void coords(struct exec_context *context, const struct glm_client_array *array, GLint size,
	GLsizei stride, const void *pointer)
{
	GLint active = GL_TEXTURE0;

	if (context->has.n_coords <= 1) {
		if (array->index == 0)
			context->gl.TexCoordPointer(size, array->type, stride, pointer);
		return;
	}
	context->gl.GetIntegerv(GL_CLIENT_ACTIVE_TEXTURE, &active);
	context->gl.ClientActiveTexture(GL_TEXTURE0 + array->index);
	context->gl.TexCoordPointer(size, array->type, stride, pointer);
	context->gl.ClientActiveTexture((GLenum)active);
}

static void attribute(struct exec_context *context, const struct glm_client_array *array,
	GLint size, GLsizei stride, const void *pointer)
{
	const struct gl_functions *gl = &context->gl;

	if ((array->flags & FLAG_INTEGER) && gl->VertexAttribIPointer)
		gl->VertexAttribIPointer(array->index, size, array->type, stride, pointer);
	else if ((array->flags & FLAG_DOUBLE) && gl->VertexAttribLPointer)
		gl->VertexAttribLPointer(array->index, size, array->type, stride, pointer);
	else
		gl->VertexAttribPointer(array->index, size, array->type,
			(array->flags & FLAG_NORMALIZED) != 0, stride, pointer);
}

/* One array's pointer; where its kind is not one of this context it is an error. */
static void point(struct exec_context *context, const struct glm_client_array *array, uint64_t place)
{
	const struct gl_functions *gl = &context->gl;
	const void *pointer = (const void *)(uintptr_t)place;
	const GLint size = (GLint)array->size;
	const GLsizei stride = (GLsizei)array->stride;

	if (array->array == GL_VERTEX_ATTRIB_ARRAY_POINTER) {
		attribute(context, array, size, stride, pointer);
		return;
	}
	if (!context->has.fixed_arrays) {
		exec_error(context, GL_INVALID_OPERATION);
		return;
	}
	switch (array->array) {
	case GL_VERTEX_ARRAY:
		gl->VertexPointer(size, array->type, stride, pointer);
		break;
	case GL_NORMAL_ARRAY:
		gl->NormalPointer(array->type, stride, pointer);
		break;
	case GL_COLOR_ARRAY:
		gl->ColorPointer(size, array->type, stride, pointer);
		break;
	case GL_INDEX_ARRAY:
		gl->IndexPointer(array->type, stride, pointer);
		break;
	case GL_EDGE_FLAG_ARRAY:
		gl->EdgeFlagPointer(stride, pointer);
		break;
	case GL_TEXTURE_COORD_ARRAY:
		coords(context, array, size, stride, pointer);
		break;
	case GL_SECONDARY_COLOR_ARRAY:
		gl->SecondaryColorPointer(size, array->type, stride, pointer);
		break;
	case GL_FOG_COORD_ARRAY:
		gl->FogCoordPointer(array->type, stride, pointer);
		break;
	default:
		exec_error(context, GL_INVALID_ENUM);
		break;
	}
}

/* Puts the data into a buffer, which is bound, and tells where they lie in it. False: no room. */
static bool place(
	struct exec_context *context, const struct glm_client_arrays *message, uint64_t *ret_at)
{
	const struct exec_stream *stream = &context->stream;
	const uint64_t least = (least_place(message) + 7) & ~UINT64_C(7);
	void *room = exec_ring_room(context, least, message->data.size, ret_at);
	uint64_t at = stream->at > least ? stream->at : least;

	if (room) {
		context->gl.BindBuffer(GL_ARRAY_BUFFER, context->ring.buffer);
		memcpy(room, message->data.data, message->data.size);
		return true;
	}
	if (at + message->data.size > stream->size)
		at = least;
	if (!stream_room(context, at, message->data.size))
		return false;
	stream_write(context, at, message->data.data, message->data.size);
	*ret_at = at;
	return true;
}

void exec_client_arrays(struct gl_exec *exec, const struct glm_client_arrays *message)
{
	struct exec_context *context = exec->current;
	bool placed;
	GLuint bound;
	uint64_t at;

	if (!context || context->lost || !exec_current_again(exec) || exec_inside(context))
		return;
	context->elements_known = false;
	/* Those that get a pointer lie in our buffer from now on: what was whole stays so. */
	if (!context->arrays_whole)
		context->arrays_known = false;
	for (uint16_t i = 0; i < message->n_arrays; i++)
		if (message->arrays[i].stride == 0 || message->arrays[i].stride > INT32_MAX ||
			message->arrays[i].offset > message->data.size) {
			exec_error(context, GL_INVALID_VALUE);
			return;
		}
	bound = exec_bound(context, GL_BOUND_ARRAY);
	/* One that was deleted in another context cannot be bound again: its name would make another. */
	if (!exec_object_of_host(context, GL_CLASS_BUFFER, bound))
		bound = 0;
	placed = place(context, message, &at);
	if (!placed)
		exec_error(context, GL_OUT_OF_MEMORY);
	for (uint16_t i = 0; placed && i < message->n_arrays; i++) {
		const struct glm_client_array *array = &message->arrays[i];

		point(context, array, at + array->offset - (uint64_t)array->first * array->stride);
	}
	context->gl.BindBuffer(GL_ARRAY_BUFFER, bound);
}
