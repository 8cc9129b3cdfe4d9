/* SPDX-License-Identifier: MIT */
/* State that is set and asked for often: enables, viewport, what is current, display lists. */
#include "arrays.h"
#include "debug.h"
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"
#include "gl_surface.h"

/* Those that every context has. */
static bool common(GLenum cap)
{
	switch (cap) {
	case GL_BLEND:
	case GL_CULL_FACE:
	case GL_DEPTH_TEST:
	case GL_DITHER:
	case GL_POLYGON_OFFSET_FILL:
	case GL_SCISSOR_TEST:
	case GL_STENCIL_TEST:
	case GL_SAMPLE_ALPHA_TO_COVERAGE:
	case GL_SAMPLE_COVERAGE:
		return true;
	default:
		return false;
	}
}

/* Those that a compatibility profile has besides, whatever the texture unit. */
static bool legacy(GLenum cap)
{
	switch (cap) {
	case GL_ALPHA_TEST:
	case GL_COLOR_MATERIAL:
	case GL_FOG:
	case GL_LIGHTING:
	case GL_LIGHT0:
	case GL_LIGHT1:
	case GL_LIGHT2:
	case GL_LIGHT3:
	case GL_LIGHT4:
	case GL_LIGHT5:
	case GL_LIGHT6:
	case GL_LIGHT7:
	case GL_LINE_SMOOTH:
	case GL_LINE_STIPPLE:
	case GL_NORMALIZE:
	case GL_POINT_SMOOTH:
	case GL_POLYGON_SMOOTH:
	case GL_POLYGON_STIPPLE:
	case GL_RESCALE_NORMAL:
	case GL_COLOR_LOGIC_OP:
	case GL_MULTISAMPLE:
		return true;
	default:
		return false;
	}
}

/* Whether the guest keeps it. */
static bool kept(const struct gl_context *ctx, GLenum cap)
{
	return common(cap) ||
	       (ctx->api == GLM_API_GL && ctx->profile != GLM_PROFILE_CORE && legacy(cap));
}

/* Drivers let arrays be enabled by glEnable, too. */
static void set_array(struct gl_context *ctx, GLenum cap, bool on)
{
	const enum gl_slot slot = gl_array_slot(ctx, cap);
	struct gl_vao *vao = ctx->state.vao;
	uint64_t bit;

	if (slot == GL_SLOT_NONE || ctx->api != GLM_API_GL || ctx->state.list_mode == GL_COMPILE)
		return;
	bit = UINT64_C(1) << slot;
	vao->enabled = on ? vao->enabled | bit : vao->enabled & ~bit;
}

static void set(struct gl_context *ctx, GLenum cap, bool on)
{
	struct gl_state *state = &ctx->state;

	if (kept(ctx, cap))
		gl_known_set(ctx, cap, on);
	else if (cap == GL_PRIMITIVE_RESTART)
		state->restart = on;
	else if (cap == GL_PRIMITIVE_RESTART_FIXED_INDEX)
		state->restart_fixed = on;
	else
		set_array(ctx, cap, on);
}

void gl_shadow_Enable(struct gl_context *ctx, GLenum cap)
{
	if (cap == GL_DEBUG_OUTPUT || cap == GL_DEBUG_OUTPUT_SYNCHRONOUS)
		gl_debug_want(ctx);
	set(ctx, cap, true);
	gl_encode_Enable(&ctx->enc, cap);
}

void gl_shadow_Disable(struct gl_context *ctx, GLenum cap)
{
	set(ctx, cap, false);
	gl_encode_Disable(&ctx->enc, cap);
}

GLboolean gl_shadow_IsEnabled(struct gl_context *ctx, GLenum cap)
{
	GLboolean on;
	GLint known;

	if (gl_known_get(ctx, cap, &known))
		return known != 0;
	on = gl_encode_IsEnabled(&ctx->enc, cap);
	if (kept(ctx, cap))
		gl_known_set(ctx, cap, on);
	return on;
}

void gl_shadow_PrimitiveRestartIndex(struct gl_context *ctx, GLuint index)
{
	ctx->state.restart_index = index;
	gl_encode_PrimitiveRestartIndex(&ctx->enc, index);
}

void gl_shadow_PrimitiveRestartIndexNV(struct gl_context *ctx, GLuint index)
{
	ctx->state.restart_index = index;
	gl_encode_PrimitiveRestartIndexNV(&ctx->enc, index);
}

/* A rectangle that a command sets, clamped to what a viewport may be. */
static void set_box(struct gl_context *ctx, GLint box[4], uint32_t *age, const GLint values[4],
	GLint width_max, GLint height_max)
{
	if (ctx->state.list_mode == GL_COMPILE)
		return;
	memcpy(box, values, 4 * sizeof(box[0]));
	*age = values[2] <= width_max && values[3] <= height_max ? ctx->state.age : 0;
}

void gl_shadow_Viewport(struct gl_context *ctx, GLint x, GLint y, GLsizei width, GLsizei height)
{
	struct gl_state *state = &ctx->state;
	const GLint values[4] = { x, y, width, height };

	if (width < 0 || height < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	if (memcmp(values, state->viewport, sizeof(values)) != 0)
		gl_surface_look(ctx->draw);
	/* Larger ones are clamped, how the host knows. */
	set_box(ctx, state->viewport, &state->viewport_age, values, 4096, 4096);
	if (x < -4096 || x > 4096 || y < -4096 || y > 4096)
		state->viewport_age = 0;
	gl_encode_Viewport(&ctx->enc, x, y, width, height);
}

void gl_shadow_Scissor(struct gl_context *ctx, GLint x, GLint y, GLsizei width, GLsizei height)
{
	struct gl_state *state = &ctx->state;
	const GLint values[4] = { x, y, width, height };

	if (width < 0 || height < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	set_box(ctx, state->scissor, &state->scissor_age, values, INT32_MAX, INT32_MAX);
	gl_encode_Scissor(&ctx->enc, x, y, width, height);
}

void gl_shadow_ActiveTexture(struct gl_context *ctx, GLenum texture)
{
	/* Every context has so many units; whether it has more the host knows. */
	if (texture - GL_TEXTURE0 < 8)
		gl_known_set(ctx, GL_ACTIVE_TEXTURE, (GLint)texture);
	else
		gl_known_drop(ctx, GL_ACTIVE_TEXTURE);
	gl_encode_ActiveTexture(&ctx->enc, texture);
}

void gl_shadow_MatrixMode(struct gl_context *ctx, GLenum mode)
{
	if (mode == GL_MODELVIEW || mode == GL_PROJECTION)
		gl_known_set(ctx, GL_MATRIX_MODE, (GLint)mode);
	else
		gl_known_drop(ctx, GL_MATRIX_MODE);
	gl_encode_MatrixMode(&ctx->enc, mode);
}

void gl_shadow_NewList(struct gl_context *ctx, GLuint list, GLenum mode)
{
	struct gl_state *state = &ctx->state;

	if (list && !state->list_mode && (mode == GL_COMPILE || mode == GL_COMPILE_AND_EXECUTE))
		state->list_mode = mode;
	gl_encode_NewList(&ctx->enc, list, mode);
}

void gl_shadow_EndList(struct gl_context *ctx)
{
	ctx->state.list_mode = 0;
	gl_encode_EndList(&ctx->enc);
}
