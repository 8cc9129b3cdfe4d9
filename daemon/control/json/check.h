/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The grammar of JSON (RFC 8259), checked strictly before cJSON reads a text: cJSON takes numbers
 * such as 01, strings with any bytes, and cuts a string at \u0000.
 */
#ifndef ORIEL_JSON_CHECK_H
#define ORIEL_JSON_CHECK_H

#include <stddef.h>

#define JSON_DEPTH_MAX 16u /* objects and arrays within each other */

/* Where a text goes wrong, counted from 1, and how. */
struct json_error {
	unsigned line, column; /* bytes of the line */
	const char *what;
};

/* 0 when the text is one JSON value and nothing else; -1 with the place. */
int json_check(const char *text, size_t size, struct json_error *ret_error);

#endif
