/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "damage.h"

#define WIDTH  200u /* pixels: three tiles and a part of one */
#define HEIGHT 150u
#define STRIDE (WIDTH + 8u)

static uint32_t newer[HEIGHT][WIDTH], older[HEIGHT][STRIDE];

static int setup(void **state)
{
	(void)state;
	memset(newer, 0, sizeof(newer));
	memset(older, 0, sizeof(older));
	return 0;
}

static struct rects compare(const struct ipc_rect *rect)
{
	struct pixels pixels = { *rect, (const uint8_t *)&newer[rect->y][rect->x], sizeof(newer[0]) };
	struct rects changed;

	damage_compare(&pixels, (const uint8_t *)older, sizeof(older[0]), 4, &changed);
	return changed;
}

static void assert_rect(const struct ipc_rect *rect, uint32_t x, uint32_t y, uint32_t w, uint32_t h)
{
	const struct ipc_rect wanted = { x, y, w, h };

	assert_memory_equal(rect, &wanted, sizeof(wanted));
}

static const struct ipc_rect whole = { 0, 0, WIDTH, HEIGHT };

static void test_same(void **state)
{
	(void)state;
	/* what is beside the picture does not count */
	for (uint32_t y = 0; y < HEIGHT; y++)
		older[y][WIDTH] = y + 1;
	assert_int_equal(compare(&whole).n, 0);
}

static void test_all(void **state)
{
	struct rects changed;

	(void)state;
	memset(newer, 1, sizeof(newer));
	changed = compare(&whole);
	assert_int_equal(changed.n, 1);
	assert_rect(&changed.rects[0], 0, 0, WIDTH, HEIGHT);
}

static void test_tiles(void **state)
{
	struct rects changed;

	(void)state;
	newer[149][199] = 1; /* the last of all, in a tile that is cut off */
	newer[10][64] = 1;
	newer[20][128] = 1; /* its neighbour */
	newer[100][100] = 1;
	changed = compare(&whole);
	assert_int_equal(changed.n, 3);
	assert_rect(&changed.rects[0], 64, 0, 128, 64);
	assert_rect(&changed.rects[1], 64, 64, 64, 64);
	assert_rect(&changed.rects[2], 192, 128, 8, 22);
}

static void test_part(void **state)
{
	const struct ipc_rect part = { 10, 20, 100, 70 };
	struct rects changed;

	(void)state;
	newer[19][10] = newer[20][9] = newer[90][109] = newer[89][110] = 1; /* around it */
	assert_int_equal(compare(&part).n, 0);
	newer[89][109] = 1;
	changed = compare(&part);
	assert_int_equal(changed.n, 1);
	assert_rect(&changed.rects[0], 74, 84, 36, 6);
}

/* Whatever differs is covered, and copying what is covered makes them the same. */
static void test_random(void **state)
{
	(void)state;
	srand(5);
	for (int i = 0; i < 200; i++) {
		struct ipc_rect rect = { (uint32_t)rand() % WIDTH, (uint32_t)rand() % HEIGHT, 0, 0 };
		struct pixels pixels = { .stride = sizeof(newer[0]) };
		struct rects changed;
		rect.width = 1 + (uint32_t)rand() % (WIDTH - rect.x);
		rect.height = 1 + (uint32_t)rand() % (HEIGHT - rect.y);
		for (int n = rand() % 40; n > 0; n--)
			newer[rect.y + (uint32_t)rand() % rect.height]
			     [rect.x + (uint32_t)rand() % rect.width] = (uint32_t)rand();
		changed = compare(&rect);
		assert_true(damage_inside(&changed, &rect) || changed.n == 0);
		pixels.rect = rect;
		pixels.data = (const uint8_t *)&newer[rect.y][rect.x];
		damage_copy(&pixels, &changed, (uint8_t *)older, sizeof(older[0]), 4);
		assert_int_equal(compare(&whole).n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_same, setup),
		cmocka_unit_test_setup(test_all, setup),
		cmocka_unit_test_setup(test_tiles, setup),
		cmocka_unit_test_setup(test_part, setup),
		cmocka_unit_test_setup(test_random, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
