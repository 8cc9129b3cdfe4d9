/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shared/messages.h"

#include <assert.h>
#include <string.h>

#include "shared/pieces.h"

#define PAYLOAD_MAX (128u << 10)

static struct pieces pieces, others;

/* A piece is a message with its header, however wrong it is; what is behind the last one is one too. */
static void parse(struct pieces *list, const uint8_t *data, size_t size)
{
	list->n = 0;
	for (size_t at = 1; at < size && list->n < PIECES_MAX;) {
		struct wire_header header;
		size_t left = size - at, n = left;

		if (left >= WIRE_HEADER_SIZE && wire_read_header(data + at, left, &header))
			n = header.size;
		pieces_insert(list, list->n, piece_make(0, data + at, n));
		at += n;
	}
}

static size_t write_out(const struct pieces *list, uint8_t first, uint8_t *out, size_t max_size)
{
	size_t at = 1;

	if (max_size == 0)
		return 0;
	out[0] = first;
	for (size_t i = 0; i < list->n && list->items[i].size <= max_size - at; i++) {
		memcpy(out + at, list->items[i].body, list->items[i].size);
		at += list->items[i].size;
	}
	return at;
}

/* Writes header and payload of another message into the piece. */
static void change(struct piece *piece, const struct model_message *message, const uint8_t *payload,
	size_t size, uint8_t channel, uint8_t flags)
{
	static uint8_t out[PAYLOAD_MAX];
	struct wire_writer writer;
	struct piece made;

	size = model_mutate(message, payload, size, out, sizeof(out));
	made = piece_make(0, NULL, WIRE_HEADER_SIZE + size);
	if (!made.body)
		return;
	wire_writer_init(&writer, made.body, WIRE_HEADER_SIZE);
	wire_write_u32(&writer, (uint32_t)made.size);
	wire_write_u16(&writer, message->id);
	wire_write_u8(&writer, channel);
	wire_write_u8(&writer, flags);
	memcpy(made.body + WIRE_HEADER_SIZE, out, size);
	*piece = made;
}

static void change_value(const struct model *model, struct piece *piece)
{
	const struct model_message *message;
	struct wire_header header;

	if (piece->size < WIRE_HEADER_SIZE || !wire_read_header(piece->body, piece->size, &header))
		return;
	message = model_find(model, header.opcode);
	if (message)
		change(piece, message, piece->body + WIRE_HEADER_SIZE,
			piece->size - WIRE_HEADER_SIZE, header.channel, header.flags);
}

static void add_message(const struct model *model)
{
	const struct model_message *message =
		&model->messages[pieces_random((uint32_t)model->n_messages)];
	struct piece piece = { 0 };
	uint8_t channel = pieces_chance(3) ? 0 : (uint8_t)pieces_random(3);

	change(&piece, message, NULL, 0, channel, 0);
	pieces_insert(&pieces, pieces_random((uint32_t)pieces.n + 1), piece);
}

static void change_header(struct piece *piece)
{
	if (piece->size >= WIRE_HEADER_SIZE)
		piece->body[4 + pieces_random(4)] = (uint8_t)pieces_boundary();
}

static void mutate_once(const struct model *model, uint8_t *first)
{
	struct piece *piece = pieces.n > 0 ? &pieces.items[pieces_random((uint32_t)pieces.n)] : NULL;

	switch (piece ? pieces_random(10) : 0) {
	case 0:
		add_message(model);
		break;
	case 1:
	case 2:
		pieces_rearrange(&pieces);
		break;
	case 3:
		change_header(piece);
		break;
	case 4:
		*first = (uint8_t)pieces_random(256);
		break;
	case 5:
		piece_mutate_bytes(piece, 8);
		break;
	default:
		change_value(model, piece);
		break;
	}
}

size_t messages_mutate(
	const struct model *model, uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	uint8_t first = size > 0 ? data[0] : 0;

	pieces_begin(seed);
	parse(&pieces, data, size);
	do
		mutate_once(model, &first);
	while (!pieces_chance(3));
	return write_out(&pieces, first, data, max_size);
}

size_t messages_cross(const uint8_t *one, size_t one_size, const uint8_t *other, size_t other_size,
	uint8_t *out, size_t max_size, unsigned seed)
{
	pieces_begin(seed);
	parse(&pieces, one, one_size);
	parse(&others, other, other_size);
	pieces_splice(&pieces, &others);
	return write_out(&pieces, one_size > 0 ? one[0] : 0, out, max_size);
}

size_t messages_insert(uint8_t *data, size_t size, size_t max_size, const struct wire_type *type,
	const void *message)
{
	static uint8_t out[PAYLOAD_MAX];
	uint8_t first = size > 0 ? data[0] : (uint8_t)pieces_random(256);
	struct wire_writer writer;

	wire_writer_init(&writer, out, sizeof(out));
	if (wire_write_message(&writer, type, 0, 0, message) == 0 || size + writer.at + 1 > max_size)
		return size;
	parse(&pieces, data, size);
	pieces_insert(&pieces, pieces_random((uint32_t)pieces.n + 1), piece_make(0, out, writer.at));
	return write_out(&pieces, first, data, max_size);
}

bool message_check(const struct wire_type *type, const struct wire_header *header,
	const uint8_t *payload, void *ret_decoded)
{
	static uint8_t again[PAYLOAD_MAX];
	static _Alignas(16) uint8_t third[MESSAGE_STRUCT_MAX];
	size_t size = header->size - WIRE_HEADER_SIZE;
	struct wire_writer writer;

	assert(type->struct_size <= MESSAGE_STRUCT_MAX);
	if (!wire_decode(type, payload, size, ret_decoded))
		return false;
	wire_writer_init(&writer, again, sizeof(again));
	assert(wire_write_message(&writer, type, header->channel, header->flags, ret_decoded) ==
		header->size);
	assert(memcmp(again + WIRE_HEADER_SIZE, payload, size) == 0);
	assert(wire_decode(type, again + WIRE_HEADER_SIZE, size, third));
	return true;
}
