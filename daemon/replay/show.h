/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has a capture executed, prints its frames and compares their checksums. */
#ifndef REPLAY_SHOW_H
#define REPLAY_SHOW_H

#include "execute.h"
#include "sums.h"

enum replay_exit {
	REPLAY_SAME = 0,
	REPLAY_DIFFERS = 1,
	REPLAY_USAGE = 2,
	REPLAY_FAILED = 3,
};

struct show_config {
	struct execute_config execute;
	const char *png;           /* folder, or NULL */
	const struct sums *wanted; /* or NULL */
	unsigned int repeat;       /* runs in all */
};

enum replay_exit show_replay(const struct show_config *config);

/* A sentence on stderr, behind the program's name. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
