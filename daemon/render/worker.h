/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the thread that executes commands is doing, for the heartbeat: a shader that compiles for
 * long keeps the process's CPU time rising; a hang does not.
 */
#ifndef ORIEL_WORKER_H
#define ORIEL_WORKER_H

#include "ipc_messages.h"

/* The worker begins a command; `name` is a literal. */
void worker_begin(const char *name);
/* The worker is idle again. */
void worker_end(void);
/* Fills busy_ms, busy_cpu_ms and command; any thread. */
void worker_report(struct ipc_render_pong *pong);

#endif
