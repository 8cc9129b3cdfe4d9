/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the host says in a replay, compared with what it said when the capture was made. What
 * follows from time alone (presented, retired) does not count, nor what is larger than a message.
 */
#ifndef REPLAY_REPLIES_H
#define REPLAY_REPLIES_H

#include <stddef.h>

#include "report.h"

struct replies; /* one message each, by its opcode and a hash */

struct replies *replies_create(void);
void replies_destroy(struct replies *replies);
/* A message that was sent now, header included. */
void replies_sent(struct replies *replies, const void *message, size_t size);
/* One of the capture. */
void replies_recorded(struct replies *replies, const void *message, size_t size);
/* All that belongs to the guest's last message is there: compares it, into ret_end. */
void replies_settle(struct replies *replies, struct report_end *end);

#endif
