/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory of a channel's two pipes (proto/pipe.h): a page of control words, then each pipe's data,
 * in a memfd of which a guest may be given a duplicate. It is sealed (memfd_create(2)): nobody makes it
 * shorter, so no access of ours ever faults. Each pipe's data is mapped twice in a row.
 */
#ifndef ORIEL_CHANNEL_MEMORY_H
#define ORIEL_CHANNEL_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#include "pipe.h"

struct channel_memory {
	int fd; /* -1: none, or closed */
	uint8_t *map;
	size_t map_size; /* bytes of addresses */
	uint64_t size;   /* bytes of memory */
	uint32_t to_host, to_guest;
};

/* Bytes of each pipe: powers of two and multiples of the page size. 0 or negative errno. */
int channel_memory_create(struct channel_memory *memory, uint32_t to_host, uint32_t to_guest);
/* Gives the pages back, whoever else has them mapped, and the addresses. Harmless when it was not made. */
void channel_memory_finish(struct channel_memory *memory);
/* Either end of either pipe. */
void channel_memory_to_host(const struct channel_memory *memory, struct pipe *ret_pipe);
void channel_memory_to_guest(const struct channel_memory *memory, struct pipe *ret_pipe);

#endif
