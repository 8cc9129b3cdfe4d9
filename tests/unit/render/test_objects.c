/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of objects against a plain array, over many random changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "walk/objects.h"

#define CONTEXTS 3u
#define HANDLES  2000u

static uint32_t model[CONTEXTS][HANDLES]; /* text + 1; 0: not there */

static void check(const struct virgl_objects *objects)
{
	uint64_t n = 0, bytes = 0;

	for (uint32_t c = 0; c < CONTEXTS; c++) {
		for (uint32_t h = 1; h < HANDLES; h++) {
			uint32_t text = model[c][h] > 0 ? model[c][h] - 1 : 0;
			assert_int_equal(virgl_objects_text(objects, c, h), text);
			n += model[c][h] > 0;
			bytes += text;
		}
	}
	assert_int_equal(objects->n, n);
	assert_int_equal(objects->owner->used[LIMIT_OBJECTS], n);
	assert_int_equal(objects->owner->used[LIMIT_SHADER_BYTES], bytes);
}

static void change(struct virgl_objects *objects)
{
	uint32_t c = (uint32_t)rand() % CONTEXTS, h = 1 + (uint32_t)rand() % (HANDLES - 1);

	if (rand() % 5 < 3) {
		uint32_t text = rand() % 2 ? (uint32_t)rand() % 100 : 0;
		assert_true(virgl_objects_add(objects, c, h, text));
		model[c][h] = text + 1;
	} else {
		virgl_objects_remove(objects, c, h);
		model[c][h] = 0;
	}
}

static void random_changes(void **state)
{
	struct quota own = { .program = "test" };
	struct virgl_objects objects = { .owner = &own };

	(void)state;
	srand(1);
	assert_int_equal(virgl_objects_text(&objects, 0, 1), 0);
	virgl_objects_remove(&objects, 0, 1);
	virgl_objects_drop(&objects, 0);
	for (int round = 0; round < 30; round++) {
		for (int i = 0; i < 1000; i++)
			change(&objects);
		if (round % 7 == 6) {
			uint32_t c = (uint32_t)rand() % CONTEXTS;
			virgl_objects_drop(&objects, c);
			memset(model[c], 0, sizeof(model[c]));
		}
		check(&objects);
	}
	virgl_objects_finish(&objects);
	assert_int_equal(own.used[LIMIT_OBJECTS], 0);
	assert_int_equal(own.used[LIMIT_SHADER_BYTES], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_changes),
	};

	log_init(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
