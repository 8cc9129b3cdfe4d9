/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of limits, and its values as people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "limit.h"

static void the_table_is_sound(void **state)
{
	(void)state;
	for (int id = 0; id < LIMITS_N; id++) {
		char text[LIMIT_TEXT_MAX];
		uint64_t value = 0;

		assert_int_equal(limit_find(limits[id].name), id);
		assert_true(limits[id].min > 0 && limits[id].min < limits[id].max);
		/* A number in JSON is exact. */
		assert_true(limits[id].max < 1ull << 53);
		assert_true(limit_parse(&limits[id], limits[id].fallback, &value));
		assert_int_equal(limit_fallback((enum limit_id)id), value);
		assert_true(limit_parse(
			&limits[id], limit_format(&limits[id], limits[id].max, text), &value));
		assert_int_equal(value, limits[id].max);
		assert_true(limits[id].help[0]);
	}
	assert_int_equal(limit_find(""), -1);
	assert_int_equal(limit_find("client"), -1);
}

static void values_are_strict(void **state)
{
	static const char *const bad[] = { "", "K", "-1", " 1", "1 ", "1.5G", "1KB", "0x10", "1GG",
		"99999999999999999999", "999999999999999T", "17G", "1k", "65535", "15Z" };
	const struct limit *size = &limits[LIMIT_RESOURCE_SIZE];
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (limit_parse(size, bad[i], &value))
			fail_msg("taken: '%s'", bad[i]);
	}
	assert_false(limit_parse(&limits[LIMIT_RESOURCES], "1K", &value));
	assert_int_equal(value, 7);
	assert_true(limit_parse(size, "64K", &value));
	assert_int_equal(value, 65536);
	assert_true(limit_parse(size, "16G", &value));
	assert_int_equal(value, 16ull << 30);
	assert_true(limit_parse(size, "65537", &value));
	assert_int_equal(value, 65537);
}

static void values_are_written(void **state)
{
	const struct limit *size = &limits[LIMIT_RESOURCE_SIZE];
	char text[LIMIT_TEXT_MAX];

	(void)state;
	assert_string_equal(limit_format(size, 1ull << 30, text), "1G");
	assert_string_equal(limit_format(size, 1000, text), "1000");
	assert_string_equal(limit_format(size, 3 << 19, text), "1536K");
	assert_string_equal(limit_format(size, UINT64_MAX, text), "18446744073709551615");
	assert_string_equal(limit_format(&limits[LIMIT_CLIENTS], 2048, text), "2048");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_sound),
		cmocka_unit_test(values_are_strict),
		cmocka_unit_test(values_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
