/* SPDX-License-Identifier: MIT */
/* The pointers of vertex arrays. One to the program's memory stays here; one into a buffer is sent. */
#include "arrays.h"

#include "gl_encode.h"
#include "gl_shadow.h"

/* GL_HALF_FLOAT in OpenGL ES 2. */
#define HALF_FLOAT_OES 0x8D61

uint32_t gl_array_bytes(const struct gl_array *array)
{
	const uint32_t size = array->size == GL_BGRA ? 4 : (uint32_t)array->size;

	switch (array->type) {
	case GL_BYTE:
	case GL_UNSIGNED_BYTE:
		return size;
	case GL_SHORT:
	case GL_UNSIGNED_SHORT:
	case GL_HALF_FLOAT:
	case HALF_FLOAT_OES:
		return size * 2;
	case GL_DOUBLE:
		return size * 8;
	case GL_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_10F_11F_11F_REV:
		return 4;
	default:
		return size * 4;
	}
}

uint32_t gl_array_stride(const struct gl_array *array)
{
	return array->stride ? (uint32_t)array->stride : gl_array_bytes(array);
}

enum gl_slot gl_array_slot(const struct gl_context *ctx, GLenum array)
{
	switch (array) {
	case GL_VERTEX_ARRAY:
		return GL_SLOT_VERTEX;
	case GL_NORMAL_ARRAY:
		return GL_SLOT_NORMAL;
	case GL_COLOR_ARRAY:
		return GL_SLOT_COLOR;
	case GL_SECONDARY_COLOR_ARRAY:
		return GL_SLOT_SECONDARY_COLOR;
	case GL_FOG_COORD_ARRAY:
		return GL_SLOT_FOG_COORD;
	case GL_INDEX_ARRAY:
		return GL_SLOT_INDEX;
	case GL_EDGE_FLAG_ARRAY:
		return GL_SLOT_EDGE_FLAG;
	case GL_TEXTURE_COORD_ARRAY:
		return gl_unit_slot(ctx->state.client_unit);
	default:
		return GL_SLOT_NONE;
	}
}

/* What an array may be: sizes and types as bits. */
enum {
	BYTE = 1,
	UBYTE = 2,
	SHORT = 4,
	USHORT = 8,
	INT = 16,
	UINT = 32,
	FLOAT = 64,
	DOUBLE = 128,
	HALF = 256,
	PACKED = 512,
	FIXED = 1024,
	PACKED_FLOAT = 2048,
	SIZE_1 = 1,
	SIZE_2 = 2,
	SIZE_3 = 4,
	SIZE_4 = 8,
	SIZE_BGRA = 16,
	SIZES = 15,
	INTEGERS = BYTE | UBYTE | SHORT | USHORT | INT | UINT,
};

struct format {
	unsigned int sizes, types;
};

static const struct format fixed_formats[] = {
	[GL_SLOT_VERTEX] = { SIZE_2 | SIZE_3 | SIZE_4, SHORT | INT | FLOAT | DOUBLE | HALF | PACKED },
	[GL_SLOT_NORMAL] = { SIZE_3, BYTE | SHORT | INT | FLOAT | DOUBLE | HALF | PACKED },
	[GL_SLOT_COLOR] = { SIZE_3 | SIZE_4 | SIZE_BGRA, INTEGERS | FLOAT | DOUBLE | HALF | PACKED },
	[GL_SLOT_SECONDARY_COLOR] = { SIZE_3 | SIZE_4 | SIZE_BGRA,
		INTEGERS | FLOAT | DOUBLE | HALF | PACKED },
	[GL_SLOT_FOG_COORD] = { SIZE_1, FLOAT | DOUBLE | HALF },
	[GL_SLOT_INDEX] = { SIZE_1, UBYTE | SHORT | INT | FLOAT | DOUBLE },
	[GL_SLOT_EDGE_FLAG] = { SIZE_1, UBYTE },
	[GL_SLOT_TEX_COORD] = { SIZES, SHORT | INT | FLOAT | DOUBLE | HALF | PACKED },
};

static unsigned int type_bit(GLenum type)
{
	static const struct {
		GLenum type;
		unsigned int bit;
	} types[] = {
		{ GL_FLOAT, FLOAT },
		{ GL_UNSIGNED_BYTE, UBYTE },
		{ GL_SHORT, SHORT },
		{ GL_INT, INT },
		{ GL_DOUBLE, DOUBLE },
		{ GL_HALF_FLOAT, HALF },
		{ HALF_FLOAT_OES, HALF },
		{ GL_BYTE, BYTE },
		{ GL_UNSIGNED_SHORT, USHORT },
		{ GL_UNSIGNED_INT, UINT },
		{ GL_FIXED, FIXED },
		{ GL_INT_2_10_10_10_REV, PACKED },
		{ GL_UNSIGNED_INT_2_10_10_10_REV, PACKED },
		{ GL_UNSIGNED_INT_10F_11F_11F_REV, PACKED_FLOAT },
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].type == type)
			return types[i].bit;
	return 0;
}

static unsigned int size_bit(GLint size)
{
	return size == GL_BGRA ? SIZE_BGRA : size >= 1 && size <= 4 ? 1u << (size - 1) : 0;
}

/* Whether what the program says of an array is right; else an error is set. */
static bool valid(struct gl_context *ctx, const struct format *format, const struct gl_array *array)
{
	const unsigned int size = size_bit(array->size), type = type_bit(array->type);
	GLenum error = GL_NO_ERROR;

	if (!(format->sizes & size) || array->stride < 0)
		error = GL_INVALID_VALUE;
	else if (!(format->types & type))
		error = GL_INVALID_ENUM;
	else if (size == SIZE_BGRA && !(type & (UBYTE | PACKED)))
		error = GL_INVALID_OPERATION;
	else if (size == SIZE_BGRA && format == &fixed_formats[GL_SLOT_NORMAL])
		error = GL_INVALID_OPERATION;
	if (error)
		gl_error(ctx, error);
	return !error;
}

/* Takes an array's pointer. True: the host is to have it, too. */
static bool take(struct gl_context *ctx, enum gl_slot slot, const struct format *format,
	const struct gl_array *array)
{
	struct gl_vao *vao = ctx->state.vao;
	const GLuint buffer = ctx->state.buffers[GL_TARGET_ARRAY];
	const uint64_t bit = UINT64_C(1) << slot;
	const GLuint divisor = vao->arrays[slot].divisor;

	if (buffer || !array->pointer) {
		vao->client &= ~bit;
	} else {
		if (!valid(ctx, format, array))
			return false;
		if (vao->name) {
			gl_error(ctx, GL_INVALID_OPERATION);
			return false;
		}
		vao->client |= bit;
	}
	vao->arrays[slot] = *array;
	vao->arrays[slot].buffer = buffer;
	vao->arrays[slot].divisor = divisor;
	vao->arrays[slot].binding = (uint8_t)(slot >= GL_SLOT_ATTRIB ? slot - GL_SLOT_ATTRIB : 0);
	return buffer || !array->pointer;
}

static bool take_fixed(struct gl_context *ctx, enum gl_slot slot, GLint size, GLenum type,
	GLsizei stride, const void *pointer)
{
	const struct gl_array array = {
		.size = size, .type = type, .stride = stride, .pointer = pointer
	};
	const enum gl_slot kind = slot < GL_SLOT_TEX_COORD ? slot : GL_SLOT_TEX_COORD;

	return take(ctx, slot, &fixed_formats[kind], &array);
}

void gl_shadow_VertexPointer(
	struct gl_context *ctx, GLint size, GLenum type, GLsizei stride, const void *pointer)
{
	if (take_fixed(ctx, GL_SLOT_VERTEX, size, type, stride, pointer))
		gl_encode_VertexPointer(&ctx->enc, size, type, stride, pointer);
}

void gl_shadow_NormalPointer(struct gl_context *ctx, GLenum type, GLsizei stride, const void *pointer)
{
	if (take_fixed(ctx, GL_SLOT_NORMAL, 3, type, stride, pointer))
		gl_encode_NormalPointer(&ctx->enc, type, stride, pointer);
}

void gl_shadow_ColorPointer(
	struct gl_context *ctx, GLint size, GLenum type, GLsizei stride, const void *pointer)
{
	if (take_fixed(ctx, GL_SLOT_COLOR, size, type, stride, pointer))
		gl_encode_ColorPointer(&ctx->enc, size, type, stride, pointer);
}

void gl_shadow_SecondaryColorPointer(
	struct gl_context *ctx, GLint size, GLenum type, GLsizei stride, const void *pointer)
{
	if (take_fixed(ctx, GL_SLOT_SECONDARY_COLOR, size, type, stride, pointer))
		gl_encode_SecondaryColorPointer(&ctx->enc, size, type, stride, pointer);
}

void gl_shadow_FogCoordPointer(
	struct gl_context *ctx, GLenum type, GLsizei stride, const void *pointer)
{
	if (take_fixed(ctx, GL_SLOT_FOG_COORD, 1, type, stride, pointer))
		gl_encode_FogCoordPointer(&ctx->enc, type, stride, pointer);
}

void gl_shadow_IndexPointer(struct gl_context *ctx, GLenum type, GLsizei stride, const void *pointer)
{
	if (take_fixed(ctx, GL_SLOT_INDEX, 1, type, stride, pointer))
		gl_encode_IndexPointer(&ctx->enc, type, stride, pointer);
}

void gl_shadow_EdgeFlagPointer(struct gl_context *ctx, GLsizei stride, const void *pointer)
{
	if (take_fixed(ctx, GL_SLOT_EDGE_FLAG, 1, GL_UNSIGNED_BYTE, stride, pointer))
		gl_encode_EdgeFlagPointer(&ctx->enc, stride, pointer);
}

void gl_shadow_TexCoordPointer(
	struct gl_context *ctx, GLint size, GLenum type, GLsizei stride, const void *pointer)
{
	const enum gl_slot slot = gl_array_slot(ctx, GL_TEXTURE_COORD_ARRAY);

	if (slot != GL_SLOT_NONE && take_fixed(ctx, slot, size, type, stride, pointer))
		gl_encode_TexCoordPointer(&ctx->enc, size, type, stride, pointer);
}

void gl_shadow_MultiTexCoordPointerEXT(struct gl_context *ctx, GLenum texunit, GLint size,
	GLenum type, GLsizei stride, const void *pointer)
{
	const GLuint unit = texunit - GL_TEXTURE0;

	if (unit >= GL_TEX_COORDS) {
		gl_error(ctx, GL_INVALID_ENUM);
		return;
	}
	if (take_fixed(ctx, (enum gl_slot)(GL_SLOT_TEX_COORD + unit), size, type, stride, pointer))
		gl_encode_MultiTexCoordPointerEXT(&ctx->enc, texunit, size, type, stride, pointer);
}

static bool take_generic(struct gl_context *ctx, GLuint index, const struct format *format,
	const struct gl_array *array)
{
	if (index < gl_state_attribs(ctx))
		return take(ctx, (enum gl_slot)(GL_SLOT_ATTRIB + index), format, array);
	gl_error(ctx, GL_INVALID_VALUE);
	return false;
}

void gl_shadow_VertexAttribPointer(struct gl_context *ctx, GLuint index, GLint size, GLenum type,
	GLboolean normalized, GLsizei stride, const void *pointer)
{
	static const struct format format = { SIZES | SIZE_BGRA,
		INTEGERS | FLOAT | DOUBLE | HALF | PACKED | FIXED | PACKED_FLOAT };
	const struct gl_array array = { .size = size,
		.type = type,
		.stride = stride,
		.pointer = pointer,
		.flags = normalized ? GL_ARRAY_NORMALIZED : 0 };

	if (size == GL_BGRA && !normalized)
		gl_error(ctx, GL_INVALID_OPERATION);
	else if (take_generic(ctx, index, &format, &array))
		gl_encode_VertexAttribPointer(
			&ctx->enc, index, size, type, normalized, stride, pointer);
}

void gl_shadow_VertexAttribIPointer(struct gl_context *ctx, GLuint index, GLint size, GLenum type,
	GLsizei stride, const void *pointer)
{
	static const struct format format = { SIZES, INTEGERS };
	const struct gl_array array = {
		.size = size, .type = type, .stride = stride, .pointer = pointer, .flags = GL_ARRAY_INTEGER
	};

	if (take_generic(ctx, index, &format, &array))
		gl_encode_VertexAttribIPointer(&ctx->enc, index, size, type, stride, pointer);
}

void gl_shadow_VertexAttribLPointer(struct gl_context *ctx, GLuint index, GLint size, GLenum type,
	GLsizei stride, const void *pointer)
{
	static const struct format format = { SIZES, DOUBLE };
	const struct gl_array array = {
		.size = size, .type = type, .stride = stride, .pointer = pointer, .flags = GL_ARRAY_DOUBLE
	};

	if (take_generic(ctx, index, &format, &array))
		gl_encode_VertexAttribLPointer(&ctx->enc, index, size, type, stride, pointer);
}
