/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "events.h"

/* How long an acknowledgement is waited for. */
#define BYE_MS 5000u

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u;
}

static void send_bytes(struct guest *guest, const void *data, size_t size)
{
	if (size > GUEST_OUT_MAX - guest->out_size) {
		fprintf(stderr, "test-guest: the host does not read\n");
		guest->outcome = GUEST_LOST;
		return;
	}
	memcpy(guest->out + guest->out_size, data, size);
	guest->out_size += size;
	guest_writable(guest);
}

static void send_message(struct guest *guest, const struct wire_type *type, const void *message)
{
	uint8_t bytes[8192];
	struct wire_writer writer;
	size_t size;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	size = wire_write_message(&writer, type, 0, 0, message);
	if (size > 0)
		send_bytes(guest, bytes, size);
}

/* Begins, or begins again: nothing of before matters. */
static void say_hello(struct guest *guest)
{
	uint8_t nonce[ORIEL_NONCE_SIZE], marker[HELLO_SIZE];

	if (getrandom(nonce, sizeof(nonce), 0) != (ssize_t)sizeof(nonce))
		abort();
	hello_guest_hello(&guest->hello, nonce, marker);
	guest->state = GUEST_HELLO;
	guest->host_left = false;
	guest->said_ms = now_ms();
	guest->out_size = 0;
	send_bytes(guest, marker, sizeof(marker));
}

static void run(struct guest *guest)
{
	const struct guest_options *options = guest->options;
	uint8_t marker[HELLO_READY_SIZE];

	hello_guest_ready(&guest->hello, marker);
	send_bytes(guest, marker, sizeof(marker));
	frame_reader_init(&guest->frames, guest->buffer, sizeof(guest->buffer));
	guest->state = GUEST_RUNNING;
	guest->heard_ms = now_ms();
	guest->pinged_ms = guest->heard_ms;
	event_ready(&guest->hello.terms);
	for (size_t i = 0; i < options->n_logs; i++) {
		struct oriel_log line = { .level = ORIEL_LEVEL_INFO };
		snprintf(line.text, sizeof(line.text), "%s", options->logs[i]);
		send_message(guest, &oriel_log_type, &line);
	}
	if (options->open_kind) {
		struct oriel_channel_open open = {
			.channel = 1,
			.kind = options->open_kind,
			.role = ORIEL_ROLE_PROGRAM,
			.version_min = 1,
			.version_max = 1,
		};
		send_message(guest, &oriel_channel_open_type, &open);
	}
	if (options->bye)
		guest_bye(guest, "done");
}

void guest_start(struct guest *guest, const struct guest_options *options, int fd, bool is_device)
{
	guest->options = options;
	guest->fd = fd;
	guest->is_device = is_device;
	guest->outcome = GUEST_GOES_ON;
	hello_guest_init(&guest->hello, &options->info);
	say_hello(guest);
}

void guest_bye(struct guest *guest, const char *reason)
{
	struct oriel_bye bye = { 0 };

	if (guest->state == GUEST_LEAVING)
		return;
	if (guest->state == GUEST_HELLO) {
		guest->outcome = GUEST_DONE;
		return;
	}
	snprintf(bye.reason, sizeof(bye.reason), "%s", reason);
	send_message(guest, &oriel_bye_type, &bye);
	guest->state = GUEST_LEAVING;
	guest->said_ms = now_ms();
}

/* ---- messages of the host ---- */

static void on_ping(struct guest *guest, const void *message)
{
	const struct oriel_ping *ping = message;

	send_message(guest, &oriel_pong_type, &(struct oriel_pong){ .cookie = ping->cookie });
}

static void on_bye(struct guest *guest, const void *message)
{
	const struct oriel_bye *bye = message;

	event_text("bye", "reason", bye->reason);
	guest->host_left = true;
	send_message(guest, &oriel_bye_ack_type, &(struct oriel_bye_ack){ 0 });
}

static void on_bye_ack(struct guest *guest, const void *message)
{
	(void)message;
	event_plain("bye_ack");
	guest->outcome = GUEST_DONE;
}

static void on_error(struct guest *guest, const void *message)
{
	(void)guest;
	event_error(message);
}

static void on_log_level(struct guest *guest, const void *message)
{
	const struct oriel_log_level *level = message;

	(void)guest;
	event_number("log_level", "level", level->level);
}

static void on_refused(struct guest *guest, const void *message)
{
	const struct oriel_channel_refused *refused = message;

	(void)guest;
	event_text("channel_refused", "reason", refused->reason);
}

static void on_key(struct guest *guest, const void *message)
{
	(void)guest;
	event_key(message);
}

static void on_pointer(struct guest *guest, const void *message)
{
	(void)guest;
	event_pointer(message);
}

static const struct {
	const struct wire_type *type;
	void (*handle)(struct guest *guest, const void *message);
} rows[] = {
	{ &oriel_ping_type, on_ping },
	{ &oriel_pong_type, NULL },
	{ &oriel_bye_type, on_bye },
	{ &oriel_bye_ack_type, on_bye_ack },
	{ &oriel_error_type, on_error },
	{ &oriel_log_level_type, on_log_level },
	{ &oriel_channel_refused_type, on_refused },
	{ &oriel_input_key_type, on_key },
	{ &oriel_input_pointer_type, on_pointer },
};

static void dispatch(struct guest *guest, const struct frame_message *message)
{
	_Alignas(16) uint8_t decoded[2048];
	size_t size = message->header.size - WIRE_HEADER_SIZE;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type->id != message->header.opcode)
			continue;
		if (!wire_decode(rows[i].type, message->payload, size, decoded))
			fprintf(stderr, "test-guest: malformed %s\n", rows[i].type->name);
		else if (rows[i].handle)
			rows[i].handle(guest, decoded);
		return;
	}
	fprintf(stderr, "test-guest: unexpected message %u\n", message->header.opcode);
}

/* ---- bytes of the host ---- */

static void take_messages(struct guest *guest, const uint8_t *data, size_t size)
{
	struct frame_message message;
	enum frame_result result;

	while ((result = frame_reader_next(&guest->frames, &data, &size, &message)) == FRAME_MESSAGE) {
		guest->heard_ms = now_ms();
		dispatch(guest, &message);
	}
	if (result == FRAME_FAILED) {
		event_plain("malformed");
		say_hello(guest);
	}
}

static void take(struct guest *guest, const uint8_t *data, size_t size)
{
	while (size > 0 && guest->outcome == GUEST_GOES_ON) {
		const uint8_t *start = data;
		size_t before = size;
		switch (hello_guest_feed(&guest->hello, &data, &size)) {
		case HELLO_GUEST_WELCOME:
			run(guest);
			break;
		case HELLO_GUEST_REFUSED:
			event_refused(&guest->hello.refusal);
			guest->outcome = GUEST_REFUSED;
			break;
		case HELLO_GUEST_RESYNC:
			event_plain("resync");
			say_hello(guest);
			break;
		case HELLO_GUEST_MORE:
		default:
			if (guest->state != GUEST_HELLO)
				take_messages(guest, start, before);
			break;
		}
	}
}

void guest_readable(struct guest *guest)
{
	uint8_t data[4096];
	ssize_t n = read(guest->fd, data, sizeof(data));

	if (n > 0)
		take(guest, data, (size_t)n);
	else if (n < 0 ? errno != EAGAIN && errno != EINTR : !guest->is_device)
		guest->outcome = GUEST_LOST;
}

void guest_writable(struct guest *guest)
{
	while (guest->out_size > 0) {
		ssize_t n = write(guest->fd, guest->out, guest->out_size);
		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR)
				guest->outcome = GUEST_LOST;
			return;
		}
		guest->out_size -= (size_t)n;
		memmove(guest->out, guest->out + n, guest->out_size);
	}
	if (guest->host_left && guest->outcome == GUEST_GOES_ON)
		guest->outcome = GUEST_DONE;
}

void guest_tick(struct guest *guest)
{
	uint64_t now = now_ms();

	switch (guest->state) {
	case GUEST_HELLO:
		if (now - guest->said_ms >= ORIEL_HELLO_RETRY_MS)
			say_hello(guest);
		break;
	case GUEST_RUNNING:
		if (now - guest->heard_ms >= ORIEL_SILENCE_MS) {
			event_plain("silence");
			say_hello(guest);
		} else if (now - guest->heard_ms >= ORIEL_PING_MS &&
			   now - guest->pinged_ms >= ORIEL_PING_MS) {
			guest->pinged_ms = now;
			send_message(guest, &oriel_ping_type, &(struct oriel_ping){ .cookie = now });
		}
		break;
	case GUEST_LEAVING:
	default:
		if (now - guest->said_ms >= BYE_MS)
			guest->outcome = GUEST_LOST;
		break;
	}
}
