/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "conn.h"
#include "spec.h"
#include "status.h"
#include "util.h"

#define ACCEPT_BURST    16u
#define ACCEPT_PAUSE_MS 100u

void http_server_handle_closed(struct http_server *server)
{
	const struct http_ops *ops = server->ops;
	void *data = server->data;

	if (--server->n_handles > 0)
		return;
	close(server->listen_fd);
	free(server);
	if (ops)
		ops->closed(data);
}

/* One more than can be served: told so, in one write that a fresh socket always has room for. */
static void refuse(struct http_server *server, int fd)
{
	struct http_answer answer = { .content_type = "application/problem+json", .file = -1 };
	struct problem problem;
	_cleanup_free_ char *text = NULL;
	_cleanup_free_ char *head = NULL;
	size_t size;

	log_limited(&server->limit, LOG_LEVEL_WARNING,
		"api: a connection refused: %u are open, as many as can be", HTTP_CONNECTIONS_MAX);
	problem_set(&problem, 503, "", "%u connections are open, as many as can be: try again soon",
		HTTP_CONNECTIONS_MAX);
	text = http_problem_text(&problem);
	if (!text)
		return;
	answer.status = problem.status;
	answer.body_size = strlen(text);
	head = http_answer_head(&answer, false, answer.body_size, &size);
	if (!head)
		return;
	memcpy(head + size, text, answer.body_size);
	if (send(fd, head, size + answer.body_size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		log_debug("api: the refused client has gone: %s", strerror(errno));
}

static void accept_ready(uv_poll_t *poll, int status, int events);

static void pause_over(uv_timer_t *timer)
{
	struct http_server *server = timer->data;

	uv_poll_start(&server->accepting, UV_READABLE, accept_ready);
}

static void accept_failed(struct http_server *server)
{
	if (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED)
		return;
	/* The connection stays in the queue and the socket readable: rest instead of spinning. */
	log_limited(&server->limit, LOG_LEVEL_WARNING, "api: cannot accept a connection: %s",
		strerror(errno));
	uv_poll_stop(&server->accepting);
	uv_timer_start(&server->pause, pause_over, ACCEPT_PAUSE_MS, 0);
}

static void accept_ready(uv_poll_t *poll, int status, int events)
{
	struct http_server *server = poll->data;

	(void)status;
	(void)events;
	for (unsigned n = 0; n < ACCEPT_BURST; n++) {
		_cleanup_fd_ int fd =
			accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
		int r;

		if (fd < 0) {
			accept_failed(server);
			return;
		}
		if (server->n_connections >= HTTP_CONNECTIONS_MAX) {
			refuse(server, fd);
			continue;
		}
		r = http_conn_open(server, TAKE_FD(fd));
		if (r < 0)
			log_limited(&server->limit, LOG_LEVEL_WARNING,
				"api: cannot serve a connection: %s", strerror(-r));
	}
}

static void handle_closed(uv_handle_t *handle)
{
	http_server_handle_closed(handle->data);
}

int http_server_create(uv_loop_t *loop, int listen_fd, const struct http_ops *ops, void *data,
	struct http_server **ret_server)
{
	struct http_server *server = calloc(1, sizeof(*server));
	int r;

	if (!server) {
		close(listen_fd);
		return -ENOMEM;
	}
	server->loop = loop;
	server->listen_fd = listen_fd;
	list_init(&server->connections);
	r = uv_poll_init(loop, &server->accepting, listen_fd);
	if (r < 0) {
		close(listen_fd);
		free(server);
		return r;
	}
	uv_timer_init(loop, &server->pause);
	server->accepting.data = server->pause.data = server;
	server->n_handles = 2;
	r = uv_poll_start(&server->accepting, UV_READABLE, accept_ready);
	if (r < 0) {
		http_server_destroy(server); /* with no ops yet: nobody is told */
		return r;
	}
	server->ops = ops;
	server->data = data;
	*ret_server = server;
	return 0;
}

void http_server_destroy(struct http_server *server)
{
	struct http_conn *conn;

	server->closing = true;
	uv_close((uv_handle_t *)&server->accepting, handle_closed);
	uv_close((uv_handle_t *)&server->pause, handle_closed);
	while ((conn = http_conn_first(server)))
		http_conn_close(conn);
}
