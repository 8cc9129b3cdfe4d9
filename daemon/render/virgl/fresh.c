/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/fresh.h"

#include <stdlib.h>

#include "sanitized.h"

#ifndef SANITIZED
/* The C library's malloc under its other name; the executable's own comes before it for all libraries. */
extern void *__libc_malloc(size_t size) __attribute__((malloc));

static _Thread_local bool fresh;

void *malloc(size_t size)
{
	return fresh ? calloc(1, size) : __libc_malloc(size);
}
#endif

void virgl_fresh_memory(bool on)
{
#ifndef SANITIZED
	fresh = on;
#else
	(void)on;
#endif
}
