/* SPDX-License-Identifier: MIT */
/* Commands by which the host writes to buffers: the guest's copies are worth nothing then. */
#include "buffers.h"

void gl_note_buffer_written(struct gl_context *ctx, GLuint name)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (buffer)
		buffer->content = GL_CONTENT_HOST;
}

void gl_note_buffer_written_at(struct gl_context *ctx, GLenum target)
{
	const enum gl_target at = gl_buffer_target(target);

	if (at != GL_TARGET_NONE)
		gl_note_buffer_written(ctx, gl_buffer_binding(ctx, at));
}

void gl_note_buffer_by_gpu(struct gl_context *ctx, GLuint name)
{
	struct gl_buffer *buffer = gl_buffer_get(ctx, name);

	if (buffer)
		buffer->by_gpu = true;
}
