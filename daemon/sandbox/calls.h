/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The system calls that each profile allows; all others fail with EPERM. A profile is made of
 * lists, so that each difference between two of them stands once.
 */
#ifndef ORIEL_SANDBOX_CALLS_H
#define ORIEL_SANDBOX_CALLS_H

#include <stddef.h>
#include <stdint.h>

#include "sandbox.h"

#define SANDBOX_CHECKS_MAX 3u /* of one row */
#define SANDBOX_LISTS_MAX  4u /* of one profile */

enum sandbox_check_kind {
	CHECK_NONE,
	CHECK_MASKED, /* argument `index` is `value` in the bits of `mask` */
	CHECK_SELF,   /* argument `index` is our process id */
};

struct sandbox_check {
	uint8_t kind; /* enum sandbox_check_kind */
	uint8_t index;
	uint64_t mask, value;
};

/* One row: the call is allowed if all its checks hold. A call may have several rows. */
struct sandbox_call {
	int number;
	struct sandbox_check checks[SANDBOX_CHECKS_MAX]; /* up to the first CHECK_NONE */
};

struct sandbox_list {
	const struct sandbox_call *calls;
	size_t n;
};

/* By profile; up to the first NULL. */
extern const struct sandbox_list *const sandbox_lists[SANDBOX_PROFILES][SANDBOX_LISTS_MAX];
/* In addition where Landlock says which files these are; without it they stay refused. */
extern const struct sandbox_list *const sandbox_landlocked[SANDBOX_PROFILES];
/*
 * In addition, in a build with AddressSanitizer or ThreadSanitizer, which open files and look for
 * leaks as a debugger; else empty.
 */
extern const struct sandbox_list sandbox_sanitizer_list;

#endif
