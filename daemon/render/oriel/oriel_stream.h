/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A guest connection that speaks Oriel's protocol (proto/wire.md), on the render process's main uv
 * loop. Everything that comes in is hostile; each message has one row with its type, the direction
 * and the states in which it may come.
 *
 *	connection  create ............................................ closed
 *	streams          opened .. ended      opened .. ended (vm only)
 *
 * A connection of a process on this host carries one stream and is closed after it. A connection
 * that comes by a VM's device outlives its streams: the guest may start over, and is waited for
 * without limit.
 */
#ifndef ORIEL_ORIEL_STREAM_H
#define ORIEL_ORIEL_STREAM_H

#include <uv.h>

#include "ipc_messages.h"

struct channel_host;
struct oriel_stream;
struct stream;

struct oriel_stream_ops {
	/*
	 * A guest has said hello and the stream runs. `protocol` is "oriel-1", `program` the guest's name
	 * for itself, `token` resumes the connection in a later render process (stream's `token`).
	 */
	void (*opened)(void *data, const char *protocol, const char *program,
		const uint8_t token[IPC_TOKEN_SIZE]);
	/* What was opened is over: `reason` for people. Called once for each `opened`. */
	void (*ended)(void *data, const char *reason);
	/*
	 * A channel begins: its counters, the owner's, or NULL when no more can be had. In use
	 * until `channel_ended`, which may come after `ended`. NULL where no channels are offered.
	 */
	struct stream *(*channel_began)(void *data, const char *protocol, const char *program);
	void (*channel_ended)(void *data, struct stream *stream, const char *reason);
	/* The connection is over (after `ended`, if a stream was open); destroy it here or later. */
	void (*closed)(void *data, const char *reason);
};

/* Milliseconds; 0: as the protocol says (oriel_limits.h). */
struct oriel_stream_times {
	uint32_t hello_deadline; /* a local connection without a hello is closed */
	uint32_t ping;           /* a guest that is silent for so long is pinged */
	uint32_t silence;        /* and for so long given up */
};

struct oriel_stream_config {
	int fd;       /* the connection, unread or peeked at; a non-blocking stream */
	bool vm;      /* came by a VM's device */
	bool resumed; /* an earlier render process read from it */
	uint8_t token[IPC_TOKEN_SIZE]; /* resumed: what `opened` gave last; zeros: no stream was open */
	const char *peer;              /* who connected, for the log; copied */
	const struct channel_host *host; /* borrowed; what channels are offered; NULL: none */
	struct oriel_stream_times times;
};

struct oriel_stream_stats {
	uint64_t bytes_in; /* bytes received since the stream was opened */
	uint64_t messages; /* messages handled since then */
};

/*
 * Takes config->fd, also on failure. `ops` and `data` are borrowed for its life. Nothing is called
 * back before the loop runs. 0 or negative errno.
 */
int oriel_stream_create(uv_loop_t *loop, const struct oriel_stream_config *config,
	const struct oriel_stream_ops *ops, void *data, struct oriel_stream **ret_stream);

/*
 * Events for the guest; never blocks, never fails. While the guest does not read, pointer motion
 * is merged; keys and buttons keep their order, and a guest that leaves more than the queue holds
 * unread loses the stream. Without an open stream it does nothing.
 */
void oriel_stream_input(struct oriel_stream *stream, const struct ipc_display_input *input);

/* Which lines the guest sends and are logged: now, and of streams to come. enum log_level; 0: our own. */
void oriel_stream_log_level(struct oriel_stream *stream, uint8_t level);

/* What the stream has received; zeros before the first. */
void oriel_stream_stats(const struct oriel_stream *stream, struct oriel_stream_stats *ret_stats);

/*
 * Says goodbye in order: the stream ends, and the connection closes, when the guest has acknowledged
 * it or after a second. Without an open stream the connection closes at once, from the loop.
 */
void oriel_stream_bye(struct oriel_stream *stream, const char *reason);

/*
 * Closes and frees without a word and without a call; may be called in any of the ops, but not with
 * channels open. NULL is fine.
 */
void oriel_stream_destroy(struct oriel_stream *stream);

#endif
