/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/fresh.h"

#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define OWN_MALLOC 0
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_MALLOC 0
#endif
#ifndef OWN_MALLOC
#define OWN_MALLOC 1
#endif

#if OWN_MALLOC
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
#if OWN_MALLOC
	fresh = on;
#else
	(void)on;
#endif
}
