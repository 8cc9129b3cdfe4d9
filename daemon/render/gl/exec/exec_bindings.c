/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is bound where: the driver is asked, which knows, and a guest cannot make it and us differ.
 * A query that fails (between glBegin and glEnd) counts as nothing bound.
 */
#include <string.h>

#include "exec.h"
#include "exec_host.h"
#include "gl_wire_a_c.h"
#include "gl_wire_d_f.h"
#include "gl_wire_h_m.h"

/* Bytes of a draw that lies in a buffer. */
#define ARRAYS_DRAW   16
#define ELEMENTS_DRAW 20

static bool has_binding(const struct exec_has *has, enum gl_binding binding)
{
	switch (binding) {
	case GL_BOUND_ARRAY:
	case GL_BOUND_ELEMENT_ARRAY:
		return true;
	case GL_BOUND_PIXEL_PACK:
	case GL_BOUND_PIXEL_UNPACK:
		return has->pixel_buffers;
	case GL_BOUND_DRAW_INDIRECT:
		return has->draw_indirect;
	case GL_BOUND_DISPATCH_INDIRECT:
		return has->dispatch_indirect;
	case GL_BOUND_PARAMETER:
		return has->parameters;
	case GL_BOUND_QUERY:
		return has->query_buffers;
	case GL_BOUND_TRANSFORM_FEEDBACK:
	case GL_BINDINGS:
		break;
	}
	return false;
}

static const struct {
	GLenum target, pname;
} bindings[GL_BINDINGS] = {
	[GL_BOUND_ARRAY] = { GL_ARRAY_BUFFER, GL_ARRAY_BUFFER_BINDING },
	[GL_BOUND_ELEMENT_ARRAY] = { GL_ELEMENT_ARRAY_BUFFER, GL_ELEMENT_ARRAY_BUFFER_BINDING },
	[GL_BOUND_PIXEL_PACK] = { GL_PIXEL_PACK_BUFFER, GL_PIXEL_PACK_BUFFER_BINDING },
	[GL_BOUND_PIXEL_UNPACK] = { GL_PIXEL_UNPACK_BUFFER, GL_PIXEL_UNPACK_BUFFER_BINDING },
	[GL_BOUND_DRAW_INDIRECT] = { GL_DRAW_INDIRECT_BUFFER, GL_DRAW_INDIRECT_BUFFER_BINDING },
	[GL_BOUND_DISPATCH_INDIRECT] = { GL_DISPATCH_INDIRECT_BUFFER,
		GL_DISPATCH_INDIRECT_BUFFER_BINDING },
	[GL_BOUND_PARAMETER] = { GL_PARAMETER_BUFFER, GL_PARAMETER_BUFFER_BINDING },
	[GL_BOUND_QUERY] = { GL_QUERY_BUFFER, GL_QUERY_BUFFER_BINDING },
};

GLuint exec_bound(struct exec_context *context, enum gl_binding binding)
{
	GLint name = 0;

	if (has_binding(&context->has, binding))
		context->gl.GetIntegerv(bindings[binding].pname, &name);
	return (GLuint)name;
}

bool exec_host_bound(void *data, enum gl_binding binding)
{
	return exec_bound(data, binding) != 0;
}

bool exec_host_range(void *data, enum gl_binding binding, uint64_t offset, uint64_t bytes)
{
	struct exec_context *context = data;
	GLint size = 0;
	GLint64 size64 = 0;

	if (exec_bound(context, binding) == 0)
		return false;
	if (bytes == 0)
		return offset <= GL_SIZE_MAX;
	if (context->has.version >= 32) {
		context->gl.GetBufferParameteri64v(bindings[binding].target, GL_BUFFER_SIZE, &size64);
	} else {
		context->gl.GetBufferParameteriv(bindings[binding].target, GL_BUFFER_SIZE, &size);
		size64 = size;
	}
	return bytes <= gl_natural(size64) && offset <= gl_natural(size64) - bytes;
}

/* ---- pixel store */

static const GLenum store_names[2][EXEC_STORE] = {
	{ GL_PACK_ALIGNMENT, GL_PACK_ROW_LENGTH, GL_PACK_SKIP_PIXELS, GL_PACK_SKIP_ROWS,
		GL_PACK_IMAGE_HEIGHT, GL_PACK_SKIP_IMAGES },
	{ GL_UNPACK_ALIGNMENT, GL_UNPACK_ROW_LENGTH, GL_UNPACK_SKIP_PIXELS, GL_UNPACK_SKIP_ROWS,
		GL_UNPACK_IMAGE_HEIGHT, GL_UNPACK_SKIP_IMAGES },
};
static const GLint tight_values[EXEC_STORE] = { 1, 0, 0, 0, 0, 0 };

/* How many of them this context has. */
static unsigned int store_count(const struct exec_has *has, unsigned int direction)
{
	const bool rows = direction == 1 ? has->unpack_rows : has->pack_rows;

	if (!has->es)
		return EXEC_STORE;
	if (has->version < 30)
		return rows ? 4 : 1;
	/* ES 3 has GL_UNPACK_IMAGE_HEIGHT and _SKIP_IMAGES, but not their like for packing. */
	return direction == 1 ? EXEC_STORE : 4;
}

bool exec_store_knows(const struct exec_context *context, GLenum pname, float value)
{
	for (unsigned int direction = 0; direction < 2; direction++)
		for (unsigned int i = 0; i < store_count(&context->has, direction); i++)
			if (store_names[direction][i] == pname)
				return true;
	switch (pname) {
	case GL_PACK_SWAP_BYTES:
	case GL_PACK_LSB_FIRST:
	case GL_UNPACK_SWAP_BYTES:
	case GL_UNPACK_LSB_FIRST:
		return true;
	default:
		/*
		 * Blocks of compressed images, or rows from the top, would lie as we do not count.
		 * As they are by themselves they do not.
		 */
		return value == 0;
	}
}

/* False: the driver does not say how it is, and so it is not made so. */
static bool store_tighten(struct exec_context *context, unsigned int direction)
{
	struct exec_store *store = &context->store[direction];
	const unsigned int n = store_count(&context->has, direction);

	if (store->tight)
		return true;
	for (unsigned int i = 0; i < n; i++) {
		store->saved[i] = -1;
		context->gl.GetIntegerv(store_names[direction][i], &store->saved[i]);
		if (store->saved[i] < 0)
			return false;
	}
	for (unsigned int i = 0; i < n; i++)
		if (store->saved[i] != tight_values[i])
			context->gl.PixelStorei(store_names[direction][i], tight_values[i]);
	store->tight = true;
	return true;
}

static void store_loosen(struct exec_context *context, unsigned int direction)
{
	struct exec_store *store = &context->store[direction];
	const unsigned int n = store_count(&context->has, direction);

	if (!store->tight)
		return;
	for (unsigned int i = 0; i < n; i++)
		if (store->saved[i] != tight_values[i])
			context->gl.PixelStorei(store_names[direction][i], store->saved[i]);
	store->tight = false;
}

/* How the driver has it, after it was loosened. */
static struct gl_pixel_store store_now(struct exec_context *context, unsigned int direction)
{
	const unsigned int n = store_count(&context->has, direction);
	GLint values[EXEC_STORE] = { 0 };

	for (unsigned int i = 0; i < n; i++)
		context->gl.GetIntegerv(store_names[direction][i], &values[i]);
	return (struct gl_pixel_store){ .alignment = values[0],
		.row_length = values[1],
		.skip_pixels = values[2],
		.skip_rows = values[3],
		.image_height = values[4],
		.skip_images = values[5] };
}

/* Whether they lie in the buffer: drivers count some of the ways in which pixels are skipped wrong. */
static bool pixels_in_buffer(struct exec_context *context, enum gl_binding binding,
	unsigned int direction, const struct gl_pixels *pixels)
{
	const struct gl_pixel_store store = store_now(context, direction);
	struct gl_image_layout layout;
	uint64_t bytes = pixels->bytes;

	if (pixels->image && bytes > 0) {
		if (!gl_image_layout(pixels->image, &store, &layout))
			return false;
		bytes = layout.first + layout.row_bytes + (layout.first_bit > 0) +
			gl_mul(layout.row_stride, gl_natural(pixels->image->height) - 1) +
			gl_mul(layout.image_stride, gl_natural(pixels->image->depth) - 1);
	}
	return exec_host_range(context, binding, pixels->offset, bytes);
}

bool exec_host_pixels(void *data, enum gl_binding binding, const struct gl_pixels *pixels)
{
	const unsigned int direction = binding == GL_BOUND_PIXEL_UNPACK;

	struct exec_context *context = data;

	if (!pixels->in_buffer)
		return store_tighten(context, direction);
	store_loosen(context, direction);
	if (!pixels_in_buffer(context, binding, direction, pixels))
		return false;
	/* What is no image Mesa copies into a list as if its offset was an address. */
	if (context->compiling && direction == 1 && !pixels->image)
		return false;
	if (direction == 1)
		exec_list_holds(context, pixels->bytes);
	return true;
}

void exec_store_restore(struct exec_context *context)
{
	store_loosen(context, 0);
	store_loosen(context, 1);
}

/* ---- arrays */

static bool backed(struct exec_context *context, GLenum array, GLenum binding)
{
	GLint buffer = 0;

	if (!context->gl.IsEnabled(array))
		return true;
	context->fixed_on = true;
	context->gl.GetIntegerv(binding, &buffer);
	return buffer != 0;
}

static bool coords_backed(struct exec_context *context)
{
	GLint active = GL_TEXTURE0;
	bool whole = true;

	if (context->has.n_coords <= 1)
		return backed(context, GL_TEXTURE_COORD_ARRAY, GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING);
	context->gl.GetIntegerv(GL_CLIENT_ACTIVE_TEXTURE, &active);
	for (GLint i = 0; whole && i < context->has.n_coords; i++) {
		context->gl.ClientActiveTexture(GL_TEXTURE0 + (GLenum)i);
		whole = backed(
			context, GL_TEXTURE_COORD_ARRAY, GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING);
	}
	context->gl.ClientActiveTexture((GLenum)active);
	return whole;
}

static bool fixed_backed(struct exec_context *context)
{
	return backed(context, GL_VERTEX_ARRAY, GL_VERTEX_ARRAY_BUFFER_BINDING) &&
	       backed(context, GL_NORMAL_ARRAY, GL_NORMAL_ARRAY_BUFFER_BINDING) &&
	       backed(context, GL_COLOR_ARRAY, GL_COLOR_ARRAY_BUFFER_BINDING) &&
	       backed(context, GL_INDEX_ARRAY, GL_INDEX_ARRAY_BUFFER_BINDING) &&
	       backed(context, GL_EDGE_FLAG_ARRAY, GL_EDGE_FLAG_ARRAY_BUFFER_BINDING) &&
	       backed(context, GL_SECONDARY_COLOR_ARRAY, GL_SECONDARY_COLOR_ARRAY_BUFFER_BINDING) &&
	       backed(context, GL_FOG_COORD_ARRAY, GL_FOG_COORD_ARRAY_BUFFER_BINDING) &&
	       coords_backed(context);
}

static bool attributes_backed(struct exec_context *context)
{
	for (GLint i = 0; i < context->has.n_attributes; i++) {
		/* What a query that fails leaves behind counts as an array without a buffer. */
		GLint enabled = 1, buffer = 0;

		context->gl.GetVertexAttribiv((GLuint)i, GL_VERTEX_ATTRIB_ARRAY_ENABLED, &enabled);
		if (!enabled)
			continue;
		if (i >= 64)
			return false;
		context->attributes_on |= UINT64_C(1) << i;
		context->gl.GetVertexAttribiv(
			(GLuint)i, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING, &buffer);
		if (!buffer)
			return false;
	}
	return true;
}

void exec_arrays_look(struct exec_context *context)
{
	if (context->arrays_known)
		return;
	context->elements_known = context->arrays_whole = context->fixed_on = false;
	context->attributes_on = 0;
	/* Nothing can be asked there. */
	if (context->begun)
		return;
	context->arrays_whole =
		attributes_backed(context) && (!context->has.fixed_arrays || fixed_backed(context));
	context->arrays_known = true;
}

/* Where an array of the fixed functions tells its buffer; 0: it is none. */
static GLenum binding_of(GLenum array)
{
	switch (array) {
	case GL_VERTEX_ARRAY:
		return GL_VERTEX_ARRAY_BUFFER_BINDING;
	case GL_NORMAL_ARRAY:
		return GL_NORMAL_ARRAY_BUFFER_BINDING;
	case GL_COLOR_ARRAY:
		return GL_COLOR_ARRAY_BUFFER_BINDING;
	case GL_TEXTURE_COORD_ARRAY:
		return GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING;
	default:
		return 0;
	}
}

static bool attribute_in_buffer(struct exec_context *context, GLuint index)
{
	GLint buffer = 0;

	if (index >= (GLuint)context->has.n_attributes)
		return true; /* there is none that could be enabled */
	if (index >= 64)
		return false;
	context->attributes_on |= UINT64_C(1) << index;
	context->gl.GetVertexAttribiv(index, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING, &buffer);
	return buffer != 0;
}

static bool array_in_buffer(struct exec_context *context, GLenum array)
{
	const GLenum binding = context->has.fixed_arrays ? binding_of(array) : 0;
	GLint buffer = 0;

	if (binding)
		context->gl.GetIntegerv(binding, &buffer);
	context->fixed_on = true;
	return buffer != 0;
}

bool exec_arrays_stay(struct exec_context *context, uint16_t opcode, const void *wire)
{
	if (!context->arrays_known || !context->arrays_whole || context->begun)
		return false;
	switch (opcode) {
	case GL_OP_DisableVertexAttribArray:
	case GL_OP_DisableClientState:
	case GL_OP_VertexAttribDivisor:
	case GL_OP_BufferData:
	case GL_OP_NamedBufferData:
	case GL_OP_TexImage2D:
		return true;
	case GL_OP_EnableVertexAttribArray:
		return attribute_in_buffer(
			context, ((const struct gl_wire_EnableVertexAttribArray *)wire)->index);
	case GL_OP_EnableClientState:
		return array_in_buffer(
			context, ((const struct gl_wire_EnableClientState *)wire)->array);
	case GL_OP_Enable:
	case GL_OP_Disable:
		/* Which in some contexts knows arrays; these have numbers from there on. */
		return ((const struct gl_wire_Enable *)wire)->cap < GL_VERTEX_ARRAY;
	case GL_OP_VertexAttribPointer:
	case GL_OP_VertexAttribIPointer:
	case GL_OP_VertexPointer:
	case GL_OP_NormalPointer:
	case GL_OP_ColorPointer:
	case GL_OP_TexCoordPointer:
		return exec_bound(context, GL_BOUND_ARRAY) != 0;
	default:
		return false;
	}
}

/* Draws, each of `size` bytes, and their number lie in the buffers. */
static bool draws_lie(struct exec_context *context, const void *wire, GLsizei size)
{
	/* Where one has the type of the indices the other has a gap. */
	const struct gl_wire_MultiDrawArraysIndirectCount *w = wire;

	return exec_host_range(context, GL_BOUND_DRAW_INDIRECT, w->indirect,
		       gl_indirect_bytes(w->maxdrawcount, w->stride, size)) &&
	       exec_host_range(context, GL_BOUND_PARAMETER, w->drawcount, sizeof(GLsizei));
}

/* Buffers that a draw reads besides its arrays. */
static bool draws_from_buffers(struct exec_context *context, uint16_t opcode, const void *wire)
{
	switch (opcode) {
	case GL_OP_DrawElementsIndirect:
	case GL_OP_MultiDrawElementsIndirect:
		return exec_bound(context, GL_BOUND_ELEMENT_ARRAY) != 0;
	case GL_OP_MultiDrawElementsIndirectCount:
		return exec_bound(context, GL_BOUND_ELEMENT_ARRAY) != 0 &&
		       draws_lie(context, wire, ELEMENTS_DRAW);
	case GL_OP_MultiDrawArraysIndirectCount:
		return draws_lie(context, wire, ARRAYS_DRAW);
	default:
		return exec_indices_lie(context, opcode, wire);
	}
}

static bool is_dispatch(uint16_t opcode)
{
	return opcode == GL_OP_DispatchCompute || opcode == GL_OP_DispatchComputeIndirect ||
	       opcode == GL_OP_DispatchComputeGroupSizeARB;
}

bool exec_host_draw(void *data, uint16_t opcode, const void *wire)
{
	struct exec_context *context = data;

	if (is_dispatch(opcode))
		return context->exec->config.compute &&
		       (opcode != GL_OP_DispatchComputeIndirect ||
			       exec_bound(context, GL_BOUND_DISPATCH_INDIRECT) != 0);
	/* A driver that compiles one may write more than it has room for. */
	if (opcode == GL_OP_PrimitiveRestartNV)
		return !context->compiling;
	exec_arrays_look(context);
	if (!context->arrays_whole)
		return false;
	if (opcode == GL_OP_ArrayElement)
		return exec_element_exists(context, ((const struct gl_wire_ArrayElement *)wire)->i);
	if (context->compiling)
		return exec_list_draw_fits(context, opcode, wire);
	return draws_from_buffers(context, opcode, wire);
}
