/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <string.h>

static size_t align_up(size_t value, size_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

/* The next `size` bytes after alignment, or NULL and failed. Gaps must be zero. */
static const uint8_t *reader_take(struct wire_reader *reader, size_t size, size_t alignment)
{
	size_t at = align_up(reader->at, alignment);

	if (reader->failed || at > reader->size || size > reader->size - at) {
		reader->failed = true;
		return NULL;
	}
	for (size_t i = reader->at; i < at; i++) {
		if (reader->data[i] != 0) {
			reader->failed = true;
			return NULL;
		}
	}
	reader->at = at + size;
	return reader->data + at;
}

static uint64_t reader_scalar(struct wire_reader *reader, size_t size)
{
	const uint8_t *bytes = reader_take(reader, size, size);
	uint64_t value = 0;

	for (size_t i = 0; bytes && i < size; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

void wire_reader_init(struct wire_reader *reader, const void *data, size_t size)
{
	*reader = (struct wire_reader){ .data = data, .size = size };
}

uint8_t wire_read_u8(struct wire_reader *reader)
{
	return (uint8_t)reader_scalar(reader, 1);
}

uint16_t wire_read_u16(struct wire_reader *reader)
{
	return (uint16_t)reader_scalar(reader, 2);
}

uint32_t wire_read_u32(struct wire_reader *reader)
{
	return (uint32_t)reader_scalar(reader, 4);
}

uint64_t wire_read_u64(struct wire_reader *reader)
{
	return reader_scalar(reader, 8);
}

void wire_read_bytes(struct wire_reader *reader, void *ret_data, size_t size)
{
	const uint8_t *bytes = reader_take(reader, size, 1);

	if (bytes)
		memcpy(ret_data, bytes, size);
	else
		memset(ret_data, 0, size);
}

void wire_read_string(struct wire_reader *reader, char *ret_text, size_t max)
{
	uint16_t length = wire_read_u16(reader);
	const uint8_t *bytes = NULL;

	if (length > max)
		reader->failed = true;
	else
		bytes = reader_take(reader, length, 1);
	if (bytes && length > 0 && memchr(bytes, 0, length)) {
		reader->failed = true;
		bytes = NULL;
	}
	if (bytes)
		memcpy(ret_text, bytes, length);
	ret_text[bytes ? length : 0] = '\0';
}

void wire_read_blob(struct wire_reader *reader, struct wire_blob *ret_blob, size_t max)
{
	uint32_t size = wire_read_u32(reader);
	const uint8_t *bytes = NULL;

	if (size > max)
		reader->failed = true;
	else
		bytes = reader_take(reader, size, 1);
	*ret_blob = (struct wire_blob){ .data = bytes, .size = bytes ? size : 0 };
}

uint16_t wire_read_count(struct wire_reader *reader, size_t max)
{
	uint16_t count = wire_read_u16(reader);

	if (count > max)
		reader->failed = true;
	return reader->failed ? 0 : count;
}

bool wire_reader_done(const struct wire_reader *reader)
{
	if (reader->failed || reader->size - reader->at >= WIRE_ALIGN)
		return false;
	for (size_t i = reader->at; i < reader->size; i++) {
		if (reader->data[i] != 0)
			return false;
	}
	return true;
}

static uint8_t *writer_take(struct wire_writer *writer, size_t size, size_t alignment)
{
	size_t at = align_up(writer->at, alignment);

	if (writer->failed || at > writer->capacity || size > writer->capacity - at) {
		writer->failed = true;
		return NULL;
	}
	memset(writer->data + writer->at, 0, at - writer->at);
	writer->at = at + size;
	return writer->data + at;
}

static void writer_scalar(struct wire_writer *writer, uint64_t value, size_t size)
{
	uint8_t *bytes = writer_take(writer, size, size);

	for (size_t i = 0; bytes && i < size; i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
}

void wire_writer_init(struct wire_writer *writer, void *data, size_t capacity)
{
	*writer = (struct wire_writer){ .data = data, .capacity = capacity };
}

void wire_write_u8(struct wire_writer *writer, uint8_t value)
{
	writer_scalar(writer, value, 1);
}

void wire_write_u16(struct wire_writer *writer, uint16_t value)
{
	writer_scalar(writer, value, 2);
}

void wire_write_u32(struct wire_writer *writer, uint32_t value)
{
	writer_scalar(writer, value, 4);
}

void wire_write_u64(struct wire_writer *writer, uint64_t value)
{
	writer_scalar(writer, value, 8);
}

void wire_write_bytes(struct wire_writer *writer, const void *data, size_t size)
{
	uint8_t *bytes = writer_take(writer, size, 1);

	if (bytes && size > 0)
		memcpy(bytes, data, size);
}

void wire_write_string(struct wire_writer *writer, const char *text, size_t max)
{
	size_t length = strlen(text);

	if (length > max) {
		length = max;
		while (length > 0 && ((uint8_t)text[length] & 0xc0) == 0x80)
			length--;
	}
	wire_write_u16(writer, (uint16_t)length);
	wire_write_bytes(writer, text, length);
}

void wire_write_blob(struct wire_writer *writer, const struct wire_blob *blob, size_t max)
{
	if (blob->size > max)
		writer->failed = true;
	wire_write_u32(writer, blob->size);
	wire_write_bytes(writer, blob->data, blob->size);
}

void wire_write_count(struct wire_writer *writer, size_t count, size_t max)
{
	if (count > max)
		writer->failed = true;
	wire_write_u16(writer, (uint16_t)count);
}

size_t wire_write_message(struct wire_writer *writer, const struct wire_type *type, uint8_t channel,
	uint8_t flags, const void *message)
{
	size_t start = writer->at;
	uint8_t *header = writer_take(writer, WIRE_HEADER_SIZE, 1);
	struct wire_writer body;

	if (!header)
		return 0;
	wire_writer_init(&body, writer->data + writer->at, writer->capacity - writer->at);
	type->encode(&body, message);
	writer_take(&body, 0, WIRE_ALIGN);
	if (body.failed) {
		writer->failed = true;
		return 0;
	}
	writer->at += body.at;

	struct wire_writer head;
	wire_writer_init(&head, header, WIRE_HEADER_SIZE);
	wire_write_u32(&head, (uint32_t)(writer->at - start));
	wire_write_u16(&head, type->id);
	wire_write_u8(&head, channel);
	wire_write_u8(&head, flags);
	return writer->at - start;
}

bool wire_read_header(const void *data, size_t size_max, struct wire_header *ret_header)
{
	struct wire_reader reader;

	wire_reader_init(&reader, data, WIRE_HEADER_SIZE);
	ret_header->size = wire_read_u32(&reader);
	ret_header->opcode = wire_read_u16(&reader);
	ret_header->channel = wire_read_u8(&reader);
	ret_header->flags = wire_read_u8(&reader);
	return ret_header->size >= WIRE_HEADER_SIZE && ret_header->size <= size_max &&
	       ret_header->size % WIRE_ALIGN == 0;
}

bool wire_decode(const struct wire_type *type, const void *payload, size_t size, void *ret_message)
{
	struct wire_reader reader;

	if (size < type->min || size > align_up(type->max, WIRE_ALIGN))
		return false;
	wire_reader_init(&reader, payload, size);
	type->decode(&reader, ret_message);
	return wire_reader_done(&reader);
}

const struct wire_type *wire_find(const struct wire_type *const *types, size_t count, uint16_t id)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (types[middle]->id == id)
			return types[middle];
		if (types[middle]->id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
