/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * orield's own host, sessions and API without a process, a socket in the file system or a clock
 * behind them: what would fork, bind or listen is replaced, and time goes on when it is told to.
 * A child is the other end of what orield gave it.
 */
#ifndef ORIEL_FUZZ_FAKE_HOST_H
#define ORIEL_FUZZ_FAKE_HOST_H

#include "host_private.h"
#include "session/private.h"

#define FAKE_CHILDREN_MAX 64u
#define FAKE_GUESTS_MAX   16u

enum fake_kind { FAKE_RENDER, FAKE_VIEW, FAKE_PROBE, FAKE_KINDS };

/* A process that was started, until it is reaped. */
struct fake_child {
	enum fake_kind kind;
	char session[IPC_NAME_MAX + 1]; /* as its start message said */
	int control, log;               /* its ends; -1: closed */
	int pidfd;                      /* orield's descriptor for it, by its number */
	int wakes;                      /* a duplicate of that */
	bool reads;                     /* it takes what orield sends */
	bool started;                   /* its start message came */
	bool ended, reaped;
	int code, status; /* as waitid tells */
};

struct fake_host {
	uv_loop_t loop;
	struct host host;
	bool stopped;
	struct fake_child children[FAKE_CHILDREN_MAX];
	size_t n_children;
	int guests[FAKE_GUESTS_MAX]; /* the guests' ends; -1: none */
	/* Called for what orield sends to a child; `message` is decoded, the fd is closed after it. */
	void (*told)(struct fake_child *child, const struct wire_type *type, const void *message);
};

extern struct fake_host fake;

/* A host with the configured session "one". */
void fake_begin(void);
/* Ends all of it in order. Nothing may be left: no descriptor, no handle. */
void fake_end(void);

/* Lets the loop run until it has nothing to do, and each child take what it was sent. */
void fake_settle(void);
/* Time goes on by so much, in steps of at most a second. */
void fake_pass(uint32_t ms);

/* A specification as the configuration and the API make it. */
void fake_spec(const char *name, bool configured, struct session_spec *ret_spec);

/* The living child of this kind and session; NULL: none. A probe has no session. */
struct fake_child *fake_find(enum fake_kind kind, const char *session);
/* Sends a datagram with so many copies of fd. */
void fake_send_raw(
	const struct fake_child *child, const void *data, size_t size, int fd, unsigned n_fds);
/* Sends a message; fd is -1 or goes along. */
void fake_send(struct fake_child *child, const struct wire_type *type, const void *message, int fd);
/* Says that it is ready. */
void fake_ready(struct fake_child *child);
/* The process ends; `linked`: something still holds its end of the link. */
void fake_exit(struct fake_child *child, int code, int status, bool linked);
/* A guest connects to the session's first listener. */
void fake_guest(struct session *session, unsigned index, bool vm);

/* What the session tells of itself must be clean text, within its limits, and a JSON document. */
void fake_check(const struct session *session);

#endif
