/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A surface with a view process played by the test. The "GPU" is an array of pixels; whatever is
 * published must be, in every pixel, a frame that was presented.
 */
#ifndef TEST_SURFACE_FIXTURE_H
#define TEST_SURFACE_FIXTURE_H

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
	unsigned frames, same, gone, inputs;
	bool give; /* presents come with their pixels */
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
	} else if (header.opcode == IPC_FRAME_SAME) {
		struct ipc_frame_same same;
		assert_true(wire_decode(&ipc_frame_same_type, packet, size, &same));
		assert_true(same.sequence >= t.frame.sequence);
		t.frame.sequence = same.sequence;
		t.same++;
		assert_memory_equal(
			&t.viewer, &t.presented[same.sequence % FRAMES], sizeof(t.viewer));
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

static void present(const struct ipc_rect *rect)
{
	struct pixels pixels = { *rect, NULL, sizeof(t.now.pixels[0]) };

	if (t.give)
		pixels.data = (const uint8_t *)&t.now.pixels[rect->y][rect->x];
	t.n_presented++;
	t.presented[t.n_presented % FRAMES] = t.now;
	surface_present(t.surface, &pixels);
}

static void draw_and_present(const struct ipc_rect *rect)
{
	surface_advance(t.surface);
	draw(rect);
	present(rect);
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

#endif
