/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input.h"

#include <string.h>

#include "link.h"

/* Messages that the render process may leave unread before viewers have to wait. */
#define INPUT_BACKLOG 64u

bool input_room(const struct input *input, uint32_t n)
{
	return n <= IPC_EVENTS_MAX - input->n;
}

bool input_add(struct input *input, const struct ipc_event *event)
{
	bool motion = event->kind == IPC_EVENT_POINTER && event->buttons == input->buttons;

	if (motion && input->motion && input->n > 0) {
		input->events[input->n - 1] = *event;
		return true;
	}
	if (!input_room(input, 1))
		return false;
	input->events[input->n++] = *event;
	input->motion = motion;
	if (event->kind == IPC_EVENT_POINTER)
		input->buttons = event->buttons;
	return true;
}

void input_send(struct input *input, struct link *render, uint32_t display, uint32_t stream,
	uint32_t width, uint32_t height)
{
	struct ipc_display_input message = {
		.display = display,
		.stream = stream,
		.width = width,
		.height = height,
		.n_events = (uint16_t)input->n,
	};

	if (input->n == 0)
		return;
	if (render) {
		if (link_queued(render) >= INPUT_BACKLOG)
			return;
		memcpy(message.events, input->events, input->n * sizeof(*input->events));
		link_send(render, &ipc_display_input_type, &message, -1);
	}
	input->n = 0;
}
