/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A channel of forwarded OpenGL, executed: contexts, default framebuffers, commands, frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exec_test.h"

static int setup(void **state)
{
	return exec_test_begin(state, NULL);
}

static void test_context_tells_what_it_is(void **state)
{
	struct exec_test *t = *state;
	const struct glm_context_created *created;

	created = exec_test_context(t, &(struct glm_context_create){ .id = 1, .api = GLM_API_GL });
	assert_int_equal(created->status, GLM_STATUS_DONE);
	assert_non_null(strstr(created->renderer, "llvmpipe"));
	assert_true(created->extensions.size > 1000);
	assert_true(created->n_limits > 100);
}

/* It has fences of its frames, which go with it. */
static void test_a_surface_goes_while_nothing_is_current(void **state)
{
	struct exec_test *t = *state;

	exec_test_start(t);
	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 1 });
	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 1 });
	exec_test_current(t, 0, 0);
	exec_test_message(t, &glm_surface_destroy_type, &(struct glm_surface_destroy){ .id = 1 });
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_frames(t->pair), 2);
}

static void test_a_frame(void **state)
{
	struct exec_test *t = *state;
	const uint8_t *frame;
	uint32_t width, height;

	exec_test_start(t);
	gl_encode_ClearColor(&t->enc, 1, 0.5, 0, 1);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	/* A red line at the top. */
	gl_encode_Enable(&t->enc, GL_SCISSOR_TEST);
	gl_encode_Scissor(&t->enc, 0, EXEC_TEST_HEIGHT - 1, EXEC_TEST_WIDTH, 1);
	gl_encode_ClearColor(&t->enc, 1, 0, 0, 1);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 1 });
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_frames(t->pair), 1);
	frame = gl_pair_frame(t->pair, &width, &height);
	assert_non_null(frame);
	assert_int_equal(width, EXEC_TEST_WIDTH);
	assert_int_equal(height, EXEC_TEST_HEIGHT);
	assert_int_equal(frame[2], 255);
	assert_int_equal(frame[1], 0);
	assert_in_range(frame[width * 4 + 1], 127, 128);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, as libepoxy remembers what it has found. */
		cmocka_unit_test_setup_teardown(
			test_a_surface_goes_while_nothing_is_current, setup, exec_test_end),
		cmocka_unit_test_setup_teardown(test_context_tells_what_it_is, setup, exec_test_end),
		cmocka_unit_test_setup_teardown(test_a_frame, setup, exec_test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
