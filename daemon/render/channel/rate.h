/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How fast the channels of a process are read (command_rate), all of them together. */
#ifndef ORIEL_CHANNEL_RATE_H
#define ORIEL_CHANNEL_RATE_H

#include <stdint.h>

/* Any thread: so many bytes were read. Nanoseconds that it is to wait before it reads more; 0: none. */
uint64_t channel_rate_take(uint64_t bytes);

#endif
