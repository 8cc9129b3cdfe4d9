/* SPDX-License-Identifier: MIT */
#include "frame.h"

#include <string.h>

void frame_reader_init(struct frame_reader *reader, void *buffer, size_t capacity)
{
	*reader = (struct frame_reader){
		.buffer = buffer,
		.capacity = capacity,
		.failed = capacity < WIRE_HEADER_SIZE,
	};
}

/* Adds bytes to the buffer until it holds `want`. True when it does. */
static bool fill(struct frame_reader *reader, const uint8_t **data, size_t *size, size_t want)
{
	size_t n = want - reader->have;

	if (n > *size)
		n = *size;
	if (n > 0)
		memcpy(reader->buffer + reader->have, *data, n);
	reader->have += n;
	*data += n;
	*size -= n;
	return reader->have == want;
}

/* The next message where it lies, when nothing is buffered and all of it is there. */
static bool take_whole(const struct frame_reader *reader, const uint8_t **data, size_t *size,
	struct frame_message *message)
{
	if (reader->have > 0 || *size < WIRE_HEADER_SIZE ||
		!wire_read_header(*data, reader->capacity, &message->header) ||
		message->header.size > *size)
		return false;
	message->payload = *data + WIRE_HEADER_SIZE;
	*data += message->header.size;
	*size -= message->header.size;
	return true;
}

enum frame_result frame_reader_next(struct frame_reader *reader, const uint8_t **data, size_t *size,
	struct frame_message *ret_message)
{
	struct frame_message message;

	if (reader->failed)
		return FRAME_FAILED;
	if (!take_whole(reader, data, size, &message)) {
		if (reader->have < WIRE_HEADER_SIZE && !fill(reader, data, size, WIRE_HEADER_SIZE))
			return FRAME_MORE;
		if (!wire_read_header(reader->buffer, reader->capacity, &message.header)) {
			reader->failed = true;
			return FRAME_FAILED;
		}
		if (!fill(reader, data, size, message.header.size))
			return FRAME_MORE;
		message.payload = reader->buffer + WIRE_HEADER_SIZE;
		reader->have = 0;
	}
	*ret_message = message;
	return FRAME_MESSAGE;
}

uint8_t *frame_reader_room(const struct frame_reader *reader, size_t *ret_size)
{
	struct wire_header header;

	*ret_size = 0;
	if (!reader->failed && reader->have >= WIRE_HEADER_SIZE &&
		wire_read_header(reader->buffer, reader->capacity, &header))
		*ret_size = header.size - reader->have;
	return reader->buffer + reader->have;
}

void frame_reader_added(struct frame_reader *reader, size_t size)
{
	reader->have += size;
}

size_t frame_reader_rest(const struct frame_reader *reader, const uint8_t **ret_data)
{
	*ret_data = reader->buffer;
	return reader->have;
}
