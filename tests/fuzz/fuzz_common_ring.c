/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ring of frames as its reader gets it from a hostile writer: any geometry, any descriptor, and a
 * writer that keeps changing its memory. The input is the geometry, the descriptor's kind, and what
 * is written while every byte of every slot is read.
 */
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "ipc_limits.h"
#include "ring.h"
#include "shared/fds.h"
#include "shared/pieces.h"
#include "util.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

#define GEOMETRY sizeof(struct ring_geometry)
#define KIND     GEOMETRY
#define WRITES   (GEOMETRY + 1)
#define READ_MAX (4u << 20) /* bytes: memory that is read comes to be */

static volatile uint8_t sum; /* keeps what is read from being left out */

static void read_all(const struct ring *ring)
{
	const struct ring_geometry *geometry = &ring->geometry;
	size_t row = (size_t)geometry->width * ring_format_bytes(geometry->format);

	for (uint32_t slot = 0; slot < geometry->slots; slot++) {
		const uint8_t *pixels = ring_slot(ring, slot);
		for (uint32_t y = 0; y < geometry->height; y++) {
			const uint8_t *at = pixels + (size_t)y * geometry->stride;
			for (size_t x = 0; x < row; x += 64)
				sum ^= at[x];
			sum ^= at[row - 1];
		}
	}
}

static void read_ends(const struct ring *ring)
{
	for (uint32_t slot = 0; slot < ring->geometry.slots; slot++)
		sum ^= ring_slot(ring, slot)[0] ^ ring_slot(ring, slot)[ring->slot_size - 1];
}

/* What the writer may still do to what it has sealed must not hurt the reader. */
static void interfere(int fd, uint8_t what, uint64_t at)
{
	switch (what % 4) {
	case 0:
		assert(ftruncate(fd, (off_t)at) < 0);
		break;
	case 1:
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)(at & 0xffff), 4096);
		break;
	case 2:
		assert(pwrite(fd, &what, 1, (off_t)at) < 0);
		break;
	default:
		fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE);
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ring_geometry geometry;
	struct ring ring = { .fd = -1 };
	uint64_t right;
	int fd;

	if (size < WRITES)
		return 0;
	memcpy(&geometry, data, GEOMETRY);
	/* As the writer reckons, who may well want an overflow. */
	right = (((uint64_t)geometry.stride * geometry.height + 4095) & ~UINT64_C(4095)) *
		geometry.slots;
	fd = fds_make(data[KIND], right);
	if (ring_open(&ring, fd, &geometry) == 0) {
		assert(geometry.width > 0 && geometry.width <= IPC_SURFACE_SIDE_MAX);
		assert(ring.size == ring.slot_size * geometry.slots);
		for (size_t i = WRITES; i < size && i < WRITES + 64; i++) {
			interfere(fd, data[i], (uint64_t)data[i] * data[i] * 61);
			read_ends(&ring);
		}
		if (ring.size <= READ_MAX)
			read_all(&ring);
		ring_finish(&ring);
	}
	ring_finish(&ring);
	if (fd >= 0)
		close(fd);
	return 0;
}

static uint32_t side(void)
{
	return pieces_chance(3) ? pieces_boundary() : 1 + pieces_random(200);
}

/* Most geometries are possible; the others fail in one way. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	struct ring_geometry geometry = { 0 };
	struct piece piece;

	pieces_begin(seed);
	if (max_size < WRITES)
		return 0;
	piece = piece_make(0, data, size < WRITES ? WRITES : size);
	memcpy(&geometry, piece.body, GEOMETRY);
	switch (pieces_random(4)) {
	case 0:
		geometry.width = side();
		geometry.height = side();
		geometry.format = pieces_chance(4) ? pieces_boundary() : 1 + pieces_random(4);
		geometry.stride = geometry.width * 4 + 4 * pieces_random(16);
		geometry.slots = 1 + pieces_random(9);
		break;
	case 1:
		(&geometry.width)[pieces_random(5)] = pieces_boundary();
		break;
	case 2:
		piece.body[KIND] = (uint8_t)pieces_random(FDS_KINDS);
		break;
	default:
		piece_mutate_bytes(&piece, max_size > piece.size ? max_size - piece.size : 0);
		memcpy(data, piece.body, piece.size < max_size ? piece.size : max_size);
		return piece.size < max_size ? piece.size : max_size;
	}
	memcpy(piece.body, &geometry, GEOMETRY);
	size = piece.size < max_size ? piece.size : max_size;
	memcpy(data, piece.body, size);
	return size;
}
