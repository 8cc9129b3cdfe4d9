/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Surfaces with a view process played by the test. The "GPU" is an array of pixels; whatever is
 * published must be, in every pixel, a frame that was presented.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <sys/socket.h>

#include "fdpass.h"
#include "surface.h"
#include "util.h"

#define WIDTH  50u
#define HEIGHT 40u
#define FRAMES 4096u /* that are remembered: more than any test presents */

struct picture {
	uint32_t pixels[HEIGHT][WIDTH];
};

static struct {
	uv_loop_t loop;
	struct surfaces *surfaces;
	struct surface *surface;
	struct picture now, copy, viewer;
	struct picture presented[FRAMES];
	uint32_t n_presented;
	unsigned wakes, reads, retains;
	uint64_t pixels_read;

	int view;
	struct ring ring;
	bool mapped;
	struct ipc_surface announced;
	struct ipc_frame frame; /* newest */
	unsigned frames, gone, inputs;
	bool keep; /* slots are not released */
} t;

static int fake_read(
	void *data, bool retained, const struct rects *rects, uint8_t *pixels, uint32_t stride)
{
	const struct picture *from = retained ? &t.copy : &t.now;

	(void)data;
	t.reads++;
	for (uint32_t i = 0; i < rects->n; i++) {
		const struct ipc_rect *rect = &rects->rects[i];
		t.pixels_read += (uint64_t)rect->width * rect->height;
		for (uint32_t y = rect->y; y < rect->y + rect->height; y++)
			memcpy(pixels + (size_t)y * stride + (size_t)rect->x * 4,
				&from->pixels[y][rect->x], (size_t)rect->width * 4);
	}
	return 0;
}

static int fake_retain(void *data, const struct ipc_rect *rect)
{
	(void)data;
	t.retains++;
	for (uint32_t y = rect->y; y < rect->y + rect->height; y++)
		memcpy(&t.copy.pixels[y][rect->x], &t.now.pixels[y][rect->x],
			(size_t)rect->width * 4);
	return 0;
}

static void fake_wake(void *data)
{
	(void)data;
	t.wakes++;
}

static const struct surface_ops ops = { fake_read, fake_retain, fake_wake };

static void on_input(void *data, const struct ipc_display_input *input)
{
	(void)data;
	assert_int_equal(input->n_events, 1);
	t.inputs++;
}

static const struct surfaces_ops surfaces_ops = { on_input };

static void view_send(const struct wire_type *type, const void *message)
{
	uint8_t data[IPC_MESSAGE_MAX];
	struct wire_writer writer;
	size_t size;

	wire_writer_init(&writer, data, sizeof(data));
	size = wire_write_message(&writer, type, 0, 0, message);
	assert_true(size > 0);
	assert_int_equal(fdpass_send(t.view, data, size, -1), 0);
}

static void want(uint64_t newer)
{
	struct ipc_want message = { .surface = t.announced.surface, .newer = newer };

	view_send(&ipc_want_type, &message);
}

static void release(uint32_t slot)
{
	struct ipc_release message = { .surface = t.announced.surface, .slot = slot };

	view_send(&ipc_release_type, &message);
}

/* A viewer who takes over what is said to be changed, and nothing else, has the frame. */
static void check_damage(const uint8_t *slot)
{
	const struct ipc_rect all = { 0, 0, WIDTH, HEIGHT };
	const struct ipc_rect *rects = t.frame.n_damage > 0 ? t.frame.damage : &all;

	for (uint32_t i = 0; i < (t.frame.n_damage > 0 ? t.frame.n_damage : 1u); i++) {
		for (uint32_t y = rects[i].y; y < rects[i].y + rects[i].height; y++)
			memcpy(&t.viewer.pixels[y][rects[i].x],
				slot + (size_t)y * t.announced.stride + (size_t)rects[i].x * 4,
				(size_t)rects[i].width * 4);
	}
	assert_memory_equal(&t.viewer, &t.presented[t.frame.sequence % FRAMES], sizeof(t.viewer));
}

/* The slot holds a frame that was presented, whole. */
static void check_frame(void)
{
	const uint8_t *slot = ring_slot(&t.ring, t.frame.slot);
	const struct picture *picture = &t.presented[t.frame.sequence % FRAMES];

	for (uint32_t y = 0; y < HEIGHT; y++)
		assert_memory_equal(
			slot + (size_t)y * t.announced.stride, picture->pixels[y], WIDTH * 4);
	check_damage(slot);
}

static void view_handle(const uint8_t *packet, size_t size, int fd)
{
	struct wire_header header;

	assert_true(wire_read_header(packet, IPC_MESSAGE_MAX, &header));
	packet += WIRE_HEADER_SIZE;
	size -= WIRE_HEADER_SIZE;
	if (header.opcode == IPC_SURFACE) {
		struct ring_geometry geometry;
		assert_true(wire_decode(&ipc_surface_type, packet, size, &t.announced));
		geometry = (struct ring_geometry){ t.announced.width, t.announced.height,
			t.announced.stride, t.announced.format, t.announced.slots };
		if (t.mapped)
			ring_finish(&t.ring);
		assert_int_equal(ring_open(&t.ring, fd, &geometry), 0);
		t.mapped = true;
		close(fd);
	} else if (header.opcode == IPC_FRAME) {
		assert_true(wire_decode(&ipc_frame_type, packet, size, &t.frame));
		t.frames++;
		check_frame();
		if (!t.keep)
			release(t.frame.slot);
	} else {
		assert_int_equal(header.opcode, IPC_SURFACE_GONE);
		t.gone++;
	}
}

/* Lets both sides say what they have to say. */
static void settle(void)
{
	uint8_t packet[IPC_MESSAGE_MAX];
	int fd;

	for (int i = 0; i < 4; i++) {
		ssize_t n;
		uv_run(&t.loop, UV_RUN_NOWAIT);
		while ((n = fdpass_receive(t.view, packet, sizeof(packet), &fd)) > 0)
			view_handle(packet, (size_t)n, fd);
	}
}

static void connect_view(void)
{
	int fds[2];

	if (t.view >= 0)
		close(t.view);
	assert_int_equal(fdpass_pair(fds), 0);
	t.view = fds[0];
	surfaces_set_view(t.surfaces, fds[1]);
}

static void draw(const struct ipc_rect *rect)
{
	static uint32_t color = 1;

	color += 77;
	for (uint32_t y = rect->y; y < rect->y + rect->height; y++) {
		for (uint32_t x = rect->x; x < rect->x + rect->width; x++)
			t.now.pixels[y][x] = color * 2654435761u;
	}
}

static const struct ipc_rect whole = { 0, 0, WIDTH, HEIGHT };

static const uint8_t *draw_and_present(const struct ipc_rect *rect)
{
	uint32_t stride = 0;

	surface_advance(t.surface);
	draw(rect);
	t.n_presented++;
	t.presented[t.n_presented % FRAMES] = t.now;
	return surface_present(t.surface, rect, &stride);
}

static int setup_with(uint32_t retain_ms)
{
	struct ring_geometry geometry = { .width = WIDTH, .height = HEIGHT, .format = RING_BGRX };

	memset(&t, 0, sizeof(t));
	t.view = -1;
	uv_loop_init(&t.loop);
	t.surfaces = surfaces_create(&t.loop, retain_ms, &surfaces_ops, NULL);
	assert_non_null(t.surfaces);
	assert_int_equal(surface_create(t.surfaces, 1, &geometry, &ops, NULL, &t.surface), 0);
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return setup_with(1000000);
}

static int setup_retain_all(void **state)
{
	(void)state;
	return setup_with(0);
}

static int teardown(void **state)
{
	(void)state;
	surface_destroy(t.surface);
	uv_run(&t.loop, UV_RUN_NOWAIT);
	surfaces_close(t.surfaces);
	uv_run(&t.loop, UV_RUN_DEFAULT);
	uv_loop_close(&t.loop);
	free(t.surfaces);
	if (t.mapped)
		ring_finish(&t.ring);
	if (t.view >= 0)
		close(t.view);
	return 0;
}

static void test_nobody_wants(void **state)
{
	struct ipc_render_pong pong = { 0 };

	(void)state;
	connect_view();
	for (int i = 0; i < 10; i++)
		assert_null(draw_and_present(&whole));
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
	assert_non_null(draw_and_present(&whole));
	assert_null(draw_and_present(&whole));
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
	assert_null(draw_and_present(&whole));
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
	assert_null(draw_and_present(&whole)); /* its wants are gone with it */
	t.frames = 0;
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
		switch (rand() % 9) {
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
		default:
			rects_add(&pending, t.n_presented == 0 ? &whole : &rect);
			rect = rects_bounds(&pending);
			draw_and_present(&rect);
			rects_clear(&pending);
		}
		settle();
	}
	assert_true(t.frames > 100);
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
		TEST(test_any_order),
		cmocka_unit_test_setup_teardown(test_any_order, setup_retain_all, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
