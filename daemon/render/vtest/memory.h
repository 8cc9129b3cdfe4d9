/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that a client shares with us: a memfd that nobody can resize, so that touching our mapping
 * never faults. Its content can change at any moment, so nothing in it is ever believed: it is
 * pixels and vertices that are copied to or from the GPU, and nothing is decided by them.
 *
 * Once it is made it is sent to the client. When it is destroyed its pages are given back, even if
 * the client keeps its mapping.
 */
#ifndef ORIEL_VTEST_MEMORY_H
#define ORIEL_VTEST_MEMORY_H

#include <stddef.h>
#include <stdint.h>

struct vtest_memory {
	uint8_t *data; /* NULL: there is none */
	size_t size;   /* bytes */
};

/* Zeroed memory of `size` bytes, not 0, and its descriptor, the caller's to close. 0 or negative errno. */
int vtest_memory_create(size_t size, struct vtest_memory *ret_memory, int *ret_fd);
/* Harmless where there is none. */
void vtest_memory_destroy(struct vtest_memory *memory);
/* What it counts for against the session's bytes. */
uint64_t vtest_memory_bytes(uint64_t size);

#endif
