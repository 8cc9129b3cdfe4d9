/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "detach.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define PIPE_FD (STDERR_FILENO + 1)

int detach(int pipe)
{
	/* Out of the way first, should the standard ones have been closed. */
	const int apart = fcntl(pipe, F_DUPFD, PIPE_FD + 1);
	const int null = open("/dev/null", O_RDWR);

	if (apart < 0 || null < 0)
		return -errno;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	if (dup2(apart, PIPE_FD) < 0 || close_range(PIPE_FD + 1, ~0u, 0) < 0)
		return -errno;
	return PIPE_FD;
}
