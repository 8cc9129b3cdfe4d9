/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the generator made of messages.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "oriel_messages.h"

#define SIZE_MAX_HERE 8192

static size_t encode(uint8_t *data, const struct wire_type *type, const void *message)
{
	struct wire_writer writer;

	wire_writer_init(&writer, data, SIZE_MAX_HERE);
	return wire_write_message(&writer, type, 5, 6, message);
}

static bool decode(const uint8_t *data, size_t size, const struct wire_type *type, void *ret)
{
	return wire_decode(type, data + WIRE_HEADER_SIZE, size - WIRE_HEADER_SIZE, ret);
}

static void test_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < ORIEL_TYPES; i++) {
		const struct wire_type *type = oriel_types[i];
		assert_true(i == 0 || oriel_types[i - 1]->id < type->id);
		assert_ptr_equal(wire_find(oriel_types, ORIEL_TYPES, type->id), type);
		assert_true(type->id < ORIEL_OPCODE_CHANNEL);
		assert_true(type->from != 0);
		assert_int_equal(type->fds, type->id == ORIEL_SHARED_MEMORY);
		assert_true(type->min <= type->max);
		assert_true(type->max + WIRE_HEADER_SIZE + WIRE_ALIGN <= ORIEL_MESSAGE_MAX);
		assert_true(strcmp(type->name, "bulk") == 0 || /* what both ends must always take */
			    type->max + WIRE_HEADER_SIZE + WIRE_ALIGN <= ORIEL_MESSAGE_LEAST);
	}
	assert_null(wire_find(oriel_types, ORIEL_TYPES, 0));
	assert_null(wire_find(oriel_types, ORIEL_TYPES, ORIEL_INPUT_POINTER + 1));
	assert_null(wire_find(oriel_types, ORIEL_TYPES, 0xffff));
	assert_null(wire_find(oriel_types, 0, 1));
}

/*
 * Each message from arbitrary bytes: what decodes can be encoded and decodes to the same again, and
 * keeps its limits.
 */
static void test_all_round_trip(void **state)
{
	static uint8_t bytes[SIZE_MAX_HERE], again[SIZE_MAX_HERE];
	static _Alignas(16) uint8_t first[8192], second[8192];
	uint32_t seed = 1;
	unsigned decoded = 0;

	(void)state;
	for (size_t i = 0; i < ORIEL_TYPES; i++) {
		const struct wire_type *type = oriel_types[i];
		assert_true(type->struct_size <= sizeof(first));
		for (unsigned round = 0; round < 2000; round++) {
			size_t size = 8 * (round % 10), n;
			for (size_t k = 0; k < size; k++) {
				seed = seed * 1664525u + 1013904223u;
				bytes[k] = seed >> 31 ? 0 : (uint8_t)(seed >> 27);
			}
			memset(first, 0, sizeof(first));
			memset(second, 0, sizeof(second));
			if (!wire_decode(type, bytes, size, first))
				continue;
			decoded++;
			n = encode(again, type, first);
			assert_int_equal(n, size + WIRE_HEADER_SIZE);
			assert_memory_equal(again + WIRE_HEADER_SIZE, bytes, size);
			assert_true(decode(again, n, type, second));
		}
	}
	assert_true(decoded > 1000);
}

static void test_channel_open(void **state)
{
	static uint8_t data[SIZE_MAX_HERE], parameters[ORIEL_PARAMETERS_MAX + 1];
	struct oriel_channel_open open = {
		.table_hash = 0x1122334455667788,
		.version_min = 1,
		.version_max = 2,
		.channel = 255,
		.kind = ORIEL_CHANNEL_GL,
		.role = ORIEL_ROLE_PROGRAM,
		.program = "glxgears",
		.parameters = { .data = parameters, .size = ORIEL_PARAMETERS_MAX },
	}, got;
	struct wire_header header;
	size_t size;

	(void)state;
	memset(parameters, 0x3c, sizeof(parameters));
	size = encode(data, &oriel_channel_open_type, &open);
	assert_true(size > ORIEL_PARAMETERS_MAX);
	assert_true(wire_read_header(data, ORIEL_MESSAGE_MAX, &header));
	assert_int_equal(header.size, size);
	assert_int_equal(header.opcode, ORIEL_CHANNEL_OPEN);
	assert_int_equal(header.channel, 5);
	assert_int_equal(header.flags, 6);
	assert_true(decode(data, size, &oriel_channel_open_type, &got));
	assert_true(got.table_hash == open.table_hash);
	assert_int_equal(got.version_max, 2);
	assert_int_equal(got.channel, 255);
	assert_string_equal(got.program, "glxgears");
	assert_int_equal(got.parameters.size, ORIEL_PARAMETERS_MAX);
	assert_memory_equal(got.parameters.data, parameters, ORIEL_PARAMETERS_MAX);

	open.parameters.size++;
	assert_int_equal(encode(data, &oriel_channel_open_type, &open), 0);
}

static void test_bulk_alignment(void **state)
{
	static uint8_t data[SIZE_MAX_HERE];
	struct oriel_bulk bulk = { .total = 8, .data = { .data = "12345678", .size = 8 } }, got;
	size_t size = encode(data, &oriel_bulk_type, &bulk);

	(void)state;
	assert_true(decode(data, size, &oriel_bulk_type, &got));
	assert_int_equal(((const uint8_t *)got.data.data - data) % 8, 0);
}

static void test_trailing_bytes(void **state)
{
	static uint8_t data[SIZE_MAX_HERE];
	struct oriel_bye bye = { .reason = "abc" };
	size_t size = encode(data, &oriel_bye_type, &bye);

	(void)state;
	assert_int_equal(size, 16);
	assert_true(decode(data, size, &oriel_bye_type, &bye));
	assert_false(decode(data, size + 8, &oriel_bye_type, &bye)); /* padding over its alignment */
	data[size - 1] = 1;
	assert_false(decode(data, size, &oriel_bye_type, &bye)); /* padding that is not zero */
	assert_false(decode(data, WIRE_HEADER_SIZE, &oriel_bye_type, &bye));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_all_round_trip),
		cmocka_unit_test(test_channel_open),
		cmocka_unit_test(test_bulk_alignment),
		cmocka_unit_test(test_trailing_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
