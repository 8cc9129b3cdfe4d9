/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether a process hangs. The main loop answers a ping each second. A render process tells with
 * the answer how long its worker has been in its present command and how much CPU time that took: a
 * long shader compile goes on using CPU time, a hang does not. Times are clock_ms.
 */
#ifndef ORIEL_HEARTBEAT_H
#define ORIEL_HEARTBEAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc_messages.h"

#define HEARTBEAT_START_MS  30000u /* until it must be ready */
#define HEARTBEAT_SILENT_MS 5000u  /* without an answer */
#define HEARTBEAT_BUSY_MS   30000u /* the same, while it uses CPU time: a view process that encodes */
#define HEARTBEAT_STUCK_MS  10000u /* in one command without progress */
#define HEARTBEAT_CPU_MS    50u    /* CPU time that counts as progress */

struct heartbeat {
	uint32_t serial;
	uint64_t answered_ms;     /* or started, or since when answers are due */
	uint32_t busy_ms;         /* of the last answer */
	uint32_t progress_cpu_ms; /* CPU time of the present command when progress was seen last */
	uint64_t progress_ms;
	uint64_t cpu_ms; /* of the process, when it was looked at last */
	char command[IPC_NAME_MAX + 1];
};

/* A life begins, or answers were not due until now. */
void heartbeat_reset(struct heartbeat *heartbeat, uint64_t now_ms);
void heartbeat_answer(struct heartbeat *heartbeat, uint32_t serial, uint64_t now_ms);
/* The same, with what the worker does. */
void heartbeat_render_answer(
	struct heartbeat *heartbeat, const struct ipc_render_pong *pong, uint64_t now_ms);

/* True when it hangs, with the reason. */
bool heartbeat_render_hangs(const struct heartbeat *heartbeat, uint64_t now_ms,
	uint32_t command_timeout_s, char *ret_reason, size_t size);
/* `cpu_ms`: CPU time of the process until now. To be called each second. */
bool heartbeat_view_hangs(struct heartbeat *heartbeat, uint64_t now_ms, uint64_t cpu_ms,
	char *ret_reason, size_t size);

#endif
