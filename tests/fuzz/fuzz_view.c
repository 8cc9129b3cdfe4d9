/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a viewer may say, through libvncserver and back: the input is what it sends after a
 * handshake without a password, cut into pieces by its first byte, while the display's picture
 * changes its size and format. Without that byte's highest bit the handshake is part of the input.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "picture.h"
#include "vnc/server.h"
#include "vnc/viewer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PICTURES 4

static uv_loop_t loop;
static struct vnc_server server;
static struct picture pictures[PICTURES];

static void on_input(void *data, struct viewer *viewer, const struct ipc_event *event)
{
	(void)data;
	assert(event->x < viewer->picture.width && event->y < viewer->picture.height);
}

static bool on_room(void *data, uint32_t display)
{
	(void)data;
	(void)display;
	return true;
}

static void on_changed(void *data, struct viewer *viewer, const char *reason)
{
	(void)data;
	(void)viewer;
	(void)reason;
}

static const struct vnc_ops ops = { on_input, on_room, on_changed };

static void set_up(void)
{
	const struct ipc_view_start start = { .session = "fuzz", .viewers_max = 2 };
	static const uint32_t sizes[PICTURES][2] = { { 70, 65 }, { 70, 65 }, { 33, 20 }, { 130, 90 } };
	int r;

	log_init(LOG_LEVEL_ERROR, false);
	uv_loop_init(&loop);
	r = vnc_server_init(&server, &loop, &ops, NULL, &start);
	assert(r == 0);
	for (unsigned i = 0; i < PICTURES; i++) {
		uint8_t *pixels = picture_new(sizes[i][0], sizes[i][1], 0x3060c0, &pictures[i]);
		assert(pixels);
		for (size_t at = 0; at < (size_t)sizes[i][0] * sizes[i][1] * 2; at++)
			pixels[at] = (uint8_t)(at * at >> i);
	}
	pictures[1].format = RING_RGBX;
}

/* A turn of the loop: what was sent is read, an update is made, and its bytes are taken. */
static void turn(struct viewer *viewer, int fd, uint64_t *now_ns)
{
	static uint8_t taken[1 << 16];
	uint64_t wake_ns = UINT64_MAX;

	uv_run(&loop, UV_RUN_NOWAIT);
	*now_ns += 20000000;
	viewer_service(viewer, *now_ns, false, &wake_ns);
	while (recv(fd, taken, sizeof(taken), MSG_DONTWAIT) > 0)
		;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sockaddr peer = { .sa_family = AF_UNIX };
	static bool ready;
	uint64_t now_ns = clock_ns();
	struct viewer *viewer;
	unsigned piece, turns = 0;
	int fds[2];

	if (!ready)
		set_up();
	ready = true;
	if (size == 0 || size > 16384 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0)
		return 0;
	viewer_create(&server, fds[0], &peer, 0, &pictures[0]);
	viewer = list_entry(server.viewers.prev, struct viewer, link);
	if (data[0] & 0x80)
		send(fds[1], "RFB 003.008\n\1\1", 14, MSG_NOSIGNAL);
	piece = (data[0] & 0x7fu) * 16 + 1;
	for (size_t at = 1; at < size && !viewer->dead; at += piece) {
		struct ipc_rect all = picture_bounds(&pictures[(turns + 1) % PICTURES]);
		send(fds[1], data + at, size - at < piece ? size - at : piece, MSG_NOSIGNAL);
		turn(viewer, fds[1], &now_ns);
		viewer_picture(viewer, &pictures[++turns % PICTURES], &all, 1);
	}
	turn(viewer, fds[1], &now_ns);
	turn(viewer, fds[1], &now_ns);
	viewer->dead = true;
	viewer_destroy(viewer);
	close(fds[1]);
	uv_run(&loop, UV_RUN_NOWAIT);
	return 0;
}
