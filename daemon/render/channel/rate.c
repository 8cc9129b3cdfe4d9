/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "channel/rate.h"

#include <pthread.h>

#include "quota.h"
#include "util.h"

#define SECOND_NS UINT64_C(1000000000)
#define BURST     8u /* parts of a second that may be read at once after a pause */

static struct {
	pthread_mutex_t lock;
	int64_t tokens; /* bytes; below 0: what was read ahead of time */
	uint64_t refilled_ns;
} rate = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* With the lock held. Rates are below 2^41 bytes a second, so that microseconds' products fit. */
static void refill(uint64_t limit)
{
	const uint64_t now = clock_ns(), passed = now - rate.refilled_ns;
	const int64_t most = (int64_t)(limit / BURST);

	/* What was less than a microsecond counts the next time. */
	rate.refilled_ns = now - passed % 1000;
	if (passed >= SECOND_NS)
		rate.tokens = most;
	else
		rate.tokens += (int64_t)(limit * (passed / 1000) / 1000000);
	if (rate.tokens > most)
		rate.tokens = most;
}

uint64_t channel_rate_take(uint64_t bytes)
{
	const uint64_t limit = quota_limit(LIMIT_COMMAND_RATE);
	uint64_t wait = 0;

	pthread_mutex_lock(&rate.lock);
	if (rate.tokens < (int64_t)bytes || rate.tokens > (int64_t)(limit / BURST))
		refill(limit);
	rate.tokens -= (int64_t)bytes;
	if (rate.tokens < 0)
		wait = (uint64_t)-rate.tokens * 1000 / limit * 1000000 + 1000000;
	pthread_mutex_unlock(&rate.lock);
	return wait;
}
