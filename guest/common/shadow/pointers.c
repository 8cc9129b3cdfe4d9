/* SPDX-License-Identifier: MIT */
/* Commands that stand for pointers of vertex arrays, and queries for those. */
#include "arrays.h"
#include "gl_encode.h"
#include "gl_shadow.h"

void gl_shadow_VertexPointerEXT(struct gl_context *ctx, GLint size, GLenum type, GLsizei stride,
	GLsizei count, const void *pointer)
{
	(void)count;
	gl_shadow_VertexPointer(ctx, size, type, stride, pointer);
}

void gl_shadow_NormalPointerEXT(
	struct gl_context *ctx, GLenum type, GLsizei stride, GLsizei count, const void *pointer)
{
	(void)count;
	gl_shadow_NormalPointer(ctx, type, stride, pointer);
}

void gl_shadow_ColorPointerEXT(struct gl_context *ctx, GLint size, GLenum type, GLsizei stride,
	GLsizei count, const void *pointer)
{
	(void)count;
	gl_shadow_ColorPointer(ctx, size, type, stride, pointer);
}

void gl_shadow_IndexPointerEXT(
	struct gl_context *ctx, GLenum type, GLsizei stride, GLsizei count, const void *pointer)
{
	(void)count;
	gl_shadow_IndexPointer(ctx, type, stride, pointer);
}

void gl_shadow_TexCoordPointerEXT(struct gl_context *ctx, GLint size, GLenum type, GLsizei stride,
	GLsizei count, const void *pointer)
{
	(void)count;
	gl_shadow_TexCoordPointer(ctx, size, type, stride, pointer);
}

void gl_shadow_EdgeFlagPointerEXT(
	struct gl_context *ctx, GLsizei stride, GLsizei count, const GLboolean *pointer)
{
	(void)count;
	gl_shadow_EdgeFlagPointer(ctx, stride, pointer);
}

/* A format of glInterleavedArrays: sizes (0: none) and where each part lies (OpenGL 4.6 compat, table 10.5). */
struct interleaved {
	GLenum format;
	uint8_t tex, color, normal, vertex;
	GLenum color_type;
	uint8_t color_at, normal_at, vertex_at, stride;
};

static const struct interleaved interleaved[] = {
	{ GL_V2F, 0, 0, 0, 2, 0, 0, 0, 0, 8 },
	{ GL_V3F, 0, 0, 0, 3, 0, 0, 0, 0, 12 },
	{ GL_C4UB_V2F, 0, 4, 0, 2, GL_UNSIGNED_BYTE, 0, 0, 4, 12 },
	{ GL_C4UB_V3F, 0, 4, 0, 3, GL_UNSIGNED_BYTE, 0, 0, 4, 16 },
	{ GL_C3F_V3F, 0, 3, 0, 3, GL_FLOAT, 0, 0, 12, 24 },
	{ GL_N3F_V3F, 0, 0, 3, 3, 0, 0, 0, 12, 24 },
	{ GL_C4F_N3F_V3F, 0, 4, 3, 3, GL_FLOAT, 0, 16, 28, 40 },
	{ GL_T2F_V3F, 2, 0, 0, 3, 0, 0, 0, 8, 20 },
	{ GL_T4F_V4F, 4, 0, 0, 4, 0, 0, 0, 16, 32 },
	{ GL_T2F_C4UB_V3F, 2, 4, 0, 3, GL_UNSIGNED_BYTE, 8, 0, 12, 24 },
	{ GL_T2F_C3F_V3F, 2, 3, 0, 3, GL_FLOAT, 8, 0, 20, 32 },
	{ GL_T2F_N3F_V3F, 2, 0, 3, 3, 0, 0, 8, 20, 32 },
	{ GL_T2F_C4F_N3F_V3F, 2, 4, 3, 3, GL_FLOAT, 8, 24, 36, 48 },
	{ GL_T4F_C4F_N3F_V4F, 4, 4, 3, 4, GL_FLOAT, 16, 32, 44, 60 },
};

static void enable(struct gl_context *ctx, GLenum array, bool on)
{
	gl_note_client_state(ctx, array, on);
	if (on)
		gl_encode_EnableClientState(&ctx->enc, array);
	else
		gl_encode_DisableClientState(&ctx->enc, array);
}

void gl_shadow_InterleavedArrays(
	struct gl_context *ctx, GLenum format, GLsizei stride, const void *pointer)
{
	const uint8_t *at = pointer;
	const struct interleaved *row = interleaved;

	while (row < interleaved + sizeof(interleaved) / sizeof(*row) && row->format != format)
		row++;
	if (row == interleaved + sizeof(interleaved) / sizeof(*row) || stride < 0) {
		gl_error(ctx, stride < 0 ? GL_INVALID_VALUE : GL_INVALID_ENUM);
		return;
	}
	if (!stride)
		stride = row->stride;
	enable(ctx, GL_EDGE_FLAG_ARRAY, false);
	enable(ctx, GL_INDEX_ARRAY, false);
	enable(ctx, GL_TEXTURE_COORD_ARRAY, row->tex);
	if (row->tex)
		gl_shadow_TexCoordPointer(ctx, row->tex, GL_FLOAT, stride, at);
	enable(ctx, GL_COLOR_ARRAY, row->color);
	if (row->color)
		gl_shadow_ColorPointer(ctx, row->color, row->color_type, stride, at + row->color_at);
	enable(ctx, GL_NORMAL_ARRAY, row->normal);
	if (row->normal)
		gl_shadow_NormalPointer(ctx, GL_FLOAT, stride, at + row->normal_at);
	enable(ctx, GL_VERTEX_ARRAY, true);
	gl_shadow_VertexPointer(ctx, row->vertex, GL_FLOAT, stride, at + row->vertex_at);
}

/* The array whose pointer a pname asks for. */
static enum gl_slot pointer_slot(GLenum pname, GLuint unit)
{
	switch (pname) {
	case GL_VERTEX_ARRAY_POINTER:
		return GL_SLOT_VERTEX;
	case GL_NORMAL_ARRAY_POINTER:
		return GL_SLOT_NORMAL;
	case GL_COLOR_ARRAY_POINTER:
		return GL_SLOT_COLOR;
	case GL_SECONDARY_COLOR_ARRAY_POINTER:
		return GL_SLOT_SECONDARY_COLOR;
	case GL_FOG_COORD_ARRAY_POINTER:
		return GL_SLOT_FOG_COORD;
	case GL_INDEX_ARRAY_POINTER:
		return GL_SLOT_INDEX;
	case GL_EDGE_FLAG_ARRAY_POINTER:
		return GL_SLOT_EDGE_FLAG;
	case GL_TEXTURE_COORD_ARRAY_POINTER:
		return gl_unit_slot(unit);
	default:
		return GL_SLOT_NONE;
	}
}

/* A pointer as the program gave it: void ** is what OpenGL returns it through. */
static void give(const struct gl_vao *vao, enum gl_slot slot, void **ret_pointer)
{
	memcpy(ret_pointer, &vao->arrays[slot].pointer, sizeof(*ret_pointer));
}

static void array_pointer(
	struct gl_context *ctx, struct gl_vao *vao, GLenum pname, GLuint unit, void **ret_pointer)
{
	const enum gl_slot slot = pointer_slot(pname, unit);

	if (vao && slot != GL_SLOT_NONE)
		give(vao, slot, ret_pointer);
	else
		gl_error(ctx, vao ? GL_INVALID_ENUM : GL_INVALID_OPERATION);
}

static void attrib_pointer(
	struct gl_context *ctx, struct gl_vao *vao, GLuint index, GLenum pname, void **ret_pointer)
{
	if (!vao)
		gl_error(ctx, GL_INVALID_OPERATION);
	else if (index >= gl_state_attribs(ctx))
		gl_error(ctx, GL_INVALID_VALUE);
	else if (pname != GL_VERTEX_ATTRIB_ARRAY_POINTER)
		gl_error(ctx, GL_INVALID_ENUM);
	else
		give(vao, (enum gl_slot)(GL_SLOT_ATTRIB + index), ret_pointer);
}

void gl_shadow_GetPointerv(struct gl_context *ctx, GLenum pname, void **params)
{
	switch (pname) {
	case GL_DEBUG_CALLBACK_FUNCTION:
		memcpy(params, &ctx->state.debug_callback, sizeof(*params));
		break;
	case GL_DEBUG_CALLBACK_USER_PARAM:
		memcpy(params, &ctx->state.debug_user, sizeof(*params));
		break;
	case GL_FEEDBACK_BUFFER_POINTER:
		*params = ctx->state.feedback.memory;
		break;
	case GL_SELECTION_BUFFER_POINTER:
		*params = ctx->state.select.memory;
		break;
	default:
		array_pointer(ctx, ctx->state.vao, pname, ctx->state.client_unit, params);
	}
}

/* Of what there are several. */
static void indexed_pointer(struct gl_context *ctx, GLenum pname, GLuint index, void **ret_pointer)
{
	if (pname == GL_TEXTURE_COORD_ARRAY_POINTER)
		array_pointer(ctx, ctx->state.vao, pname, index, ret_pointer);
	else
		gl_error(ctx, GL_INVALID_ENUM);
}

void gl_shadow_GetPointeri_vEXT(struct gl_context *ctx, GLenum pname, GLuint index, void **params)
{
	indexed_pointer(ctx, pname, index, params);
}

void gl_shadow_GetPointerIndexedvEXT(struct gl_context *ctx, GLenum target, GLuint index, void **data)
{
	indexed_pointer(ctx, target, index, data);
}

void gl_shadow_GetVertexAttribPointerv(
	struct gl_context *ctx, GLuint index, GLenum pname, void **pointer)
{
	attrib_pointer(ctx, ctx->state.vao, index, pname, pointer);
}

void gl_shadow_GetVertexArrayPointervEXT(
	struct gl_context *ctx, GLuint vaobj, GLenum pname, void **param)
{
	array_pointer(ctx, gl_vao_get(ctx, vaobj), pname, ctx->state.client_unit, param);
}

void gl_shadow_GetVertexArrayPointeri_vEXT(
	struct gl_context *ctx, GLuint vaobj, GLuint index, GLenum pname, void **param)
{
	if (pname == GL_VERTEX_ATTRIB_ARRAY_POINTER)
		attrib_pointer(ctx, gl_vao_get(ctx, vaobj), index, pname, param);
	else
		array_pointer(ctx, gl_vao_get(ctx, vaobj), pname, index, param);
}
