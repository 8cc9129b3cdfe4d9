/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A channel of forwarded OpenGL (proto/gl/stream.md): a thread that takes the guest's messages from
 * one pipe (proto/pipe.h), executes them and writes what there is to answer into another. With
 * shared memory the guest is at the pipes' other ends; else the main loop is, and carries bytes
 * between them and the connection.
 *
 *	opening  the thread starts; its first event tells what the host offers, or that it is over
 *	open     messages
 *	over     the thread has ended; what it has answered can still be taken
 *
 * Everything here is called on the main loop. Nothing blocks.
 */
#ifndef ORIEL_CHANNEL_H
#define ORIEL_CHANNEL_H

#include <uv.h>

#include "capture.h"
#include "channel/executor.h"
#include "oriel_messages.h"
#include "stream.h"
#include "surface.h"

#define CHANNEL_TO_HOST  ORIEL_CREDIT_DEFAULT /* bytes of the pipe, and the window of credit */
#define CHANNEL_TO_GUEST ORIEL_MESSAGE_MAX

struct channel;

/* What the channels of a process share. */
struct channel_host {
	const struct executor *executor; /* NULL: there are no channels to be had */
	const struct egl *egl;           /* borrowed; open */
	struct surfaces *surfaces;
	struct captures *captures; /* NULL: nothing is ever captured */
	bool compute;              /* compute shaders are allowed */
};

/* Bulk transfers of all channels of a connection. */
struct channel_bulk {
	_Atomic uint64_t bytes;
	_Atomic uint32_t transfers;
};

struct channel_config {
	const struct channel_host *host; /* borrowed, as are the next three */
	struct channel_bulk *bulk;
	struct stream *stream;
	void (*event)(void *data); /* main loop: look at the channel again */
	void *data;
	uint8_t number;
	bool shared;                 /* the guest shares the pipes' memory */
	struct wire_blob parameters; /* of channel_open, until channel_create() returns */
	char program[ORIEL_PROGRAM_MAX + 1];
};

enum channel_state {
	CHANNEL_OPENING,
	CHANNEL_OPEN,
	CHANNEL_OVER,
};

/* 0 or negative errno. Nothing is called back before the loop runs. */
int channel_create(
	uv_loop_t *loop, const struct channel_config *config, struct channel **ret_channel);
enum channel_state channel_state(const struct channel *channel);
bool channel_shared(const struct channel *channel);
/* Of an open one, before the guest is told: it is captured from now on, if somebody wants that. */
void channel_capture(struct channel *channel);
/* Of an open one: the payload of caps for channel_opened; returns its bytes. */
size_t channel_caps(const struct channel *channel, const void **ret_caps);
/* The descriptor of the shared memory and its layout; the caller's from then on, once. */
int channel_share(struct channel *channel, struct oriel_shared_memory *ret_message);
/*
 * Hands over bytes of whole messages of the guest. False: it was sent more than was granted, and
 * none of them was taken. Not where memory is shared.
 */
bool channel_write(struct channel *channel, const uint8_t *messages, size_t size);
/* Bytes to be granted now, or 0. */
uint32_t channel_grant(struct channel *channel);
/* Whole messages for the guest, at most about `most` bytes; NULL: there are none. Not where memory is shared. */
const uint8_t *channel_peek(struct channel *channel, size_t most, size_t *ret_size);
/* Of messages that are sent in part: where the rest begins. */
const uint8_t *channel_rest(const struct channel *channel);
/* So much of it was sent. */
void channel_took(struct channel *channel, size_t size);
/* An `error` about one of the channel's messages, for channel 0. False: there is none. */
bool channel_error(struct channel *channel, struct oriel_error *ret_error);
/* The guest closes it: it is over when all that came before is executed. */
void channel_close(struct channel *channel);
/* It is over as soon as the thread can be stopped. */
void channel_stop(struct channel *channel);
/* Of one that is over: 0 if the guest closed it, else enum oriel_error_code; `reason` for people. */
uint32_t channel_code(const struct channel *channel, const char **ret_reason);
/* Frees one that is over. NULL is fine. */
void channel_destroy(struct channel *channel);

#endif
