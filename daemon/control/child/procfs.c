/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child/procfs.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util.h"

static ssize_t read_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	_cleanup_fd_ int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, size - 1);
	if (n >= 0)
		text[n] = '\0';
	return n;
}

uint64_t procfs_rss(pid_t pid)
{
	char text[256];
	uint64_t pages;

	/* smaps_rollup would tell the proportional share too, but it walks all page tables under a
	 * lock that the process needs itself: too much for every second. */
	if (read_file(pid, "statm", text, sizeof(text)) <= 0 ||
		sscanf(text, "%*s %" SCNu64, &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

uint64_t procfs_cpu_ms(pid_t pid)
{
	char text[1024];
	const char *at;
	uint64_t user, system;

	/* The name in brackets is the process's own choice and may hold brackets. */
	if (read_file(pid, "stat", text, sizeof(text)) <= 0 || !(at = strrchr(text, ')')))
		return 0;
	if (sscanf(at + 1, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64 " %" SCNu64,
		    &user, &system) != 2)
		return 0;
	return (user + system) * 1000u / (uint64_t)sysconf(_SC_CLK_TCK);
}
