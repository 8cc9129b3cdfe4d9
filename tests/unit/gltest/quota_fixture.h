/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host of small limits, and what a guest has taken of them. Included after cmocka's headers. */
#ifndef QUOTA_FIXTURE_H
#define QUOTA_FIXTURE_H

#include "exec_test.h"

#define MB (UINT64_C(1) << 20)

/* Context 1 and surface 1 are there, and current. */
static inline int setup_small(void **state)
{
	static const struct gl_pair_config config = {
		.limits = { [GL_EXEC_RESOURCES] = 100,
			[GL_EXEC_RESOURCE_BYTES] = 64 * MB,
			[GL_EXEC_OBJECTS] = 100,
			[GL_EXEC_SHADER_BYTES] = 4096 },
		.resource_size = 16 * MB,
		.shader_size = 1024,
	};

	exec_test_begin(state, &config);
	exec_test_start(*state);
	return 0;
}

static inline uint64_t taken(struct exec_test *t, enum gl_exec_take what)
{
	assert_int_equal(exec_test_drain(t), 0);
	return gl_pair_taken(t->pair, what);
}

#define TEST_SMALL(name) cmocka_unit_test_setup_teardown(test_##name, setup_small, exec_test_end)

#endif
