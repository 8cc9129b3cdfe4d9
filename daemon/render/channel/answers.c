/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the thread sends to the guest. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "channel/futex.h"
#include "channel/internal.h"

#define FLAG_BULK 1u /* of a channel's own messages: the payload was sent as bulk */

/* Room for the largest answer that channel_answer() is asked for. */
#define ANSWER_MAX 64u

static void wake_reader(struct channel *channel)
{
	if (channel->config.shared)
		futex_wake(&channel->out.words->data);
	else
		uv_async_send(&channel->async);
}

static int put(struct channel *channel, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (size > 0) {
		bool wake;
		size_t n = pipe_write(&channel->out, at, size, &wake);
		if (wake)
			wake_reader(channel);
		at += n;
		size -= n;
		if (size > 0 && !channel_wait_room(channel))
			return -EPIPE;
	}
	return 0;
}

/* For a capture: a message out of two parts, the first with its header. */
static void record(struct channel *channel, const void *head, size_t head_size, const void *rest,
	size_t rest_size)
{
	struct capture *capture = atomic_load_explicit(&channel->capture, memory_order_relaxed);
	const size_t padding = -(head_size + rest_size) % WIRE_ALIGN;
	uint8_t *whole;

	if (!capture)
		return;
	whole = calloc(1, head_size + rest_size + padding);
	if (!whole)
		return;
	memcpy(whole, head, head_size);
	memcpy(whole + head_size, rest, rest_size);
	capture_host(capture, whole, head_size + rest_size + padding);
	free(whole);
}

int channel_answer(struct channel *channel, const struct wire_type *type, const void *message)
{
	_Alignas(8) uint8_t bytes[ANSWER_MAX];
	struct wire_writer writer;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_message(&writer, type, channel->config.number, 0, message);
	if (writer.failed)
		return -EMSGSIZE;
	record(channel, bytes, writer.at, "", 0);
	return put(channel, bytes, writer.at);
}

/* A piece of a payload, its header and fields first, so that the data need not be copied twice. */
static int put_piece(struct channel *channel, const struct oriel_bulk *piece)
{
	static const uint8_t zeros[WIRE_ALIGN];
	_Alignas(8) uint8_t bytes[ANSWER_MAX];
	const struct oriel_bulk fields = { piece->offset, piece->total, piece->id, { "", 0 } };
	struct wire_writer writer;
	struct wire_header header;
	size_t padding = -(size_t)piece->data.size % WIRE_ALIGN;
	int r;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_message(&writer, &oriel_bulk_type, channel->config.number, 0, &fields);
	memcpy(&header, bytes, sizeof(header));
	header.size += (uint32_t)(piece->data.size + padding);
	memcpy(bytes, &header, sizeof(header));
	memcpy(bytes + writer.at - sizeof(uint32_t), &piece->data.size, sizeof(uint32_t));
	record(channel, bytes, writer.at, piece->data.data, piece->data.size);
	r = put(channel, bytes, writer.at);
	if (r == 0)
		r = put(channel, piece->data.data, piece->data.size);
	return r < 0 ? r : put(channel, zeros, padding);
}

static int put_bulk(struct channel *channel, const struct wire_header *header,
	const uint8_t *payload, size_t size)
{
	struct oriel_bulk piece = { .total = size, .id = ++channel->bulk_id };
	struct wire_header last = *header;
	const uint32_t named[2] = { piece.id, 0 };
	int r = 0;

	while (piece.offset < size && r == 0) {
		size_t left = size - piece.offset;
		piece.data.data = payload + piece.offset;
		piece.data.size =
			(uint32_t)(left < ORIEL_BULK_CHUNK_MAX ? left : ORIEL_BULK_CHUNK_MAX);
		r = put_piece(channel, &piece);
		piece.offset += piece.data.size;
	}
	last.size = WIRE_HEADER_SIZE + sizeof(named);
	last.flags |= FLAG_BULK;
	record(channel, &last, sizeof(last), named, sizeof(named));
	if (r == 0)
		r = put(channel, &last, sizeof(last));
	return r < 0 ? r : put(channel, named, sizeof(named));
}

/* The usual case: all of it at once, and one wake-up. */
static bool put_whole(struct channel *channel, const struct wire_header *header,
	const uint8_t *payload, size_t size)
{
	size_t room;
	uint8_t *to = pipe_room(&channel->out, &room);

	if (room < size)
		return false;
	memcpy(to, header, WIRE_HEADER_SIZE);
	memcpy(to + WIRE_HEADER_SIZE, payload, size - WIRE_HEADER_SIZE);
	if (pipe_wrote(&channel->out, size))
		wake_reader(channel);
	return true;
}

int channel_answer_bytes(struct channel *channel, const void *message, size_t size)
{
	const uint8_t *payload = (const uint8_t *)message + WIRE_HEADER_SIZE;
	struct wire_header header;
	int r;

	memcpy(&header, message, sizeof(header));
	header.channel = channel->config.number;
	if (size > ORIEL_MESSAGE_MAX)
		return put_bulk(channel, &header, payload, size - WIRE_HEADER_SIZE);
	record(channel, &header, sizeof(header), payload, size - WIRE_HEADER_SIZE);
	if (put_whole(channel, &header, payload, size))
		return 0;
	r = put(channel, &header, sizeof(header));
	return r < 0 ? r : put(channel, payload, size - WIRE_HEADER_SIZE);
}

void channel_refuse(struct channel *channel, const struct wire_header *header,
	enum oriel_error_code code, const char *text)
{
	struct oriel_error error = {
		.code = code,
		.opcode = header->opcode,
		.channel = channel->config.number,
	};
	bool done = false;

	snprintf(error.text, sizeof(error.text), "%s", text);
	while (!done) {
		pthread_mutex_lock(&channel->lock);
		done = channel->n_errors < CHANNEL_ERRORS;
		if (done)
			channel->errors[channel->n_errors++] = error;
		pthread_mutex_unlock(&channel->lock);
		uv_async_send(&channel->async);
		if (!done && !channel_pause(channel, 1))
			return;
	}
}
