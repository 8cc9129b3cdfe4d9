/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The system calls a render process may make once it runs; all others give EPERM. */
#ifndef ORIEL_SANDBOX_CALLS_H
#define ORIEL_SANDBOX_CALLS_H

#include <stddef.h>
#include <stdint.h>

enum sandbox_check {
	CHECK_NONE,
	CHECK_SELF,  /* the first argument is our process id */
	CHECK_VALUE, /* argument `index` is `value` under `mask` */
};

struct sandbox_call {
	int number;
	uint8_t check; /* enum sandbox_check */
	uint8_t index;
	uint64_t mask, value;
};

extern const struct sandbox_call sandbox_calls[];
extern const size_t sandbox_n_calls;
/* With a hardware driver. */
extern const struct sandbox_call sandbox_hardware_calls[];
extern const size_t sandbox_n_hardware_calls;
/* In a build with AddressSanitizer or ThreadSanitizer, which open files and look for leaks as a debugger; else none. */
extern const struct sandbox_call sandbox_sanitizer_calls[];
extern const size_t sandbox_n_sanitizer_calls;

#endif
