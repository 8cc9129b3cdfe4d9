/* SPDX-License-Identifier: MIT */
/* A connection from inside. */
#ifndef GUEST_LINK_INTERNAL_H
#define GUEST_LINK_INTERNAL_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "bulk.h"
#include "connection.h"
#include "credit.h"
#include "frame.h"
#include "hello.h"
#include "oriel_messages.h"
#include "pipe.h"

#define CONNECTION_CHANNEL 1u
/* Bytes that are read from the socket at once. */
#define CONNECTION_READ_MAX (64u << 10)
/* Bytes of messages on channel 0 that wait to be sent; log lines beyond it are left out. */
#define CONNECTION_CONTROL_MAX (16u << 10)
/* Bytes of messages that the host has sent and nobody has taken; a host with more is given up. */
#define CONNECTION_INBOX_MAX (64u << 20)
/* A sleeper looks at the socket this often. */
#define CONNECTION_LOOK_MS 100u

/* Whole messages, one after the other, as they came. */
struct inbox {
	uint8_t *bytes;
	size_t at, end, capacity;
};

struct connection {
	struct connection *next; /* of all there are */
	unsigned references;     /* the registry's lock */
	struct gl_link *link;

	pthread_mutex_t lock; /* the link's */
	/*
	 * The socket's: what is read from it and written to it. Taken after the link's lock, never
	 * held while anybody sleeps.
	 */
	pthread_mutex_t io;
	int fd;
	bool device;      /* a serial device: small pieces, no shared memory, no end to be seen */
	bool shared;      /* the channel's messages go through the pipes */
	_Atomic int lost; /* 0, or why (errno) */
	_Atomic uint8_t level;  /* of the log */
	_Atomic bool said_bye;  /* nothing more is sent */
	_Atomic bool bye_acked; /* the host has read everything */
	bool debug;             /* log lines go to stderr, too */

	/* The socket's input. */
	struct hello_guest hello;
	uint8_t *raw; /* CONNECTION_READ_MAX bytes, of which those from raw_at to raw_end are to be read */
	size_t raw_at, raw_end;
	int passed; /* a descriptor that came with them, or -1 */
	struct frame_reader frames;
	uint8_t *frame_buffer;

	/* The channel's opening. */
	bool opened, refused;
	int memory_error; /* why the shared memory could not be had */
	char reason[ORIEL_REASON_MAX + 1];
	uint32_t frames_ahead;
	struct glm_caps caps;

	/* The socket's output. */
	struct credit credit;
	uint8_t head[WIRE_HEADER_SIZE]; /* the header of the message that is being sent, so far as it is known */
	size_t head_have;
	uint32_t left;  /* bytes of it to come */
	size_t granted; /* bytes that credit was spent for, and that are still to be written */
	uint8_t control[CONNECTION_CONTROL_MAX];
	size_t control_at, control_end;

	/* Shared memory. */
	void *memory;
	size_t memory_size;
	void *pipe_data[2]; /* twice as much address space as data each */
	uint32_t pipe_size[2];
	struct pipe out, in;
	size_t lent; /* bytes of a message that was handed out where it lies in the pipe from the host */
	struct frame_reader pipe_frames;
	uint8_t *pipe_buffer;
	unsigned spin; /* turns that a waiter goes round before it sleeps */

	/* What gl_link_ops.receive gives out. */
	struct inbox inbox;
	uint8_t *message; /* a message copied out of shared memory or the inbox */
	size_t message_capacity;
	struct bulk_set bulk;
	void *bulk_taken; /* the payload given out last */
	uint32_t bulk_next;

	/* The thread that keeps an idle connection alive, and heeds the host's silence. */
	pthread_t keeper;
	bool keeper_runs;
	int keeper_wake;    /* eventfd */
	_Atomic bool heard; /* a message has come since the last look */
	unsigned silent;    /* looks since then */
};

/* A message of the channel; the payload stays until the next call. */
struct incoming {
	struct wire_header header;
	const uint8_t *payload;
	size_t size;
};

/* ---- open.c */

/* Connects, shakes hands and opens the channel. 0 or negative errno; what is wrong was written to stderr. */
int connection_open(struct connection *connection);

/* ---- socket.c */

/* Closes a new descriptor and returns one above those that programs play with; or negative errno. */
int descriptor_move(int fd);
/* A descriptor, non-blocking, close-on-exec and none of the first ten; or negative errno. */
int socket_open(const char *path, bool device);
/* At least one byte written: how many. -EAGAIN: no room. Else negative errno. */
ssize_t socket_write(const struct connection *connection, const void *bytes, size_t size);
/* As socket_write(); 0: the other end is gone. A descriptor that comes goes to connection->passed. */
ssize_t socket_read(struct connection *connection, void *bytes, size_t size);
/* Waits until one of the poll(2) events has come about. Negative timeout: for ever. */
void socket_wait(const struct connection *connection, short events, int timeout_ms);
/* Milliseconds of the monotonic clock. */
uint64_t clock_ms(void);

/* ---- input.c */

/* Marks it lost and wakes whoever sleeps on it. */
void connection_lose(struct connection *connection, int error);
/*
 * The next message that the socket has, those of channel 0 having been taken care of. 1: there is
 * one; 0: there is none; negative: the connection is lost. With the io lock held.
 */
int socket_next(struct connection *connection, struct incoming *ret_message);
/*
 * Reads what the socket has; the channel's messages go to the inbox. 0, or negative: lost. With the
 * io lock held, and that of the link unless there is shared memory.
 */
int connection_look(struct connection *connection);
/* The same for the pipe from the host. With the link's lock held. */
int pipe_drain(struct connection *connection);
int inbox_push(struct inbox *inbox, const struct incoming *message);
/* gl_link_ops.receive */
int connection_receive(void *data, bool wait, struct wire_header *ret_header,
	const void **ret_payload, size_t *ret_size);
void input_finish(struct connection *connection);

/* ---- output.c */

/* gl_link_ops.send */
int connection_send(void *data, const void *bytes, size_t size);
/* A message of channel 0 is sent as soon as it may be. With the io lock held. False: there is no room. */
bool control_send(struct connection *connection, const struct wire_type *type, const void *message);
/* Sends what waits, if it may be sent now. With the io lock held. */
void control_flush(struct connection *connection);
/* Whether something waits that could be sent now. With the io lock held. */
bool control_waits(const struct connection *connection);

/* ---- control.c */

/* A message of channel 0. With the io lock held. */
void control_message(struct connection *connection, const struct frame_message *message);
/* gl_link_ops.log */
void connection_log(void *data, uint8_t level, const char *text);
void connection_logf(struct connection *connection, uint8_t level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- memory.c */

/* Maps the memory that `shared` describes. 0 or negative errno. */
int memory_map(struct connection *connection, const struct oriel_shared_memory *shared, int fd);
void memory_unmap(struct connection *connection);

/* ---- wait.c */

/* Whether there is reason to go round before going to sleep: more than one core to run on. */
void wait_init(struct connection *connection);
/* Waits a while for something in the pipe from the host, or room in that to it. */
void wait_data(struct connection *connection);
void wait_room(struct connection *connection);
/* Wakes the other end, or another thread of ours. */
void wait_wake(_Atomic uint32_t *word);

/* ---- keeper.c */

/*
 * ORIEL_PING_MS have passed: a host that has said nothing meanwhile is pinged, and given up after
 * ORIEL_SILENCE_MS of such times. Time in which this process stood still counts as one.
 */
void keeper_heed(struct connection *connection);
/*
 * Without it the connection works, but the host gives up on a program that does nothing, and a
 * program waits for ever for a host that does not answer.
 */
void keeper_start(struct connection *connection);
void keeper_stop(struct connection *connection);

#endif
