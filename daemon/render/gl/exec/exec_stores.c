/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Buffers that get a new store each time they are filled, as large as the one they have. A driver
 * in software makes it, and clears it, though nobody waits for what the old one holds.
 */
#include "exec.h"
#include "gl_wire_a_c.h"

static GLint parameter(struct exec_context *context, GLenum target, GLenum pname)
{
	GLint value = -1;

	context->gl.GetBufferParameteriv(target, pname, &value);
	return value;
}

bool exec_store_again(struct exec_context *context, uint16_t opcode, const void *payload, size_t size)
{
	const struct gl_wire_BufferData *wire = payload;

	if (opcode != GL_OP_BufferData || !context->exec->config.egl->software ||
		size != sizeof(*wire) || wire->data_bytes != GL_WIRE_NULL || wire->size <= 0 ||
		wire->size > INT32_MAX)
		return false;
	return parameter(context, wire->target, GL_BUFFER_SIZE) == wire->size &&
	       parameter(context, wire->target, GL_BUFFER_USAGE) == (GLint)wire->usage &&
	       (!context->has.buffer_storage ||
		       parameter(context, wire->target, GL_BUFFER_IMMUTABLE_STORAGE) == GL_FALSE);
}
