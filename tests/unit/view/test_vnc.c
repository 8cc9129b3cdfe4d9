/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A viewer's bytes, passwords, and that libvncserver calls our functions. */
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "vnc/auth.h"
#include "vnc/channel.h"
#include "vnc/glue.h"

static void test_glue(void **state)
{
	(void)state;
	assert_int_equal(glue_init(), 0);
}

static struct auth_address address(const char *text)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };

	assert_int_equal(inet_pton(AF_INET, text, &v4.sin_addr), 1);
	return auth_address_of((const struct sockaddr *)&v4);
}

static struct auth_address address6(const char *text)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	assert_int_equal(inet_pton(AF_INET6, text, &v6.sin6_addr), 1);
	return auth_address_of((const struct sockaddr *)&v6);
}

static void test_wrong_passwords(void **state)
{
	static struct auth_limit limit;
	struct auth_address one = address("10.0.0.1"), two = address("10.0.0.2");
	struct auth_address local = address("127.0.0.1"), other = address("127.9.9.9");

	(void)state;
	assert_memory_equal(&local, &other, sizeof(local));
	assert_memory_not_equal(&one, &two, sizeof(one));
	for (unsigned i = 0; i < AUTH_FAILURES_MAX; i++) {
		assert_true(auth_allowed(&limit, &one, 1000 + i));
		auth_failed(&limit, &one, 1000 + i);
	}
	assert_false(auth_allowed(&limit, &one, 2000));
	assert_true(auth_allowed(&limit, &two, 2000));
	assert_true(auth_allowed(&limit, &one, 1000 + AUTH_FAILURES_MAX - 1 + AUTH_WINDOW_MS));
	auth_failed(&limit, &one, 100000);
	assert_true(auth_allowed(&limit, &one, 100001));
	for (unsigned i = 0; i < AUTH_FAILURES_MAX - 1; i++)
		auth_failed(&limit, &two, 5000);
	auth_passed(&limit, &two);
	auth_failed(&limit, &two, 5000);
	assert_true(auth_allowed(&limit, &two, 5000));
}

/* More addresses than are remembered: the oldest is forgotten, nothing else is lost. */
static void test_many_addresses(void **state)
{
	static struct auth_limit limit;
	struct auth_address kept = address("10.1.0.1"), other;

	(void)state;
	for (unsigned i = 0; i < AUTH_FAILURES_MAX; i++)
		auth_failed(&limit, &kept, 9000);
	for (uint8_t i = 0; i < 200; i++) {
		other = address("10.2.0.1");
		other.bytes[3] = i;
		auth_failed(&limit, &other, 1000u + i);
	}
	assert_false(auth_allowed(&limit, &kept, 9001));
}

static void test_addresses(void **state)
{
	struct auth_address a = address6("2001:db8:1:2::1"), b = address6("2001:db8:1:2:ffff::9"),
			    c = address6("2001:db8:1:3::1"), d = address6("::ffff:10.0.0.1"),
			    e = address6("::ffff:10.0.0.2");

	(void)state;
	assert_memory_equal(&a, &b, sizeof(a));
	assert_memory_not_equal(&a, &c, sizeof(a));
	assert_memory_not_equal(&d, &e, sizeof(d));
}

/* Worked out with another DES (nettle): the key's bytes with their bits reversed, RFC 6143, 7.2.2. */
static void test_response(void **state)
{
	uint8_t challenge[16], response[16] = { 0xb8, 0x66, 0x92, 0x41, 0x25, 0xc8, 0xee, 0xbb,
		0x9d, 0xeb, 0xc1, 0xdb, 0x61, 0xc5, 0x38, 0xe2 };

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		challenge[i] = i;
	assert_true(auth_response_right(challenge, response, "password"));
	assert_true(auth_response_right(challenge, response, "password and more"));
	assert_false(auth_response_right(challenge, response, "passwore"));
	assert_false(auth_response_right(challenge, response, "passwor"));
	response[15] ^= 1;
	assert_false(auth_response_right(challenge, response, "password"));
	/* A key that the cipher refuses as weak leaves the challenge as it was: no password at all. */
	assert_false(auth_response_right(challenge, challenge, ""));
}

static void test_reading(void **state)
{
	static struct channel channel;
	size_t total = 0, have;
	uint8_t bytes[8];
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	channel_init(&channel, fds[0], &total, 100);
	assert_int_equal(channel_receive(&channel), -EAGAIN);
	assert_int_equal(write(fds[1], "abcdefghij", 10), 10);
	assert_int_equal(channel_receive(&channel), 10);
	channel.window = 3;
	assert_true(channel_read(&channel, bytes, 2));
	assert_memory_equal(bytes, "ab", 2);
	/* Never beyond the message, and never waiting. */
	assert_false(channel_read(&channel, bytes, 2));
	assert_true(channel_read(&channel, bytes, 1));
	channel_take(&channel, 0, 5);
	assert_memory_equal(channel_peek(&channel, &have), "ij", 2);
	assert_int_equal(have, 2);
	channel_take(&channel, 2, 4);
	assert_int_equal(write(fds[1], "123456", 6), 6);
	assert_int_equal(channel_receive(&channel), 6);
	assert_memory_equal(channel_peek(&channel, &have), "56", 2);
	close(fds[1]);
	assert_int_equal(channel_receive(&channel), 0);
	channel_finish(&channel);
	close(fds[0]);
}

static void test_writing(void **state)
{
	static struct channel channel;
	static uint8_t block[10000], got[10000];
	size_t total = 0;
	int fds[2];

	(void)state;
	for (size_t i = 0; i < sizeof(block); i++)
		block[i] = (uint8_t)(i * 7);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	channel_init(&channel, fds[0], &total, 8000000);
	channel.out_max = 4000000;
	/* Far more than the socket holds; then no more than the bound. */
	for (int i = 0; i < 350; i++)
		assert_true(channel_write(&channel, block, sizeof(block)));
	assert_int_equal(channel_flush(&channel), 0);
	assert_true(channel_queued(&channel) > 0);
	assert_int_equal(channel_queued(&channel), total);
	assert_int_equal(channel.sent + total, 3500000);
	for (int i = 0; i < 350; i++) {
		for (size_t n = 0; n < sizeof(got);) {
			ssize_t r = read(fds[1], got + n, sizeof(got) - n);
			assert_true(r > 0);
			n += (size_t)r;
			assert_int_equal(channel_flush(&channel), 0);
		}
		assert_memory_equal(got, block, sizeof(block));
	}
	assert_int_equal(channel_queued(&channel), 0);
	assert_int_equal(total, 0);
	channel.out_max = 15000;
	channel.fd = -1;
	assert_true(channel_write(&channel, block, sizeof(block)));
	assert_false(channel_write(&channel, block, sizeof(block)));
	assert_true(channel.failed);
	assert_false(channel_write(&channel, block, 1));
	channel_finish(&channel);
	assert_int_equal(total, 0);
	close(fds[0]);
	close(fds[1]);
}

/* All viewers together have a bound too. */
static void test_total(void **state)
{
	static struct channel one, two;
	static uint8_t block[3000];
	size_t total = 0;

	(void)state;
	channel_init(&one, -1, &total, 5000);
	channel_init(&two, -1, &total, 5000);
	assert_true(channel_write(&one, block, sizeof(block)));
	assert_false(channel_write(&two, block, sizeof(block)));
	channel_finish(&one);
	channel_finish(&two);
	assert_int_equal(total, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_glue),
		cmocka_unit_test(test_wrong_passwords),
		cmocka_unit_test(test_many_addresses),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_response),
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_writing),
		cmocka_unit_test(test_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
