/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process that executes a capture has of the one that prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "detach.h"

#define FDS 64

/* A letter for each descriptor: n for /dev/null, p for a pipe, o for another, - for none. */
static void describe(char ret_fds[FDS])
{
	for (int fd = 0; fd < FDS; fd++) {
		char path[32], name[64];
		ssize_t n;

		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, name, sizeof(name));
		ret_fds[fd] = n < 0                                     ? '-'
			      : n == 9 && !memcmp(name, "/dev/null", 9) ? 'n'
			      : !memcmp(name, "pipe:", 5)               ? 'p'
									: 'o';
	}
}

static void expect_detached(int secret)
{
	char fds[FDS] = "";
	int ends[2], status;
	pid_t child;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		const int to = detach(ends[1]);

		describe(fds);
		_exit(write(to, fds, sizeof(fds)) != sizeof(fds));
	}
	close(ends[1]);
	assert_int_equal(read(ends[0], fds, sizeof(fds)), sizeof(fds));
	assert_memory_equal(fds, "nnnp----", 8);
	assert_int_equal(fds[secret], '-');
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_nothing_is_inherited(void **state)
{
	const int secret = fcntl(open("/", O_RDONLY), F_DUPFD, FDS - 4);

	(void)state;
	assert_true(secret >= FDS - 4 && secret < FDS);
	expect_detached(secret);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_nothing_is_inherited) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
