/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest's connection does without the program: pings are answered, a silent host is pinged and given up. */
#include "connection_fixture.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SOCKET(test_silent_host_is_pinged_and_given_up),
		ON_MEMORY(test_silent_host_is_pinged_and_given_up),
		ON_SOCKET(test_host_that_answers_is_kept),
		ON_SOCKET(test_keeper_answers),
		ON_SOCKET(test_keeper_sees_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
