/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Depth and stencil that are read. Mesa reads as much as there is of the colour buffer that is read
 * from, though that may be larger: for as long as they are read, there is none.
 */
#include "exec.h"
#include "gl_wire_a_c.h"
#include "gl_wire_q_t.h"

/* Of GL_NV_copy_depth_to_color. */
#define DEPTH_STENCIL_TO_RGBA_NV 0x886E
#define DEPTH_STENCIL_TO_BGRA_NV 0x886F

static bool is_depth(GLenum format)
{
	switch (format) {
	case GL_DEPTH_COMPONENT:
	case GL_DEPTH:
	case GL_STENCIL_INDEX:
	case GL_STENCIL:
	case GL_DEPTH_STENCIL:
	case DEPTH_STENCIL_TO_RGBA_NV:
	case DEPTH_STENCIL_TO_BGRA_NV:
		return true;
	default:
		return false;
	}
}

static bool reads_depth(uint16_t opcode, const void *wire)
{
	if (opcode == GL_OP_CopyPixels)
		return is_depth(((const struct gl_wire_CopyPixels *)wire)->type);
	/* Their fixed fields begin alike. */
	return is_depth(((const struct gl_wire_ReadPixels *)wire)->format);
}

bool exec_depth_before(struct exec_context *context, uint16_t opcode, const void *wire)
{
	GLint framebuffer = 0, buffer = GL_NONE;

	if (context->has.es || context->has.version < 30 || !reads_depth(opcode, wire))
		return true;
	/* When a list is called it would be as it is now. */
	if (context->compiling && opcode == GL_OP_CopyPixels)
		return false;
	context->gl.GetIntegerv(GL_READ_FRAMEBUFFER_BINDING, &framebuffer);
	if (framebuffer == 0)
		return true;
	context->gl.GetIntegerv(GL_READ_BUFFER, &buffer);
	context->colours = (GLenum)buffer;
	if (buffer != GL_NONE)
		context->gl.ReadBuffer(GL_NONE);
	return true;
}

void exec_depth_after(struct exec_context *context)
{
	context->gl.ReadBuffer(context->colours);
	context->colours = GL_NONE;
}
