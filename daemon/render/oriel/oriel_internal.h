/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What oriel_stream.c (the connection), oriel_output.c (what goes out) and oriel_dispatch.c (the messages) share. */
#ifndef ORIEL_ORIEL_INTERNAL_H
#define ORIEL_ORIEL_INTERNAL_H

#include "frame.h"
#include "hello.h"
#include "input_queue.h"
#include "log.h"
#include "oriel_stream.h"

/* Bytes that wait for a guest which does not read, input not counted. */
#define ORIEL_OUT_MAX 65536u
/* Input is encoded while less than this waits, so that motion can still be merged. */
#define ORIEL_OUT_INPUT 1024u

enum oriel_state {
	ORIEL_SCANNING = 1 << 0,  /* looks for the guest's hello, then its ready */
	ORIEL_OPEN = 1 << 1,      /* messages */
	ORIEL_LEAVING = 1 << 2,   /* the host has said bye and awaits the acknowledgement */
	ORIEL_LINGERING = 1 << 3, /* nothing more is read; the guest closes, or time does */
	ORIEL_OVER = 1 << 4,      /* `closed` was called */
};

enum oriel_failure {
	ORIEL_FINE,
	ORIEL_STREAM_FAILED,     /* a vm connection waits for another hello */
	ORIEL_CONNECTION_FAILED, /* and this is its end */
};

struct oriel_stream {
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned handles; /* not closed yet */
	int fd;
	bool vm;
	bool destroyed;
	struct oriel_stream_times times;
	const struct oriel_stream_ops *ops;
	void *data;
	char peer[IPC_TEXT_MAX + 1];

	enum oriel_state state;
	bool opened;          /* `ended` is owed */
	uint64_t deadline_ms; /* of any state but open */
	uint32_t begun;       /* streams of the burst, less those that time gave back */
	uint64_t begun_ms;    /* when that was reckoned */
	uint64_t paused_ms;   /* nothing is read before this time */
	uint64_t heard_ms;    /* when the last whole message came */
	uint64_t pinged_ms;
	uint64_t cookie; /* of the newest ping */

	/* Found where no call back is allowed; the timer acts on it. */
	enum oriel_failure failure;
	char failure_reason[IPC_TEXT_MAX + 1];
	char end_reason[IPC_TEXT_MAX + 1]; /* why it leaves or lingers */

	struct hello_host hello;
	struct frame_reader frames;
	uint8_t *frame_buffer; /* ORIEL_MESSAGE_MAX bytes */
	char program[ORIEL_PROGRAM_MAX + 1];
	struct oriel_stream_stats stats;

	struct input_queue input;
	size_t out_size;
	uint8_t out[ORIEL_OUT_MAX];
	struct log_limit guest_log; /* lines the guest sends */
	struct log_limit fault_log; /* lines about its faults */
};

/* ---- oriel_stream.c ---- */

/* Notes that the stream or connection cannot go on; acted on from the loop. */
void oriel_fail(struct oriel_stream *stream, enum oriel_failure failure, const char *reason);
/* The guest has said bye, and why. */
void oriel_guest_left(struct oriel_stream *stream, const char *why);
/* The guest has acknowledged the host's bye. */
void oriel_bye_acknowledged(struct oriel_stream *stream);

/* ---- oriel_output.c ---- */

/* Queues bytes and sends what the socket takes. */
void oriel_send_bytes(struct oriel_stream *stream, const void *data, size_t size);
/* The same for a message of channel 0. */
void oriel_send(struct oriel_stream *stream, const struct wire_type *type, const void *message);
/* Sends what the socket takes, input after the rest. */
void oriel_flush(struct oriel_stream *stream);
/* Drops everything that waits. */
void oriel_drop_output(struct oriel_stream *stream);
bool oriel_has_output(const struct oriel_stream *stream);

/* ---- oriel_text.c ---- */

/* Makes a guest's text fit for JSON and logs: control characters and what is not UTF-8 become '?'. */
void oriel_clean_text(char *text);

/* ---- oriel_dispatch.c ---- */

/* One message of the guest: checked against its row, decoded, handled. */
void oriel_dispatch(struct oriel_stream *stream, const struct frame_message *message);

#endif
