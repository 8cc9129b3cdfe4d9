/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands of the simplest kind, many at once: where gl_exec_plain() stops, and what it looks at before. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exec/exec.h"

#define CHANNEL 3

struct fixture {
	struct gl_exec exec;
	struct exec_context context;
	_Atomic uint64_t steps;
	_Alignas(8) uint8_t messages[256];
	size_t size;
};

static unsigned int colours, clears;

static void count_colour(GLfloat r, GLfloat g, GLfloat b)
{
	assert_true(r == 0 && g == 0 && b == 0);
	colours++;
}

static void count_clear(GLbitfield mask)
{
	assert_int_equal(mask, 0);
	clears++;
}

/* A message whose fields are zeros. */
static void add(struct fixture *f, uint16_t opcode, uint8_t channel, uint8_t flags, uint32_t size)
{
	const struct wire_header header = {
		.size = WIRE_HEADER_SIZE + size, .opcode = opcode, .channel = channel, .flags = flags
	};

	memcpy(f->messages + f->size, &header, sizeof(header));
	f->size += header.size;
}

static size_t run(struct fixture *f, size_t size)
{
	colours = clears = 0;
	f->steps = 0;
	return gl_exec_plain(&f->exec, CHANNEL, f->messages, size, &f->steps);
}

static int setup(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	f.context.gl.Color3f = count_colour;
	f.context.gl.Clear = count_clear;
	f.exec.current = &f.context;
	f.exec.dec.gl = &f.context.gl;
	add(&f, GL_OP_Color3f, CHANNEL, 0, 16);
	add(&f, GL_OP_Color3f, CHANNEL, 0, 16);
	add(&f, GL_OP_Clear, CHANNEL, 0, 8);
	*state = &f;
	return 0;
}

static void test_all_of_them(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(run(f, f->size), f->size);
	assert_int_equal(colours, 2);
	assert_int_equal(clears, 1);
	assert_int_equal(f->steps, 3);
	assert_string_equal(gl_exec_command(&f->exec), "glClear");
}

/* What is not of the simplest kind is left for gl_exec_message(). */
static void stops(struct fixture *f, uint16_t opcode, uint8_t channel, uint8_t flags, uint32_t size)
{
	const size_t before = f->size;

	add(f, opcode, channel, flags, size);
	assert_int_equal(run(f, f->size), before);
	assert_int_equal(f->steps, 3);
	f->size = before;
}

static void test_others_are_left(void **state)
{
	struct fixture *f = *state;

	stops(f, GL_OP_Clear, CHANNEL + 1, 0, 8);
	stops(f, GL_OP_Clear, CHANNEL, 1, 8);
	stops(f, GL_OP_Clear, CHANNEL, 2, 8);
	stops(f, GL_OP_Clear, CHANNEL, 0, 16);
	stops(f, GL_OP_Clear, CHANNEL, 0, 0);
	stops(f, GL_OP_CullFace, CHANNEL, 0, 8); /* which this driver has not */
	stops(f, GL_OP_DrawArrays, CHANNEL, 0, 16);
	stops(f, GL_OP_Begin, CHANNEL, 0, 8);
	stops(f, GL_OP_LAST + 1, CHANNEL, 0, 8);
	stops(f, 0x100, CHANNEL, 0, 8);
	stops(f, 0, CHANNEL, 0, 8);
}

static void test_a_size_that_cannot_be(void **state)
{
	struct fixture *f = *state;

	stops(f, GL_OP_Clear, CHANNEL, 0, (uint32_t)-WIRE_HEADER_SIZE);
	stops(f, 0, 0, 0, (uint32_t)-WIRE_HEADER_SIZE);
	memset(f->messages, 0, sizeof(f->messages));
	assert_int_equal(run(f, f->size), 0);
	memset(f->messages, 0xff, sizeof(f->messages));
	assert_int_equal(run(f, f->size), 0);
}

static void test_one_that_is_cut(void **state)
{
	struct fixture *f = *state;

	for (size_t cut = 1; cut <= 16; cut++) {
		assert_int_equal(run(f, f->size - cut), 48);
		assert_int_equal(clears, 0);
	}
	for (size_t size = 0; size < 24; size++)
		assert_int_equal(run(f, size), 0);
	assert_int_equal(run(f, 47), 24);
	assert_int_equal(colours, 1);
}

static void test_between_begin_and_end(void **state)
{
	struct fixture *f = *state;

	f->context.begun = true;
	assert_int_equal(run(f, f->size), 48);
	assert_int_equal(colours, 2);
	assert_int_equal(clears, 0);
}

static void test_no_context(void **state)
{
	struct fixture *f = *state;

	f->exec.reader_current = true;
	assert_int_equal(run(f, f->size), 0);
	f->exec.reader_current = false;
	f->context.lost = true;
	assert_int_equal(run(f, f->size), 0);
	f->context.lost = false;
	f->exec.status = -EPIPE;
	assert_int_equal(run(f, f->size), 0);
	f->exec.status = 0;
	f->exec.current = NULL;
	assert_int_equal(run(f, f->size), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_all_of_them, setup),
		cmocka_unit_test_setup(test_others_are_left, setup),
		cmocka_unit_test_setup(test_a_size_that_cannot_be, setup),
		cmocka_unit_test_setup(test_one_that_is_cut, setup),
		cmocka_unit_test_setup(test_between_begin_and_end, setup),
		cmocka_unit_test_setup(test_no_context, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
