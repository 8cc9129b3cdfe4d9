/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of a channel of forwarded OpenGL as text, in both directions: commands and their replies
 * (proto/gl/gl_trace.h), the channel's own messages and those of every channel (by tables that
 * gen_messages.py makes). Payloads may be hostile.
 */
#ifndef MESSAGE_TEXT_H
#define MESSAGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum message_kind {
	MESSAGE_U8,
	MESSAGE_U16,
	MESSAGE_U32,
	MESSAGE_U64,
	MESSAGE_GL_ENUM, /* u32 */
	MESSAGE_BYTES,
	MESSAGE_STR,
	MESSAGE_BLOB,
	MESSAGE_STRUCT,
};

struct message_word {
	uint32_t value;
	const char *word; /* NULL ends a list */
};

struct message_field {
	const char *name;
	enum message_kind kind;
	bool is_array;
	uint32_t limit; /* elements of an array, bytes of bytes, str and blob */
	const struct message_field *members;
	size_t n_members;
	const struct message_word *words; /* NULL: none */
};

struct message_row {
	uint16_t id;
	const char *name;
	const struct message_field *fields;
	size_t n_fields;
};

struct message_table {
	const struct message_row *rows; /* sorted by id */
	size_t n_rows;
};

/* proto/messages.json, proto/gl/gl_messages.json */
extern const struct message_table oriel_message_table, glm_message_table;

#define MESSAGE_TEXT_MAX 16384u

/*
 * A message, header included, of `size` bytes, as text into `room` bytes: terminated, cut where
 * there is no more room. from_guest says which side sent it. bulk: the payload that it names by its
 * flag, of bulk_size bytes, or NULL. Returns the bytes written without the NUL.
 */
size_t message_text(const void *message, size_t size, bool from_guest, const void *bulk,
	size_t bulk_size, char *ret_text, size_t room);

/* Its name: "glClear", "present". A literal. */
const char *message_name(uint16_t opcode);

/* FNV-1a over bytes: what stands for data too large to be shown. */
uint64_t message_hash(const void *bytes, size_t size);

#endif
