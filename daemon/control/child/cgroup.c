/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "text.h"
#include "util.h"

#define MOUNT     "/sys/fs/cgroup"
#define PATH_MOST 512u
#define NAME_MOST 96u

/* Files are there in a real cgroup; O_CREAT is for those that only look like one. */
static int write_file(int dir, const char *file, const char *text)
{
	_cleanup_fd_ int fd = openat(dir, file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return -errno;
	return 0;
}

static ssize_t read_file(int dir, const char *file, char *text, size_t size)
{
	_cleanup_fd_ int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return n;
}

/* Where orield's own group is mounted: "0::/system.slice/orield.service" in /proc/self/cgroup. */
static int own_path(char path[PATH_MOST])
{
	char text[PATH_MOST], *at;

	if (read_file(AT_FDCWD, "/proc/self/cgroup", text, sizeof(text)) <= 0)
		return -ENOENT;
	at = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	if (!at)
		return -ENOENT;
	at = strchr(at, '/');
	if (!at)
		return -ENOENT;
	at[strcspn(at, "\n")] = '\0';
	snprintf(path, PATH_MOST, MOUNT "%s", at);
	return 0;
}

/* systemd marks what it has given away, and manages the rest itself. */
static bool delegated(const char *path)
{
	char mark;

	return (getxattr(path, "user.delegate", &mark, 1) == 1 && mark == '1') ||
	       (getxattr(path, "trusted.delegate", &mark, 1) == 1 && mark == '1');
}

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (text += strspn(text, " \n"); *text; text += strspn(text, " \n")) {
		size_t n = strcspn(text, " \n");
		if (n == length && memcmp(text, word, n) == 0)
			return true;
		text += n;
	}
	return false;
}

/* One by one: a controller that is not there does not keep the others away. */
static bool enable_controllers(int base)
{
	static const char *const names[] = { "memory", "pids", "cpu" };
	char available[256], text[16];
	bool any = false;

	if (read_file(base, "cgroup.controllers", available, sizeof(available)) <= 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(text, sizeof(text), "+%s", names[i]);
		any |= has_word(available, names[i]) &&
		       write_file(base, "cgroup.subtree_control", text) == 0;
	}
	return any;
}

static int open_below(int base, const char *name)
{
	int fd;

	if (mkdirat(base, name, 0755) < 0 && errno != EEXIST)
		return -errno;
	fd = openat(base, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_base(const char *path)
{
	_cleanup_fd_ int base = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_cleanup_fd_ int own = -1;
	char pid[16];
	int r;

	if (base < 0)
		return -errno;
	own = open_below(base, "orield");
	if (own < 0)
		return own;
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	r = write_file(own, "cgroup.procs", pid);
	if (r < 0)
		return r;
	return enable_controllers(base) ? TAKE_FD(base) : -ENOTSUP;
}

int cgroup_open(const char *path, char *ret_reason, size_t size)
{
	char own[PATH_MOST];
	int base;

	if (strcmp(path, "none") == 0) {
		text_format(ret_reason, size, "cgroup in [host] says so");
		return -1;
	}
	if (strcmp(path, "auto") == 0) {
		if (own_path(own) < 0 || !delegated(own)) {
			text_format(ret_reason, size, "systemd has not given orield any");
			return -1;
		}
		path = own;
	}
	base = open_base(path);
	if (base < 0)
		text_format(ret_reason, size, "%s: %s", path,
			base == -ENOTSUP ? "it has none of the controllers memory, pids and cpu"
					 : strerror(-base));
	return base < 0 ? -1 : base;
}

static void name_of(const char *session, char name[NAME_MOST])
{
	snprintf(name, NAME_MOST, "%s.vm", session);
}

int cgroup_create(int base, const char *session)
{
	char name[NAME_MOST];

	if (base < 0)
		return -ENOENT;
	name_of(session, name);
	return open_below(base, name);
}

void cgroup_remove(int base, int fd, const char *session)
{
	char name[NAME_MOST];

	if (fd < 0)
		return;
	close(fd);
	name_of(session, name);
	unlinkat(base, name, AT_REMOVEDIR);
}

int cgroup_write(int fd, const char *file, uint64_t value)
{
	char text[24];

	if (fd < 0)
		return -ENOENT;
	snprintf(text, sizeof(text), "%" PRIu64 "\n", value);
	return write_file(fd, file, text);
}

uint64_t cgroup_read(int fd, const char *file, const char *key)
{
	char text[1024];
	const char *at = text;
	uint64_t value = 0;

	if (fd < 0 || read_file(fd, file, text, sizeof(text)) <= 0)
		return 0;
	while (key && at && (strncmp(at, key, strlen(key)) != 0 || at[strlen(key)] != ' ')) {
		at = strchr(at, '\n');
		at = at ? at + 1 : NULL;
	}
	if (!at || sscanf(key ? at + strlen(key) : at, "%" SCNu64, &value) != 1)
		return 0;
	return value;
}

int cgroup_open_procs(int fd)
{
	int procs = fd < 0 ? -1 : openat(fd, "cgroup.procs", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	return procs < 0 ? -1 : procs;
}
