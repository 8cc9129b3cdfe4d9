/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "child/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "util.h"

#define ENVIRONMENT_MAX 128u
#define FIRST_FREE_FD   10 /* above the numbers that a child's descriptors are given */

extern char **environ;

/* Everything the child needs, made before the fork: after it only async-signal-safe calls are allowed. */
struct prepared {
	const struct spawn_request *request;
	pid_t parent;
	int exec_fd, null_fd, log_fd, control_fd, cgroup_fd;
	char *environment[ENVIRONMENT_MAX + 3];
	char level[32];
};

int spawn_find_user(const char *name, struct spawn_user *ret_user)
{
	static const char *const groups[] = { "render", "video" };
	struct spawn_user user = { 0 };
	const struct passwd *entry;

	if (geteuid() != 0) {
		*ret_user = user;
		return 0;
	}
	entry = getpwnam(name);
	if (!entry)
		return -ENOENT;
	user.change = true;
	user.uid = entry->pw_uid;
	user.gid = entry->pw_gid;
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		const struct group *group = getgrnam(groups[i]);
		if (group)
			user.gpu_groups[user.n_gpu_groups++] = group->gr_gid;
	}
	*ret_user = user;
	return 0;
}

/* A render process counts as taken over by its guest: it inherits what drivers and sanitizers read, and nothing else. */
static bool may_inherit(const char *variable)
{
	static const char *const prefixes[] = { "PATH=", "LANG=", "LC_",
		"TZ=", "LD_LIBRARY_PATH=", "MESA_", "LIBGL_", "GALLIUM_", "EGL_", "LP_", "GBM_",
		"DRI_", "VREND_", "VIRGL_", "__EGL_", "__GLX_", "ASAN_", "UBSAN_", "LSAN_", "TSAN_",
		"ORIEL_" };

	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (strncmp(variable, prefixes[i], strlen(prefixes[i])) == 0)
			return strncmp(variable, "ORIEL_LOG=", 10) != 0;
	}
	return false;
}

static void prepare_environment(struct prepared *prepared)
{
	static char home[] = "HOME=/";
	size_t n = 0;

	snprintf(prepared->level, sizeof(prepared->level), "ORIEL_LOG=%s", prepared->request->level);
	for (char **at = environ; *at && n < ENVIRONMENT_MAX; at++) {
		if (may_inherit(*at))
			prepared->environment[n++] = *at;
	}
	prepared->environment[n++] = prepared->level;
	prepared->environment[n++] = home;
	prepared->environment[n] = NULL;
}

static int open_program(const struct spawn_request *request)
{
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", request->directory, request->program);
	if (access(path, X_OK) < 0)
		return -errno;
	fd = open(path, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void prepared_finish(struct prepared *prepared)
{
	cleanup_fd(&prepared->exec_fd);
	cleanup_fd(&prepared->null_fd);
	cleanup_fd(&prepared->log_fd);
	cleanup_fd(&prepared->control_fd);
	cleanup_fd(&prepared->cgroup_fd);
}

/* Moves a descriptor out of the way of 0 to 3; takes fd. */
static int lift(int fd)
{
	int high;

	if (fd < 0 || fd >= FIRST_FREE_FD)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	close(fd);
	return high;
}

static int prepare(struct prepared *prepared, const struct spawn_request *request)
{
	prepared->request = request;
	prepared->parent = getpid();
	prepared->null_fd = prepared->log_fd = prepared->control_fd = prepared->cgroup_fd = -1;
	prepared->exec_fd = open_program(request);
	if (prepared->exec_fd < 0)
		return prepared->exec_fd;
	prepared->exec_fd = lift(prepared->exec_fd);
	prepared->null_fd = lift(open("/dev/null", O_RDWR | O_CLOEXEC));
	prepared->log_fd = fcntl(request->log_fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	prepared->control_fd = fcntl(request->control_fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	if (request->cgroup_fd >= 0)
		prepared->cgroup_fd = fcntl(request->cgroup_fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	if (prepared->exec_fd < 0 || prepared->null_fd < 0 || prepared->log_fd < 0 ||
		prepared->control_fd < 0 || (request->cgroup_fd >= 0 && prepared->cgroup_fd < 0)) {
		int r = -errno;
		prepared_finish(prepared);
		return r;
	}
	prepare_environment(prepared);
	return 0;
}

/* ---- in the child, between fork and exec */

static void __attribute__((noreturn)) child_give_up(const char *what)
{
	(void)!write(STDERR_FILENO, what, strlen(what));
	_exit(127);
}

static void child_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void child_descriptors(const struct prepared *prepared)
{
	if (dup2(prepared->null_fd, 0) < 0 || dup2(prepared->log_fd, 1) < 0 ||
		dup2(prepared->log_fd, 2) < 0 || dup2(prepared->control_fd, 3) < 0)
		child_give_up("<3>its descriptors could not be set up\n");
	if (close_range(4, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		child_give_up("<3>close_range failed: it needs Linux 5.11\n");
}

static void child_user(const struct spawn_request *request)
{
	const struct spawn_user *user = request->user;

	if (user->change && (setgroups(request->gpu ? user->n_gpu_groups : 0, user->gpu_groups) < 0 ||
				    setresgid(user->gid, user->gid, user->gid) < 0 ||
				    setresuid(user->uid, user->uid, user->uid) < 0))
		child_give_up("<3>its user could not be changed\n");
}

static void __attribute__((noreturn)) child_run(const struct prepared *prepared)
{
	const struct spawn_request *request = prepared->request;
	char *argv[] = { (char *)(uintptr_t)request->program, NULL };

	/* Before anything is its own: what it takes later counts there. */
	if (prepared->cgroup_fd >= 0 && write(prepared->cgroup_fd, "0\n", 2) < 0)
		child_give_up("<3>it could not enter its cgroup\n");
	child_descriptors(prepared);
	child_signals();
	setsid(); /* a terminal's Ctrl-C is for orield, which ends its children in order */
	umask(0077);
	if (request->files)
		setrlimit(RLIMIT_NOFILE, request->files);
	if (chdir("/") < 0)
		child_give_up("<3>it could not enter /\n");
	child_user(request);
	/* After the change of user, which clears it; orield may have gone before it was set. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != prepared->parent)
		_exit(127);
	/* By descriptor: the path may lead through directories that its user cannot search. */
	fexecve(prepared->exec_fd, argv, prepared->environment);
	child_give_up("<3>it could not be executed\n");
}

int spawn(const struct spawn_request *request, pid_t *ret_pid, int *ret_pidfd)
{
	struct prepared prepared;
	sigset_t all, before;
	pid_t pid;
	int pidfd, r = prepare(&prepared, request);

	if (r < 0)
		return r;
	/* No handler of this process may run in the child. */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		child_run(&prepared);
	r = pid < 0 ? -errno : 0;
	sigprocmask(SIG_SETMASK, &before, NULL);
	prepared_finish(&prepared);
	if (r < 0)
		return r;
	pidfd = pidfd_open(pid, 0);
	if (pidfd < 0) {
		r = -errno;
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
		return r;
	}
	*ret_pid = pid;
	*ret_pidfd = pidfd;
	return 0;
}
