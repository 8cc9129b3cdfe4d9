/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One request to orield's API: HTTP/1.1 over its unix socket, blocking, bounded in time and bytes. */
#ifndef ORIEL_CTL_CLIENT_H
#define ORIEL_CTL_CLIENT_H

#include <stddef.h>

#define CLIENT_HEAD_MAX   16384u     /* bytes of status line and fields */
#define CLIENT_BODY_MAX   (1u << 30) /* bytes of a body: a picture of the largest display fits */
#define CLIENT_FILE_MAX   ((size_t)1 << 41) /* bytes of a file */
#define CLIENT_TIMEOUT_MS 10000u

struct client_answer {
	int status;
	char *body; /* size bytes and a NUL */
	size_t size;
};

/*
 * Sends a request with a body of JSON, or none (NULL), and reads the answer, which the caller
 * finishes. 0, or negative errno: of connect(2) when nobody serves the socket, -ETIMEDOUT after
 * timeout_ms in all, -EBADMSG when the answer is not HTTP/1.1 with a Content-Length, -EPIPE when it
 * ends early, -EFBIG.
 */
int client_request(const char *socket_path, const char *method, const char *target,
	const char *body, unsigned timeout_ms, struct client_answer *ret_answer);

/*
 * The same with GET: the body of an answer with status 200 goes piece by piece to `take`, which
 * returns 0 or negative errno, and is not in the answer. timeout_ms is for each 16 MiB.
 */
int client_download(const char *socket_path, const char *target, unsigned timeout_ms,
	int (*take)(void *data, const char *bytes, size_t size), void *data,
	struct client_answer *ret_answer);
void client_answer_finish(struct client_answer *answer);

/* Where orield listens: $ORIEL_SOCKET, else the user's own if it is there, else the system's. malloc'ed or NULL. */
char *client_default_socket(void);

/* Reads the head of an answer, up to its empty line: status and length of the body. 0 or -EBADMSG. */
int client_parse_head(const char *head, size_t size, int *ret_status, size_t *ret_length);

#endif
