/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shared/fds.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE)

static int make_memory(uint64_t size, unsigned flags, int seals)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC | flags);

	if (fd >= 0 &&
		(ftruncate(fd, (off_t)size) < 0 || (seals && fcntl(fd, F_ADD_SEALS, seals) < 0))) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The writer's own memory, given away without the right to write. */
static int make_readonly(uint64_t size)
{
	int fd = make_memory(size, MFD_ALLOW_SEALING, SEALS), again;
	char path[32];

	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	return again;
}

static int make_holed(uint64_t size)
{
	int fd = make_memory(size, MFD_ALLOW_SEALING, SEALS);

	if (fd >= 0)
		fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, (off_t)size);
	return fd;
}

static int make_pipe(void)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -1;
	close(fds[1]);
	return fds[0];
}

static int make_socket(int type)
{
	int fds[2];

	if (socketpair(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
		return -1;
	close(fds[1]);
	return fds[0];
}

int fds_make(uint8_t kind, uint64_t size)
{
	switch (kind % FDS_KINDS) {
	case 1:
		return make_memory(size, MFD_ALLOW_SEALING, SEALS | F_SEAL_SEAL);
	case 2:
		return make_memory(size, MFD_ALLOW_SEALING, 0);
	case 3:
		return make_memory(size, 0, 0);
	case 4:
		return make_memory(size, MFD_ALLOW_SEALING, F_SEAL_SHRINK | F_SEAL_GROW);
	case 5:
		return make_memory(size, MFD_ALLOW_SEALING, SEALS | F_SEAL_WRITE);
	case 6:
		return make_memory(size > 4096 ? size - 4096 : 0, MFD_ALLOW_SEALING, SEALS);
	case 7:
		return make_memory(size > 0 ? size - 1 : 0, MFD_ALLOW_SEALING, SEALS);
	case 8:
		return make_memory(size * 2 + 123, MFD_ALLOW_SEALING, SEALS);
	case 9:
		return make_memory(UINT64_C(1) << 62, MFD_ALLOW_SEALING, SEALS);
	case 10:
		return make_readonly(size);
	case 11:
		return make_holed(size);
	case 12:
		return make_pipe();
	case 13:
		return make_socket(size & 1 ? SOCK_STREAM : SOCK_SEQPACKET);
	case 14:
		return size & 1 ? open("/dev/zero", O_RDWR | O_CLOEXEC) : eventfd(0, EFD_CLOEXEC);
	case 15:
		return make_memory(size, MFD_ALLOW_SEALING | MFD_HUGETLB, SEALS);
	case 16:
		return -1;
	default:
		return make_memory(size, MFD_ALLOW_SEALING, SEALS);
	}
}
