/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child that has entered the sandbox tries what a taken-over render process would try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"
#include "sandbox_calls.h"

#define SKIP_IF_LOOSENED()                         \
	do {                                       \
		if (sandbox_n_sanitizer_calls > 0) \
			skip();                    \
	} while (0)

/* Runs `probe` in a child inside the sandbox; it returns 0 if it was stopped as it should be. */
static void in_sandbox(bool finish, int (*probe)(void))
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		char text[256];
		if (sandbox_begin() < 0 || (finish && sandbox_finish(false, text, sizeof(text)) < 0))
			_exit(99);
		_exit(probe());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* 0 when the call failed with EPERM, else `number` of the step. */
static int denied(long result, int number)
{
	return result == -1 && errno == EPERM ? 0 : number;
}

#define EXPECT_DENIED(number, call)                  \
	do {                                         \
		int wrong_ = denied((call), number); \
		if (wrong_)                          \
			return wrong_;               \
	} while (0)

static int probe_files(void)
{
	EXPECT_DENIED(1, open("/etc/passwd", O_RDONLY));
	EXPECT_DENIED(2, open("/tmp/oriel-probe", O_WRONLY | O_CREAT, 0600));
	EXPECT_DENIED(3, unlink("/tmp/oriel-probe"));
	EXPECT_DENIED(4, mkdir("/tmp/oriel-probe", 0700));
	EXPECT_DENIED(5, chdir("/"));
	return 0;
}

static int probe_processes(void)
{
	EXPECT_DENIED(1, execl("/bin/true", "true", NULL));
	EXPECT_DENIED(2, fork());
	EXPECT_DENIED(3, kill(getppid(), SIGTERM));
	EXPECT_DENIED(4, kill(1, 0));
	EXPECT_DENIED(5, ptrace(PTRACE_TRACEME, 0, NULL, NULL));
	EXPECT_DENIED(6, unshare(CLONE_NEWUSER));
	EXPECT_DENIED(7, syscall(SYS_tgkill, getppid(), getppid(), SIGTERM));
	EXPECT_DENIED(8, syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, NULL));
	EXPECT_DENIED(9, prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	EXPECT_DENIED(10, syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
	EXPECT_DENIED(11, syscall(SYS_pidfd_open, getppid(), 0));
	return 0;
}

static int probe_sockets(void)
{
	int fd = 0;

	EXPECT_DENIED(1, socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_DENIED(2, socket(AF_INET, SOCK_STREAM, 0));
	EXPECT_DENIED(3, ioctl(0, TIOCSTI, "x"));
	EXPECT_DENIED(4, fcntl(0, F_SETOWN, getppid()));
	EXPECT_DENIED(5, syscall(SYS_io_uring_setup, 1, &fd));
	EXPECT_DENIED(6, syscall(SYS_bpf, 0, NULL, 0));
	return 0;
}

static void *thread_probe(void *data)
{
	int *ret_wrong = data;

	*ret_wrong = open("/etc/passwd", O_RDONLY) == -1 && errno == EPERM ? 0 : 1;
	return NULL;
}

/* What a driver does all the time still works: memory, code, threads. */
static int probe_work(void)
{
	pthread_t thread;
	int fd, wrong = 1;
	void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (code == MAP_FAILED || mprotect(code, 4096, PROT_READ | PROT_EXEC) < 0)
		return 1;
	fd = memfd_create("probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, 4096) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		return 2;
	if (pthread_create(&thread, NULL, thread_probe, &wrong) != 0)
		return 3;
	pthread_join(thread, NULL);
	return wrong ? 4 : 0;
}

static int probe_begun(void)
{
	struct rlimit core = { 1, 1 }, data = { 1, RLIM_INFINITY };
	int fd = open("/etc/passwd", O_RDONLY);

	if (fd < 0)
		return 1;
	getrlimit(RLIMIT_CORE, &core);
	if (core.rlim_max != 0)
		return 2;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 3;
	getrlimit(RLIMIT_DATA, &data);
	if (sandbox_n_sanitizer_calls == 0 && data.rlim_max == RLIM_INFINITY)
		return 5;
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
		return 0; /* a kernel without Landlock */
	return open("/tmp/oriel-probe", O_WRONLY | O_CREAT, 0600) == -1 && errno == EACCES ? 0 : 4;
}

static void test_files(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	in_sandbox(true, probe_files);
}

static void test_processes(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	in_sandbox(true, probe_processes);
}

static void test_sockets(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	in_sandbox(true, probe_sockets);
}

static void test_work(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	in_sandbox(true, probe_work);
}

static void test_begun(void **state)
{
	(void)state;
	in_sandbox(false, probe_begun);
}

/* Threads that were there before the filter are under it too. */
static int wait_fd = -1;

static void *early_thread(void *data)
{
	char byte;

	if (read(wait_fd, &byte, 1) != 1)
		return data;
	return thread_probe(data);
}

static void test_threads_before(void **state)
{
	int status = 0;
	pid_t child;

	(void)state;
	SKIP_IF_LOOSENED();
	child = fork();
	if (child == 0) {
		int fds[2], wrong = 1;
		pthread_t thread;
		char text[256];
		if (sandbox_begin() < 0 || pipe(fds) < 0)
			_exit(99);
		wait_fd = fds[0];
		pthread_create(&thread, NULL, early_thread, &wrong);
		if (sandbox_finish(false, text, sizeof(text)) < 0 || write(fds[1], "", 1) != 1)
			_exit(98);
		pthread_join(thread, NULL);
		_exit(wrong);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begun),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_processes),
		cmocka_unit_test(test_sockets),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_threads_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
