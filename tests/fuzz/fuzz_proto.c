/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host does with a guest's bytes: the handshake's scanner, frame reassembly, the codec of
 * every message, bulk transfers. The input is the connection, cut into pieces by its first byte.
 * The host's nonce is fixed, so that a corpus can hold whole handshakes.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "frame.h"
#include "hello.h"
#include "oriel_messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define DECODED_MAX 8192

struct connection {
	struct hello_host host;
	struct frame_reader frames;
	struct bulk_set bulk;
	bool open, failed;
	uint8_t buffer[ORIEL_MESSAGE_LEAST];
};

static void *bulk_allocate(void *data, uint64_t size)
{
	(void)data;
	return size <= 1 << 20 ? malloc(size) : NULL;
}

static void bulk_release(void *data, void *buffer)
{
	(void)data;
	free(buffer);
}

static const struct bulk_ops bulk_ops = { .allocate = bulk_allocate, .release = bulk_release };

/* What decodes must encode to the same bytes. */
static void check_message(
	struct connection *connection, const struct wire_type *type, const struct frame_message *m)
{
	static _Alignas(16) uint8_t decoded[DECODED_MAX];
	static uint8_t again[ORIEL_MESSAGE_LEAST];
	struct wire_writer writer;
	size_t size = m->header.size - WIRE_HEADER_SIZE;
	uint64_t whole;

	assert(type->struct_size <= sizeof(decoded));
	if (!wire_decode(type, m->payload, size, decoded))
		return;
	wire_writer_init(&writer, again, sizeof(again));
	assert(wire_write_message(&writer, type, m->header.channel, m->header.flags, decoded) ==
		m->header.size);
	assert(memcmp(again + WIRE_HEADER_SIZE, m->payload, size) == 0);
	if (type == &oriel_bulk_type) {
		const struct oriel_bulk *piece = (const void *)decoded;
		bulk_add(&connection->bulk, m->header.channel, piece);
		free(bulk_take(&connection->bulk, m->header.channel, piece->id, &whole));
	}
}

static void take_message(struct connection *connection, const struct frame_message *message)
{
	const struct wire_type *type = wire_find(oriel_types, ORIEL_TYPES, message->header.opcode);

	if (type) {
		check_message(connection, type, message);
		return;
	}
	/* A channel's own: its bytes go through every codec in turn. */
	for (size_t i = 0; i < ORIEL_TYPES; i++)
		check_message(connection, oriel_types[i], message);
}

static void take(struct connection *connection, const uint8_t *data, size_t size)
{
	static const uint8_t nonce[ORIEL_NONCE_SIZE] = "fuzz host nonce";
	struct hello_terms terms = { .message_max = ORIEL_MESSAGE_LEAST };
	struct frame_message message;
	uint8_t marker[HELLO_MARKER_MAX];

	while (size > 0 && !connection->failed) {
		if (connection->open) {
			enum frame_result result =
				frame_reader_next(&connection->frames, &data, &size, &message);
			connection->failed = result == FRAME_FAILED;
			if (result == FRAME_MESSAGE)
				take_message(connection, &message);
			continue;
		}
		switch (hello_host_feed(&connection->host, &data, &size)) {
		case HELLO_HOST_HELLO:
			assert(strlen(connection->host.guest.program) <= ORIEL_PROGRAM_MAX);
			hello_host_welcome(&connection->host, nonce, &terms, marker);
			break;
		case HELLO_HOST_REFUSE:
			hello_host_refuse(&connection->host, "no", marker);
			break;
		case HELLO_HOST_READY:
			connection->open = true;
			break;
		case HELLO_HOST_LOST:
			connection->failed = true;
			break;
		case HELLO_HOST_MORE:
			break;
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct connection connection;
	size_t piece;

	if (size == 0)
		return 0;
	piece = (data[0] & 0x7fu) + 1;
	hello_host_init(&connection.host, 1, 2);
	frame_reader_init(&connection.frames, connection.buffer, sizeof(connection.buffer));
	bulk_init(&connection.bulk, &bulk_ops, NULL, ORIEL_BULK_TOTAL_MAX);
	/* The high bit leaves the handshake out, so that messages are reached without guessing it. */
	connection.open = data[0] & 0x80;
	connection.failed = false;
	for (size_t at = 1; at < size; at += piece) {
		size_t n = size - at < piece ? size - at : piece;
		uint8_t *copy = malloc(n); /* its own allocation: reading past the piece is seen */
		if (!copy)
			abort();
		memcpy(copy, data + at, n);
		take(&connection, copy, n);
		free(copy);
	}
	bulk_finish(&connection.bulk);
	return 0;
}
