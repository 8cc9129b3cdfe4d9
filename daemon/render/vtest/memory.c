/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vtest/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "util.h"

#define PAGE 4096u /* bytes; where pages are larger this only counts too little for small ones */

uint64_t vtest_memory_bytes(uint64_t size)
{
	return (size + PAGE - 1) & ~(uint64_t)(PAGE - 1);
}

int vtest_memory_create(size_t size, struct vtest_memory *ret_memory, int *ret_fd)
{
	_cleanup_fd_ int fd = memfd_create("oriel-vtest", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *map;

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0 ||
		fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	*ret_memory = (struct vtest_memory){ .data = map, .size = size };
	*ret_fd = TAKE_FD(fd);
	return 0;
}

void vtest_memory_destroy(struct vtest_memory *memory)
{
	if (!memory->data)
		return;
	/* It counts no more, so it must not go on taking memory in the client's mapping. */
	madvise(memory->data, memory->size, MADV_REMOVE);
	munmap(memory->data, memory->size);
	memory->data = NULL;
	memory->size = 0;
}
