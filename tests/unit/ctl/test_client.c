/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client: heads of answers, servers that misbehave, tables. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "client.h"
#include "request.h"
#include "table.h"
#include "util.h"

static void test_heads(void **state)
{
	static const struct {
		const char *head;
		int r, status;
		size_t length;
	} cases[] = {
		{ "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n", 0, 200, 12 },
		{ "HTTP/1.1 200 OK\r\nX: 1\r\ncontent-length:7 \r\n\r\n", 0, 200, 7 },
		{ "HTTP/1.1 204 No Content\r\n\r\n", 0, 204, 0 },
		{ "HTTP/1.1 200 OK\r\n\r\n", -EBADMSG, 0, 0 },
		{ "HTTP/1.1 200 OK\r\nX-Content-Length: 1\r\n\r\n", -EBADMSG, 0, 0 },
		{ "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", -EBADMSG, 0, 0 },
		{ "HTTP/1.1 20 OK\r\nContent-Length: 1\r\n\r\n", -EBADMSG, 0, 0 },
		{ "HTTP/1.1 2000 OK\r\nContent-Length: 1\r\n\r\n", -EBADMSG, 0, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", -EBADMSG, 0,
			0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", -EBADMSG, 0, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n", -EBADMSG, 0, 0 },
		{ "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", -EFBIG, 0, 0 },
		{ "SSH-2.0-x\r\n\r\n", -EBADMSG, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int status = 0;
		size_t length = 0;
		int r = client_parse_head(cases[i].head, strlen(cases[i].head), &status, &length);

		if (r != cases[i].r || status != cases[i].status || length != cases[i].length)
			fail_msg("%s: %d %d %zu", cases[i].head, r, status, length);
	}
}

static char directory[] = "/tmp/oriel-test-XXXXXX";
static char path[64];
static int listener = -1;

static int setup(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/s", directory);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return listen(listener, 4);
}

static int teardown(void **state)
{
	(void)state;
	close(listener);
	unlink(path);
	return rmdir(directory);
}

/* A server that sends these bytes and, unless `stay`, closes; without reading the request if `deaf`. */
static pid_t serve(const char *bytes, size_t size, bool stay, bool deaf)
{
	pid_t child = fork();

	if (child == 0) {
		int fd = accept(listener, NULL, NULL);
		char request[4096];

		if (!deaf && read(fd, request, sizeof(request)) < 0)
			_exit(1);
		if (size > 0 && send(fd, bytes, size, MSG_NOSIGNAL) < 0)
			_exit(1);
		if (stay && read(fd, request, sizeof(request)) < 0)
			_exit(1);
		_exit(0);
	}
	return child;
}

static void test_servers(void **state)
{
	static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
	static const char early[] = "HTTP/1.1 413 No\r\nContent-Length: 2\r\n\r\n{}";
	static char endless[CLIENT_HEAD_MAX + 4096];

	const struct {
		const char *bytes;
		size_t size;
		bool stay, deaf;
		int r, status;
	} cases[] = {
		{ good, sizeof(good) - 1, false, false, 0, 200 },
		{ good, sizeof(good) - 1, true, false, 0, 200 },
		{ early, sizeof(early) - 1, false, true, 0, 413 },
		{ good, sizeof(good) - 2, false, false, -EPIPE, 0 },
		{ good, sizeof(good) - 2, true, false, -ETIMEDOUT, 0 },
		{ good, 10, false, false, -EPIPE, 0 },
		{ good, 0, false, false, -EPIPE, 0 },
		{ good, 0, true, false, -ETIMEDOUT, 0 },
		{ endless, sizeof(endless), true, false, -EBADMSG, 0 },
	};

	(void)state;
	memset(endless, 'a', sizeof(endless));
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct client_answer answer = { 0 };
		pid_t child = serve(cases[i].bytes, cases[i].size, cases[i].stay, cases[i].deaf);
		unsigned patience_ms = cases[i].r == -ETIMEDOUT ? 300 : 30000;
		int r = client_request(path, "POST", "/v1", "{}", patience_ms, &answer);

		if (r != cases[i].r || answer.status != cases[i].status)
			fail_msg("case %zu: %s, %d", i, strerror(-r), answer.status);
		if (r == 0)
			assert_string_equal(answer.body, "{}");
		client_answer_finish(&answer);
		waitpid(child, NULL, 0);
	}
	assert_int_equal(client_request("/nonexistent/x", "GET", "/", NULL, 300,
				 &(struct client_answer){ 0 }),
		-ENOENT);
}

struct taken {
	char bytes[65];
	size_t n, most;
};

static int take(void *data, const char *bytes, size_t size)
{
	struct taken *taken = data;

	if (taken->n + size > taken->most)
		return -ECANCELED;
	memcpy(taken->bytes + taken->n, bytes, size);
	taken->n += size;
	return 0;
}

/* A body goes to who takes it, as far as it comes and is taken; that of a refusal is in the answer. */
static void test_download(void **state)
{
	static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
	static const char refusal[] = "HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n{}";

	const struct {
		const char *bytes;
		size_t size, most;
		int r;
		const char *taken, *body;
	} cases[] = {
		{ good, sizeof(good) - 1, 64, 0, "0123456789", NULL },
		{ good, sizeof(good) - 3, 64, -EPIPE, "01234567", NULL },
		{ good, sizeof(good) - 1, 4, -ECANCELED, "", NULL },
		{ refusal, sizeof(refusal) - 1, 64, 0, "", "{}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct taken taken = { .most = cases[i].most };
		struct client_answer answer = { 0 };
		pid_t child = serve(cases[i].bytes, cases[i].size, false, false);

		assert_int_equal(
			client_download(path, "/v1", 300, take, &taken, &answer), cases[i].r);
		assert_string_equal(taken.bytes, cases[i].taken);
		if (cases[i].body)
			assert_string_equal(answer.body, cases[i].body);
		else
			assert_null(answer.body);
		client_answer_finish(&answer);
		waitpid(child, NULL, 0);
	}
}

static void test_socket_path(void **state)
{
	char expected[128];
	_cleanup_free_ char *chosen = NULL;
	_cleanup_free_ char *own = NULL;
	_cleanup_free_ char *system = NULL;

	(void)state;
	setenv("ORIEL_SOCKET", "/some/where", 1);
	chosen = client_default_socket();
	assert_string_equal(chosen, "/some/where");
	unsetenv("ORIEL_SOCKET");
	setenv("XDG_RUNTIME_DIR", directory, 1);
	system = client_default_socket();
	assert_string_equal(system, "/run/oriel/api.sock");
	snprintf(expected, sizeof(expected), "%s/oriel", directory);
	assert_int_equal(mkdir(expected, 0700), 0);
	strcat(expected, "/api.sock");
	assert_int_equal(symlink("/dev/null", expected), 0);
	own = client_default_socket();
	assert_string_equal(own, expected);
	unlink(expected);
	expected[strlen(expected) - strlen("/api.sock")] = '\0';
	rmdir(expected);
}

static void test_paths(void **state)
{
	_cleanup_free_ char *encoded = request_path("/v1/%s/x/%s", "a b/%\xc3\xa4", "A.-_~9");

	(void)state;
	assert_string_equal(encoded, "/v1/a%20b%2F%25%C3%A4/x/A.-_~9");
}

static void test_table(void **state)
{
	static const char *const titles[] = { "NAME", ">N", "X", NULL };
	struct table table;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	table_init(&table, " ", titles);
	table_add(&table, "%s", "\xc3\xa4\xc3\xb6\x1b");
	table_add(&table, "%d", 5);
	table_add(&table, "a");
	table_add(&table, "longer");
	table_add(&table, "100");
	table_add(&table, "%s", "");
	table_print(&table, out);
	fclose(out);
	assert_string_equal(text, " NAME      N  X\n \xc3\xa4\xc3\xb6?       5  a\n longer  100  \n");
}

static void test_formats(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(format_size(0, text), "0 B");
	assert_string_equal(format_size(1023, text), "1023 B");
	assert_string_equal(format_size(1536, text), "1.5 KiB");
	assert_string_equal(format_size(300.0 * 1024 * 1024, text), "300 MiB");
	assert_string_equal(format_age("2023-11-14T22:13:20Z", 1700000059, text), "59 s");
	assert_string_equal(format_age("2023-11-14T22:13:20Z", 1700000120, text), "2 min");
	assert_string_equal(format_age("2023-11-14T22:13:20Z", 1700007199, text), "119 min");
	assert_string_equal(format_age("2023-11-14T22:13:20Z", 1700007200, text), "2 h");
	assert_string_equal(format_age("2023-11-14T22:13:20Z", 1700259200, text), "3 d");
	assert_string_equal(format_age("2023-11-14T22:13:20Z", 1, text), "0 s");
	assert_string_equal(format_age("", 1, text), "-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_download),
		cmocka_unit_test(test_socket_path),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
