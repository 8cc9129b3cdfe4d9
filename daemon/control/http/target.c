/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "target.h"

#include <string.h>
#include <strings.h>

#include "spec.h"
#include "text.h"

/* pchar, '/' and '?' of RFC 3986: all that a target has; a fragment is the client's own business. */
static bool is_target_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("-._~!$&'()*+,;=:@%/?", c));
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes percent signs in place. False when one is not followed by two digits, or when no text comes out. */
static bool decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		int high, low;

		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		high = hex_digit(from[1]);
		low = high < 0 ? -1 : hex_digit(from[2]);
		if (low < 0 || high * 16 + low == 0)
			return false;
		*to++ = (char)(high * 16 + low);
		from += 2;
	}
	*to = '\0';
	return text_is_clean(text);
}

static int bad_encoding(struct problem *problem)
{
	return problem_set(problem, 400, "",
		"the target has a percent sign without two hexadecimal digits, a control character or bytes that are not UTF-8");
}

static int parse_path(char *path, struct http_request *request, struct problem *problem)
{
	while (path) {
		char *segment = path;

		path = strchr(segment, '/');
		if (path)
			*path++ = '\0';
		if (!decode(segment))
			return bad_encoding(problem);
		if (request->n_segments == HTTP_SEGMENTS_MAX)
			return problem_set(problem, 404, "", "nothing has a path as deep as this");
		request->segments[request->n_segments++] = segment;
	}
	return 0;
}

static int parse_query(char *query, struct http_request *request, struct problem *problem)
{
	while (query && *query) {
		char *key = query;
		char *value;

		query = strchr(key, '&');
		if (query)
			*query++ = '\0';
		value = strchr(key, '=');
		if (value)
			*value++ = '\0';
		else
			value = key + strlen(key);
		if (!decode(key) || (*value && !decode(value)))
			return bad_encoding(problem);
		if (http_query_value(request, key))
			return problem_set(problem, 400, "", "the query has the key '%s' twice", key);
		if (request->n_query == HTTP_QUERY_MAX)
			return problem_set(problem, 400, "", "the query has more than %u keys",
				HTTP_QUERY_MAX);
		request->query[request->n_query++] =
			(struct http_query){ .key = key, .value = value };
	}
	return 0;
}

/* The path's beginning in a target of the form /path or http://authority/path. */
static char *path_of(char *target)
{
	if (strncasecmp(target, "http://", 7) == 0)
		target = strchr(target + 7, '/');
	return target && *target == '/' ? target + 1 : NULL;
}

int http_target_parse(char *target, struct http_request *request, struct problem *ret_problem)
{
	char *path = path_of(target);
	char *query;

	for (const char *c = target; *c; c++) {
		if (!is_target_char(*c))
			return problem_set(ret_problem, 400, "",
				"the target has a character that must be percent-encoded");
	}
	if (!path && strcmp(target, "*") != 0)
		return problem_set(ret_problem, 400, "", "the target does not begin with '/'");
	if (!path)
		return problem_set(ret_problem, 404, "", "'*' names nothing here");
	query = strchr(path, '?');
	if (query)
		*query++ = '\0';
	if (parse_path(path, request, ret_problem) < 0)
		return -1;
	return parse_query(query, request, ret_problem);
}
