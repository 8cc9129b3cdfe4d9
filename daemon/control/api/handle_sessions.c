/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "documents.h"
#include "routes.h"
#include "session_read.h"
#include "spec.h"
#include "util.h"

static int answer_session(const struct call *call, int status, struct session *session,
	const char *fields, struct problem *ret_problem)
{
	struct json_writer writer;
	cJSON *root = json_writer_init(&writer);

	session_measure_limits(session);
	document_session(&writer, root, session);
	return call_answer(call, status, &writer, fields, ret_problem);
}

int handle_sessions(const struct call *call, struct problem *ret_problem)
{
	struct session *session;
	struct json_writer writer;
	cJSON *array = json_put_array(&writer, json_writer_init(&writer), "sessions");

	list_for_each(session, &call->host->sessions, link) {
		session_measure_limits(session);
		document_session(&writer, json_put_object(&writer, array, NULL), session);
	}
	return call_answer(call, 200, &writer, NULL, ret_problem);
}

int handle_session(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);

	return session ? answer_session(call, 200, session, NULL, ret_problem) : -1;
}

/* The password must not stay in memory that is freed; the server wipes the body itself. */
static void wipe_strings(cJSON *item)
{
	for (; item; item = item->next) {
		if (cJSON_IsString(item))
			explicit_bzero(item->valuestring, strlen(item->valuestring));
		wipe_strings(item->child);
	}
}

int handle_session_create(const struct call *call, struct problem *ret_problem)
{
	struct session_spec spec;
	struct session *session = NULL;
	char location[sizeof(spec.name) + 64];

	if (session_read(call->body, &spec, ret_problem) == 0)
		session = host_create_session(call->host, &spec, ret_problem);
	explicit_bzero(&spec, sizeof(spec));
	wipe_strings(call->body);
	if (!session)
		return -1;
	snprintf(location, sizeof(location), "Location: /v1/sessions/%s\r\n", session->spec.name);
	return answer_session(call, 201, session, location, ret_problem);
}

int handle_session_change(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);
	struct session_change change;

	if (!session || session_read_change(call->body, &change, ret_problem) < 0)
		return -1;
	session_change_limits(session, &change.limits);
	if (change.set_level)
		session_set_guest_level(session, change.level);
	return answer_session(call, 200, session, NULL, ret_problem);
}

/* A deletion under way: freed when the session has ended, or when its client leaves. */
struct deletion {
	struct session_wait wait;
	struct http_exchange *exchange;
};

static void on_ended(struct session_wait *wait)
{
	struct deletion *deletion = list_entry(wait, struct deletion, wait);
	struct http_exchange *exchange = deletion->exchange;

	free(deletion);
	exchange->data = NULL;
	exchange->cancel = NULL;
	http_answer(exchange, &(struct http_answer){ .status = 204, .file = -1 });
}

static void forget(struct http_exchange *exchange)
{
	struct deletion *deletion = exchange->data;

	list_remove(&deletion->wait.link);
	free(deletion);
	exchange->data = NULL;
}

int handle_session_delete(const struct call *call, struct problem *ret_problem)
{
	struct session *session = call_session(call, ret_problem);
	_cleanup_free_ struct deletion *deletion = calloc(1, sizeof(*deletion));

	if (!session)
		return -1;
	if (!deletion)
		return problem_set(ret_problem, 503, "", "out of memory");
	deletion->exchange = call->exchange;
	deletion->wait.ended = on_ended;
	if (host_delete_session(call->host, session, &deletion->wait, ret_problem) < 0)
		return -1;
	call->exchange->cancel = forget;
	call->exchange->data = TAKE_PTR(deletion);
	return 0;
}
