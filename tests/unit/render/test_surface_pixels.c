/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in the slots, and what is said of it. */
#include "surface_fixture.h"

static int setup_retain_all(void **state)
{
	(void)state;
	return setup_with(0);
}

static void present_wanted(const struct ipc_rect *rect)
{
	want(0);
	settle();
	present(rect);
	settle();
}

/* Pixels that the stream has are copied, and nothing is read. */
static void test_given_pixels(void **state)
{
	(void)state;
	t.give = true;
	connect_view();
	settle();
	for (unsigned i = 1; i < 10; i++) {
		surface_advance(t.surface);
		draw(&whole);
		present_wanted(&whole);
		assert_int_equal(t.frames, i);
	}
	assert_int_equal(t.reads, 0);
	/* one pixel: its tile, which is all of this small surface, after two unseen ones, too */
	surface_advance(t.surface);
	t.now.pixels[7][9]++;
	present(&whole);
	surface_advance(t.surface);
	t.now.pixels[8][9]++;
	present_wanted(&whole);
	assert_int_equal(t.frame.n_damage, 1);
	/* less than is stale: the rest is read */
	draw_and_present(&whole);
	surface_advance(t.surface);
	present_wanted(&(struct ipc_rect){ 1, 2, 3, 4 });
	assert_int_equal(t.reads, 1);
	assert_int_equal(t.frames, 11);
}

/* A frame that looks as the last one takes no slot, as long as the view process has that one. */
static void test_same_again(void **state)
{
	(void)state;
	t.give = true;
	t.keep = true;
	connect_view();
	settle();
	draw(&whole);
	present_wanted(&whole);
	for (unsigned i = 1; i < 5; i++) {
		present(&whole); /* nobody wants it */
		settle();
		assert_int_equal(t.same, i - 1);
		if (i % 2) /* drawn anew; else it is known to be the same */
			surface_advance(t.surface);
		t.give = i % 2;
		present_wanted(&whole);
		assert_int_equal(t.same, i);
		assert_int_equal(t.frame.sequence, 1 + 2 * i);
	}
	assert_int_equal(t.frames, 1);
	release(t.frame.slot);
	settle();
	present_wanted(&whole);
	assert_int_equal(t.frames, 2);
	/* a new view process has seen nothing */
	connect_view();
	settle();
	present_wanted(&whole);
	assert_int_equal(t.frames, 3);
	assert_int_equal(t.frame.n_damage, 0);
}

/* Wants, releases, presents and half-drawn frames in any order: check_frame looks at every frame. */
static void test_any_order(void **state)
{
	struct rects pending = { 0 }; /* drawn since the last present */

	(void)state;
	srand(3);
	connect_view();
	settle();
	for (int i = 0; i < 5000; i++) {
		struct ipc_rect rect = { (uint32_t)rand() % WIDTH, (uint32_t)rand() % HEIGHT, 0, 0 };
		rect.width = 1 + (uint32_t)rand() % (WIDTH - rect.x);
		rect.height = 1 + (uint32_t)rand() % (HEIGHT - rect.y);
		t.give = rand() % 2 != 0;
		switch (rand() % 10) {
		case 0:
			want(rand() % 2 ? 0 : t.frame.sequence);
			break;
		case 1:
			t.keep = !t.keep;
			break;
		case 2:
			release((uint32_t)rand() % RING_SLOTS);
			break;
		case 3:
			surface_serve(t.surface);
			break;
		case 4:
			if (rand() % 20 == 0)
				connect_view();
			break;
		case 5:
			surface_advance(t.surface);
			draw(&rect);
			rects_add(&pending, &rect);
			break;
		case 6:
			if (rand() % 2) /* something may have been drawn, but was not */
				surface_advance(t.surface);
			if (t.n_presented > 0 && pending.n == 0)
				present(rand() % 2 ? &whole : &rect);
			break;
		default:
			rects_add(&pending, t.n_presented == 0 ? &whole : &rect);
			rect = rects_bounds(&pending);
			draw_and_present(&rect);
			rects_clear(&pending);
		}
		settle();
	}
	assert_true(t.frames > 100);
	assert_true(t.same > 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_given_pixels),
		TEST(test_same_again),
		TEST(test_any_order),
		cmocka_unit_test_setup_teardown(test_any_order, setup_retain_all, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
