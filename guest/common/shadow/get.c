/* SPDX-License-Identifier: MIT */
/* glGetIntegerv and its like, answered here as far as the guest knows. */
#include <string.h>

#include "arrays.h"
#include "buffers.h"
#include "debug.h"
#include "gl_encode.h"
#include "gl_shadow.h"
#include "strings.h"

struct pair {
	GLenum pname;
	int at;
};

static int find(const struct pair *pairs, size_t n, GLenum pname)
{
	for (size_t i = 0; i < n; i++)
		if (pairs[i].pname == pname)
			return pairs[i].at;
	return -1;
}

#define FIND(pairs, pname) find(pairs, sizeof(pairs) / sizeof(pairs[0]), pname)

static bool buffer_binding(const struct gl_context *ctx, GLenum pname, int64_t *ret_value)
{
	static const struct pair pairs[] = {
		{ GL_ARRAY_BUFFER_BINDING, GL_TARGET_ARRAY },
		{ GL_ELEMENT_ARRAY_BUFFER_BINDING, GL_TARGET_ELEMENT_ARRAY },
		{ GL_PIXEL_PACK_BUFFER_BINDING, GL_TARGET_PIXEL_PACK },
		{ GL_PIXEL_UNPACK_BUFFER_BINDING, GL_TARGET_PIXEL_UNPACK },
		{ GL_COPY_READ_BUFFER_BINDING, GL_TARGET_COPY_READ },
		{ GL_COPY_WRITE_BUFFER_BINDING, GL_TARGET_COPY_WRITE },
	};
	const int target = FIND(pairs, pname);

	if (target < 0 || (target != GL_TARGET_ARRAY && target != GL_TARGET_ELEMENT_ARRAY &&
				  !gl_strings_version(ctx, 31)))
		return false;
	*ret_value = gl_buffer_binding(ctx, (enum gl_target)target);
	return true;
}

/* A parameter of an array in the program's memory, of which the host does not know. */
static bool client_array(const struct gl_context *ctx, GLenum pname, int64_t *ret_value)
{
	enum { SIZE, TYPE, STRIDE, KINDS };

	static const struct pair pairs[] = {
		{ GL_VERTEX_ARRAY_SIZE, GL_SLOT_VERTEX * KINDS + SIZE },
		{ GL_VERTEX_ARRAY_TYPE, GL_SLOT_VERTEX * KINDS + TYPE },
		{ GL_VERTEX_ARRAY_STRIDE, GL_SLOT_VERTEX * KINDS + STRIDE },
		{ GL_NORMAL_ARRAY_TYPE, GL_SLOT_NORMAL * KINDS + TYPE },
		{ GL_NORMAL_ARRAY_STRIDE, GL_SLOT_NORMAL * KINDS + STRIDE },
		{ GL_COLOR_ARRAY_SIZE, GL_SLOT_COLOR * KINDS + SIZE },
		{ GL_COLOR_ARRAY_TYPE, GL_SLOT_COLOR * KINDS + TYPE },
		{ GL_COLOR_ARRAY_STRIDE, GL_SLOT_COLOR * KINDS + STRIDE },
		{ GL_SECONDARY_COLOR_ARRAY_SIZE, GL_SLOT_SECONDARY_COLOR * KINDS + SIZE },
		{ GL_SECONDARY_COLOR_ARRAY_TYPE, GL_SLOT_SECONDARY_COLOR * KINDS + TYPE },
		{ GL_SECONDARY_COLOR_ARRAY_STRIDE, GL_SLOT_SECONDARY_COLOR * KINDS + STRIDE },
		{ GL_FOG_COORD_ARRAY_TYPE, GL_SLOT_FOG_COORD * KINDS + TYPE },
		{ GL_FOG_COORD_ARRAY_STRIDE, GL_SLOT_FOG_COORD * KINDS + STRIDE },
		{ GL_INDEX_ARRAY_TYPE, GL_SLOT_INDEX * KINDS + TYPE },
		{ GL_INDEX_ARRAY_STRIDE, GL_SLOT_INDEX * KINDS + STRIDE },
		{ GL_EDGE_FLAG_ARRAY_STRIDE, GL_SLOT_EDGE_FLAG * KINDS + STRIDE },
		{ GL_TEXTURE_COORD_ARRAY_SIZE, GL_SLOT_TEX_COORD * KINDS + SIZE },
		{ GL_TEXTURE_COORD_ARRAY_TYPE, GL_SLOT_TEX_COORD * KINDS + TYPE },
		{ GL_TEXTURE_COORD_ARRAY_STRIDE, GL_SLOT_TEX_COORD * KINDS + STRIDE },
	};
	const struct gl_vao *vao = ctx->state.vao;
	const int at = FIND(pairs, pname);
	const struct gl_array *array;
	unsigned int slot;

	if (at < 0)
		return false;
	slot = (unsigned int)at / KINDS;
	if (slot == GL_SLOT_TEX_COORD)
		slot += ctx->state.client_unit;
	if (!(vao->client & UINT64_C(1) << slot))
		return false;
	array = &vao->arrays[slot];
	*ret_value = at % KINDS == SIZE   ? array->size
		     : at % KINDS == TYPE ? (int64_t)array->type
					  : array->stride;
	return true;
}

/* Of the window, of which the host has but one buffer; a framebuffer object has no two. */
static bool double_buffered(struct gl_context *ctx, int64_t *ret_value)
{
	GLint bound = 0;

	if (!ctx->draw)
		return false;
	if (!gl_known_get(ctx, GL_DRAW_FRAMEBUFFER_BINDING, &bound))
		gl_encode_GetIntegerv(&ctx->enc, GL_DRAW_FRAMEBUFFER_BINDING, &bound);
	*ret_value = bound == 0 && ctx->draw->double_buffered;
	return true;
}

/* The guest's own. */
static bool own(struct gl_context *ctx, GLenum pname, int64_t *ret_value)
{
	switch (pname) {
	case GL_VERTEX_ARRAY_BINDING:
		*ret_value = ctx->state.vao->name;
		return true;
	case GL_NUM_EXTENSIONS:
		*ret_value = gl_strings_extensions(ctx);
		return true;
	case GL_NUM_PROGRAM_BINARY_FORMATS:
	case GL_NUM_SHADER_BINARY_FORMATS:
		*ret_value = 0;
		return true;
	case GL_DOUBLEBUFFER:
		return double_buffered(ctx, ret_value);
	case GL_DEBUG_LOGGED_MESSAGES:
		*ret_value = atomic_load(&ctx->n_messages);
		return true;
	case GL_DEBUG_NEXT_LOGGED_MESSAGE_LENGTH:
		*ret_value = gl_debug_next_length(ctx);
		return true;
	case GL_MAX_DEBUG_LOGGED_MESSAGES:
		*ret_value = GL_DEBUG_MESSAGES_MAX;
		return true;
	default:
		return buffer_binding(ctx, pname, ret_value) || client_array(ctx, pname, ret_value);
	}
}

static unsigned int four(const GLint *from, uint32_t of, uint32_t age, int64_t ret_values[4])
{
	for (unsigned int i = 0; i < 4; i++)
		ret_values[i] = from[i];
	return of == age ? 4 : 0;
}

unsigned int gl_state_get(struct gl_context *ctx, GLenum pname, int64_t ret_values[4])
{
	const struct gl_state *state = &ctx->state;
	const struct glm_limit *limit;
	GLint known;

	if (pname == GL_VIEWPORT)
		return four(state->viewport, state->viewport_age, state->age, ret_values);
	if (pname == GL_SCISSOR_BOX)
		return four(state->scissor, state->scissor_age, state->age, ret_values);
	if (own(ctx, pname, ret_values))
		return 1;
	if (gl_known_get(ctx, pname, &known)) {
		ret_values[0] = known;
		return 1;
	}
	limit = table_find(&state->limits, pname);
	if (!limit)
		return 0;
	ret_values[0] = (int64_t)limit->value;
	return 1;
}

static GLint to_int(int64_t value)
{
	return value > INT32_MAX ? INT32_MAX : (GLint)value;
}

/* glGet*v: what is known here, each value converted; else what the host says. */
#define GET(command, type, convert)                                                \
	void gl_shadow_##command(struct gl_context *ctx, GLenum pname, type *data) \
	{                                                                          \
		int64_t values[4];                                                 \
		const unsigned int n = gl_state_get(ctx, pname, values);           \
                                                                                   \
		for (unsigned int i = 0; i < n; i++)                               \
			data[i] = convert(values[i]);                              \
		if (!n)                                                            \
			gl_encode_##command(&ctx->enc, pname, data);               \
	}

GET(GetIntegerv, GLint, to_int)
GET(GetInteger64v, GLint64, (GLint64))
GET(GetFloatv, GLfloat, (GLfloat))
GET(GetDoublev, GLdouble, (GLdouble))
GET(GetBooleanv, GLboolean, 0 !=)

/* ---- generic attributes in the program's memory */

static bool attrib(const struct gl_context *ctx, GLuint index, GLenum pname, GLint *ret_value)
{
	const struct gl_vao *vao = ctx->state.vao;
	const unsigned int slot = GL_SLOT_ATTRIB + index;
	const struct gl_array *array;

	if (index >= gl_state_attribs(ctx) || !(vao->client & UINT64_C(1) << slot))
		return false;
	array = &vao->arrays[slot];
	switch (pname) {
	case GL_VERTEX_ATTRIB_ARRAY_SIZE:
		*ret_value = array->size;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_TYPE:
		*ret_value = (GLint)array->type;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_STRIDE:
		*ret_value = array->stride;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_NORMALIZED:
		*ret_value = (array->flags & GL_ARRAY_NORMALIZED) != 0;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_INTEGER:
		*ret_value = (array->flags & GL_ARRAY_INTEGER) != 0;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_LONG:
		*ret_value = (array->flags & GL_ARRAY_DOUBLE) != 0;
		return true;
	case GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING:
		*ret_value = 0;
		return true;
	default:
		return false;
	}
}

/* glGetVertexAttrib*v, likewise. */
#define GET_ATTRIB(command, type)                                                                  \
	void gl_shadow_##command(struct gl_context *ctx, GLuint index, GLenum pname, type *params) \
	{                                                                                          \
		GLint value;                                                                       \
                                                                                                   \
		if (attrib(ctx, index, pname, &value))                                             \
			*params = (type)value;                                                     \
		else                                                                               \
			gl_encode_##command(&ctx->enc, index, pname, params);                      \
	}

GET_ATTRIB(GetVertexAttribiv, GLint)
GET_ATTRIB(GetVertexAttribIiv, GLint)
GET_ATTRIB(GetVertexAttribIuiv, GLuint)
GET_ATTRIB(GetVertexAttribfv, GLfloat)
GET_ATTRIB(GetVertexAttribdv, GLdouble)
