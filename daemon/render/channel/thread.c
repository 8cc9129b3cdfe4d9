/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The thread of a channel: what it waits for, and its beginning and end. */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "channel/futex.h"
#include "channel/internal.h"
#include "heap.h"

/* A sleeper looks again after so long: the other end can write anything into the word it sleeps on. */
#define LOOK_NS UINT64_C(1000000000)
/*
 * A guest that asks and waits sends again within microseconds, which is less than it takes to be
 * woken. Where nothing came in that time, the next look is half as long: a guest that pauses does
 * not cost a CPU.
 */
#define SPIN_NS UINT32_C(50000)
/* Times that it looks before it asks the clock: a microsecond or two. */
#define LOOKS 64u
/* What came so soon would have been seen by looking. */
#define SOON_NS UINT32_C(100000)

void channel_end(struct channel *channel, uint32_t code, const char *reason)
{
	if (channel->ended)
		return;
	channel->ended = true;
	channel->code = code;
	snprintf(channel->reason, sizeof(channel->reason), "%s", reason);
}

void channel_kick(struct channel *channel)
{
	if (!atomic_load(&channel->asleep))
		return;
	atomic_fetch_add(&channel->in.words->data, 1);
	futex_wake(&channel->in.words->data);
	atomic_fetch_add(&channel->out.words->room, 1);
	futex_wake(&channel->out.words->room);
}

bool channel_pause(struct channel *channel, uint32_t ms)
{
	const struct timespec time = { .tv_nsec = (long)ms * 1000000 };

	worker_idle(&channel->worker);
	nanosleep(&time, NULL);
	worker_busy(&channel->worker, "messages");
	return !atomic_load(&channel->stop);
}

bool channel_wait_room(struct channel *channel)
{
	uint32_t word;

	worker_idle(&channel->worker);
	atomic_store(&channel->asleep, true);
	while (!atomic_load(&channel->stop) && pipe_writer_sleepy(&channel->out, &word)) {
		if (!atomic_load(&channel->stop))
			futex_wait(&channel->out.words->room, word, LOOK_NS);
		pipe_writer_woke(&channel->out);
	}
	atomic_store(&channel->asleep, false);
	worker_busy(&channel->worker, "messages");
	if (channel->out.broken)
		channel_end(channel, ORIEL_ERROR_MALFORMED, "its shared memory makes no sense");
	return !channel->out.broken && !atomic_load(&channel->stop);
}

/* ---- waiting for messages */

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#endif
}

static bool something(struct channel *channel)
{
	size_t size;

	pipe_peek(&channel->in, &size);
	return size >= channel->need || channel->in.broken || atomic_load(&channel->stop) ||
	       atomic_load(&channel->wanted) || atomic_load(&channel->closing);
}

/* A few looks, without asking the clock: as long as a guest takes that has its answer and asks again. */
static bool glance(struct channel *channel)
{
	for (unsigned i = 0; i < LOOKS; i++) {
		if (something(channel))
			return true;
		relax();
	}
	return false;
}

/* True: something came. */
static bool look(struct channel *channel, uint64_t until)
{
	do {
		if (glance(channel))
			return true;
	} while (clock_ns() < until);
	return false;
}

static void sleep_for(struct channel *channel, uint64_t ns)
{
	uint32_t word;

	worker_idle(&channel->worker);
	if (channel->executed)
		channel->config.host->executor->idle(channel->exec);
	channel->executed = false;
	atomic_store(&channel->asleep, true);
	if (pipe_reader_sleepy_below(&channel->in, channel->need, &word)) {
		if (!something(channel))
			futex_wait(&channel->in.words->data, word, ns < LOOK_NS ? ns : LOOK_NS);
		pipe_reader_woke(&channel->in);
	}
	atomic_store(&channel->asleep, false);
}

/* Until there is something to do, or a present is due. */
static void wait_for_work(struct channel *channel)
{
	uint64_t now, due, spin;

	if (channel->spin_ns > 0 && glance(channel))
		return;
	due = channel_presented_run(channel);
	now = clock_ns();
	spin = channel->spin_ns < due ? channel->spin_ns : due;
	if (spin > 0 && look(channel, now + spin))
		return;
	sleep_for(channel, due > spin ? due - spin : 1);
	if (!channel->may_spin)
		return;
	channel->spin_ns = clock_ns() - now < SOON_NS ? SPIN_NS : channel->spin_ns / 2;
}

/* ---- for the executor */

static int on_send(void *data, const void *message, size_t size)
{
	return channel_answer_bytes(data, message, size);
}

static const enum limit_id taken_as[GL_EXEC_TAKES] = {
	[GL_EXEC_CONTEXTS] = LIMIT_CONTEXTS,
	[GL_EXEC_RESOURCES] = LIMIT_RESOURCES,
	[GL_EXEC_RESOURCE_BYTES] = LIMIT_RESOURCE_BYTES,
	[GL_EXEC_OBJECTS] = LIMIT_OBJECTS,
	[GL_EXEC_SHADER_BYTES] = LIMIT_SHADER_BYTES,
};

static bool on_take(void *data, enum gl_exec_take what, uint64_t amount, uint64_t size)
{
	struct channel *channel = data;

	if (what == GL_EXEC_RESOURCE_BYTES && size > quota_limit(LIMIT_RESOURCE_SIZE)) {
		quota_refuse(&channel->quota, LIMIT_RESOURCE_SIZE, size);
		return false;
	}
	if (what == GL_EXEC_SHADER_BYTES && size > quota_limit(LIMIT_SHADER_SIZE)) {
		quota_refuse(&channel->quota, LIMIT_SHADER_SIZE, size);
		return false;
	}
	return quota_take(&channel->quota, taken_as[what], amount);
}

static void on_give(void *data, enum gl_exec_take what, uint64_t amount)
{
	struct channel *channel = data;

	quota_give(&channel->quota, taken_as[what], amount);
}

static const struct gl_exec_ops exec_ops = {
	.send = on_send,
	.present = channel_on_present,
	.surface_gone = channel_on_surface_gone,
	.take = on_take,
	.give = on_give,
};

/* For the watchdog; any thread, with the worker's lock held. */
static const char *describe(const void *data)
{
	const struct channel *channel = data;

	return channel->config.host->executor->command(channel->exec);
}

/* ---- the thread */

static bool several_cpus(void)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	return sched_getaffinity(0, sizeof(cpus), &cpus) < 0 || CPU_COUNT(&cpus) != 1;
}

/* NULL, or why the channel cannot be opened. */
static const char *start(struct channel *channel)
{
	const struct channel_host *host = channel->config.host;

	channel->exec_config = (struct gl_exec_config){
		.egl = host->egl,
		.compute = host->compute,
		.refresh = (uint32_t)quota_limit(LIMIT_REFRESH_RATE) * 1000,
		.shader_size = quota_limit(LIMIT_SHADER_SIZE),
		.resource_size = quota_limit(LIMIT_RESOURCE_SIZE),
		.ops = &exec_ops,
		.data = channel,
	};
	channel->caps_size = host->executor->caps(host->egl, host->compute,
		channel->exec_config.refresh, channel->caps, ORIEL_CAPS_MAX);
	if (channel->caps_size < sizeof(uint32_t))
		return "this host has no OpenGL to offer";
	if (channel_messages_init(channel) < 0 ||
		host->executor->create(&channel->exec_config, &channel->exec) < 0)
		return "there is no memory for it";
	if (channel->config.shared)
		channel->caps[0] |= 1; /* flags, little-endian: shared_memory follows */
	worker_describe(&channel->worker, describe, channel);
	return NULL;
}

/* What the executor should have given back, too. */
static void give_back(struct channel *channel)
{
	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		uint64_t used = channel->quota.used[id];
		if (id == LIMIT_RESOURCE_BYTES) /* the pipes stay for what is still to be read */
			used -= pipe_memory_size(CHANNEL_TO_HOST, CHANNEL_TO_GUEST);
		quota_give(&channel->quota, id, used);
	}
}

static void finish(struct channel *channel)
{
	worker_busy(&channel->worker, "the end of a channel");
	worker_describe(&channel->worker, NULL, NULL);
	channel_windows_destroy(channel);
	if (channel->exec)
		channel->config.host->executor->destroy(channel->exec);
	channel_messages_finish(channel);
	give_back(channel);
	/* What it made goes back to the system: without this the C library keeps much of it. */
	heap_trim();
	worker_leave(&channel->worker);
	atomic_store(&channel->over, true);
	uv_async_send(&channel->async);
}

static void serve(struct channel *channel)
{
	while (!channel->ended && !atomic_load(&channel->stop)) {
		if (atomic_load(&channel->wanted)) {
			atomic_store(&channel->wanted, false);
			worker_busy(&channel->worker, "read-back");
			channel_serve(channel);
		}
		if (channel_messages_run(channel)) {
			if (channel->n_presented > 0)
				channel_presented_run(channel);
		} else if (channel->in.broken) {
			channel_end(
				channel, ORIEL_ERROR_MALFORMED, "its shared memory makes no sense");
		} else if (atomic_load(&channel->closing)) {
			channel_end(channel, 0, "the guest closed it");
		} else {
			wait_for_work(channel);
		}
	}
	channel_end(channel, ORIEL_ERROR_NOT_ALLOWED, "the host ends it");
}

void *channel_thread(void *data)
{
	struct channel *channel = data;
	const char *fault;

	pthread_setname_np(pthread_self(), "gl");
	list_init(&channel->windows);
	channel->may_spin = channel->config.shared && several_cpus();
	worker_join(&channel->worker);
	worker_busy(&channel->worker, "the start of a channel");
	fault = start(channel);
	if (fault) {
		channel_end(channel, ORIEL_ERROR_NO_MEMORY, fault);
	} else {
		atomic_store(&channel->open, true);
		uv_async_send(&channel->async);
		serve(channel);
	}
	finish(channel);
	return NULL;
}
