/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec.h"

GLenum exec_memory_before(struct exec_context *context, uint16_t opcode, const void *wire)
{
	(void)context, (void)opcode, (void)wire;
	return GL_NO_ERROR;
}

void exec_memory_forget(struct gl_exec *exec, struct exec_object *object)
{
	exec_give(exec,
		object->cls == GL_CLASS_SHADER ? GL_EXEC_SHADER_BYTES : GL_EXEC_RESOURCE_BYTES,
		object->bytes);
	object->bytes = 0;
}
