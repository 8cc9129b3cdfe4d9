/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "call.h"

#include <string.h>

#include "spec.h"

struct session *call_session(const struct call *call, struct problem *ret_problem)
{
	struct session *session = host_find_session(call->host, call->params[0]);

	if (!session)
		problem_set(ret_problem, 404, "", "there is no session '%s'", call->params[0]);
	return session;
}

int call_id(const struct call *call, size_t param, const char *what, uint32_t *ret_id,
	struct problem *ret_problem)
{
	const char *text = call->params[param];
	uint64_t value = 0;
	bool good = *text && (text[0] != '0' || !text[1]) && strlen(text) <= 10;

	for (const char *c = text; *c && good; c++) {
		good = *c >= '0' && *c <= '9';
		value = value * 10 + (uint64_t)(*c - '0');
	}
	if (!good || value > UINT32_MAX)
		return problem_set(ret_problem, 404, "", "there is no %s '%s'", what, text);
	*ret_id = (uint32_t)value;
	return 0;
}

int call_display(const struct call *call, struct session **ret_session, uint32_t *ret_display,
	struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);
	uint32_t display;

	if (!session || call_id(call, 1, "display", &display, ret_problem) < 0)
		return -1;
	if (display >= session->n_displays)
		return problem_set(ret_problem, 404, "", "session '%s' has no display %u",
			session->spec.name, display);
	*ret_session = session;
	*ret_display = display;
	return 0;
}

int call_answer(const struct call *call, int status, struct json_writer *writer, const char *fields,
	struct problem *ret_problem)
{
	struct http_answer answer = { .status = status,
		.content_type = "application/json",
		.fields = fields,
		.body = json_writer_finish(writer),
		.file = -1 };

	if (!answer.body)
		return problem_set(ret_problem, 503, "", "out of memory");
	answer.body_size = strlen(answer.body);
	http_answer(call->exchange, &answer);
	return 0;
}

int call_answer_empty(const struct call *call)
{
	http_answer(call->exchange, &(struct http_answer){ .status = 204, .file = -1 });
	return 0;
}
