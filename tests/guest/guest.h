/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guest's end of a connection in Oriel's protocol: handshake, heartbeat, start-over, goodbye.
 * What happens is printed as one JSON object a line (events.h).
 */
#ifndef TEST_GUEST_GUEST_H
#define TEST_GUEST_GUEST_H

#include "frame.h"
#include "hello.h"
#include "oriel_messages.h"

#define GUEST_LOGS_MAX 64
#define GUEST_OUT_MAX  (256u << 10)

enum guest_exit {
	GUEST_GOES_ON = -1,
	GUEST_DONE = 0,
	GUEST_LOST = 1,    /* the connection ended without a goodbye */
	GUEST_REFUSED = 3, /* no version in common */
};

struct guest_options {
	const char *socket; /* path, or NULL */
	const char *device; /* path, or NULL */
	int fd;             /* or -1 */
	bool reconnect;
	bool bye;
	uint8_t open_kind; /* enum oriel_channel_kind to ask for, or 0 */
	const char *logs[GUEST_LOGS_MAX];
	size_t n_logs;
	struct hello_info info;
};

enum guest_state {
	GUEST_HELLO,   /* waits for the welcome */
	GUEST_RUNNING, /* messages */
	GUEST_LEAVING, /* has said bye */
};

struct guest {
	const struct guest_options *options;
	int fd;
	bool is_device; /* a virtio port: an end of file only means that no host is there */
	enum guest_state state;
	enum guest_exit outcome;
	bool host_left; /* its bye was acknowledged: done when that is sent */
	struct hello_guest hello;
	struct frame_reader frames;
	uint64_t said_ms;   /* the last HELLO or bye */
	uint64_t heard_ms;  /* the last whole message */
	uint64_t pinged_ms; /* the last ping */
	size_t out_size;
	uint8_t out[GUEST_OUT_MAX];
	uint8_t buffer[ORIEL_MESSAGE_MAX];
};

/* `fd` is borrowed, non-blocking, newly opened. Says hello. */
void guest_start(struct guest *guest, const struct guest_options *options, int fd, bool is_device);
/* The descriptor can be read, or written. */
void guest_readable(struct guest *guest);
void guest_writable(struct guest *guest);
/* Acts on the clock; call it often. */
void guest_tick(struct guest *guest);
/* Says bye; the outcome is GUEST_DONE when it is acknowledged. */
void guest_bye(struct guest *guest, const char *reason);

#endif
