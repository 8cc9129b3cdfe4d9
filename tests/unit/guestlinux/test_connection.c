/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guest's connection against a host that is played here: order, credits, bulk, and what ends it. */
#include "connection_fixture.h"

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

#define LARGE 32768u

/* A large reply stays where it is until something else is asked for; then its room is the host's again. */
static void test_memory_lends_large_replies(void **state)
{
	static uint8_t bytes[LARGE];
	struct pipe in, out;
	struct wire_header header;
	const void *payload;
	size_t size;
	bool wake;

	(void)state;
	host_pipes(&in, &out);
	for (uint64_t i = 0; i < 5; i++) {
		own_message(bytes, LARGE, (uint8_t)i, 0);
		assert_int_equal(pipe_write(&out, bytes, LARGE, &wake), LARGE);
		assert_int_equal(connection_receive(guest, true, &header, &payload, &size), 1);
		assert_int_equal(size, LARGE - WIRE_HEADER_SIZE);
		assert_memory_equal(payload, bytes + WIRE_HEADER_SIZE, size);
		assert_int_equal(atomic_load(&out.words->taken), i * LARGE);
		assert_int_equal(connection_receive(guest, false, &header, &payload, &size), 0);
		assert_int_equal(atomic_load(&out.words->taken), (i + 1) * LARGE);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_SOCKET(test_cut_anywhere),
		ON_SOCKET(test_pong_waits_for_the_message),
		ON_SOCKET(test_credit_is_kept_to),
		ON_SOCKET(test_too_much_credit_is_a_fault),
		ON_SOCKET(test_messages_in_pieces),
		ON_SOCKET(test_bulk_is_put_together),
		ON_SOCKET(test_bulk_out_of_order_is_a_fault),
		ON_SOCKET(test_bulk_that_was_not_sent_is_a_fault),
		ON_SOCKET(test_impossible_size),
		ON_SOCKET(test_resync_inside_of_a_message),
		ON_SOCKET(test_end_of_the_socket),
		ON_SOCKET(test_closed_channel),
		ON_SOCKET(test_bye_is_acknowledged),
		ON_MEMORY(test_memory_carries_both_ways),
		cmocka_unit_test_setup_teardown(
			test_memory_lends_large_replies, begin_large_memory, end),
		ON_MEMORY(test_lying_pipe),
		ON_MEMORY(test_end_wakes_who_waits_for_memory),
		cmocka_unit_test(test_memory_of_another_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
