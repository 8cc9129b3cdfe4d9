/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ipc link on a uv loop, with a peer that the test plays. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fdpass.h"
#include "link.h"
#include "util.h"

struct fixture {
	uv_loop_t loop;
	struct link *link;
	int peer;
	unsigned pings, guests, closed;
	uint32_t serial;
	int fd; /* of the last `guest` */
	bool close_in_handler;
	char reason[256];
};

static void on_ping(void *data, const void *message, int fd)
{
	struct fixture *f = data;
	const struct ipc_ping *ping = message;

	assert_int_equal(fd, -1);
	f->pings++;
	f->serial = ping->serial;
	if (f->close_in_handler)
		link_close(TAKE_PTR(f->link));
}

static void on_guest(void *data, const void *message, int fd)
{
	struct fixture *f = data;

	(void)message;
	assert_true(fd >= 0);
	f->guests++;
	if (f->fd >= 0)
		close(f->fd);
	f->fd = fd;
}

static const struct link_row rows[] = {
	{ &ipc_ping_type, on_ping },
	{ &ipc_guest_type, on_guest },
};

static void on_closed(void *data, const char *reason)
{
	struct fixture *f = data;

	f->closed++;
	snprintf(f->reason, sizeof(f->reason), "%s", reason);
	link_close(TAKE_PTR(f->link));
}

static const struct link_ops ops = { .rows = rows, .n_rows = 2, .closed = on_closed };

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	int fds[2];

	assert_non_null(f);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	assert_int_equal(fdpass_pair(fds), 0);
	f->peer = fds[1];
	f->fd = -1;
	assert_int_equal(link_open(&f->loop, fds[0], &ops, f, &f->link), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	link_close(f->link);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	if (f->peer >= 0)
		close(f->peer);
	if (f->fd >= 0)
		close(f->fd);
	free(f);
	return 0;
}

static void turn(struct fixture *f)
{
	for (int i = 0; i < 8; i++)
		uv_run(&f->loop, UV_RUN_NOWAIT);
}

static size_t encode(uint8_t *data, size_t room, const struct wire_type *type, const void *message)
{
	struct wire_writer writer;

	wire_writer_init(&writer, data, room);
	return wire_write_message(&writer, type, 0, 0, message);
}

static void peer_send(struct fixture *f, const struct wire_type *type, const void *message, int fd)
{
	uint8_t data[4096];
	size_t size = encode(data, sizeof(data), type, message);

	assert_int_not_equal(size, 0);
	assert_int_equal(fdpass_send(f->peer, data, size, fd), 0);
}

static unsigned open_fds(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void test_receive(void **state)
{
	struct fixture *f = *state;
	int fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	peer_send(f, &ipc_ping_type, &(struct ipc_ping){ .serial = 5 }, -1);
	peer_send(f, &ipc_guest_type, &(struct ipc_guest){ .guest = 1 }, fds[1]);
	close(fds[1]);
	turn(f);
	assert_int_equal(f->pings, 1);
	assert_int_equal(f->serial, 5);
	assert_int_equal(f->guests, 1);
	assert_int_equal(write(f->fd, "x", 1), 1);
	close(fds[0]);
	assert_int_equal(f->closed, 0);
}

static void test_send(void **state)
{
	struct fixture *f = *state;
	uint8_t data[4096], expected[4096];
	struct ipc_ping ping = { .serial = 9 };
	size_t size = encode(expected, sizeof(expected), &ipc_ping_type, &ping);
	int fd = -1;

	assert_int_equal(link_send(f->link, &ipc_ping_type, &ping, -1), 0);
	assert_int_equal(fdpass_receive(f->peer, data, sizeof(data), &fd), (ssize_t)size);
	assert_memory_equal(data, expected, size);
	assert_int_equal(fd, -1);
}

static void expect_malformed(struct fixture *f)
{
	turn(f);
	assert_int_equal(f->closed, 1);
	assert_non_null(strstr(f->reason, "malformed"));
	assert_int_equal(f->pings + f->guests, 0);
	assert_null(f->link);
}

static void test_malformed(void **state)
{
	struct fixture *f = *state;
	uint8_t data[64];
	size_t size = encode(data, sizeof(data), &ipc_ping_type, &(struct ipc_ping){ .serial = 1 });

	data[size - 1] = 1; /* padding */
	assert_int_equal(fdpass_send(f->peer, data, size, -1), 0);
	expect_malformed(f);
}

static void test_wrong_size(void **state)
{
	struct fixture *f = *state;
	uint8_t data[64] = { 0 };
	size_t size = encode(data, sizeof(data), &ipc_ping_type, &(struct ipc_ping){ .serial = 1 });

	assert_int_equal(fdpass_send(f->peer, data, size + 8, -1), 0);
	expect_malformed(f);
}

static void test_short_datagram(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(fdpass_send(f->peer, "abc", 3, -1), 0);
	expect_malformed(f);
}

static void test_no_row(void **state)
{
	struct fixture *f = *state;

	peer_send(f, &ipc_stop_type, &(struct ipc_stop){ 0 }, -1);
	expect_malformed(f);
}

static void test_unexpected_fd(void **state)
{
	struct fixture *f = *state;
	unsigned before = open_fds();

	peer_send(f, &ipc_ping_type, &(struct ipc_ping){ 0 }, f->peer);
	expect_malformed(f);
	turn(f);
	assert_int_equal(open_fds(), before - 1); /* the link's own is closed as well */
}

static void test_missing_fd(void **state)
{
	struct fixture *f = *state;

	peer_send(f, &ipc_guest_type, &(struct ipc_guest){ 0 }, -1);
	expect_malformed(f);
}

static void test_peer_closes(void **state)
{
	struct fixture *f = *state;

	peer_send(f, &ipc_ping_type, &(struct ipc_ping){ 0 }, -1);
	close(f->peer);
	f->peer = -1;
	turn(f);
	assert_int_equal(f->pings, 1); /* what it had sent still counts */
	assert_int_equal(f->closed, 1);
}

/* What does not fit into the socket waits, in order, with its descriptors, up to a limit. */
static void test_queue(void **state)
{
	struct fixture *f = *state;
	uint8_t data[4096];
	struct wire_header header;
	unsigned sent = 0, received = 0;
	int fd = -1, fds[2];

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	while (link_queued(f->link) < 20) {
		struct ipc_ping ping = { .serial = sent };
		assert_int_equal(link_send(f->link, &ipc_ping_type, &ping, -1), 0);
		sent++;
	}
	assert_int_equal(link_send(f->link, &ipc_guest_type, &(struct ipc_guest){ 0 }, fds[1]), 0);
	close(fds[1]); /* the link has its own */
	while (received < sent + 1) {
		ssize_t n = fdpass_receive(f->peer, data, sizeof(data), &fd);
		if (n == -EAGAIN) {
			turn(f);
			continue;
		}
		assert_true(n > 0 && wire_read_header(data, sizeof(data), &header));
		if (received < sent) {
			struct ipc_ping ping;
			assert_int_equal(header.opcode, IPC_PING);
			assert_true(wire_decode(&ipc_ping_type, data + 8, (size_t)n - 8, &ping));
			assert_int_equal(ping.serial, received);
		}
		received++;
	}
	assert_int_equal(header.opcode, IPC_GUEST);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	close(fds[0]);
	assert_int_equal(link_queued(f->link), 0);
}

static void test_queue_limit(void **state)
{
	struct fixture *f = *state;
	int r = 0;

	for (unsigned i = 0; i < 100000 && r == 0; i++)
		r = link_send(f->link, &ipc_ping_type, &(struct ipc_ping){ .serial = i }, -1);
	assert_int_equal(r, -ENOBUFS);
	assert_true(link_queued(f->link) <= IPC_QUEUE_MAX);
	assert_int_equal(f->closed, 0); /* never from within the call */
	assert_int_equal(link_send(f->link, &ipc_ping_type, &(struct ipc_ping){ 0 }, -1), -EPIPE);
	turn(f);
	assert_int_equal(f->closed, 1);
	assert_string_equal(f->reason, "it does not read its messages");
}

static void test_close_in_handler(void **state)
{
	struct fixture *f = *state;

	f->close_in_handler = true;
	for (unsigned i = 0; i < 3; i++)
		peer_send(f, &ipc_ping_type, &(struct ipc_ping){ .serial = i }, -1);
	turn(f);
	assert_int_equal(f->pings, 1);
	assert_int_equal(f->closed, 0);
}

/* A peer that floods does not keep the loop from turning. */
static void test_burst(void **state)
{
	struct fixture *f = *state;

	for (unsigned i = 0; i < LINK_BURST + 10; i++)
		peer_send(f, &ipc_ping_type, &(struct ipc_ping){ .serial = i }, -1);
	uv_run(&f->loop, UV_RUN_NOWAIT);
	assert_int_equal(f->pings, LINK_BURST);
	turn(f);
	assert_int_equal(f->pings, LINK_BURST + 10);
}

int main(void)
{
#define link_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		link_test(test_receive),
		link_test(test_send),
		link_test(test_malformed),
		link_test(test_wrong_size),
		link_test(test_short_datagram),
		link_test(test_no_row),
		link_test(test_unexpected_fd),
		link_test(test_missing_fd),
		link_test(test_peer_closes),
		link_test(test_queue),
		link_test(test_queue_limit),
		link_test(test_close_in_handler),
		link_test(test_burst),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
