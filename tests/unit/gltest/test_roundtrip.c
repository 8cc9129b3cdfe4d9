/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every generated command: what the guest's call meant arrives at the driver, results come back,
 * and a message that lies about a length or breaks off is refused without a byte read beyond it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gl_decode.h"
#include "gl_loop.h"
#include "gl_roundtrip.h"
#include "gl_trace.h"

#define MESSAGE_MAX (128u << 10)

struct fixture {
	struct gl_functions gl;
	struct gl_loop loop;
	struct record expected, received;
	char trace[4096];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (!f)
		return -1;
	gl_mock_functions(&f->gl);
	gl_loop_init(&f->loop, &f->gl, MESSAGE_MAX);
	f->loop.enc.unpack.alignment = f->loop.enc.pack.alignment = 1;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	gl_loop_finish(&f->loop);
	free(f);
	return 0;
}

/* Notes go to the expected ones while the program calls, to the received ones while the host executes. */
static void look(void *data, uint16_t opcode, const void *payload, size_t size)
{
	struct fixture *f = data;

	record_begin(&f->received);
	gl_trace_message(opcode, payload, size, f->trace, sizeof(f->trace));
}

static void no_fault(const struct record *record, const char *name)
{
	if (record->faults)
		fail_msg("%s: %s", name, record->text);
}

static void round_trip(struct fixture *f, const struct gl_roundtrip *command)
{
	char name[128];

	f->loop.look = look;
	f->loop.look_data = f;
	f->received.calls = 0;
	f->loop.refused = f->loop.host.replies = 0;
	f->loop.enc.bound = record_bound ? ~0u : 0;
	record_begin(&f->expected);
	command->call(&f->loop.enc);
	/* A synchronous call has run by now, and what it checked was noted behind what the driver noted. */
	no_fault(&f->received, command->name);
	gl_loop_run(&f->loop);
	if (f->loop.refused || f->received.calls != 1)
		fail_msg("%s was not executed: %s", command->name, f->trace);
	no_fault(&f->expected, command->name);
	assert_string_equal(f->expected.text, f->received.text);
	if (command->flags & GL_ROUNDTRIP_SYNC)
		assert_true(f->loop.host.replies == 1 || (record_bound && f->loop.host.replies == 0));
	else
		assert_int_equal(f->loop.host.replies, 0);
	snprintf(name, sizeof(name), "gl%s(", command->name);
	assert_memory_equal(f->trace, name, strlen(name));
	assert_null(strstr(f->trace, "malformed"));
}

static void each(
	struct fixture *f, void (*test)(struct fixture *f, const struct gl_roundtrip *command))
{
	unsigned int n = 0;

	for (unsigned int part = 0; part < GL_ROUNDTRIP_PARTS; part++)
		for (const struct gl_roundtrip *command = gl_roundtrip_part(part); command->name;
			command++) {
			if (record_bound || !(command->flags & GL_ROUNDTRIP_BOUND_ONLY))
				test(f, command);
			n++;
		}
	assert_int_equal(n, GL_ROUNDTRIP_COMMANDS);
}

static void test_arrays_inline(void **state)
{
	record_bound = record_null = false;
	each(*state, round_trip);
}

static void test_buffers_bound(void **state)
{
	record_bound = true;
	record_null = false;
	each(*state, round_trip);
}

static void test_null_arrays(void **state)
{
	record_bound = false;
	record_null = true;
	each(*state, round_trip);
}

/* Executes a copy of just the payload, so that a sanitizer sees whatever is read beyond it. */
static bool execute_copy(struct fixture *f, uint16_t opcode, const uint8_t *payload, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	bool done;

	assert_non_null(copy);
	memcpy(copy, payload, size);
	record_begin(&f->received);
	f->loop.host.replies = 0;
	done = gl_decode(&f->loop.dec, opcode, true, copy, size, NULL);
	if (gl_row_find(opcode)->flags & GL_ROW_SYNC)
		assert_int_equal(f->loop.host.replies, 1);
	gl_trace_message(opcode, copy, size, f->trace, sizeof(f->trace));
	free(copy);
	return done;
}

/* Each message cut short at every place, and made longer, is refused. */
static void cut(struct fixture *f, const struct gl_roundtrip *command)
{
	uint8_t message[16384];
	size_t size;

	f->loop.enc.bound = record_bound ? ~0u : 0;
	f->loop.hold = true;
	record_begin(&f->expected);
	command->call(&f->loop.enc);
	gl_encoder_flush(&f->loop.enc);
	f->loop.hold = f->loop.enc.lost = false;
	size = f->loop.size - WIRE_HEADER_SIZE;
	assert_in_range(size, 0, sizeof(message) - 8);
	memcpy(message, f->loop.stream + WIRE_HEADER_SIZE, size);
	memset(message + size, 0, 8);
	f->loop.size = 0;
	for (size_t shorter = 0; shorter < size; shorter += 8)
		if (execute_copy(f, command->opcode, message, shorter))
			fail_msg("%s of %zu bytes was executed with %zu", command->name, size,
				shorter);
	if (execute_copy(f, command->opcode, message, size + 8))
		fail_msg("%s was executed with 8 bytes too many", command->name);
	assert_true(execute_copy(f, command->opcode, message, size));
}

static void test_cut_messages(void **state)
{
	record_null = false;
	record_bound = false;
	each(*state, cut);
	record_bound = true;
	each(*state, cut);
}

/* Each field made extreme: executed or not, nothing beyond the message is read. */
static void bend(struct fixture *f, const struct gl_roundtrip *command)
{
	static const uint32_t values[] = { 0, 1, 2, 0x7fffffff, 0x80000000, GL_WIRE_NULL,
		GL_WIRE_OFFSET, GL_WIRE_UNKNOWN, 0x10000000, 0x40000001, GL_INT, GL_RGBA, GL_BITMAP };
	uint8_t message[16384];
	size_t size;

	f->loop.enc.bound = record_bound ? ~0u : 0;
	f->loop.hold = true;
	record_begin(&f->expected);
	command->call(&f->loop.enc);
	gl_encoder_flush(&f->loop.enc);
	f->loop.hold = f->loop.enc.lost = false;
	size = f->loop.size - WIRE_HEADER_SIZE;
	assert_in_range(size, 0, sizeof(message));
	for (size_t at = 0; at + 4 <= size && at < GL_WIRE_STRUCT_MAX; at += 4)
		for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			memcpy(message, f->loop.stream + WIRE_HEADER_SIZE, size);
			memcpy(message + at, &values[i], sizeof(values[i]));
			execute_copy(f, command->opcode, message, size);
		}
	f->loop.size = 0;
}

static void test_bent_fields(void **state)
{
	record_null = false;
	record_bound = false;
	each(*state, bend);
}

static void test_unknown_opcodes(void **state)
{
	static const uint64_t payload[4];
	struct fixture *f = *state;

	assert_false(gl_decode(&f->loop.dec, GL_OP_FIRST - 1, true, payload, sizeof(payload), NULL));
	assert_false(gl_decode(&f->loop.dec, GL_OP_LAST + 1, true, payload, sizeof(payload), NULL));
	assert_false(gl_decode(&f->loop.dec, 0xffff, true, payload, sizeof(payload), NULL));
	assert_int_equal(f->loop.host.errors, 3);
	assert_int_equal(f->loop.host.replies, 0);
}

/* A driver that lacks a function: the command is refused, and answered if it is synchronous. */
static void test_missing_function(void **state)
{
	struct fixture *f = *state;

	f->gl.Uniform4f = NULL;
	f->gl.GetError = NULL;
	gl_encode_Uniform4f(&f->loop.enc, 1, 1, 2, 3, 4);
	assert_int_equal(gl_encode_GetError(&f->loop.enc), 0);
	assert_int_equal(f->loop.host.errors, 2);
	assert_int_equal(f->loop.host.replies, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_arrays_inline, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffers_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(test_null_arrays, setup, teardown),
		cmocka_unit_test_setup_teardown(test_cut_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bent_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_opcodes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_missing_function, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
