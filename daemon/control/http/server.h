/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An HTTP/1.1 server on a uv loop, on a listening stream socket that it is given. Connections are
 * limited in number, in the bytes that they hold here, and in the time for a request and for an
 * answer to be read. One request of a connection is under way at a time; those sent behind it wait.
 */
#ifndef ORIEL_HTTP_SERVER_H
#define ORIEL_HTTP_SERVER_H

#include <uv.h>

#include "request.h"

#define HTTP_CONNECTIONS_MAX 64u
#define HTTP_REQUEST_MS \
	10000u /* from the connection or the answer before, to the request's last byte */
#define HTTP_ANSWER_MS 60000u /* for the client to read an answer, or 16 MiB of a file */
#define HTTP_LINGER_MS 2000u  /* for the client to stop sending after the last answer */

struct http_server;

/* A request under way. The server owns it; it ends with the answer or with `cancel`. */
struct http_exchange {
	struct http_request request;
	char *body; /* body_size bytes and a NUL; NULL: none */
	size_t body_size;
	const void *route; /* the owner's */
	void *data;        /* the owner's */
	/* The client left, or the server closes: forget the exchange. NULL while nothing is under way. */
	void (*cancel)(struct http_exchange *exchange);
};

struct http_ops {
	/* The head is there: returns the bytes of body that are taken at most, or -1 after having answered. */
	int64_t (*head)(void *data, struct http_exchange *exchange);
	/* The request is whole. To be answered once, now or later. */
	void (*request)(void *data, struct http_exchange *exchange);
	/* The server is closed and freed; the last call. */
	void (*closed)(void *data);
};

struct http_answer {
	int status;
	const char *content_type; /* NULL: no body */
	const char *fields;       /* further header fields, each with CR LF; NULL: none */
	char *body;               /* malloc'ed, taken; NULL: none, or the file */
	size_t body_size;
	int file;           /* taken; -1: none */
	uint64_t file_size; /* bytes of it, from its start */
};

/* Takes the listening non-blocking socket, also on failure. 0 or negative errno. */
int http_server_create(uv_loop_t *loop, int listen_fd, const struct http_ops *ops, void *data,
	struct http_server **ret_server);

/* Closes all connections, cancelling what is under way; ops.closed follows from the loop. */
void http_server_destroy(struct http_server *server);

/* Answers; takes body and file. The exchange may be gone afterwards. */
void http_answer(struct http_exchange *exchange, const struct http_answer *answer);

/* Answers with a problem document (RFC 9457). `fields` as in http_answer. */
void http_answer_problem(
	struct http_exchange *exchange, const struct problem *problem, const char *fields);

#endif
