/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "request.h"

#include <string.h>
#include <strings.h>

#include "spec.h"
#include "target.h"
#include "util.h"

static const char *const methods[HTTP_METHODS] = {
	[HTTP_GET] = "GET",
	[HTTP_HEAD] = "HEAD",
	[HTTP_POST] = "POST",
	[HTTP_PUT] = "PUT",
	[HTTP_PATCH] = "PATCH",
	[HTTP_DELETE] = "DELETE",
	[HTTP_OPTIONS] = "OPTIONS",
	[HTTP_TRACE] = "TRACE",
	[HTTP_CONNECT] = "CONNECT",
};

const char *http_method_name(enum http_method method)
{
	return methods[method];
}

const char *http_query_value(const struct http_request *request, const char *key)
{
	for (size_t i = 0; i < request->n_query; i++) {
		if (strcmp(request->query[i].key, key) == 0)
			return request->query[i].value;
	}
	return NULL;
}

/* tchar of RFC 9110, 5.6.2 */
static bool is_token_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(const char *text)
{
	size_t n = 0;

	while (is_token_char(text[n]))
		n++;
	return n > 0 && text[n] == '\0';
}

bool http_has_token(const char *value, const char *token)
{
	size_t length = strlen(token);

	while (*value) {
		size_t n;

		value += strspn(value, " \t,");
		n = strcspn(value, " \t,");
		if (n == length && strncasecmp(value, token, n) == 0)
			return true;
		value += n;
	}
	return false;
}

size_t http_head_size(const char *data, size_t size)
{
	const char *end = memmem(data, size, "\r\n\r\n", 4);

	return end ? (size_t)(end - data) + 4 : 0;
}

/* Takes the next line off: NUL in place of its CR LF. NULL on a bare CR or LF, or another control character. */
static char *take_line(char **at, const char *end)
{
	char *line = *at;

	for (char *c = line; c < end; c++) {
		if (*c == '\r' && c + 1 < end && c[1] == '\n') {
			*c = '\0';
			*at = c + 2;
			return line;
		}
		if ((unsigned char)*c < 0x20 ? *c != '\t' : *c == 0x7f)
			return NULL;
	}
	return NULL;
}

static int parse_method(const char *word, struct http_request *request, struct problem *problem)
{
	if (!is_token(word))
		return problem_set(problem, 400, "", "the request line does not begin with a method");
	for (size_t i = 0; i < HTTP_METHODS; i++) {
		if (strcmp(methods[i], word) == 0) {
			request->method = (enum http_method)i;
			return 0;
		}
	}
	return problem_set(problem, 501, "", "there is no method %.32s here", word);
}

static int parse_version(const char *word, struct http_request *request, struct problem *problem)
{
	if (strcmp(word, "HTTP/1.1") == 0 || strcmp(word, "HTTP/1.0") == 0) {
		request->keep_alive = word[7] == '1';
		request->has_host = word[7] == '0'; /* only HTTP/1.1 has to name one */
		return 0;
	}
	if (strncmp(word, "HTTP/", 5) == 0)
		return problem_set(problem, 505, "", "HTTP/1.1 is spoken here");
	return problem_set(problem, 400, "", "the request line is not METHOD TARGET HTTP/1.1");
}

static int parse_request_line(char *line, struct http_request *request, struct problem *problem)
{
	char *target = strchr(line, ' ');
	char *version = target ? strchr(target + 1, ' ') : NULL;

	if (!version)
		return problem_set(
			problem, 400, "", "the request line is not METHOD TARGET HTTP/1.1");
	*target++ = '\0';
	*version++ = '\0';
	if (parse_method(line, request, problem) < 0 || parse_version(version, request, problem) < 0)
		return -1;
	return http_target_parse(target, request, problem);
}

struct field_state {
	struct http_request *request;
	bool hosts, chunked;
};

static int field_host(struct field_state *state, char *value, struct problem *problem)
{
	(void)value; /* there is one authority on a unix socket, whatever it is called */
	if (state->hosts)
		return problem_set(problem, 400, "", "the field Host is there twice");
	state->hosts = true;
	state->request->has_host = true;
	return 0;
}

static int field_content_length(struct field_state *state, char *value, struct problem *problem)
{
	uint64_t length = 0;

	if (state->request->has_length)
		return problem_set(problem, 400, "", "the field Content-Length is there twice");
	for (const char *c = value; *c; c++) {
		if (*c < '0' || *c > '9' || c - value >= 18)
			return problem_set(
				problem, 400, "", "Content-Length is not a number of bytes");
		length = length * 10 + (uint64_t)(*c - '0');
	}
	if (!*value)
		return problem_set(problem, 400, "", "Content-Length is empty");
	state->request->has_length = true;
	state->request->length = length;
	return 0;
}

static int field_transfer_encoding(struct field_state *state, char *value, struct problem *problem)
{
	(void)value;
	(void)problem;
	state->chunked = true;
	return 0;
}

static int field_content_type(struct field_state *state, char *value, struct problem *problem)
{
	if (state->request->content_type)
		return problem_set(problem, 400, "", "the field Content-Type is there twice");
	state->request->content_type = value;
	return 0;
}

static int field_connection(struct field_state *state, char *value, struct problem *problem)
{
	(void)problem;
	if (http_has_token(value, "close"))
		state->request->keep_alive = false;
	else if (http_has_token(value, "keep-alive"))
		state->request->keep_alive = true;
	return 0;
}

static int field_expect(struct field_state *state, char *value, struct problem *problem)
{
	if (strcasecmp(value, "100-continue") != 0)
		return problem_set(problem, 417, "", "only Expect: 100-continue can be met");
	state->request->expect_continue = true;
	return 0;
}

/* The fields that mean something here; the others are passed over. */
static const struct {
	const char *name;
	int (*read)(struct field_state *state, char *value, struct problem *problem);
} fields[] = {
	{ "Host", field_host },
	{ "Content-Length", field_content_length },
	{ "Transfer-Encoding", field_transfer_encoding },
	{ "Content-Type", field_content_type },
	{ "Connection", field_connection },
	{ "Expect", field_expect },
};

static int parse_field(struct field_state *state, char *line, struct problem *problem)
{
	char *value = strchr(line, ':');
	size_t length;

	if (value)
		*value++ = '\0';
	if (!value || !is_token(line))
		return problem_set(problem, 400, "", "a header field is not NAME: VALUE");
	value += strspn(value, " \t");
	length = strlen(value);
	while (length > 0 && (value[length - 1] == ' ' || value[length - 1] == '\t'))
		value[--length] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strcasecmp(fields[i].name, line) == 0)
			return fields[i].read(state, value, problem);
	}
	return 0;
}

static int check_fields(const struct field_state *state, struct problem *problem)
{
	if (!state->request->has_host)
		return problem_set(problem, 400, "", "the field Host is missing");
	if (state->chunked && state->request->has_length)
		return problem_set(problem, 400, "",
			"Content-Length and Transfer-Encoding exclude each other");
	if (state->chunked)
		return problem_set(problem, 411, "",
			"chunked bodies are not taken: send Content-Length instead");
	return 0;
}

int http_request_parse(
	char *head, size_t size, struct http_request *ret_request, struct problem *ret_problem)
{
	struct field_state state = { .request = ret_request };
	const char *end = head + size;
	char *line = take_line(&head, end);

	*ret_request = (struct http_request){ 0 };
	if (!line)
		return problem_set(ret_problem, 400, "",
			"the request line has a control character or does not end with CR LF");
	if (parse_request_line(line, ret_request, ret_problem) < 0)
		return -1;
	for (size_t n = 0;; n++) {
		line = take_line(&head, end);
		if (!line)
			return problem_set(ret_problem, 400, "",
				"a header field has a control character or does not end with CR LF");
		if (!*line)
			return check_fields(&state, ret_problem);
		if (n == HTTP_FIELDS_MAX)
			return problem_set(ret_problem, 431, "", "more than %u header fields",
				HTTP_FIELDS_MAX);
		if (parse_field(&state, line, ret_problem) < 0)
			return -1;
	}
}
