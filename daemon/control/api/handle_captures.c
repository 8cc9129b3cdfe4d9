/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "documents.h"
#include "routes.h"
#include "util.h"
#include "json/read.h"

struct start {
	bool checksums;
};

static const struct json_field start_fields[] = {
	{ .name = "checksums", .read = json_read_bool, JSON_MEMBER(struct start, checksums) },
};

static int answer_list(
	const struct call *call, const struct session *session, struct problem *ret_problem)
{
	struct json_writer writer;

	document_captures(&writer, json_writer_init(&writer), session);
	return call_answer(call, 200, &writer, NULL, ret_problem);
}

int handle_captures(const struct call *call, struct problem *ret_problem)
{
	const struct session *session = call_session(call, ret_problem);

	return session ? answer_list(call, session, ret_problem) : -1;
}

int handle_capture_start(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);
	struct start start = { 0 };

	if (!session ||
		json_read_object(call->body, NULL, start_fields, ARRAY_SIZE(start_fields), &start,
			ret_problem) < 0 ||
		session_capture_start(session, start.checksums, ret_problem) < 0)
		return -1;
	return answer_list(call, session, ret_problem);
}

int handle_capture_stop(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);

	if (!session)
		return -1;
	session_capture_stop(session);
	return answer_list(call, session, ret_problem);
}

int handle_capture_file(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);
	struct http_answer answer = {
		.status = 200, .content_type = "application/octet-stream", .file = -1
	};
	char fields[IPC_NAME_MAX + 96];
	uint32_t id;

	if (!session || call_id(call, 1, "capture", &id, ret_problem) < 0 ||
		session_capture_open(session, id, &answer.file, &answer.file_size, ret_problem) < 0)
		return -1;
	snprintf(fields, sizeof(fields),
		"Content-Disposition: attachment; filename=\"%s-%" PRIu32 ".capture\"\r\n",
		session->spec.name, id);
	answer.fields = fields;
	http_answer(call->exchange, &answer);
	return 0;
}

int handle_capture_delete(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);
	uint32_t id;

	if (!session || call_id(call, 1, "capture", &id, ret_problem) < 0 ||
		session_capture_delete(session, id, ret_problem) < 0)
		return -1;
	return call_answer_empty(call);
}
