/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * File descriptors under way to guests. The kernel counts those that were sent and not received for
 * the sending user, who is the same for all sessions, and over his limit of open files he can send
 * none (unix(7), ETOOMANYREFS). So one at most is under way on each connection, and on all of this
 * process a part of that limit; and a connection that goes without having received its own is kept
 * until it has, or has closed its socket.
 */
#ifndef ORIEL_PASSING_H
#define ORIEL_PASSING_H

#include <stdbool.h>
#include <stdint.h>

/* Any thread. Another one is under way from now on; false: there are too many. */
bool passing_begin(void);
/* One has been received, or nobody is there any more. */
void passing_end(void);
/* How many are. */
uint32_t passing_under_way(void);

#endif
