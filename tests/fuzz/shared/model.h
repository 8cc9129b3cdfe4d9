/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The fields of Oriel's messages as data, made from the tables that the codecs are made from, and
 * what a mutator does with them: a message stays well-formed while one of its values changes.
 */
#ifndef ORIEL_FUZZ_MODEL_H
#define ORIEL_FUZZ_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum model_kind {
	MODEL_U8,
	MODEL_U16,
	MODEL_U32,
	MODEL_U64,
	MODEL_BYTES,
	MODEL_STR,
	MODEL_BLOB,
	MODEL_STRUCT,
};

struct model_field {
	const char *name;
	enum model_kind kind;
	bool is_array;
	uint32_t limit; /* elements of an array, bytes of bytes, str and blob */
	const struct model_field *members;
	size_t n_members;
};

struct model_message {
	const char *name;
	uint16_t id;
	const struct model_field *fields;
	size_t n_fields;
};

struct model {
	const struct model_message *messages;
	size_t n_messages;
};

/* proto/messages.json, daemon/common/ipc.json */
extern const struct model oriel_model, ipc_model;

/* NULL: there is none. */
const struct model_message *model_find(const struct model *model, uint16_t id);

/*
 * Writes the message again with another value in one field: a boundary, another length, other
 * text, rarely more than the limit allows. What the payload lacks is zeros: from size 0 a message
 * is made anew. Uses pieces_random. Returns the bytes written, at most `capacity`; 0: no room.
 */
size_t model_mutate(const struct model_message *message, const uint8_t *payload, size_t size,
	uint8_t *out, size_t capacity);

#endif
