/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A stand-in for oriel-render and oriel-view: the test program itself, started under their names.
 * How it behaves follows from the session's name:
 *
 *	crash...   the render process exits with status 3 at once
 *	nogpu...   it reports that no GPU can be used, says that it failed, and exits
 *	failing... it says that it failed, and exits
 *	flood...   it writes 200,000 lines to its log
 *	chatty...  it sends messages without end
 *	liar...    it reports a display that is not there
 *	many...    it reports 257 streams
 *	rude...    its texts hold control characters
 *	garbage... it sends something malformed
 *	twice...   it reports its GPU twice
 *	lost...    the view process loses the link to it and gets another; its display is as wide as
 *	           it had links
 *	wrong...   the view process says that it broke the rules
 *	deaf...    both ignore `stop`
 *	oriel...   its streams can be resumed
 *	taker...   it writes a capture, and ends it when it is to stop
 *	greedy...  it writes too much into one
 *	absurd...  it reports a state of one that there is not
 */
#ifndef ORIEL_FAKE_CHILD_H
#define ORIEL_FAKE_CHILD_H

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "fdpass.h"
#include "ipc_messages.h"
#include "util.h"

struct fake {
	bool view;
	char session[IPC_NAME_MAX + 1];
	uint32_t streams, peers;
	struct ipc_render_limits limits;
	uint32_t capture; /* that it writes; 0: none yet */
};

static void fake_send(const struct wire_type *type, const void *message, int fd)
{
	_Alignas(16) uint8_t data[IPC_MESSAGE_MAX];
	struct wire_writer writer;
	size_t size;
	int r;

	wire_writer_init(&writer, data, sizeof(data));
	size = wire_write_message(&writer, type, 0, 0, message);
	do {
		struct pollfd state = { .fd = 3, .events = POLLOUT };
		poll(&state, 1, -1);
		r = fdpass_send(3, data, size, fd);
	} while (r == -EAGAIN);
	if (r < 0)
		_exit(5);
}

static bool fake_is(const struct fake *fake, const char *kind)
{
	return strncmp(fake->session, kind, strlen(kind)) == 0;
}

static void fake_send_stream(struct fake *fake, uint32_t guest, const char *program)
{
	struct ipc_stream stream = { .stream = ++fake->streams, .guest = guest };

	strcpy(stream.protocol, "fake-0");
	strcpy(stream.program, program);
	if (fake_is(fake, "oriel"))
		memset(stream.token, 0x5a, sizeof(stream.token));
	fake_send(&ipc_stream_type, &stream, -1);
}

static void fake_misbehave(struct fake *fake)
{
	const struct ipc_failed failed = { .reason = "no\x01GPU" };
	const struct ipc_display display = { .display = 77 };

	if (fake_is(fake, "flood")) {
		for (int i = 0; i < 200000; i++)
			dprintf(2, "<6>line %d\n", i);
	}
	if (fake->view)
		return;
	if (fake_is(fake, "crash"))
		_exit(3);
	if (fake_is(fake, "nogpu")) {
		struct ipc_render_gpu none = { .n_gpus = 1 };
		strcpy(none.gpus[0].kind, "render-node");
		strcpy(none.gpus[0].reason, "there is none");
		fake_send(&ipc_render_gpu_type, &none, -1);
	}
	if (fake_is(fake, "failing") || fake_is(fake, "nogpu")) {
		fake_send(&ipc_failed_type, &failed, -1);
		_exit(1);
	}
	while (fake_is(fake, "chatty"))
		fake_send(&ipc_stream_gone_type, &(struct ipc_stream_gone){ .stream = 1 }, -1);
	if (fake_is(fake, "liar"))
		fake_send(&ipc_display_type, &display, -1);
	if (fake_is(fake, "garbage"))
		(void)!send(3, "garbage", 7, 0);
	for (int i = 0; fake_is(fake, "many") && i < 257; i++)
		fake_send_stream(fake, 1, "many");
	if (fake_is(fake, "rude"))
		fake_send_stream(fake, 1,
			"a\x1b[31m\xff"
			"b\xc2\x9b");
}

static void fake_start(struct fake *fake, const char *session)
{
	struct ipc_render_gpu gpu = { .n_gpus = 1, .max_texture = 4096 };
	const struct ipc_ready ready = { .sandbox = "none: fake" };

	strcpy(fake->session, session);
	fake_misbehave(fake);
	strcpy(gpu.gpus[0].kind, "software");
	strcpy(gpu.gpus[0].reason, "the only one");
	gpu.gpus[0].taken = 1;
	strcpy(gpu.renderer, "fake");
	for (int i = 0; !fake->view && i < (fake_is(fake, "twice") ? 2 : 1); i++)
		fake_send(&ipc_render_gpu_type, &gpu, -1);
	fake_send(&ipc_ready_type, &ready, -1);
}

/* The guest is told who reads it; the connection stays open in orield alone. */
static void fake_guest(struct fake *fake, const struct ipc_guest *guest, int fd)
{
	dprintf(fd, "guest %u vm %u resumed %u token %02x\n", guest->guest, guest->vm,
		guest->resumed, guest->token[0]);
	fake_send_stream(fake, guest->guest, "fake guest");
}

/* Its limits are all used up and were reached once. */
static void fake_pong(struct fake *fake, uint32_t serial)
{
	struct ipc_render_pong render = { .serial = serial, .readbacks = 7 };
	const struct ipc_view_pong view = { .serial = serial };

	render.n_limits = fake->limits.n_limits;
	for (size_t i = 0; i < render.n_limits; i++)
		render.limits[i] = (struct ipc_limit_use){ fake->limits.limits[i].value, 1 };
	if (fake->view)
		fake_send(&ipc_view_pong_type, &view, -1);
	else
		fake_send(&ipc_render_pong_type, &render, -1);
}

/* Request 2 of each is left without an answer. */
static void fake_screenshot(const struct ipc_screenshot *request)
{
	const struct ipc_screenshot_done done = {
		.request = request->request, .width = 2, .height = 1, .sequence = 9, .size = 4
	};
	int fd;

	if (request->request == 2)
		return;
	fd = memfd_create("shot", MFD_CLOEXEC);
	(void)!write(fd, "PNG!", 4);
	fake_send(&ipc_screenshot_done_type, &done, fd);
	close(fd);
}

static void fake_peer(struct fake *fake)
{
	const struct ipc_display display = { .width = ++fake->peers };
	const struct ipc_peer_lost lost = { .wrong = fake_is(fake, "wrong"), .reason = "a\x01 fault" };

	if (fake_is(fake, "lost") || fake_is(fake, "wrong"))
		fake_send(&ipc_peer_lost_type, &lost, -1);
	if (fake_is(fake, "lost"))
		fake_send(&ipc_display_type, &display, -1);
}

static void fake_handle(struct fake *fake, uint16_t id, const void *message, int fd)
{
	const struct ipc_render_start *render = message;
	const struct ipc_view_start *view = message;

	if (id == IPC_RENDER_START && render->probe) {
		fake_start(fake, "probe");
		_exit(0);
	} else if (id == IPC_RENDER_START) {
		fake->limits.n_limits = render->n_limits;
		memcpy(fake->limits.limits, render->limits, sizeof(fake->limits.limits));
		fake_start(fake, render->session);
	} else if (id == IPC_RENDER_LIMITS) {
		memcpy(&fake->limits, message, sizeof(fake->limits));
	} else if (id == IPC_VIEW_START) {
		fake_start(fake, view->session);
	} else if (id == IPC_PING) {
		fake_pong(fake, ((const struct ipc_ping *)message)->serial);
	} else if (id == IPC_GUEST) {
		fake_guest(fake, message, fd);
	} else if (id == IPC_RENDER_PEER) {
		fake_peer(fake);
	} else if (id == IPC_SCREENSHOT) {
		fake_screenshot(message);
	} else if (id == IPC_STOP && !fake_is(fake, "deaf")) {
		_exit(0);
	}
}

/* It takes the first file. */
static void fake_capture_file(struct fake *fake, const struct ipc_capture_file *file, int fd)
{
	static char bytes[3 << 20];
	struct ipc_capture_state state = {
		.capture = file->capture, .stream = 1, .frames = 2, .bytes = 16
	};

	if (fake->capture != 0 ||
		(!fake_is(fake, "taker") && !fake_is(fake, "greedy") && !fake_is(fake, "absurd")))
		return;
	fake->capture = file->capture;
	if (write(fd, bytes, fake_is(fake, "greedy") ? sizeof(bytes) : 16) < 0)
		_exit(8);
	if (fake_is(fake, "absurd"))
		state.state = 99;
	strcpy(state.program, file->checksums ? "with\x01sums" : "plain");
	fake_send(&ipc_capture_state_type, &state, -1);
}

static void fake_capture_stop(struct fake *fake)
{
	struct ipc_capture_state state = {
		.capture = fake->capture, .state = IPC_CAPTURE_STOPPED, .frames = 3, .bytes = 16
	};

	if (fake->capture == 0)
		return;
	fake_send(&ipc_capture_state_type, &state, -1);
	state.state = IPC_CAPTURE_RUNNING; /* what has ended stays so */
	fake_send(&ipc_capture_state_type, &state, -1);
	fake->capture = 0;
}

/* The child's main. Does not return. */
static void __attribute__((noreturn)) fake_child_run(bool view)
{
	static _Alignas(16) uint8_t packet[IPC_MESSAGE_MAX], decoded[IPC_MESSAGE_MAX];
	struct fake fake = { .view = view };
	struct pollfd state = { .fd = 3, .events = POLLIN };

	for (;;) {
		struct wire_header header;
		const struct wire_type *type;
		int fd = -1;
		ssize_t n;
		poll(&state, 1, -1);
		n = fdpass_receive(3, packet, sizeof(packet), &fd);
		if (n == -EAGAIN)
			continue;
		if (n <= 0 || !wire_read_header(packet, IPC_MESSAGE_MAX, &header))
			_exit(n == 0 ? 0 : 6);
		type = wire_find(ipc_types, IPC_TYPES, header.opcode);
		if (!type || !wire_decode(type, packet + WIRE_HEADER_SIZE,
				     (size_t)n - WIRE_HEADER_SIZE, decoded))
			_exit(7);
		if (type->id == IPC_CAPTURE_FILE)
			fake_capture_file(&fake, (const void *)decoded, fd);
		else if (type->id == IPC_CAPTURE_STOP)
			fake_capture_stop(&fake);
		else
			fake_handle(&fake, type->id, decoded, fd);
		if (fd >= 0)
			close(fd);
	}
}

/* First thing in main: does not return in a child. */
static inline void fake_child_maybe(const char *argv0)
{
	const char *name = strrchr(argv0, '/') ? strrchr(argv0, '/') + 1 : argv0;

	if (strcmp(name, "oriel-render") == 0 || strcmp(name, "oriel-view") == 0)
		fake_child_run(strcmp(name, "oriel-view") == 0);
}

#endif
