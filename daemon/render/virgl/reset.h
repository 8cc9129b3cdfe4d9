/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whether the GPU was reset: a driver that finds its hardware stuck starts it again, and the
 * contexts that were at work are lost. Robust contexts (egl.h) can be asked: GL_KHR_robustness.
 */
#ifndef ORIEL_VIRGL_RESET_H
#define ORIEL_VIRGL_RESET_H

#include <stdbool.h>
#include <stdint.h>

#define RESET_ASK_NS \
	UINT64_C(100000000) /* least time between two questions: a driver may ask the kernel each time */

struct reset {
	bool known, tells; /* known: the driver was asked whether it tells */
	uint64_t asked_ns; /* CLOCK_MONOTONIC */
};

/*
 * Asks the current context, if it is time to and it is robust. NULL: all is well; else what
 * happened, for people.
 */
const char *reset_ask(struct reset *reset, bool robust, uint64_t now_ns);

/* After an EGL call failed: the same when that was for a lost context, else NULL. */
const char *reset_of_egl(void);

#endif
