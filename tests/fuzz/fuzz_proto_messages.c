/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest's messages after the handshake, well-formed but for their values: frame reassembly at any
 * cut, the codec of every message, bulk transfers, credits. The input is a cut and the messages.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "credit.h"
#include "frame.h"
#include "oriel_messages.h"
#include "shared/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct guest {
	struct bulk_set bulk;
	struct credit credit;
	uint64_t bulk_bytes; /* what the allocator gave and has not got back */
	uint64_t spent, granted;
};

/* Ahead of each buffer, so that what is released is known. */
struct buffer {
	_Alignas(16) uint64_t size;
	uint8_t bytes[];
};

static void *bulk_allocate(void *data, uint64_t size)
{
	struct guest *guest = data;
	struct buffer *buffer;

	assert(size > 0 && size <= ORIEL_BULK_TOTAL_MAX);
	if (size > 1 << 20)
		return NULL;
	buffer = malloc(sizeof(*buffer) + size);
	if (!buffer)
		return NULL;
	buffer->size = size;
	guest->bulk_bytes += size;
	return buffer->bytes;
}

static void bulk_release(void *data, void *bytes)
{
	struct guest *guest = data;
	struct buffer *buffer = (void *)((uint8_t *)bytes - offsetof(struct buffer, bytes));

	guest->bulk_bytes -= buffer->size;
	free(buffer);
}

static const struct bulk_ops bulk_ops = { .allocate = bulk_allocate, .release = bulk_release };

static void take_bulk(struct guest *guest, uint8_t channel, const struct oriel_bulk *piece)
{
	uint64_t total = 0;
	uint8_t *whole;

	bulk_add(&guest->bulk, channel, piece);
	whole = bulk_take(&guest->bulk, channel, piece->id, &total);
	assert(guest->bulk.bytes <= ORIEL_BULK_TOTAL_MAX);
	if (!whole)
		return;
	assert(total == piece->total && total >= piece->data.size);
	assert(memcmp(whole + piece->offset, piece->data.data, piece->data.size) == 0);
	bulk_release(guest, whole);
}

/* A grant is never more than was spent, and the window is never exceeded. */
static void take_credit(struct guest *guest, const struct oriel_credit *message)
{
	struct credit *credit = &guest->credit;
	uint32_t frames = message->frames & 3u, bytes = 0, back = 0;

	if (credit_spend(credit, message->bytes, frames)) {
		guest->spent += message->bytes;
		if (credit_done(credit, message->bytes, frames, &bytes, &back))
			guest->granted += bytes;
	}
	assert(guest->granted <= guest->spent);
	assert(credit->bytes <= credit->window_bytes && credit->frames <= credit->window_frames);
	credit_granted(credit, message->bytes, message->frames);
	assert(credit->bytes <= credit->window_bytes && credit->frames <= credit->window_frames);
	credit_init(credit, credit->window_bytes, credit->window_frames);
	guest->spent = guest->granted = 0;
}

static void take_message(struct guest *guest, const struct frame_message *message)
{
	static _Alignas(16) uint8_t decoded[MESSAGE_STRUCT_MAX];
	const struct wire_type *type = wire_find(oriel_types, ORIEL_TYPES, message->header.opcode);

	if (!type || !message_check(type, &message->header, message->payload, decoded))
		return;
	if (type == &oriel_bulk_type)
		take_bulk(guest, message->header.channel, (const void *)decoded);
	else if (type == &oriel_credit_type)
		take_credit(guest, (const void *)decoded);
	else if (type == &oriel_channel_close_type)
		bulk_drop_channel(&guest->bulk, message->header.channel);
}

/* Reads the stream in pieces of `piece` bytes. Returns a sum over all messages that came out. */
static uint64_t read_stream(const uint8_t *data, size_t size, size_t piece, struct guest *guest)
{
	static uint8_t buffer[ORIEL_MESSAGE_LEAST];
	struct frame_reader frames;
	struct frame_message message;
	uint64_t sum = 0;

	frame_reader_init(&frames, buffer, sizeof(buffer));
	for (size_t at = 0; at < size && !frames.failed; at += piece) {
		size_t n = size - at < piece ? size - at : piece, left = n;
		uint8_t *copy = malloc(n); /* its own allocation: reading past the piece is seen */
		const uint8_t *from = copy;

		if (!copy)
			abort();
		memcpy(copy, data + at, n);
		while (frame_reader_next(&frames, &from, &left, &message) == FRAME_MESSAGE) {
			for (size_t i = 0; i < message.header.size - WIRE_HEADER_SIZE; i++)
				sum = sum * 31 + message.payload[i] + 1;
			sum = sum * 31 + message.header.opcode;
			if (guest)
				take_message(guest, &message);
		}
		assert(left == 0 || frames.failed);
		free(copy);
	}
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct guest guest = { 0 };
	size_t piece;
	uint64_t sum;

	if (size == 0)
		return 0;
	piece = (size_t)data[0] * 4 + 1;
	bulk_init(&guest.bulk, &bulk_ops, &guest, ORIEL_BULK_TOTAL_MAX);
	credit_init(&guest.credit, ORIEL_CREDIT_DEFAULT, ORIEL_FRAMES_AHEAD);
	sum = read_stream(data + 1, size - 1, piece, &guest);
	/* However it is cut, the same messages come out. */
	assert(sum == read_stream(data + 1, size - 1, size, NULL));
	bulk_finish(&guest.bulk);
	assert(guest.bulk_bytes == 0);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	return messages_mutate(&oriel_model, data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
	return messages_cross(one, one_size, other, other_size, out, max_size, seed);
}
