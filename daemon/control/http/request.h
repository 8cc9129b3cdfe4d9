/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The head of an HTTP/1.1 request (RFC 9112), read strictly: what two readers could understand in
 * two ways is refused. No input or output here.
 */
#ifndef ORIEL_HTTP_REQUEST_H
#define ORIEL_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "session.h"

#define HTTP_HEAD_MAX     8192u /* bytes of request line and fields */
#define HTTP_FIELDS_MAX   64u   /* fields of one request */
#define HTTP_SEGMENTS_MAX 8u    /* parts of a path */
#define HTTP_QUERY_MAX    8u    /* keys of a query */

enum http_method {
	HTTP_GET,
	HTTP_HEAD,
	HTTP_POST,
	HTTP_PUT,
	HTTP_PATCH,
	HTTP_DELETE,
	HTTP_OPTIONS,
	HTTP_TRACE,
	HTTP_CONNECT,
	HTTP_METHODS,
};

struct http_query {
	const char *key, *value;
};

/* Strings are in the head that was read, decoded, UTF-8, without control characters. */
struct http_request {
	enum http_method method;
	const char *segments[HTTP_SEGMENTS_MAX]; /* of the path: /v1/host has two */
	size_t n_segments;
	struct http_query query[HTTP_QUERY_MAX]; /* no key twice */
	size_t n_query;
	const char *content_type; /* NULL: none */
	uint64_t length;          /* bytes of the body */
	bool has_length, has_host, expect_continue;
	bool keep_alive; /* the connection stays for another request */
};

/* Bytes of the head at the start of data, its empty line included; 0 when its end is not there yet. */
size_t http_head_size(const char *data, size_t size);

/*
 * Reads a head of exactly `size` bytes, in place: `request` points into it. 0, or -1 with the
 * problem; the connection cannot be used further then.
 */
int http_request_parse(
	char *head, size_t size, struct http_request *ret_request, struct problem *ret_problem);

/* "GET" and so on. */
const char *http_method_name(enum http_method method);

/* NULL when the query does not have the key. */
const char *http_query_value(const struct http_request *request, const char *key);

/* Whether a field's value of comma-separated tokens has this one, in any case. */
bool http_has_token(const char *value, const char *token);

#endif
