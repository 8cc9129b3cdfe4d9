/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text that came from a child, a guest or a file, before it reaches a log line or a JSON document. */
#ifndef ORIEL_TEXT_H
#define ORIEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Replaces control characters (C0, DEL, C1) and bytes that are not UTF-8 (RFC 3629) with '?', in place. */
void text_clean(char *text);

/* True when text_clean would change nothing. */
bool text_is_clean(const char *text);

/* Copies and cuts at the start of a character; size includes the NUL. */
void text_copy(char *ret_text, size_t size, const char *text);

/* snprintf that cuts at the start of a character. */
void text_format(char *ret_text, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
