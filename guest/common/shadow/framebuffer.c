/* SPDX-License-Identifier: MIT */
/* Framebuffer objects: what is bound, and whether it is complete. */
#include "gl_context.h"
#include "gl_encode.h"
#include "gl_shadow.h"

static void bound(struct gl_context *ctx, GLenum target, GLuint name)
{
	if (target == GL_FRAMEBUFFER || target == GL_DRAW_FRAMEBUFFER)
		gl_known_set(ctx, GL_DRAW_FRAMEBUFFER_BINDING, (GLint)name);
	if (target == GL_FRAMEBUFFER || target == GL_READ_FRAMEBUFFER)
		gl_known_set(ctx, GL_READ_FRAMEBUFFER_BINDING, (GLint)name);
}

static bool handed_out(const struct gl_context *ctx, GLuint name)
{
	return name <
	       atomic_load_explicit(&ctx->share->next[GL_CLASS_FRAMEBUFFER], memory_order_relaxed);
}

void gl_shadow_BindFramebuffer(struct gl_context *ctx, GLenum target, GLuint framebuffer)
{
	if (!handed_out(ctx, framebuffer) && ctx->api == GLM_API_GL) {
		gl_error(ctx, GL_INVALID_OPERATION);
		return;
	}
	gl_name_used(ctx, GL_CLASS_FRAMEBUFFER, framebuffer);
	bound(ctx, target, framebuffer);
	gl_encode_BindFramebuffer(&ctx->enc, target, framebuffer);
}

void gl_shadow_BindFramebufferEXT(struct gl_context *ctx, GLenum target, GLuint framebuffer)
{
	gl_name_used(ctx, GL_CLASS_FRAMEBUFFER, framebuffer);
	bound(ctx, target, framebuffer);
	gl_encode_BindFramebufferEXT(&ctx->enc, target, framebuffer);
}

void gl_shadow_DeleteFramebuffers(struct gl_context *ctx, GLsizei n, const GLuint *framebuffers)
{
	gl_known_drop(ctx, GL_DRAW_FRAMEBUFFER_BINDING);
	gl_known_drop(ctx, GL_READ_FRAMEBUFFER_BINDING);
	ctx->state.attachments_age++;
	gl_encode_DeleteFramebuffers(&ctx->enc, n, framebuffers);
}

GLenum gl_shadow_CheckFramebufferStatus(struct gl_context *ctx, GLenum target)
{
	struct gl_state *state = &ctx->state;
	const GLenum pname = target == GL_READ_FRAMEBUFFER ? GL_READ_FRAMEBUFFER_BINDING
							   : GL_DRAW_FRAMEBUFFER_BINDING;
	struct gl_known_status *known;
	GLint name;
	GLenum status;

	if ((target != GL_FRAMEBUFFER && target != GL_DRAW_FRAMEBUFFER &&
		    target != GL_READ_FRAMEBUFFER) ||
		!gl_known_get(ctx, pname, &name))
		return gl_encode_CheckFramebufferStatus(&ctx->enc, target);
	known = &state->statuses[(GLuint)name % GL_KNOWN_STATUSES];
	if (known->name == (GLuint)name && known->age == state->attachments_age)
		return known->status;
	status = gl_encode_CheckFramebufferStatus(&ctx->enc, target);
	if (status)
		*known = (struct gl_known_status){ (GLuint)name, status, state->attachments_age };
	return status;
}
