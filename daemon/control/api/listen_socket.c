/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listen_socket.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "util.h"

#define BACKLOG 64

static int new_socket(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* Removes the file of a server that is gone. 0, or why the file must stay. */
static int remove_stale(const struct sockaddr_un *address)
{
	struct stat status;
	_cleanup_fd_ int fd = -1;

	if (lstat(address->sun_path, &status) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISSOCK(status.st_mode))
		return -EEXIST;
	fd = new_socket();
	if (fd < 0)
		return fd;
	/* A full queue (EAGAIN) is a server that lives, too; so is one that does not let us in. */
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
		errno != ECONNREFUSED)
		return -EADDRINUSE;
	return unlink(address->sun_path) < 0 && errno != ENOENT ? -errno : 0;
}

/* Binds under an umask that leaves these bits: the file never has more. */
static int bind_with_mode(int fd, const struct sockaddr_un *address, uint32_t mode)
{
	mode_t before = umask((mode_t)(~mode & 0777u));
	int r = bind(fd, (const struct sockaddr *)address, sizeof(*address)) < 0 ? -errno : 0;

	umask(before);
	return r;
}

int api_socket_listen(struct api_socket *ret_socket, const char *path, uint32_t mode)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat status;
	_cleanup_fd_ int fd = -1;
	int r;

	if (strlen(path) >= sizeof(address.sun_path) || !path[0])
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = new_socket();
	if (fd < 0)
		return fd;
	r = bind_with_mode(fd, &address, mode);
	if (r == -EADDRINUSE) {
		r = remove_stale(&address);
		if (r == 0)
			r = bind_with_mode(fd, &address, mode);
	}
	if (r < 0)
		return r;
	if (lstat(path, &status) < 0 || listen(fd, BACKLOG) < 0) {
		r = -errno;
		unlink(path);
		return r;
	}
	snprintf(ret_socket->path, sizeof(ret_socket->path), "%s", path);
	ret_socket->device = status.st_dev;
	ret_socket->inode = status.st_ino;
	return TAKE_FD(fd);
}

void api_socket_remove(const struct api_socket *socket)
{
	struct stat status;

	if (lstat(socket->path, &status) == 0 && status.st_dev == socket->device &&
		status.st_ino == socket->inode)
		unlink(socket->path);
}
