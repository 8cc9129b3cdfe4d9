/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Status codes in words, and problem documents (RFC 9457). */
#ifndef ORIEL_HTTP_STATUS_H
#define ORIEL_HTTP_STATUS_H

#include "session.h"

/* The phrase of RFC 9110 for a code that Oriel uses. */
const char *http_status_phrase(int status);

/* The document as text, malloc'ed; NULL when memory is out. */
char *http_problem_text(const struct problem *problem);

#endif
