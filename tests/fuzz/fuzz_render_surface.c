/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a view process that a viewer has taken over may say to the render process, while streams
 * present on their surfaces: who wants what, which slot is given back, input. The input is a byte
 * of flags and messages; a header's channel says what the streams do before the message comes.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fdpass.h"
#include "ipc_messages.h"
#include "log.h"
#include "shared/fds.h"
#include "shared/messages.h"
#include "shared/pieces.h"
#include "surface.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX    16384u
#define MESSAGES_MAX 300u
#define SURFACES     6u
#define SIDE_MAX     128u /* pixels */

#define FLAG_RETAINS  0x01u /* as often as it may be */
#define FLAG_NO_READS 0x02u /* the view process does not read */

#define SEND_FD 0x40u /* with a descriptor, which belongs nowhere */

enum act {
	ACT_NOTHING,
	ACT_PRESENT, /* and the two after it */
	ACT_ADVANCE = 4,
	ACT_SERVE,
	ACT_CREATE,
	ACT_DESTROY,
	ACT_CONNECT, /* another view process */
	ACT_FAIL,    /* from now on this surface cannot be read, or can again */
	ACTS,
};

struct fake {
	struct surface *surface;
	uint32_t width, height;
	bool fails;
	bool woken;
	uint8_t pixel;
};

static struct run {
	uv_loop_t loop;
	struct surfaces *surfaces;
	struct fake fakes[SURFACES];
	int view;
	uint8_t flags;
	uint32_t input_events;
} run;

static int on_read(
	void *data, bool retained, const struct rects *rects, uint8_t *pixels, uint32_t stride)
{
	struct fake *fake = data;

	assert(rects->n <= RECTS_MAX);
	for (uint32_t i = 0; i < rects->n; i++) {
		const struct ipc_rect *rect = &rects->rects[i];
		assert(rect->width > 0 && rect->x + rect->width <= fake->width);
		assert(rect->height > 0 && rect->y + rect->height <= fake->height);
		for (uint32_t y = 0; y < rect->height; y++)
			memset(pixels + (size_t)(rect->y + y) * stride + (size_t)rect->x * 4,
				retained ? 0 : fake->pixel, (size_t)rect->width * 4);
	}
	return fake->fails ? -EIO : 0;
}

static int on_retain(void *data, const struct ipc_rect *rect)
{
	const struct fake *fake = data;

	assert(rect->x + rect->width <= fake->width && rect->y + rect->height <= fake->height);
	return fake->fails ? -EIO : 0;
}

static void on_wake(void *data)
{
	struct fake *fake = data;

	fake->woken = true;
}

static const struct surface_ops surface_ops = { on_read, on_retain, on_wake };

static void on_input(void *data, const struct ipc_display_input *input)
{
	(void)data;
	assert(input->n_events <= IPC_EVENTS_MAX);
	run.input_events += input->n_events;
}

static const struct surfaces_ops surfaces_ops = { on_input };

static void connect_view(void)
{
	int fds[2], r = fdpass_pair(fds);

	assert(r == 0);
	if (run.view >= 0)
		close(run.view);
	run.view = fds[1];
	surfaces_set_view(run.surfaces, fds[0]);
}

static void create(struct fake *fake, uint32_t stream)
{
	const struct ring_geometry geometry = {
		.width = 8 + stream * 13, .height = 4 + stream * 7, .format = RING_BGRX
	};

	if (fake->surface || !surfaces_room(run.surfaces))
		return;
	fake->width = geometry.width;
	fake->height = geometry.height;
	surface_create(run.surfaces, stream, &geometry, &surface_ops, fake, &fake->surface);
}

static void destroy(struct fake *fake)
{
	surface_destroy(fake->surface);
	*fake = (struct fake){ 0 };
}

/* A present that changes some of it; every other one comes with its pixels. */
static void present(struct fake *fake, uint32_t what)
{
	static uint8_t pixels[SIDE_MAX * SIDE_MAX * 4];
	uint32_t x = what % fake->width, y = what / 7 % fake->height;
	const struct pixels shown = {
		.rect = { x, y, 1 + what % (fake->width - x), fake->height - y },
		.data = what / 11 % 2 ? pixels : NULL,
		.stride = fake->width * 4,
	};

	fake->pixel = (uint8_t)(fake->pixel + what / 13 % 2);
	memset(pixels, fake->pixel, sizeof(pixels));
	surface_present(fake->surface, &shown);
}

static void act(uint8_t channel, uint32_t what)
{
	uint32_t index = channel / ACTS % SURFACES;
	struct fake *fake = &run.fakes[index];

	switch (channel % ACTS) {
	case ACT_CREATE:
		create(fake, index + 1);
		break;
	case ACT_DESTROY:
		destroy(fake);
		break;
	case ACT_CONNECT:
		connect_view();
		break;
	case ACT_FAIL:
		fake->fails = !fake->fails;
		break;
	case ACT_ADVANCE:
		if (fake->surface)
			surface_advance(fake->surface);
		break;
	case ACT_SERVE:
		if (fake->surface)
			surface_serve(fake->surface);
		break;
	case ACT_NOTHING:
		break;
	default:
		if (fake->surface)
			present(fake, what);
		break;
	}
}

static void turn(void)
{
	static uint8_t data[IPC_MESSAGE_MAX];
	int fd = -1;

	uv_run(&run.loop, UV_RUN_NOWAIT);
	for (size_t i = 0; i < SURFACES; i++) {
		if (run.fakes[i].woken && run.fakes[i].surface)
			surface_serve(run.fakes[i].surface);
		run.fakes[i].woken = false;
	}
	uv_run(&run.loop, UV_RUN_NOWAIT);
	while (!(run.flags & FLAG_NO_READS) && fdpass_receive(run.view, data, sizeof(data), &fd) > 0) {
		if (fd >= 0)
			close(fd);
	}
}

static void send_input(const struct wire_header *header, const uint8_t *message)
{
	static uint8_t data[INPUT_MAX];
	int fd = header->flags & SEND_FD ? fds_make(header->flags, 4096) : -1;

	memcpy(data, message, header->size);
	data[6] = data[7] = 0; /* channel and flags */
	/* One that has gone too far is replaced. */
	if (fdpass_send(run.view, data, header->size, fd) == -EPIPE)
		connect_view();
	if (fd >= 0)
		close(fd);
}

static void finish(void)
{
	struct ipc_render_pong pong = { 0 };

	for (size_t i = 0; i < SURFACES; i++)
		destroy(&run.fakes[i]);
	surfaces_report(run.surfaces, &pong);
	run.flags &= (uint8_t)~FLAG_NO_READS;
	turn();
	surfaces_close(run.surfaces);
	uv_run(&run.loop, UV_RUN_DEFAULT);
	uv_loop_close(&run.loop);
	free(run.surfaces);
	close(run.view);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_header header;
	unsigned n = 0;

	if (size < 1 || size > INPUT_MAX)
		return 0;
	log_init(LOG_LEVEL_DEBUG, false);
	run.flags = data[0];
	run.view = -1;
	uv_loop_init(&run.loop);
	run.surfaces =
		surfaces_create(&run.loop, run.flags & FLAG_RETAINS ? 0 : 1000, &surfaces_ops, NULL);
	connect_view();
	create(&run.fakes[0], 1);
	for (size_t at = 1; at < size && n < MESSAGES_MAX; at += header.size) {
		if (size - at < WIRE_HEADER_SIZE || !wire_read_header(data + at, size - at, &header))
			break;
		act(header.channel, (uint32_t)at * 2654435761u);
		send_input(&header, data + at);
		turn();
		n++;
	}
	finish();
	return 0;
}

static size_t insert(uint8_t *data, size_t size, size_t max_size)
{
	const struct ipc_want want = { 1 + pieces_random(8), pieces_random(20) };
	const struct ipc_unwant unwant = { 1 + pieces_random(8) };
	const struct ipc_release release = { 1 + pieces_random(8), pieces_random(4) };

	switch (pieces_random(5)) {
	case 0:
		return messages_insert(data, size, max_size, &ipc_unwant_type, &unwant);
	case 1:
	case 2:
		return messages_insert(data, size, max_size, &ipc_release_type, &release);
	default:
		return messages_insert(data, size, max_size, &ipc_want_type, &want);
	}
}

/* What the streams do before one of the messages. */
static void set_act(uint8_t *data, size_t size)
{
	struct wire_header header;
	size_t to = pieces_random((uint32_t)size);

	for (size_t at = 1; at + WIRE_HEADER_SIZE <= size; at += header.size) {
		if (!wire_read_header(data + at, size - at, &header))
			return;
		if (at + header.size > to) {
			data[at + 6] = (uint8_t)pieces_random(ACTS * SURFACES);
			return;
		}
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	max_size = max_size < INPUT_MAX ? max_size : INPUT_MAX;
	pieces_begin(seed);
	switch (pieces_random(4)) {
	case 0:
		return messages_mutate(&ipc_model, data, size, max_size, seed);
	case 1:
		size = insert(data, size, max_size);
		break;
	default:
		break;
	}
	set_act(data, size);
	return size;
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
	return messages_cross(one, one_size, other, other_size, out, max_size, seed);
}
