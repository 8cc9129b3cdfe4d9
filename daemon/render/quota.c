/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "quota.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>

#include "log.h"
#include "util.h"

/* A client may have so many times what is left: four fifths alone, four ninths each of two, ... */
#define SHARE   4u
#define LOG_MS  10000u /* between two lines about a limit */
#define FLOW_MS 500u   /* between two looks at a rate */

static struct {
	_Atomic uint64_t value; /* 0: the default */
	_Atomic uint64_t used, refused;
	_Atomic uint64_t flow;         /* of a rate: all that came */
	uint64_t flow_before, flow_ms; /* when it was looked at last; main loop */
	uint64_t logged_ms;            /* under log_lock; 0: never */
} quotas[LIMITS_N];

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;

void quota_set(const struct ipc_limit *values, size_t n)
{
	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		uint64_t value = id < n ? values[id].value : 0;

		if (value < limits[id].min || value > limits[id].max)
			value = limit_fallback(id);
		atomic_store(&quotas[id].value, value);
	}
}

uint64_t quota_limit(enum limit_id id)
{
	uint64_t value = atomic_load_explicit(&quotas[id].value, memory_order_relaxed);

	return value > 0 ? value : limit_fallback(id);
}

static void flow_measure(enum limit_id id)
{
	uint64_t now = clock_ms(), flow = atomic_load(&quotas[id].flow);
	uint64_t ms = now - quotas[id].flow_ms;

	if (ms < FLOW_MS)
		return;
	atomic_store(&quotas[id].used, (flow - quotas[id].flow_before) * 1000 / ms);
	quotas[id].flow_before = flow;
	quotas[id].flow_ms = now;
}

void quota_report(struct ipc_render_pong *pong)
{
	flow_measure(LIMIT_COMMAND_RATE);
	pong->n_limits = LIMITS_N;
	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		pong->limits[id].used = atomic_load(&quotas[id].used);
		pong->limits[id].refused = atomic_load(&quotas[id].refused);
	}
}

void quota_flow(enum limit_id id, uint64_t n)
{
	atomic_fetch_add_explicit(&quotas[id].flow, n, memory_order_relaxed);
}

static bool log_due(enum limit_id id)
{
	uint64_t now = clock_ms();

	if (quotas[id].logged_ms > 0 && now - quotas[id].logged_ms < LOG_MS)
		return false;
	quotas[id].logged_ms = now;
	return true;
}

void quota_refuse(const struct quota *owner, enum limit_id id, uint64_t wanted)
{
	char limit[LIMIT_TEXT_MAX];

	atomic_fetch_add(&quotas[id].refused, 1);
	limit_format(&limits[id], quota_limit(id), limit);
	pthread_mutex_lock(&log_lock);
	if (log_due(id))
		log_warning("limit %s reached by stream %u (%s): it has %" PRIu64
			    " and wants %" PRIu64 ", the session has %" PRIu64
			    " of %s; raise %s in [limits], or for this session",
			limits[id].name, owner ? owner->stream : 0,
			owner ? owner->program : "Oriel", owner ? owner->used[id] : 0, wanted,
			atomic_load(&quotas[id].used), limit, limits[id].name);
	pthread_mutex_unlock(&log_lock);
}

bool quota_take(struct quota *owner, enum limit_id id, uint64_t n)
{
	uint64_t limit = quota_limit(id), used = atomic_load(&quotas[id].used), left;

	do {
		left = used < limit ? limit - used : 0;
		if (n > left || (owner && owner->used[id] + n > SHARE * (left - n + 1))) {
			quota_refuse(owner, id, n);
			return false;
		}
	} while (!atomic_compare_exchange_weak(&quotas[id].used, &used, used + n));
	if (owner)
		owner->used[id] += n;
	return true;
}

void quota_give(struct quota *owner, enum limit_id id, uint64_t n)
{
	atomic_fetch_sub(&quotas[id].used, n);
	if (owner)
		owner->used[id] -= n;
}
