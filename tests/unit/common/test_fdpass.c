/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams with a descriptor, and what a hostile sender may attach. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "fdpass.h"

static int pair[2];

static int setup(void **state)
{
	(void)state;
	return fdpass_pair(pair);
}

static int teardown(void **state)
{
	(void)state;
	close(pair[0]);
	close(pair[1]);
	return 0;
}

static unsigned open_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

/* Sends one datagram with `count` descriptors of /dev/null. */
static void send_fds(int count)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int) * 64)];
	} control = { 0 };

	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
	for (int i = 0; i < count; i++)
		memcpy(CMSG_DATA(header) + sizeof(int) * (size_t)i, &fd, sizeof(fd));
	assert_int_equal(sendmsg(pair[0], &message, 0), 1);
	close(fd);
}

static void test_data_and_fd(void **state)
{
	int fd = -1, sent = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	char data[8] = "";

	(void)state;
	assert_int_equal(fdpass_send(pair[0], "abc", 3, sent), 0);
	close(sent);
	assert_int_equal(fdpass_receive(pair[1], data, sizeof(data), &fd), 3);
	assert_memory_equal(data, "abc", 3);
	assert_true(fd > 2);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	assert_int_equal(read(fd, data, 1), 1);
	close(fd);
	assert_int_equal(fdpass_send(pair[0], "d", 1, -1), 0);
	assert_int_equal(fdpass_receive(pair[1], data, sizeof(data), &fd), 1);
	assert_int_equal(fd, -1);
}

static void test_empty_and_closed(void **state)
{
	char data[8];
	int fd;

	(void)state;
	assert_int_equal(fdpass_receive(pair[1], data, sizeof(data), &fd), -EAGAIN);
	close(pair[0]);
	assert_int_equal(fdpass_receive(pair[1], data, sizeof(data), &fd), 0);
	assert_int_equal(fdpass_send(pair[1], "x", 1, -1), -EPIPE); /* and no SIGPIPE */
	pair[0] = dup(pair[1]);
}

/* An empty datagram reads like the end of the connection; what came along is not kept. */
static void test_empty_with_fd(void **state)
{
	unsigned before = open_fds();
	char data[8];
	int fd = -77, sent = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(fdpass_send(pair[0], "", 0, sent), 0);
	close(sent);
	assert_int_equal(fdpass_receive(pair[1], data, sizeof(data), &fd), 0);
	assert_int_equal(fd, -1);
	assert_int_equal(open_fds(), before);
}

static void test_surplus_fds(void **state)
{
	static const int counts[] = { 2, 8, 9, 60 };
	unsigned before = open_fds();
	char data[8];

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		int fd = -77;
		send_fds(counts[i]);
		assert_int_equal(fdpass_receive(pair[1], data, sizeof(data), &fd), -EBADMSG);
		assert_int_equal(fd, -77);
		assert_int_equal(open_fds(), before);
	}
}

static void test_truncated(void **state)
{
	unsigned before = open_fds();
	char data[2];
	int fd = -77, sent = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(fdpass_send(pair[0], "abc", 3, sent), 0);
	close(sent);
	assert_int_equal(fdpass_receive(pair[1], data, sizeof(data), &fd), -EMSGSIZE);
	assert_int_equal(fd, -77);
	assert_int_equal(open_fds(), before);
}

static void test_full(void **state)
{
	char data[1024] = "";
	int r = 0;

	(void)state;
	for (unsigned i = 0; i < 100000 && r == 0; i++)
		r = fdpass_send(pair[0], data, sizeof(data), -1);
	assert_int_equal(r, -EAGAIN);
}

int main(void)
{
#define pair_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		pair_test(test_data_and_fd),
		pair_test(test_empty_and_closed),
		pair_test(test_surplus_fds),
		pair_test(test_empty_with_fd),
		pair_test(test_truncated),
		pair_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
