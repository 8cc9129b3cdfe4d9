/* SPDX-License-Identifier: MIT */
/* Vertex array objects, and which arrays are enabled. */
#include <stdlib.h>

#include "arrays.h"
#include "gl_encode.h"
#include "gl_shadow.h"

void gl_vao_init(struct gl_vao *vao, GLuint name)
{
	static const uint8_t sizes[] = { 4, 3, 4, 3, 1, 1, 1 };

	*vao = (struct gl_vao){ .name = name };
	for (unsigned int slot = 0; slot < GL_SLOTS; slot++) {
		vao->arrays[slot].size = slot < sizeof(sizes) ? sizes[slot] : 4;
		vao->arrays[slot].type = slot == GL_SLOT_EDGE_FLAG ? GL_UNSIGNED_BYTE : GL_FLOAT;
		if (slot >= GL_SLOT_ATTRIB)
			vao->arrays[slot].binding = (uint8_t)(slot - GL_SLOT_ATTRIB);
	}
}

struct gl_vao *gl_vao_get(struct gl_context *ctx, GLuint name)
{
	struct gl_state *state = &ctx->state;
	struct gl_vao *vao;

	if (!name)
		return &state->vao_zero;
	vao = table_find(&state->vaos, name);
	if (vao)
		return vao;
	vao = malloc(sizeof(*vao));
	if (!vao)
		return NULL;
	gl_vao_init(vao, name);
	if (table_set(&state->vaos, name, vao))
		return vao;
	free(vao);
	return NULL;
}

void gl_shadow_BindVertexArray(struct gl_context *ctx, GLuint array)
{
	struct gl_vao *vao = ctx->state.vao;
	const uint32_t bit = 1u << GL_BOUND_ELEMENT_ARRAY;

	if (array >= atomic_load_explicit(
			     &ctx->share->next[GL_CLASS_VERTEX_ARRAY], memory_order_relaxed)) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	if (vao->name != array)
		vao = gl_vao_get(ctx, array);
	if (!vao)
		return;
	ctx->state.vao = vao;
	ctx->enc.bound = vao->element_buffer ? ctx->enc.bound | bit : ctx->enc.bound & ~bit;
	gl_encode_BindVertexArray(&ctx->enc, array);
}

void gl_shadow_DeleteVertexArrays(struct gl_context *ctx, GLsizei n, const GLuint *arrays)
{
	if (n < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	for (GLsizei i = 0; i < n; i++) {
		if (!arrays[i])
			continue;
		if (ctx->state.vao->name == arrays[i])
			gl_shadow_BindVertexArray(ctx, 0);
		free(table_remove(&ctx->state.vaos, arrays[i]));
	}
	gl_encode_DeleteVertexArrays(&ctx->enc, n, arrays);
}

static void enable(struct gl_vao *vao, enum gl_slot slot, bool on)
{
	const uint64_t bit = slot == GL_SLOT_NONE ? 0 : UINT64_C(1) << slot;

	if (vao)
		vao->enabled = on ? vao->enabled | bit : vao->enabled & ~bit;
}

void gl_note_attrib(struct gl_context *ctx, GLuint index, bool on)
{
	enable(ctx->state.vao, gl_attrib_slot(ctx, index), on);
}

void gl_note_client_state(struct gl_context *ctx, GLenum array, bool on)
{
	if (array == GL_PRIMITIVE_RESTART_NV)
		ctx->state.restart = on;
	enable(ctx->state.vao, gl_array_slot(ctx, array), on);
}

void gl_note_client_state_of(struct gl_context *ctx, GLenum array, GLuint index, bool on)
{
	enable(ctx->state.vao,
		array == GL_TEXTURE_COORD_ARRAY ? gl_unit_slot(index) : gl_array_slot(ctx, array),
		on);
}

void gl_note_vao_array(struct gl_context *ctx, GLuint vaobj, GLenum array, bool on)
{
	enable(gl_vao_get(ctx, vaobj), gl_array_slot(ctx, array), on);
}

void gl_note_vao_attrib(struct gl_context *ctx, GLuint vaobj, GLuint index, bool on)
{
	enable(gl_vao_get(ctx, vaobj), gl_attrib_slot(ctx, index), on);
}

void gl_shadow_ClientActiveTexture(struct gl_context *ctx, GLenum texture)
{
	const GLuint unit = texture - GL_TEXTURE0;

	if (unit >= GL_TEX_COORDS) {
		gl_error(ctx, GL_INVALID_ENUM);
		return;
	}
	ctx->state.client_unit = unit;
	gl_encode_ClientActiveTexture(&ctx->enc, texture);
}

void gl_shadow_VertexAttribDivisor(struct gl_context *ctx, GLuint index, GLuint divisor)
{
	const enum gl_slot slot = gl_attrib_slot(ctx, index);

	if (slot != GL_SLOT_NONE)
		ctx->state.vao->arrays[slot].divisor = divisor;
	gl_encode_VertexAttribDivisor(&ctx->enc, index, divisor);
}

/* ---- where a buffer takes the place of the program's memory */

static void not_client(struct gl_vao *vao, GLuint binding)
{
	for (unsigned int i = 0; vao && i < GL_ATTRIBS; i++)
		if (vao->arrays[GL_SLOT_ATTRIB + i].binding == binding)
			vao->client &= ~(UINT64_C(1) << (GL_SLOT_ATTRIB + i));
}

void gl_shadow_BindVertexBuffer(
	struct gl_context *ctx, GLuint bindingindex, GLuint buffer, GLintptr offset, GLsizei stride)
{
	gl_name_used(ctx, GL_CLASS_BUFFER, buffer);
	not_client(ctx->state.vao, bindingindex);
	gl_encode_BindVertexBuffer(&ctx->enc, bindingindex, buffer, offset, stride);
}

void gl_shadow_BindVertexBuffers(struct gl_context *ctx, GLuint first, GLsizei count,
	const GLuint *buffers, const GLintptr *offsets, const GLsizei *strides)
{
	for (GLsizei i = 0; i < count && i < (GLsizei)GL_ATTRIBS; i++)
		not_client(ctx->state.vao, first + (GLuint)i);
	gl_encode_BindVertexBuffers(&ctx->enc, first, count, buffers, offsets, strides);
}

void gl_shadow_VertexAttribBinding(struct gl_context *ctx, GLuint attribindex, GLuint bindingindex)
{
	struct gl_vao *vao = ctx->state.vao;
	const enum gl_slot slot = gl_attrib_slot(ctx, attribindex);

	if (slot != GL_SLOT_NONE) {
		if (vao->arrays[slot].binding != bindingindex)
			vao->client &= ~(UINT64_C(1) << slot);
		vao->arrays[slot].binding = (uint8_t)bindingindex;
	}
	gl_encode_VertexAttribBinding(&ctx->enc, attribindex, bindingindex);
}

void gl_shadow_VertexArrayElementBuffer(struct gl_context *ctx, GLuint vaobj, GLuint buffer)
{
	struct gl_vao *vao = gl_vao_get(ctx, vaobj);
	const uint32_t bit = 1u << GL_BOUND_ELEMENT_ARRAY;

	gl_name_used(ctx, GL_CLASS_BUFFER, buffer);
	if (vao)
		vao->element_buffer = buffer;
	if (vao == ctx->state.vao)
		ctx->enc.bound = buffer ? ctx->enc.bound | bit : ctx->enc.bound & ~bit;
	gl_encode_VertexArrayElementBuffer(&ctx->enc, vaobj, buffer);
}
