/* SPDX-License-Identifier: MIT */
/* Draws. Those that take nothing from the program's memory go straight to the encoder. */
#include "arrays.h"
#include "buffers.h"
#include "gl_encode.h"
#include "gl_shadow.h"
#include "gl_surface.h"
#include "indices.h"

/* What a draw without indices takes. False: it is not to be drawn. */
static bool prepare(struct gl_context *ctx, GLint first, GLsizei count, GLsizei instances,
	GLuint first_instance)
{
	const struct gl_range range = { .first = (uint32_t)first,
		.count = (uint32_t)count,
		.instances = (uint32_t)instances,
		.first_instance = first_instance };

	if (first < 0 || count < 0 || instances < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	return gl_arrays_send(ctx, &range);
}

void gl_shadow_DrawArrays(struct gl_context *ctx, GLenum mode, GLint first, GLsizei count)
{
	if (!gl_arrays_client(ctx) || prepare(ctx, first, count, 1, 0))
		gl_encode_DrawArrays(&ctx->enc, mode, first, count);
}

void gl_shadow_DrawArraysInstanced(
	struct gl_context *ctx, GLenum mode, GLint first, GLsizei count, GLsizei instancecount)
{
	if (!gl_arrays_client(ctx) || prepare(ctx, first, count, instancecount, 0))
		gl_encode_DrawArraysInstanced(&ctx->enc, mode, first, count, instancecount);
}

void gl_shadow_DrawArraysInstancedBaseInstance(struct gl_context *ctx, GLenum mode, GLint first,
	GLsizei count, GLsizei instancecount, GLuint baseinstance)
{
	if (!gl_arrays_client(ctx) || prepare(ctx, first, count, instancecount, baseinstance))
		gl_encode_DrawArraysInstancedBaseInstance(
			&ctx->enc, mode, first, count, instancecount, baseinstance);
}

/* Whether none of the numbers is negative, nor their number; else an error is set, and nothing is drawn. */
static bool natural(struct gl_context *ctx, const GLsizei *count, GLsizei drawcount)
{
	bool fits = drawcount >= 0;

	for (GLsizei i = 0; i < drawcount; i++)
		fits = fits && count[i] >= 0;
	if (!fits)
		gl_error(ctx, GL_INVALID_VALUE);
	return fits;
}

void gl_shadow_MultiDrawArrays(struct gl_context *ctx, GLenum mode, const GLint *first,
	const GLsizei *count, GLsizei drawcount)
{
	if (!natural(ctx, count, drawcount))
		return;
	if (!gl_arrays_client(ctx)) {
		gl_encode_MultiDrawArrays(&ctx->enc, mode, first, count, drawcount);
		return;
	}
	for (GLsizei i = 0; i < drawcount; i++)
		if (count[i])
			gl_shadow_DrawArrays(ctx, mode, first[i], count[i]);
}

/* What a draw with indices takes. False: it is not to be drawn. */
static bool prepare_elements(struct gl_context *ctx, const struct gl_elements *elements)
{
	struct gl_range range = { .instances = (uint32_t)elements->instances,
		.first_instance = elements->first_instance };

	if (elements->count < 0 || elements->instances < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return false;
	}
	if (!gl_index_range(ctx, elements, &range))
		return false;
	return gl_arrays_send(ctx, &range);
}

/* Indices at NULL where no buffer is bound: nothing is drawn, but what else is wrong is an error. */
static GLsizei readable(const struct gl_context *ctx, GLsizei count, const void *indices)
{
	return count > 0 && !indices && !gl_encoder_bound(&ctx->enc, GL_BOUND_ELEMENT_ARRAY) ? 0
											     : count;
}

void gl_shadow_DrawElements(
	struct gl_context *ctx, GLenum mode, GLsizei count, GLenum type, const void *indices)
{
	const struct gl_elements elements = { .count = readable(ctx, count, indices),
		.type = type,
		.indices = indices,
		.instances = 1 };

	if (!gl_arrays_client(ctx) || prepare_elements(ctx, &elements))
		gl_encode_DrawElements(&ctx->enc, mode, elements.count, type, indices);
}

void gl_shadow_DrawRangeElements(struct gl_context *ctx, GLenum mode, GLuint start, GLuint end,
	GLsizei count, GLenum type, const void *indices)
{
	const struct gl_elements elements = { .count = readable(ctx, count, indices),
		.type = type,
		.indices = indices,
		.instances = 1 };

	if (!gl_arrays_client(ctx) || prepare_elements(ctx, &elements))
		gl_encode_DrawRangeElements(
			&ctx->enc, mode, start, end, elements.count, type, indices);
}

void gl_shadow_DrawElementsBaseVertex(struct gl_context *ctx, GLenum mode, GLsizei count,
	GLenum type, const void *indices, GLint basevertex)
{
	const struct gl_elements elements = { .count = readable(ctx, count, indices),
		.type = type,
		.indices = indices,
		.instances = 1,
		.base_vertex = basevertex };

	if (!gl_arrays_client(ctx) || prepare_elements(ctx, &elements))
		gl_encode_DrawElementsBaseVertex(
			&ctx->enc, mode, elements.count, type, indices, basevertex);
}

void gl_shadow_DrawRangeElementsBaseVertex(struct gl_context *ctx, GLenum mode, GLuint start,
	GLuint end, GLsizei count, GLenum type, const void *indices, GLint basevertex)
{
	const struct gl_elements elements = { .count = readable(ctx, count, indices),
		.type = type,
		.indices = indices,
		.instances = 1,
		.base_vertex = basevertex };

	if (!gl_arrays_client(ctx) || prepare_elements(ctx, &elements))
		gl_encode_DrawRangeElementsBaseVertex(
			&ctx->enc, mode, start, end, elements.count, type, indices, basevertex);
}

void gl_shadow_DrawElementsInstanced(struct gl_context *ctx, GLenum mode, GLsizei count,
	GLenum type, const void *indices, GLsizei instancecount)
{
	const struct gl_elements elements = { .count = readable(ctx, count, indices),
		.type = type,
		.indices = indices,
		.instances = instancecount };

	if (!gl_arrays_client(ctx) || prepare_elements(ctx, &elements))
		gl_encode_DrawElementsInstanced(
			&ctx->enc, mode, elements.count, type, indices, instancecount);
}

void gl_shadow_DrawElementsInstancedBaseVertex(struct gl_context *ctx, GLenum mode, GLsizei count,
	GLenum type, const void *indices, GLsizei instancecount, GLint basevertex)
{
	const struct gl_elements elements = { .count = readable(ctx, count, indices),
		.type = type,
		.indices = indices,
		.instances = instancecount,
		.base_vertex = basevertex };

	if (!gl_arrays_client(ctx) || prepare_elements(ctx, &elements))
		gl_encode_DrawElementsInstancedBaseVertex(
			&ctx->enc, mode, elements.count, type, indices, instancecount, basevertex);
}

void gl_shadow_DrawElementsInstancedBaseInstance(struct gl_context *ctx, GLenum mode, GLsizei count,
	GLenum type, const void *indices, GLsizei instancecount, GLuint baseinstance)
{
	const struct gl_elements elements = { .count = readable(ctx, count, indices),
		.type = type,
		.indices = indices,
		.instances = instancecount,
		.first_instance = baseinstance };

	if (!gl_arrays_client(ctx) || prepare_elements(ctx, &elements))
		gl_encode_DrawElementsInstancedBaseInstance(&ctx->enc, mode, elements.count, type,
			indices, instancecount, baseinstance);
}

void gl_shadow_DrawElementsInstancedBaseVertexBaseInstance(struct gl_context *ctx, GLenum mode,
	GLsizei count, GLenum type, const void *indices, GLsizei instancecount, GLint basevertex,
	GLuint baseinstance)
{
	const struct gl_elements elements = { .count = readable(ctx, count, indices),
		.type = type,
		.indices = indices,
		.instances = instancecount,
		.base_vertex = basevertex,
		.first_instance = baseinstance };

	if (!gl_arrays_client(ctx) || prepare_elements(ctx, &elements))
		gl_encode_DrawElementsInstancedBaseVertexBaseInstance(&ctx->enc, mode,
			elements.count, type, indices, instancecount, basevertex, baseinstance);
}

/* Whether a draw of several index lists can go as it is. */
static bool all_in_buffers(const struct gl_context *ctx)
{
	return gl_encoder_bound(&ctx->enc, GL_BOUND_ELEMENT_ARRAY) && !gl_arrays_client(ctx);
}

void gl_shadow_MultiDrawElements(struct gl_context *ctx, GLenum mode, const GLsizei *count,
	GLenum type, const void *const *indices, GLsizei drawcount)
{
	if (!natural(ctx, count, drawcount))
		return;
	if (all_in_buffers(ctx)) {
		gl_encode_MultiDrawElements(&ctx->enc, mode, count, type, indices, drawcount);
		return;
	}
	for (GLsizei i = 0; i < drawcount; i++)
		if (count[i])
			gl_shadow_DrawElements(ctx, mode, count[i], type, indices[i]);
}

void gl_shadow_MultiDrawElementsBaseVertex(struct gl_context *ctx, GLenum mode, const GLsizei *count,
	GLenum type, const void *const *indices, GLsizei drawcount, const GLint *basevertex)
{
	if (!natural(ctx, count, drawcount))
		return;
	if (all_in_buffers(ctx)) {
		gl_encode_MultiDrawElementsBaseVertex(
			&ctx->enc, mode, count, type, indices, drawcount, basevertex);
		return;
	}
	for (GLsizei i = 0; i < drawcount; i++)
		if (count[i])
			gl_shadow_DrawElementsBaseVertex(
				ctx, mode, count[i], type, indices[i], basevertex[i]);
}

/* The mode of each draw, of which the next is so many bytes further on. */
static GLenum nth_mode(const GLenum *mode, GLint stride, GLsizei i)
{
	GLenum value;

	memcpy(&value, (const uint8_t *)mode + (ptrdiff_t)i * stride, sizeof(value));
	return value;
}

void gl_shadow_MultiModeDrawArraysIBM(struct gl_context *ctx, const GLenum *mode,
	const GLint *first, const GLsizei *count, GLsizei primcount, GLint modestride)
{
	for (GLsizei i = 0; i < primcount; i++)
		if (count[i] > 0)
			gl_shadow_DrawArrays(ctx, nth_mode(mode, modestride, i), first[i], count[i]);
}

void gl_shadow_MultiModeDrawElementsIBM(struct gl_context *ctx, const GLenum *mode,
	const GLsizei *count, GLenum type, const void *const *indices, GLsizei primcount,
	GLint modestride)
{
	for (GLsizei i = 0; i < primcount; i++)
		if (count[i] > 0)
			gl_shadow_DrawElements(
				ctx, nth_mode(mode, modestride, i), count[i], type, indices[i]);
}

void gl_shadow_Flush(struct gl_context *ctx)
{
	gl_encode_Flush(&ctx->enc);
	gl_encoder_flush(&ctx->enc);
	gl_surface_flushed(ctx->draw);
}
