/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system call filter of a profile, from its lists in calls.c: seccomp(2). */
#ifndef ORIEL_SANDBOX_FILTER_H
#define ORIEL_SANDBOX_FILTER_H

#include <stdbool.h>

#include "sandbox.h"

/* For every thread there is. `landlocked`: Landlock keeps the process from files. 0 or negative errno. */
int filter_load(enum sandbox_profile profile, bool landlocked);

/* How many different system calls it allows. */
size_t filter_count(enum sandbox_profile profile, bool landlocked);

#endif
