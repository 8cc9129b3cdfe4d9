/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Input events of a display on their way to the render process: gathered during a turn of the loop,
 * motion of the pointer put together, and sent in one message. Bounded: while the render process
 * does not read, there is no room, and viewers are not read from.
 */
#ifndef ORIEL_VIEW_INPUT_H
#define ORIEL_VIEW_INPUT_H

#include <stdbool.h>

#include "ipc_messages.h"

struct link;

struct input {
	uint32_t n;
	uint16_t buttons; /* of the last pointer event */
	bool motion;      /* the last event gathered only moved the pointer */
	struct ipc_event events[IPC_EVENTS_MAX];
};

/* True when `n` more events fit. */
bool input_room(const struct input *input, uint32_t n);
/* Adds an event; motion takes the place of motion just before. False: full. */
bool input_add(struct input *input, const struct ipc_event *event);

/*
 * Sends what is gathered, unless the link already holds many messages; without a link it is
 * dropped. `stream` is 0 when nothing is shown: a guest's agent gets input all the same. `width`
 * and `height` are the display's.
 */
void input_send(struct input *input, struct link *render, uint32_t display, uint32_t stream,
	uint32_t width, uint32_t height);

#endif
