/* SPDX-License-Identifier: MIT */
/*
 * What a guest may still send on a channel, in bytes and in presents (wire.md, "Credits"). The
 * guest keeps one to know when to wait; the host keeps one to hold the guest to it, and grants
 * again what it has executed.
 */
#ifndef ORIEL_CREDIT_H
#define ORIEL_CREDIT_H

#include <stdbool.h>
#include <stdint.h>

struct credit {
	uint32_t window_bytes, window_frames; /* what the channel began with, and never exceeds */
	uint32_t bytes, frames;               /* what is left */
	uint32_t done_bytes, done_frames;     /* host: executed, and not yet granted again */
};

void credit_init(struct credit *credit, uint32_t bytes, uint32_t frames);
/* False, and nothing is spent, when less is left: the guest waits, the host closes the channel. */
bool credit_spend(struct credit *credit, uint32_t bytes, uint32_t frames);
/* Guest: takes a grant in. False when it would exceed the window: a fault of the host. */
bool credit_granted(struct credit *credit, uint32_t bytes, uint32_t frames);
/*
 * Host: what was spent has been executed. True when it is time for a message `credit` with what is
 * returned, which counts as granted: a quarter of the bytes, or any present.
 */
bool credit_done(struct credit *credit, uint32_t bytes, uint32_t frames, uint32_t *ret_bytes,
	uint32_t *ret_frames);

#endif
