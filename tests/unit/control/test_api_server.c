/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The API's server: connections, limits, clients that misbehave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api_host.h"
#include "http/server.h"

#define GET(target)       "GET " target " HTTP/1.1\r\nHost: x\r\n\r\n"
#define GET_CLOSE(target) "GET " target " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static int setup(void **state)
{
	(void)state;
	return fake_start();
}

static int teardown(void **state)
{
	(void)state;
	return fake_stop();
}

static size_t count(const char *text, const char *word)
{
	size_t n = 0;

	for (; (text = strstr(text, word)); text++)
		n++;
	return n;
}

static char *say(const char *bytes)
{
	return talk_bytes(bytes, strlen(bytes), NULL);
}

static void test_pipelined(void **state)
{
	_cleanup_free_ char *answer = say(
		"\r\n" GET("/v1") "HEAD /v1 HTTP/1.1\r\nHost: x\r\n\r\n" GET("/nothing") "POST /v1/sessions/one/displays/0/input HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 13\r\n\r\n{\"events\":[]}" GET_CLOSE(
			"/v1/host"));

	(void)state;
	assert_int_equal(count(answer, "HTTP/1.1 200 OK"), 3);
	assert_int_equal(count(answer, "HTTP/1.1 404 Not Found"), 1);
	assert_int_equal(count(answer, "HTTP/1.1 204 No Content"), 1);
	assert_int_equal(count(answer, "Connection: close"), 1);
	assert_int_equal(count(answer, "\"routes\""), 1); /* not in the answer to HEAD */
}

static void test_byte_by_byte(void **state)
{
	static const char request[] =
		"POST /v1/sessions/one/displays/0/input HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"events\":[]}";
	_cleanup_fd_ int fd = client_connect();
	_cleanup_free_ char *answer = NULL;

	(void)state;
	for (const char *c = request; *c; c++) {
		assert_int_equal(send(fd, c, 1, 0), 1);
		uv_run(&fake.loop, UV_RUN_NOWAIT);
	}
	answer = client_read(fd, 0, NULL);
	assert_int_equal(status_of(answer), 204);
}

static void test_continue(void **state)
{
	static const char head[] =
		"POST /v1/sessions/one/displays/0/input HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 13\r\nExpect: 100-continue\r\n\r\n";
	_cleanup_fd_ int fd = client_connect();
	_cleanup_free_ char *first = NULL;
	_cleanup_free_ char *second = NULL;

	(void)state;
	assert_true(send(fd, head, strlen(head), 0) > 0);
	first = client_read(fd, 1, NULL);
	assert_string_equal(first, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_int_equal(send(fd, "{\"events\":[]}", 13, 0), 13);
	second = client_read(fd, 0, NULL);
	assert_int_equal(status_of(second), 204);
}

static void test_refused(void **state)
{
	static const struct {
		const char *request;
		int status;
	} cases[] = {
		{ "BREW /v1 HTTP/1.1\r\nHost: x\r\n\r\n", 501 },
		{ GET_CLOSE("/v1/%zz"), 400 },
		{ GET_CLOSE("/v2"), 404 },
		{ GET_CLOSE("/v1/"), 404 },
		{ GET_CLOSE("/v1/sessions/"), 404 },
		{ GET_CLOSE("/v1?x=1"), 400 },
		{ "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 411 },
		{ "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
			411 },
		{ "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 415 },
		{ "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/jsonx\r\nContent-Length: 2\r\n\r\n{}",
			415 },
		{ "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000000\r\n\r\n",
			413 },
		{ "GET /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}", 413 },
		{ "GET /v1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n",
			413 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *answer = say(cases[i].request);

		if (status_of(answer) != cases[i].status)
			fail_msg("%s: %s", cases[i].request, answer);
		assert_non_null(strstr(answer, "Content-Type: application/problem+json\r\n"));
		assert_non_null(strstr(answer, "\"type\":\"about:blank\""));
		assert_int_equal(count(answer, "HTTP/1.1"), 1);
	}
}

static void test_methods(void **state)
{
	_cleanup_free_ char *answer = talk("PUT", "/v1/sessions", NULL);
	_cleanup_free_ char *other = talk("OPTIONS", "/v1/sessions/one", NULL);

	(void)state;
	assert_int_equal(status_of(answer), 405);
	assert_non_null(strstr(answer, "Allow: GET, HEAD, POST\r\n"));
	assert_int_equal(status_of(other), 405);
	assert_non_null(strstr(other, "Allow: GET, HEAD, PATCH, DELETE\r\n"));
}

/* A client that sends more than is taken reads its answer all the same. */
static void test_large(void **state)
{
	size_t size = 1u << 20;
	_cleanup_free_ char *request = malloc(size);
	_cleanup_free_ char *head = NULL;
	_cleanup_free_ char *body = NULL;
	int n;

	(void)state;
	memset(request, 'a', size);
	memcpy(request, "GET /", 5);
	head = talk_bytes(request, size, NULL);
	assert_int_equal(status_of(head), 431);
	n = snprintf(request, size,
		"POST /v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
		size);
	request[n] = '{';
	body = talk_bytes(request, size, NULL);
	assert_int_equal(status_of(body), 413);
}

static void test_garbage(void **state)
{
	uint32_t seed = 1;
	char bytes[4096];
	_cleanup_free_ char *answer = NULL;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		_cleanup_fd_ int fd = client_connect();
		size_t size;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			seed = seed * 1664525u + 1013904223u;
			bytes[i] = (char)(seed >> 24);
		}
		size = seed % sizeof(bytes);
		if (round % 3 == 1)
			memcpy(bytes, GET("/v1"), strlen(GET("/v1")) - round % 7);
		if (round % 5 == 1)
			memcpy(bytes + size / 2, "\r\n\r\n", 4);
		send(fd, bytes, size, MSG_NOSIGNAL);
		if (round % 2)
			shutdown(fd, SHUT_WR);
		settle();
	}
	answer = talk("GET", "/v1", NULL);
	assert_int_equal(status_of(answer), 200);
}

static void test_many_connections(void **state)
{
	int fds[400];
	unsigned refused = 0, served = 0;
	_cleanup_free_ char *answer = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = client_connect();
		if (i % 16 == 15)
			settle();
	}
	settle();
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		char text[512] = "";

		assert_true(fds[i] >= 0);
		if (recv(fds[i], text, sizeof(text) - 1, 0) < 0)
			served++;
		else if (status_of(text) == 503)
			refused++;
		close(fds[i]);
	}
	assert_int_equal(served, HTTP_CONNECTIONS_MAX);
	assert_int_equal(served + refused, ARRAY_SIZE(fds));
	settle();
	answer = talk("GET", "/v1", NULL);
	assert_int_equal(status_of(answer), 200);
}

static void test_screenshot(void **state)
{
	_cleanup_free_ char *answer = NULL;
	_cleanup_free_ char *head = NULL;
	const uint8_t *body;
	size_t size;

	(void)state;
	fake.screenshot_size = 5000000;
	answer = talk_bytes(GET_CLOSE("/v1/sessions/one/displays/0/screenshot?wait=frame&timeout=77"),
		strlen(GET_CLOSE("/v1/sessions/one/displays/0/screenshot?wait=frame&timeout=77")),
		&size);
	assert_int_equal(status_of(answer), 200);
	assert_true(fake.waited && fake.timeout_ms == 77);
	assert_non_null(strstr(answer, "Content-Type: image/png\r\nContent-Length: 5000000\r\n"));
	assert_non_null(strstr(answer, "Oriel-Sequence: 42\r\n"));
	body = (const uint8_t *)body_of(answer);
	assert_int_equal(size - (size_t)((const char *)body - answer), 5000000);
	for (size_t i = 0; i < 5000000; i++) {
		if (body[i] != i % 251)
			fail_msg("byte %zu is wrong", i);
	}
	head = talk("HEAD", "/v1/sessions/one/displays/0/screenshot", NULL);
	assert_non_null(strstr(head, "Content-Length: 5000000\r\n"));
	assert_string_equal(body_of(head), "");
}

static void test_screenshot_failures(void **state)
{
	static const struct {
		const char *target;
		int error, status;
	} cases[] = {
		{ "/v1/sessions/one/displays/0/screenshot", ETIMEDOUT, 504 },
		{ "/v1/sessions/one/displays/0/screenshot", ENODATA, 409 },
		{ "/v1/sessions/one/displays/0/screenshot", ECANCELED, 503 },
		{ "/v1/sessions/one/displays/0/screenshot", EIO, 500 },
		{ "/v1/sessions/one/displays/1/screenshot", 0, 404 },
		{ "/v1/sessions/one/displays/00/screenshot", 0, 404 },
		{ "/v1/sessions/two/displays/0/screenshot", 0, 404 },
		{ "/v1/sessions/one/displays/0/screenshot?wait=x", 0, 400 },
		{ "/v1/sessions/one/displays/0/screenshot?timeout=0", 0, 400 },
		{ "/v1/sessions/one/displays/0/screenshot?timeout=60001", 0, 400 },
		{ "/v1/sessions/one/displays/0/screenshot?timeout=5s", 0, 400 },
		{ "/v1/sessions/one/displays/0/screenshot?x=1", 0, 400 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		_cleanup_free_ char *answer = NULL;

		fake.screenshot_error = cases[i].error;
		answer = talk("GET", cases[i].target, NULL);
		if (status_of(answer) != cases[i].status)
			fail_msg("%s: %s", cases[i].target, answer);
	}
}

/* A client that leaves cancels its screenshot; one that only stops sending gets it. */
static void test_leaving(void **state)
{
	static const char request[] = GET_CLOSE("/v1/sessions/one/displays/0/screenshot");
	int fd = client_connect();
	_cleanup_fd_ int half = -1;
	_cleanup_free_ char *answer = NULL;

	(void)state;
	fake.never = true;
	assert_true(send(fd, request, strlen(request), 0) > 0);
	settle();
	assert_non_null(fake.done);
	assert_int_equal(fake.cancelled, 0);
	close(fd);
	settle();
	assert_int_equal(fake.cancelled, 1);

	fake.never = false;
	fake.screenshot_size = 10;
	half = client_connect();
	assert_true(send(half, request, strlen(request), 0) > 0);
	shutdown(half, SHUT_WR);
	answer = client_read(half, 0, NULL);
	assert_int_equal(status_of(answer), 200);
	assert_int_equal(fake.cancelled, 1);
}

/* A client that does not read its answer holds no more than a piece of it, and others go on. */
static void test_not_reading(void **state)
{
	static const char request[] = GET("/v1/sessions/one/displays/0/screenshot");
	_cleanup_fd_ int fd = client_connect();
	_cleanup_free_ char *answer = NULL;

	(void)state;
	fake.screenshot_size = 20000000;
	assert_true(send(fd, request, strlen(request), 0) > 0);
	settle();
	for (int i = 0; i < 50; i++) {
		free(answer);
		answer = talk("GET", "/v1", NULL);
		assert_int_equal(status_of(answer), 200);
	}
}

static void test_socket(void **state)
{
	struct stat status;
	struct api *second = NULL;
	char other[120];
	int fd;

	(void)state;
	assert_int_equal(stat(fake.path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(api_create(&fake.host, fake.path, 0600, &second), -EADDRINUSE);
	snprintf(other, sizeof(other), "%s/file", fake.directory);
	fd = open(other, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(api_create(&fake.host, other, 0600, &second), -EEXIST);
	unlink(other);
	/* the socket of a server that is gone */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	{
		struct sockaddr_un address = { .sun_family = AF_UNIX };

		snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/file", fake.directory);
		assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	}
	close(fd);
	assert_int_equal(api_create(&fake.host, other, 0666, &second), 0);
	assert_int_equal(stat(other, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0666);
	api_destroy(second);
	assert_int_equal(stat(other, &status), -1);
}

/* Stopped with everything under way, a hundred times: nothing leaks, everything closes. */
static void test_restart(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		static const char request[] = GET("/v1/sessions/one/displays/0/screenshot");
		static const char half[] = "POST /v1/sessions HTTP/1.1\r\nHost: x\r\nConte";
		int fds[4];

		for (size_t j = 0; j < ARRAY_SIZE(fds); j++)
			fds[j] = client_connect();
		fake.never = i % 2;
		fake.screenshot_size = 10000000;
		assert_true(send(fds[1], request, strlen(request), 0) > 0);
		assert_true(send(fds[2], half, strlen(half), 0) > 0);
		assert_true(send(fds[3], GET_CLOSE("/v1"), strlen(GET_CLOSE("/v1")), 0) > 0);
		settle();
		api_destroy(fake.api);
		fake.api = NULL;
		assert_int_equal(client_connect(), -1);
		if (i % 3 == 0)
			settle();
		assert_int_equal(api_create(&fake.host, fake.path, 0600, &fake.api), 0);
		for (size_t j = 0; j < ARRAY_SIZE(fds); j++)
			close(fds[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pipelined, setup, teardown),
		cmocka_unit_test_setup_teardown(test_byte_by_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(test_continue, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_methods, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large, setup, teardown),
		cmocka_unit_test_setup_teardown(test_garbage, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_connections, setup, teardown),
		cmocka_unit_test_setup_teardown(test_screenshot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_screenshot_failures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leaving, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_reading, setup, teardown),
		cmocka_unit_test_setup_teardown(test_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(test_restart, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
