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
	EXEC_REQUEST_RENDERBUFFER,
	EXEC_REQUEST_SHADER, /* its text */
};

struct exec_request {
	enum exec_request_kind kind;
	bool by_name;  /* the object is `name`, not what is bound to `target` */
	bool makes;    /* the command makes an object of that name if there is none */
	GLuint name;   /* the guest's */
	GLenum target; /* 0 where only the object knows */
	GLenum unit;   /* GL_TEXTURE0 and so on; 0: the active one */
	GLint level;
	uint64_t bytes;
};

/* False: the command allocates nothing. */
bool exec_request_of(uint16_t opcode, const void *wire, struct exec_request *ret_request);

#endif
