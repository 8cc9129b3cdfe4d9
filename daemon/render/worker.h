/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the threads that execute commands are doing, for the heartbeat: a shader that compiles for
 * long keeps the process's CPU time rising; a hang does not.
 */
#ifndef ORIEL_WORKER_H
#define ORIEL_WORKER_H

#include <stdatomic.h>

#include "ipc_messages.h"
#include "list.h"

/* One thread's. Zeroed before worker_join(). */
struct worker {
	struct list link;           // workers, under their lock
	_Atomic(const char *) name; /* a literal; NULL: idle */
	_Atomic uint64_t since_ns;
	_Atomic uint64_t steps; /* commands since then, where the clock is not asked for each */
	const char *(*describe)(const void *data); /* under the lock */
	const void *data;

	struct { /* the main loop's: what it saw last, and when */
		uint64_t since_ns, steps, began_ns, cpu_ns;
	} seen;
};

/* ---- the worker's thread */

void worker_join(struct worker *worker);
void worker_leave(struct worker *worker);
/* What tells a command's name from now on, a literal or NULL, on any thread; NULL: nothing does. */
void worker_describe(
	struct worker *worker, const char *(*describe)(const void *data), const void *data);
/* It begins a command, or many of which worker_step() tells each; `name` is a literal. */
void worker_busy(struct worker *worker, const char *name);

static inline void worker_step(struct worker *worker)
{
	atomic_store_explicit(&worker->steps,
		atomic_load_explicit(&worker->steps, memory_order_relaxed) + 1, memory_order_relaxed);
}

/* The same where it may be at it already: its steps tell that it goes on. */
static inline void worker_go_on(struct worker *worker, const char *name)
{
	if (atomic_load_explicit(&worker->name, memory_order_relaxed) != name)
		worker_busy(worker, name);
}

void worker_idle(struct worker *worker);

/* The same for the virgl thread. */
void worker_begin(const char *name);
void worker_end(void);

/* ---- main loop */

/* Fills busy_ms, busy_cpu_ms and command, of the worker that has been at one command for longest. */
void worker_report(struct ipc_render_pong *pong);

#endif
