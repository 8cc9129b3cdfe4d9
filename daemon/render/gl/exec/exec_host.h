/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The functions of struct gl_host (gl_decoder.h); `context` is a struct exec_context. */
#ifndef EXEC_HOST_H
#define EXEC_HOST_H

#include "gl_decoder.h"

/* exec_names.c */
GLuint exec_host_name(void *context, enum gl_class cls, GLuint guest, enum gl_use use);
GLuint exec_host_name_by(void *context, GLenum kind, GLuint guest);
bool exec_host_names_free(void *context, enum gl_class cls, GLsizei n, const GLuint *guest);
void exec_host_names_made(
	void *context, enum gl_class cls, GLsizei n, const GLuint *guest, const GLuint *host);
void exec_host_names_freed(void *context, enum gl_class cls, GLsizei n, const GLuint *guest);
GLsync exec_host_sync(void *context, uint64_t guest);
void exec_host_sync_made(void *context, uint64_t guest, GLsync sync);
void exec_host_sync_freed(void *context, uint64_t guest);

/* exec_bindings.c */
bool exec_host_bound(void *context, enum gl_binding binding);
bool exec_host_range(void *context, enum gl_binding binding, uint64_t offset, uint64_t bytes);
bool exec_host_pixels(void *context, enum gl_binding binding, const struct gl_pixels *pixels);
bool exec_host_draw(void *context, uint16_t opcode, const void *wire);

#endif
