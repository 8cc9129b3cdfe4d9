/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A listening unix socket of a session. What comes through a connection is never read here. */
#ifndef ORIEL_LISTENER_H
#define ORIEL_LISTENER_H

#include "session.h"

struct listener;

/* A peer that may connect: takes fd (non-blocking). `peer` says for people who it is. */
typedef void (*listener_accept)(
	void *data, const struct listener_spec *spec, int fd, const char *peer);

/*
 * Binds with the mode and owner of the specification (borrowed for the listener's life) and
 * listens. A socket that nobody serves any more is replaced, a live one is not. `label` begins its
 * log lines, copied. 0, or -1 with ret_problem: its pointer is left for the caller.
 */
int listener_create(uv_loop_t *loop, const struct listener_spec *spec, const char *label,
	listener_accept accept, void *data, struct listener **ret_listener,
	struct problem *ret_problem);

/* Removes the socket, if it is still its own, and frees. NULL is fine. */
void listener_destroy(struct listener *listener);

#endif
