/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shared/model.h"

#include <string.h>

#include "shared/pieces.h"
#include "wire.h"

/* One pass over a message: what was read is written, but for the value number `chosen`. */
struct pass {
	const uint8_t *in;
	size_t in_size, in_at;
	uint8_t *out;
	size_t capacity, out_at;
	size_t n, chosen; /* values so far; the one to change */
	bool full;
};

static size_t aligned(size_t at, size_t size)
{
	return (at + size - 1) & ~(size - 1);
}

/* A scalar of the old message; 0 behind its end. */
static uint64_t take(struct pass *pass, size_t size)
{
	uint64_t value = 0;

	pass->in_at = aligned(pass->in_at, size);
	for (size_t i = 0; i < size && pass->in_at + i < pass->in_size; i++)
		value |= (uint64_t)pass->in[pass->in_at + i] << (8 * i);
	pass->in_at += size;
	return value;
}

static void put(struct pass *pass, uint64_t value, size_t size)
{
	size_t at = aligned(pass->out_at, size);

	pass->full = pass->full || at + size > pass->capacity;
	if (pass->full)
		return;
	memset(pass->out + pass->out_at, 0, at - pass->out_at);
	for (size_t i = 0; i < size; i++)
		pass->out[at + i] = (uint8_t)(value >> (8 * i));
	pass->out_at = at + size;
}

/* `size` bytes, the old ones as far as they go; the rest is made up. */
static void copy(struct pass *pass, size_t old, size_t size, bool text)
{
	for (size_t i = 0; i < size; i++) {
		size_t at = pass->in_at + i;
		uint8_t made = text ? (uint8_t)('a' + i % 26) : 0;

		put(pass, i < old && at < pass->in_size ? pass->in[at] : made, 1);
	}
	pass->in_at += old;
}

/* Some of the bytes that were just written become others. */
static void spoil(struct pass *pass, size_t from, bool text)
{
	static const uint8_t bad[] = { 0, 1, '\n', 0x1b, '"', '%', 0x7f, 0x80, 0xc2, 0xed, 0xff };
	size_t size = pass->out_at - from;

	for (uint32_t n = 1 + pieces_random(3); n > 0 && size > 0 && !pass->full; n--) {
		uint8_t *byte = &pass->out[from + pieces_random((uint32_t)size)];

		*byte = text && pieces_chance(2) ? bad[pieces_random(sizeof(bad))]
						 : (uint8_t)pieces_random(256);
	}
}

/* Another number of bytes or elements, within the limit but once in a while. */
static uint32_t other_length(uint32_t old, uint32_t limit)
{
	if (pieces_chance(12))
		return limit + 1;
	if (pieces_chance(4))
		return pieces_chance(2) ? limit : 0;
	if (pieces_chance(2))
		return pieces_random(limit + 1);
	return old < limit ? old + 1 : old / 2;
}

static uint64_t other_scalar(uint64_t old, size_t size)
{
	if (pieces_chance(3))
		return old + pieces_random(9) - 4;
	if (size == 8 && pieces_chance(3))
		return ((uint64_t)pieces_boundary() << 32) | pieces_boundary();
	return pieces_boundary();
}

static void walk_scalar(struct pass *pass, size_t size)
{
	uint64_t value = take(pass, size);

	if (pass->n++ == pass->chosen)
		value = other_scalar(value, size);
	put(pass, value, size);
}

static void walk_bytes(struct pass *pass, uint32_t size)
{
	size_t from = pass->out_at;

	copy(pass, size, size, false);
	if (pass->n++ == pass->chosen)
		spoil(pass, from, false);
}

/* A length of `head` bytes, then so many bytes. */
static void walk_text(struct pass *pass, uint32_t limit, size_t head, bool text)
{
	uint32_t old = (uint32_t)take(pass, head);
	uint32_t size = old > limit ? limit : old;
	bool now = pass->n++ == pass->chosen;
	size_t from;

	old = size;
	if (now && pieces_chance(2))
		size = other_length(old, limit);
	put(pass, size, head);
	from = pass->out_at;
	copy(pass, old, size, text);
	if (now && size == old)
		spoil(pass, from, text);
}

static void walk(struct pass *pass, const struct model_field *fields, size_t n_fields);

static void walk_element(struct pass *pass, const struct model_field *field)
{
	switch (field->kind) {
	case MODEL_U8:
	case MODEL_U16:
	case MODEL_U32:
	case MODEL_U64:
		walk_scalar(pass, (size_t)1 << field->kind);
		break;
	case MODEL_BYTES:
		walk_bytes(pass, field->limit);
		break;
	case MODEL_STR:
		walk_text(pass, field->limit, 2, true);
		break;
	case MODEL_BLOB:
		walk_text(pass, field->limit, 4, false);
		break;
	case MODEL_STRUCT:
		walk(pass, field->members, field->n_members);
		break;
	}
}

static void walk_array(struct pass *pass, const struct model_field *field)
{
	uint32_t count = (uint32_t)take(pass, 2);

	if (count > field->limit)
		count = field->limit;
	if (pass->n++ == pass->chosen)
		count = other_length(count, field->limit);
	put(pass, count, 2);
	for (uint32_t i = 0; i < count && !pass->full; i++)
		walk_element(pass, field);
}

static void walk(struct pass *pass, const struct model_field *fields, size_t n_fields)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].is_array)
			walk_array(pass, &fields[i]);
		else
			walk_element(pass, &fields[i]);
	}
}

const struct model_message *model_find(const struct model *model, uint16_t id)
{
	for (size_t i = 0; i < model->n_messages; i++) {
		if (model->messages[i].id == id)
			return &model->messages[i];
	}
	return NULL;
}

size_t model_mutate(const struct model_message *message, const uint8_t *payload, size_t size,
	uint8_t *out, size_t capacity)
{
	struct pass count = {
		.in = payload, .in_size = size, .out = out, .capacity = capacity, .chosen = SIZE_MAX
	};
	struct pass change = count;

	walk(&count, message->fields, message->n_fields);
	change.chosen = pieces_random((uint32_t)count.n);
	walk(&change, message->fields, message->n_fields);
	for (size_t end = aligned(change.out_at, WIRE_ALIGN); change.out_at < end && !change.full;)
		put(&change, 0, 1);
	return change.full ? 0 : change.out_at;
}
