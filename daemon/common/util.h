/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Small things every host program uses: cleanup attributes, clock, arithmetic. */
#ifndef ORIEL_UTIL_H
#define ORIEL_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define container_of(pointer, type, member) \
	((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* A pointer from malloc, freed when it goes out of scope. */
#define _cleanup_free_ __attribute__((cleanup(cleanup_free)))
/* A file descriptor or -1, closed when it goes out of scope. */
#define _cleanup_fd_ __attribute__((cleanup(cleanup_fd)))

/* Hands the value on and leaves the variable empty, so that its cleanup does nothing. */
#define TAKE_PTR(pointer)                               \
	__extension__({                                 \
		__typeof__(pointer) taken_ = (pointer); \
		(pointer) = NULL;                       \
		taken_;                                 \
	})
#define TAKE_FD(fd)                \
	__extension__({            \
		int taken_ = (fd); \
		(fd) = -1;         \
		taken_;            \
	})

/* CLOCK_MONOTONIC in nanoseconds. */
static inline uint64_t clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* CLOCK_MONOTONIC in milliseconds. */
static inline uint64_t clock_ms(void)
{
	return clock_ns() / 1000000u;
}

#endif
