/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util.h"
#include "json/check.h"
#include "json/read.h"
#include "json/write.h"

static void test_check(void **state)
{
	static const struct {
		const char *text;
		unsigned line, column; /* 0: right */
	} cases[] = {
		{ "{}", 0, 0 },
		{ " [1, -2.5e+3, 0, -0, 1E9, true, false, null, \"a\\u00e4\\n\\ud83d\\ude00\xc3\xa4\"]\n",
			0, 0 },
		{ "", 1, 1 },
		{ "{", 1, 2 },
		{ "{} x", 1, 4 },
		{ "{\"a\":1,}", 1, 8 },
		{ "[1,]", 1, 4 },
		{ "[1 2]", 1, 4 },
		{ "{\"a\" 1}", 1, 6 },
		{ "{a:1}", 1, 2 },
		{ "{'a':1}", 1, 2 },
		{ "\n\n  tru", 3, 3 },
		{ "01", 1, 2 },
		{ "1.", 1, 3 },
		{ ".5", 1, 1 },
		{ "+1", 1, 1 },
		{ "1e", 1, 3 },
		{ "-", 1, 2 },
		{ "NaN", 1, 1 },
		{ "\"a", 1, 3 },
		{ "\"\t\"", 1, 2 },
		{ "\"\\x\"", 1, 3 },
		{ "\"\\u12\"", 1, 6 },
		{ "\"\\u0000\"", 1, 8 },
		{ "\"\\ud800\"", 1, 8 },
		{ "\"\\ud800\\u0041\"", 1, 14 },
		{ "\"\\udc00\"", 1, 8 },
		{ "\"\xff\"", 1, 2 },
		{ "\"\xc0\x80\"", 1, 2 },
		{ "\"\xed\xa0\x80\"", 1, 2 },
		{ "\"\xf4\x90\x80\x80\"", 1, 2 },
		{ "\"\xe2\x82\"", 1, 2 },
		{ "\xef\xbb\xbf{}", 1, 1 },
		{ "\v{}", 1, 1 },
		{ "// x\n{}", 1, 1 },
		{ "[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]", 0, 0 },
		{ "[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", 1, 18 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json_error error = { 0, 0, "" };
		int r = json_check(cases[i].text, strlen(cases[i].text), &error);

		if ((r < 0) != (cases[i].line > 0) || error.line != cases[i].line ||
			error.column != cases[i].column)
			fail_msg("%s: %u:%u %s", cases[i].text, error.line, error.column, error.what);
	}
	assert_int_equal(json_check("{}\0", 3, &(struct json_error){ 0 }), -1);
}

struct pair {
	uint16_t number;
	char text[4];
	bool flag;
};

static const struct json_field pair_fields[] = {
	{ .name = "number",
		.read = json_read_uint,
		.required = true,
		.min = 2,
		.max = 10,
		JSON_MEMBER(struct pair, number) },
	{ .name = "text", .read = json_read_string, .min = 1, JSON_MEMBER(struct pair, text) },
	{ .name = "a/b~c", .read = json_read_bool, JSON_MEMBER(struct pair, flag) },
};

static void test_read(void **state)
{
	static const struct {
		const char *text, *pointer; /* NULL: right */
	} cases[] = {
		{ "{\"number\":2}", NULL },
		{ "{\"number\":1e1,\"text\":\"abc\",\"a/b~c\":true}", NULL },
		{ "[]", "" },
		{ "{}", "" },
		{ "{\"number\":1}", "/number" },
		{ "{\"number\":11}", "/number" },
		{ "{\"number\":2.5}", "/number" },
		{ "{\"number\":-2}", "/number" },
		{ "{\"number\":1e999}", "/number" },
		{ "{\"number\":\"2\"}", "/number" },
		{ "{\"number\":2,\"number\":2}", "/number" },
		{ "{\"number\":2,\"Number\":2}", "/Number" },
		{ "{\"number\":2,\"text\":\"abcd\"}", "/text" },
		{ "{\"number\":2,\"text\":\"\"}", "/text" },
		{ "{\"number\":2,\"text\":null}", "/text" },
		{ "{\"number\":2,\"text\":\"\\n\"}", "/text" },
		{ "{\"number\":2,\"a/b~c\":1}", "/a~1b~0c" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct problem problem = { 0 };
		struct pair pair = { 0 };
		cJSON *root = json_parse(cases[i].text, strlen(cases[i].text), &problem);
		int r = json_read_object(
			root, NULL, pair_fields, ARRAY_SIZE(pair_fields), &pair, &problem);

		if ((r < 0) != (cases[i].pointer != NULL) ||
			(r < 0 && strcmp(problem.pointer, cases[i].pointer) != 0))
			fail_msg("%s: %d %s %s", cases[i].text, r, problem.pointer, problem.detail);
		if (r < 0)
			assert_int_equal(problem.status, 400);
		cJSON_Delete(root);
	}
}

static void test_write(void **state)
{
	struct json_writer writer;
	cJSON *root = json_writer_init(&writer);
	_cleanup_free_ char *text = NULL;

	(void)state;
	json_put_uint(&writer, root, "large", 18446744073709551615u);
	json_put_milli(&writer, root, "fps", 59094);
	json_put_string(&writer, root, "text", "a\xff\"\n");
	json_put_time(&writer, root, "time", 1700000000);
	json_put_null(&writer, json_put_array(&writer, root, "array"), NULL);
	text = json_writer_finish(&writer);
	assert_string_equal(text,
		"{\"large\":18446744073709551615,\"fps\":59.094,\"text\":\"a?\\\"?\",\"time\":\"2023-11-14T22:13:20Z\",\"array\":[null]}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
