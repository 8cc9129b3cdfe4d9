/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Input events that wait for a guest. Order is kept. Motion that follows motion replaces it while
 * it waits, so that a slow guest sees where the pointer is; presses and releases all arrive.
 */
#ifndef ORIEL_INPUT_QUEUE_H
#define ORIEL_INPUT_QUEUE_H

#include <stdbool.h>

#include "oriel_messages.h"

#define INPUT_QUEUE_MAX 1024u

struct input_event {
	bool is_key;
	bool motion; /* a pointer event that changes no button */

	union {
		struct oriel_input_key key;
		struct oriel_input_pointer pointer;
	};
};

struct input_queue {
	struct input_event events[INPUT_QUEUE_MAX];
	size_t first, count;
	uint16_t buttons; /* as after the newest event */
};

/* Empty, with no button down. */
void input_queue_init(struct input_queue *queue);
/* False when it is full of events that must not be dropped. */
bool input_queue_key(struct input_queue *queue, const struct oriel_input_key *key);
bool input_queue_pointer(struct input_queue *queue, const struct oriel_input_pointer *pointer);
/* The oldest, or NULL; borrowed until the queue changes. */
const struct input_event *input_queue_first(const struct input_queue *queue);
/* Drops the oldest. */
void input_queue_pop(struct input_queue *queue);

#endif
