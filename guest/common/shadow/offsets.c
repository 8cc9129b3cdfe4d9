/* SPDX-License-Identifier: MIT */
/* The pointers of GL_EXT_direct_state_access: offsets into a buffer, for any vertex array object. */
#include "arrays.h"
#include "gl_encode.h"
#include "gl_shadow.h"

static void note(struct gl_context *ctx, GLuint vaobj, GLuint buffer, enum gl_slot slot,
	struct gl_array array, GLintptr offset)
{
	struct gl_vao *vao = gl_vao_get(ctx, vaobj);

	gl_name_used(ctx, GL_CLASS_BUFFER, buffer);
	if (!vao || slot == GL_SLOT_NONE)
		return;
	array.pointer = (const void *)offset;
	array.buffer = buffer;
	array.divisor = vao->arrays[slot].divisor;
	array.binding = (uint8_t)(slot >= GL_SLOT_ATTRIB ? slot - GL_SLOT_ATTRIB : 0);
	vao->client &= ~(UINT64_C(1) << slot);
	vao->arrays[slot] = array;
}

void gl_shadow_VertexArrayVertexOffsetEXT(struct gl_context *ctx, GLuint vaobj, GLuint buffer,
	GLint size, GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = size, .type = type, .stride = stride };

	note(ctx, vaobj, buffer, GL_SLOT_VERTEX, array, offset);
	gl_encode_VertexArrayVertexOffsetEXT(&ctx->enc, vaobj, buffer, size, type, stride, offset);
}

void gl_shadow_VertexArrayNormalOffsetEXT(struct gl_context *ctx, GLuint vaobj, GLuint buffer,
	GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = 3, .type = type, .stride = stride };

	note(ctx, vaobj, buffer, GL_SLOT_NORMAL, array, offset);
	gl_encode_VertexArrayNormalOffsetEXT(&ctx->enc, vaobj, buffer, type, stride, offset);
}

void gl_shadow_VertexArrayColorOffsetEXT(struct gl_context *ctx, GLuint vaobj, GLuint buffer,
	GLint size, GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = size, .type = type, .stride = stride };

	note(ctx, vaobj, buffer, GL_SLOT_COLOR, array, offset);
	gl_encode_VertexArrayColorOffsetEXT(&ctx->enc, vaobj, buffer, size, type, stride, offset);
}

void gl_shadow_VertexArraySecondaryColorOffsetEXT(struct gl_context *ctx, GLuint vaobj,
	GLuint buffer, GLint size, GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = size, .type = type, .stride = stride };

	note(ctx, vaobj, buffer, GL_SLOT_SECONDARY_COLOR, array, offset);
	gl_encode_VertexArraySecondaryColorOffsetEXT(
		&ctx->enc, vaobj, buffer, size, type, stride, offset);
}

void gl_shadow_VertexArrayFogCoordOffsetEXT(struct gl_context *ctx, GLuint vaobj, GLuint buffer,
	GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = 1, .type = type, .stride = stride };

	note(ctx, vaobj, buffer, GL_SLOT_FOG_COORD, array, offset);
	gl_encode_VertexArrayFogCoordOffsetEXT(&ctx->enc, vaobj, buffer, type, stride, offset);
}

void gl_shadow_VertexArrayIndexOffsetEXT(struct gl_context *ctx, GLuint vaobj, GLuint buffer,
	GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = 1, .type = type, .stride = stride };

	note(ctx, vaobj, buffer, GL_SLOT_INDEX, array, offset);
	gl_encode_VertexArrayIndexOffsetEXT(&ctx->enc, vaobj, buffer, type, stride, offset);
}

void gl_shadow_VertexArrayEdgeFlagOffsetEXT(
	struct gl_context *ctx, GLuint vaobj, GLuint buffer, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = 1, .type = GL_UNSIGNED_BYTE, .stride = stride };

	note(ctx, vaobj, buffer, GL_SLOT_EDGE_FLAG, array, offset);
	gl_encode_VertexArrayEdgeFlagOffsetEXT(&ctx->enc, vaobj, buffer, stride, offset);
}

void gl_shadow_VertexArrayTexCoordOffsetEXT(struct gl_context *ctx, GLuint vaobj, GLuint buffer,
	GLint size, GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = size, .type = type, .stride = stride };

	note(ctx, vaobj, buffer, gl_unit_slot(ctx->state.client_unit), array, offset);
	gl_encode_VertexArrayTexCoordOffsetEXT(&ctx->enc, vaobj, buffer, size, type, stride, offset);
}

void gl_shadow_VertexArrayMultiTexCoordOffsetEXT(struct gl_context *ctx, GLuint vaobj,
	GLuint buffer, GLenum texunit, GLint size, GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = size, .type = type, .stride = stride };

	note(ctx, vaobj, buffer, gl_unit_slot(texunit - GL_TEXTURE0), array, offset);
	gl_encode_VertexArrayMultiTexCoordOffsetEXT(
		&ctx->enc, vaobj, buffer, texunit, size, type, stride, offset);
}

void gl_shadow_VertexArrayVertexAttribOffsetEXT(struct gl_context *ctx, GLuint vaobj, GLuint buffer,
	GLuint index, GLint size, GLenum type, GLboolean normalized, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = { .size = size,
		.type = type,
		.stride = stride,
		.flags = normalized ? GL_ARRAY_NORMALIZED : 0 };

	note(ctx, vaobj, buffer, gl_attrib_slot(ctx, index), array, offset);
	gl_encode_VertexArrayVertexAttribOffsetEXT(
		&ctx->enc, vaobj, buffer, index, size, type, normalized, stride, offset);
}

void gl_shadow_VertexArrayVertexAttribIOffsetEXT(struct gl_context *ctx, GLuint vaobj,
	GLuint buffer, GLuint index, GLint size, GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = {
		.size = size, .type = type, .stride = stride, .flags = GL_ARRAY_INTEGER
	};

	note(ctx, vaobj, buffer, gl_attrib_slot(ctx, index), array, offset);
	gl_encode_VertexArrayVertexAttribIOffsetEXT(
		&ctx->enc, vaobj, buffer, index, size, type, stride, offset);
}

void gl_shadow_VertexArrayVertexAttribLOffsetEXT(struct gl_context *ctx, GLuint vaobj,
	GLuint buffer, GLuint index, GLint size, GLenum type, GLsizei stride, GLintptr offset)
{
	const struct gl_array array = {
		.size = size, .type = type, .stride = stride, .flags = GL_ARRAY_DOUBLE
	};

	note(ctx, vaobj, buffer, gl_attrib_slot(ctx, index), array, offset);
	gl_encode_VertexArrayVertexAttribLOffsetEXT(
		&ctx->enc, vaobj, buffer, index, size, type, stride, offset);
}
