/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "routes.h"
#include "spec.h"
#include "util.h"
#include "json/read.h"

#define TIMEOUT_DEFAULT_MS 10000u
#define TIMEOUT_MAX_MS     60000u

/* A screenshot under way: freed by its answer, or when its client leaves. */
struct pending {
	struct http_exchange *exchange;
	struct session *session;
	uint32_t request;
};

static const struct {
	int error, status;
} statuses[] = {
	{ ETIMEDOUT, 504 },
	{ ENODATA, 409 },
	{ ENOENT, 404 },
	{ EBUSY, 503 },
	{ ENOMEM, 503 },
	{ ECANCELED, 503 },
};

static int status_of(int error)
{
	for (size_t i = 0; i < ARRAY_SIZE(statuses); i++) {
		if (statuses[i].error == error)
			return statuses[i].status;
	}
	return 500;
}

static void done(void *data, const struct screenshot *screenshot)
{
	struct pending *pending = data;
	struct http_exchange *exchange = pending->exchange;
	struct http_answer answer = { .status = 200,
		.content_type = "image/png",
		.file = screenshot->fd,
		.file_size = screenshot->size };
	struct problem problem;
	char fields[64];

	free(pending);
	exchange->data = NULL;
	exchange->cancel = NULL;
	if (screenshot->error) {
		problem_set(&problem, status_of(screenshot->error), "", "no screenshot: %s",
			screenshot->reason && screenshot->reason[0] ? screenshot->reason
								    : strerror(screenshot->error));
		http_answer_problem(exchange, &problem, NULL);
		return;
	}
	snprintf(fields, sizeof(fields), "Oriel-Sequence: %" PRIu64 "\r\n", screenshot->sequence);
	answer.fields = fields;
	http_answer(exchange, &answer);
}

static void cancel(struct http_exchange *exchange)
{
	struct pending *pending = exchange->data;

	session_screenshot_cancel(pending->session, pending->request);
	free(pending);
	exchange->data = NULL;
}

/* The milliseconds in the query; -1 with the problem. */
static int read_timeout(const char *text, uint32_t *ret_ms, struct problem *problem)
{
	size_t length = text ? strlen(text) : 0;
	uint32_t ms = 0;

	if (!text) {
		*ret_ms = TIMEOUT_DEFAULT_MS;
		return 0;
	}
	if (length == 0 || length > 5 || strspn(text, "0123456789") != length)
		return problem_set(problem, 400, "",
			"timeout in the query is to be milliseconds, from 1 to %u", TIMEOUT_MAX_MS);
	for (const char *c = text; *c; c++)
		ms = ms * 10 + (uint32_t)(*c - '0');
	if (ms < 1 || ms > TIMEOUT_MAX_MS)
		return problem_set(problem, 400, "",
			"timeout in the query is to be milliseconds, from 1 to %u", TIMEOUT_MAX_MS);
	*ret_ms = ms;
	return 0;
}

int handle_screenshot(const struct call *call, struct problem *ret_problem)
{
	const char *wait = http_query_value(&call->exchange->request, "wait");
	const char *timeout = http_query_value(&call->exchange->request, "timeout");
	_cleanup_free_ struct pending *pending = calloc(1, sizeof(*pending));
	uint32_t display = 0, timeout_ms = 0;

	if (!pending)
		return problem_set(ret_problem, 503, "", "out of memory");
	if (wait && strcmp(wait, "frame") != 0)
		return problem_set(ret_problem, 400, "", "wait in the query is to be 'frame'");
	if (read_timeout(timeout, &timeout_ms, ret_problem) < 0 ||
		call_display(call, &pending->session, &display, ret_problem) < 0)
		return -1;
	pending->exchange = call->exchange;
	pending->request = session_screenshot(
		pending->session, display, wait != NULL, timeout_ms, done, pending, ret_problem);
	if (!pending->request)
		return -1;
	call->exchange->cancel = cancel;
	call->exchange->data = TAKE_PTR(pending);
	return 0;
}
