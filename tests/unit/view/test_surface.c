/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Surfaces: which is shown, the frames of a ring, what a display keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "display.h"
#include "surface.h"

static struct surface fake[3];

static void test_choice(void **state)
{
	struct list head;

	(void)state;
	list_init(&head);
	assert_null(surface_choose(&head, 0));
	assert_null(surface_choose(&head, 7));
	for (uint32_t i = 0; i < 3; i++) {
		fake[i].id = i + 1;
		list_append(&head, &fake[i].link);
	}
	assert_ptr_equal(surface_choose(&head, 0), &fake[2]);
	assert_ptr_equal(surface_choose(&head, 1), &fake[0]);
	assert_ptr_equal(surface_choose(&head, 9), &fake[2]);
	list_remove(&fake[2].link);
	assert_ptr_equal(surface_choose(&head, 3), &fake[1]);
	list_remove(&fake[0].link);
	assert_ptr_equal(surface_choose(&head, 1), &fake[1]);
}

static struct ring ring;
static struct surface *surface;

static int set_up(void **state)
{
	const struct ring_geometry geometry = { 100, 70, 416, RING_BGRX, 3 };
	const struct ipc_surface message = { 5, 6, 100, 70, 416, RING_BGRX, 3 };

	(void)state;
	if (ring_create(&ring, &geometry) < 0)
		return -1;
	return surface_create(&message, dup(ring.fd), &surface);
}

static int tear_down(void **state)
{
	(void)state;
	surface_destroy(surface);
	surface = NULL;
	ring_finish(&ring);
	return 0;
}

static void test_frames(void **state)
{
	struct ipc_frame frame = { .surface = 5, .slot = 1, .sequence = 1 };
	struct tile_rects changed;
	int slot;

	(void)state;
	memset(ring_slot(&ring, 1), 1, 416 * 70);
	assert_int_equal(surface_adopt(surface, &frame, &changed, &slot), 0);
	assert_int_equal(slot, -1);
	assert_int_equal(changed.n, 1);
	assert_memory_equal(surface->picture.pixels, ring_slot(&ring, 1), 416 * 70);
	/* The next one lies elsewhere and differs in one tile. */
	memset(ring_slot(&ring, 2), 1, 416 * 70);
	ring_slot(&ring, 2)[65 * 416 + 70 * 4] = 9;
	frame.slot = 2;
	frame.n_damage = 1;
	frame.damage[0] = (struct ipc_rect){ 70, 65, 1, 1 };
	assert_int_equal(surface_adopt(surface, &frame, &changed, &slot), 0);
	assert_int_equal(slot, 1);
	assert_int_equal(changed.n, 1);
	assert_int_equal(changed.rects[0].x, 64);
	assert_int_equal(changed.rects[0].y, 64);
	assert_int_equal(surface->picture.pixels[65 * 416 + 70 * 4], 9);
	/* After one that was not looked at, its damage alone says too little. */
	surface->missed = true;
	frame.slot = 1;
	frame.damage[0] = (struct ipc_rect){ 0, 0, 1, 1 };
	assert_int_equal(surface_adopt(surface, &frame, &changed, &slot), 0);
	assert_int_equal(changed.n, 1);
	assert_int_equal(changed.rects[0].x, 64);
}

static void test_lies(void **state)
{
	struct ipc_frame frame = { .surface = 5, .slot = 2, .n_damage = 1 };
	const char *reason;

	(void)state;
	frame.damage[0] = (struct ipc_rect){ 0, 0, 100, 70 };
	assert_int_equal(surface_check_frame(surface, &frame, &reason), 0);
	frame.damage[0] = (struct ipc_rect){ 1, 0, 100, 70 };
	assert_int_not_equal(surface_check_frame(surface, &frame, &reason), 0);
	frame.damage[0] = (struct ipc_rect){ UINT32_MAX, 0, 2, 1 };
	assert_int_not_equal(surface_check_frame(surface, &frame, &reason), 0);
	frame.n_damage = 0;
	frame.slot = 3;
	assert_int_not_equal(surface_check_frame(surface, &frame, &reason), 0);
	frame.slot = 2;
	surface->slots_held = 4;
	assert_int_not_equal(surface_check_frame(surface, &frame, &reason), 0);
	frame.slot = 1;
	assert_int_equal(surface_check_frame(surface, &frame, &reason), 0);
}

static void test_display(void **state)
{
	struct ipc_frame frame = { .surface = 5, .slot = 0, .sequence = 8, .time_ns = 77 };
	struct display display;
	struct ipc_display report;
	struct tile_rects changed;
	int slot;

	(void)state;
	assert_int_equal(display_init(&display, 0, 64, 48), 0);
	assert_true(display_report(&display, &report));
	assert_int_equal(report.width, 64);
	assert_false(display_report(&display, &report));
	/* It has the surface's size before its first frame. */
	assert_true(display_show(&display, surface));
	assert_true(display_report(&display, &report));
	assert_int_equal(report.width, 100);
	assert_int_equal(report.surface, 5);
	assert_true(display.blank);
	assert_int_equal(display.picture.pixels[0], 0);
	/* One that nobody saw and that is gone leaves its size and no picture. */
	assert_true(display_show(&display, NULL));
	assert_int_equal(display.picture.width, 100);
	assert_int_equal(display.picture.pixels[0], 0x36);
	assert_false(display_show(&display, surface));
	memset(ring_slot(&ring, 0), 0x81, 416 * 70);
	assert_int_equal(surface_adopt(surface, &frame, &changed, &slot), 0);
	display_frame(&display, surface, &frame);
	assert_false(display.blank);
	assert_ptr_equal(display.picture.pixels, surface->picture.pixels);
	assert_int_equal(display.presented, 77);
	/* The last picture stays, darker, and is the display's own. */
	assert_true(display_surface_gone(&display, surface));
	assert_false(display_surface_gone(&display, surface));
	assert_ptr_not_equal(display.picture.pixels, surface->picture.pixels);
	assert_int_equal(display.picture.pixels[0], 0x40);
	assert_int_equal(display.picture.stride, 400);
	assert_false(display_show(&display, NULL));
	assert_true(display_report(&display, &report));
	assert_int_equal(report.surface, 0);
	display_finish(&display);
}

#define ON_SURFACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choice),
		ON_SURFACE(test_frames),
		ON_SURFACE(test_lies),
		ON_SURFACE(test_display),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
