/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "http/request.h"
#include "util.h"

#define HOST "Host: x\r\n"

/* 0, or the status of the problem. */
static int parse(const char *text, size_t size, char *head, struct http_request *request)
{
	struct problem problem = { 0 };

	memcpy(head, text, size);
	if (http_head_size(head, size) != size)
		return -1;
	if (http_request_parse(head, size, request, &problem) == 0)
		return 0;
	assert_true(problem.detail[0] != '\0');
	return problem.status;
}

static void test_refused(void **state)
{
	static const struct {
		const char *head;
		int status;
	} cases[] = {
		{ "GET /v1 HTTP/1.1\r\n" HOST "\r\n", 0 },
		{ "GET http://oriel/v1 HTTP/1.1\r\n" HOST "\r\n", 0 },
		{ "GET /v1 HTTP/1.0\r\n\r\n", 0 },
		{ "GET /v1 HTTP/1.1\r\n\r\n", 400 },
		{ "GET /v1 HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
		{ "GET /v1 HTTP/2.0\r\n" HOST "\r\n", 505 },
		{ "GET /v1 http/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1\r\n" HOST "\r\n", 400 },
		{ "GET  /v1 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1 x HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ " GET /v1 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "get /v1 HTTP/1.1\r\n" HOST "\r\n", 501 },
		{ "BREW /v1 HTTP/1.1\r\n" HOST "\r\n", 501 },
		{ "G\x01T /v1 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET v1 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "GET /v1/%zz HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1/%4 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1/%00 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1/%0a HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1/%ff HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1/\xc3\xa4 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1/<x> HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1#x HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1?a=%zz HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1?a=1&a=2 HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /v1?a&b&c&d&e&f&g&h&i HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET /1/2/3/4/5/6/7/8/9 HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "GET /v1 HTTP/1.1\nHost: x\r\n\r\n", 400 },
		{ "GET /v1 HTTP/1.1\r\n" HOST "X\r\n\r\n", 400 },
		{ "GET /v1 HTTP/1.1\r\n" HOST "X : 1\r\n\r\n", 400 },
		{ "GET /v1 HTTP/1.1\r\n" HOST "X: 1\r\n 2\r\n\r\n", 400 },
		{ "GET /v1 HTTP/1.1\r\n" HOST "X: \x01\r\n\r\n", 400 },
		{ "GET /v1 HTTP/1.1\r\n" HOST "X: 1\rY: 2\r\n\r\n", 400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n", 400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Content-Length: 3, 3\r\n\r\n", 400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Content-Length: -1\r\n\r\n", 400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Content-Length: +1\r\n\r\n", 400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Content-Length: 0x1\r\n\r\n", 400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Content-Length:\r\n\r\n", 400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Content-Length: 99999999999999999999\r\n\r\n", 400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", 411 },
		{ "POST /v1 HTTP/1.1\r\n" HOST
		  "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
			400 },
		{ "POST /v1 HTTP/1.1\r\n" HOST "Expect: tea\r\n\r\n", 417 },
	};

	char head[HTTP_HEAD_MAX];
	struct http_request request;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int status = parse(cases[i].head, strlen(cases[i].head), head, &request);

		if (status != cases[i].status)
			fail_msg("%s: %d, not %d", cases[i].head, status, cases[i].status);
	}
}

static void test_nul(void **state)
{
	static const char in_target[] = "GET /v1\0x HTTP/1.1\r\n" HOST "\r\n";
	static const char in_field[] = "GET /v1 HTTP/1.1\r\n" HOST "X: a\0b\r\n\r\n";
	char head[HTTP_HEAD_MAX];
	struct http_request request;

	(void)state;
	assert_int_equal(parse(in_target, sizeof(in_target) - 1, head, &request), 400);
	assert_int_equal(parse(in_field, sizeof(in_field) - 1, head, &request), 400);
}

static void test_too_many_fields(void **state)
{
	char text[HTTP_HEAD_MAX] = "GET /v1 HTTP/1.1\r\n" HOST;
	char head[HTTP_HEAD_MAX];
	struct http_request request;

	(void)state;
	for (unsigned i = 0; i < HTTP_FIELDS_MAX; i++)
		strcat(text, "X: 1\r\n");
	strcat(text, "\r\n");
	assert_int_equal(parse(text, strlen(text), head, &request), 431);
}

static void test_parts(void **state)
{
	static const char text[] =
		"POST /v1/s%C3%A4%2Fx//%2e?wait=frame&b=%3D+1&c HTTP/1.1\r\nhOST: x\r\n"
		"content-LENGTH:  12 \t\r\nContent-Type: application/json\r\n"
		"Expect: 100-Continue\r\nConnection: x, Close\r\n\r\n";
	char head[HTTP_HEAD_MAX];
	struct http_request request;

	(void)state;
	assert_int_equal(parse(text, strlen(text), head, &request), 0);
	assert_int_equal(request.method, HTTP_POST);
	assert_int_equal(request.n_segments, 4);
	assert_string_equal(request.segments[1], "s\xc3\xa4/x");
	assert_string_equal(request.segments[2], "");
	assert_string_equal(request.segments[3], ".");
	assert_string_equal(http_query_value(&request, "wait"), "frame");
	assert_string_equal(http_query_value(&request, "b"), "=+1");
	assert_string_equal(http_query_value(&request, "c"), "");
	assert_null(http_query_value(&request, "d"));
	assert_true(request.has_length && request.length == 12);
	assert_string_equal(request.content_type, "application/json");
	assert_true(request.expect_continue);
	assert_false(request.keep_alive);
}

static void test_keep_alive(void **state)
{
	static const struct {
		const char *head;
		bool keep_alive;
	} cases[] = {
		{ "GET / HTTP/1.1\r\n" HOST "\r\n", true },
		{ "GET / HTTP/1.1\r\n" HOST "Connection: closed\r\n\r\n", true },
		{ "GET / HTTP/1.0\r\n\r\n", false },
		{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true },
	};

	char head[HTTP_HEAD_MAX];
	struct http_request request;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(parse(cases[i].head, strlen(cases[i].head), head, &request), 0);
		assert_int_equal(request.keep_alive, cases[i].keep_alive);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_too_many_fields),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_keep_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
