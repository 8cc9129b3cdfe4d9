/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages out of a byte stream, bulk transfers, credits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bulk.h"
#include "credit.h"
#include "frame.h"

#define MESSAGES 60u

struct stream {
	uint8_t bytes[64 * 1024];
	size_t size;
};

/* Messages of growing size; the payload is the opcode, repeated. */
static void make_stream(struct stream *stream)
{
	stream->size = 0;
	for (unsigned i = 0; i < MESSAGES; i++) {
		uint8_t *header = stream->bytes + stream->size;
		size_t size = 8 + 8 * i;
		memset(header, (int)i, size);
		header[0] = (uint8_t)size;
		header[1] = (uint8_t)(size >> 8);
		header[2] = header[3] = 0;
		header[4] = (uint8_t)i;
		header[5] = 0;
		header[6] = (uint8_t)(i + 1);
		header[7] = (uint8_t)(i + 2);
		stream->size += size;
	}
}

static void check_message(const struct frame_message *message, unsigned i)
{
	assert_int_equal(message->header.opcode, i);
	assert_int_equal(message->header.size, 8 + 8 * i);
	assert_int_equal(message->header.channel, i + 1);
	assert_int_equal(message->header.flags, i + 2);
	for (size_t k = 0; k < 8 * i; k++)
		assert_int_equal(message->payload[k], i);
}

/* Feeds pieces of `next()` bytes and expects every message in order. */
static void feed(const struct stream *stream, size_t (*next)(void))
{
	uint8_t buffer[1024];
	struct frame_reader reader;
	struct frame_message message;
	unsigned got = 0;

	frame_reader_init(&reader, buffer, sizeof(buffer));
	for (size_t at = 0; at < stream->size;) {
		size_t n = next(), left = stream->size - at;
		uint8_t piece[4096];
		const uint8_t *data = piece;
		size_t size = n < left ? n : left;
		memcpy(piece, stream->bytes + at, size);
		at += size;
		while (frame_reader_next(&reader, &data, &size, &message) == FRAME_MESSAGE)
			check_message(&message, got++);
		assert_int_equal(size, 0);
		assert_false(reader.failed);
		memset(piece, 0xee, sizeof(piece)); /* nothing of it may be used later */
	}
	assert_int_equal(got, MESSAGES);
	assert_int_equal(reader.have, 0);
}

/* The rest of a message that has come in part may be put where it belongs. */
static void test_rest_in_place(void **state)
{
	static struct stream stream;
	uint8_t buffer[1024];
	struct frame_reader reader;
	struct frame_message message;

	(void)state;
	make_stream(&stream);
	frame_reader_init(&reader, buffer, sizeof(buffer));
	for (unsigned i = 0, at = 0; i < MESSAGES; i++) {
		const uint8_t *data = stream.bytes + at;
		size_t size = i % 2 ? 3 : 8 + 4 * (size_t)i, left, room;
		uint8_t *to;

		at += (unsigned)size;
		if (size < 8 + 8 * (size_t)i) {
			assert_int_equal(
				frame_reader_next(&reader, &data, &size, &message), FRAME_MORE);
			to = frame_reader_room(&reader, &room);
			left = i % 2 ? 0 : 4 * (size_t)i; /* nothing is known without the header */
			assert_int_equal(room, left);
			for (size_t n = 0; n < room; n += 4) {
				memcpy(to + n, stream.bytes + at, 4);
				frame_reader_added(&reader, 4);
				at += 4;
			}
			data = stream.bytes + at;
			size = i % 2 ? 8 + 8 * (size_t)i - 3 : 0;
			at += (unsigned)size;
		}
		assert_int_equal(frame_reader_next(&reader, &data, &size, &message), FRAME_MESSAGE);
		check_message(&message, i);
		frame_reader_room(&reader, &room);
		assert_int_equal(room, 0);
	}
}

static size_t one(void)
{
	return 1;
}

static size_t some(void)
{
	static uint32_t seed = 7;

	seed = seed * 1664525u + 1013904223u;
	return 1 + (seed >> 16) % 700;
}

static size_t many(void)
{
	return 4096;
}

static void test_splits(void **state)
{
	static struct stream stream;

	(void)state;
	make_stream(&stream);
	feed(&stream, one);
	feed(&stream, many);
	for (unsigned i = 0; i < 200; i++)
		feed(&stream, some);
}

static void test_whole_message_in_place(void **state)
{
	static struct stream stream;
	uint8_t buffer[1024];
	struct frame_reader reader;
	struct frame_message message;
	const uint8_t *data = stream.bytes;
	size_t size;

	(void)state;
	make_stream(&stream);
	size = stream.size;
	frame_reader_init(&reader, buffer, sizeof(buffer));
	assert_int_equal(frame_reader_next(&reader, &data, &size, &message), FRAME_MESSAGE);
	assert_ptr_equal(message.payload, stream.bytes + 8);
}

static void test_bad_sizes(void **state)
{
	static const uint8_t bad[][8] = {
		{ 0, 0, 0, 0, 1 },
		{ 12, 0, 0, 0, 1 },
		{ 4, 0, 0, 0, 1 },
		{ 0x08, 4, 0, 0, 1 }, /* over the buffer */
		{ 0xf8, 0xff, 0xff, 0xff, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (size_t piece = 1; piece <= 8; piece += 7) {
			uint8_t buffer[1024];
			struct frame_reader reader;
			struct frame_message message;
			enum frame_result result = FRAME_MORE;
			const uint8_t *rest;
			frame_reader_init(&reader, buffer, sizeof(buffer));
			for (size_t at = 0; at < 8; at += piece) {
				const uint8_t *data = bad[i] + at;
				size_t size = piece;
				assert_int_equal(result, FRAME_MORE);
				result = frame_reader_next(&reader, &data, &size, &message);
			}
			assert_int_equal(result, FRAME_FAILED);
			assert_int_equal(frame_reader_rest(&reader, &rest), 8);
			assert_memory_equal(rest, bad[i], 8);

			const uint8_t good[8] = { 8 }, *data = good;
			size_t size = 8;
			assert_int_equal(frame_reader_next(&reader, &data, &size, &message),
				FRAME_FAILED); /* for good */
			assert_int_equal(size, 8);
		}
	}
}

static void test_rest(void **state)
{
	uint8_t buffer[64];
	static const uint8_t half[] = { 24, 0, 0, 0, 1, 0, 0, 0, 'a', 'b' };
	struct frame_reader reader;
	struct frame_message message;
	const uint8_t *data = half, *rest;
	size_t size = sizeof(half);

	(void)state;
	frame_reader_init(&reader, buffer, sizeof(buffer));
	assert_int_equal(frame_reader_next(&reader, &data, &size, &message), FRAME_MORE);
	assert_int_equal(frame_reader_rest(&reader, &rest), sizeof(half));
	assert_memory_equal(rest, half, sizeof(half));
}

/* ---- bulk ---- */

static unsigned allocated;
static bool no_memory;

static void *allocate(void *data, uint64_t size)
{
	(void)data;
	if (no_memory)
		return NULL;
	allocated++;
	return malloc(size);
}

static void release(void *data, void *buffer)
{
	(void)data;
	allocated--;
	free(buffer);
}

static const struct bulk_ops ops = { .allocate = allocate, .release = release };

static uint32_t add(struct bulk_set *set, uint8_t channel, uint32_t id, uint64_t offset,
	uint64_t total, const char *text)
{
	struct oriel_bulk piece = {
		.id = id,
		.offset = offset,
		.total = total,
		.data = { .data = text, .size = (uint32_t)strlen(text) },
	};

	return bulk_add(set, channel, &piece);
}

static void test_bulk(void **state)
{
	struct bulk_set set;
	uint64_t size = 0;
	void *whole;

	(void)state;
	bulk_init(&set, &ops, NULL, 100);
	assert_int_equal(add(&set, 1, 7, 0, 6, "abc"), 0);
	assert_int_equal(add(&set, 2, 7, 0, 4, "ABCD"), 0); /* the same id on another channel */
	assert_null(bulk_take(&set, 1, 7, &size));          /* not whole */
	assert_int_equal(add(&set, 1, 7, 3, 6, "def"), 0);
	whole = bulk_take(&set, 1, 7, &size);
	assert_int_equal(size, 6);
	assert_memory_equal(whole, "abcdef", 6);
	release(NULL, whole);
	assert_null(bulk_take(&set, 1, 7, &size));
	assert_int_equal(add(&set, 1, 7, 0, 1, "x"), 0); /* free again */
	bulk_drop_channel(&set, 1);
	assert_null(bulk_take(&set, 1, 7, &size));
	assert_int_equal(allocated, 1);
	bulk_finish(&set);
	assert_int_equal(allocated, 0);
	assert_int_equal(set.bytes, 0);
}

static void test_bulk_bad(void **state)
{
	struct bulk_set set;

	(void)state;
	bulk_init(&set, &ops, NULL, 100);
	assert_int_equal(add(&set, 1, 1, 3, 6, "abc"), ORIEL_ERROR_MALFORMED); /* no beginning */
	assert_int_equal(add(&set, 1, 1, 0, 0, "abc"), ORIEL_ERROR_MALFORMED); /* no total */
	assert_int_equal(add(&set, 1, 1, 0, 6, ""), ORIEL_ERROR_MALFORMED);
	assert_int_equal(add(&set, 1, 1, 0, 2, "abc"), ORIEL_ERROR_MALFORMED); /* beyond it */
	assert_int_equal(add(&set, 1, 1, 0, 6, "abc"), 0);
	assert_int_equal(add(&set, 1, 1, 4, 6, "e"), ORIEL_ERROR_MALFORMED);   /* a gap */
	assert_int_equal(add(&set, 1, 1, 3, 6, "def"), ORIEL_ERROR_MALFORMED); /* dropped by that */
	assert_int_equal(add(&set, 1, 1, 0, 6, "abc"), 0);
	assert_int_equal(add(&set, 1, 1, 3, 7, "def"), ORIEL_ERROR_MALFORMED); /* another total */
	assert_int_equal(add(&set, 1, 1, 0, 4, "abc"), 0);
	assert_int_equal(add(&set, 1, 1, 3, 4, "de"), ORIEL_ERROR_MALFORMED);
	assert_int_equal(allocated, 0);
	assert_int_equal(set.bytes, 0);
}

static void test_bulk_limits(void **state)
{
	struct bulk_set set;

	(void)state;
	bulk_init(&set, &ops, NULL, 100);
	assert_int_equal(add(&set, 1, 1, 0, 101, "a"), ORIEL_ERROR_LIMIT);
	assert_int_equal(add(&set, 1, 1, 0, UINT64_MAX, "a"), ORIEL_ERROR_LIMIT);
	assert_int_equal(add(&set, 1, 1, 0, 60, "a"), 0);
	assert_int_equal(add(&set, 1, 2, 0, 41, "a"), ORIEL_ERROR_LIMIT); /* all together */
	assert_int_equal(add(&set, 1, 2, 0, 40, "a"), 0);
	bulk_finish(&set);
	for (uint32_t i = 0; i < ORIEL_BULK_OPEN_MAX; i++)
		assert_int_equal(add(&set, 1, i, 0, 2, "a"), 0);
	assert_int_equal(add(&set, 1, 99, 0, 2, "a"), ORIEL_ERROR_LIMIT);
	bulk_finish(&set);
	no_memory = true;
	assert_int_equal(add(&set, 1, 1, 0, 2, "a"), ORIEL_ERROR_NO_MEMORY);
	no_memory = false;
	assert_int_equal(set.bytes, 0);
	assert_int_equal(allocated, 0);
}

static void test_credit(void **state)
{
	struct credit guest, host;
	uint32_t bytes = 0, frames = 0;

	(void)state;
	credit_init(&guest, 1000, 2);
	credit_init(&host, 1000, 2);
	assert_true(credit_spend(&guest, 990, 1));
	assert_false(credit_spend(&guest, 11, 0));
	assert_true(credit_spend(&guest, 10, 1));
	assert_false(credit_spend(&guest, 0, 1));

	assert_true(credit_spend(&host, 1000, 2));
	assert_false(credit_spend(&host, 1, 0)); /* a guest that does not keep to it */
	assert_false(credit_done(&host, 249, 0, &bytes, &frames));
	assert_true(credit_done(&host, 1, 0, &bytes, &frames));
	assert_int_equal(bytes, 250);
	assert_int_equal(frames, 0);
	assert_true(credit_granted(&guest, bytes, frames));
	assert_true(credit_done(&host, 8, 1, &bytes, &frames)); /* a present does not wait */
	assert_int_equal(bytes, 8);
	assert_int_equal(frames, 1);
	assert_true(credit_granted(&guest, bytes, frames));
	assert_true(credit_spend(&guest, 258, 1));
	assert_false(credit_spend(&guest, 1, 0));

	assert_false(credit_granted(&guest, 1001, 0)); /* a host that grants too much */
	assert_false(credit_granted(&guest, UINT32_MAX, 0));
	assert_false(credit_granted(&guest, 0, 3));
	assert_false(credit_spend(&guest, 1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_rest_in_place),
		cmocka_unit_test(test_whole_message_in_place),
		cmocka_unit_test(test_bad_sizes),
		cmocka_unit_test(test_rest),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_bulk_bad),
		cmocka_unit_test(test_bulk_limits),
		cmocka_unit_test(test_credit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
