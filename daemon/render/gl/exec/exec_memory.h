/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands want of memory. */
#ifndef EXEC_MEMORY_H
#define EXEC_MEMORY_H

#include <stdbool.h>

#include "gl_wire.h"

enum exec_request_kind {
	EXEC_REQUEST_NONE,
	EXEC_REQUEST_BUFFER,
	EXEC_REQUEST_IMAGE,   /* one image of a texture */
	EXEC_REQUEST_STORAGE, /* all of a texture */
	EXEC_REQUEST_VIEW,    /* of another texture's images, which it keeps */
	EXEC_REQUEST_RENDERBUFFER,
	EXEC_REQUEST_SHADER, /* its text */
	EXEC_REQUEST_PROGRAM, /* the text of one that the command makes; no name: a text that does not stay */
	EXEC_REQUEST_ASSEMBLY, /* the text of a program of GL_ARB_vertex_program or the like */
	EXEC_REQUEST_STRING,   /* of GL_ARB_shading_language_include */
	EXEC_REQUEST_NAMES,    /* that a program keeps besides its text */
};

struct exec_request {
	enum exec_request_kind kind;
	bool by_name;  /* the object is `name`, not what is bound to `target` */
	bool makes;    /* the command makes an object of that name if there is none */
	GLuint name;   /* the guest's */
	GLuint of;     /* that which it is a view of */
	GLenum target; /* 0 where only the object knows */
	GLenum unit;   /* GL_TEXTURE0 and so on; 0: the active one */
	GLint level;
	GLenum format;   /* of an image, */
	GLsizei size[3]; /* and its width, height, and depth or layers */
	uint64_t bytes;
};

/* What can be bound, up to one with the target 0. */
struct exec_target {
	GLenum target, binding;
};

extern const struct exec_target exec_texture_targets[], exec_buffer_targets[];

/* False: the command allocates nothing. */
bool exec_request_of(uint16_t opcode, const void *wire, struct exec_request *ret_request);

#endif
