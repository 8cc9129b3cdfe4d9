/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this folder share: the connection, what goes out, the messages, the channels. */
#ifndef ORIEL_ORIEL_INTERNAL_H
#define ORIEL_ORIEL_INTERNAL_H

#include "channel/channel.h"
#include "frame.h"
#include "hello.h"
#include "input_queue.h"
#include "list.h"
#include "log.h"
#include "oriel_stream.h"

/* Bytes that wait for a guest which does not read, input not counted. */
#define ORIEL_OUT_MAX 131072u
/* Input is encoded while less than this waits, so that motion can still be merged. */
#define ORIEL_OUT_INPUT 1024u

enum oriel_state {
	ORIEL_SCANNING = 1 << 0,  /* looks for the guest's hello, then its ready */
	ORIEL_OPEN = 1 << 1,      /* messages */
	ORIEL_LEAVING = 1 << 2,   /* the host has said bye and awaits the acknowledgement */
	ORIEL_LINGERING = 1 << 3, /* nothing more is read; the guest closes, or time does */
	ORIEL_ENDING = 1 << 4,    /* nothing is read or sent; what it had must come back first */
	ORIEL_OVER = 1 << 5,      /* `closed` was called */
};

enum oriel_failure {
	ORIEL_FINE,
	ORIEL_STREAM_FAILED,     /* a vm connection waits for another hello */
	ORIEL_CONNECTION_FAILED, /* and this is its end */
};

/* A channel of the connection, until its thread has ended. */
struct oriel_channel {
	struct list link; // oriel_stream.channels
	struct oriel_stream *stream;
	struct channel *channel;
	struct stream *counters; /* the owner's */
	uint8_t number;
	bool told;      /* channel_opened was sent */
	bool overdrawn; /* the guest sent more than was granted */
	bool dropped; /* the guest hears nothing of it any more, and its number may be in use again */
};

/* A descriptor on its way to the guest. */
struct oriel_passing {
	int fd;     /* waits to be sent with the first byte of its message; -1: none does */
	size_t at;  /* bytes before that message in `out` */
	bool begun; /* one counts as under way: it waits, or may not have been received */
	bool waits; /* one is to be sent, and could not be */
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

	const struct channel_host *host; /* NULL: no channels are to be had */
	struct channel_bulk bulk;
	struct list channels; // oriel_channel.link
	struct oriel_channel *by_number[ORIEL_CHANNELS];
	uint8_t ended_by_host[ORIEL_CHANNELS / 8]; /* channels of which more may be on its way */
	struct oriel_channel *sending;             /* one whose message is half-way sent */
	size_t sending_left;                       /* bytes of that */
	struct oriel_passing passing;
	bool departed; /* the guest has said bye, and channels still run */
	char depart_why[ORIEL_REASON_MAX + 1];

	struct input_queue input;
	size_t out_size;
	uint8_t out[ORIEL_OUT_MAX];
	uint8_t guest_level;        /* enum log_level of those lines; 0: as our own */
	struct log_limit guest_log; /* lines the guest sends */
	struct log_limit fault_log; /* lines about its faults */
};

/* ---- oriel_stream.c ---- */

/* Notes that the stream or connection cannot go on; acted on from the loop. */
void oriel_fail(struct oriel_stream *stream, enum oriel_failure failure, const char *reason);
/* The guest has said bye, and what came before is carried out. */
void oriel_guest_departs(struct oriel_stream *stream);
/* A channel has something to say, or has ended. */
void oriel_channel_event(struct oriel_stream *stream);
/* The guest has acknowledged the host's bye. */
void oriel_bye_acknowledged(struct oriel_stream *stream);

/* ---- oriel_input.c ---- */

/* Of an open stream, or one that leaves: takes at least one message from the bytes, or all of them. */
void oriel_take_messages(struct oriel_stream *stream, const uint8_t **data, size_t *size);
/*
 * Reads more of a long message that has come in part to where it is put together. False: none is
 * under way, or nothing could be read; a read elsewhere tells why.
 */
bool oriel_read_rest(struct oriel_stream *stream);

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

/* The same for a message with which a descriptor travels; takes it. One at a time. */
void oriel_send_with_fd(
	struct oriel_stream *stream, const struct wire_type *type, const void *message, int fd);
/* Whether a descriptor may be sent now; if not, the channels are looked at again in a moment. */
bool oriel_may_pass(struct oriel_stream *stream);
/* A descriptor is still under way to the guest. */
bool oriel_passing(struct oriel_stream *stream);

/* ---- oriel_channels.c ---- */

void oriel_channels_init(struct oriel_stream *stream);
/* The guest opens or closes one. */
void oriel_channel_open(struct oriel_stream *stream, const struct wire_header *header,
	const struct oriel_channel_open *open);
void oriel_channel_close(struct oriel_stream *stream, const struct wire_header *header,
	const struct oriel_channel_close *close);
/* A message on a channel other than 0. False: the channel is not open. */
bool oriel_channel_message(struct oriel_stream *stream, const struct frame_message *message);
/*
 * As many whole messages as lie at the front of the bytes for one open channel: their bytes, and
 * how many in *count, which is 0 before. 0: the first is another, or is not whole.
 */
size_t oriel_channel_messages(
	struct oriel_stream *stream, const uint8_t *data, size_t size, uint64_t *count);
/* Looks what the channels have to say: what is told on channel 0. */
void oriel_channels_run(struct oriel_stream *stream);
/* Asks all to end when what came before is executed. True: there are none. */
bool oriel_channels_close(struct oriel_stream *stream);
/* Stops all, executed or not; what is half-way sent still is. */
void oriel_channels_stop(struct oriel_stream *stream);
/* The same, and the guest hears nothing of them any more. */
void oriel_channels_drop(struct oriel_stream *stream);
/* The next channel with something to be sent and that, or NULL. */
struct oriel_channel *oriel_channels_output(
	struct oriel_stream *stream, const uint8_t **ret_data, size_t *ret_size);

/* ---- oriel_dispatch.c ---- */

/* One message of the guest: checked against its row, decoded, handled. */
void oriel_dispatch(struct oriel_stream *stream, const struct frame_message *message);
void oriel_send_error(struct oriel_stream *stream, const struct wire_header *header,
	enum oriel_error_code code, const char *text);

#endif
