/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker.h"

#include <stdatomic.h>
#include <stdio.h>

#include "util.h"

static struct {
	_Atomic(const char *) name; /* NULL: idle */
	_Atomic uint64_t since_ns;
} worker;

/* The main loop's: the command that it saw last, and the process's CPU time when it first saw it.
 * To ask for that time is a system call, too much for each command. */
static struct {
	uint64_t since_ns;
	uint64_t cpu_ns;
} seen;

static uint64_t process_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void worker_begin(const char *name)
{
	atomic_store(&worker.since_ns, clock_ns());
	atomic_store(&worker.name, name);
}

void worker_end(void)
{
	atomic_store(&worker.name, NULL);
}

/* Milliseconds from `then` to `now`, at least 1: 0 would mean idle. */
static uint32_t elapsed_ms(uint64_t then, uint64_t now)
{
	uint64_t ms = now > then ? (now - then) / 1000000u : 0;

	if (ms == 0)
		return 1;
	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

void worker_report(struct ipc_render_pong *pong)
{
	const char *name = atomic_load(&worker.name);
	uint64_t since_ns = atomic_load(&worker.since_ns);
	uint64_t cpu_ns;

	if (!name)
		return;
	cpu_ns = process_cpu_ns();
	if (since_ns != seen.since_ns) {
		seen.since_ns = since_ns;
		seen.cpu_ns = cpu_ns;
	}
	pong->busy_ms = elapsed_ms(since_ns, clock_ns());
	pong->busy_cpu_ms = elapsed_ms(seen.cpu_ns, cpu_ns);
	snprintf(pong->command, sizeof(pong->command), "%s", name);
}
