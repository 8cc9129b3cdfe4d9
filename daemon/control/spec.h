/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a session may be: the checks that the configuration and the API share. */
#ifndef ORIEL_SPEC_H
#define ORIEL_SPEC_H

#include "session.h"

#define SPEC_VNC_PASSWORD_BYTES 8u /* VNC looks at no more */

/* Fills `problem` (format as printf); returns -1 for the caller to return. */
int problem_set(struct problem *problem, int status, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * The highest version of the vtest protocol that guests are offered, 0 or 2, is kept as an offer:
 * one more than the version, so that 0 means nothing was said. False: there is no such version.
 */
bool spec_vtest_offer(uint64_t version, uint32_t *ret_offer);
/* What a session's guests are offered. `offer` is the host's. */
uint32_t spec_vtest_version(const struct session_spec *spec, uint32_t offer);

/* auto, on or off, kept as enum ipc_compute and one more. False: there is no such word. */
bool spec_compute_offer(const char *word, uint32_t *ret_offer);
/* What a session's guests are offered: enum ipc_compute. `offer` is the host's, of `spec` NULL, too. */
uint8_t spec_compute(const struct session_spec *spec, uint32_t offer);
const char *spec_compute_word(uint8_t compute);

/* Checks a specification by itself. `address` is the host's VNC address for those that name none. */
int spec_check(const struct session_spec *spec, const char *address, struct problem *ret_problem);

/* Whether two sessions can be at once: names, paths and configured VNC ports. `spec` is the one to complain of. */
int spec_conflict(const struct session_spec *spec, const struct session_spec *other,
	const char *address, struct problem *ret_problem);

/* The VNC address that a session uses. */
const char *spec_vnc_address(const struct session_spec *spec, const char *address);

#endif
