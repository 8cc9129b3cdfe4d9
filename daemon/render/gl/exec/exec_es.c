/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What OpenGL ES does not have and the guest's library uses, made of what it has. */
#include <string.h>

#include "exec.h"

/* glGetBufferSubData of the context that is current; what is wrong is an error of its glMapBufferRange. */
static void read_mapped(GLenum target, GLintptr offset, GLsizeiptr size, void *data)
{
	const PFNGLMAPBUFFERRANGEPROC map =
		(PFNGLMAPBUFFERRANGEPROC)eglGetProcAddress("glMapBufferRange");
	const PFNGLUNMAPBUFFERPROC unmap = (PFNGLUNMAPBUFFERPROC)eglGetProcAddress("glUnmapBuffer");
	const void *bytes = size > 0 ? map(target, offset, size, GL_MAP_READ_BIT) : NULL;

	if (!bytes)
		return;
	memcpy(data, bytes, (size_t)size);
	unmap(target);
}

void exec_es_complete(struct exec_context *context)
{
	if (context->has.es && context->has.version >= 30)
		context->gl.GetBufferSubData = read_mapped;
}
