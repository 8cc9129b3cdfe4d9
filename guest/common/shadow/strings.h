/* SPDX-License-Identifier: MIT */
/* GL_VENDOR and its like, and the extensions that a context offers. */
#ifndef GL_STRINGS_H
#define GL_STRINGS_H

#include <stdbool.h>

struct gl_context;

/* From what context_created told, whose texts it copies. False: no memory. */
bool gl_strings_init(struct gl_context *ctx);
void gl_strings_finish(struct gl_context *ctx);
/* Whether the context is of OpenGL (not ES) of that version, major * 10 + minor, or later. */
bool gl_strings_version(const struct gl_context *ctx, int version);
unsigned int gl_strings_extensions(const struct gl_context *ctx);

#endif
