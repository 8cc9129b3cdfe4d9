/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "routes.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "spec.h"
#include "util.h"

#define BODY_SMALL   4096u
#define BODY_SESSION 16384u
#define BODY_INPUT   65536u

const struct route routes[] = {
	{ HTTP_GET, "/v1", 0, { NULL }, handle_version,
		"the version of Oriel and of the API, and the routes" },
	{ HTTP_GET, "/v1/host", 0, { NULL }, handle_host,
		"the GPU that was chosen, with reasons, and the limits" },
	{ HTTP_GET, "/v1/sessions", 0, { NULL }, handle_sessions, "all sessions" },
	{ HTTP_POST, "/v1/sessions", BODY_SESSION, { NULL }, handle_session_create,
		"create a session" },
	{ HTTP_GET, "/v1/sessions/{name}", 0, { NULL }, handle_session, "a session" },
	{ HTTP_PATCH, "/v1/sessions/{name}", BODY_SMALL, { NULL }, handle_session_change,
		"change a session while it runs: limits, its guests' log" },
	{ HTTP_DELETE, "/v1/sessions/{name}", 0, { NULL }, handle_session_delete,
		"end a session that the API created" },
	{ HTTP_GET, "/v1/sessions/{name}/displays/{id}/screenshot", 0, { "wait", "timeout" },
		handle_screenshot, "a picture of a display, as PNG" },
	{ HTTP_POST, "/v1/sessions/{name}/displays/{id}/input", BODY_INPUT, { NULL }, handle_input,
		"key and pointer events for the guest" },
	{ HTTP_PATCH, "/v1/sessions/{name}/displays/{id}", BODY_SMALL, { NULL },
		handle_display_change, "choose the surface that a display shows" },
	{ HTTP_GET, "/v1/sessions/{name}/captures", 0, { NULL }, handle_captures,
		"captures of forwarded OpenGL" },
	{ HTTP_POST, "/v1/sessions/{name}/captures", BODY_SMALL, { NULL }, handle_capture_start,
		"capture the channels of forwarded OpenGL that are opened from now on" },
	{ HTTP_DELETE, "/v1/sessions/{name}/captures", 0, { NULL }, handle_capture_stop,
		"stop capturing" },
	{ HTTP_GET, "/v1/sessions/{name}/captures/{id}", 0, { NULL }, handle_capture_file,
		"a capture that has ended" },
	{ HTTP_DELETE, "/v1/sessions/{name}/captures/{id}", 0, { NULL }, handle_capture_delete,
		"remove a capture" },
	{ HTTP_GET, "/v1/sessions/{name}/viewers", 0, { NULL }, handle_viewers,
		"who looks at a session" },
	{ HTTP_DELETE, "/v1/sessions/{name}/viewers/{id}", 0, { NULL }, handle_viewer_close,
		"disconnect a viewer" },
};
const size_t n_routes = ARRAY_SIZE(routes);

/* Whether the path fits; the segments of {words} go to params, if that is not NULL. */
static bool match(const char *pattern, const struct http_request *request, const char **params)
{
	size_t i, n_params = 0;

	for (i = 0; *pattern && i < request->n_segments; i++) {
		const char *segment = request->segments[i];
		size_t length = strcspn(++pattern, "/");

		if (*pattern == '{') {
			if (!*segment)
				return false;
			if (params)
				params[n_params++] = segment;
		} else if (strlen(segment) != length || memcmp(segment, pattern, length) != 0) {
			return false;
		}
		pattern += length;
	}
	return !*pattern && i == request->n_segments;
}

void route_params(const struct route *route, const struct http_request *request,
	const char *ret_params[CALL_PARAMS_MAX])
{
	match(route->pattern, request, ret_params);
}

static bool is_json(const char *content_type)
{
	static const char json[] = "application/json";
	size_t length = strcspn(content_type, "; \t");

	return length == strlen(json) && strncasecmp(content_type, json, length) == 0;
}

static int check_query(
	const struct route *route, const struct http_request *request, struct problem *problem)
{
	for (size_t i = 0; i < request->n_query; i++) {
		bool known = false;

		for (size_t j = 0; j < ROUTE_QUERY_MAX && route->query[j]; j++)
			known = known || strcmp(route->query[j], request->query[i].key) == 0;
		if (!known)
			return problem_set(problem, 400, "",
				"there is no key '%s' in the query of %s", request->query[i].key,
				route->pattern);
	}
	return 0;
}

static int check_head(
	const struct route *route, const struct http_request *request, struct problem *problem)
{
	if (check_query(route, request, problem) < 0)
		return -1;
	if (route->body_max == 0)
		return 0;
	if (!request->has_length)
		return problem_set(
			problem, 411, "", "a body of JSON is expected, and Content-Length with it");
	if (!request->content_type || !is_json(request->content_type))
		return problem_set(problem, 415, "",
			"the body is to be JSON: send Content-Type: application/json");
	return 0;
}

static void allow(char *text, size_t size, const char *method)
{
	size_t at = strlen(text);

	snprintf(text + at, size - at, "%s%s", at ? ", " : "Allow: ", method);
}

const struct route *route_find(const struct http_request *request, char *ret_allow, size_t size,
	struct problem *ret_problem)
{
	enum http_method method = request->method == HTTP_HEAD ? HTTP_GET : request->method;

	ret_allow[0] = '\0';
	for (size_t i = 0; i < n_routes; i++) {
		if (!match(routes[i].pattern, request, NULL))
			continue;
		if (routes[i].method == method) {
			ret_allow[0] = '\0';
			return check_head(&routes[i], request, ret_problem) < 0 ? NULL : &routes[i];
		}
		allow(ret_allow, size, http_method_name(routes[i].method));
		if (routes[i].method == HTTP_GET)
			allow(ret_allow, size, http_method_name(HTTP_HEAD));
	}
	if (!ret_allow[0]) {
		problem_set(
			ret_problem, 404, "", "nothing has this path; GET /v1 lists what there is");
		return NULL;
	}
	problem_set(
		ret_problem, 405, "", "%s is not for this path", http_method_name(request->method));
	snprintf(ret_allow + strlen(ret_allow), size - strlen(ret_allow), "\r\n");
	return NULL;
}
