/* SPDX-License-Identifier: MIT */
/* Vertex arrays: what each takes, and how those in the program's memory reach the host. */
#ifndef GL_ARRAYS_H
#define GL_ARRAYS_H

#include "gl_context.h"

/* Elements that a draw takes of each array. */
struct gl_range {
	uint32_t first, count;
	uint32_t instances, first_instance;
};

void gl_vao_init(struct gl_vao *vao, GLuint name);
/* The vertex array object of that name, made if it is not known. NULL: no memory. */
struct gl_vao *gl_vao_get(struct gl_context *ctx, GLuint name);
/* Bytes of one element. */
uint32_t gl_array_bytes(const struct gl_array *array);
/* Bytes from one element to the next. */
uint32_t gl_array_stride(const struct gl_array *array);
/* The slot of GL_VERTEX_ARRAY and its like, with the texture unit that client commands are for. */
enum gl_slot gl_array_slot(const struct gl_context *ctx, GLenum array);

/* Those of an attribute and of a texture unit; GL_SLOT_NONE where there is none: the host says so. */
static inline enum gl_slot gl_attrib_slot(const struct gl_context *ctx, GLuint index)
{
	return index < gl_state_attribs(ctx) ? (enum gl_slot)(GL_SLOT_ATTRIB + index) : GL_SLOT_NONE;
}

static inline enum gl_slot gl_unit_slot(GLuint unit)
{
	return unit < GL_TEX_COORDS ? (enum gl_slot)(GL_SLOT_TEX_COORD + unit) : GL_SLOT_NONE;
}

/* Whether a draw takes arrays from the program's memory. */
static inline bool gl_arrays_client(const struct gl_context *ctx)
{
	const struct gl_vao *vao = ctx->state.vao;

	return (vao->enabled & vao->client) != 0;
}

/* Sends what a draw needs of them. False: it cannot be drawn. */
bool gl_arrays_send(struct gl_context *ctx, const struct gl_range *range);

#endif
