/* SPDX-License-Identifier: MIT */
/*
 * What the guest library knows of a context's state without asking the host: bindings of buffers,
 * vertex arrays, pixel store, and what is asked for most.
 */
#ifndef GL_STATE_H
#define GL_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "gl_types.h"
#include "table.h"

struct gl_context;

/* Where buffers are bound; the first ones are those of enum gl_binding. */
enum gl_target {
	GL_TARGET_ARRAY,
	GL_TARGET_ELEMENT_ARRAY,
	GL_TARGET_PIXEL_PACK,
	GL_TARGET_PIXEL_UNPACK,
	GL_TARGET_DRAW_INDIRECT,
	GL_TARGET_DISPATCH_INDIRECT,
	GL_TARGET_PARAMETER,
	GL_TARGET_QUERY,
	GL_TARGET_TRANSFORM_FEEDBACK,
	GL_TARGET_COPY_READ,
	GL_TARGET_COPY_WRITE,
	GL_TARGET_UNIFORM,
	GL_TARGET_SHADER_STORAGE,
	GL_TARGET_ATOMIC_COUNTER,
	GL_TARGET_TEXTURE,
	GL_TARGETS,
	GL_TARGET_NONE = -1, /* no such target */
};

/* Vertex arrays: those of fixed function, eight of texture coordinates, the generic ones. */
enum gl_slot {
	GL_SLOT_VERTEX,
	GL_SLOT_NORMAL,
	GL_SLOT_COLOR,
	GL_SLOT_SECONDARY_COLOR,
	GL_SLOT_FOG_COORD,
	GL_SLOT_INDEX,
	GL_SLOT_EDGE_FLAG,
	GL_SLOT_TEX_COORD = 8,
	GL_SLOT_ATTRIB = 16,
	GL_SLOTS = 48,
	GL_SLOT_NONE = -1,
};

#define GL_TEX_COORDS 8u
#define GL_ATTRIBS    32u

/* Flags of glm_client_array. */
#define GL_ARRAY_NORMALIZED 1u
#define GL_ARRAY_INTEGER    2u
#define GL_ARRAY_DOUBLE     4u

struct gl_array {
	const void *pointer; /* the program's memory, or an offset into the buffer */
	GLuint buffer;       /* 0: none */
	GLint size;
	GLenum type;
	GLsizei stride; /* as it was given */
	GLuint divisor;
	uint8_t flags;
	uint8_t binding; /* of a generic one: whose buffer and divisor it takes */
};

/* A vertex array object; bits by enum gl_slot. */
struct gl_vao {
	GLuint name;
	GLuint element_buffer;
	uint64_t enabled;
	uint64_t client; /* arrays whose pointers are the program's memory */
	struct gl_array arrays[GL_SLOTS];
};

/* A value of the host's state that the guest has set or been told; single integers. */
struct gl_known {
	GLenum pname;
	GLint value;
	uint32_t age;
};

#define GL_KNOWN 128u

/* What glCheckFramebufferStatus said of a framebuffer. */
struct gl_known_status {
	GLuint name;
	GLenum status;
	uint32_t age;
};

#define GL_KNOWN_STATUSES 32u

struct gl_format_answer;
struct gl_client_attrib; /* one glPushClientAttrib */

#define GL_CLIENT_STACK 16u

struct gl_state {
	GLuint buffers[GL_TARGETS];
	struct gl_vao *vao; /* the one that is bound */
	struct gl_vao vao_zero;
	struct table vaos;
	GLuint client_unit; /* glClientActiveTexture, from 0 */
	struct gl_client_attrib *client_stack[GL_CLIENT_STACK];
	unsigned int client_depth;
	bool restart,
		restart_fixed; /* primitive restart, by an index or by the largest of its type */
	GLuint restart_index;
	struct table limits;  /* by pname, what context_created told of it */
	unsigned int attribs; /* GL_MAX_VERTEX_ATTRIBS, as far as there are slots */
	struct gl_known known[GL_KNOWN];
	uint32_t age; /* what is known from before counts no more; from 1 */
	struct gl_known_status statuses[GL_KNOWN_STATUSES];
	uint32_t attachments_age; /* the same for framebuffers; from 1 */
	GLint viewport[4], scissor[4];
	uint32_t viewport_age, scissor_age; /* the age that they are of */
	GLenum list_mode;                   /* of the display list that is being compiled, or 0 */
	bool begun;     /* after a glBegin, which may have failed, and before a glEnd */
	bool seen;      /* it has been current */
	bool presented; /* a frame of it has been */
	GLenum render_mode;

	struct {
		void *memory; /* the program's */
		uint64_t bytes;
	} feedback, select;

	struct gl_format_answer *formats; /* of formats.c, or NULL */

	bool debug_wanted;
	GLDEBUGPROC debug_callback;
	const void *debug_user;
};

/* False: no memory. */
bool gl_state_init(struct gl_context *ctx);
void gl_state_finish(struct gl_context *ctx);
/* It has become current, perhaps with other surfaces. */
void gl_state_made_current(struct gl_context *ctx);
void gl_state_presented(struct gl_context *ctx);
/* After its creation: what was told of it. False: no memory. */
bool gl_state_created(struct gl_context *ctx);
unsigned int gl_state_attribs(const struct gl_context *ctx);

/* What the guest knows, while no display list is compiled. */
void gl_known_set(struct gl_context *ctx, GLenum pname, GLint value);
void gl_known_drop(struct gl_context *ctx, GLenum pname);
bool gl_known_get(const struct gl_context *ctx, GLenum pname, GLint *ret_value);
/* What the guest itself answers to glGetIntegerv and its like: how many values, or 0. */
unsigned int gl_state_get(struct gl_context *ctx, GLenum pname, int64_t ret_values[4]);

#endif
