/* SPDX-License-Identifier: MIT */
/*
 * Buffer objects, as far as the guest knows them: size, mapping, and where it pays, a copy of their
 * data. They belong to the share group and are looked up by name.
 */
#ifndef GL_BUFFERS_H
#define GL_BUFFERS_H

#include "gl_context.h"

/* What the guest's copy of a buffer's data is worth. */
enum gl_content {
	GL_CONTENT_HOST,      /* nothing: only the host has them */
	GL_CONTENT_UNDEFINED, /* any data will do */
	GL_CONTENT_COPY,      /* the host's data are the same */
};

struct gl_buffer {
	GLuint name;
	int64_t size;
	GLenum usage;
	GLbitfield storage; /* flags of glBufferStorage */
	bool immutable;
	bool by_gpu; /* commands may write to it, so a copy is worth nothing */
	bool kept;   /* a copy has been of use: it is kept up */
	enum gl_content content;
	uint8_t *data;    /* `size` bytes, or NULL */
	void *allocation; /* what `data` lies in */

	bool mapped;
	GLbitfield access;
	GLenum access_enum; /* what GL_BUFFER_ACCESS says */
	int64_t map_offset, map_length;
	uint8_t *sent;          /* what the host has of one that stays mapped; else NULL */
	struct gl_buffer *next; /* share.persistent */
};

/* GL_TARGET_NONE for what is no target of buffers. */
enum gl_target gl_buffer_target(GLenum target);
/* The buffer of that name; made if it is not known. NULL: no memory, or name 0. */
struct gl_buffer *gl_buffer_get(struct gl_context *ctx, GLuint name);
/* The one that is bound there. NULL: none. */
struct gl_buffer *gl_buffer_bound(struct gl_context *ctx, enum gl_target target);
GLuint gl_buffer_binding(const struct gl_context *ctx, enum gl_target target);
void gl_buffer_release(void *buffer);

/* Its data: a copy that is as good as the host's, fetched if need be and kept from now on. NULL: no memory. */
uint8_t *gl_buffer_data(struct gl_context *ctx, struct gl_buffer *buffer);
/* Room for a copy. False: no memory. */
bool gl_buffer_room(struct gl_buffer *buffer);
/* Sends a piece of data that the copy has already. */
void gl_buffer_send(struct gl_context *ctx, struct gl_buffer *buffer, int64_t offset, int64_t size,
	const void *data);

#endif
