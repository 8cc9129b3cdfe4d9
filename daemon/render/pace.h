/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast a client may present (present_rate), and how far ahead of that rate (frames_ahead). */
#ifndef ORIEL_RENDER_PACE_H
#define ORIEL_RENDER_PACE_H

#include <stdint.h>

/* When a client's next present would be due if it kept to the rate; 0 for a new one. */
struct pace {
	uint64_t due_ns;
};

/* Until another frame may be presented; 0: now. */
uint64_t pace_wait_ns(struct pace *pace, uint64_t now_ns);
/* The same in milliseconds. */
uint32_t pace_wait(struct pace *pace, uint64_t now_ns);
void pace_present(struct pace *pace, uint64_t now_ns);

#endif
