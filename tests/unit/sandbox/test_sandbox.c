/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds around the filter: the beginning, limits, files by Landlock, threads that were there before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "filter.h"
#include "landlock.h"
#include "sandbox.h"

#define SKIP_IF_LOOSENED()                        \
	do {                                      \
		if (sandbox_sanitizer_list.n > 0) \
			skip();                   \
	} while (0)
#define SKIP_WITHOUT_LANDLOCK()          \
	do {                             \
		if (landlock_abi() == 0) \
			skip();          \
	} while (0)

/* Runs `probe` in a child; it returns 0 if all was as it should be, else the number of the step. */
static void in_child(int (*probe)(void))
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(probe());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* The call failed with `error`; closes what it opened if not. */
static bool fails(int fd, int error)
{
	if (fd >= 0)
		close(fd);
	return fd < 0 && errno == error;
}

/* ---- the beginning */

static int begun_limits(void)
{
	struct rlimit core = { 1, 1 }, data = { 1, RLIM_INFINITY }, files = { 0, 0 }, given;

	getrlimit(RLIMIT_NOFILE, &given);
	sandbox_limit_memory(0);
	sandbox_limit_memory(5ull << 30);
	if (sandbox_begin(SANDBOX_RENDER) < 0)
		return 1;
	getrlimit(RLIMIT_CORE, &core);
	if (core.rlim_max != 0)
		return 2;
	getrlimit(RLIMIT_DATA, &data);
	if (sandbox_sanitizer_list.n == 0 && data.rlim_max > 5ull << 30)
		return 3;
	if (sandbox_sanitizer_list.n == 0 && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 4;
	/* orield's own limit is far from what its children can reach. */
	getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur != files.rlim_max || files.rlim_max > 16384 ||
		(files.rlim_max > 1024 && files.rlim_max > given.rlim_max / 4))
		return 6;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 5;
}

static int begun_render(void)
{
	int fd;

	if (sandbox_begin(SANDBOX_RENDER) < 0)
		return 1;
	fd = open("/etc/passwd", O_RDONLY);
	if (fd < 0)
		return 2;
	close(fd);
	if (!fails(open("/tmp/oriel-probe", O_WRONLY | O_CREAT, 0600), EACCES))
		return 3;
	if (!fails(open("/dev/tty", O_RDWR), EACCES))
		return 4;
	return open("/dev/null", O_RDWR) >= 0 ? 0 : 5;
}

static int begun_view(void)
{
	if (sandbox_begin(SANDBOX_BIT(SANDBOX_VIEW)) < 0)
		return 1;
	if (!fails(open("/etc/passwd", O_RDONLY), EACCES))
		return 2;
	return fails(open("/dev/null", O_RDWR), EACCES) ? 0 : 3;
}

static int forgotten(void)
{
	if (sandbox_begin(SANDBOX_RENDER) < 0)
		return 1;
	sandbox_forget_files(SANDBOX_RENDER_NODE);
	if (!fails(open("/etc/passwd", O_RDONLY), EACCES))
		return 2;
	return fails(open("/dev/null", O_RDWR), EACCES) ? 0 : 3;
}

static void test_begin(void **state)
{
	(void)state;
	in_child(begun_limits);
}

static void test_begin_files(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	SKIP_WITHOUT_LANDLOCK();
	in_child(begun_render);
	in_child(begun_view);
}

static void test_forget_files(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	SKIP_WITHOUT_LANDLOCK();
	in_child(forgotten);
}

/* ---- the end */

/* NVIDIA's driver opens its nodes while it works. All else is refused by Landlock, and all by the filter where there is none. */
static int nvidia_without_landlock(void)
{
	if (filter_load(SANDBOX_NVIDIA, false) < 0)
		return 1;
	return fails(open("/dev/null", O_RDWR), EPERM) ? 0 : 2;
}

static int nvidia_with_landlock(void)
{
	char text[256];

	if (sandbox_begin(SANDBOX_RENDER) < 0 ||
		sandbox_finish(SANDBOX_NVIDIA, text, sizeof(text)) < 0)
		return 1;
	if (!fails(open("/etc/passwd", O_RDONLY), EACCES) ||
		!fails(open("/dev/null", O_RDWR), EACCES))
		return 2;
	if (!fails(open("/dev", O_RDONLY | O_DIRECTORY), EPERM))
		return 3;
	/* Where there is none it is still no file that can be made. */
	return fails(open("/dev/nvidia-uvm", O_RDWR | O_CREAT, 0600), EPERM) ? 0 : 4;
}

static void test_nvidia_files(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	in_child(nvidia_without_landlock);
	SKIP_WITHOUT_LANDLOCK();
	in_child(nvidia_with_landlock);
}

static void *thread_probe(void *data)
{
	int *ret_wrong = data;

	*ret_wrong = !fails(open("/etc/passwd", O_RDONLY), EPERM);
	return NULL;
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

static int threads_before(void)
{
	int fds[2], wrong = 1;
	pthread_t thread;
	char text[256];

	if (sandbox_begin(SANDBOX_RENDER) < 0 || pipe(fds) < 0)
		return 1;
	wait_fd = fds[0];
	pthread_create(&thread, NULL, early_thread, &wrong);
	if (sandbox_finish(SANDBOX_SOFTWARE, text, sizeof(text)) < 0 || write(fds[1], "", 1) != 1)
		return 2;
	pthread_join(thread, NULL);
	return wrong ? 3 : 0;
}

static void test_threads_before(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	in_child(threads_before);
}

/* Memory, code and threads, as a driver has them all the time. */
static int work(enum sandbox_profile profile)
{
	pthread_t thread;
	int fd, wrong = 1;
	char text[256];
	void *code;

	if (sandbox_begin(SANDBOX_BIT(profile)) < 0 || sandbox_finish(profile, text, sizeof(text)) < 0)
		return 1;
	code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (code == MAP_FAILED)
		return 2;
	if ((mprotect(code, 4096, PROT_READ | PROT_EXEC) == 0) != (profile != SANDBOX_VIEW))
		return 3;
	fd = memfd_create("probe", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0 || ftruncate(fd, 4096) < 0 || fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK) < 0)
		return 4;
	if (pthread_create(&thread, NULL, thread_probe, &wrong) != 0)
		return 5;
	pthread_join(thread, NULL);
	return wrong && profile != SANDBOX_NVIDIA ? 6 : 0;
}

static int work_software(void)
{
	return work(SANDBOX_SOFTWARE);
}

static int work_render_node(void)
{
	return work(SANDBOX_RENDER_NODE);
}

static int work_nvidia(void)
{
	return work(SANDBOX_NVIDIA);
}

static int work_view(void)
{
	return work(SANDBOX_VIEW);
}

static void test_work(void **state)
{
	(void)state;
	SKIP_IF_LOOSENED();
	in_child(work_software);
	in_child(work_render_node);
	in_child(work_nvidia);
	in_child(work_view);
}

static int says(void)
{
	char text[256], begin[64];

	snprintf(begin, sizeof(begin), "software: seccomp (%zu calls), ",
		filter_count(SANDBOX_SOFTWARE, landlock_abi() > 0));
	if (sandbox_begin(SANDBOX_RENDER) < 0 ||
		sandbox_finish(SANDBOX_SOFTWARE, text, sizeof(text)) < 0)
		return 1;
	return strncmp(text, begin, strlen(begin)) == 0 ? 0 : 2;
}

static void test_says(void **state)
{
	(void)state;
	in_child(says);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_begin),
		cmocka_unit_test(test_begin_files),
		cmocka_unit_test(test_forget_files),
		cmocka_unit_test(test_nvidia_files),
		cmocka_unit_test(test_threads_before),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
