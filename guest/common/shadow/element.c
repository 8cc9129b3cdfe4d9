/* SPDX-License-Identifier: MIT */
/*
 * glArrayElement: between glBegin and glEnd nothing can be bound, so an element of arrays in the
 * program's memory goes as the commands that it stands for (OpenGL 4.6 compat, 10.3.8).
 */
#include <string.h>

#include "arrays.h"
#include "buffers.h"
#include "gl_encode.h"
#include "gl_shadow.h"

/* What an integer of a type is divided by to be in [0, 1] or [-1, 1]. */
static GLdouble scale(GLenum type, bool normalized)
{
	if (!normalized)
		return 1;
	switch (type) {
	case GL_BYTE:
		return 127;
	case GL_UNSIGNED_BYTE:
		return 255;
	case GL_SHORT:
		return 32767;
	case GL_UNSIGNED_SHORT:
		return 65535;
	case GL_INT:
		return 2147483647.0;
	case GL_UNSIGNED_INT:
		return 4294967295.0;
	default:
		return 1;
	}
}

static GLdouble component(const uint8_t *at, GLenum type)
{
	union {
		int8_t i8;
		uint8_t u8;
		int16_t i16;
		uint16_t u16;
		int32_t i32;
		uint32_t u32;
		GLfloat f32;
		GLdouble f64;
	} value;

	memcpy(&value, at, (size_t)gl_type_bytes(type));
	switch (type) {
	case GL_BYTE:
		return value.i8;
	case GL_UNSIGNED_BYTE:
		return value.u8;
	case GL_SHORT:
		return value.i16;
	case GL_UNSIGNED_SHORT:
		return value.u16;
	case GL_INT:
		return value.i32;
	case GL_UNSIGNED_INT:
		return value.u32;
	case GL_DOUBLE:
		return value.f64;
	default:
		return (GLdouble)value.f32;
	}
}

/* Where an element lies; NULL: only the host knows. */
static const uint8_t *find(struct gl_context *ctx, const struct gl_array *array, GLint i)
{
	const int64_t offset = (int64_t)i * gl_array_stride(array);
	const struct gl_buffer *buffer;

	if (!array->buffer)
		return (const uint8_t *)array->pointer + offset;
	buffer = gl_buffer_get(ctx, array->buffer);
	if (!buffer || !buffer->data || buffer->content != GL_CONTENT_COPY || buffer->by_gpu)
		return NULL;
	return buffer->data + (uintptr_t)array->pointer + offset;
}

static bool plain(GLenum type)
{
	return type != GL_HALF_FLOAT && type != GL_FIXED && gl_type_bytes(type) &&
	       type != GL_INT_2_10_10_10_REV && type != GL_UNSIGNED_INT_2_10_10_10_REV &&
	       type != GL_UNSIGNED_INT_10F_11F_11F_REV;
}

/* An element's four components. False: there is no telling. */
static bool fetch(struct gl_context *ctx, const struct gl_array *array, bool normalized, GLint i,
	GLdouble ret_v[4])
{
	const GLint size = array->size == GL_BGRA ? 4 : array->size;
	const uint8_t *at = find(ctx, array, i);

	if (!at || !plain(array->type))
		return false;
	ret_v[0] = ret_v[1] = ret_v[2] = 0;
	ret_v[3] = 1;
	for (GLint c = 0; c < size; c++)
		ret_v[c] = component(at + (size_t)c * gl_type_bytes(array->type), array->type) /
			   scale(array->type, normalized);
	if (array->size == GL_BGRA) {
		const GLdouble blue = ret_v[0];

		ret_v[0] = ret_v[2];
		ret_v[2] = blue;
	}
	return true;
}

static void send_fixed(struct gl_encoder *enc, unsigned int slot, const GLdouble v[4])
{
	const GLfloat f[4] = { (GLfloat)v[0], (GLfloat)v[1], (GLfloat)v[2], (GLfloat)v[3] };

	switch (slot) {
	case GL_SLOT_VERTEX:
		gl_encode_Vertex4fv(enc, f);
		break;
	case GL_SLOT_NORMAL:
		gl_encode_Normal3fv(enc, f);
		break;
	case GL_SLOT_COLOR:
		gl_encode_Color4fv(enc, f);
		break;
	case GL_SLOT_SECONDARY_COLOR:
		gl_encode_SecondaryColor3fv(enc, f);
		break;
	case GL_SLOT_FOG_COORD:
		gl_encode_FogCoordfv(enc, f);
		break;
	case GL_SLOT_INDEX:
		gl_encode_Indexfv(enc, f);
		break;
	case GL_SLOT_EDGE_FLAG:
		gl_encode_EdgeFlag(enc, v[0] != 0);
		break;
	default:
		gl_encode_MultiTexCoord4fv(enc, GL_TEXTURE0 + slot - GL_SLOT_TEX_COORD, f);
		break;
	}
}

static void send_generic(
	struct gl_encoder *enc, GLuint index, const struct gl_array *array, const GLdouble v[4])
{
	const GLfloat f[4] = { (GLfloat)v[0], (GLfloat)v[1], (GLfloat)v[2], (GLfloat)v[3] };
	GLuint u[4];

	if (array->flags & GL_ARRAY_DOUBLE) {
		gl_encode_VertexAttribL4dv(enc, index, v);
	} else if (array->flags & GL_ARRAY_INTEGER) {
		for (int c = 0; c < 4; c++)
			u[c] = (GLuint)(int64_t)v[c];
		gl_encode_VertexAttribI4uiv(enc, index, u);
	} else {
		gl_encode_VertexAttrib4fv(enc, index, f);
	}
}

static void send_slot(struct gl_context *ctx, unsigned int slot, GLint i)
{
	const struct gl_vao *vao = ctx->state.vao;
	const struct gl_array *array = &vao->arrays[slot];
	const bool colour =
		slot == GL_SLOT_NORMAL || slot == GL_SLOT_COLOR || slot == GL_SLOT_SECONDARY_COLOR;
	GLdouble v[4];

	if (!(vao->enabled & UINT64_C(1) << slot) ||
		!fetch(ctx, array, colour || array->flags & GL_ARRAY_NORMALIZED, i, v))
		return;
	if (slot >= GL_SLOT_ATTRIB)
		send_generic(&ctx->enc, slot - GL_SLOT_ATTRIB, array, v);
	else
		send_fixed(&ctx->enc, slot, v);
}

void gl_shadow_ArrayElement(struct gl_context *ctx, GLint i)
{
	if (!gl_arrays_client(ctx)) {
		gl_encode_ArrayElement(&ctx->enc, i);
		return;
	}
	if (ctx->state.restart && (GLuint)i == ctx->state.restart_index) {
		gl_encode_PrimitiveRestartNV(&ctx->enc);
		return;
	}
	/* What makes a vertex of the rest comes last. */
	for (unsigned int slot = 1; slot < GL_SLOTS; slot++)
		if (slot != GL_SLOT_ATTRIB)
			send_slot(ctx, slot, i);
	if (ctx->state.vao->enabled & UINT64_C(1) << GL_SLOT_ATTRIB)
		send_slot(ctx, GL_SLOT_ATTRIB, i);
	else
		send_slot(ctx, GL_SLOT_VERTEX, i);
}
