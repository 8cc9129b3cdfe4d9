/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vertices from the program's memory, more of them than the host has room for at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec_test.h"

#define ROUNDS 40u

/* Sends `count` points, from element `first` on. */
static void points(struct exec_test *t, uint32_t first, uint32_t count, const GLfloat *data)
{
	const struct glm_client_array array = { .first = first,
		.count = count,
		.stride = 8,
		.array = GL_VERTEX_ARRAY,
		.size = 2,
		.type = GL_FLOAT };

	exec_test_arrays(t, &array, 1, data, count * sizeof(GLfloat[2]));
}

/* Pieces that fit differently, some beyond where the ring ends; the last three elements are drawn. */
static void test_client_arrays_go_round(void **state)
{
	static const GLfloat triangle[] = { -1, -1, 3, -1, -1, 3 };
	static GLfloat data[2 * (3 + 3000 * ROUNDS)];
	struct exec_test *t = *state;

	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	for (uint32_t i = 0; i < ROUNDS; i++) {
		const uint32_t first = i % 10 == 9 ? 500000 : i * 100, count = 3 + i * 3000;

		memset(data, 0, sizeof(data));
		memcpy(&data[2 * (count - 3)], triangle, sizeof(triangle));
		gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
		gl_encode_Color3f(&t->enc, 1, 0, (GLfloat)(i & 1));
		points(t, first, count, data);
		gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, (GLint)(first + count - 3), 3);
		assert_int_equal(exec_test_pixel(t, 5, 5), i & 1 ? 0xff00ff : 0xff0000);
	}
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_client_arrays_go_round, exec_test_setup, exec_test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
