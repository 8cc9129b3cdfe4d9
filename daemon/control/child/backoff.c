/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child/backoff.h"

#include <string.h>

#include "util.h"

static void note_time(struct backoff *backoff, uint64_t now_ms)
{
	if (backoff->n_times == ARRAY_SIZE(backoff->times)) {
		memmove(backoff->times, backoff->times + 1,
			sizeof(backoff->times) - sizeof(backoff->times[0]));
		backoff->n_times--;
	}
	backoff->times[backoff->n_times++] = now_ms;
}

int64_t backoff_crash(struct backoff *backoff, uint64_t now_ms, uint64_t life_ms)
{
	note_time(backoff, now_ms);
	if (backoff->n_times > BACKOFF_CRASHES && now_ms - backoff->times[0] <= BACKOFF_WINDOW_MS)
		return -1;
	if (backoff->delay_ms == 0 || life_ms >= BACKOFF_GOOD_MS)
		backoff->delay_ms = BACKOFF_FIRST_MS;
	else if (backoff->delay_ms < BACKOFF_MOST_MS / 2)
		backoff->delay_ms *= 2;
	else
		backoff->delay_ms = BACKOFF_MOST_MS;
	return backoff->delay_ms;
}
