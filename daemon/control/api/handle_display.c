/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "documents.h"
#include "routes.h"
#include "util.h"
#include "json/read.h"

struct display_change {
	uint32_t surface; /* 0: by the rule again */
};

static int read_surface(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	uint64_t surface = 0;

	(void)field;
	if (!(cJSON_IsString(item) && strcmp(item->valuestring, "auto") == 0) &&
		!json_is_uint(item, 1, UINT32_MAX, &surface))
		return json_problem(problem, place, "expected a surface's id or \"auto\"");
	*(uint32_t *)out = (uint32_t)surface;
	return 0;
}

static const struct json_field change_fields[] = {
	{ .name = "surface",
		.read = read_surface,
		.required = true,
		JSON_MEMBER(struct display_change, surface) },
};

int handle_display_change(const struct call *call, struct problem *ret_problem)
{
	struct display_change change = { 0 };
	struct session *session;
	struct json_writer writer;
	uint32_t display;
	cJSON *root;

	if (call_display(call, &session, &display, ret_problem) < 0 ||
		json_read_object(call->body, NULL, change_fields, ARRAY_SIZE(change_fields),
			&change, ret_problem) < 0 ||
		session_show(session, display, change.surface, ret_problem) < 0)
		return -1;
	root = json_writer_init(&writer);
	document_display(&writer, root, session, display);
	return call_answer(call, 200, &writer, NULL, ret_problem);
}
