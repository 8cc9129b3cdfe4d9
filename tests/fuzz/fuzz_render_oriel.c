/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest connections of the render process, from the first bytes that tell the protocol to streams
 * in Oriel's and their channels: what such a guest may send, while input is on its way to it,
 * orield hangs up, or the process ends. The input is a byte of flags and messages; the handshake is
 * answered properly, unless the flags say that it is part of the input.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fdpass.h"
#include "gl_wire.h"
#include "guest.h"
#include "hello.h"
#include "log.h"
#include "oriel_messages.h"
#include "render/fake_executor.h"
#include "shared/messages.h"
#include "shared/pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX    16384u
#define MESSAGES_MAX 200u
#define GUEST        7u

#define FLAG_VM       0x01u
#define FLAG_RESUMED  0x02u
#define FLAG_RAW      0x04u /* no handshake but what the input brings */
#define FLAG_EVENTS   0x08u /* input for the guest, all the time */
#define FLAG_NO_READS 0x10u
#define FLAG_CUT      0x20u /* each message comes in two pieces */
#define FLAG_BYE      0x40u /* the process ends half-way through */
#define FLAG_CLOSE    0x80u /* orield closes the connection half-way through */

static struct run {
	uv_loop_t loop;
	struct guests *guests;
	struct link *link;
	int orield, guest; /* the other ends */
	uint8_t flags;
	unsigned gone;
	struct hello_guest hello;
	uint8_t nonces;
	struct channel_host host;
	struct stream *vtest; /* one that was given to the virgl thread */
} run;

/* ---- the virgl thread's, which there is none of */

void virgl_thread_add(struct virgl_thread *thread, int fd, struct stream *stream)
{
	(void)thread;
	close(fd);
	run.vtest = stream;
}

void virgl_thread_remove(struct virgl_thread *thread, uint32_t stream, const char *reason)
{
	(void)thread;
	(void)stream;
	(void)reason;
}

/* ---- orield */

static void drain_orield(void)
{
	static uint8_t data[IPC_MESSAGE_MAX];
	struct wire_header header;
	int fd = -1;
	ssize_t n;

	while ((n = fdpass_receive(run.orield, data, sizeof(data), &fd)) > 0) {
		bool sound = wire_read_header(data, (size_t)n, &header);
		assert(sound && fd < 0);
		run.gone += header.opcode == IPC_GUEST_GONE;
	}
}

static void on_link_closed(void *data, const char *reason)
{
	(void)data;
	(void)reason;
	abort();
}

static const struct link_ops link_ops = { NULL, 0, on_link_closed };

/* ---- the guest */

static void say(const uint8_t *data, size_t size)
{
	send(run.guest, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void say_hello(void)
{
	const uint8_t nonce[ORIEL_NONCE_SIZE] = { 0x55, ++run.nonces };
	uint8_t marker[HELLO_SIZE];

	hello_guest_hello(&run.hello, nonce, marker);
	say(marker, sizeof(marker));
}

static void hear(const uint8_t *data, size_t size)
{
	uint8_t marker[HELLO_READY_SIZE];

	while (size > 0) {
		switch (hello_guest_feed(&run.hello, &data, &size)) {
		case HELLO_GUEST_WELCOME:
			hello_guest_ready(&run.hello, marker);
			say(marker, sizeof(marker));
			break;
		case HELLO_GUEST_RESYNC:
			say_hello();
			break;
		case HELLO_GUEST_REFUSED:
		case HELLO_GUEST_MORE:
			break;
		}
	}
}

static void turn(void)
{
	static uint8_t taken[1 << 16];
	ssize_t n;

	uv_run(&run.loop, UV_RUN_NOWAIT);
	drain_orield();
	if (run.vtest) {
		guests_vtest_named(run.guests, run.vtest, "fuzz", 2);
		guests_vtest_ended(run.guests, run.vtest, "over");
		run.vtest = NULL;
	}
	while (!(run.flags & FLAG_NO_READS) && run.guest >= 0 &&
		(n = recv(run.guest, taken, sizeof(taken), MSG_DONTWAIT)) > 0)
		hear(taken, (size_t)n);
}

static void connect_guest(void)
{
	const struct hello_info info = {
		.version_min = 1, .version_max = 1, .role = ORIEL_ROLE_AGENT, .program = "fuzz"
	};
	struct ipc_guest message = { .guest = GUEST,
		.vm = (run.flags & FLAG_VM) != 0,
		.resumed = (run.flags & FLAG_RESUMED) != 0,
		.token = { 0x55, 1 },
		.peer = "a fuzzer" };
	int fds[2], r = socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds);

	assert(r == 0);
	run.guest = fds[1];
	guests_add(run.guests, &message, fds[0]);
	hello_guest_init(&run.hello, &info);
	if (run.flags & FLAG_RAW)
		return;
	say_hello();
	for (int i = 0; i < 4; i++)
		turn();
}

static void on_input(void *data, const struct ipc_display_input *input)
{
	(void)data;
	(void)input;
}

static const struct surfaces_ops surfaces_ops = { on_input };

static void send_events(uint32_t what)
{
	const struct ipc_display_input input = { .stream = what % 3,
		.width = 64,
		.height = what & 1 ? 0 : 48,
		.n_events = 3,
		.events = {
			{ .kind = IPC_EVENT_POINTER, .x = what, .y = 4, .buttons = what & 4 ? 1 : 0 },
			{ .kind = IPC_EVENT_KEY, .down = what & 1, .keysym = 0x61, .keycode = what },
			{ .kind = (uint8_t)what } } };

	guests_input(run.guests, &input);
}

static void begin(void)
{
	int fds[2], r = fdpass_pair(fds);

	assert(r == 0);
	r = uv_loop_init(&run.loop);
	assert(r == 0);
	run.gone = 0;
	run.nonces = 0;
	run.orield = fds[1];
	run.guests = guests_create(&run.loop, NULL);
	r = link_open(&run.loop, fds[0], &link_ops, NULL, &run.link);
	assert(r == 0);
	guests_set_link(run.guests, run.link);
	run.host = (struct channel_host){ .executor = &fake_executor,
		.surfaces = surfaces_create(&run.loop, 1000, &surfaces_ops, NULL) };
	assert(run.host.surfaces);
	guests_open(run.guests, &run.host);
	connect_guest();
}

static void close_handle(uv_handle_t *handle, void *data)
{
	(void)data;
	if (!uv_is_closing(handle))
		uv_close(handle, NULL);
}

/* The guest hangs up; whatever was under way ends, and orield is told. */
static void end(void)
{
	struct ipc_render_pong pong = { 0 };

	guests_report(run.guests, &pong);
	close(run.guest);
	run.guest = -1;
	while (run.gone == 0) {
		uv_run(&run.loop, UV_RUN_ONCE);
		turn();
	}
	assert(run.gone == 1 && guests_channels(run.guests) == 0);
	surfaces_close(run.host.surfaces);
	link_close(run.link);
	uv_run(&run.loop, UV_RUN_NOWAIT);
	uv_walk(&run.loop, close_handle, NULL); /* the guests' own timer */
	uv_run(&run.loop, UV_RUN_DEFAULT);
	uv_loop_close(&run.loop);
	free(run.guests);
	free(run.host.surfaces);
	close(run.orield);
}

static void send_message(const uint8_t *data, size_t size)
{
	size_t cut = run.flags & FLAG_CUT ? size / 2 : 0;

	if (cut > 0) {
		say(data, cut);
		turn();
	}
	say(data + cut, size - cut);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_header header;
	unsigned n = 0;

	if (size < 1 || size > INPUT_MAX)
		return 0;
	log_init(LOG_LEVEL_DEBUG, false);
	run.flags = data[0];
	begin();
	for (size_t at = 1; at < size && n < MESSAGES_MAX && run.gone == 0; n++) {
		size_t left = size - at, next = left;
		/* What is no message goes as it is, to its end. */
		if (left >= WIRE_HEADER_SIZE && wire_read_header(data + at, left, &header))
			next = header.size;
		if (at > size / 2 && (run.flags & FLAG_BYE))
			guests_bye(run.guests, "it ends");
		if (at > size / 2 && (run.flags & FLAG_CLOSE))
			guests_close(run.guests, GUEST, "orield wants it");
		if (run.flags & FLAG_EVENTS)
			send_events((uint32_t)at * 2654435761u);
		send_message(data + at, next);
		at += next;
		turn();
	}
	turn();
	end();
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	static const struct oriel_channel_open channel = { .table_hash = GL_TABLE_HASH,
		.version_min = 1,
		.version_max = 1,
		.channel = 5,
		.kind = ORIEL_CHANNEL_GL,
		.role = ORIEL_ROLE_PROGRAM,
		.parameters = { "\0\0\0", 4 } };
	static const struct oriel_channel_close close = { .channel = 5 };

	pieces_begin(seed);
	if (seed % 31 == 0)
		return messages_insert(data, size, max_size < INPUT_MAX ? max_size : INPUT_MAX,
			&oriel_channel_open_type, &channel);
	if (seed % 97 == 0)
		return messages_insert(data, size, max_size < INPUT_MAX ? max_size : INPUT_MAX,
			&oriel_channel_close_type, &close);
	return messages_mutate(
		&oriel_model, data, size, max_size < INPUT_MAX ? max_size : INPUT_MAX, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
	return messages_cross(one, one_size, other, other_size, out, max_size, seed);
}
