/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest's connection, whose host is played here. Included by each test once; not all of it is used by each. */
#ifndef CONNECTION_FIXTURE_H
#define CONNECTION_FIXTURE_H

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

static inline void host_write(const void *bytes, size_t size)
{
	assert_int_equal(send(host.fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}

static inline void host_read(void *bytes, size_t size)
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
static inline bool host_hears_nothing(void)
{
	struct pollfd ready = { .fd = host.fd, .events = POLLIN };

	return poll(&ready, 1, 50) == 0;
}

static inline size_t message(
	void *to, const struct wire_type *type, uint8_t channel, const void *values)
{
	struct wire_writer writer;

	wire_writer_init(&writer, to, 8192);
	return wire_write_message(&writer, type, channel, 0, values);
}

static inline void host_send(const struct wire_type *type, uint8_t channel, const void *values)
{
	uint8_t bytes[8192];

	host_write(bytes, message(bytes, type, channel, values));
}

/* A message of the channel's own, whose payload counts up from `first`. */
static inline size_t own_message(uint8_t *to, uint32_t size, uint8_t first, uint8_t flags)
{
	gl_encoder_header(to, size, OPCODE, CONNECTION_CHANNEL, flags);
	for (uint32_t i = WIRE_HEADER_SIZE; i < size; i++)
		to[i] = (uint8_t)(first + i);
	return size;
}

static inline void expect_own(uint32_t size, uint8_t first)
{
	uint8_t got[8192], want[8192];

	host_read(got, size);
	own_message(want, size, first, 0);
	assert_memory_equal(got, want, size);
}

static inline void expect(const struct wire_type *type, void *ret_values)
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

static inline void shake_hands(void)
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

static inline void send_memory(void)
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

static inline void open_channel(void)
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

static inline void *serve(void *data)
{
	host.fd = accept(host.listening, NULL, NULL);
	assert_true(host.fd >= 0);
	shake_hands();
	open_channel();
	return data;
}

/* ---- each test's beginning and end */

static inline void begin(void)
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

static inline int begin_socket(void **state)
{
	(void)state;
	host = (struct host){ .memory = -1 };
	begin();
	assert_non_null(guest);
	/* As a thread of the program has it that is at work; the keeper keeps away. */
	pthread_mutex_lock(&guest->lock);
	return 0;
}

static inline int begin_pipes(uint32_t size)
{
	host = (struct host){ .shared = true, .pipe_size = size };
	begin();
	assert_non_null(guest);
	pthread_mutex_lock(&guest->lock);
	return 0;
}

static inline int begin_memory(void **state)
{
	(void)state;
	return begin_pipes(8192);
}

static inline int begin_large_memory(void **state)
{
	(void)state;
	return begin_pipes(65536);
}

static inline int end(void **state)
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
static inline void receives(uint32_t size, uint8_t first)
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

static inline void receives_nothing_and_is_lost(void)
{
	struct wire_header header;
	const void *payload;
	size_t size;

	assert_true(connection_receive(guest, true, &header, &payload, &size) < 0);
	assert_true(connection_lost(guest));
}

static inline void sends(const void *bytes, size_t size)
{
	assert_int_equal(connection_send(guest, bytes, size), 0);
}

#define ON_SOCKET(test) cmocka_unit_test_setup_teardown(test, begin_socket, end)
#define ON_MEMORY(test) cmocka_unit_test_setup_teardown(test, begin_memory, end)

#endif
