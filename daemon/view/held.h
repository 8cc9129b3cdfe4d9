/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys and buttons that one viewer holds down, so that they can be released when it goes. */
#ifndef ORIEL_VIEW_HELD_H
#define ORIEL_VIEW_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "ipc_messages.h"

#define HELD_KEYS_MAX 64u
/* Events that release everything: each key, and the buttons. */
#define HELD_EVENTS_MAX (HELD_KEYS_MAX + 1u)

struct held {
	uint32_t n;

	struct {
		uint32_t keysym, keycode;
	} keys[HELD_KEYS_MAX];

	uint16_t buttons;
	uint32_t x, y; /* where the pointer was last */
};

/*
 * Notes an event. False when it must not be passed on: a key let go that was not down, or one more
 * key than anybody holds. A key that repeats is passed on.
 */
bool held_note(struct held *held, const struct ipc_event *event);

/* Writes the events that release everything to ret_events (room for HELD_EVENTS_MAX); returns how many. */
uint32_t held_release(struct held *held, struct ipc_event *ret_events);

#endif
