/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec.h"
#include "gl_wire_g.h"

uint64_t exec_count(void *data, uint16_t opcode, const void *wire)
{
	(void)data, (void)opcode, (void)wire;
	return 1;
}

bool exec_dims(void *data, uint16_t opcode, const void *wire, GLsizei ret_dims[3])
{
	struct exec_context *context = data;
	GLint width = 0, height = 0, depth = 0;

	if (opcode != GL_OP_GetTexImage)
		return false;
	const struct gl_wire_GetTexImage *w = wire;

	context->gl.GetTexLevelParameteriv(w->target, w->level, GL_TEXTURE_WIDTH, &width);
	context->gl.GetTexLevelParameteriv(w->target, w->level, GL_TEXTURE_HEIGHT, &height);
	context->gl.GetTexLevelParameteriv(w->target, w->level, GL_TEXTURE_DEPTH, &depth);
	ret_dims[0] = width;
	ret_dims[1] = height;
	ret_dims[2] = depth;
	return true;
}
