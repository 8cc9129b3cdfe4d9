/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input_queue.h"

void input_queue_init(struct input_queue *queue)
{
	queue->first = 0;
	queue->count = 0;
	queue->buttons = 0;
}

static struct input_event *event_at(struct input_queue *queue, size_t index)
{
	return &queue->events[(queue->first + index) % INPUT_QUEUE_MAX];
}

/* Drops the oldest motion; the events after it move up. */
static bool drop_motion(struct input_queue *queue)
{
	size_t at = 0;

	while (at < queue->count && !event_at(queue, at)->motion)
		at++;
	if (at == queue->count)
		return false;
	for (; at + 1 < queue->count; at++)
		*event_at(queue, at) = *event_at(queue, at + 1);
	queue->count--;
	return true;
}

static bool append(struct input_queue *queue, const struct input_event *event)
{
	if (queue->count == INPUT_QUEUE_MAX && !drop_motion(queue))
		return false;
	*event_at(queue, queue->count) = *event;
	queue->count++;
	return true;
}

bool input_queue_key(struct input_queue *queue, const struct oriel_input_key *key)
{
	return append(queue, &(struct input_event){ .is_key = true, .key = *key });
}

bool input_queue_pointer(struct input_queue *queue, const struct oriel_input_pointer *pointer)
{
	struct input_event event = {
		.motion = pointer->buttons == queue->buttons,
		.pointer = *pointer,
	};
	struct input_event *last = queue->count > 0 ? event_at(queue, queue->count - 1) : NULL;

	if (event.motion && last && last->motion && last->pointer.display == pointer->display) {
		*last = event;
		return true;
	}
	if (!append(queue, &event))
		return false;
	queue->buttons = pointer->buttons;
	return true;
}

const struct input_event *input_queue_first(const struct input_queue *queue)
{
	return queue->count > 0 ? &queue->events[queue->first] : NULL;
}

void input_queue_pop(struct input_queue *queue)
{
	queue->first = (queue->first + 1) % INPUT_QUEUE_MAX;
	queue->count--;
}
