/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include "util.h"

#define SYSTEM_SOCKET "/run/oriel/api.sock"
#define CHUNK         65536u      /* bytes of a file in memory */
#define TIMED         (16u << 20) /* bytes of a file that get a time-out of their own */

struct connection {
	int fd;
	uint64_t deadline; /* clock_ms */
};

char *client_default_socket(void)
{
	const char *chosen = getenv("ORIEL_SOCKET");
	const char *runtime = getenv("XDG_RUNTIME_DIR");
	char *path = NULL;

	if (chosen && *chosen)
		return strdup(chosen);
	if (runtime && *runtime && asprintf(&path, "%s/oriel/api.sock", runtime) >= 0) {
		if (access(path, F_OK) == 0)
			return path;
		free(path);
	}
	return strdup(SYSTEM_SOCKET);
}

/* Waits until the socket is ready for these events. 0 or negative errno. */
static int wait_for(const struct connection *connection, short events)
{
	struct pollfd pollfd = { .fd = connection->fd, .events = events };

	for (;;) {
		uint64_t now = clock_ms();
		int r;

		if (now >= connection->deadline)
			return -ETIMEDOUT;
		r = poll(&pollfd, 1, (int)(connection->deadline - now));
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

static int open_connection(struct connection *connection, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	uint64_t ms = connection->deadline - clock_ms();
	struct timeval wait = { .tv_sec = (time_t)(ms / 1000) + 1 };

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	connection->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connection->fd < 0)
		return -errno;
	/* connect(2) blocks while orield's queue of connections is full, and keeps to this time-out. */
	setsockopt(connection->fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(connection->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return 0;
}

/* A server that answers before it has read everything closes its reading side: not an error here. */
static int send_all(const struct connection *connection, const char *data, size_t size)
{
	for (size_t at = 0; at < size;) {
		int r = wait_for(connection, POLLOUT);
		ssize_t n;

		if (r < 0)
			return r;
		n = send(connection->fd, data + at, size - at, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && (errno == EPIPE || errno == ECONNRESET))
			return 0;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n > 0)
			at += (size_t)n;
	}
	return 0;
}

/* Reads some bytes; 0 at the end, or negative errno. */
static ssize_t receive(const struct connection *connection, char *data, size_t size)
{
	for (;;) {
		int r = wait_for(connection, POLLIN);
		ssize_t n;

		if (r < 0)
			return r;
		n = recv(connection->fd, data, size, MSG_DONTWAIT);
		if (n >= 0)
			return n;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
}

static int parse_length(const char *text, size_t *ret_length)
{
	size_t length = 0;

	text += strspn(text, " \t");
	if (*text < '0' || *text > '9')
		return -EBADMSG;
	for (; *text >= '0' && *text <= '9'; text++) {
		length = length * 10 + (size_t)(*text - '0');
		if (length > CLIENT_FILE_MAX)
			return -EFBIG;
	}
	if (text[strspn(text, " \t")] != '\r')
		return -EBADMSG;
	*ret_length = length;
	return 0;
}

int client_parse_head(const char *head, size_t size, int *ret_status, size_t *ret_length)
{
	static const char field[] = "\r\nContent-Length:";
	int status, used = 0;
	size_t length = 0;
	bool found = false;

	if (memchr(head, '\0', size) || sscanf(head, "HTTP/1.1 %3d%n", &status, &used) != 1 ||
		used != 12 || (head[12] != ' ' && head[12] != '\r') || status < 100)
		return -EBADMSG;
	for (const char *at = strstr(head, "\r\n"); at && at < head + size;
		at = strstr(at + 2, "\r\n")) {
		int r;

		if (strncasecmp(at, field, strlen(field)) != 0)
			continue;
		r = parse_length(at + strlen(field), &length);
		if (found || r < 0)
			return r < 0 ? r : -EBADMSG;
		found = true;
	}
	if (!found && status != 204 && status >= 200)
		return -EBADMSG;
	*ret_status = status;
	*ret_length = length;
	return 0;
}

/* Reads until the head is whole. Returns its bytes or negative errno; *size counts what was read. */
static ssize_t receive_head(const struct connection *connection, char *data, size_t *size)
{
	for (;;) {
		const char *end;
		ssize_t n = receive(connection, data + *size, CLIENT_HEAD_MAX - *size);

		if (n <= 0)
			return n < 0 ? n : -EPIPE;
		*size += (size_t)n;
		data[*size] = '\0';
		end = memmem(data, *size, "\r\n\r\n", 4);
		if (end)
			return end - data + 4;
		if (*size == CLIENT_HEAD_MAX)
			return -EBADMSG;
	}
}

/* Who takes the bodies of answers with status 200. */
struct taker {
	int (*take)(void *data, const char *bytes, size_t size); /* NULL: nobody */
	void *data;
	unsigned timeout_ms; /* of each TIMED bytes */
};

/* A body of so many bytes, of which some have come already, goes to the taker. */
static int hand_over(struct connection *connection, const struct taker *taker, const char *there,
	size_t got, size_t length)
{
	_cleanup_free_ char *chunk = malloc(CHUNK);
	int r = chunk ? 0 : -ENOMEM;
	size_t timed = 0;

	if (r == 0 && got > 0)
		r = taker->take(taker->data, there, got);
	while (r == 0 && got < length) {
		const size_t left = length - got;
		const ssize_t n = receive(connection, chunk, left < CHUNK ? left : CHUNK);

		if (n <= 0)
			return n < 0 ? (int)n : -EPIPE;
		r = taker->take(taker->data, chunk, (size_t)n);
		got += (size_t)n;
		timed += (size_t)n;
		if (timed < TIMED)
			continue;
		timed = 0;
		connection->deadline = clock_ms() + taker->timeout_ms;
	}
	return r;
}

static int receive_answer(
	struct connection *connection, const struct taker *taker, struct client_answer *answer)
{
	_cleanup_free_ char *head = malloc(CLIENT_HEAD_MAX + 1);
	size_t size = 0, length, got;
	ssize_t head_size;
	int r;

	if (!head)
		return -ENOMEM;
	head_size = receive_head(connection, head, &size);
	if (head_size < 0)
		return (int)head_size;
	got = size - (size_t)head_size;
	answer->body = NULL;
	r = client_parse_head(head, (size_t)head_size, &answer->status, &length);
	if (r < 0)
		return r;
	if (got > length)
		got = length;
	if (taker->take && answer->status == 200)
		return hand_over(connection, taker, head + head_size, got, length);
	if (length > CLIENT_BODY_MAX)
		return -EFBIG;
	answer->body = malloc(length + 1);
	if (!answer->body)
		return -ENOMEM;
	memcpy(answer->body, head + head_size, got);
	while (got < length) {
		ssize_t n = receive(connection, answer->body + got, length - got);

		if (n <= 0)
			return n < 0 ? (int)n : -EPIPE;
		got += (size_t)n;
	}
	answer->body[length] = '\0';
	answer->size = length;
	return 0;
}

static int ask(const char *socket_path, const char *method, const char *target, const char *body,
	const struct taker *taker, struct client_answer *ret_answer)
{
	struct connection connection = { .fd = -1, .deadline = clock_ms() + taker->timeout_ms };
	struct client_answer answer = { 0 };
	_cleanup_free_ char *request = NULL;
	char fields[96] = "";
	int r, n;

	if (body)
		snprintf(fields, sizeof(fields),
			"Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
	n = asprintf(&request, "%s %s HTTP/1.1\r\nHost: oriel\r\nConnection: close\r\n%s\r\n%s",
		method, target, fields, body ? body : "");
	if (n < 0)
		return -ENOMEM;
	r = open_connection(&connection, socket_path);
	if (r == 0)
		r = send_all(&connection, request, (size_t)n);
	explicit_bzero(request, (size_t)n); /* it may hold a password */
	if (r == 0)
		r = receive_answer(&connection, taker, &answer);
	if (connection.fd >= 0)
		close(connection.fd);
	if (r < 0) {
		free(answer.body);
		return r;
	}
	*ret_answer = answer;
	return 0;
}

int client_request(const char *socket_path, const char *method, const char *target,
	const char *body, unsigned timeout_ms, struct client_answer *ret_answer)
{
	const struct taker nobody = { .timeout_ms = timeout_ms };

	return ask(socket_path, method, target, body, &nobody, ret_answer);
}

int client_download(const char *socket_path, const char *target, unsigned timeout_ms,
	int (*take)(void *data, const char *bytes, size_t size), void *data,
	struct client_answer *ret_answer)
{
	const struct taker taker = { .take = take, .data = data, .timeout_ms = timeout_ms };

	return ask(socket_path, "GET", target, NULL, &taker, ret_answer);
}

void client_answer_finish(struct client_answer *answer)
{
	free(TAKE_PTR(answer->body));
}
