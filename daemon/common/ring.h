/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A surface's frames in shared memory: `slots` pictures of one geometry in a sealed memfd, written
 * by the render process and read by the view process. A slot belongs to the writer until the
 * message `frame` gives it to the reader, and to the reader until `release` gives it back, so no
 * frame is seen half-written. Rows run from the top down; each slot starts on a page.
 *
 * The memfd is sealed against shrinking, growing and new writable mappings (memfd_create(2)), so a
 * reader never faults and never writes. A reader trusts nothing else about it.
 */
#ifndef ORIEL_RING_H
#define ORIEL_RING_H

#include <stddef.h>
#include <stdint.h>

#define RING_SLOTS     3u
#define RING_SLOTS_MAX 8u

/* Layout of a pixel in memory, first byte first; 'X' is undefined. */
enum ring_format {
	RING_BGRX = 1,
	RING_RGBX = 2,
	RING_RGB565 = 3,  /* little-endian 16 bit, red in the high bits */
	RING_X2RGB10 = 4, /* little-endian 32 bit, red in bits 20-29 */
};

struct ring_geometry {
	uint32_t width, height; /* pixels, 1 to IPC_SURFACE_SIDE_MAX */
	uint32_t stride;        /* bytes from row to row, a multiple of 4, at least width * pixel */
	uint32_t format;        /* enum ring_format */
	uint32_t slots;         /* 1 to RING_SLOTS_MAX */
};

struct ring {
	struct ring_geometry geometry;
	size_t slot_size; /* bytes, a multiple of the page size */
	size_t size;      /* bytes of the mapping */
	uint8_t *map;
	int fd; /* the writer's memfd; -1 in a reader */
};

/* Bytes of a pixel, or 0 for an unknown format. */
uint32_t ring_format_bytes(uint32_t format);

/* Makes and maps a ring for writing. 0, -EINVAL for an impossible geometry, or another negative errno. */
int ring_create(struct ring *ring, const struct ring_geometry *geometry);
/* Maps for reading; borrows fd. -EPERM when its seals do not hold or it is no plain memory, -EINVAL
 * when it is too small or the geometry impossible. */
int ring_open(struct ring *ring, int fd, const struct ring_geometry *geometry);
/* Unmaps and closes; harmless on a zeroed or finished ring. */
void ring_finish(struct ring *ring);

/* First byte of a slot; slot < geometry.slots. */
static inline uint8_t *ring_slot(const struct ring *ring, uint32_t slot)
{
	return ring->map + slot * ring->slot_size;
}

#endif
