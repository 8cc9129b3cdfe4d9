/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "worker.h"

#include <pthread.h>
#include <stdio.h>

#include "util.h"

static struct {
	pthread_mutex_t lock;
	struct list list; // worker.link
} workers = { PTHREAD_MUTEX_INITIALIZER, { &workers.list, &workers.list } };

static struct worker virgl;

static uint64_t process_cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void worker_join(struct worker *worker)
{
	pthread_mutex_lock(&workers.lock);
	list_append(&workers.list, &worker->link);
	pthread_mutex_unlock(&workers.lock);
}

void worker_leave(struct worker *worker)
{
	pthread_mutex_lock(&workers.lock);
	list_remove(&worker->link);
	pthread_mutex_unlock(&workers.lock);
}

void worker_describe(
	struct worker *worker, const char *(*describe)(const void *data), const void *data)
{
	pthread_mutex_lock(&workers.lock);
	worker->describe = describe;
	worker->data = data;
	pthread_mutex_unlock(&workers.lock);
}

void worker_busy(struct worker *worker, const char *name)
{
	atomic_store_explicit(&worker->since_ns, clock_ns(), memory_order_release);
	atomic_store_explicit(&worker->name, name, memory_order_release);
}

void worker_idle(struct worker *worker)
{
	atomic_store(&worker->name, NULL);
}

void worker_begin(const char *name)
{
	worker_busy(&virgl, name);
}

void worker_end(void)
{
	worker_idle(&virgl);
}

/* Milliseconds from `then` to `now`, at least 1: 0 would mean idle. */
static uint32_t elapsed_ms(uint64_t then, uint64_t now)
{
	uint64_t ms = now > then ? (now - then) / 1000000u : 0;

	if (ms == 0)
		return 1;
	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

/*
 * CPU time is a system call, too much for each command, and for many even the clock is: what the
 * main loop saw last tells whether it is another one, which then began now at the latest.
 */
static void look(struct worker *worker, struct ipc_render_pong *pong)
{
	const char *name = atomic_load(&worker->name), *better = NULL;
	const uint64_t since_ns = atomic_load(&worker->since_ns), now = clock_ns();
	const uint64_t steps = atomic_load_explicit(&worker->steps, memory_order_relaxed);
	uint64_t cpu_ns;

	if (!name)
		return;
	cpu_ns = process_cpu_ns();
	if (since_ns != worker->seen.since_ns || steps != worker->seen.steps) {
		worker->seen.began_ns = since_ns != worker->seen.since_ns ? since_ns : now;
		worker->seen.since_ns = since_ns;
		worker->seen.steps = steps;
		worker->seen.cpu_ns = cpu_ns;
	}
	if (elapsed_ms(worker->seen.began_ns, now) <= pong->busy_ms)
		return;
	if (worker->describe)
		better = worker->describe(worker->data);
	pong->busy_ms = elapsed_ms(worker->seen.began_ns, now);
	pong->busy_cpu_ms = elapsed_ms(worker->seen.cpu_ns, cpu_ns);
	snprintf(pong->command, sizeof(pong->command), "%s", better ? better : name);
}

void worker_report(struct ipc_render_pong *pong)
{
	struct worker *worker;

	look(&virgl, pong);
	pthread_mutex_lock(&workers.lock);
	list_for_each(worker, &workers.list, link)
		look(worker, pong);
	pthread_mutex_unlock(&workers.lock);
}
