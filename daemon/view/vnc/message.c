/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/message.h"

#include <string.h>

#include "util.h"

#define QEMU_EXTENDED_KEY 0

/*
 * One row for each message of the normal phase: bytes that tell its length, the bytes when there
 * are no elements, where the number of elements stands, its width, and the bytes of one.
 */
static const struct row {
	uint8_t type;
	uint8_t head, base;
	uint8_t count_at, count_width, element;
	uint32_t count_max;
	const char *too_many;
} rows[] = {
	{ MESSAGE_SET_PIXEL_FORMAT, 1, 20, 0, 0, 0, 0, NULL },
	{ MESSAGE_SET_ENCODINGS, 4, 4, 2, 2, 4, MESSAGE_ENCODINGS_MAX, "too many encodings" },
	{ MESSAGE_UPDATE_REQUEST, 1, 10, 0, 0, 0, 0, NULL },
	{ MESSAGE_KEY, 1, 8, 0, 0, 0, 0, NULL },
	{ MESSAGE_POINTER, 1, 6, 0, 0, 0, 0, NULL },
	{ MESSAGE_CUT_TEXT, 8, 8, 4, 4, 1, MESSAGE_CUT_TEXT_MAX, "too much cut text" },
	{ MESSAGE_XVP, 1, 4, 0, 0, 0, 0, NULL },
	{ MESSAGE_SET_DESKTOP_SIZE, 8, 8, 6, 1, 16, UINT8_MAX, NULL },
	{ MESSAGE_QEMU, 2, 12, 0, 0, 0, 0, NULL },
};

uint16_t message_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

uint32_t message_u32(const uint8_t *at)
{
	return (uint32_t)message_u16(at) << 16 | message_u16(at + 2);
}

void message_put_u16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

void message_put_u32(uint8_t *at, uint32_t value)
{
	message_put_u16(at, (uint16_t)(value >> 16));
	message_put_u16(at + 2, (uint16_t)value);
}

static uint32_t row_count(const struct row *row, const uint8_t *data)
{
	switch (row->count_width) {
	case 1:
		return data[row->count_at];
	case 2:
		return message_u16(data + row->count_at);
	case 4:
		return message_u32(data + row->count_at);
	default:
		return 0;
	}
}

static const struct row *find_row(uint8_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type == type)
			return &rows[i];
	}
	return NULL;
}

static bool measure_normal(
	const uint8_t *data, size_t have, struct message *message, const char **ret_reason)
{
	const struct row *row = find_row(data[0]);
	uint32_t count;

	*ret_reason = "a message that is not taken from viewers";
	if (!row)
		return false;
	if (have < row->head)
		return true;
	if (row->type == MESSAGE_QEMU && data[1] != QEMU_EXTENDED_KEY)
		return false;
	count = row_count(row, data);
	*ret_reason = row->too_many;
	if (count > row->count_max)
		return false;
	message->size = row->base;
	/* The clipboard is of no interest: its text needs no room. */
	if (row->type == MESSAGE_CUT_TEXT)
		message->skip = count;
	else
		message->size += (size_t)count * row->element;
	return true;
}

/* "RFB 003.008\n": digits where digits belong. */
static bool version_valid(const uint8_t *data, size_t have)
{
	static const char pattern[] = "RFB ddd.ddd\n";

	for (size_t i = 0; i < have && pattern[i]; i++) {
		bool digit = data[i] >= '0' && data[i] <= '9';
		if (pattern[i] == 'd' ? !digit : data[i] != (uint8_t)pattern[i])
			return false;
	}
	return true;
}

bool message_measure(enum message_phase phase, const uint8_t *data, size_t have,
	struct message *ret_message, const char **ret_reason)
{
	*ret_message = (struct message){ 0 };
	if (have == 0)
		return true;
	switch (phase) {
	case PHASE_VERSION:
		ret_message->size = 12;
		*ret_reason = "it does not speak RFB";
		return version_valid(data, have);
	case PHASE_SECURITY:
	case PHASE_INIT:
		ret_message->size = 1;
		return true;
	case PHASE_PASSWORD:
		ret_message->size = 16;
		return true;
	case PHASE_NORMAL:
	default:
		return measure_normal(data, have, ret_message, ret_reason);
	}
}

/* A colour's largest value is all ones, and its bits lie inside the pixel. */
static bool channel_fits(uint16_t max, uint8_t shift, uint8_t bits)
{
	return max != 0 && (max & (max + 1)) == 0 && shift < bits &&
	       ((uint64_t)max << shift) < (UINT64_C(1) << bits);
}

bool message_format_valid(const uint8_t *message)
{
	const uint8_t *format = message + 4;
	uint8_t bits = format[0];

	if (bits != 8 && bits != 16 && bits != 32)
		return false;
	if (!format[3])
		return bits == 8;
	/* libvncserver packs pixels of depth 24 into three bytes, believing that they had four. */
	if (format[1] > bits)
		return false;
	return channel_fits(message_u16(format + 4), format[10], bits) &&
	       channel_fits(message_u16(format + 6), format[11], bits) &&
	       channel_fits(message_u16(format + 8), format[12], bits);
}
