/* SPDX-License-Identifier: MIT */
/*
 * Draws whose numbers lie in memory. What can go as it is goes; where the numbers or the vertices
 * lie in the program's memory, which a compatibility profile allows, one draw after the other is sent.
 */
#include <string.h>

#include "arrays.h"
#include "buffers.h"
#include "gl_encode.h"
#include "gl_shadow.h"

/* As OpenGL 4.6, 10.4 lays them out. */
struct arrays_command {
	GLuint count, instances, first, first_instance;
};

struct elements_command {
	GLuint count, instances, first_index;
	GLint base_vertex;
	GLuint first_instance;
};

static bool compatible(const struct gl_context *ctx)
{
	return ctx->api == GLM_API_GL && ctx->profile != GLM_PROFILE_CORE;
}

/* Whether it goes as it is; what no context can draw is left to the host, too. */
static bool as_it_is(const struct gl_context *ctx)
{
	return gl_buffer_binding(ctx, GL_TARGET_DRAW_INDIRECT) && !gl_arrays_client(ctx);
}

/* Where `n` commands of `size` bytes lie, in the program's memory or a copy of the buffer. NULL: an error. */
static const uint8_t *find(
	struct gl_context *ctx, const void *indirect, GLsizei n, GLsizei stride, GLsizei size)
{
	struct gl_buffer *buffer = gl_buffer_bound(ctx, GL_TARGET_DRAW_INDIRECT);
	const uint64_t bytes = gl_indirect_bytes(n, stride, size);
	const uint64_t offset = (uintptr_t)indirect;
	const uint8_t *data;

	if (n < 0 || stride < 0 || stride % 4 != 0 || offset % 4 != 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return NULL;
	}
	if (!compatible(ctx) || (!buffer && !indirect) ||
		(buffer && (offset > (uint64_t)buffer->size ||
				   bytes > (uint64_t)buffer->size - offset))) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return NULL;
	}
	if (!buffer)
		return indirect;
	data = gl_buffer_data(ctx, buffer);
	return data ? data + offset : NULL;
}

static void draw_arrays(
	struct gl_context *ctx, GLenum mode, const void *indirect, GLsizei n, GLsizei stride)
{
	struct arrays_command command;
	const uint8_t *at = find(ctx, indirect, n, stride, sizeof(command));

	for (GLsizei i = 0; at && i < n; i++) {
		memcpy(&command, at, sizeof(command));
		gl_shadow_DrawArraysInstancedBaseInstance(ctx, mode, (GLint)command.first,
			(GLsizei)command.count, (GLsizei)command.instances, command.first_instance);
		at += stride ? (size_t)stride : sizeof(command);
	}
}

static void draw_elements(struct gl_context *ctx, GLenum mode, GLenum type, const void *indirect,
	GLsizei n, GLsizei stride)
{
	struct elements_command command;
	const uint8_t *at = find(ctx, indirect, n, stride, sizeof(command));
	const uint64_t index = gl_type_bytes(type);

	if (at && !gl_buffer_binding(ctx, GL_TARGET_ELEMENT_ARRAY)) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	if (at && type != GL_UNSIGNED_BYTE && type != GL_UNSIGNED_SHORT && type != GL_UNSIGNED_INT) {
		gl_error(ctx, GL_INVALID_ENUM);
		return;
	}
	for (GLsizei i = 0; at && i < n; i++) {
		memcpy(&command, at, sizeof(command));
		gl_shadow_DrawElementsInstancedBaseVertexBaseInstance(ctx, mode,
			(GLsizei)command.count, type,
			(const void *)(uintptr_t)(command.first_index * index),
			(GLsizei)command.instances, command.base_vertex, command.first_instance);
		at += stride ? (size_t)stride : sizeof(command);
	}
}

void gl_shadow_DrawArraysIndirect(struct gl_context *ctx, GLenum mode, const void *indirect)
{
	if (as_it_is(ctx))
		gl_encode_DrawArraysIndirect(&ctx->enc, mode, indirect);
	else
		draw_arrays(ctx, mode, indirect, 1, 0);
}

void gl_shadow_DrawElementsIndirect(
	struct gl_context *ctx, GLenum mode, GLenum type, const void *indirect)
{
	if (as_it_is(ctx))
		gl_encode_DrawElementsIndirect(&ctx->enc, mode, type, indirect);
	else
		draw_elements(ctx, mode, type, indirect, 1, 0);
}

void gl_shadow_MultiDrawArraysIndirect(struct gl_context *ctx, GLenum mode, const void *indirect,
	GLsizei drawcount, GLsizei stride)
{
	if (as_it_is(ctx))
		gl_encode_MultiDrawArraysIndirect(&ctx->enc, mode, indirect, drawcount, stride);
	else
		draw_arrays(ctx, mode, indirect, drawcount, stride);
}

void gl_shadow_MultiDrawElementsIndirect(struct gl_context *ctx, GLenum mode, GLenum type,
	const void *indirect, GLsizei drawcount, GLsizei stride)
{
	if (as_it_is(ctx))
		gl_encode_MultiDrawElementsIndirect(
			&ctx->enc, mode, type, indirect, drawcount, stride);
	else
		draw_elements(ctx, mode, type, indirect, drawcount, stride);
}
