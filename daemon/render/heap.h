/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The C library's heap, which keeps much of what was freed. */
#ifndef ORIEL_RENDER_HEAP_H
#define ORIEL_RENDER_HEAP_H

#include <malloc.h>

#include "sanitized.h"

/*
 * What is free goes back to the system. Not where a sanitizer has a heap of its own: the C
 * library's would be set up by this call, and twice if two threads came to it at once.
 */
static inline void heap_trim(void)
{
#ifndef SANITIZED
	malloc_trim(0);
#endif
}

#endif
