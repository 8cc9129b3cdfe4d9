/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Front buffers: a pbuffer has one buffer, and some drivers call it the back buffer alone. There
 * what a program draws to or reads from the front of its window goes to the back.
 */
#include <string.h>

#include "exec.h"
#include "gl_wire_d_f.h"

void exec_fronts_look(struct exec_context *context)
{
	exec_errors_drop(context);
	context->gl.DrawBuffer(GL_FRONT);
	context->no_fronts = context->gl.GetError() != GL_NO_ERROR;
	context->gl.DrawBuffer(GL_BACK);
	context->gl.ReadBuffer(GL_BACK);
}

static uint32_t back_of(uint32_t buffer)
{
	switch (buffer) {
	case GL_FRONT:
	case GL_LEFT:
	case GL_FRONT_AND_BACK:
		return GL_BACK;
	case GL_FRONT_LEFT:
		return GL_BACK_LEFT;
	default:
		return buffer;
	}
}

/* Whether it is a window's framebuffer that is bound. */
static bool window_bound(const struct exec_context *context, GLenum binding)
{
	GLint name = 0;

	if (context->gl.BindFramebuffer)
		context->gl.GetIntegerv(binding, &name);
	return name == 0;
}

const void *exec_without_fronts(const struct exec_context *context, uint16_t opcode,
	const void *payload, size_t size, struct exec_reworded *reworded)
{
	unsigned int from = 0;

	if (!context->no_fronts || size < 8 || size > sizeof(reworded->words))
		return payload;
	memcpy(reworded->words, payload, size);
	switch (opcode) {
	case GL_OP_DrawBuffer:
	case GL_OP_DrawBuffers:
		if (!window_bound(context, GL_DRAW_FRAMEBUFFER_BINDING))
			return payload;
		from = opcode == GL_OP_DrawBuffer ? 0 : sizeof(struct gl_wire_DrawBuffers) / 4;
		break;
	case GL_OP_ReadBuffer:
		if (!window_bound(context, GL_READ_FRAMEBUFFER_BINDING))
			return payload;
		break;
	case GL_OP_FramebufferDrawBufferEXT:
	case GL_OP_FramebufferReadBufferEXT:
	case GL_OP_NamedFramebufferDrawBuffer:
	case GL_OP_NamedFramebufferReadBuffer:
		if (reworded->words[0] != 0)
			return payload;
		from = 1;
		break;
	default:
		return payload;
	}
	for (unsigned int i = from; i < size / 4; i++)
		reworded->words[i] = back_of(reworded->words[i]);
	return reworded->words;
}
