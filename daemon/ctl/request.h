/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the commands share: asking the API, and saying why it did not work. */
#ifndef ORIEL_CTL_REQUEST_H
#define ORIEL_CTL_REQUEST_H

#include <cjson/cJSON.h>

#include "client.h"
#include "command.h"

/* A path of the API: format as printf, where each argument is percent-encoded; %s only. malloc'ed or NULL. */
char *request_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Asks, and says on stderr why it did not work: then the code is not EXIT_OK and there is no
 * answer. `body` is taken, and may be NULL; a `path` of NULL counts as out of memory.
 */
enum exit_code request_send(const struct context *context, const char *method, const char *path,
	cJSON *body, unsigned timeout_ms, struct client_answer *ret_answer);

/* Asks for a file, as request_send() and client_download() say. `take` may end it with -ECANCELED; the caller says why. */
enum exit_code request_download(const struct context *context, const char *path,
	int (*take)(void *data, const char *bytes, size_t size), void *data);

/*
 * Asks for a document. With --json it is printed and *ret_document is NULL: there is nothing left
 * to do. Else it is the caller's to delete.
 */
enum exit_code request_document(
	const struct context *context, const char *path, cJSON **ret_document);

/* Asks for something to be done. With --json what is answered is printed. */
enum exit_code request_action(
	const struct context *context, const char *method, const char *path, cJSON *body);

/* Members of a document; "" and 0 where they are missing. Text is clean. */
const char *text_of(const cJSON *object, const char *key);
double number_of(const cJSON *object, const char *key);
const cJSON *member_of(const cJSON *object, const char *key);

/* A sentence on stderr, behind the program's name. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
