/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a surface is read, and for whom; how many there may be. */
#include "surface_fixture.h"

static void test_nobody_wants(void **state)
{
	struct ipc_render_pong pong = { 0 };

	(void)state;
	connect_view();
	for (int i = 0; i < 10; i++)
		draw_and_present(&whole);
	settle();
	surfaces_report(t.surfaces, &pong);
	assert_int_equal(t.reads, 0);
	assert_int_equal(pong.readbacks, 0);
	assert_int_equal(pong.retained, 1);
	assert_int_equal(t.frames, 0);
}

static void test_standing_want(void **state)
{
	(void)state;
	connect_view();
	settle();
	want(0);
	settle();
	assert_int_equal(t.frames, 0);
	draw_and_present(&whole);
	draw_and_present(&whole);
	settle();
	assert_int_equal(t.frames, 1);
	assert_int_equal(t.frame.sequence, 1);
	assert_int_equal(t.frame.n_damage, 0);
	want(1);
	settle();
	surface_serve(t.surface);
	settle();
	assert_int_equal(t.frames, 2);
	assert_int_equal(t.frame.sequence, 2);
}

/* A want for what has been seen waits; one after a command followed gets the retained copy once. */
static void test_late_want(void **state)
{
	(void)state;
	connect_view();
	draw_and_present(&whole);
	draw_and_present(&whole);
	surface_advance(t.surface);
	draw(&whole); /* half-way through the third */
	settle();
	want(0);
	settle();
	assert_true(t.wakes > 0);
	surface_serve(t.surface);
	surface_serve(t.surface);
	settle();
	assert_int_equal(t.frames, 1);
	assert_int_equal(t.frame.sequence, 1);
	assert_int_equal(t.frame.retained, 1);
	/* and it still stands */
	draw_and_present(&whole);
	settle();
	assert_int_equal(t.frames, 2);
	assert_int_equal(t.frame.sequence, 3);
	assert_int_equal(t.frame.retained, 0);
}

static void test_want_newer_waits(void **state)
{
	(void)state;
	connect_view();
	draw_and_present(&whole);
	settle();
	want(1);
	settle();
	surface_serve(t.surface);
	settle();
	assert_int_equal(t.frames, 0);
	draw_and_present(&whole);
	settle();
	assert_int_equal(t.frames, 1);
}

static void test_no_free_slot(void **state)
{
	(void)state;
	connect_view();
	settle();
	t.keep = true;
	for (uint32_t i = 0; i < RING_SLOTS + 2; i++) {
		want(0);
		settle();
		draw_and_present(&whole);
		settle();
	}
	assert_int_equal(t.frames, RING_SLOTS);
	t.wakes = 0;
	release(0);
	settle();
	assert_int_equal(t.wakes, 1);
	surface_serve(t.surface);
	settle();
	assert_int_equal(t.frames, RING_SLOTS + 1);
	assert_int_equal(t.frame.sequence, RING_SLOTS + 2);
	/* slots that the view does not hold cannot be released */
	release(0);
	release(0);
	release(RING_SLOTS);
	settle();
}

static void test_changed_rectangles_only(void **state)
{
	struct ipc_rect small = { 3, 4, 5, 6 };

	(void)state;
	connect_view();
	settle();
	for (int i = 0; i < 4; i++) {
		want(0);
		settle();
		draw_and_present(i == 0 ? &whole : &small);
		settle();
	}
	t.pixels_read = 0;
	want(0);
	settle();
	draw_and_present(&small);
	settle();
	assert_int_equal(t.frames, 5);
	assert_int_equal(t.pixels_read, 30);
	assert_int_equal(t.frame.n_damage, 1);
	assert_memory_equal(&t.frame.damage[0], &small, sizeof(small));
}

static void test_unwant(void **state)
{
	struct ipc_unwant message;

	(void)state;
	connect_view();
	settle();
	want(0);
	message.surface = t.announced.surface;
	view_send(&ipc_unwant_type, &message);
	settle();
	draw_and_present(&whole);
	settle();
	assert_int_equal(t.frames, 0);
}

static void test_new_view(void **state)
{
	(void)state;
	connect_view();
	settle();
	t.keep = true;
	for (uint32_t i = 0; i < RING_SLOTS; i++) {
		want(0);
		settle();
		draw_and_present(&whole);
		settle();
	}
	want(0);
	settle();
	connect_view();
	settle();
	t.frames = 0;
	draw_and_present(&whole); /* its wants are gone with it */
	settle();
	assert_int_equal(t.frames, 0);
	want(0);
	settle();
	surface_serve(t.surface);
	settle();
	assert_int_equal(t.frames, 1); /* and its slots are free */
	assert_int_equal(t.frame.n_damage, 0);
	assert_int_equal(t.frame.sequence, RING_SLOTS + 1);
}

static void test_input_and_end(void **state)
{
	struct ipc_display_input input = { .display = 0, .stream = 1, .n_events = 1 };

	(void)state;
	connect_view();
	view_send(&ipc_display_input_type, &input);
	settle();
	assert_int_equal(t.inputs, 1);
	surface_destroy(t.surface);
	t.surface = NULL;
	want(0);
	release(0);
	settle();
	assert_int_equal(t.gone, 1);
}

static void test_limit(void **state)
{
	struct ring_geometry geometry = { .width = 8, .height = 8, .format = RING_BGRX };
	struct surface *more[IPC_SURFACES_MAX];
	uint32_t n = 0;
	int r;

	(void)state;
	while ((r = surface_create(t.surfaces, 1, &geometry, &ops, NULL, &more[n])) == 0)
		n++;
	assert_int_equal(r, -ENOSPC);
	assert_int_equal(n, IPC_SURFACES_MAX - 1);
	while (n > 0)
		surface_destroy(more[--n]);
	geometry.width = IPC_SURFACE_SIDE_MAX + 1;
	assert_int_equal(surface_create(t.surfaces, 1, &geometry, &ops, NULL, &more[0]), -EINVAL);
}

static unsigned churn(unsigned n)
{
	const struct ring_geometry geometry = { .width = 8, .height = 8, .format = RING_BGRX };
	struct surface *surface;
	unsigned made = 0;

	while (made < n && surfaces_room(t.surfaces)) {
		assert_int_equal(surface_create(t.surfaces, 9, &geometry, &ops, NULL, &surface), 0);
		surface_destroy(surface);
		made++;
	}
	return made;
}

/* The loop alone runs: nobody reads t.view. */
static void run_for(uint64_t ms)
{
	for (uint64_t end = clock_ms() + ms; clock_ms() < end; usleep(1000))
		uv_run(&t.loop, UV_RUN_NOWAIT);
}

/* A stream that makes surfaces without end must wait. */
static void test_room_in_time(void **state)
{
	(void)state;
	assert_in_range(churn(10000), 8, 300);
	assert_false(surfaces_room(t.surfaces));
	run_for(100);
	assert_in_range(churn(10000), 1, 300);
}

/* A view process that does not read makes it wait for longer, and keeps its link. */
static void test_room_in_queue(void **state)
{
	unsigned made = 0;

	(void)state;
	connect_view();
	for (uint64_t end = clock_ms() + 20000; clock_ms() < end;) {
		unsigned more = churn(10000);
		run_for(100);
		if (more == 0)
			break;
		made += more;
	}
	assert_in_range(made, 64, 800);
	settle();
	run_for(50);
	assert_true(surfaces_room(t.surfaces));
	assert_int_equal(t.gone, made);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nobody_wants),
		TEST(test_standing_want),
		TEST(test_late_want),
		TEST(test_want_newer_waits),
		TEST(test_no_free_slot),
		TEST(test_changed_rectangles_only),
		TEST(test_unwant),
		TEST(test_new_view),
		TEST(test_input_and_end),
		TEST(test_limit),
		TEST(test_room_in_time),
		TEST(test_room_in_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
