/* SPDX-License-Identifier: MIT */
/*
 * Messages of forwarded OpenGL as text: every call with its arguments by name, enums by theirs. The table is
 * generated (gl_trace_table.c). Payloads may be hostile. Nothing here allocates or calls the system.
 */
#ifndef GL_TRACE_H
#define GL_TRACE_H

#include <stddef.h>
#include <stdint.h>

enum gl_trace_form {
	GL_TRACE_VALUE,   /* a fixed field */
	GL_TRACE_FIXED,   /* `elements` of them */
	GL_TRACE_ARRAY,   /* its length stands at `offset`, its elements follow the fixed fields */
	GL_TRACE_SOURCE,  /* the same, or an offset, which stands at `place` */
	GL_TRACE_SINK,    /* an offset, at `place`, or nothing */
	GL_TRACE_TEXT,    /* as ARRAY: text with its NUL */
	GL_TRACE_STRINGS, /* as ARRAY: lengths, then texts */
};

enum gl_trace_type {
	GL_TRACE_ENUM,
	GL_TRACE_BITS,
	GL_TRACE_BOOL,
	GL_TRACE_I8,
	GL_TRACE_U8,
	GL_TRACE_I16,
	GL_TRACE_U16,
	GL_TRACE_I32,
	GL_TRACE_U32,
	GL_TRACE_I64,
	GL_TRACE_U64,
	GL_TRACE_F32,
	GL_TRACE_F64,
};

struct gl_trace_enum {
	uint32_t value;
	const char *name;
};

struct gl_trace_group {
	const struct gl_trace_enum *enums; /* sorted by value */
	uint32_t n;
};

struct gl_trace_field {
	const char *name;
	uint8_t form, type;
	uint16_t offset, place, elements;
	const struct gl_trace_group *group; /* NULL: any enum */
};

struct gl_trace_row {
	const char *name;
	const struct gl_trace_field *fields;
	uint16_t n_fields, size; /* bytes of the fixed fields */
};

/* The row of an opcode, or NULL. */
const struct gl_trace_row *gl_trace_find(uint16_t opcode);
extern const struct gl_trace_group gl_trace_enums; /* all that are not small numbers or bits */

/* Bytes of an element of an enum gl_trace_type. */
size_t gl_trace_type_size(unsigned int type);

/*
 * Writes a message as text into `room` bytes, terminated, cut where there is no more room. Returns
 * the bytes written without the NUL.
 */
size_t gl_trace_message(
	uint16_t opcode, const void *payload, size_t size, char *ret_text, size_t room);

#endif
