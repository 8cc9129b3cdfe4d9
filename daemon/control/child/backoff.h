/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long to wait before a process that ended is started again, and when to give up. */
#ifndef ORIEL_BACKOFF_H
#define ORIEL_BACKOFF_H

#include <stdint.h>

#define BACKOFF_FIRST_MS  100u
#define BACKOFF_MOST_MS   10000u
#define BACKOFF_GOOD_MS   60000u /* a life as long as this makes the next delay the first again */
#define BACKOFF_CRASHES   5u /* as many in BACKOFF_WINDOW_MS are borne; the next one is too many */
#define BACKOFF_WINDOW_MS 60000u

struct backoff {
	uint32_t delay_ms;                   /* the last one; 0: none yet */
	uint32_t n_times;                    /* entries in use */
	uint64_t times[BACKOFF_CRASHES + 1]; /* of the last crashes, oldest first */
};

/* A process ended at now_ms after life_ms. Milliseconds to wait, or -1 to give up. Zero-initialised is fresh. */
int64_t backoff_crash(struct backoff *backoff, uint64_t now_ms, uint64_t life_ms);

#endif
