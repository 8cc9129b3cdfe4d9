/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A connection of the HTTP server. Only server.c, conn.c and answer.c see it. */
#ifndef ORIEL_HTTP_CONN_H
#define ORIEL_HTTP_CONN_H

#include "list.h"
#include "log.h"
#include "server.h"

struct http_server {
	uv_loop_t *loop;
	const struct http_ops *ops;
	void *data;
	int listen_fd;
	uv_poll_t accepting;
	uv_timer_t pause;        /* accepting rests, as descriptors have run out */
	struct list connections; // http_conn.link
	unsigned n_connections;
	unsigned n_handles; /* of server and connections; at 0 all is closed */
	bool closing;
	struct log_limit limit;
};

struct http_conn;

/* Takes fd, also on failure. 0 or negative errno. */
int http_conn_open(struct http_server *server, int fd);
/* Cancels what is under way and closes; freed from the loop. */
void http_conn_close(struct http_conn *conn);
/* The first in the server's list; NULL: none. */
struct http_conn *http_conn_first(struct http_server *server);
/* A handle of the server or of a connection is closed. */
void http_server_handle_closed(struct http_server *server);

/* Head of an answer: status line and fields, malloc'ed, with room for `extra` bytes behind it. */
char *http_answer_head(
	const struct http_answer *answer, bool keep_alive, size_t extra, size_t *ret_size);

#endif
