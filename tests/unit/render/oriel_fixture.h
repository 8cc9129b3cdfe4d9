/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream in Oriel's protocol over a socket pair; the test plays the guest. */
#ifndef TEST_ORIEL_FIXTURE_H
#define TEST_ORIEL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "channel/channel.h"
#include "frame.h"
#include "hello.h"
#include "log.h"
#include "oriel/oriel_stream.h"
#include "oriel_messages.h"
#include "util.h"

#define DEADLINE_MS 5000u
#define INBOX_MAX   2048

struct received {
	uint16_t opcode;

	union {
		struct oriel_log_level level;
		struct oriel_ping ping;
		struct oriel_pong pong;
		struct oriel_bye bye;
		struct oriel_error error;
		struct oriel_channel_refused refused;
		struct oriel_input_key key;
		struct oriel_input_pointer pointer;
		uint8_t bytes[512];
	};
};

struct fixture {
	const struct channel_host *host;     /* channels that are offered, or NULL */
	struct streams streams;              /* of channels */
	unsigned n_channels, channels_ended; /* channels_ended: since the start */
	/* Takes a message of the host before the inbox does. */
	bool (*on_message)(struct fixture *f, const struct frame_message *message);
	int passed; /* the last descriptor that came; -1: none */
	uv_loop_t loop;
	struct oriel_stream *stream;
	int guest; /* the guest's end */
	int spare; /* a duplicate of the host's end, as orield keeps */
	bool destroy_in_ended, destroy_in_closed;

	unsigned n_opened, n_ended, n_closed;
	char protocol[64], program[64], reason[256];
	uint8_t token[IPC_TOKEN_SIZE];

	struct hello_guest hello;
	struct frame_reader frames;
	bool running, refused, resync;
	uint8_t nonces; /* made so far */
	struct received inbox[INBOX_MAX];
	size_t n_inbox;
	uint8_t buffer[ORIEL_MESSAGE_MAX];
};

static inline void on_opened(
	void *data, const char *protocol, const char *program, const uint8_t token[IPC_TOKEN_SIZE])
{
	struct fixture *f = data;

	f->n_opened++;
	snprintf(f->protocol, sizeof(f->protocol), "%s", protocol);
	snprintf(f->program, sizeof(f->program), "%s", program);
	memcpy(f->token, token, IPC_TOKEN_SIZE);
}

static inline void destroy(struct fixture *f)
{
	oriel_stream_destroy(f->stream);
	f->stream = NULL;
}

static inline void on_ended(void *data, const char *reason)
{
	struct fixture *f = data;

	f->n_ended++;
	snprintf(f->reason, sizeof(f->reason), "%s", reason);
	if (f->destroy_in_ended)
		destroy(f);
}

static inline void on_closed(void *data, const char *reason)
{
	struct fixture *f = data;

	f->n_closed++;
	snprintf(f->reason, sizeof(f->reason), "%s", reason);
	if (f->destroy_in_closed)
		destroy(f);
}

static inline struct stream *on_channel_began(void *data, const char *protocol, const char *program)
{
	struct fixture *f = data;

	assert_string_equal(protocol, "oriel-1/gl");
	assert_int_not_equal(program[0], 0);
	f->n_channels++;
	return stream_create(&f->streams, 1);
}

static inline void on_channel_ended(void *data, struct stream *stream, const char *reason)
{
	struct fixture *f = data;

	assert_non_null(reason);
	f->n_channels--;
	f->channels_ended++;
	stream_destroy(stream);
}

static const struct oriel_stream_ops ops = {
	.opened = on_opened,
	.ended = on_ended,
	.channel_began = on_channel_began,
	.channel_ended = on_channel_ended,
	.closed = on_closed,
};

static inline void start(struct fixture *f, struct oriel_stream_config config)
{
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	config.fd = fds[0];
	config.host = f->host;
	f->guest = fds[1];
	f->spare = dup(fds[0]);
	assert_int_equal(oriel_stream_create(&f->loop, &config, &ops, f, &f->stream), 0);
}

static inline int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->guest = -1;
	f->spare = -1;
	f->passed = -1;
	streams_init(&f->streams);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	*state = f;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *f = *state;

	destroy(f);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	if (f->guest >= 0)
		close(f->guest);
	if (f->spare >= 0)
		close(f->spare);
	free(f);
	return 0;
}

/* ---- the guest ---- */

static inline void guest_send(struct fixture *f, const void *data, size_t size)
{
	assert_int_equal(send(f->guest, data, size, MSG_NOSIGNAL | MSG_DONTWAIT), (ssize_t)size);
}

static inline void guest_message(struct fixture *f, const struct wire_type *type, uint8_t channel,
	uint8_t flags, const void *message)
{
	uint8_t bytes[8192];
	struct wire_writer writer;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	assert_int_not_equal(wire_write_message(&writer, type, channel, flags, message), 0);
	guest_send(f, bytes, writer.at);
}

static inline void say_hello(struct fixture *f)
{
	uint8_t marker[HELLO_SIZE], nonce[ORIEL_NONCE_SIZE] = { 0x55, ++f->nonces };

	f->running = false;
	hello_guest_hello(&f->hello, nonce, marker);
	guest_send(f, marker, sizeof(marker));
}

static inline void begin_hello(struct fixture *f, uint16_t low, uint16_t high, const char *program)
{
	struct hello_info info = { .version_min = low, .version_max = high, .role = ORIEL_ROLE_AGENT };

	snprintf(info.program, sizeof(info.program), "%s", program);
	hello_guest_init(&f->hello, &info);
	say_hello(f);
}

static inline void guest_messages(struct fixture *f, const uint8_t *data, size_t size)
{
	struct frame_message message;

	while (frame_reader_next(&f->frames, &data, &size, &message) == FRAME_MESSAGE) {
		const struct wire_type *type =
			wire_find(oriel_types, ORIEL_TYPES, message.header.opcode);
		struct received *r = &f->inbox[f->n_inbox];
		if (f->on_message && f->on_message(f, &message))
			continue;
		f->n_inbox++;
		assert_true(f->n_inbox < INBOX_MAX);
		assert_non_null(type);
		assert_true(type->from & WIRE_FROM_HOST);
		assert_true(type->struct_size <= sizeof(r->bytes));
		r->opcode = message.header.opcode;
		assert_true(wire_decode(
			type, message.payload, message.header.size - WIRE_HEADER_SIZE, r->bytes));
	}
}

static inline void guest_take(struct fixture *f, const uint8_t *data, size_t size)
{
	uint8_t marker[HELLO_READY_SIZE];

	while (size > 0) {
		const uint8_t *at = data;
		size_t n = size;
		switch (hello_guest_feed(&f->hello, &data, &size)) {
		case HELLO_GUEST_WELCOME:
			hello_guest_ready(&f->hello, marker);
			guest_send(f, marker, sizeof(marker));
			frame_reader_init(&f->frames, f->buffer, sizeof(f->buffer));
			f->running = true;
			break;
		case HELLO_GUEST_REFUSED:
			f->refused = true;
			break;
		case HELLO_GUEST_RESYNC:
			f->resync = true;
			say_hello(f);
			break;
		case HELLO_GUEST_MORE:
			if (f->running)
				guest_messages(f, at, n);
			break;
		}
	}
}

/* One read, with the descriptor that comes along. */
static inline ssize_t guest_receive(struct fixture *f, uint8_t *data, size_t size)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec bytes = { data, size };
	struct msghdr message = { .msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n = recvmsg(f->guest, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *first = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;

	if (first && first->cmsg_type == SCM_RIGHTS)
		memcpy(&f->passed, CMSG_DATA(first), sizeof(int));
	return n;
}

static inline void guest_read(struct fixture *f)
{
	uint8_t data[4096];
	ssize_t n;

	while (f->guest >= 0 && (n = guest_receive(f, data, sizeof(data))) > 0)
		guest_take(f, data, (size_t)n);
}

static inline void hang_up(struct fixture *f)
{
	close(f->guest);
	f->guest = -1;
}

/* Turns the loop, and reads as the guest, until `done`. */
#define run_until(f, done)                                          \
	do {                                                        \
		uint64_t deadline_ = clock_ms() + DEADLINE_MS;      \
		while (!(done)) {                                   \
			if (clock_ms() >= deadline_)                \
				fail_msg("not in time: %s", #done); \
			uv_run(&(f)->loop, UV_RUN_NOWAIT);          \
			guest_read(f);                              \
			usleep(200);                                \
		}                                                   \
	} while (0)

/* Turns the loop alone: a guest that does not read. */
static inline void run_host(struct fixture *f)
{
	for (int i = 0; i < 20; i++)
		uv_run(&f->loop, UV_RUN_NOWAIT);
}

static inline void open_stream(struct fixture *f, struct oriel_stream_config config)
{
	start(f, config);
	begin_hello(f, 1, 1, "prog");
	run_until(f, f->n_opened == 1 && f->n_inbox == 1);
	assert_int_equal(f->inbox[0].opcode, ORIEL_LOG_LEVEL);
	f->n_inbox = 0;
}

static inline struct received *expect(struct fixture *f, uint16_t opcode)
{
	run_until(f, f->n_inbox > 0);
	assert_int_equal(f->inbox[0].opcode, opcode);
	f->n_inbox = 0;
	return &f->inbox[0];
}

static inline void expect_error(struct fixture *f, uint16_t opcode, uint32_t code)
{
	struct received *r = expect(f, ORIEL_ERROR);

	assert_int_equal(r->error.opcode, opcode);
	assert_int_equal(r->error.code, code);
}

/* The stream still answers. */
static inline void expect_alive(struct fixture *f)
{
	guest_message(f, &oriel_ping_type, 0, 0, &(struct oriel_ping){ .cookie = 77 });
	assert_int_equal(expect(f, ORIEL_PONG)->pong.cookie, 77);
}

#endif
