/* SPDX-License-Identifier: MIT */
/* Feedback and selection: the host keeps the buffers, glRenderMode brings back what was written. */
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"
#include "gl_wire_q_t.h"

void gl_shadow_FeedbackBuffer(struct gl_context *ctx, GLsizei size, GLenum type, GLfloat *buffer)
{
	if (size < 0 || (size && !buffer)) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	ctx->state.feedback.memory = buffer;
	ctx->state.feedback.bytes = (uint64_t)size * sizeof(*buffer);
	gl_encode_FeedbackBuffer(&ctx->enc, size, type);
}

void gl_shadow_SelectBuffer(struct gl_context *ctx, GLsizei size, GLuint *buffer)
{
	if (size < 0) {
		gl_error(ctx, GL_INVALID_VALUE);
		return;
	}
	ctx->state.select.memory = buffer;
	ctx->state.select.bytes = (uint64_t)size * sizeof(*buffer);
	gl_encode_SelectBuffer(&ctx->enc, size);
}

GLint gl_shadow_RenderMode(struct gl_context *ctx, GLenum mode)
{
	struct gl_state *state = &ctx->state;
	struct gl_wire_RenderMode *wire = gl_encoder_put(&ctx->enc, GL_OP_RenderMode, sizeof(*wire));
	struct gl_reply reply;

	*wire = (struct gl_wire_RenderMode){ .mode = mode };
	if (gl_encoder_call(&ctx->enc, GL_OP_RenderMode, &reply)) {
		if (state->render_mode == GL_FEEDBACK)
			gl_reply_array(&reply, state->feedback.memory, state->feedback.bytes);
		else if (state->render_mode == GL_SELECT)
			gl_reply_array(&reply, state->select.memory, state->select.bytes);
		state->render_mode = mode;
	}
	gl_encoder_answered(&ctx->enc);
	return (GLint)(uint32_t)reply.result;
}
