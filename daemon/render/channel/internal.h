/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A channel's insides: channel.c is the main loop's side, the others are the thread's. The thread
 * sleeps on a word of the pipe that it reads (or writes, when that is full); whoever wants
 * something of it sets a flag and then kicks it.
 */
#ifndef ORIEL_CHANNEL_INTERNAL_H
#define ORIEL_CHANNEL_INTERNAL_H

#include <pthread.h>

#include "bulk.h"
#include "channel/channel.h"
#include "channel/memory.h"
#include "credit.h"
#include "list.h"
#include "log.h"
#include "pace.h"
#include "quota.h"
#include "worker.h"

#define CHANNEL_CHUNK  65536u /* bytes of messages that are run before anything else is looked at */
#define CHANNEL_ERRORS 16u    /* that wait for the main loop */

struct window {
	struct list link; // channel.windows
	struct channel *channel;
	uint32_t id; /* the guest's */
	uint32_t width, height;
	struct surface *surface; /* NULL: it cannot be shown */
	uint64_t due_ns;         /* when its last present with an interval was due */
};

/* A `presented` that is to be sent. */
struct presented {
	uint64_t due_ns;
	uint32_t surface;
};

struct channel {
	struct channel_config config;
	struct channel_memory memory;
	pthread_t thread;
	uv_async_t async;

	/* The main loop's, where memory is not shared. */
	struct pipe feed, drain;
	struct credit credit;
	uint64_t granted_seen; /* what was executed, when it was looked at last */
	uint8_t *parameters;   /* of channel_open */

	/* Any thread's. */
	_Atomic bool stop, closing; /* the main loop to the thread */
	_Atomic bool wanted;        /* somebody wants a frame */
	_Atomic bool asleep;        /* the thread sleeps, or is about to */
	_Atomic bool open, over;    /* the thread to the main loop */
	_Atomic uint64_t granted;   /* position up to which bytes have been granted again */
	pthread_mutex_t lock;       /* of errors */
	struct oriel_error errors[CHANNEL_ERRORS];
	uint32_t n_errors;

	/* The thread's until it says that it is open, or over. */
	uint8_t *caps; /* ORIEL_CAPS_MAX bytes */
	size_t caps_size;
	uint32_t code;
	char reason[ORIEL_REASON_MAX + 1];

	_Atomic(struct capture *) capture; /* set before the guest hears that it is open; NULL: none */

	/* The thread's. */
	bool ended;
	struct pipe in, out;
	size_t need; /* bytes in the pipe for which it sleeps */
	struct gl_exec *exec;
	struct gl_exec_config exec_config;
	struct worker worker;
	struct quota quota;
	uint64_t commands;
	bool executed;    /* something, since the executor was idle */
	bool may_spin;    /* there is another CPU on which the guest can run meanwhile */
	uint32_t spin_ns; /* how long it looks for messages before it sleeps */
	uint8_t *chunk;   /* CHANNEL_CHUNK bytes, messages copied out of shared memory */
	uint8_t *large;   /* one that is larger; NULL: there was none yet */
	struct bulk_set bulk;
	bool bulk_limit;     /* what was asked for is over a limit */
	uint64_t fence;      /* the newest */
	uint32_t bulk_id;    /* of the last transfer to the guest */
	struct list windows; // window.link
	bool fresh;          /* a frame can be read: no command followed its present */
	struct pace pace;
	struct presented presented[ORIEL_FRAMES_AHEAD]; /* presents that are not granted again */
	uint32_t n_presented;
	struct log_limit limit;
};

/* ---- thread.c */

void *channel_thread(void *channel);
/* The channel ends after what is being done. `code`: enum oriel_error_code, or 0. */
void channel_end(struct channel *channel, uint32_t code, const char *reason);
/* Sets the thread going, wherever it sleeps. Any thread, after a flag was set. */
void channel_kick(struct channel *channel);
/* Sleeps so many milliseconds, or until it is to stop. False: it is. */
bool channel_pause(struct channel *channel, uint32_t ms);
/* Waits until the pipe to the guest has room. False: there is nobody any more. */
bool channel_wait_room(struct channel *channel);

/* ---- answers.c */

/* Writes a message of the channel, waiting for room. 0 or negative errno. */
int channel_answer(struct channel *channel, const struct wire_type *type, const void *message);
/* The same for one that is encoded; its channel is filled in, and one that is too large goes as bulk. */
int channel_answer_bytes(struct channel *channel, const void *message, size_t size);
/* Tells the guest on channel 0 that a message was not carried out. */
void channel_refuse(struct channel *channel, const struct wire_header *header,
	enum oriel_error_code code, const char *text);

/* ---- messages.c */

int channel_messages_init(struct channel *channel);
void channel_messages_finish(struct channel *channel);
/* Runs what has come, at most about a chunk. False: nothing was there; channel.need says what would do. */
bool channel_messages_run(struct channel *channel);

/* ---- present.c */

void channel_on_present(
	void *data, uint32_t surface, uint32_t width, uint32_t height, uint32_t interval);
void channel_on_surface_gone(void *data, uint32_t surface);
/* A command runs that may draw. */
void channel_advance(struct channel *channel);
/* Somebody wants a frame. */
void channel_serve(struct channel *channel);
/* Sends the `presented` that are due; nanoseconds until the next one, or UINT64_MAX. */
uint64_t channel_presented_run(struct channel *channel);
void channel_windows_destroy(struct channel *channel);

#endif
