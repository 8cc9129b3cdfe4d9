/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts that nobody has looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "clean_text.h"

static void expect(const char *text, const char *clean)
{
	char copy[64];

	strcpy(copy, text);
	clean_text(copy);
	assert_string_equal(copy, clean);
}

static void test_what_stays(void **state)
{
	(void)state;
	expect("", "");
	expect("a b ~", "a b ~");
	expect("\xc2\xa0\xc3\xa9\xd8\x9b\xd8\x9d", "\xc2\xa0\xc3\xa9\xd8\x9b\xd8\x9d");
	expect("\xe2\x80\x8d\xe2\x80\xa6\xe2\x80\xaf\xe2\x82\xac",
		"\xe2\x80\x8d\xe2\x80\xa6\xe2\x80\xaf\xe2\x82\xac");
	expect("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
}

static void test_controls(void **state)
{
	(void)state;
	expect("a\n\033[2J\177", "a??[2J?");
	expect("\xc2\x80\xc2\x9b"
	       "1m\xc2\x9f",
		"????1m??");
}

/* What would look like another line, or like other words. */
static void test_lines_and_directions(void **state)
{
	static const char *const texts[] = { "\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8",
		"\xe2\x80\xa9", "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		expect(texts[i], "???");
	expect("\xd8\x9c", "??");
}

static void test_what_is_no_utf8(void **state)
{
	(void)state;
	expect("\x80\xff", "??");
	expect("\xc0\xaf\xe0\x80\xaf", "?????");
	expect("\xed\xa0\x80\xf4\x90\x80\x80", "???????");
	expect("a\xe2\x82", "a??");
	expect("\xf0\x9f\x98", "???");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_stays),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_lines_and_directions),
		cmocka_unit_test(test_what_is_no_utf8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
