/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ring.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "ipc_limits.h"
#include "util.h"

#define RING_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE)

uint32_t ring_format_bytes(uint32_t format)
{
	switch (format) {
	case RING_BGRX:
	case RING_RGBX:
	case RING_X2RGB10:
		return 4;
	case RING_RGB565:
		return 2;
	default:
		return 0;
	}
}

static int ring_layout(struct ring *ring, const struct ring_geometry *geometry)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint64_t pixel = ring_format_bytes(geometry->format);

	if (pixel == 0 || geometry->width == 0 || geometry->width > IPC_SURFACE_SIDE_MAX ||
		geometry->height == 0 || geometry->height > IPC_SURFACE_SIDE_MAX ||
		geometry->slots == 0 || geometry->slots > RING_SLOTS_MAX)
		return -EINVAL;
	if (geometry->stride % 4 != 0 || geometry->stride < geometry->width * pixel ||
		geometry->stride > IPC_SURFACE_SIDE_MAX * 4u)
		return -EINVAL;
	*ring = (struct ring){ .geometry = *geometry, .fd = -1 };
	ring->slot_size = ((size_t)geometry->stride * geometry->height + page - 1) & ~(page - 1);
	ring->size = ring->slot_size * geometry->slots;
	return 0;
}

int ring_create(struct ring *ring, const struct ring_geometry *geometry)
{
	struct ring made;
	_cleanup_fd_ int fd = -1;
	void *map;
	int r = ring_layout(&made, geometry);

	if (r < 0)
		return r;
	fd = memfd_create("oriel-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, (off_t)made.size) < 0)
		return -errno;
	map = mmap(NULL, made.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	if (fcntl(fd, F_ADD_SEALS, RING_SEALS | F_SEAL_SEAL) < 0) {
		r = -errno;
		munmap(map, made.size);
		return r;
	}
	made.map = map;
	made.fd = TAKE_FD(fd);
	*ring = made;
	return 0;
}

int ring_open(struct ring *ring, int fd, const struct ring_geometry *geometry)
{
	struct ring made;
	struct statfs system;
	struct stat status;
	void *map;
	int seals, r = ring_layout(&made, geometry);

	if (r < 0)
		return r;
	seals = fcntl(fd, F_GET_SEALS);
	if (seals < 0 || (seals & RING_SEALS) != RING_SEALS)
		return -EPERM;
	if (fstat(fd, &status) < 0 || fstatfs(fd, &system) < 0)
		return -errno;
	/* Huge pages can be sealed too, but run out under a reader, and are unmapped whole or not at all. */
	if (system.f_type != TMPFS_MAGIC)
		return -EPERM;
	if (status.st_size < 0 || (uint64_t)status.st_size < made.size)
		return -EINVAL;
	map = mmap(NULL, made.size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	made.map = map;
	*ring = made;
	return 0;
}

void ring_finish(struct ring *ring)
{
	if (ring->map) {
		munmap(ring->map, ring->size);
		if (ring->fd >= 0)
			close(ring->fd);
	}
	*ring = (struct ring){ .fd = -1 };
}
