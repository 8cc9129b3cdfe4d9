/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "documents.h"
#include "routes.h"

int handle_viewers(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);
	const struct viewer *viewer;
	struct json_writer writer;
	cJSON *array;

	if (!session)
		return -1;
	array = json_put_array(&writer, json_writer_init(&writer), "viewers");
	list_for_each(viewer, &session->viewers, link)
		document_viewer(&writer, json_put_object(&writer, array, NULL), viewer);
	return call_answer(call, 200, &writer, NULL, ret_problem);
}

int handle_viewer_close(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);
	uint32_t viewer;

	if (!session || call_id(call, 1, "viewer", &viewer, ret_problem) < 0 ||
		session_close_viewer(session, viewer, ret_problem) < 0)
		return -1;
	return call_answer_empty(call);
}
