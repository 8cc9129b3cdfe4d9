/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A request on its way through the API: what its handlers share. */
#ifndef ORIEL_API_CALL_H
#define ORIEL_API_CALL_H

#include <cjson/cJSON.h>

#include "host.h"
#include "http/server.h"
#include "json/write.h"

#define CALL_PARAMS_MAX 2u

/* Handlers get it for the time of their call; what answers later keeps the exchange. */
struct call {
	struct host *host;
	struct http_exchange *exchange;
	const char *params[CALL_PARAMS_MAX]; /* the {words} of the route's pattern */
	cJSON *body;                         /* of routes that take one */
};

/* What the {words} name; NULL with the problem. */
struct session *call_session(const struct call *call, struct problem *ret_problem);
/* The number in a {word}; -1 with the problem, which says that there is no such `what`. */
int call_id(const struct call *call, size_t param, const char *what, uint32_t *ret_id,
	struct problem *ret_problem);
int call_display(const struct call *call, struct session **ret_session, uint32_t *ret_display,
	struct problem *ret_problem);

/* Answers with the document, which is finished here. 0, or -1 with the problem. */
int call_answer(const struct call *call, int status, struct json_writer *writer, const char *fields,
	struct problem *ret_problem);
/* Answers 204. Returns 0. */
int call_answer_empty(const struct call *call);

#endif
