/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "view/rfb_model.h"

#include <string.h>

#include "util.h"
#include "vnc/message.h"

#define BODY_MAX 8192u

static const uint32_t encodings[] = { 0, 1, 2, 4, 5, 6, 7, 8, 9, 15, 16, 17, 21, 50, 0xffffff20,
	0xffffff21, 0xffffff11, 0xffffff10, 0xffffff18, 0xfffffecc, 0xfffffecb, 0xfffffefe,
	0xfffffefd, 0xffffff00, 0xffffff09, 0xffffffe0, 0xffffffe9, 0xfffffe01, 0xfffffe64,
	0xfffffd00, 0xfffffd03, 0xc0a1e5ce, 0xfffe0000, 0xffff8000, 0xffffff04, 0x574d5664 };

static const uint32_t keysyms[] = { 0x20, 0x61, 0x41, 0xff08, 0xff09, 0xff0d, 0xff1b, 0xffe1,
	0xffe2, 0xffe3, 0xffe9, 0xffea, 0xfe03, 0xffeb, 0xff7f, 0x1000394, 0xffff, 0 };

/* bits, depth, endian, true colour, maxima, shifts, padding */
static const uint8_t formats[][16] = {
	{ 32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0 },
	{ 32, 24, 1, 1, 0, 255, 0, 255, 0, 255, 0, 8, 16 },
	{ 32, 30, 0, 1, 3, 255, 3, 255, 3, 255, 20, 10, 0 },
	{ 16, 16, 0, 1, 0, 31, 0, 63, 0, 31, 11, 5, 0 },
	{ 16, 15, 1, 1, 0, 31, 0, 31, 0, 31, 10, 5, 0 },
	{ 8, 8, 0, 1, 0, 7, 0, 7, 0, 3, 0, 3, 6 },
	{ 8, 3, 0, 1, 0, 1, 0, 1, 0, 1, 2, 1, 0 },
	{ 8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 },
	{ 24, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0 },
};

/* Bytes of the message at `data`; 0: it is none, or cut off. */
static size_t message_size(const uint8_t *data, size_t have)
{
	struct message message;
	const char *reason;

	if (!message_measure(PHASE_NORMAL, data, have, &message, &reason) || message.size == 0 ||
		message.size + message.skip > have)
		return 0;
	return message.size + message.skip;
}

void rfb_parse(const uint8_t *data, size_t size, struct pieces *pieces)
{
	pieces->n = 0;
	while (size > 0 && pieces->n < PIECES_MAX) {
		size_t n = message_size(data, size);
		if (n == 0)
			n = size;
		pieces_insert(pieces, pieces->n, piece_make(data[0], data, n));
		data += n;
		size -= n;
	}
}

size_t rfb_write(const struct pieces *pieces, uint8_t *data, size_t max)
{
	size_t at = 0;

	for (size_t i = 0; i < pieces->n && pieces->items[i].size <= max - at; i++) {
		memcpy(data + at, pieces->items[i].body, pieces->items[i].size);
		at += pieces->items[i].size;
	}
	return at;
}

static uint16_t place(void)
{
	return (uint16_t)(pieces_chance(6) ? pieces_boundary() : pieces_random(140));
}

static void put_places(uint8_t *at, size_t n)
{
	for (size_t i = 0; i < n; i++)
		message_put_u16(at + i * 2, place());
}

static uint32_t any_of(const uint32_t *values, size_t n)
{
	return pieces_chance(12) ? pieces_boundary() : values[pieces_random((uint32_t)n)];
}

static size_t make_encodings(uint8_t *body)
{
	uint16_t n = (uint16_t)(pieces_chance(20) ? 1030 : pieces_random(12));

	message_put_u16(body + 2, n);
	for (uint16_t i = 0; i < n; i++)
		message_put_u32(body + 4 + (size_t)i * 4, any_of(encodings, ARRAY_SIZE(encodings)));
	return 4 + (size_t)n * 4;
}

/* Lengths below zero are the extended clipboard's. */
static size_t make_cut_text(uint8_t *body)
{
	uint32_t n = pieces_random(64);

	message_put_u32(body + 4, pieces_chance(4) ? pieces_boundary() : n);
	memset(body + 8, 'x', n);
	return 8 + n;
}

static size_t make_desktop_size(uint8_t *body)
{
	uint8_t n = (uint8_t)pieces_random(pieces_chance(4) ? 256 : 3);

	put_places(body + 2, 2);
	body[6] = n;
	for (uint8_t i = 0; i < n; i++)
		put_places(body + 8 + (size_t)i * 16 + 4, 4);
	return 8 + (size_t)n * 16;
}

static size_t make_key(uint8_t *body)
{
	uint32_t keysym = any_of(keysyms, ARRAY_SIZE(keysyms));

	if (body[0] == MESSAGE_KEY) {
		body[1] = (uint8_t)pieces_random(2);
		message_put_u32(body + 4, keysym);
		return 8;
	}
	message_put_u16(body + 2, (uint16_t)pieces_random(3));
	message_put_u32(body + 4, keysym);
	message_put_u32(body + 8, pieces_chance(4) ? pieces_boundary() : pieces_random(256));
	return 12;
}

static size_t make(uint8_t *body)
{
	switch (body[0]) {
	case MESSAGE_SET_PIXEL_FORMAT:
		memcpy(body + 4, formats[pieces_random(ARRAY_SIZE(formats))], 16);
		return 20;
	case MESSAGE_SET_ENCODINGS:
		return make_encodings(body);
	case MESSAGE_UPDATE_REQUEST:
		body[1] = (uint8_t)pieces_random(2);
		put_places(body + 2, 4);
		return 10;
	case MESSAGE_POINTER:
		body[1] = (uint8_t)pieces_boundary();
		put_places(body + 2, 2);
		return 6;
	case MESSAGE_CUT_TEXT:
		return make_cut_text(body);
	case MESSAGE_SET_DESKTOP_SIZE:
		return make_desktop_size(body);
	case MESSAGE_XVP:
		body[2] = 1;
		body[3] = (uint8_t)pieces_random(6);
		return 4;
	default:
		return make_key(body);
	}
}

struct piece rfb_generate(void)
{
	static const uint8_t types[] = { MESSAGE_SET_PIXEL_FORMAT, MESSAGE_SET_ENCODINGS,
		MESSAGE_UPDATE_REQUEST, MESSAGE_UPDATE_REQUEST, MESSAGE_KEY, MESSAGE_POINTER,
		MESSAGE_CUT_TEXT, MESSAGE_XVP, MESSAGE_SET_DESKTOP_SIZE, MESSAGE_QEMU };
	struct piece piece = piece_make(0, NULL, BODY_MAX);

	if (!piece.body)
		return piece;
	piece.body[0] = types[pieces_random(ARRAY_SIZE(types))];
	piece.kind = piece.body[0];
	piece.size = make(piece.body);
	return piece;
}

void rfb_change(struct piece *piece)
{
	uint32_t at = pieces_random((uint32_t)piece->size);

	switch (pieces_random(6)) {
	case 0:
		piece_mutate_bytes(piece, 8);
		break;
	case 1:
		piece_poke(piece);
		break;
	case 2:
		*piece = rfb_generate();
		break;
	default: /* not its type */
		if (at > 0)
			piece->body[at] = (uint8_t)pieces_boundary();
		break;
	}
}
