/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "rects.h"

static bool covered(const struct rects *rects, uint32_t x, uint32_t y)
{
	for (uint32_t i = 0; i < rects->n; i++) {
		const struct ipc_rect *rect = &rects->rects[i];
		if (x >= rect->x && x < rect->x + rect->width && y >= rect->y &&
			y < rect->y + rect->height)
			return true;
	}
	return false;
}

static void test_containment(void **state)
{
	struct rects rects = { 0 };

	(void)state;
	rects_add(&rects, &(struct ipc_rect){ 10, 10, 20, 20 });
	rects_add(&rects, &(struct ipc_rect){ 12, 12, 5, 5 });
	assert_int_equal(rects.n, 1);
	rects_add(&rects, &(struct ipc_rect){ 5, 5, 0, 10 });
	assert_int_equal(rects.n, 1);
	rects_add(&rects, &(struct ipc_rect){ 0, 0, 100, 100 });
	assert_int_equal(rects.n, 1);
	assert_int_equal(rects_area(&rects), 10000);
}

/* Whatever is added stays covered, however many there are. */
static void test_always_covers(void **state)
{
	(void)state;
	srand(1);
	for (int round = 0; round < 200; round++) {
		struct rects rects = { 0 };
		struct ipc_rect added[64];
		for (int i = 0; i < 64; i++) {
			added[i] = (struct ipc_rect){ (uint32_t)rand() % 500, (uint32_t)rand() % 500,
				1 + (uint32_t)rand() % 50, 1 + (uint32_t)rand() % 50 };
			rects_add(&rects, &added[i]);
			assert_true(rects.n <= RECTS_MAX);
		}
		for (int i = 0; i < 64; i++) {
			assert_true(covered(&rects, added[i].x, added[i].y));
			assert_true(covered(&rects, added[i].x + added[i].width - 1,
				added[i].y + added[i].height - 1));
		}
	}
}

static void test_bounds(void **state)
{
	struct rects rects = { 0 };
	struct ipc_rect bounds = rects_bounds(&rects);

	(void)state;
	assert_int_equal(bounds.width, 0);
	rects_add(&rects, &(struct ipc_rect){ 10, 20, 1, 1 });
	rects_add(&rects, &(struct ipc_rect){ 3, 40, 2, 5 });
	bounds = rects_bounds(&rects);
	assert_int_equal(bounds.x, 3);
	assert_int_equal(bounds.y, 20);
	assert_int_equal(bounds.width, 8);
	assert_int_equal(bounds.height, 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_containment),
		cmocka_unit_test(test_always_covers),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
