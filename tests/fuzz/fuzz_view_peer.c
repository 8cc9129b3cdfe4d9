/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a render process that a guest has taken over may say to the view process, whole: links,
 * surfaces, rings with their descriptors, displays and a viewer who looks. What orield says comes
 * in between.
 *
 * The input is a byte of flags and messages. A message that orield sends goes by its link, all
 * others by the render process's; the header's channel says what becomes of the descriptor (fds.h),
 * its flags whether it is sent otherwise than it should be.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fdpass.h"
#include "link.h"
#include "log.h"
#include "ring.h"
#include "sandbox.h"
#include "shared/fds.h"
#include "shared/messages.h"
#include "shared/pieces.h"
#include "view.h"
#include "vnc/viewer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX    16384u
#define MESSAGES_MAX 200u
#define RING_MAX     (1u << 20) /* bytes of memory that is as large as it should be */
#define RINGS_MAX    16u

#define FLAG_VIEWER   0x01u /* somebody looks */
#define FLAG_UNASKED  0x02u /* the session does not begin by itself */
#define FLAG_NO_READS 0x04u /* orield and the viewer do not read */

#define SEND_ELSEWHERE 0x80u /* by the other link */
#define SEND_BARE      0x40u /* with a descriptor where none belongs, without one where one does */

struct run {
	uv_loop_t loop;
	struct view view;
	int control, render, viewer; /* our ends; -1: none */
	uint8_t flags;
	struct ring rings[RINGS_MAX]; /* as the render process writes them */
	size_t n_rings;
};

static struct run run;

/* Takes the place of the sandbox's own, which would hold the fuzzer too. */
int sandbox_finish(enum sandbox_profile profile, char *text, size_t size)
{
	(void)profile;
	return snprintf(text, size, "none") < 0;
}

static bool from_orield(uint16_t opcode)
{
	switch (opcode) {
	case IPC_VIEW_START:
	case IPC_VIEW_LISTEN:
	case IPC_RENDER_PEER:
	case IPC_RENDER_GONE:
	case IPC_VIEWER_CLOSE:
	case IPC_SHOW:
	case IPC_SCREENSHOT:
	case IPC_DISPLAY_INPUT:
	case IPC_PING:
	case IPC_STOP:
		return true;
	default:
		return false;
	}
}

static void send_message(int link, const struct wire_type *type, const void *message, int fd)
{
	static uint8_t data[IPC_MESSAGE_MAX];
	struct wire_writer writer;

	wire_writer_init(&writer, data, sizeof(data));
	wire_write_message(&writer, type, 0, 0, message);
	fdpass_send(link, data, writer.at, fd);
}

static void connect_render(void)
{
	const struct ipc_render_peer peer = { 0 };
	int fds[2], r = fdpass_pair(fds);

	assert(r == 0);
	if (run.render >= 0)
		close(run.render);
	send_message(run.control, &ipc_render_peer_type, &peer, fds[1]);
	close(fds[1]);
	run.render = fds[0];
}

static void connect_viewer(void)
{
	static const char says[] = "RFB 003.008\n\1\1" /* no password, shared */
				   "\2\0\0\3\0\0\0\0\377\377\377\41\377\377\377\20";
	const struct sockaddr peer = { .sa_family = AF_UNIX };
	int fds[2], r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds);

	assert(r == 0);
	run.viewer = fds[0];
	send(run.viewer, says, sizeof(says) - 1, MSG_NOSIGNAL);
	viewer_create(&run.view.server, fds[1], &peer, 0, &run.view.displays[0].picture);
}

/* What came is read; descriptors that came along are closed. */
static void drain(int link)
{
	static uint8_t data[IPC_MESSAGE_MAX];
	int fd = -1;

	while (fdpass_receive(link, data, sizeof(data), &fd) > 0) {
		if (fd >= 0)
			close(fd);
	}
}

static void turn(void)
{
	static const uint8_t update[10] = { 3, 1, [7] = 255, [9] = 255 };
	static uint8_t taken[1 << 16];

	if (run.viewer >= 0)
		send(run.viewer, update, sizeof(update), MSG_NOSIGNAL);
	uv_run(&run.loop, UV_RUN_NOWAIT);
	if (run.flags & FLAG_NO_READS)
		return;
	drain(run.control);
	drain(run.render);
	while (run.viewer >= 0 && recv(run.viewer, taken, sizeof(taken), MSG_DONTWAIT) > 0)
		;
}

/* A writer writes whenever it likes. */
static void scribble(size_t what)
{
	for (size_t i = 0; i < run.n_rings; i++) {
		const struct ring *ring = &run.rings[i];
		size_t at = what * 61 % ring->size,
		       n = ring->size - at < 1024 ? ring->size - at : 1024;
		memset(ring->map + at, (int)what, n);
	}
}

/* The descriptor for a message: a ring's as large as the message says, unless that is too large. */
static int make_fd(const struct wire_header *header, const uint8_t *payload)
{
	static _Alignas(16) uint8_t decoded[MESSAGE_STRUCT_MAX];
	const struct ipc_surface *surface = (const void *)decoded;
	struct ring_geometry geometry;
	uint64_t size;

	if (header->opcode != IPC_SURFACE ||
		!wire_decode(&ipc_surface_type, payload, header->size - WIRE_HEADER_SIZE, decoded))
		return fds_make(header->channel, 4096);
	geometry = (struct ring_geometry){ surface->width, surface->height, surface->stride,
		surface->format, surface->slots };
	size = (((uint64_t)surface->stride * surface->height + 4095) & ~UINT64_C(4095)) *
	       surface->slots;
	if (size > RING_MAX)
		size = 4096;
	else if (header->channel == 0 && run.n_rings < RINGS_MAX &&
		 ring_create(&run.rings[run.n_rings], &geometry) == 0)
		return dup(run.rings[run.n_rings++].fd);
	return fds_make(header->channel, size);
}

static void send_input(const struct wire_header *header, const uint8_t *message)
{
	static uint8_t data[INPUT_MAX];
	const struct wire_type *type = wire_find(ipc_types, IPC_TYPES, header->opcode);
	bool bare = header->flags & SEND_BARE;
	bool control = from_orield(header->opcode) == !(header->flags & SEND_ELSEWHERE);
	int fd = -1;

	/* A socket for another process is made by orield, which does not err. */
	if (header->opcode == IPC_RENDER_PEER && control) {
		connect_render();
		return;
	}
	if ((type && type->fds > 0) != bare)
		fd = make_fd(header, message + WIRE_HEADER_SIZE);
	memcpy(data, message, header->size);
	data[6] = data[7] = 0; /* channel and flags */
	fdpass_send(control ? run.control : run.render, data, header->size, fd);
	if (fd >= 0)
		close(fd);
}

static void start(void)
{
	const struct ipc_view_start start = { .session = "fuzz",
		.displays = 2,
		.width = 64,
		.height = 48,
		.viewers_max = 2,
		.fps_max = 1000 };
	int fds[2], r = fdpass_pair(fds);

	assert(r == 0);
	r = uv_loop_init(&run.loop);
	assert(r == 0);
	run.control = fds[0];
	run.render = run.viewer = -1;
	r = view_open(&run.view, &run.loop, fds[1]);
	assert(r == 0);
	if (!(run.flags & FLAG_UNASKED))
		send_message(run.control, &ipc_view_start_type, &start, -1);
	connect_render();
	uv_run(&run.loop, UV_RUN_NOWAIT);
	if ((run.flags & FLAG_VIEWER) && run.view.started)
		connect_viewer();
	turn();
}

static void finish(void)
{
	view_stop(&run.view, 0);
	uv_run(&run.loop, UV_RUN_DEFAULT);
	uv_loop_close(&run.loop);
	/* Left open by a process that ends. */
	if (run.view.server.loop) {
		close(run.view.server.stand_in[0]);
		close(run.view.server.stand_in[1]);
	}
	for (size_t i = 0; i < run.n_rings; i++)
		ring_finish(&run.rings[i]);
	run.n_rings = 0;
	close(run.control);
	close(run.render);
	if (run.viewer >= 0)
		close(run.viewer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_header header;
	unsigned n = 0;

	log_init(LOG_LEVEL_DEBUG, false);
	if (size < 1 || size > INPUT_MAX)
		return 0;
	run.flags = data[0];
	start();
	for (size_t at = 1; at < size && n < MESSAGES_MAX && !run.view.stopping; at += header.size) {
		if (size - at < WIRE_HEADER_SIZE || !wire_read_header(data + at, size - at, &header))
			break;
		scribble(at + header.flags);
		send_input(&header, data + at);
		turn();
		/* orield makes another link, or another render process. */
		if (!run.view.render && !run.view.stopping)
			connect_render();
		n++;
	}
	turn();
	finish();
	return 0;
}

static size_t insert_surface(uint8_t *data, size_t size, size_t max_size)
{
	struct ipc_surface surface = {
		.surface = 1 + pieces_random(6),
		.stream = pieces_random(4),
		.width = 1 + pieces_random(150),
		.height = 1 + pieces_random(90),
		.format = 1 + pieces_random(4),
		.slots = pieces_chance(4) ? 1 + pieces_random(8) : 3,
	};

	surface.stride = (surface.width * 4 + 63) & ~63u;
	return messages_insert(data, size, max_size, &ipc_surface_type, &surface);
}

static size_t insert_same(uint8_t *data, size_t size, size_t max_size)
{
	const struct ipc_frame_same same = {
		.surface = 1 + pieces_random(6),
		.sequence = pieces_random(100),
	};

	return messages_insert(data, size, max_size, &ipc_frame_same_type, &same);
}

static size_t insert_frame(uint8_t *data, size_t size, size_t max_size)
{
	struct ipc_frame frame = {
		.surface = 1 + pieces_random(6),
		.slot = pieces_random(pieces_chance(8) ? 8 : 3),
		.retained = (uint8_t)pieces_random(2),
		.sequence = pieces_random(100),
		.n_damage = (uint16_t)pieces_random(4),
	};

	for (uint32_t i = 0; i < frame.n_damage; i++)
		frame.damage[i] = (struct ipc_rect){ pieces_random(8), pieces_random(8),
			pieces_random(40), pieces_random(40) };
	return messages_insert(data, size, max_size, &ipc_frame_type, &frame);
}

/* What orield asks for, of what there may be. */
static size_t insert_order(uint8_t *data, size_t size, size_t max_size)
{
	const struct ipc_show show = { pieces_random(3), pieces_random(7) };
	const struct ipc_screenshot shot = { .request = pieces_random(9),
		.display = pieces_random(3),
		.wait_frame = (uint8_t)pieces_random(2),
		.timeout_ms = pieces_random(5) };
	const struct ipc_display_input input = { .display = pieces_random(3),
		.n_events = 2,
		.events = { { .kind = IPC_EVENT_KEY, .down = 1, .keysym = 0xff0d },
			{ .kind = IPC_EVENT_POINTER, .x = pieces_boundary(), .buttons = 1 } } };

	switch (pieces_random(3)) {
	case 0:
		return messages_insert(data, size, max_size, &ipc_show_type, &show);
	case 1:
		return messages_insert(data, size, max_size, &ipc_screenshot_type, &shot);
	default:
		return messages_insert(data, size, max_size, &ipc_display_input_type, &input);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	max_size = max_size < INPUT_MAX ? max_size : INPUT_MAX;
	pieces_begin(seed);
	switch (pieces_random(8)) {
	case 0:
		return insert_surface(data, size, max_size);
	case 1:
	case 2:
		return pieces_chance(8) ? insert_same(data, size, max_size)
					: insert_frame(data, size, max_size);
	case 3:
		return insert_order(data, size, max_size);
	default:
		return messages_mutate(&ipc_model, data, size, max_size, seed);
	}
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
	return messages_cross(one, one_size, other, other_size, out, max_size, seed);
}
