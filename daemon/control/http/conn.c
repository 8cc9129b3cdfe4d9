/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection goes round: head, body, handling, writing; and lingers before it is closed, so that
 * the client's own sending does not fail before it has read the answer.
 */
#include "conn.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "spec.h"
#include "status.h"
#include "util.h"

#define CHUNK         65536u      /* bytes of a file in memory */
#define WRITE_BURST   (1u << 20)  /* bytes written before the loop turns to others */
#define FILE_BYTES    (16u << 20) /* bytes of a file that get HTTP_ANSWER_MS of their own */
#define LINGER_BYTES  (8u << 20)  /* bytes read and dropped after the last answer */
#define CONTINUE_LINE "HTTP/1.1 100 Continue\r\n\r\n"

enum conn_state {
	CONN_HEAD,
	CONN_BODY,
	CONN_HANDLING,
	CONN_WRITING,
	CONN_LINGERING,
	CONN_CLOSED,
};

struct http_conn {
	struct http_exchange exchange;
	struct list link; // http_server.connections
	struct http_server *server;
	enum conn_state state;
	int fd;
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned n_handles;
	bool running;     /* conn_run is on the stack */
	bool half_closed; /* the client sends no more, and may still read */
	bool keep_alive;

	char in[HTTP_HEAD_MAX]; /* a head, and what came behind it */
	size_t in_size;
	size_t in_used;  /* bytes of it that belong to the present request */
	size_t body_got; /* of exchange.body_size */
	size_t dropped;  /* while lingering */

	char *out;
	size_t out_size, out_at;
	int file;
	uint64_t file_size, file_at;
};

struct http_conn *http_conn_first(struct http_server *server)
{
	if (list_empty(&server->connections))
		return NULL;
	return list_entry(server->connections.next, struct http_conn, link);
}

static struct http_conn *conn_of(struct http_exchange *exchange)
{
	return container_of(exchange, struct http_conn, exchange);
}

/* What one request left behind, and its answer. */
static void drop_exchange(struct http_conn *conn)
{
	if (conn->exchange.body)
		explicit_bzero(conn->exchange.body, conn->exchange.body_size); /* passwords */
	free(conn->exchange.body);
	conn->exchange = (struct http_exchange){ 0 };
	conn->body_got = 0;
	free(TAKE_PTR(conn->out));
	conn->out_size = conn->out_at = 0;
	if (conn->file >= 0)
		close(TAKE_FD(conn->file));
	conn->file_size = conn->file_at = 0;
}

static void handle_closed(uv_handle_t *handle)
{
	struct http_conn *conn = handle->data;
	struct http_server *server = conn->server;

	if (--conn->n_handles == 0)
		free(conn);
	http_server_handle_closed(server);
}

void http_conn_close(struct http_conn *conn)
{
	if (conn->state == CONN_CLOSED)
		return;
	conn->state = CONN_CLOSED;
	if (conn->exchange.cancel)
		conn->exchange.cancel(&conn->exchange);
	drop_exchange(conn);
	list_remove(&conn->link);
	conn->server->n_connections--;
	uv_close((uv_handle_t *)&conn->poll, handle_closed);
	uv_close((uv_handle_t *)&conn->timer, handle_closed);
	close(TAKE_FD(conn->fd));
}

static void refuse(struct http_conn *conn, const struct problem *problem)
{
	conn->keep_alive = false;
	http_answer_problem(&conn->exchange, problem, NULL);
}

static void deadline_passed(uv_timer_t *timer)
{
	struct http_conn *conn = timer->data;
	struct problem problem;

	if (conn->state == CONN_BODY || (conn->state == CONN_HEAD && conn->in_size > 0)) {
		problem_set(&problem, 408, "", "the request was not whole after %u seconds",
			HTTP_REQUEST_MS / 1000u);
		refuse(conn, &problem);
		return;
	}
	http_conn_close(conn);
}

static void set_deadline(struct http_conn *conn, uint64_t ms)
{
	uv_update_time(conn->server->loop);
	uv_timer_start(&conn->timer, deadline_passed, ms, 0);
}

/* ---- reading a request */

static bool take_body(struct http_conn *conn, uint64_t length)
{
	size_t there = conn->in_size - conn->in_used;

	conn->exchange.body_size = (size_t)length;
	if (there > length)
		there = (size_t)length;
	if (length > 0) {
		conn->exchange.body = malloc((size_t)length + 1);
		if (!conn->exchange.body)
			return false;
		memcpy(conn->exchange.body, conn->in + conn->in_used, there);
		conn->exchange.body[length] = '\0';
	}
	conn->in_used += there;
	conn->body_got = there;
	conn->state = CONN_BODY;
	if (there == length || !conn->exchange.request.expect_continue)
		return true;
	return send(conn->fd, CONTINUE_LINE, strlen(CONTINUE_LINE), MSG_NOSIGNAL) ==
	       (ssize_t)strlen(CONTINUE_LINE);
}

/* The head is whole: who takes it, and how large may its body be? */
static void begin_request(struct http_conn *conn, size_t head_size)
{
	struct http_request *request = &conn->exchange.request;
	struct problem problem;
	int64_t max;

	conn->in_used = head_size;
	if (http_request_parse(conn->in, head_size, request, &problem) < 0) {
		refuse(conn, &problem);
		return;
	}
	/* With a body that nobody reads the next request cannot be found. */
	conn->keep_alive = request->keep_alive && request->length == 0;
	max = conn->server->ops->head(conn->server->data, &conn->exchange);
	if (max < 0)
		return;
	if (request->length > (uint64_t)max) {
		problem_set(&problem, 413, "",
			"the body has %" PRIu64 " bytes; at most %" PRId64 " are taken here",
			request->length, max);
		refuse(conn, &problem);
		return;
	}
	conn->keep_alive = request->keep_alive;
	if (!take_body(conn, request->length))
		http_conn_close(conn);
}

static void skip_empty_lines(struct http_conn *conn)
{
	size_t n = 0;

	while (conn->in_size - n >= 2 && memcmp(conn->in + n, "\r\n", 2) == 0)
		n += 2;
	memmove(conn->in, conn->in + n, conn->in_size - n);
	conn->in_size -= n;
}

static bool step_head(struct http_conn *conn)
{
	struct problem problem;
	size_t head_size;

	skip_empty_lines(conn);
	head_size = http_head_size(conn->in, conn->in_size);
	if (head_size > 0) {
		begin_request(conn, head_size);
		return true;
	}
	if (conn->in_size < HTTP_HEAD_MAX)
		return false;
	problem_set(&problem, 431, "", "request line and header fields have more than %u bytes",
		HTTP_HEAD_MAX);
	conn->in_used = conn->in_size;
	refuse(conn, &problem);
	return true;
}

static bool step_body(struct http_conn *conn)
{
	if (conn->body_got < conn->exchange.body_size)
		return false;
	conn->state = CONN_HANDLING;
	uv_timer_stop(&conn->timer);
	conn->server->ops->request(conn->server->data, &conn->exchange);
	return true;
}

/* ---- writing an answer */

/* The file's next bytes. False when it has fewer than were promised. */
static bool fill_from_file(struct http_conn *conn)
{
	uint64_t left = conn->file_size - conn->file_at;
	size_t size = left < CHUNK ? (size_t)left : CHUNK;
	ssize_t n;

	if (!conn->out)
		conn->out = malloc(CHUNK);
	if (!conn->out)
		return false;
	n = pread(conn->file, conn->out, size, (off_t)conn->file_at);
	if (n <= 0)
		return false;
	if ((conn->file_at + (uint64_t)n) / FILE_BYTES > conn->file_at / FILE_BYTES)
		set_deadline(conn, HTTP_ANSWER_MS);
	conn->file_at += (uint64_t)n;
	conn->out_size = (size_t)n;
	conn->out_at = 0;
	return true;
}

static void answered(struct http_conn *conn)
{
	drop_exchange(conn);
	memmove(conn->in, conn->in + conn->in_used, conn->in_size - conn->in_used);
	conn->in_size -= conn->in_used;
	explicit_bzero(conn->in + conn->in_size, conn->in_used);
	conn->in_used = 0;
	if (conn->keep_alive) {
		conn->state = CONN_HEAD;
		set_deadline(conn, HTTP_REQUEST_MS);
		return;
	}
	conn->state = CONN_LINGERING;
	shutdown(conn->fd, SHUT_WR);
	set_deadline(conn, HTTP_LINGER_MS);
}

/* Writes until the client's buffer is full or it has had its turn. True when the answer is out or the connection closed. */
static bool step_write(struct http_conn *conn)
{
	size_t written = 0;

	while (written < WRITE_BURST) {
		ssize_t n;

		if (conn->out_at == conn->out_size) {
			if (conn->file_at == conn->file_size) {
				answered(conn);
				return true;
			}
			free(TAKE_PTR(conn->out));
			if (!fill_from_file(conn)) {
				http_conn_close(conn);
				return true;
			}
		}
		n = send(conn->fd, conn->out + conn->out_at, conn->out_size - conn->out_at,
			MSG_NOSIGNAL);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return false;
		if (n < 0) {
			http_conn_close(conn);
			return true;
		}
		conn->out_at += (size_t)n;
		written += (size_t)n;
	}
	return false;
}

/* ---- the round */

static void conn_ready(uv_poll_t *poll, int status, int events);

/* Waits for what the state needs, and for nothing else: a client that sends ahead is not read. */
static void watch(struct http_conn *conn)
{
	static const int wanted[] = {
		[CONN_HEAD] = UV_READABLE,
		[CONN_BODY] = UV_READABLE,
		[CONN_HANDLING] = UV_DISCONNECT,
		[CONN_WRITING] = UV_WRITABLE,
		[CONN_LINGERING] = UV_READABLE,
	};
	int events;

	if (conn->state == CONN_CLOSED)
		return;
	events = wanted[conn->state];
	if (conn->half_closed)
		events &= ~UV_DISCONNECT;
	if (uv_poll_start(&conn->poll, events, conn_ready) < 0)
		http_conn_close(conn);
}

static bool step(struct http_conn *conn)
{
	switch (conn->state) {
	case CONN_HEAD:
		return step_head(conn);
	case CONN_BODY:
		return step_body(conn);
	case CONN_WRITING:
		return step_write(conn);
	case CONN_HANDLING:
	case CONN_LINGERING:
	case CONN_CLOSED:
		break;
	}
	return false;
}

static void conn_run(struct http_conn *conn)
{
	if (conn->running)
		return;
	conn->running = true;
	while (step(conn))
		;
	conn->running = false;
	watch(conn);
}

/* Where the next bytes belong. */
static char *read_place(struct http_conn *conn, size_t *ret_size)
{
	if (conn->state == CONN_BODY) {
		*ret_size = conn->exchange.body_size - conn->body_got;
		return conn->exchange.body + conn->body_got;
	}
	if (conn->state == CONN_LINGERING)
		conn->in_size = 0;
	*ret_size = sizeof(conn->in) - conn->in_size;
	return conn->in + conn->in_size;
}

static void conn_read(struct http_conn *conn)
{
	size_t size;
	char *place = read_place(conn, &size);
	ssize_t n = recv(conn->fd, place, size, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		http_conn_close(conn);
		return;
	}
	if (conn->state == CONN_BODY)
		conn->body_got += (size_t)n;
	else if (conn->state == CONN_HEAD)
		conn->in_size += (size_t)n;
	else
		conn->dropped += (size_t)n;
	if (conn->dropped > LINGER_BYTES)
		http_conn_close(conn);
}

/* A client that closed its whole socket has left; one that only stopped sending still wants its answer. */
static void conn_hangup(struct http_conn *conn)
{
	struct pollfd pollfd = { .fd = conn->fd };

	if (poll(&pollfd, 1, 0) > 0 && (pollfd.revents & (POLLHUP | POLLERR)))
		http_conn_close(conn);
	else
		conn->half_closed = true;
}

static void conn_ready(uv_poll_t *poll, int status, int events)
{
	struct http_conn *conn = poll->data;

	(void)events;
	if (status < 0)
		http_conn_close(conn);
	else if (conn->state == CONN_HANDLING)
		conn_hangup(conn);
	else if (conn->state != CONN_WRITING)
		conn_read(conn);
	conn_run(conn);
}

int http_conn_open(struct http_server *server, int fd)
{
	struct http_conn *conn = calloc(1, sizeof(*conn));
	int r = conn ? uv_poll_init(server->loop, &conn->poll, fd) : -ENOMEM;

	if (r < 0) {
		free(conn);
		close(fd);
		return r;
	}
	uv_timer_init(server->loop, &conn->timer);
	conn->poll.data = conn->timer.data = conn;
	conn->n_handles = 2;
	conn->server = server;
	conn->fd = fd;
	conn->file = -1;
	list_append(&server->connections, &conn->link);
	server->n_connections++;
	server->n_handles += 2;
	set_deadline(conn, HTTP_REQUEST_MS);
	watch(conn);
	return 0;
}

/* ---- answers */

void http_answer(struct http_exchange *exchange, const struct http_answer *answer)
{
	struct http_conn *conn = conn_of(exchange);
	_cleanup_free_ char *body = answer->body;
	_cleanup_fd_ int file = answer->file;
	size_t body_size = body && exchange->request.method != HTTP_HEAD ? answer->body_size : 0;

	exchange->cancel = NULL;
	conn->out_at = 0;
	conn->out = http_answer_head(answer, conn->keep_alive, body_size, &conn->out_size);
	if (!conn->out) {
		http_conn_close(conn);
		return;
	}
	if (body_size > 0)
		memcpy(conn->out + conn->out_size, body, body_size);
	conn->out_size += body_size;
	if (file >= 0 && exchange->request.method != HTTP_HEAD) {
		conn->file = TAKE_FD(file);
		conn->file_size = answer->file_size;
	}
	conn->state = CONN_WRITING;
	set_deadline(conn, HTTP_ANSWER_MS);
	conn_run(conn);
}

void http_answer_problem(
	struct http_exchange *exchange, const struct problem *problem, const char *fields)
{
	struct http_answer answer = { .status = problem->status,
		.content_type = "application/problem+json",
		.fields = fields,
		.body = http_problem_text(problem),
		.file = -1 };

	answer.body_size = answer.body ? strlen(answer.body) : 0;
	http_answer(exchange, &answer);
}
