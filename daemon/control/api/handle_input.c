/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "keysym.h"
#include "routes.h"
#include "util.h"
#include "json/read.h"

struct input {
	struct ipc_event events[IPC_EVENTS_MAX];
	size_t n_events;
};

/* An event as it stands in the body. */
struct event_body {
	uint32_t keysym;
	bool down, press;
	bool has_down;
	uint32_t x, y;
	uint16_t buttons;
};

static int read_keysym(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	uint64_t keysym;

	(void)field;
	if (cJSON_IsString(item)) {
		keysym = keysym_parse(item->valuestring);
		if (!keysym)
			return json_problem(problem, place,
				"not the name of a key: one character, a name such as \"Return\" or \"F5\", or a keysym's number");
	} else if (!json_is_uint(item, 1, KEYSYM_MAX, &keysym)) {
		return json_problem(problem, place,
			"expected a key's name or a keysym's number from 1 to %u", KEYSYM_MAX);
	}
	*(uint32_t *)out = (uint32_t)keysym;
	return 0;
}

static int read_down(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	struct event_body *event = out;

	event->has_down = true;
	return json_read_bool(field, item, place, &event->down, problem);
}

/* The type decides which other members there are; it is read ahead of them. */
static int read_any(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	(void)field;
	(void)item;
	(void)place;
	(void)out;
	(void)problem;
	return 0;
}

/* `down` is given the whole event: offset 0. */
static const struct json_field key_fields[] = {
	{ .name = "type", .read = read_any },
	{ .name = "keysym",
		.read = read_keysym,
		.required = true,
		JSON_MEMBER(struct event_body, keysym) },
	{ .name = "down", .read = read_down },
	{ .name = "press", .read = json_read_bool, JSON_MEMBER(struct event_body, press) },
};

static const struct json_field pointer_fields[] = {
	{ .name = "type", .read = read_any },
	{ .name = "x",
		.read = json_read_uint,
		.required = true,
		.max = IPC_SURFACE_SIDE_MAX - 1,
		JSON_MEMBER(struct event_body, x) },
	{ .name = "y",
		.read = json_read_uint,
		.required = true,
		.max = IPC_SURFACE_SIDE_MAX - 1,
		JSON_MEMBER(struct event_body, y) },
	{ .name = "buttons",
		.read = json_read_uint,
		.max = UINT16_MAX,
		JSON_MEMBER(struct event_body, buttons) },
};

static int add_event(struct input *input, const struct ipc_event *event,
	const struct json_place *place, struct problem *problem)
{
	if (input->n_events == IPC_EVENTS_MAX)
		return json_problem(problem, place,
			"more than %u events at once; a press counts as two", IPC_EVENTS_MAX);
	input->events[input->n_events++] = *event;
	return 0;
}

static int read_key(struct input *input, const cJSON *item, const struct json_place *place,
	struct problem *problem)
{
	struct event_body body = { 0 };
	struct ipc_event event = { .kind = IPC_EVENT_KEY };

	if (json_read_object(item, place, key_fields, ARRAY_SIZE(key_fields), &body, problem) < 0)
		return -1;
	if (body.press == body.has_down)
		return json_problem(problem, place,
			"a key has either \"down\": true or false, or \"press\": true for both in turn");
	event.keysym = body.keysym;
	event.down = body.press || body.down;
	if (add_event(input, &event, place, problem) < 0)
		return -1;
	event.down = 0;
	return body.press ? add_event(input, &event, place, problem) : 0;
}

static int read_pointer(struct input *input, const cJSON *item, const struct json_place *place,
	struct problem *problem)
{
	struct event_body body = { 0 };
	struct ipc_event event = { .kind = IPC_EVENT_POINTER };

	if (json_read_object(
		    item, place, pointer_fields, ARRAY_SIZE(pointer_fields), &body, problem) < 0)
		return -1;
	event.x = body.x;
	event.y = body.y;
	event.buttons = body.buttons;
	return add_event(input, &event, place, problem);
}

static int read_event(struct input *input, const cJSON *item, const struct json_place *place,
	struct problem *problem)
{
	struct json_place type_place = { .parent = place, .key = "type" };
	const cJSON *type;

	if (!cJSON_IsObject(item))
		return json_problem(problem, place, "expected an object");
	type = cJSON_GetObjectItemCaseSensitive(item, "type");
	if (cJSON_IsString(type) && strcmp(type->valuestring, "key") == 0)
		return read_key(input, item, place, problem);
	if (cJSON_IsString(type) && strcmp(type->valuestring, "pointer") == 0)
		return read_pointer(input, item, place, problem);
	return json_problem(problem, &type_place, "expected \"key\" or \"pointer\"");
}

static int read_events(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	struct json_place element = { .parent = place };

	(void)field;
	if (!cJSON_IsArray(item))
		return json_problem(problem, place, "expected an array");
	for (const cJSON *child = item->child; child; child = child->next) {
		if (read_event(out, child, &element, problem) < 0)
			return -1;
		element.index++;
	}
	return 0;
}

static const struct json_field input_fields[] = {
	{ .name = "events", .read = read_events, .required = true },
};

int handle_input(const struct call *call, struct problem *ret_problem)
{
	struct input input = { .n_events = 0 };
	struct session *session;
	uint32_t display;

	if (call_display(call, &session, &display, ret_problem) < 0 ||
		json_read_object(call->body, NULL, input_fields, ARRAY_SIZE(input_fields), &input,
			ret_problem) < 0)
		return -1;
	if (input.n_events > 0 &&
		session_input(session, display, input.events, input.n_events, ret_problem) < 0)
		return -1;
	return call_answer_empty(call);
}
