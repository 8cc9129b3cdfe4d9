/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The messages of a stream in Oriel's protocol. */
#include "oriel_fixture.h"

static void test_input(void **state)
{
	struct fixture *f = *state;
	struct ipc_display_input input = {
		.display = 3,
		.width = 640,
		.height = 480,
		.n_events = 3,
		.events = {
			{ .kind = IPC_EVENT_KEY, .down = 1, .keysym = 0x61, .keycode = 30 },
			{ .kind = 99 },
			{ .kind = IPC_EVENT_POINTER, .buttons = 0x10, .x = 7, .y = 99999 },
		},
	};

	open_stream(f, (struct oriel_stream_config){ 0 });
	oriel_stream_input(f->stream, &input);
	run_until(f, f->n_inbox == 2);
	assert_int_equal(f->inbox[0].opcode, ORIEL_INPUT_KEY);
	assert_int_equal(f->inbox[0].key.display, 3);
	assert_int_equal(f->inbox[0].key.keysym, 0x61);
	assert_int_equal(f->inbox[0].key.keycode, 30);
	assert_int_equal(f->inbox[0].key.down, 1);
	assert_int_equal(f->inbox[1].opcode, ORIEL_INPUT_POINTER);
	assert_int_equal(f->inbox[1].pointer.x, 7);
	assert_int_equal(f->inbox[1].pointer.y, 479);
	assert_int_equal(f->inbox[1].pointer.width, 640);
	assert_int_equal(f->inbox[1].pointer.buttons, 0x10);
}

static void send_motion(struct fixture *f, uint32_t x, uint16_t buttons)
{
	struct ipc_display_input input = {
		.width = 10000,
		.height = 1,
		.n_events = 1,
		.events = { { .kind = IPC_EVENT_POINTER, .x = x, .buttons = buttons } },
	};

	oriel_stream_input(f->stream, &input);
}

static void send_key(struct fixture *f, uint32_t keysym)
{
	struct ipc_display_input input = {
		.n_events = 1,
		.events = { { .kind = IPC_EVENT_KEY, .down = 1, .keysym = keysym } },
	};

	oriel_stream_input(f->stream, &input);
}

/* While the guest does not read, motion is merged, and keys and clicks all come, in order. */
static void test_slow_guest_input(void **state)
{
	struct fixture *f = *state;
	uint32_t keysym = 0, x = 0, clicks = 0;
	bool pressed = false;

	open_stream(f, (struct oriel_stream_config){ 0 });
	for (uint32_t i = 1; i <= 300; i++) {
		for (uint32_t k = 0; k < 20; k++)
			send_motion(f, i * 20 + k, 0);
		send_motion(f, i, 1);
		send_motion(f, i, 0);
		send_key(f, i);
	}
	run_until(f, f->n_inbox > 0 && f->inbox[f->n_inbox - 1].opcode == ORIEL_INPUT_KEY &&
			     f->inbox[f->n_inbox - 1].key.keysym == 300);
	assert_int_equal(f->n_ended, 0);
	for (size_t i = 0; i < f->n_inbox; i++) {
		const struct received *r = &f->inbox[i];
		if (r->opcode == ORIEL_INPUT_KEY) {
			assert_int_equal(r->key.keysym, ++keysym);
			continue;
		}
		if (r->pointer.buttons && !pressed) {
			assert_int_equal(r->pointer.x, ++x);
			clicks++;
		}
		pressed = r->pointer.buttons != 0;
	}
	assert_int_equal(keysym, 300);
	assert_int_equal(clicks, 300);
	assert_true(f->n_inbox < 300 * 23);
	f->n_inbox = 0;
	expect_alive(f);
}

static void test_guest_that_never_reads(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ 0 });
	f->destroy_in_ended = true;
	for (uint32_t i = 0; i < 200000 && f->stream; i++) {
		send_key(f, i);
		assert_int_equal(f->n_ended, 0); /* never from within the call */
		if (i % 1000 == 0)
			run_host(f);
	}
	assert_int_equal(f->n_ended, 1);
	assert_null(f->stream);
}

/* What a guest is to send for the log changes while it runs. */
static void test_log_level(void **state)
{
	struct fixture *f = *state;
	struct received *r;

	open_stream(f, (struct oriel_stream_config){ 0 });
	oriel_stream_log_level(f->stream, LOG_LEVEL_DEBUG);
	r = expect(f, ORIEL_LOG_LEVEL);
	assert_int_equal(r->level.level, ORIEL_LEVEL_DEBUG);
	oriel_stream_log_level(f->stream, 0);
	r = expect(f, ORIEL_LOG_LEVEL);
	assert_int_equal(r->level.level, log_level_max());
	expect_alive(f);
}

static void test_bad_payloads(void **state)
{
	struct fixture *f = *state;
	static const uint8_t short_ping[8] = { 8, 0, 0, 0, ORIEL_PING };
	static const uint8_t unknown[8] = { 8, 0, 0, 0, 0xf0 };
	static const uint8_t own[8] = { 8, 0, 0, 0, 0, 1, 5 };
	struct oriel_log log = { .level = 5, .text = "x" };
	struct oriel_bulk bulk = { .total = 4, .data = { .data = "abcd", .size = 4 } };

	open_stream(f, (struct oriel_stream_config){ 0 });
	guest_send(f, short_ping, sizeof(short_ping));
	expect_error(f, ORIEL_PING, ORIEL_ERROR_MALFORMED);
	guest_send(f, unknown, sizeof(unknown));
	expect_error(f, 0xf0, ORIEL_ERROR_UNKNOWN);
	guest_send(f, own, sizeof(own));
	expect_error(f, 0x100, ORIEL_ERROR_NO_CHANNEL);
	guest_message(f, &oriel_log_type, 0, 0, &log);
	expect_error(f, ORIEL_LOG, ORIEL_ERROR_MALFORMED);
	guest_message(f, &oriel_ping_type, 1, 0, &(struct oriel_ping){ 0 });
	expect_error(f, ORIEL_PING, ORIEL_ERROR_NOT_ALLOWED);
	guest_message(f, &oriel_ping_type, 0, 1, &(struct oriel_ping){ 0 });
	expect_error(f, ORIEL_PING, ORIEL_ERROR_MALFORMED);
	guest_message(f, &oriel_bulk_type, 0, 0, &bulk);
	expect_error(f, ORIEL_BULK, ORIEL_ERROR_NOT_ALLOWED);
	guest_message(f, &oriel_bulk_type, 9, 0, &bulk);
	expect_error(f, ORIEL_BULK, ORIEL_ERROR_NO_CHANNEL);
	guest_message(f, &oriel_input_key_type, 0, 0, &(struct oriel_input_key){ 0 });
	expect_error(f, ORIEL_INPUT_KEY, ORIEL_ERROR_NOT_ALLOWED);
	guest_message(f, &oriel_bye_ack_type, 0, 0, &(struct oriel_bye_ack){ 0 });
	expect_error(f, ORIEL_BYE_ACK, ORIEL_ERROR_NOT_ALLOWED);
	expect_alive(f);
	assert_int_equal(f->n_ended, 0);
}

static void test_channels_are_refused(void **state)
{
	struct fixture *f = *state;
	struct oriel_channel_open open = {
		.channel = 4, .kind = ORIEL_CHANNEL_VIRGL, .role = ORIEL_ROLE_PROGRAM
	};
	struct received *r;

	open_stream(f, (struct oriel_stream_config){ 0 });
	guest_message(f, &oriel_channel_open_type, 0, 0, &open);
	r = expect(f, ORIEL_CHANNEL_REFUSED);
	assert_int_equal(r->refused.channel, 4);
	assert_int_equal(r->refused.code, ORIEL_REFUSAL_NOT_OFFERED);
	assert_string_equal(r->refused.reason, "not offered by this host");
	open.kind = 9;
	guest_message(f, &oriel_channel_open_type, 0, 0, &open);
	expect_error(f, ORIEL_CHANNEL_OPEN, ORIEL_ERROR_MALFORMED);
	guest_message(
		f, &oriel_channel_close_type, 0, 0, &(struct oriel_channel_close){ .channel = 4 });
	expect_error(f, ORIEL_CHANNEL_CLOSE, ORIEL_ERROR_NO_CHANNEL);
}

int main(void)
{
#define stream_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		stream_test(test_input),
		stream_test(test_slow_guest_input),
		stream_test(test_guest_that_never_reads),
		stream_test(test_log_level),
		stream_test(test_bad_payloads),
		stream_test(test_channels_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
