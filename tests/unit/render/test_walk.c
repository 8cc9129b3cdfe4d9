/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the walk knows of bindings and of shaders, and keeps from virglrenderer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"
#include "walk/bindings.h"
#include "walk/shader.h"

#define HEADER(id, object, length) \
	((uint32_t)(id) | (uint32_t)(object) << 8 | (uint32_t)(length) << 16)

static struct virgl_bindings bindings;
static uint32_t out[VIRGL_UNBIND_MAX];

/* Handles from 100 on mean nothing. */
static bool exists(void *data, uint32_t handle)
{
	(void)data;
	return handle < 100;
}

static bool note(uint32_t context, const uint32_t *command, uint32_t length)
{
	return virgl_bindings_note(&bindings, context, command, length, exists, NULL) ==
	       VIRGL_BINDING_FINE;
}

static int finish(void **state)
{
	(void)state;
	virgl_bindings_finish(&bindings);
	return 0;
}

static void test_resources(void **state)
{
	static const uint32_t uniform[] = { HEADER(27, 0, 5), 1, 3, 0, 256, 7 };
	static const uint32_t buffers[] = { HEADER(34, 0, 8), 4, 30, 0, 16, 8, 0, 16, 7 };
	static const uint32_t none[] = { HEADER(34, 0, 5), 4, 31, 0, 16, 100 };
	static const uint32_t image[] = { HEADER(35, 0, 7), 1, 2, 67, 1, 0, 0, 7 };
	static const uint32_t atomic[] = { HEADER(40, 0, 4), 9, 0, 16, 7 };
	static const uint32_t first[] = { HEADER(27, 0, 5), 1, 3, 0, 0, 0, HEADER(34, 0, 5), 4, 31,
		0, 0, 0, HEADER(35, 0, 7), 1, 2, 0, 0, 0, 0, 0 };
	static const uint32_t second[] = { HEADER(28, 0, 1), 5, HEADER(40, 0, 4), 9, 0, 0, 0,
		HEADER(28, 0, 1), 0 };

	(void)state;
	assert_true(note(0, uniform, 5));
	assert_true(note(0, buffers, 8));
	assert_true(note(0, none, 5)); /* and what was bound stays */
	assert_true(note(0, image, 7));
	assert_true(note(5, atomic, 4));
	assert_int_equal(virgl_bindings_take_resource(&bindings, 0, 9, out), 0);
	/* One context after the other; the order is not of interest. */
	for (int i = 0; i < 2; i++) {
		size_t n = virgl_bindings_take_resource(&bindings, 0, 7, out);
		assert_true(n == ARRAY_SIZE(first) || n == ARRAY_SIZE(second));
		assert_memory_equal(out, n == ARRAY_SIZE(first) ? first : second, n * 4);
	}
	assert_int_equal(virgl_bindings_take_resource(&bindings, 0, 7, out), 0);
	assert_int_equal(virgl_bindings_take_resource(&bindings, 0, 8, out), 6);
	assert_int_equal(virgl_bindings_take_resource(&bindings, 0, 8, out), 0);
}

static void test_objects(void **state)
{
	static const uint32_t dsa[] = { HEADER(2, 3, 1), 40 };
	static const uint32_t blend[] = { HEADER(2, 1, 1), 41 };
	static const uint32_t samplers[] = { HEADER(18, 0, 5), 1, 6, 50, 0, 50 };
	static const uint32_t replaced[] = { HEADER(18, 0, 3), 1, 6, 51 };

	(void)state;
	assert_true(note(2, dsa, 1));
	assert_true(note(2, blend, 1));
	assert_true(note(2, samplers, 5));
	assert_true(virgl_bindings_has_object(&bindings, 2, 40));
	assert_false(virgl_bindings_has_object(&bindings, 2, 41));
	assert_false(virgl_bindings_has_object(&bindings, 3, 40));
	assert_false(virgl_bindings_has_object(&bindings, 2, 0));
	assert_int_equal(virgl_bindings_take_object(&bindings, 2, 40, out), 2);
	assert_int_equal(out[0], HEADER(2, 3, 1));
	assert_int_equal(out[1], 0);
	assert_false(virgl_bindings_has_object(&bindings, 2, 40));
	assert_true(note(2, replaced, 3));
	assert_int_equal(virgl_bindings_take_object(&bindings, 2, 50, out), 4);
	assert_int_equal(out[0], HEADER(18, 0, 3));
	assert_int_equal(out[2], 8);
	assert_int_equal(out[3], 0);
	assert_true(virgl_bindings_has_object(&bindings, 2, 51));
	virgl_bindings_drop(&bindings, 2);
	assert_false(virgl_bindings_has_object(&bindings, 2, 51));
}

/* As many as there can be, all for one resource; and slots that there are not. */
static void test_slots(void **state)
{
	static uint32_t command[3 + 5 * 32];
	size_t n;

	(void)state;
	for (uint32_t shader = 0; shader < 6; shader++) {
		command[0] = HEADER(35, 0, 162);
		command[1] = shader;
		for (uint32_t i = 0; i < 32; i++)
			command[7 + i * 5] = 9;
		assert_true(note(0, command, 162));
		command[0] = HEADER(34, 0, 98);
		for (uint32_t i = 0; i < 32; i++)
			command[5 + i * 3] = 9;
		assert_true(note(0, command, 98));
	}
	n = virgl_bindings_take_resource(&bindings, 1, 9, out);
	assert_int_equal(n, 6 * 32 * (8 + 6) + 4);
	command[1] = 6;
	assert_false(note(0, command, 98));
	command[1] = 0;
	command[2] = 1;
	assert_false(note(0, command, 98));
	command[2] = UINT32_MAX;
	assert_false(note(0, command, 5));
}

static bool reads(const char *text)
{
	struct shader_text whole = { .depth = 0 }, pieces = { .depth = 0 };
	bool right = shader_text_read(&whole, (const uint8_t *)text, strlen(text) + 1), again = true;

	/* However it is cut. */
	for (size_t i = 0; text[i]; i++)
		again = shader_text_read(&pieces, (const uint8_t *)text + i, 1);
	again = again && shader_text_read(&pieces, (const uint8_t *)"", 1);
	assert_int_equal(right, again);
	return right;
}

static void test_text(void **state)
{
	(void)state;
	assert_true(reads("FRAG\nDCL IN[0..79], ARRAY(1), GENERIC[63]\nDCL SAMP[31]\n"
			  "DCL CONST[31][0..4095]\nDCL CONST[0..4095]\nDCL TEMP[0..4095]\n"
			  "IMM[0] FLT32 { 99999.0, 1000000, 5, 70}\nDCL IN[31][79], POSITION\n"
			  " 99999: MOV TEMP[ADDR[0].x+12](3), IN[][2]\n"));
	assert_true(reads("DCL IN[3..3]\nDCL TEMP[0 .. 5]\nMUL TEMP[3], IN[2].xyzw, IMM[1].xx\n"));
	assert_false(reads("DCL TEMP[33..5], LOCAL\n"));
	assert_false(reads("DCL CONST[1][2 .. 1]\n"));
	assert_false(reads("DCL IN[80]\n"));
	assert_false(reads("DCL IN[0..80]\n"));
	assert_false(reads("DCL out[80]\n"));
	assert_false(reads("DCL SAMP [ 200000 ]\n"));
	assert_false(reads("DCL IMAGE[32]\n"));
	assert_false(reads("DCL IN[0], COLOR[64]\n"));
	assert_false(reads("DCL CONST[32][0]\n"));
	assert_false(reads("DCL CONST[4000] [0]\n"));
	assert_false(reads("DCL CONST[1][4096]\n"));
	assert_false(reads("MOV TEMP[ADDR[0].x+5000], IN[0]\n"));
	assert_false(reads("MOV TEMP[ADDR[64].x], IN[0]\n"));
	assert_false(reads("DCL TEMP[0..3], ARRAY(80)\n"));
	assert_false(reads("MOV OUT[0], IN[4294967297]\n"));
	assert_false(reads("MOV IN[[[[[0\n"));
	assert_false(reads("DCL ANYTHINGVERYLONGIN[64]\n"));
}

#define OUTPUT(reg, first, count, buffer, offset)                             \
	((uint32_t)(reg) | (uint32_t)(first) << 8 | (uint32_t)(count) << 10 | \
		(uint32_t)(buffer) << 13 | (uint32_t)(offset) << 16),         \
		0

static void test_feedback(void **state)
{
	static const uint32_t plain[] = { 8, 4, 0, 0, OUTPUT(0, 0, 4, 0, 0), OUTPUT(1, 1, 3, 0, 4),
		OUTPUT(2, 0, 4, 1, 0) };
	static const uint32_t buffer[] = { 0, 0, 0, 0, OUTPUT(0, 0, 4, 4, 0) };
	static const uint32_t components[] = { 0, 0, 0, 0, OUTPUT(0, 2, 3, 0, 0) };
	static const uint32_t place[] = { 0, 0, 0, 0, OUTPUT(64, 0, 4, 0, 0) };
	static const uint32_t gap[] = { 0, 0, 0, 0, OUTPUT(0, 0, 4, 0, 600) };
	static const uint32_t stride[] = { 600, 0, 0, 0, OUTPUT(0, 0, 4, 0, 0) };
	static uint32_t many[4 + 2 * 129];

	(void)state;
	assert_true(shader_feedback_right(plain, 3));
	assert_true(shader_feedback_right(plain, 0));
	assert_false(shader_feedback_right(buffer, 1));
	assert_false(shader_feedback_right(components, 1));
	assert_false(shader_feedback_right(place, 1));
	assert_false(shader_feedback_right(gap, 1));
	assert_false(shader_feedback_right(stride, 1));
	for (uint32_t i = 0; i < 129; i++)
		many[4 + i * 2] = 1u << 10 | i << 16;
	assert_true(shader_feedback_right(many, 128));
	assert_false(shader_feedback_right(many, 129));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_resources, finish),
		cmocka_unit_test_teardown(test_objects, finish),
		cmocka_unit_test_teardown(test_slots, finish),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_feedback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
