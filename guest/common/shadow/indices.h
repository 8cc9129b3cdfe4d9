/* SPDX-License-Identifier: MIT */
/* Which elements a draw with indices takes. */
#ifndef GL_INDICES_H
#define GL_INDICES_H

#include "arrays.h"

struct gl_elements {
	GLsizei count;
	GLenum type;
	const void *indices; /* the program's memory, or an offset into the element buffer */
	GLsizei instances;
	GLint base_vertex;
	GLuint first_instance;
};

/* Sets first and count. False: it cannot be drawn, which may have set an error. */
bool gl_index_range(
	struct gl_context *ctx, const struct gl_elements *elements, struct gl_range *range);

#endif
