/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes of configurations and the choice among them, with a face that has a row of each sort. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "face/choice.h"

enum { END, ID, COLOURS, RED, ALPHA, DEPTH, SAMPLES, BUFFERS, KIND, LEVEL, PIXMAP, METHOD };

struct config {
	struct glm_config host;
	int id, kind;
};

static int own(const void *data, int name)
{
	const struct config *config = data;

	return name == ID ? config->id : config->kind;
}

static const struct choice_attribute attributes[] = {
	{ ID, CHOICE_EXACT, CHOICE_ANY, CHOICE_OWN, 0 },
	{ COLOURS, CHOICE_AT_LEAST, 0, CHOICE_COLOURS, 0 },
	{ RED, CHOICE_AT_LEAST, 0, CHOICE_RED, 0 },
	{ ALPHA, CHOICE_AT_LEAST, 0, CHOICE_ALPHA, 0 },
	{ DEPTH, CHOICE_AT_LEAST, 0, CHOICE_DEPTH, 0 },
	{ SAMPLES, CHOICE_AT_LEAST, 0, CHOICE_SAMPLES, 0 },
	{ BUFFERS, CHOICE_AT_LEAST, 0, CHOICE_SAMPLE_BUFFERS, 0 },
	{ KIND, CHOICE_MASK, 1, CHOICE_OWN, 0 },
	{ LEVEL, CHOICE_EXACT, 0, CHOICE_CONSTANT, 0 },
	{ PIXMAP, CHOICE_IGNORED, 7, CHOICE_NONE, 0 },
	{ METHOD, CHOICE_REFUSED, 0, CHOICE_CONSTANT, 9 },
};

static const struct choice_key keys[] = {
	{ 0, CHOICE_MORE_COLOUR },
	{ COLOURS, CHOICE_SMALLER_FIRST },
	{ DEPTH, CHOICE_LARGER_IF_WISHED },
	{ ID, CHOICE_SMALLER_FIRST },
};

static const struct choice_face strict = { attributes, keys,
	sizeof(attributes) / sizeof(attributes[0]), sizeof(keys) / sizeof(keys[0]), ID, END, true,
	own };
static const struct choice_face lenient = { attributes, keys,
	sizeof(attributes) / sizeof(attributes[0]), sizeof(keys) / sizeof(keys[0]), ID, END, false,
	own };

static const struct config configs[] = {
	{ { .red = 8, .green = 8, .blue = 8, .alpha = 8, .depth = 24 }, 1, 3 },
	{ { .red = 8, .green = 8, .blue = 8, .depth = 24 }, 2, 3 },
	{ { .red = 8, .green = 8, .blue = 8, .depth = 16, .samples = 4 }, 3, 3 },
	{ { .red = 5, .green = 6, .blue = 5 }, 4, 1 },
	{ { .red = 16, .green = 16, .blue = 16, .alpha = 16 }, 5, 2 },
};

/* The ids of what a list chooses, each a digit. */
static int choice(const int *list)
{
	int places[5], n, ids = 0;
	struct choice_wish wish;

	assert_true(choice_wish_read(&wish, &strict, list));
	n = choice_make(&wish, configs, sizeof(configs[0]), 5, places);
	for (int i = 0; i < n; i++)
		ids = ids * 10 + configs[places[i]].id;
	return ids;
}

#define CHOICE(...) choice((const int[]){ __VA_ARGS__, END })

static void test_values(void **state)
{
	int value = -5;

	(void)state;
	assert_true(choice_value(&strict, &configs[2], COLOURS, &value));
	assert_int_equal(value, 24);
	assert_true(choice_value(&strict, &configs[2], BUFFERS, &value));
	assert_int_equal(value, 1);
	assert_true(choice_value(&strict, &configs[2], ID, &value));
	assert_int_equal(value, 3);
	assert_true(choice_value(&strict, &configs[2], METHOD, &value));
	assert_int_equal(value, 9);
	assert_false(choice_value(&strict, &configs[2], PIXMAP, &value));
	assert_false(choice_value(&strict, &configs[2], 99, &value));
	assert_int_equal(value, 9);
}

static void test_choice(void **state)
{
	(void)state;
	/* The smallest that will do; the mask that holds by itself keeps 5 out. */
	assert_int_equal(choice(NULL), 4321);
	assert_int_equal(CHOICE(SAMPLES, 1), 3);
	assert_int_equal(CHOICE(LEVEL, 1), 0);
	assert_int_equal(CHOICE(LEVEL, CHOICE_ANY), 4321);
	assert_int_equal(CHOICE(KIND, 2), 3215);
	assert_int_equal(CHOICE(KIND, 3), 321);
	/* The more of a colour that is wished for, the better. */
	assert_int_equal(CHOICE(RED, 1), 3214);
	assert_int_equal(CHOICE(RED, 1, ALPHA, 1), 1);
	assert_int_equal(CHOICE(RED, 1, KIND, 2), 5321);
	/* Depth: the more the better, if it is wished for at all. */
	assert_int_equal(CHOICE(DEPTH, 1), 231);
	assert_int_equal(CHOICE(PIXMAP, 1), 4321);
	/* With an id nothing else counts. */
	assert_int_equal(CHOICE(ID, 5, SAMPLES, 9), 5);
	assert_int_equal(CHOICE(ID, 77), 0);
}

static void test_bad_wishes(void **state)
{
	const int unknown[] = { 99, 1, END }, refused[] = { METHOD, 9, END },
		  less[] = { RED, -2, END }, any[] = { RED, CHOICE_ANY, END };
	struct choice_wish wish;

	(void)state;
	assert_false(choice_wish_read(&wish, &strict, unknown));
	assert_false(choice_wish_read(&wish, &strict, refused));
	assert_false(choice_wish_read(&wish, &strict, less));
	assert_true(choice_wish_read(&wish, &strict, any));
	assert_true(choice_wish_read(&wish, &lenient, less));
	assert_null(choice_wished(&wish, METHOD));
	assert_int_equal(*choice_wished(&wish, RED), -2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_bad_wishes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
