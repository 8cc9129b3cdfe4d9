/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "listen/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "log.h"
#include "spec.h"
#include "text.h"

#define BACKLOG        16
#define ACCEPTS_MAX    16u       /* at one wake-up */
#define NO_FDS_WAIT_MS 1000u     /* when no descriptor is free */
#define SEND_BUFFER    (2 << 20) /* bytes towards a guest: a picture goes out in few turns */

struct listener {
	uv_poll_t poll;
	uv_timer_t wait;
	int open_handles;
	int fd;
	const struct listener_spec *spec; /* borrowed; NULL once destroyed */
	listener_accept accept;
	void *data;
	char label[96];
	dev_t device; /* with inode: the socket that was bound, to be removed */
	ino_t inode;
	char path[SESSION_PATH_MAX + 1];
	struct log_limit limit;
};

static void unix_address(const char *path, struct sockaddr_un *ret_address)
{
	*ret_address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(ret_address->sun_path, path, strlen(path));
}

/* 1: somebody serves the socket; 0: nobody; or negative errno. */
static int socket_is_live(const char *path)
{
	struct sockaddr_un address;
	_cleanup_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	unix_address(path, &address);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return 1;
	if (errno == ECONNREFUSED)
		return 0;
	return errno == EAGAIN ? 1 : -errno;
}

/* Makes the path free, or says why it is not. */
static int clear_path(const char *path, struct problem *problem)
{
	struct stat status;
	int r;

	if (lstat(path, &status) < 0) {
		if (errno == ENOENT)
			return 0;
		return problem_set(problem, 400, "", "%s: %s", path, strerror(errno));
	}
	if (!S_ISSOCK(status.st_mode))
		return problem_set(problem, 409, "", "%s exists and is no socket", path);
	r = socket_is_live(path);
	if (r > 0)
		return problem_set(problem, 409, "", "%s: another program listens there", path);
	if (r < 0)
		return problem_set(problem, 400, "", "%s: %s", path, strerror(-r));
	if (unlink(path) < 0 && errno != ENOENT)
		return problem_set(
			problem, 400, "", "%s: it cannot be removed: %s", path, strerror(errno));
	return 0;
}

static int check_directory(const char *path, struct problem *problem)
{
	char directory[SESSION_PATH_MAX + 1];
	struct stat status;

	text_copy(directory, sizeof(directory), path);
	*(strrchr(directory, '/') == directory ? directory + 1 : strrchr(directory, '/')) = '\0';
	if (stat(directory, &status) == 0 && S_ISDIR(status.st_mode))
		return 0;
	return problem_set(problem, 400, "", "there is no directory %s: make it first", directory);
}

/* The socket gets its mode by the umask as it is made, and its owner before it listens: nobody can connect earlier. */
static int bind_path(int fd, const struct listener_spec *spec)
{
	struct sockaddr_un address;
	mode_t before;
	int r;

	unix_address(spec->path, &address);
	before = umask((mode_t)(~spec->mode & 0777));
	r = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
	umask(before);
	if (r < 0)
		return r;
	if ((spec->owner != (uid_t)-1 || spec->group != (gid_t)-1) &&
		fchownat(AT_FDCWD, spec->path, spec->owner, spec->group, AT_SYMLINK_NOFOLLOW) < 0) {
		r = -errno;
		unlink(spec->path);
		return r;
	}
	return 0;
}

static int open_socket(const struct listener_spec *spec, struct problem *problem)
{
	int fd, r;

	if (check_directory(spec->path, problem) < 0 || clear_path(spec->path, problem) < 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	r = fd < 0 ? -errno : bind_path(fd, spec);
	if (r == 0 && listen(fd, BACKLOG) < 0) {
		r = -errno;
		unlink(spec->path);
	}
	if (r == 0)
		return fd;
	cleanup_fd(&fd);
	return problem_set(
		problem, r == -EADDRINUSE ? 409 : 400, "", "%s: %s", spec->path, strerror(-r));
}

static bool peer_allowed(const struct listener_spec *spec, uid_t uid)
{
	for (size_t i = 0; i < spec->n_uids; i++) {
		if (spec->uids[i] == uid)
			return true;
	}
	return spec->n_uids == 0;
}

static void take_connection(struct listener *listener, int fd)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t size = sizeof(peer);
	char text[IPC_TEXT_MAX + 1];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
		!peer_allowed(listener->spec, peer.uid)) {
		log_limited(&listener->limit, LOG_LEVEL_WARNING,
			"%s: refused process %d of uid %u at %s: not one of the uids allowed",
			listener->label, (int)peer.pid, peer.uid, listener->path);
		close(fd);
		return;
	}
	/* The kernel takes as much of it as net.core.wmem_max allows. */
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){ SEND_BUFFER }, sizeof(int));
	text_format(text, sizeof(text), "process %d of uid %u at %s", (int)peer.pid, peer.uid,
		listener->path);
	listener->accept(listener->data, listener->spec, fd, text);
}

static void on_connection(uv_poll_t *poll, int status, int events);

static void on_wait_over(uv_timer_t *timer)
{
	struct listener *listener = timer->data;

	uv_poll_start(&listener->poll, UV_READABLE, on_connection);
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct listener *listener = poll->data;

	(void)status;
	(void)events;
	/* `accept` may end the session and with it this listener. */
	for (unsigned i = 0; i < ACCEPTS_MAX && listener->spec; i++) {
		int fd = accept4(listener->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			take_connection(listener, fd);
			continue;
		}
		if (errno == EAGAIN || errno == ECONNABORTED || errno == EINTR)
			return;
		log_limited(&listener->limit, LOG_LEVEL_ERROR, "%s: accept at %s: %s",
			listener->label, listener->path, strerror(errno));
		uv_poll_stop(&listener->poll);
		uv_timer_start(&listener->wait, on_wait_over, NO_FDS_WAIT_MS, 0);
		return;
	}
}

static void listener_watch(struct listener *listener, uv_loop_t *loop)
{
	uv_timer_init(loop, &listener->wait);
	listener->poll.data = listener->wait.data = listener;
	listener->open_handles = 2;
	uv_poll_start(&listener->poll, UV_READABLE, on_connection);
}

int listener_create(uv_loop_t *loop, const struct listener_spec *spec, const char *label,
	listener_accept accept, void *data, struct listener **ret_listener,
	struct problem *ret_problem)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	struct stat status;

	if (!listener)
		return problem_set(ret_problem, 503, "", "out of memory");
	listener->fd = open_socket(spec, ret_problem);
	if (listener->fd < 0) {
		free(listener);
		return -1;
	}
	if (lstat(spec->path, &status) < 0 || uv_poll_init(loop, &listener->poll, listener->fd) < 0) {
		close(listener->fd);
		free(listener);
		return problem_set(ret_problem, 503, "", "%s cannot be watched", spec->path);
	}
	listener->device = status.st_dev;
	listener->inode = status.st_ino;
	listener->spec = spec;
	listener->accept = accept;
	listener->data = data;
	text_copy(listener->label, sizeof(listener->label), label);
	text_copy(listener->path, sizeof(listener->path), spec->path);
	listener_watch(listener, loop);
	*ret_listener = listener;
	return 0;
}

static void on_handle_closed(uv_handle_t *handle)
{
	struct listener *listener = handle->data;

	if (--listener->open_handles > 0)
		return;
	close(listener->fd);
	free(listener);
}

void listener_destroy(struct listener *listener)
{
	struct stat status;

	if (!listener)
		return;
	listener->spec = NULL;
	if (lstat(listener->path, &status) == 0 && status.st_dev == listener->device &&
		status.st_ino == listener->inode)
		unlink(listener->path);
	shutdown(listener->fd, SHUT_RDWR);
	uv_close((uv_handle_t *)&listener->poll, on_handle_closed);
	uv_close((uv_handle_t *)&listener->wait, on_handle_closed);
}
