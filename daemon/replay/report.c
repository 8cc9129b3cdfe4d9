/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report.h"

#include <errno.h>
#include <unistd.h>

int report_write(int fd, const void *bytes, uint64_t size)
{
	const uint8_t *at = bytes;

	while (size > 0) {
		const ssize_t n = write(fd, at, size);

		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? n : 0;
		size -= n > 0 ? (uint64_t)n : 0;
	}
	return 0;
}

int report_read(int fd, void *bytes, uint64_t size)
{
	uint8_t *at = bytes;

	while (size > 0) {
		const ssize_t n = read(fd, at, size);

		if (n == 0)
			return -EPIPE;
		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? n : 0;
		size -= n > 0 ? (uint64_t)n : 0;
	}
	return 0;
}
