/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bounds of vertex arrays. A draw reads them on the GPU, or as if it did, and finds nothing beyond
 * a buffer's end. glArrayElement and draws that go into a display list are read there and then by
 * the driver, which looks at no end.
 *
 * Nor does Mesa count what it writes where it makes one of strips that follow one another in a
 * list, and are of a vertex or two: they are kept apart, and none is restarted.
 */
#include <string.h>

#include "exec.h"
#include "exec_host.h"
#include "gl_wire_d_f.h"
#include "gl_wire_h_m.h"

/* Vertices that one command may put into a display list. */
#define LIST_VERTICES_MAX (4u << 20)
/* Bytes of each array's element there, and vertices that are many. */
#define ATTRIBUTE_BYTES 16u
#define MANY            256u

/* An array as the driver says it is; what it does not say is such that it has no element. */
struct array {
	GLint buffer, size, type, stride;
	void *offset;
};

uint64_t exec_buffer_size(struct exec_context *context, GLuint buffer)
{
	const struct gl_functions *gl = &context->gl;
	GLint64 size64 = 0;
	GLint size = 0;
	GLuint bound;

	if (context->has.named_buffers) {
		gl->GetNamedBufferParameteri64v(buffer, GL_BUFFER_SIZE, &size64);
		return gl_natural(size64);
	}
	bound = exec_bound(context, GL_BOUND_ARRAY);
	gl->BindBuffer(GL_ARRAY_BUFFER, buffer);
	gl->GetBufferParameteriv(GL_ARRAY_BUFFER, GL_BUFFER_SIZE, &size);
	gl->BindBuffer(GL_ARRAY_BUFFER, bound);
	return gl_natural(size);
}

static uint64_t element_bytes(const struct array *array)
{
	const GLint size = array->size == GL_BGRA ? 4 : array->size;

	switch (array->type) {
	case GL_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_2_10_10_10_REV:
	case GL_UNSIGNED_INT_10F_11F_11F_REV:
		return 4;
	case GL_UNSIGNED_INT64_ARB:
		return gl_mul(gl_natural(size), 8);
	default:
		return gl_mul(gl_natural(size), gl_type_bytes((GLenum)array->type));
	}
}

/* The context's least number of elements is no more than what this array has. */
static void count(struct exec_context *context, const struct array *array, bool tight)
{
	const uint64_t bytes = element_bytes(array),
		       size = exec_buffer_size(context, (GLuint)array->buffer);
	const uint64_t offset = (uintptr_t)array->offset;
	uint64_t stride = gl_natural(array->stride), n = UINT64_MAX;

	context->n_arrays++;
	if (tight && stride == 0)
		stride = bytes;
	if (offset > size || bytes == 0 || bytes > size - offset || array->stride < 0)
		n = 0;
	else if (stride > 0)
		n = (size - offset - bytes) / stride + 1;
	context->elements = gl_min(context->elements, n);
}

/* ---- arrays of the fixed pipeline */

/* size, type: queries, or 0 for an array that always has so many of that. */
static const struct fixed {
	GLenum array, buffer, size, type, stride, pointer;
	GLint size_is, type_is;
} fixed[] = {
	{ GL_VERTEX_ARRAY, GL_VERTEX_ARRAY_BUFFER_BINDING, GL_VERTEX_ARRAY_SIZE,
		GL_VERTEX_ARRAY_TYPE, GL_VERTEX_ARRAY_STRIDE, GL_VERTEX_ARRAY_POINTER, 0, 0 },
	{ GL_NORMAL_ARRAY, GL_NORMAL_ARRAY_BUFFER_BINDING, 0, GL_NORMAL_ARRAY_TYPE,
		GL_NORMAL_ARRAY_STRIDE, GL_NORMAL_ARRAY_POINTER, 3, 0 },
	{ GL_COLOR_ARRAY, GL_COLOR_ARRAY_BUFFER_BINDING, GL_COLOR_ARRAY_SIZE, GL_COLOR_ARRAY_TYPE,
		GL_COLOR_ARRAY_STRIDE, GL_COLOR_ARRAY_POINTER, 0, 0 },
	{ GL_INDEX_ARRAY, GL_INDEX_ARRAY_BUFFER_BINDING, 0, GL_INDEX_ARRAY_TYPE,
		GL_INDEX_ARRAY_STRIDE, GL_INDEX_ARRAY_POINTER, 1, 0 },
	{ GL_EDGE_FLAG_ARRAY, GL_EDGE_FLAG_ARRAY_BUFFER_BINDING, 0, 0, GL_EDGE_FLAG_ARRAY_STRIDE,
		GL_EDGE_FLAG_ARRAY_POINTER, 1, GL_UNSIGNED_BYTE },
	{ GL_SECONDARY_COLOR_ARRAY, GL_SECONDARY_COLOR_ARRAY_BUFFER_BINDING,
		GL_SECONDARY_COLOR_ARRAY_SIZE, GL_SECONDARY_COLOR_ARRAY_TYPE,
		GL_SECONDARY_COLOR_ARRAY_STRIDE, GL_SECONDARY_COLOR_ARRAY_POINTER, 0, 0 },
	{ GL_FOG_COORD_ARRAY, GL_FOG_COORD_ARRAY_BUFFER_BINDING, 0, GL_FOG_COORD_ARRAY_TYPE,
		GL_FOG_COORD_ARRAY_STRIDE, GL_FOG_COORD_ARRAY_POINTER, 1, 0 },
};
static const struct fixed coords = { GL_TEXTURE_COORD_ARRAY, GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING,
	GL_TEXTURE_COORD_ARRAY_SIZE, GL_TEXTURE_COORD_ARRAY_TYPE, GL_TEXTURE_COORD_ARRAY_STRIDE,
	GL_TEXTURE_COORD_ARRAY_POINTER, 0, 0 };

static void count_fixed(struct exec_context *context, const struct fixed *of)
{
	const struct gl_functions *gl = &context->gl;
	struct array array = { .size = of->size_is, .type = of->type_is };

	if (!gl->IsEnabled(of->array))
		return;
	gl->GetIntegerv(of->buffer, &array.buffer);
	if (of->size)
		gl->GetIntegerv(of->size, &array.size);
	if (of->type)
		gl->GetIntegerv(of->type, &array.type);
	gl->GetIntegerv(of->stride, &array.stride);
	context->exec->more.GetPointerv(of->pointer, &array.offset);
	count(context, &array, true);
}

static void count_coords(struct exec_context *context)
{
	GLint active = GL_TEXTURE0;

	if (context->has.n_coords <= 1) {
		count_fixed(context, &coords);
		return;
	}
	context->gl.GetIntegerv(GL_CLIENT_ACTIVE_TEXTURE, &active);
	for (GLint i = 0; i < context->has.n_coords; i++) {
		context->gl.ClientActiveTexture(GL_TEXTURE0 + (GLenum)i);
		count_fixed(context, &coords);
	}
	context->gl.ClientActiveTexture((GLenum)active);
}

/* ---- generic attributes */

/* Where a binding may stand for several attributes, they say where they lie in its elements. */
static void locate(struct exec_context *context, GLuint i, struct array *array)
{
	const struct gl_functions *gl = &context->gl;
	GLint binding = 0, relative = 0;
	GLint64 offset = INT64_MAX;

	gl->GetVertexAttribiv(i, GL_VERTEX_ATTRIB_BINDING, &binding);
	gl->GetVertexAttribiv(i, GL_VERTEX_ATTRIB_RELATIVE_OFFSET, &relative);
	gl->GetInteger64i_v(GL_VERTEX_BINDING_OFFSET, (GLuint)binding, &offset);
	gl->GetIntegeri_v(GL_VERTEX_BINDING_STRIDE, (GLuint)binding, &array->stride);
	array->offset = (void *)(uintptr_t)(gl_natural(offset) + gl_natural(relative));
}

static void count_attribute(struct exec_context *context, GLuint i)
{
	const struct gl_functions *gl = &context->gl;
	struct array array = { .stride = -1 };
	GLint enabled = 1;

	gl->GetVertexAttribiv(i, GL_VERTEX_ATTRIB_ARRAY_ENABLED, &enabled);
	if (!enabled)
		return;
	gl->GetVertexAttribiv(i, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING, &array.buffer);
	gl->GetVertexAttribiv(i, GL_VERTEX_ATTRIB_ARRAY_SIZE, &array.size);
	gl->GetVertexAttribiv(i, GL_VERTEX_ATTRIB_ARRAY_TYPE, &array.type);
	if (context->has.attribute_bindings) {
		locate(context, i, &array);
	} else {
		gl->GetVertexAttribiv(i, GL_VERTEX_ATTRIB_ARRAY_STRIDE, &array.stride);
		context->exec->more.GetVertexAttribPointerv(
			i, GL_VERTEX_ATTRIB_ARRAY_POINTER, &array.offset);
	}
	count(context, &array, !context->has.attribute_bindings);
}

/* ---- the least of them */

void exec_elements_look(struct exec_context *context)
{
	GLint restart = 0;

	if (context->elements_known || context->begun)
		return;
	/* Some may have been disabled meanwhile. */
	if (context->attributes_on || context->fixed_on)
		context->arrays_known = false;
	exec_arrays_look(context);
	if (!context->arrays_whole)
		return;
	context->elements = UINT64_MAX;
	context->n_arrays = 0;
	context->restart = -1;
	context->restart_fixed = false;
	context->elements_known = true;
	if (!context->attributes_on && !context->fixed_on)
		return;
	exec_errors_settle(context);
	for (GLuint i = 0; i < 64; i++)
		if (context->attributes_on >> i & 1)
			count_attribute(context, i);
	if (context->fixed_on) {
		for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
			count_fixed(context, &fixed[i]);
		count_coords(context);
	}
	if (context->has.version >= 31 && context->gl.IsEnabled(GL_PRIMITIVE_RESTART)) {
		context->gl.GetIntegerv(GL_PRIMITIVE_RESTART_INDEX, &restart);
		context->restart = (GLuint)restart;
	}
	if (context->has.version >= 43)
		context->restart_fixed = context->gl.IsEnabled(GL_PRIMITIVE_RESTART_FIXED_INDEX);
	exec_errors_drop(context);
}

static bool fits(struct exec_context *context, int64_t first, int64_t n)
{
	/* Between glBegin and glEnd nothing can be asked: it was before. */
	exec_elements_look(context);
	return context->elements_known && first >= 0 && n <= LIST_VERTICES_MAX &&
	       (n <= 0 || (uint64_t)(first + n) <= context->elements);
}

static bool restarts(const struct exec_context *context, uint32_t index, unsigned int size)
{
	return index == context->restart ||
	       (context->restart_fixed && index == UINT32_MAX >> (32 - 8 * size));
}

bool exec_element_exists(struct exec_context *context, GLint i)
{
	const bool exists = fits(context, i, 1);

	return restarts(context, (GLuint)i, sizeof(i)) ? !context->compiling : exists;
}

/* ---- draws in display lists */

struct indices {
	const uint8_t *at;
	uint64_t n;
	unsigned int size; /* bytes of one */
};

/* In the buffer, or behind the message's fixed fields. False: they are not there, or too many. */
static bool find_indices(struct exec_context *context, GLsizei n, GLenum type, uint32_t sent,
	uint64_t offset, struct indices *ret)
{
	struct gl_decoder *dec = &context->exec->dec;
	const uint64_t bytes = gl_mul(gl_natural(n), gl_type_bytes(type));
	void *copy;

	if (n > (GLsizei)LIST_VERTICES_MAX || bytes == GL_LENGTH_UNKNOWN)
		return false;
	*ret = (struct indices){
		.at = dec->at, .n = gl_natural(n), .size = (unsigned int)gl_type_bytes(type)
	};
	if (sent != GL_WIRE_OFFSET)
		return bytes <= (uint64_t)(dec->end - dec->at);
	if (bytes == 0)
		return true;
	copy = gl_decoder_scratch(dec, bytes);
	if (!copy || !exec_host_range(context, GL_BOUND_ELEMENT_ARRAY, offset, bytes))
		return false;
	exec_errors_settle(context);
	context->gl.GetBufferSubData(
		GL_ELEMENT_ARRAY_BUFFER, (GLintptr)offset, (GLsizeiptr)bytes, copy);
	ret->at = copy;
	return context->gl.GetError() == GL_NO_ERROR;
}

static uint32_t index_at(const struct indices *indices, uint64_t i)
{
	const uint8_t *at = indices->at + i * indices->size;
	uint32_t index = 0;

	memcpy(&index, at, indices->size); /* little-endian, as the host is */
	return index;
}

/* Consecutive elements, none of which is an index that restarts. */
static bool elements_fit(struct exec_context *context, GLint first, GLsizei n)
{
	return fits(context, first, n) &&
	       (context->restart < first || context->restart >= (int64_t)first + n);
}

/* Draws with indices: all of them, with `base` added, are elements, and none restarts. */
static bool indices_fit(struct exec_context *context, const struct indices *indices, GLint base)
{
	int64_t least = INT64_MAX, most = -1;

	if (indices->n == 0)
		return true;
	fits(context, 0, 0);
	for (uint64_t i = 0; i < indices->n; i++) {
		const uint32_t index = index_at(indices, i);

		if (restarts(context, index, indices->size))
			return false;
		least = index < least ? index : least;
		most = index > most ? index : most;
	}
	/* The driver adds with 32 bits. */
	return most < 0 ||
	       (least + base >= 0 && most + base < INT32_MAX && fits(context, most + base, 1));
}

/*
 * Takes memory for so many vertices. Many begin a piece of the list of their own, as otherwise each
 * would take all along that was set before.
 */
static bool list_takes(struct exec_context *context, uint64_t vertices)
{
	if (vertices > MANY)
		context->gl.Clear(0);
	exec_list_holds(context, gl_mul(vertices, context->n_arrays * ATTRIBUTE_BYTES));
	exec_list_grow(context);
	return context->list.number != 0;
}

static bool elements_lie(struct exec_context *context, GLsizei n, GLenum type, uint32_t sent,
	uint64_t offset, GLint base)
{
	struct indices indices;

	return find_indices(context, n, type, sent, offset, &indices) &&
	       indices_fit(context, &indices, base);
}

static bool list_elements(struct exec_context *context, GLsizei n, GLenum type, uint32_t sent,
	uint64_t offset, GLint base)
{
	return elements_lie(context, n, type, sent, offset, base) &&
	       list_takes(context, gl_natural(n));
}

/* Arrays of a message in turn, one value of `size` bytes for each of n draws. NULL: they are not there. */
static const void *take_array(
	const uint8_t **at, const struct gl_decoder *dec, GLsizei n, uint32_t sent, uint64_t size)
{
	const uint64_t bytes = gl_mul(gl_natural(n), size);
	const void *array = *at;

	if (sent != bytes || gl_part(bytes) > (uint64_t)(dec->end - *at))
		return NULL;
	*at += gl_part(bytes);
	return array;
}

/* A strip that draws nothing, but may stand beside another. */
static bool is_short(GLenum mode, GLsizei n)
{
	return (mode == GL_TRIANGLE_STRIP || mode == GL_QUAD_STRIP) && n > 0 && n < 4;
}

static bool list_multi_arrays(struct exec_context *context, const struct gl_wire_MultiDrawArrays *w)
{
	const struct gl_decoder *dec = &context->exec->dec;
	const uint8_t *at = dec->at;
	const GLint *first = take_array(&at, dec, w->drawcount, w->first_bytes, sizeof(*first));
	const GLsizei *n = take_array(&at, dec, w->drawcount, w->count_bytes, sizeof(*n));
	uint64_t all = 0;

	for (GLsizei i = 0; first && n && i < w->drawcount; i++) {
		all += gl_natural(n[i]);
		if (!elements_fit(context, first[i], n[i]) || is_short(w->mode, n[i]) ||
			all > LIST_VERTICES_MAX)
			return false;
	}
	return first && n && list_takes(context, all);
}

/* What is wrong with the message besides is left to the decoder, and an unknown type to the driver. */
bool exec_indices_lie(struct exec_context *context, uint16_t opcode, const void *wire)
{
	/* Their fixed fields begin alike. */
	const struct gl_wire_MultiDrawElements *w = wire;
	const struct gl_decoder *dec = &context->exec->dec;
	const uint8_t *at = dec->at;
	const GLsizei *n;
	const uint64_t *offset;
	uint64_t end = 0;

	if (opcode != GL_OP_MultiDrawElements && opcode != GL_OP_MultiDrawElementsBaseVertex)
		return true;
	n = take_array(&at, dec, w->drawcount, w->count_bytes, sizeof(*n));
	offset = n ? take_array(&at, dec, w->drawcount, w->indices_bytes, sizeof(*offset)) : NULL;
	for (GLsizei i = 0; offset && i < w->drawcount; i++) {
		const uint64_t bytes = gl_mul(gl_natural(n[i]), gl_type_bytes(w->type));

		if (bytes == 0 || bytes == GL_LENGTH_UNKNOWN)
			continue;
		if (offset[i] > INT64_MAX)
			return false;
		if (offset[i] + bytes > end)
			end = offset[i] + bytes;
	}
	return end == 0 || exec_host_range(context, GL_BOUND_ELEMENT_ARRAY, 0, end);
}

/* base_sent: bytes of the array of what is added to indices, if `based`. */
static bool list_multi_elements(struct exec_context *context,
	const struct gl_wire_MultiDrawElements *w, bool based, uint32_t base_sent)
{
	const struct gl_decoder *dec = &context->exec->dec;
	const uint8_t *at = dec->at;
	const GLsizei *n = take_array(&at, dec, w->drawcount, w->count_bytes, sizeof(*n));
	const uint64_t *offset =
		n ? take_array(&at, dec, w->drawcount, w->indices_bytes, sizeof(*offset)) : NULL;
	const GLint *base = offset && based
				    ? take_array(&at, dec, w->drawcount, base_sent, sizeof(*base))
				    : NULL;
	uint64_t all = 0;

	if (!offset || (based && !base))
		return false;
	for (GLsizei i = 0; i < w->drawcount; i++) {
		all += gl_natural(n[i]);
		if (all > LIST_VERTICES_MAX || is_short(w->mode, n[i]) ||
			!elements_lie(context, n[i], w->type, GL_WIRE_OFFSET, offset[i],
				based ? base[i] : 0))
			return false;
	}
	return list_takes(context, all);
}

/* A command that does nothing, and of which the driver knows that it changes nothing of what is current. */
void exec_list_keep_apart(struct exec_context *context, GLenum mode)
{
	if (context->compiling && (mode == GL_TRIANGLE_STRIP || mode == GL_QUAD_STRIP))
		context->gl.Clear(0);
}

bool exec_list_draw_fits(struct exec_context *context, uint16_t opcode, const void *wire)
{
/* clang-format off */
#define ELEMENTS(command, base) \
	case GL_OP_##command: { \
		const struct gl_wire_##command *w = wire; \
		return list_elements( \
			context, w->count, w->type, w->indices_bytes, w->indices_offset, base); \
	}
	/* clang-format on */
	/* Their fixed fields begin alike. */
	exec_list_keep_apart(context, ((const struct gl_wire_DrawArrays *)wire)->mode);
	switch (opcode) {
		ELEMENTS(DrawElements, 0)
		ELEMENTS(DrawRangeElements, 0)
		ELEMENTS(DrawElementsBaseVertex, w->basevertex)
		ELEMENTS(DrawRangeElementsBaseVertex, w->basevertex)
	case GL_OP_DrawArrays:
		return elements_fit(context, ((const struct gl_wire_DrawArrays *)wire)->first,
			       ((const struct gl_wire_DrawArrays *)wire)->count) &&
		       list_takes(context,
			       gl_natural(((const struct gl_wire_DrawArrays *)wire)->count));
	case GL_OP_MultiDrawArrays:
		return list_multi_arrays(context, wire);
	case GL_OP_MultiDrawElements:
		return list_multi_elements(context, wire, false, 0);
	case GL_OP_MultiDrawElementsBaseVertex:
		return list_multi_elements(context, wire, true,
			((const struct gl_wire_MultiDrawElementsBaseVertex *)wire)->basevertex_bytes);
	default:
		/* Drivers do not compile them. */
		return false;
	}
}
