/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of routes: what there is, what it takes, who handles it. */
#ifndef ORIEL_API_ROUTES_H
#define ORIEL_API_ROUTES_H

#include "call.h"

#define ROUTE_QUERY_MAX 2u

struct route {
	enum http_method method;
	const char *pattern;                /* {word} stands for any one segment */
	size_t body_max;                    /* bytes of JSON; 0: none is taken */
	const char *query[ROUTE_QUERY_MAX]; /* keys it may have */
	/* 0: answered, or to be answered later; -1: to be answered with the problem. */
	int (*handle)(const struct call *call, struct problem *ret_problem);
	const char *help;
};

extern const struct route routes[];
extern const size_t n_routes;

/*
 * Finds the route of a request and checks what stands in its head. NULL with the problem; a 405
 * fills ret_allow with the field that says what is allowed.
 */
const struct route *route_find(const struct http_request *request, char *ret_allow, size_t size,
	struct problem *ret_problem);

/* Fills params from the request's path, which the route was found for. */
void route_params(const struct route *route, const struct http_request *request,
	const char *ret_params[CALL_PARAMS_MAX]);

/* The handlers, as in struct route. */
int handle_version(const struct call *call, struct problem *ret_problem);
int handle_host(const struct call *call, struct problem *ret_problem);
int handle_sessions(const struct call *call, struct problem *ret_problem);
int handle_session_create(const struct call *call, struct problem *ret_problem);
int handle_session(const struct call *call, struct problem *ret_problem);
int handle_session_change(const struct call *call, struct problem *ret_problem);
int handle_session_delete(const struct call *call, struct problem *ret_problem);
int handle_screenshot(const struct call *call, struct problem *ret_problem);
int handle_input(const struct call *call, struct problem *ret_problem);
int handle_display_change(const struct call *call, struct problem *ret_problem);
int handle_captures(const struct call *call, struct problem *ret_problem);
int handle_capture_start(const struct call *call, struct problem *ret_problem);
int handle_capture_stop(const struct call *call, struct problem *ret_problem);
int handle_capture_file(const struct call *call, struct problem *ret_problem);
int handle_capture_delete(const struct call *call, struct problem *ret_problem);
int handle_viewers(const struct call *call, struct problem *ret_problem);
int handle_viewer_close(const struct call *call, struct problem *ret_problem);

#endif
