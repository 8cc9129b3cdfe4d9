/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bounded reader and writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "wire.h"

static void test_scalars(void **state)
{
	uint8_t data[32];
	struct wire_writer writer;
	struct wire_reader reader;
	static const uint8_t expected[] = { 0x11, 0, 0x33, 0x22, 0x77, 0x66, 0x55, 0x44, 0xff, 0xee,
		0xdd, 0xcc, 0xbb, 0xaa, 0x99, 0x88 };

	(void)state;
	memset(data, 0xa5, sizeof(data));
	wire_writer_init(&writer, data, sizeof(data));
	wire_write_u8(&writer, 0x11);
	wire_write_u16(&writer, 0x2233);
	wire_write_u32(&writer, 0x44556677);
	wire_write_u64(&writer, 0x8899aabbccddeeff);
	assert_false(writer.failed);
	assert_int_equal(writer.at, 16);
	assert_memory_equal(data, expected, sizeof(expected));
	assert_int_equal(data[16], 0xa5);

	wire_reader_init(&reader, data, 16);
	assert_int_equal(wire_read_u8(&reader), 0x11);
	assert_int_equal(wire_read_u16(&reader), 0x2233);
	assert_int_equal(wire_read_u32(&reader), 0x44556677);
	assert_true(wire_read_u64(&reader) == 0x8899aabbccddeeff);
	assert_true(wire_reader_done(&reader));
}

/* The bytes between a field and the next aligned one must be zero. */
static void test_gaps(void **state)
{
	uint8_t data[8] = { 1, 0, 0, 0, 2 };

	(void)state;
	for (size_t i = 1; i < 4; i++) {
		struct wire_reader reader;
		data[i] = 1;
		wire_reader_init(&reader, data, sizeof(data));
		wire_read_u8(&reader);
		assert_int_equal(wire_read_u32(&reader), 0);
		assert_true(reader.failed);
		data[i] = 0;
	}
}

static void test_reader_bounds(void **state)
{
	uint8_t data[16] = { 0 };

	(void)state;
	for (size_t size = 0; size < 8; size++) {
		struct wire_reader reader;
		data[0] = 0xff;
		wire_reader_init(&reader, data, size);
		assert_true(wire_read_u64(&reader) == 0);
		assert_true(reader.failed);
	}
}

static void test_reader_stays_failed(void **state)
{
	uint8_t data[8] = { 9, 0, 'a', 'b', 1, 0, 0, 0 };
	struct wire_reader reader;
	struct wire_blob blob = { .data = data, .size = 1 };
	char text[10] = "before";
	uint8_t bytes[2] = { 1, 1 };

	(void)state;
	wire_reader_init(&reader, data, sizeof(data));
	wire_read_string(&reader, text, 9); /* nine bytes are not there */
	assert_true(reader.failed);
	assert_string_equal(text, "");
	reader.at = 0;
	assert_int_equal(wire_read_u8(&reader), 0);
	assert_int_equal(wire_read_u16(&reader), 0);
	assert_int_equal(wire_read_u32(&reader), 0);
	assert_int_equal(wire_read_count(&reader, 100), 0);
	wire_read_bytes(&reader, bytes, sizeof(bytes));
	assert_int_equal(bytes[0] | bytes[1], 0);
	wire_read_blob(&reader, &blob, 100);
	assert_null(blob.data);
	assert_int_equal(blob.size, 0);
	assert_false(wire_reader_done(&reader));
}

static void test_strings(void **state)
{
	uint8_t data[64];
	struct wire_writer writer;
	struct wire_reader reader;
	char text[9];

	(void)state;
	wire_writer_init(&writer, data, sizeof(data));
	wire_write_string(&writer, "", 8);
	wire_write_string(&writer, "12345678", 8);
	wire_write_string(
		&writer, "1234567\xc3\xa9", 8); /* cut before the character that ends over it */
	assert_false(writer.failed);
	wire_reader_init(&reader, data, writer.at);
	wire_read_string(&reader, text, 8);
	assert_string_equal(text, "");
	wire_read_string(&reader, text, 8);
	assert_string_equal(text, "12345678");
	wire_read_string(&reader, text, 8);
	assert_string_equal(text, "1234567");
	assert_true(wire_reader_done(&reader));

	wire_reader_init(&reader, data, writer.at);
	reader.at = 2;
	wire_read_string(&reader, text, 7); /* over the limit of this field */
	assert_true(reader.failed);
	assert_string_equal(text, "");
}

static void test_string_with_nul(void **state)
{
	static const uint8_t data[] = { 3, 0, 'a', 0, 'b' };
	struct wire_reader reader;
	char text[9] = "before";

	(void)state;
	wire_reader_init(&reader, data, sizeof(data));
	wire_read_string(&reader, text, 8);
	assert_true(reader.failed);
	assert_string_equal(text, "");
}

static void test_blobs_and_counts(void **state)
{
	uint8_t data[64];
	struct wire_writer writer;
	struct wire_reader reader;
	struct wire_blob blob = { .data = "abc", .size = 3 };

	(void)state;
	wire_writer_init(&writer, data, sizeof(data));
	wire_write_blob(&writer, &blob, 3);
	wire_write_count(&writer, 2, 2);
	assert_false(writer.failed);
	assert_int_equal(writer.at, 10);
	wire_reader_init(&reader, data, writer.at);
	wire_read_blob(&reader, &blob, 3);
	assert_ptr_equal(blob.data, data + 4);
	assert_int_equal(blob.size, 3);
	assert_int_equal(wire_read_count(&reader, 2), 2);
	assert_true(wire_reader_done(&reader));

	wire_reader_init(&reader, data, writer.at);
	wire_read_blob(&reader, &blob, 2);
	assert_true(reader.failed);
	assert_null(blob.data);
	wire_reader_init(&reader, data, writer.at);
	reader.at = 8;
	assert_int_equal(wire_read_count(&reader, 1), 0);
	assert_true(reader.failed);

	wire_writer_init(&writer, data, sizeof(data));
	wire_write_count(&writer, 3, 2);
	assert_true(writer.failed);
	wire_writer_init(&writer, data, sizeof(data));
	wire_write_blob(&writer, &(struct wire_blob){ .data = "abc", .size = 3 }, 2);
	assert_true(writer.failed);
}

/* A length that would wrap around when added to the place in the buffer. */
static void test_huge_length(void **state)
{
	static const uint8_t data[] = { 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4 };
	struct wire_reader reader;
	struct wire_blob blob;

	(void)state;
	wire_reader_init(&reader, data, sizeof(data));
	wire_read_blob(&reader, &blob, SIZE_MAX);
	assert_true(reader.failed);
	assert_null(blob.data);
}

static void test_writer_bounds(void **state)
{
	uint8_t data[16];
	struct wire_writer writer;

	(void)state;
	memset(data, 0xa5, sizeof(data));
	wire_writer_init(&writer, data, 5);
	wire_write_u32(&writer, 1);
	wire_write_u16(&writer, 2); /* does not fit */
	assert_true(writer.failed);
	wire_write_u8(&writer, 3); /* would, but the writer has failed */
	assert_true(writer.failed);
	for (size_t i = 5; i < sizeof(data); i++)
		assert_int_equal(data[i], 0xa5);
}

static void test_padding(void **state)
{
	uint8_t data[16] = { 7 };
	struct wire_reader reader;

	(void)state;
	for (size_t size = 1; size <= sizeof(data); size++) {
		wire_reader_init(&reader, data, size);
		wire_read_u8(&reader);
		assert_int_equal(wire_reader_done(&reader), size <= 8);
	}
	data[7] = 1;
	wire_reader_init(&reader, data, 8);
	wire_read_u8(&reader);
	assert_false(wire_reader_done(&reader));
}

static void test_header(void **state)
{
	static const struct {
		uint8_t bytes[8];
		bool good;
	} cases[] = {
		{ { 8, 0, 0, 0, 2, 1, 3, 4 }, true },
		{ { 0, 1, 0, 0, 2, 1, 3, 4 }, true },
		{ { 8, 1, 0, 0, 2, 1, 3, 4 }, false },
		{ { 0, 0, 0, 0, 2, 1, 3, 4 }, false },
		{ { 12, 0, 0, 0, 2, 1, 3, 4 }, false },
		{ { 0xf8, 0xff, 0xff, 0xff, 2, 1, 3, 4 }, false },
	};
	struct wire_header header;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(wire_read_header(cases[i].bytes, 256, &header), cases[i].good);
		assert_int_equal(header.opcode, 0x102);
		assert_int_equal(header.channel, 3);
		assert_int_equal(header.flags, 4);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_reader_bounds),
		cmocka_unit_test(test_reader_stays_failed),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_string_with_nul),
		cmocka_unit_test(test_blobs_and_counts),
		cmocka_unit_test(test_huge_length),
		cmocka_unit_test(test_writer_bounds),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
