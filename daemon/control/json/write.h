/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing a JSON document. A failure (out of memory) sticks: build the whole document, then ask
 * json_writer_finish. A failed object is NULL, and everything put into it fails in turn.
 */
#ifndef ORIEL_JSON_WRITE_H
#define ORIEL_JSON_WRITE_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdint.h>

struct json_writer {
	cJSON *root;
	bool failed;
};

/* Begins a document and returns its root object. */
cJSON *json_writer_init(struct json_writer *writer);
/* The document as text with a line's end, malloc'ed; frees the document. NULL when anything failed. */
char *json_writer_finish(struct json_writer *writer);

/* Members of an object; `key` is NULL for an element of an array. */
cJSON *json_put_object(struct json_writer *writer, cJSON *parent, const char *key);
cJSON *json_put_array(struct json_writer *writer, cJSON *parent, const char *key);
/* Bytes that are not UTF-8 and control characters become '?'. */
void json_put_string(struct json_writer *writer, cJSON *parent, const char *key, const char *value);
void json_put_uint(struct json_writer *writer, cJSON *parent, const char *key, uint64_t value);
/* A number of thousandths, written as a decimal fraction. */
void json_put_milli(struct json_writer *writer, cJSON *parent, const char *key, uint64_t value);
void json_put_bool(struct json_writer *writer, cJSON *parent, const char *key, bool value);
void json_put_null(struct json_writer *writer, cJSON *parent, const char *key);
/* Seconds since the epoch as RFC 3339 in UTC. */
void json_put_time(struct json_writer *writer, cJSON *parent, const char *key, int64_t value);

#endif
