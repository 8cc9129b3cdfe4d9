/* SPDX-License-Identifier: MIT */
/* The descriptor to the host: a unix socket, or a serial device of the virtual machine. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

/* Programs close and reopen the first descriptors without asking whose they are. */
#define DESCRIPTOR_MIN 10
/* What the serial device of a virtual machine takes and gives at once. */
#define DEVICE_WRITE_MAX (32u << 10)
#define DEVICE_READ_MAX  (4u << 10)
/* Bytes towards the host: a piece of an upload goes out without waiting for it to be read. */
#define SEND_BUFFER (1 << 20)

int descriptor_move(int fd)
{
	const int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, DESCRIPTOR_MIN);
	const int error = errno;

	if (fd >= 0)
		close(fd);
	return moved < 0 ? -error : moved;
}

static int socket_connect(const char *path)
{
	const struct timeval patience = { .tv_sec = ORIEL_SILENCE_MS / 1000 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* The kernel takes as much of it as net.core.wmem_max allows. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){ SEND_BUFFER }, sizeof(int));
	/* A host that accepts nobody lets its queue grow full. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	while (connect(fd, (const struct sockaddr *)&address, sizeof(address))) {
		if (errno == EINTR)
			continue;
		error = errno == EAGAIN ? ETIMEDOUT : errno;
		close(fd);
		return -error;
	}
	return descriptor_move(fd);
}

int socket_open(const char *path, bool device)
{
	int fd, flags;

	if (device) {
		fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
		return fd < 0 ? -errno : descriptor_move(fd);
	}
	fd = socket_connect(path);
	if (fd < 0)
		return fd;
	flags = fcntl(fd, F_GETFL);
	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return fd;
}

ssize_t socket_write(const struct connection *connection, const void *bytes, size_t size)
{
	ssize_t n;

	if (connection->device && size > DEVICE_WRITE_MAX)
		size = DEVICE_WRITE_MAX;
	do {
		n = connection->device ? write(connection->fd, bytes, size)
				       : send(connection->fd, bytes, size, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* Keeps the one descriptor that may come; recvmsg() gives room for no other. */
static void take_descriptor(struct connection *connection, struct msghdr *message)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
			c->cmsg_len != CMSG_LEN(sizeof(int)))
			continue;
		if (connection->passed >= 0)
			close(connection->passed);
		memcpy(&connection->passed, CMSG_DATA(c), sizeof(int));
	}
}

static ssize_t socket_receive(struct connection *connection, void *bytes, size_t size)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))];
	struct iovec part = { .iov_base = bytes, .iov_len = size };
	struct msghdr message = {
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	const ssize_t n = recvmsg(connection->fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);

	if (n >= 0)
		take_descriptor(connection, &message);
	return n;
}

ssize_t socket_read(struct connection *connection, void *bytes, size_t size)
{
	ssize_t n;

	if (connection->device && size > DEVICE_READ_MAX)
		size = DEVICE_READ_MAX;
	do {
		n = connection->device ? read(connection->fd, bytes, size)
				       : socket_receive(connection, bytes, size);
	} while (n < 0 && errno == EINTR);
	/* No host has the other end of the device at this moment; one may come. */
	if (n == 0 && connection->device)
		return -EAGAIN;
	return n < 0 ? -errno : n;
}

void socket_wait(const struct connection *connection, short events, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = connection->fd, .events = events };

	poll(&poll_fd, 1, timeout_ms);
	/* A device without a host says so at once and for ever. */
	if (connection->device && (poll_fd.revents & POLLHUP) && !(poll_fd.revents & events)) {
		const struct timespec pause = { .tv_nsec = 20000000 };
		nanosleep(&pause, NULL);
	}
}

uint64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
