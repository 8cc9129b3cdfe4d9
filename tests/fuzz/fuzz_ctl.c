/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What orielctl makes of what answers at its socket. The input is a command, how the answer is
 * framed, and the answer: a whole one, or the body of one. What is printed for people has no
 * control characters.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "arguments.h"
#include "complete.h"
#include "request.h"
#include "util.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FRAME_NONE  0x01u /* the input is the answer with its head */
#define FRAME_ERROR 0x02u /* status 409, not 200 */
#define FRAME_SPLIT 0x04u /* it comes in datagrams of 7 bytes */
#define WORDS_MAX   12u

static const char *const lines[][WORDS_MAX] = {
	{ "list" },
	{ "list", "--json" },
	{ "show", "one" },
	{ "create", "one", "--listen", "local:/run/x" },
	{ "delete", "one" },
	{ "screenshot", "one", "-o", "/dev/null" },
	{ "show-surface", "one", "0", "4" },
	{ "input", "one", "0", "key", "Return" },
	{ "viewers", "one" },
	{ "disconnect", "one", "3" },
	{ "host" },
	{ "--complete", "show", "" },
	{ "--complete", "disconnect", "one", "" },
	{ "--complete", "show-surface", "one", "0", "" },
};

static struct {
	const uint8_t *data;
	size_t size;
	uint8_t frame;
	FILE *err;
} server;

/* Its sentences are for people as well. */
void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(server.err, format, args);
	va_end(args);
}

static size_t answer_head(char *head, size_t size)
{
	if (server.frame & FRAME_NONE)
		return 0;
	return (size_t)snprintf(head, size, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n",
		server.frame & FRAME_ERROR ? "409 Conflict" : "200 OK", server.size);
}

/* The server: it has answered before it was asked, and says no more. */
int connect(int fd, const struct sockaddr *address, socklen_t length)
{
	size_t step = server.frame & FRAME_SPLIT ? 7 : SIZE_MAX;
	int pair[2], size = 1 << 20;
	char head[96];
	size_t n = answer_head(head, sizeof(head));

	(void)address;
	(void)length;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
		abort();
	setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	send(pair[1], head, n, MSG_NOSIGNAL);
	for (size_t at = 0; at < server.size; at += n) {
		n = server.size - at < step ? server.size - at : step;
		if (send(pair[1], server.data + at, n, MSG_NOSIGNAL) < 0)
			break;
	}
	dup2(pair[0], fd);
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static void run_line(const char *const *words, FILE *out)
{
	struct context context = { .socket_path = strdup("/socket") };
	const struct command *command = NULL;
	char *argv[WORDS_MAX], error[512];
	int argc = 0;

	while (argc < (int)WORDS_MAX && words[argc]) {
		argv[argc] = (char *)(uintptr_t)words[argc];
		argc++;
	}
	if (strcmp(argv[0], "--complete") == 0) {
		complete(&context, argc - 1, argv + 1, out);
	} else {
		int r = arguments_parse(argc, argv, &context, &command, error, sizeof(error));

		assert(r == 0);
		command->run(&context);
	}
	free(context.socket_path);
}

/* Of what people read: `json` is printed as it came. */
static void check_output(const char *text, size_t size, bool json)
{
	for (size_t i = 0; i < size && !json; i++)
		assert(((unsigned char)text[i] >= 0x20 && text[i] != 0x7f) || text[i] == '\n');
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	unsetenv("ORIEL_SOCKET");
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *before = stdout;
	char *out = NULL, *err = NULL;
	size_t out_size, err_size;
	const char *const *words;

	if (size < 2)
		return 0;
	words = lines[data[0] % ARRAY_SIZE(lines)];
	server.frame = data[1];
	server.data = data + 2;
	server.size = size - 2;
	stdout = open_memstream(&out, &out_size);
	server.err = open_memstream(&err, &err_size);
	if (!stdout || !server.err)
		abort();
	run_line(words, stdout);
	fclose(stdout);
	fclose(server.err);
	stdout = before;
	check_output(out, out_size, words[1] && strcmp(words[1], "--json") == 0);
	check_output(err, err_size, false);
	free(out);
	free(err);
	return 0;
}
