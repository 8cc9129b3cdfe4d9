/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading a JSON document into a structure, strictly, by tables of fields: a member that the table
 * does not have, one that is there twice, one of another type or out of its range is a problem,
 * with a JSON pointer (RFC 6901) to it.
 */
#ifndef ORIEL_JSON_READ_H
#define ORIEL_JSON_READ_H

#include <cjson/cJSON.h>

#include "session.h"

/* A place in the document; on the stack of the functions that read it. */
struct json_place {
	const struct json_place *parent;
	const char *key; /* NULL: an element of an array */
	size_t index;
};

struct json_field;

/* Reads one value into `out`, the structure's member. 0, or -1 with the problem. */
typedef int (*json_read_fn)(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *ret_problem);

struct json_field {
	const char *name;
	json_read_fn read;
	bool required;
	size_t offset;     /* of the member in the structure */
	size_t size;       /* bytes of the member: of a string with its NUL, or of a number */
	uint64_t min, max; /* numbers; strings: bytes, if max is not 0 */
	const void *more;  /* for `read` */
};

#define JSON_MEMBER(type, member) \
	.offset = offsetof(type, member), .size = sizeof(((type *)0)->member)

/* The usual readers. */
int json_read_string(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *ret_problem);
int json_read_uint(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *ret_problem);
int json_read_bool(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *ret_problem);

/* Whether the item is a whole number from min to max; if so *ret_value is set. */
bool json_is_uint(const cJSON *item, uint64_t min, uint64_t max, uint64_t *ret_value);

/* Reads an object's members. What is not there stays as it is. 0, or -1 with the problem. */
int json_read_object(const cJSON *item, const struct json_place *place,
	const struct json_field *fields, size_t n_fields, void *out, struct problem *ret_problem);

/* Fills the problem, its pointer being the place; returns -1. */
int json_problem(struct problem *problem, const struct json_place *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Parses a text strictly (json/check.h). NULL with the problem. */
cJSON *json_parse(const char *text, size_t size, struct problem *ret_problem);

#endif
