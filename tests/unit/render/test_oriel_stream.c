/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a stream in Oriel's protocol begins, lives and ends. */
#include "oriel_fixture.h"

static void test_opens(void **state)
{
	struct fixture *f = *state;
	struct oriel_stream_stats stats;

	start(f, (struct oriel_stream_config){ .peer = "test" });
	oriel_stream_stats(f->stream, &stats);
	assert_int_equal(stats.messages, 0);
	begin_hello(f, 1, 9, "glx\x01gears \xc3\xa9 \xff \xe2\x82");
	run_until(f, f->n_opened == 1);
	assert_string_equal(f->protocol, "oriel-1");
	assert_string_equal(f->program, "glx?gears \xc3\xa9 ? ??");
	assert_memory_equal(f->token, f->hello.info.nonce, IPC_TOKEN_SIZE);
	f->n_inbox = 0;
	expect_alive(f);
	oriel_stream_stats(f->stream, &stats);
	assert_int_equal(stats.messages, 1);
	assert_int_equal(stats.bytes_in, 16);
}

static void test_refuses_versions(void **state)
{
	struct fixture *f = *state;

	start(f, (struct oriel_stream_config){ .vm = false });
	begin_hello(f, 2, 3, "new");
	run_until(f, f->refused);
	assert_int_equal(f->hello.refusal.version_min, ORIEL_VERSION_MIN);
	assert_int_equal(f->n_closed, 0); /* it lets the guest read and close */
	hang_up(f);
	run_until(f, f->n_closed == 1);
	assert_non_null(strstr(f->reason, "versions 2 to 3"));
	assert_int_equal(f->n_opened + f->n_ended, 0);
}

static void test_vm_refuses_and_waits(void **state)
{
	struct fixture *f = *state;

	start(f, (struct oriel_stream_config){ .vm = true });
	begin_hello(f, 2, 3, "new");
	run_until(f, f->refused);
	begin_hello(f, 1, 3, "old");
	run_until(f, f->n_opened == 1);
	assert_string_equal(f->program, "old");
}

static void test_hello_deadline(void **state)
{
	struct fixture *f = *state;

	start(f, (struct oriel_stream_config){ .times = { .hello_deadline = 30 } });
	f->destroy_in_closed = true;
	run_until(f, f->n_closed == 1);
	assert_int_equal(f->n_ended, 0);
}

static void test_vm_waits_without_limit(void **state)
{
	struct fixture *f = *state;
	uint64_t until = clock_ms() + 100;

	start(f, (struct oriel_stream_config){ .vm = true, .times = { .hello_deadline = 10 } });
	run_until(f, clock_ms() >= until);
	assert_int_equal(f->n_closed, 0);
	/* Bytes of an earlier connection, another hello among them, come first. */
	begin_hello(f, 1, 1, "stale");
	guest_send(f, "\x8fORIEL\r\n garbage", 16);
	begin_hello(f, 1, 1, "prog");
	run_until(f, f->n_opened == 1);
	assert_string_equal(f->program, "prog");
}

static void test_too_much_garbage(void **state)
{
	struct fixture *f = *state;
	static const uint8_t garbage[4096];
	uint64_t deadline = clock_ms() + DEADLINE_MS;

	start(f, (struct oriel_stream_config){ .vm = true });
	while (f->n_closed == 0 && clock_ms() < deadline) {
		send(f->guest, garbage, sizeof(garbage), MSG_NOSIGNAL | MSG_DONTWAIT);
		uv_run(&f->loop, UV_RUN_NOWAIT);
	}
	assert_int_equal(f->n_closed, 1);
}

static void test_heartbeat(void **state)
{
	struct fixture *f = *state;
	uint64_t until;

	open_stream(f, (struct oriel_stream_config){ .times = { .ping = 20, .silence = 150 } });
	assert_int_equal(expect(f, ORIEL_PING)->opcode, ORIEL_PING);
	until = clock_ms() + 300;
	while (clock_ms() < until) { /* a guest that answers is kept */
		if (f->n_inbox > 0)
			guest_message(f, &oriel_pong_type, 0, 0, &f->inbox[0].ping);
		f->n_inbox = 0;
		run_until(f, f->n_inbox > 0 || clock_ms() >= until);
	}
	assert_int_equal(f->n_ended, 0);
	run_until(f, f->n_ended == 1 && f->n_closed == 1);
	assert_string_equal(f->reason, "it does not answer");
}

/* When this process was the one that slept, what the guest has sent meanwhile counts. */
static void test_host_that_slept(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ .times = { .ping = 20, .silence = 50 } });
	guest_message(f, &oriel_ping_type, 0, 0, &(struct oriel_ping){ .cookie = 1 });
	usleep(100 * 1000);
	uv_run(&f->loop, UV_RUN_NOWAIT); /* timers run before what can be read */
	assert_int_equal(f->n_ended, 0);
	assert_int_equal(expect(f, ORIEL_PONG)->pong.cookie, 1);
}

/* A guest of a VM goes unseen in the middle of a message; the next one's hello is in its place. */
static void test_vm_guest_replaced(void **state)
{
	struct fixture *f = *state;
	static const uint8_t half[24] = { 0, 16, 0, 0, ORIEL_LOG };

	open_stream(f,
		(struct oriel_stream_config){ .vm = true, .times = { .ping = 20, .silence = 100 } });
	guest_send(f, half, sizeof(half));
	begin_hello(f, 1, 1, "second");
	run_until(f, f->n_opened == 2);
	assert_int_equal(f->n_ended, 1);
	assert_int_equal(f->n_closed, 0);
	assert_string_equal(f->program, "second");
	f->n_inbox = 0;
	expect_alive(f);
}

/* Between two messages the next guest is understood at once. */
static void test_vm_hello_in_stream(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ .vm = true });
	begin_hello(f, 1, 1, "second");
	run_until(f, f->n_opened == 2);
	assert_int_equal(f->n_ended, 1);
	assert_string_equal(f->program, "second");
}

static void test_vm_malformed_framing(void **state)
{
	struct fixture *f = *state;
	static const uint8_t bad[8] = { 12, 0, 0, 0, 1 };

	open_stream(f, (struct oriel_stream_config){ .vm = true });
	guest_send(f, bad, sizeof(bad));
	run_until(f, f->resync && f->n_opened == 2);
	assert_int_equal(f->n_ended, 1);
	assert_int_equal(f->n_closed, 0);
	f->n_inbox = 0;
	expect_alive(f);
}

/* What one guest left unread is not for the next. */
static void test_vm_drops_input(void **state)
{
	struct fixture *f = *state;
	static const uint8_t bad[8] = { 12, 0, 0, 0, 1 };
	struct ipc_display_input input = { .n_events = 200 };

	for (size_t i = 0; i < 200; i++)
		input.events[i] = (struct ipc_event){ .kind = IPC_EVENT_KEY, .keysym = 5 };
	open_stream(f, (struct oriel_stream_config){ .vm = true });
	for (int i = 0; i < 5; i++)
		oriel_stream_input(f->stream, &input);
	guest_send(f, bad, sizeof(bad));
	run_host(f);
	assert_int_equal(f->n_ended, 1);
	run_until(f, f->resync);
	f->n_inbox = 0;
	run_until(f, f->n_opened == 2 && f->n_inbox > 0);
	assert_int_equal(f->n_inbox, 1);
	assert_int_equal(f->inbox[0].opcode, ORIEL_LOG_LEVEL);
	f->n_inbox = 0;
	expect_alive(f);
}

/* A guest that asks and never reads is given up; when it reads again it is told to start over. */
static void test_vm_full_queue(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ .vm = true });
	for (unsigned i = 0; i < 100000 && f->n_ended == 0; i++) {
		guest_message(f, &oriel_ping_type, 0, 0, &(struct oriel_ping){ .cookie = i });
		uv_run(&f->loop, UV_RUN_NOWAIT);
		assert_int_equal(f->n_closed, 0);
	}
	assert_int_equal(f->n_ended, 1);
	assert_string_equal(f->reason, "it does not read what it is sent");
	f->n_inbox = 0;
	run_until(f, f->n_opened == 2 && f->n_inbox > 0);
	assert_true(f->resync);
	f->n_inbox = 0;
	expect_alive(f);
}

static void test_local_malformed_framing(void **state)
{
	struct fixture *f = *state;
	static const uint8_t bad[8] = { 0, 0, 0x20, 0, 1 };

	open_stream(f, (struct oriel_stream_config){ 0 });
	f->destroy_in_closed = true;
	guest_send(f, bad, sizeof(bad));
	run_until(f, f->n_closed == 1);
	assert_int_equal(f->n_ended, 1);
	assert_string_equal(f->reason, "it sent a malformed message header");
}

static void test_guest_bye(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ 0 });
	guest_message(f, &oriel_ping_type, 0, 0, &(struct oriel_ping){ .cookie = 1 });
	guest_message(f, &oriel_bye_type, 0, 0, &(struct oriel_bye){ .reason = "tired" });
	run_until(f, f->n_inbox == 2);
	assert_int_equal(f->inbox[0].opcode, ORIEL_PONG);
	assert_int_equal(f->inbox[1].opcode, ORIEL_BYE_ACK);
	assert_int_equal(f->n_ended, 1);
	assert_string_equal(f->reason, "the guest said goodbye: tired");
	assert_int_equal(f->n_closed, 0);
	hang_up(f);
	run_until(f, f->n_closed == 1);
}

static void test_vm_guest_bye(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ .vm = true });
	guest_message(f, &oriel_bye_type, 0, 0, &(struct oriel_bye){ 0 });
	expect(f, ORIEL_BYE_ACK);
	assert_int_equal(f->n_ended, 1);
	begin_hello(f, 1, 1, "again");
	run_until(f, f->n_opened == 2);
	assert_int_equal(f->n_closed, 0);
}

static void test_host_bye(void **state)
{
	struct fixture *f = *state;
	struct ipc_display_input input = { .n_events = 1, .events = { { .kind = IPC_EVENT_KEY } } };

	open_stream(f, (struct oriel_stream_config){ .vm = true });
	oriel_stream_bye(f->stream, "the host stops");
	assert_string_equal(expect(f, ORIEL_BYE)->bye.reason, "the host stops");
	oriel_stream_input(f->stream, &input); /* nothing comes after a bye */
	guest_message(f, &oriel_bye_ack_type, 0, 0, &(struct oriel_bye_ack){ 0 });
	run_until(f, f->n_closed == 1);
	assert_int_equal(f->n_ended, 1);
	assert_int_equal(f->n_inbox, 0);
}

static void test_host_bye_unanswered(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ 0 });
	oriel_stream_bye(f->stream, "the host stops");
	run_until(f, f->n_closed == 1);
	assert_string_equal(f->reason, "the host stops");
}

/* A new render process is given the connection of one that died half-way through a message. */
static void test_resumed(void **state)
{
	struct fixture *f = *state;
	struct oriel_stream_config config = { .vm = true };
	static const uint8_t half[12] = { 0x40, 0, 0, 0, ORIEL_BYE };

	open_stream(f, config);
	memcpy(config.token, f->token, sizeof(config.token));
	destroy(f);
	run_host(f);
	assert_int_equal(send(f->spare, half, sizeof(half), 0), (ssize_t)sizeof(half));
	guest_message(f, &oriel_ping_type, 0, 0, &(struct oriel_ping){ 0 });

	config.fd = TAKE_FD(f->spare);
	config.resumed = true;
	assert_int_equal(oriel_stream_create(&f->loop, &config, &ops, f, &f->stream), 0);
	run_until(f, f->resync && f->n_opened == 2);
	assert_memory_not_equal(f->token, config.token, IPC_TOKEN_SIZE);
	assert_int_equal(f->n_ended, 0);
	run_until(f, f->n_inbox == 1);
	assert_int_equal(f->inbox[0].opcode, ORIEL_LOG_LEVEL);
	f->n_inbox = 0;
	expect_alive(f);
}

static void test_eof(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ 0 });
	f->destroy_in_ended = true;
	hang_up(f);
	run_until(f, f->n_ended == 1);
	assert_int_equal(f->n_closed, 0);
}

int main(void)
{
#define stream_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		stream_test(test_opens),
		stream_test(test_refuses_versions),
		stream_test(test_vm_refuses_and_waits),
		stream_test(test_hello_deadline),
		stream_test(test_vm_waits_without_limit),
		stream_test(test_too_much_garbage),
		stream_test(test_heartbeat),
		stream_test(test_host_that_slept),
		stream_test(test_vm_guest_replaced),
		stream_test(test_vm_hello_in_stream),
		stream_test(test_vm_malformed_framing),
		stream_test(test_vm_drops_input),
		stream_test(test_vm_full_queue),
		stream_test(test_local_malformed_framing),
		stream_test(test_guest_bye),
		stream_test(test_vm_guest_bye),
		stream_test(test_host_bye),
		stream_test(test_host_bye_unanswered),
		stream_test(test_resumed),
		stream_test(test_eof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
