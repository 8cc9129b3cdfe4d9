/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "held.h"

/* A key is known by its scan code where there is one: its symbol may change with the modifiers. */
static bool same_key(uint32_t keysym, uint32_t keycode, const struct ipc_event *event)
{
	if (keycode != 0 && event->keycode != 0)
		return keycode == event->keycode;
	return keysym == event->keysym;
}

static uint32_t find_key(const struct held *held, const struct ipc_event *event)
{
	uint32_t i = 0;

	while (i < held->n && !same_key(held->keys[i].keysym, held->keys[i].keycode, event))
		i++;
	return i;
}

static bool note_key(struct held *held, const struct ipc_event *event)
{
	uint32_t at = find_key(held, event);

	if (event->down) {
		if (at == HELD_KEYS_MAX)
			return false;
		held->keys[at].keysym = event->keysym;
		held->keys[at].keycode = event->keycode;
		if (at == held->n)
			held->n++;
		return true;
	}
	if (at == held->n)
		return false;
	held->keys[at] = held->keys[--held->n];
	return true;
}

bool held_note(struct held *held, const struct ipc_event *event)
{
	if (event->kind == IPC_EVENT_KEY)
		return note_key(held, event);
	held->buttons = event->buttons;
	held->x = event->x;
	held->y = event->y;
	return true;
}

uint32_t held_release(struct held *held, struct ipc_event *ret_events)
{
	uint32_t n = 0;

	while (held->n > 0) {
		held->n--;
		ret_events[n++] = (struct ipc_event){
			.kind = IPC_EVENT_KEY,
			.keysym = held->keys[held->n].keysym,
			.keycode = held->keys[held->n].keycode,
		};
	}
	if (held->buttons != 0)
		ret_events[n++] =
			(struct ipc_event){ .kind = IPC_EVENT_POINTER, .x = held->x, .y = held->y };
	held->buttons = 0;
	return n;
}
