/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The target of a request: path and query (RFC 3986), taken apart and decoded. */
#ifndef ORIEL_HTTP_TARGET_H
#define ORIEL_HTTP_TARGET_H

#include "request.h"

/* Fills segments and query of the request, in place. 0, or -1 with the problem. */
int http_target_parse(char *target, struct http_request *request, struct problem *ret_problem);

#endif
