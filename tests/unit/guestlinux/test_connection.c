/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's connection against a host that is played here: order, credits, bulk, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gl_encoder.h"
#include "link/internal.h"

#define WINDOW (128u << 10)
/* An opcode of the channel's own. */
#define OPCODE      0x1234u
#define PATIENCE_MS 10000

struct host {
	int listening, fd;
	char path[64];
	pthread_t thread;
	uint8_t nonce[ORIEL_NONCE_SIZE]; /* the guest's */
	/* What it offers. */
	bool shared;
	uint64_t told_size; /* of the shared memory; 0: the right one */
	uint32_t pipe_size;
	int memory;
};

static struct host host;
static struct connection *guest;

/* ---- the host's end */

static void host_write(const void *bytes, size_t size)
{
	assert_int_equal(send(host.fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

static void host_read(void *bytes, size_t size)
{
	struct pollfd ready = { .fd = host.fd, .events = POLLIN };

	for (size_t have = 0; have < size;) {
		assert_int_equal(poll(&ready, 1, PATIENCE_MS), 1);
		const ssize_t n = read(host.fd, (uint8_t *)bytes + have, size - have);
		assert_true(n > 0);
		have += (size_t)n;
	}
}

/* Whether the guest sends nothing for a moment. */
static bool host_hears_nothing(void)
{
	struct pollfd ready = { .fd = host.fd, .events = POLLIN };

	return poll(&ready, 1, 50) == 0;
}

static size_t message(void *to, const struct wire_type *type, uint8_t channel, const void *values)
{
	struct wire_writer writer;

	wire_writer_init(&writer, to, 8192);
	return wire_write_message(&writer, type, channel, 0, values);
}

static void host_send(const struct wire_type *type, uint8_t channel, const void *values)
{
	uint8_t bytes[8192];

	host_write(bytes, message(bytes, type, channel, values));
}

/* A message of the channel's own, whose payload counts up from `first`. */
static size_t own_message(uint8_t *to, uint32_t size, uint8_t first, uint8_t flags)
{
	gl_encoder_header(to, size, OPCODE, CONNECTION_CHANNEL, flags);
	for (uint32_t i = WIRE_HEADER_SIZE; i < size; i++)
		to[i] = (uint8_t)(first + i);
	return size;
}

static void expect_own(uint32_t size, uint8_t first)
{
	uint8_t got[8192], want[8192];

	host_read(got, size);
	own_message(want, size, first, 0);
	assert_memory_equal(got, want, size);
}

static void expect(const struct wire_type *type, void *ret_values)
{
	struct wire_header header;
	uint8_t bytes[8192];

	host_read(bytes, WIRE_HEADER_SIZE);
	assert_true(wire_read_header(bytes, sizeof(bytes), &header));
	assert_int_equal(header.opcode, type->id);
	assert_int_equal(header.channel, 0);
	host_read(bytes, header.size - WIRE_HEADER_SIZE);
	assert_true(wire_decode(type, bytes, header.size - WIRE_HEADER_SIZE, ret_values));
}

static void shake_hands(void)
{
	struct hello_terms terms = {
		.channels = 8,
		.message_max = ORIEL_MESSAGE_MAX,
		.bulk_total_max = ORIEL_BULK_TOTAL_MAX,
		.bulk_open_max = ORIEL_BULK_OPEN_MAX,
		.credit = WINDOW,
		.frames_ahead = 2,
	};
	const uint8_t random[ORIEL_NONCE_SIZE] = { 1, 2, 3 };
	uint8_t hello[HELLO_SIZE], marker[HELLO_WELCOME_SIZE], ready[HELLO_READY_SIZE];
	const uint8_t *at = hello;
	struct hello_host shake;
	size_t left = sizeof(hello);

	hello_host_init(&shake, 1, 1);
	host_read(hello, sizeof(hello));
	assert_int_equal(hello_host_feed(&shake, &at, &left), HELLO_HOST_HELLO);
	memcpy(host.nonce, shake.guest.nonce, sizeof(host.nonce));
	hello_host_welcome(&shake, random, &terms, marker);
	host_write(marker, sizeof(marker));
	host_read(ready, sizeof(ready));
}

static void send_memory(void)
{
	const uint64_t size = pipe_memory_size(host.pipe_size, host.pipe_size);
	const struct oriel_shared_memory shared = {
		.size = host.told_size ? host.told_size : size,
		.to_host = host.pipe_size,
		.to_guest = host.pipe_size,
		.channel = CONNECTION_CHANNEL,
	};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = { 0 };
	uint8_t bytes[256];
	struct iovec part = { bytes, message(bytes, &oriel_shared_memory_type, 0, &shared) };
	struct msghdr header = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&header);

	host.memory = memfd_create("test", MFD_CLOEXEC);
	assert_int_equal(ftruncate(host.memory, (off_t)size), 0);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &host.memory, sizeof(int));
	assert_true(sendmsg(host.fd, &header, MSG_NOSIGNAL) > 0);
}

static void open_channel(void)
{
	struct glm_caps caps = { .flags = host.shared, .refresh = 60000, .gl = 45, .n_configs = 1 };
	struct oriel_channel_opened opened = {
		.credit = WINDOW, .frames_ahead = 2, .version = 1, .channel = CONNECTION_CHANNEL
	};
	struct oriel_channel_open open;
	struct wire_writer writer;
	uint8_t bytes[1024];

	caps.configs[0].id = 7;
	wire_writer_init(&writer, bytes, sizeof(bytes));
	glm_caps_type.encode(&writer, &caps);
	opened.caps = (struct wire_blob){ bytes, (uint32_t)writer.at };
	expect(&oriel_channel_open_type, &open);
	assert_int_equal(open.kind, ORIEL_CHANNEL_GL);
	host_send(&oriel_channel_opened_type, 0, &opened);
	if (host.shared)
		send_memory();
}

static void *serve(void *data)
{
	host.fd = accept(host.listening, NULL, NULL);
	assert_true(host.fd >= 0);
	shake_hands();
	open_channel();
	return data;
}

/* ---- each test's beginning and end */

static void begin(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(host.path, sizeof(host.path), "/tmp/oriel-test-connection-%d", getpid());
	unlink(host.path);
	memcpy(address.sun_path, host.path, sizeof(host.path));
	host.listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(host.listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(host.listening, 1), 0);
	setenv("ORIEL_GUEST_SOCKET", host.path, 1);
	setenv("ORIEL_SHM", host.shared ? "1" : "0", 1);
	assert_int_equal(pthread_create(&host.thread, NULL, serve, NULL), 0);
	guest = connection_get();
	pthread_join(host.thread, NULL);
}

static int begin_socket(void **state)
{
	(void)state;
	host = (struct host){ .memory = -1 };
	begin();
	assert_non_null(guest);
	/* As a thread of the program has it that is at work; the keeper keeps away. */
	pthread_mutex_lock(&guest->lock);
	return 0;
}

static int begin_memory(void **state)
{
	(void)state;
	host = (struct host){ .shared = true, .pipe_size = 8192 };
	begin();
	assert_non_null(guest);
	pthread_mutex_lock(&guest->lock);
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (guest) {
		pthread_mutex_unlock(&guest->lock);
		connection_lose(guest, ECONNRESET);
		connection_put(guest);
	}
	guest = NULL;
	close(host.fd);
	close(host.listening);
	if (host.memory >= 0)
		close(host.memory);
	unlink(host.path);
	return 0;
}

/* The next message for the program is this one. */
static void receives(uint32_t size, uint8_t first)
{
	uint8_t want[8192];
	struct wire_header header;
	const void *payload;
	size_t got;

	assert_int_equal(connection_receive(guest, true, &header, &payload, &got), 1);
	own_message(want, size, first, 0);
	assert_int_equal(header.opcode, OPCODE);
	assert_int_equal(got, size - WIRE_HEADER_SIZE);
	assert_int_equal((uintptr_t)payload % 8, 0);
	assert_memory_equal(payload, want + WIRE_HEADER_SIZE, got);
}

static void receives_nothing_and_is_lost(void)
{
	struct wire_header header;
	const void *payload;
	size_t size;

	assert_true(connection_receive(guest, true, &header, &payload, &size) < 0);
	assert_true(connection_lost(guest));
}

static void sends(const void *bytes, size_t size)
{
	assert_int_equal(connection_send(guest, bytes, size), 0);
}

/* ---- what is sent */

static void test_cut_anywhere(void **state)
{
	uint8_t bytes[64];

	(void)state;
	own_message(bytes, 24, 1, 0);
	own_message(bytes + 24, 40, 2, 0);
	for (size_t i = 0; i < sizeof(bytes); i++)
		sends(bytes + i, 1);
	expect_own(24, 1);
	expect_own(40, 2);
}

static void test_pong_waits_for_the_message(void **state)
{
	const struct oriel_ping ping = { 99 };
	struct wire_header header;
	struct oriel_pong pong;
	const void *payload;
	uint8_t bytes[64];
	size_t size;

	(void)state;
	own_message(bytes, 64, 5, 0);
	sends(bytes, 30);
	host_send(&oriel_ping_type, 0, &ping);
	assert_int_equal(connection_receive(guest, false, &header, &payload, &size), 0);
	sends(bytes + 30, 34);
	expect_own(64, 5);
	expect(&oriel_pong_type, &pong);
	assert_int_equal(pong.cookie, 99);
}

static void *send_beyond_credit(void *data)
{
	sends(data, WINDOW + 4096);
	return NULL;
}

static void test_credit_is_kept_to(void **state)
{
	const struct oriel_credit credit = { .bytes = 4096, .channel = CONNECTION_CHANNEL };
	uint8_t *bytes = malloc(WINDOW + 4096);
	pthread_t thread;

	(void)state;
	for (uint32_t at = 0; at < WINDOW + 4096; at += 4096)
		own_message(bytes + at, 4096, (uint8_t)(at / 4096), 0);
	pthread_create(&thread, NULL, send_beyond_credit, bytes);
	for (uint32_t i = 0; i < WINDOW / 4096; i++)
		expect_own(4096, (uint8_t)i);
	assert_true(host_hears_nothing());
	host_send(&oriel_credit_type, 0, &credit);
	expect_own(4096, (uint8_t)(WINDOW / 4096));
	pthread_join(thread, NULL);
	free(bytes);
}

static void test_too_much_credit_is_a_fault(void **state)
{
	const struct oriel_credit credit = { .bytes = 8, .channel = CONNECTION_CHANNEL };

	(void)state;
	host_send(&oriel_credit_type, 0, &credit);
	receives_nothing_and_is_lost();
}

/* ---- silence */

static void test_silent_host_is_pinged_and_given_up(void **state)
{
	struct oriel_ping ping;

	(void)state;
	guest->silent = 0;
	atomic_store(&guest->heard, true);
	keeper_heed(guest);
	assert_true(host_hears_nothing());
	keeper_heed(guest);
	expect(&oriel_ping_type, &ping);
	for (unsigned i = 2; i < ORIEL_SILENCE_MS / ORIEL_PING_MS; i++)
		keeper_heed(guest);
	assert_false(connection_lost(guest));
	keeper_heed(guest);
	receives_nothing_and_is_lost();
}

static void test_host_that_answers_is_kept(void **state)
{
	struct wire_header header;
	struct oriel_ping ping;
	const void *payload;
	uint8_t bytes[24];
	size_t size;

	(void)state;
	atomic_store(&guest->heard, false);
	for (unsigned i = 0; i < 10; i++) {
		keeper_heed(guest);
		expect(&oriel_ping_type, &ping);
		host_send(&oriel_pong_type, 0, &(struct oriel_pong){ ping.cookie });
		while (!atomic_load(&guest->heard))
			assert_int_equal(
				connection_receive(guest, false, &header, &payload, &size), 0);
		keeper_heed(guest);
	}
	/* A message of the channel will do as well; a part of one will not. */
	keeper_heed(guest);
	own_message(bytes, sizeof(bytes), 1, 0);
	host_write(bytes, 20);
	assert_int_equal(connection_receive(guest, false, &header, &payload, &size), 0);
	assert_false(atomic_load(&guest->heard));
	host_write(bytes + 20, 4);
	receives(sizeof(bytes), 1);
	assert_true(atomic_load(&guest->heard));
}

/* ---- what comes */

static void test_messages_in_pieces(void **state)
{
	uint8_t bytes[128];

	(void)state;
	own_message(bytes, 48, 1, 0);
	own_message(bytes + 48, 80, 9, 0);
	host_write(bytes, 3);
	host_write(bytes + 3, 70);
	receives(48, 1);
	host_write(bytes + 73, 55);
	receives(80, 9);
}

static void send_piece(uint32_t id, uint64_t offset, uint64_t total, const void *data, uint32_t size)
{
	const struct oriel_bulk piece = { offset, total, id, { data, size } };

	host_send(&oriel_bulk_type, CONNECTION_CHANNEL, &piece);
}

static void test_bulk_is_put_together(void **state)
{
	uint8_t bytes[16] = { 0 };
	struct wire_header header;
	const void *payload;
	size_t size;

	(void)state;
	send_piece(3, 0, 11, "hello ", 6);
	send_piece(3, 6, 11, "world", 5);
	gl_encoder_header(bytes, sizeof(bytes), OPCODE, CONNECTION_CHANNEL, GL_FLAG_BULK);
	bytes[8] = 3;
	host_write(bytes, sizeof(bytes));
	assert_int_equal(connection_receive(guest, true, &header, &payload, &size), 1);
	assert_int_equal(size, 11);
	assert_memory_equal(payload, "hello world", 11);
	assert_int_equal(header.flags, 0);
}

static void test_bulk_out_of_order_is_a_fault(void **state)
{
	(void)state;
	send_piece(3, 6, 11, "world", 5);
	receives_nothing_and_is_lost();
}

static void test_bulk_that_was_not_sent_is_a_fault(void **state)
{
	uint8_t bytes[16] = { 0 };

	(void)state;
	gl_encoder_header(bytes, sizeof(bytes), OPCODE, CONNECTION_CHANNEL, GL_FLAG_BULK);
	host_write(bytes, sizeof(bytes));
	receives_nothing_and_is_lost();
}

static void test_impossible_size(void **state)
{
	uint8_t bytes[16] = { 9 };

	(void)state;
	host_write(bytes, sizeof(bytes));
	receives_nothing_and_is_lost();
}

/* ---- what ends it */

static void test_resync_inside_of_a_message(void **state)
{
	uint8_t bytes[256], marker[HELLO_RESYNC_SIZE];

	(void)state;
	own_message(bytes, sizeof(bytes), 1, 0);
	host_write(bytes, 100);
	hello_resync(host.nonce, marker);
	host_write(marker, sizeof(marker));
	receives_nothing_and_is_lost();
}

static void test_end_of_the_socket(void **state)
{
	(void)state;
	shutdown(host.fd, SHUT_RDWR);
	receives_nothing_and_is_lost();
	assert_true(connection_send(guest, "12345678", 8) < 0);
}

static void test_closed_channel(void **state)
{
	const struct oriel_channel_closed closed = { .channel = CONNECTION_CHANNEL };

	(void)state;
	host_send(&oriel_channel_closed_type, 0, &closed);
	receives_nothing_and_is_lost();
}

static void test_bye_is_acknowledged(void **state)
{
	const struct oriel_bye bye = { "" };
	struct oriel_bye_ack ack;

	(void)state;
	host_send(&oriel_bye_type, 0, &bye);
	receives_nothing_and_is_lost();
	expect(&oriel_bye_ack_type, &ack);
}

/* ---- without the program's help */

static void test_keeper_answers(void **state)
{
	struct oriel_pong pong;

	(void)state;
	pthread_mutex_unlock(&guest->lock);
	for (uint64_t i = 1; i <= 3; i++) {
		const struct oriel_ping ping = { i };
		host_send(&oriel_ping_type, 0, &ping);
		expect(&oriel_pong_type, &pong);
		assert_int_equal(pong.cookie, i);
	}
	pthread_mutex_lock(&guest->lock);
}

static void test_keeper_sees_the_end(void **state)
{
	(void)state;
	pthread_mutex_unlock(&guest->lock);
	close(host.fd);
	host.fd = -1;
	pthread_join(guest->keeper, NULL);
	guest->keeper_runs = false;
	assert_true(connection_lost(guest));
	pthread_mutex_lock(&guest->lock);
}

/* ---- shared memory */

static void host_pipes(struct pipe *ret_in, struct pipe *ret_out)
{
	uint8_t *at = mmap(NULL, pipe_memory_size(host.pipe_size, host.pipe_size),
		PROT_READ | PROT_WRITE, MAP_SHARED, host.memory, 0);

	assert_ptr_not_equal(at, MAP_FAILED);
	pipe_init(ret_in, (void *)at, at + PIPE_CONTROL_SIZE, host.pipe_size);
	pipe_init(ret_out, (void *)(at + PIPE_WORDS_STRIDE),
		at + PIPE_CONTROL_SIZE + host.pipe_size, host.pipe_size);
}

static void test_memory_carries_both_ways(void **state)
{
	struct pipe in, out;
	uint8_t bytes[4096];
	bool wake;
	size_t size;

	(void)state;
	assert_true(guest->shared);
	host_pipes(&in, &out);
	for (int i = 0; i < 5; i++) {
		own_message(bytes, 4096, (uint8_t)i, 0);
		sends(bytes, 4096);
		assert_memory_equal(pipe_peek(&in, &size), bytes, 4096);
		pipe_took(&in, 4096);
		assert_int_equal(pipe_write(&out, bytes, 4096, &wake), 4096);
		receives(4096, (uint8_t)i);
	}
}

static void test_lying_pipe(void **state)
{
	struct pipe in, out;

	(void)state;
	host_pipes(&in, &out);
	atomic_store(&out.words->written, UINT64_C(1) << 40);
	receives_nothing_and_is_lost();
}

/* The keeper reads the socket; a thread that waits for the pipe is told at once. */
static void test_end_wakes_who_waits_for_memory(void **state)
{
	(void)state;
	close(host.fd);
	host.fd = -1;
	receives_nothing_and_is_lost();
}

static void test_memory_of_another_size(void **state)
{
	(void)state;
	host = (struct host){ .shared = true, .pipe_size = 8192, .told_size = 4096 };
	begin();
	assert_null(guest);
	end(NULL);
	/* More than there is, which would end the program when it is touched. */
	host = (struct host){ .shared = true, .pipe_size = 1024 };
	begin();
	assert_null(guest);
	end(NULL);
}

#define ON_SOCKET(test) cmocka_unit_test_setup_teardown(test, begin_socket, end)
#define ON_MEMORY(test) cmocka_unit_test_setup_teardown(test, begin_memory, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SOCKET(test_cut_anywhere),
		ON_SOCKET(test_pong_waits_for_the_message),
		ON_SOCKET(test_credit_is_kept_to),
		ON_SOCKET(test_too_much_credit_is_a_fault),
		ON_SOCKET(test_silent_host_is_pinged_and_given_up),
		ON_SOCKET(test_host_that_answers_is_kept),
		ON_SOCKET(test_messages_in_pieces),
		ON_SOCKET(test_bulk_is_put_together),
		ON_SOCKET(test_bulk_out_of_order_is_a_fault),
		ON_SOCKET(test_bulk_that_was_not_sent_is_a_fault),
		ON_SOCKET(test_impossible_size),
		ON_SOCKET(test_resync_inside_of_a_message),
		ON_SOCKET(test_end_of_the_socket),
		ON_SOCKET(test_closed_channel),
		ON_SOCKET(test_bye_is_acknowledged),
		ON_SOCKET(test_keeper_answers),
		ON_SOCKET(test_keeper_sees_the_end),
		ON_MEMORY(test_memory_carries_both_ways),
		ON_MEMORY(test_silent_host_is_pinged_and_given_up),
		ON_MEMORY(test_lying_pipe),
		ON_MEMORY(test_end_wakes_who_waits_for_memory),
		cmocka_unit_test(test_memory_of_another_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
