/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/stand_ins.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "api/listen_socket.h"
#include "child/procfs.h"
#include "child/spawn.h"
#include "control/fake_host.h"
#include "listen/listener.h"
#include "listen/vnc.h"
#include "spec.h"

static uint64_t now_ms = 1000000;

void stand_in_clock(uint32_t ms)
{
	now_ms += ms;
}

/* libuv's and our own clock. libFuzzer keeps to the time of day. */
int clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE)
		return (int)syscall(SYS_clock_gettime, clock, ret_time);
	ret_time->tv_sec = (time_t)(now_ms / 1000);
	ret_time->tv_nsec = (long)(now_ms % 1000) * 1000000;
	return 0;
}

/* ---- processes */

#define NO_PROCESS \
	INT32_MAX /* a number that no process has: limits and cgroups of it are nobody's */

int spawn_find_user(const char *name, struct spawn_user *ret_user)
{
	(void)name;
	memset(ret_user, 0, sizeof(*ret_user));
	return 0;
}

int spawn(const struct spawn_request *request, pid_t *ret_pid, int *ret_pidfd)
{
	struct fake_child *child = &fake.children[fake.n_children];

	if (fake.n_children == FAKE_CHILDREN_MAX)
		return -EAGAIN;
	*child = (struct fake_child){ .reads = true };
	child->pidfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (child->pidfd < 0)
		return -errno;
	child->wakes = fcntl(child->pidfd, F_DUPFD_CLOEXEC, 3);
	child->control = fcntl(request->control_fd, F_DUPFD_CLOEXEC, 3);
	child->log = fcntl(request->log_fd, F_DUPFD_CLOEXEC, 3);
	fcntl(child->log, F_SETFL, O_NONBLOCK);
	fake.n_children++;
	*ret_pid = NO_PROCESS;
	*ret_pidfd = child->pidfd;
	return 0;
}

static struct fake_child *child_of(int pidfd)
{
	for (size_t i = fake.n_children; i > 0; i--) {
		if (fake.children[i - 1].pidfd == pidfd && !fake.children[i - 1].reaped)
			return &fake.children[i - 1];
	}
	abort();
}

int waitid(idtype_t type, id_t id, siginfo_t *ret_info, int options)
{
	struct fake_child *child = child_of((int)id);

	(void)type;
	(void)options;
	memset(ret_info, 0, sizeof(*ret_info));
	if (!child->ended)
		return 0;
	child->reaped = true;
	ret_info->si_pid = NO_PROCESS;
	ret_info->si_code = child->code;
	ret_info->si_status = child->status;
	return 0;
}

int pidfd_send_signal(int pidfd, int number, siginfo_t *info, unsigned flags)
{
	(void)info;
	(void)flags;
	fake_exit(child_of(pidfd), CLD_KILLED, number, false);
	return 0;
}

/* ---- sockets */

struct listener {
	int nothing;
};

/* Paths below /taken are not to be had. */
int listener_create(uv_loop_t *loop, const struct listener_spec *spec, const char *label,
	listener_accept accept, void *data, struct listener **ret_listener,
	struct problem *ret_problem)
{
	(void)loop;
	(void)label;
	(void)accept;
	(void)data;
	if (strncmp(spec->path, "/taken", 6) == 0)
		return problem_set(ret_problem, 409, "", "%s: %s", spec->path, strerror(EADDRINUSE));
	*ret_listener = calloc(1, sizeof(**ret_listener));
	return *ret_listener ? 0 : problem_set(ret_problem, 503, "", "out of memory");
}

void listener_destroy(struct listener *listener)
{
	free(listener);
}

/* Ports below 1024 are not to be had. */
int vnc_open(struct session *session, struct problem *ret_problem)
{
	struct display *display = &session->displays[0];

	if (session->spec.vnc_port > 0 && session->spec.vnc_port < 1024)
		return problem_set(ret_problem, 400, "/vnc/address", "VNC at port %u: %s",
			session->spec.vnc_port, strerror(EACCES));
	display->vnc_port = session->spec.vnc_port ? session->spec.vnc_port : 5900;
	display->listen_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return 0;
}

void vnc_close(struct session *session)
{
	for (uint32_t i = 0; i < session->n_displays; i++) {
		if (session->displays[i].listen_fd >= 0)
			close(session->displays[i].listen_fd);
		session->displays[i].listen_fd = -1;
	}
}

static struct sockaddr_storage api_address;
static socklen_t api_address_length;

void stand_in_api_address(struct sockaddr_storage *ret_address, socklen_t *ret_length)
{
	*ret_address = api_address;
	*ret_length = api_address_length;
}

/* A socket without a file: its name is the kernel's choice. */
int api_socket_listen(struct api_socket *ret_socket, const char *path, uint32_t mode)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	(void)path;
	(void)mode;
	memset(ret_socket, 0, sizeof(*ret_socket));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address.sun_family)) < 0 ||
		listen(fd, 16) < 0)
		abort();
	api_address_length = sizeof(api_address);
	getsockname(fd, (struct sockaddr *)&api_address, &api_address_length);
	return fd;
}

void api_socket_remove(const struct api_socket *socket)
{
	(void)socket;
}
