/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "pace.h"

#include "quota.h"

#define SECOND_NS UINT64_C(1000000000)

static uint64_t interval_ns(void)
{
	return SECOND_NS / quota_limit(LIMIT_PRESENT_RATE);
}

uint64_t pace_wait_ns(struct pace *pace, uint64_t now_ns)
{
	uint64_t interval = interval_ns();
	uint64_t ahead = (quota_limit(LIMIT_FRAMES_AHEAD) - 1) * interval;

	/* Later than the limits lead to: they were others then, and it could be for minutes. */
	if (pace->due_ns > now_ns + ahead + interval)
		pace->due_ns = now_ns + ahead + interval;
	return pace->due_ns <= now_ns + ahead ? 0 : pace->due_ns - now_ns - ahead;
}

uint32_t pace_wait(struct pace *pace, uint64_t now_ns)
{
	uint64_t ns = pace_wait_ns(pace, now_ns);

	return ns > 0 ? (uint32_t)(ns / 1000000 + 1) : 0;
}

void pace_present(struct pace *pace, uint64_t now_ns)
{
	pace->due_ns = (pace->due_ns > now_ns ? pace->due_ns : now_ns) + interval_ns();
}
