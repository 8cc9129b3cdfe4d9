/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORIEL_API_SESSION_READ_H
#define ORIEL_API_SESSION_READ_H

#include <cjson/cJSON.h>

#include "session.h"

/*
 * Reads the specification of a session from the body of POST /v1/sessions: members, types and
 * ranges. What the values mean is checked by host_create_session. 0, or -1 with the problem; a
 * password may be in ret_spec in both cases.
 */
int session_read(const cJSON *body, struct session_spec *ret_spec, struct problem *ret_problem);

/* What is to be changed while it runs. */
struct session_change {
	struct limits_change limits;
	bool set_level;
	uint8_t level; /* session_set_guest_level() */
};

/* The body of PATCH /v1/sessions/{name}. 0, or -1 with the problem. */
int session_read_change(
	const cJSON *body, struct session_change *ret_change, struct problem *ret_problem);

#endif
