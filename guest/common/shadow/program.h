/* SPDX-License-Identifier: MIT */
/*
 * Programs and shaders after linking and compiling: the host describes one in one reply, the first
 * time that something is asked of it.
 */
#ifndef GL_PROGRAM_H
#define GL_PROGRAM_H

#include "gl_context.h"

/* Something active in a program. */
struct gl_resource {
	GLenum kind; /* GL_PROGRAM_INPUT, GL_UNIFORM or GL_UNIFORM_BLOCK */
	GLuint index;
	GLint location;
	GLenum type;
	GLint elements;
	const char *name; /* into gl_program.resources */
	uint32_t name_bytes;
};

/* A location that the host was asked for by name. */
struct gl_asked {
	struct gl_asked *next;
	GLenum kind;
	GLint location;
	char name[];
};

/* A program or a shader, by its name. */
struct gl_program {
	bool described; /* what follows is of its last link or compilation */
	bool known, good, truncated;
	bool log_cut;
	char *log;
	uint32_t log_bytes;            /* without NUL */
	uint8_t *records;              /* the names lie in it */
	struct gl_resource *resources; /* sorted by kind and name */
	unsigned int n_resources;
	struct gl_asked *asked;
};

/* The one of that name, described. NULL: no memory, or the host cannot describe it. */
struct gl_program *gl_program_described(struct gl_context *ctx, GLuint name);
struct gl_program *gl_shader_described(struct gl_context *ctx, GLuint name);
/* Whether it is known to have been linked. */
bool gl_program_linked(struct gl_context *ctx, GLuint name);
void gl_program_release(void *program);
/* NULL: there is none of that kind and name. */
const struct gl_resource *gl_resource_find(
	const struct gl_program *program, GLenum kind, const char *name);
const struct gl_resource *gl_resource_at(const struct gl_program *program, GLenum kind, GLuint index);

#endif
