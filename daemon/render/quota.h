/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The session's limits (limit.h) in its render process: values that orield may change at any time,
 * what is used of them, and how often each was reached. Clients share: one alone may take four
 * fifths, and the more they are the less each, so that something is always left for another.
 */
#ifndef ORIEL_RENDER_QUOTA_H
#define ORIEL_RENDER_QUOTA_H

#include "ipc_messages.h"
#include "limit.h"

/* One client's part of what is counted. */
struct quota {
	uint32_t stream;
	const char *program; /* borrowed */
	uint64_t used[LIMITS_N];
};

/* ---- any thread */

/* The values that hold from now on; those behind the n-th are at their defaults. */
void quota_set(const struct ipc_limit *values, size_t n);
uint64_t quota_limit(enum limit_id id);
/* Fills n_limits and limits. */
void quota_report(struct ipc_render_pong *pong);
/* Of a rate: so much more; what is used is what came in a second. */
void quota_flow(enum limit_id id, uint64_t n);
/* Counts that a limit was reached, and says so in the log, each ten seconds at most. `owner` may be NULL. */
void quota_refuse(const struct quota *owner, enum limit_id id, uint64_t wanted);

/* ---- the owner's thread */

/* Takes n if they are to be had. False: counted and logged. NULL: the process's own. */
bool quota_take(struct quota *owner, enum limit_id id, uint64_t n);
/* What was taken. */
void quota_give(struct quota *owner, enum limit_id id, uint64_t n);

#endif
