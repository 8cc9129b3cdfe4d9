/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "message_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gl_sizes.h"
#include "gl_trace.h"
#include "gl_wire.h"
#include "oriel_limits.h"
#include "wire.h"

#define TEXT_SHOWN     256u /* characters of a text */
#define ELEMENTS_SHOWN 16u  /* elements of an array */
#define BYTES_SHOWN    32u  /* bytes of data */
#define REPLY_HEAD     24u  /* bytes of a reply before its arrays */

struct text {
	char *text;
	size_t room, at;
};

__attribute__((format(printf, 2, 3))) static void put(struct text *out, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out->text + out->at, out->room - out->at, format, args);
	va_end(args);
	if (n > 0)
		out->at += (size_t)n < out->room - out->at ? (size_t)n : out->room - out->at - 1;
}

uint64_t message_hash(const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ at[i]) * UINT64_C(0x100000001b3);
	return hash;
}

static const struct message_row *find_row(const struct message_table *table, uint16_t id)
{
	for (size_t i = 0; i < table->n_rows; i++) {
		if (table->rows[i].id == id)
			return &table->rows[i];
	}
	return NULL;
}

/* The row of a message that is no command of OpenGL. */
static const struct message_row *own_row(uint16_t opcode)
{
	return find_row(
		opcode < ORIEL_OPCODE_CHANNEL ? &oriel_message_table : &glm_message_table, opcode);
}

const char *message_name(uint16_t opcode)
{
	const struct gl_trace_row *command = gl_trace_find(opcode);
	const struct message_row *row = command ? NULL : own_row(opcode);

	if (command)
		return command->name;
	return row ? row->name : "unknown";
}

static const char *gl_enum_name(uint32_t value)
{
	size_t low = 0, high = gl_trace_enums.n;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (gl_trace_enums.enums[middle].value == value)
			return gl_trace_enums.enums[middle].name;
		if (gl_trace_enums.enums[middle].value < value)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static void put_quoted(struct text *out, const uint8_t *bytes, size_t size)
{
	put(out, "\"");
	for (size_t i = 0; i < size && i < TEXT_SHOWN; i++) {
		if (bytes[i] == '\n')
			put(out, "\\n");
		else if (bytes[i] < 32 || bytes[i] > 126 || bytes[i] == '"' || bytes[i] == '\\')
			put(out, "\\x%02x", bytes[i]);
		else
			put(out, "%c", bytes[i]);
	}
	put(out, "\"");
	if (size > TEXT_SHOWN)
		put(out, "... %zu bytes, hash %016" PRIx64, size, message_hash(bytes, size));
}

static bool is_text(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if ((bytes[i] < 32 && bytes[i] != '\n') || bytes[i] > 126)
			return false;
	}
	return size > 0;
}

static void put_data(struct text *out, const uint8_t *bytes, size_t size)
{
	if (is_text(bytes, size)) {
		put_quoted(out, bytes, size);
	} else if (size <= BYTES_SHOWN) {
		put(out, "<");
		for (size_t i = 0; i < size; i++)
			put(out, "%s%02x", i ? " " : "", bytes[i]);
		put(out, ">");
	} else {
		put(out, "<%zu bytes, hash %016" PRIx64 ">", size, message_hash(bytes, size));
	}
}

/* ---- messages by their fields */

static void put_fields(struct text *out, struct wire_reader *reader,
	const struct message_field *fields, size_t n_fields);

static void put_number(struct text *out, const struct message_field *field, uint64_t value)
{
	const char *name = NULL;

	for (const struct message_word *at = field->words; at && at->word; at++)
		name = at->value == value ? at->word : name;
	if (!name && field->kind == MESSAGE_GL_ENUM)
		name = gl_enum_name((uint32_t)value);
	if (name)
		put(out, "%s", name);
	else
		put(out, "%" PRIu64, value);
}

/* Bytes of the message where they lie; NULL: there are not so many. */
static const uint8_t *take(struct wire_reader *reader, size_t size)
{
	const uint8_t *at = reader->data + reader->at;

	if (reader->failed || size > reader->size - reader->at) {
		reader->failed = true;
		return NULL;
	}
	reader->at += size;
	return at;
}

static void put_value(struct text *out, struct wire_reader *reader, const struct message_field *field)
{
	const uint8_t *bytes;
	size_t size = 0;

	switch (field->kind) {
	case MESSAGE_U8:
		put_number(out, field, wire_read_u8(reader));
		return;
	case MESSAGE_U16:
		put_number(out, field, wire_read_u16(reader));
		return;
	case MESSAGE_U32:
	case MESSAGE_GL_ENUM:
		put_number(out, field, wire_read_u32(reader));
		return;
	case MESSAGE_U64:
		put_number(out, field, wire_read_u64(reader));
		return;
	case MESSAGE_STRUCT:
		put(out, "{");
		put_fields(out, reader, field->members, field->n_members);
		put(out, "}");
		return;
	case MESSAGE_BYTES:
		size = field->limit;
		break;
	case MESSAGE_STR:
		size = wire_read_u16(reader);
		break;
	case MESSAGE_BLOB:
		size = wire_read_u32(reader);
		break;
	}
	bytes = take(reader, size);
	if (bytes && field->kind == MESSAGE_STR)
		put_quoted(out, bytes, size);
	else if (bytes)
		put_data(out, bytes, size);
}

/* The elements behind those shown are read, too: other fields follow. */
static void put_array(struct text *out, struct wire_reader *reader, const struct message_field *field)
{
	const uint16_t n = wire_read_count(reader, field->limit);
	size_t shown = 0;

	put(out, "{");
	for (uint16_t i = 0; i < n && !reader->failed; i++) {
		put(out, "%s", i ? ", " : "");
		put_value(out, reader, field);
		shown = i < ELEMENTS_SHOWN ? out->at : shown;
	}
	if (n > ELEMENTS_SHOWN && !reader->failed) {
		out->at = shown;
		put(out, ", ... %u", n);
	}
	put(out, "}");
}

static void put_fields(struct text *out, struct wire_reader *reader,
	const struct message_field *fields, size_t n_fields)
{
	for (size_t i = 0; i < n_fields && !reader->failed; i++) {
		put(out, "%s%s = ", i ? ", " : "", fields[i].name);
		if (fields[i].is_array)
			put_array(out, reader, &fields[i]);
		else
			put_value(out, reader, &fields[i]);
	}
}

static void put_own(struct text *out, uint16_t opcode, const void *payload, size_t size)
{
	const struct message_row *row = own_row(opcode);
	struct wire_reader reader;

	if (!row) {
		put(out, "message %u(%zu bytes)", opcode, size);
		return;
	}
	wire_reader_init(&reader, payload, size);
	put(out, "%s(", row->name);
	put_fields(out, &reader, row->fields, row->n_fields);
	put(out, ")%s", wire_reader_done(&reader) ? "" : " malformed");
}

/* ---- replies of commands */

static void put_reply(struct text *out, uint16_t opcode, const uint8_t *payload, size_t size)
{
	uint32_t status;
	int32_t dims[3];
	uint64_t result;

	put(out, "%s: ", message_name(opcode));
	if (size < REPLY_HEAD) {
		put(out, "malformed");
		return;
	}
	memcpy(&status, payload, sizeof(status));
	memcpy(dims, payload + 4, sizeof(dims));
	memcpy(&result, payload + 16, sizeof(result));
	put(out, "%s", status == 0 ? "done" : "refused");
	if (dims[0] || dims[1] || dims[2])
		put(out, ", %" PRId32 " x %" PRId32 " x %" PRId32, dims[0], dims[1], dims[2]);
	if (result)
		put(out, ", 0x%" PRIx64, result);
	for (size_t at = REPLY_HEAD; at < size;) {
		uint64_t bytes;

		memcpy(&bytes, payload + at, sizeof(bytes));
		at += sizeof(bytes);
		if (bytes > size - at || gl_part(bytes) > size - at) {
			put(out, ", malformed");
			return;
		}
		put(out, ", ");
		put_data(out, payload + at, (size_t)bytes);
		at += (size_t)gl_part(bytes);
	}
}

/* ---- all of them */

static void put_command(struct text *out, const struct wire_header *header, const uint8_t *payload,
	size_t size, const void *bulk, size_t bulk_size)
{
	uint32_t id = 0;

	if (header->flags & GL_FLAG_BULK && bulk) {
		payload = bulk;
		size = bulk_size;
	} else if (header->flags & GL_FLAG_BULK) {
		if (size >= sizeof(id))
			memcpy(&id, payload, sizeof(id));
		put(out, "%s(bulk %" PRIu32 ")", message_name(header->opcode), id);
		return;
	}
	if (header->opcode < GL_OP_FIRST)
		put_own(out, header->opcode, payload, size);
	else
		out->at += gl_trace_message(
			header->opcode, payload, size, out->text + out->at, out->room - out->at);
}

size_t message_text(const void *message, size_t size, bool from_guest, const void *bulk,
	size_t bulk_size, char *ret_text, size_t room)
{
	struct text out = { .text = ret_text, .room = room };
	const uint8_t *payload = (const uint8_t *)message + WIRE_HEADER_SIZE;
	struct wire_header header;

	if (room == 0)
		return 0;
	ret_text[0] = '\0';
	if (size < WIRE_HEADER_SIZE || !wire_read_header(message, size, &header) ||
		header.size != size)
		put(&out, "malformed");
	else if (header.opcode < ORIEL_OPCODE_CHANNEL)
		put_own(&out, header.opcode, payload, size - WIRE_HEADER_SIZE);
	else if (from_guest)
		put_command(&out, &header, payload, size - WIRE_HEADER_SIZE, bulk, bulk_size);
	else if (header.opcode < GL_OP_FIRST)
		put_own(&out, header.opcode, payload, size - WIRE_HEADER_SIZE);
	else
		put_reply(&out, header.opcode, payload, size - WIRE_HEADER_SIZE);
	return out.at;
}
