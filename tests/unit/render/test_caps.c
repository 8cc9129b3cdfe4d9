/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is taken out of the capability sets, by mode. Places and bits are those of virgl_hw.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "virgl/caps.h"

#define V1_SIZE 308u
#define V2_SIZE 1376u

enum {
	GLSL_LEVEL = 66,
	BITS = 98,
	COMPUTE_FIRST = 113,
	COMPUTE_LAST = 120,
	BITS_V2 = 172,
};

#define COMPUTE_SHADER 0x80u
#define TRANSFERS      0x4020000u  /* in the command stream, by staging buffers too */
#define ALWAYS         0x80004000u /* buffer storage, the host's log */
#define ALWAYS_V2      0x18au      /* untyped resources, memory, copies from the host, GBM */

static struct {
	uint32_t dwords[V2_SIZE / 4 + 1];
} caps;

static void fill(void)
{
	memset(&caps, 0xff, sizeof(caps));
	caps.dwords[GLSL_LEVEL] = 450;
}

static void mask(uint32_t size, bool compute, bool shared)
{
	fill();
	virgl_caps_mask((uint8_t *)caps.dwords, size, compute, shared);
	assert_int_equal(caps.dwords[size / 4], UINT32_MAX);
}

static void test_second_set(void **state)
{
	(void)state;
	mask(V2_SIZE, true, true);
	assert_int_equal(caps.dwords[BITS], ~ALWAYS);
	assert_int_equal(caps.dwords[BITS_V2], ~ALWAYS_V2);
	assert_int_equal(caps.dwords[GLSL_LEVEL], 450);
	assert_int_equal(caps.dwords[COMPUTE_FIRST], UINT32_MAX);
	mask(V2_SIZE, true, false);
	assert_int_equal(caps.dwords[BITS], ~(ALWAYS | TRANSFERS));
	mask(V2_SIZE, false, true);
	assert_int_equal(caps.dwords[BITS], ~(ALWAYS | COMPUTE_SHADER));
	assert_int_equal(caps.dwords[GLSL_LEVEL], 420);
	for (size_t i = COMPUTE_FIRST; i <= COMPUTE_LAST; i++)
		assert_int_equal(caps.dwords[i], 0);
	assert_int_equal(caps.dwords[COMPUTE_FIRST - 1], UINT32_MAX);
	assert_int_equal(caps.dwords[COMPUTE_LAST + 1], UINT32_MAX);
	mask(V2_SIZE, false, false);
	assert_int_equal(caps.dwords[BITS], ~(ALWAYS | COMPUTE_SHADER | TRANSFERS));
}

/* The first set ends before the bits; its level of GLSL counts all the same. */
static void test_first_set(void **state)
{
	(void)state;
	mask(V1_SIZE, false, false);
	assert_int_equal(caps.dwords[GLSL_LEVEL], 420);
	assert_int_equal(caps.dwords[BITS], UINT32_MAX);
	mask(V1_SIZE, true, true);
	assert_int_equal(caps.dwords[GLSL_LEVEL], 450);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_second_set),
		cmocka_unit_test(test_first_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
