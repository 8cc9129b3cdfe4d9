/* SPDX-License-Identifier: GPL-2.0-or-later */
/* glFeedbackBuffer and glSelectBuffer: the buffers are ours, glRenderMode brings back what they hold. */
#include <stdlib.h>
#include <string.h>

#include "exec.h"
#include "gl_decode.h"
#include "gl_wire_d_f.h"
#include "gl_wire_q_t.h"

#define BUFFER_MAX (4 << 20) /* elements */

/* Puts a fresh buffer in the place of `*held`, if the driver takes it. */
static void swap(struct exec_context *context, void **held, uint64_t *size, void *fresh,
	uint64_t fresh_size, GLenum pname)
{
	void *now = *held;

	if (context->exec->more.GetPointerv)
		context->exec->more.GetPointerv(pname, &now);
	if (now == fresh) {
		exec_give(context->exec, GL_EXEC_RESOURCE_BYTES, *size * 4);
		free(*held);
		*held = fresh;
		*size = fresh_size;
	} else {
		exec_give(context->exec, GL_EXEC_RESOURCE_BYTES, fresh_size * 4);
		free(fresh);
	}
}

/* A buffer of so many elements of 4 bytes; NULL: the command has failed. */
static void *fresh_buffer(struct gl_decoder *dec, GLsizei size)
{
	struct exec_context *context = dec->context;
	const uint64_t bytes = gl_natural(size) * 4;
	void *fresh;

	if (!gl_decoder_ready(dec))
		return NULL;
	if (size < 0 || size > BUFFER_MAX) {
		gl_decoder_fail(dec, size < 0 ? GL_INVALID_VALUE : GL_OUT_OF_MEMORY);
		return NULL;
	}
	if (!exec_take(context->exec, GL_EXEC_RESOURCE_BYTES, bytes, bytes)) {
		gl_decoder_fail(dec, GL_OUT_OF_MEMORY);
		return NULL;
	}
	fresh = calloc(1, bytes ? bytes : 1);
	if (!fresh) {
		exec_give(context->exec, GL_EXEC_RESOURCE_BYTES, bytes);
		gl_decoder_fail(dec, GL_OUT_OF_MEMORY);
	}
	return fresh;
}

void gl_manual_FeedbackBuffer(struct gl_decoder *dec, const void *payload)
{
	const struct gl_wire_FeedbackBuffer *wire = payload;
	struct exec_context *context = dec->context;
	GLfloat *fresh = fresh_buffer(dec, wire->size);
	void *held = context->feedback;

	if (!fresh)
		return;
	dec->gl->FeedbackBuffer(wire->size, wire->type, fresh);
	swap(context, &held, &context->feedback_size, fresh, (uint64_t)wire->size,
		GL_FEEDBACK_BUFFER_POINTER);
	context->feedback = held;
}

void gl_manual_SelectBuffer(struct gl_decoder *dec, const void *payload)
{
	const struct gl_wire_SelectBuffer *wire = payload;
	struct exec_context *context = dec->context;
	GLuint *fresh = fresh_buffer(dec, wire->size);
	void *held = context->select;

	if (!fresh)
		return;
	dec->gl->SelectBuffer(wire->size, fresh);
	swap(context, &held, &context->select_size, fresh, (uint64_t)wire->size,
		GL_SELECTION_BUFFER_POINTER);
	context->select = held;
}

/* Elements of so many hit records: each is the number of its names, two depths and the names. */
static uint64_t select_used(const struct exec_context *context, GLint hits)
{
	uint64_t at = 0;

	if (hits < 0)
		return context->select_size;
	for (GLint i = 0; i < hits; i++) {
		if (at + 3 > context->select_size)
			return context->select_size;
		at += 3 + (uint64_t)context->select[at];
	}
	return gl_min(at, context->select_size);
}

/* The reply's one array: what the mode that ends has written. */
void gl_manual_RenderMode(struct gl_decoder *dec, const void *payload)
{
	const struct gl_wire_RenderMode *wire = payload;
	struct exec_context *context = dec->context;
	GLint was = GL_RENDER, result;
	uint64_t used = 0;
	const void *from = NULL;
	void *out;

	if (!gl_decoder_ready(dec))
		return;
	dec->gl->GetIntegerv(GL_RENDER_MODE, &was);
	result = dec->gl->RenderMode(wire->mode);
	dec->head.result = (uint32_t)result;
	if (was == GL_FEEDBACK) {
		from = context->feedback;
		used = result < 0 ? context->feedback_size
				  : gl_min((uint64_t)result, context->feedback_size);
	} else if (was == GL_SELECT) {
		from = context->select;
		used = select_used(context, result);
	}
	out = gl_decoder_out(dec, used, 4);
	if (out && from)
		memcpy(out, from, used * 4);
}
