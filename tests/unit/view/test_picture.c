/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pictures in framebuffers of other sizes, and what changed in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fit.h"
#include "tiles.h"

static void test_fit(void **state)
{
	struct fit fit = fit_make(200, 100, 640, 480);

	(void)state;
	assert_true(fit_exact(&fit));
	fit = fit_make(640, 480, 640, 480);
	assert_true(fit_exact(&fit));
	fit = fit_make(1000, 960, 640, 480);
	assert_false(fit_exact(&fit));
	assert_int_equal(fit.width, 500);
	assert_int_equal(fit.height, 480);
	fit = fit_make(1000, 100, 640, 480);
	assert_int_equal(fit.width, 640);
	assert_int_equal(fit.height, 64);
	fit = fit_make(16384, 1, 16, 16);
	assert_int_equal(fit.width, 16);
	assert_int_equal(fit.height, 1);
	fit = fit_make(1, 16384, 16, 16);
	assert_int_equal(fit.width, 1);
	assert_int_equal(fit.height, 16);
}

static void test_points(void **state)
{
	struct fit fit = fit_make(1000, 960, 640, 480);
	uint32_t x, y;

	(void)state;
	fit_point(&fit, 250, 240, &x, &y);
	assert_in_range(x, 500, 501);
	assert_in_range(y, 480, 481);
	fit_point(&fit, 0, 0, &x, &y);
	assert_in_range(x, 0, 1);
	assert_in_range(y, 0, 1);
	fit_point(&fit, 65535, 65535, &x, &y);
	assert_in_range(x, 998, 999);
	assert_in_range(y, 958, 959);
	fit = fit_make(10, 10, 640, 480);
	fit_point(&fit, 3, 100, &x, &y);
	assert_int_equal(x, 3);
	assert_int_equal(y, 9);
}

/* Every pixel that a change can reach lies in the rectangle that is drawn again. */
static void test_rects_cover(void **state)
{
	struct picture from, other;
	uint8_t *a = picture_new(301, 211, 0x102030, &from),
		*b = picture_new(301, 211, 0x102030, &other);
	struct fit fit = fit_make(301, 211, 97, 80);
	struct ipc_rect all = { 0, 0, fit.width, fit.height };
	uint32_t stride = fit.width * 4;
	uint8_t *drawn_a = calloc(fit.height, stride), *drawn_b = calloc(fit.height, stride);

	(void)state;
	assert_non_null(a && b && drawn_a && drawn_b ? a : NULL);
	for (uint32_t at = 0; at < 301u * 211u; at += 997) {
		struct ipc_rect changed = { at % 301, at / 301, 1, 1 },
				reach = fit_rect(&fit, &changed);
		memset(b + (size_t)at * 4, 0xff, 4);
		assert_int_equal(fit_draw(&fit, &from, &all, drawn_a, stride), 0);
		assert_int_equal(fit_draw(&fit, &other, &all, drawn_b, stride), 0);
		assert_true(
			reach.x + reach.width <= fit.width && reach.y + reach.height <= fit.height);
		assert_int_equal(fit_draw(&fit, &other, &reach, drawn_a, stride), 0);
		assert_memory_equal(drawn_a, drawn_b, (size_t)fit.height * stride);
		memset(b + (size_t)at * 4, 0, 4);
		memcpy(b + (size_t)at * 4, a + (size_t)at * 4, 4);
	}
	free(a);
	free(b);
	free(drawn_a);
	free(drawn_b);
}

static void test_convert(void **state)
{
	const uint16_t pixels[2] = { 0xf800, 0x07e0 };
	const uint32_t deep[2] = { 0x3ffu << 20, 0x3ff };
	struct picture from = { 2, 1, 4, RING_RGB565, (const uint8_t *)pixels };
	uint8_t out[8];

	(void)state;
	assert_int_equal(picture_convert(&from, out), 0);
	assert_memory_equal(out, "\0\0\xff", 3);
	assert_memory_equal(out + 4, "\0\xff\0", 3);
	from = (struct picture){ 2, 1, 8, RING_X2RGB10, (const uint8_t *)deep };
	assert_int_equal(picture_convert(&from, out), 0);
	assert_memory_equal(out, "\0\0\xff", 3);
	assert_memory_equal(out + 4, "\xff\0\0", 3);
	memcpy(out, "\xff\x81\x02\xff", 4);
	picture_dim(out, 1);
	assert_memory_equal(out, "\x7f\x40\x01", 3);
}

static struct picture picture;
static uint8_t *pixels;
static struct tiles tiles;

static int set_up(void **state)
{
	struct tile_rects changed;

	(void)state;
	pixels = picture_new(200, 130, 0x445566, &picture);
	if (!pixels || tiles_init(&tiles, 200, 130) < 0)
		return -1;
	tiles_compare(&tiles, &picture, NULL, 0, &changed);
	/* The first time all has changed. */
	return changed.n == 1 && changed.rects[0].width == 200 && changed.rects[0].height == 130
		       ? 0
		       : -1;
}

static int tear_down(void **state)
{
	(void)state;
	tiles_finish(&tiles);
	free(pixels);
	return 0;
}

static void touch(uint32_t x, uint32_t y)
{
	pixels[((size_t)y * 200 + x) * 4] ^= 0x80;
}

static void test_same(void **state)
{
	struct tile_rects changed;

	(void)state;
	tiles_compare(&tiles, &picture, NULL, 0, &changed);
	assert_int_equal(changed.n, 0);
}

static void test_one_tile(void **state)
{
	struct tile_rects changed;

	(void)state;
	touch(199, 129);
	tiles_compare(&tiles, &picture, NULL, 0, &changed);
	assert_int_equal(changed.n, 1);
	assert_int_equal(changed.rects[0].x, 192);
	assert_int_equal(changed.rects[0].y, 128);
	assert_int_equal(changed.rects[0].width, 8);
	assert_int_equal(changed.rects[0].height, 2);
	tiles_compare(&tiles, &picture, NULL, 0, &changed);
	assert_int_equal(changed.n, 0);
}

static void test_runs(void **state)
{
	struct tile_rects changed;

	(void)state;
	touch(0, 0);
	touch(64, 0);
	touch(0, 64);
	touch(64, 64);
	touch(199, 0);
	tiles_compare(&tiles, &picture, NULL, 0, &changed);
	assert_int_equal(changed.n, 2);
	assert_int_equal(changed.rects[0].width, 128);
	assert_int_equal(changed.rects[0].height, 128);
	assert_int_equal(changed.rects[1].x, 192);
}

/* Only the tiles that the damage touches are looked at; the others keep what they were. */
static void test_damage(void **state)
{
	const struct ipc_rect damage[] = { { 63, 63, 2, 1 }, { 5, 5, 0, 9 } };
	struct tile_rects changed;

	(void)state;
	touch(10, 10);
	touch(100, 10);
	touch(199, 10);
	tiles_compare(&tiles, &picture, damage, 2, &changed);
	assert_int_equal(changed.n, 1);
	assert_int_equal(changed.rects[0].x, 0);
	assert_int_equal(changed.rects[0].width, 128);
	tiles_compare(&tiles, &picture, NULL, 0, &changed);
	assert_int_equal(changed.n, 1);
	assert_int_equal(changed.rects[0].x, 192);
}

static bool covered(const struct tile_rects *rects, uint32_t x, uint32_t y)
{
	for (uint32_t i = 0; i < rects->n; i++) {
		const struct ipc_rect *rect = &rects->rects[i];
		if (x >= rect->x && x < rect->x + rect->width && y >= rect->y &&
			y < rect->y + rect->height)
			return true;
	}
	return false;
}

/* A chessboard of changes is more than there is room for: their bounds take its place. */
static void test_many(void **state)
{
	struct picture big;
	struct tiles board;
	struct tile_rects changed;
	uint8_t *own = picture_new(64 * 40, 64 * 40, 0, &big);

	(void)state;
	assert_non_null(own);
	assert_int_equal(tiles_init(&board, big.width, big.height), 0);
	tiles_compare(&board, &big, NULL, 0, &changed);
	for (uint32_t i = 0; i < 1600; i++) {
		if ((i + i / 40) % 2)
			own[((size_t)(i / 40) * 64 * big.width + i % 40 * 64) * 4] = 1;
	}
	tiles_compare(&board, &big, NULL, 0, &changed);
	assert_in_range(changed.n, 1, TILE_RECTS_MAX);
	for (uint32_t i = 0; i < 1600; i++) {
		if ((i + i / 40) % 2)
			assert_true(covered(&changed, i % 40 * 64, i / 40 * 64));
	}
	tiles_finish(&board);
	free(own);
}

#define ON_TILES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_rects_cover),
		cmocka_unit_test(test_convert),
		ON_TILES(test_same),
		ON_TILES(test_one_tile),
		ON_TILES(test_runs),
		ON_TILES(test_damage),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
