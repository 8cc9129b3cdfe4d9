/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Channels of a connection, by the socket and by shared memory. */
#include "channel_fixture.h"

static bool shared; /* which way a test is run */

static void begin(struct fixture *f)
{
	open_stream(f, (struct oriel_stream_config){ 0 });
	open_channel(f, shared);
}

static void close_channel(struct fixture *f)
{
	const unsigned before = g.closed;

	guest_message(f, &oriel_channel_close_type, 0, 0,
		&(struct oriel_channel_close){ .channel = CHANNEL });
	until(f, g.closed == before + 1);
}

static void test_open_close(void **state)
{
	struct fixture *f = *state;

	begin(f);
	assert_int_equal(g.credit, ORIEL_CREDIT_DEFAULT);
	assert_int_equal(g.frames, ORIEL_FRAMES_AHEAD);
	assert_int_equal(g.caps.gl, 45);
	assert_int_equal(g.caps.refresh, 60000);
	ask(f, 1);
	ask(f, 2);
	for (uint64_t i = 0; i < 100; i++)
		channel_send(f, DO_ECHO, 0, &i, sizeof(i));
	close_channel(f);
	until(f, shared || g.answers == 102); /* all before it was executed */
	assert_int_equal(fake.messages, 102);
	assert_int_equal(g.code, 0);
	assert_int_equal(f->n_channels, 0);
	if (!shared)
		open_channel(f, false); /* its number is free */
}

/* Many of the simplest kind between others: each is executed once, in its turn, and counted. */
static void test_plain_commands(void **state)
{
	struct fixture *f = *state;
	const uint64_t commands = 2000;

	begin(f);
	for (uint64_t i = 0; i < commands; i++) {
		channel_send(f, i % 100 == 99 ? DO_ECHO : DO_PLAIN, 0, &i, sizeof(i));
		if (i == 0)
			until(f, fake.plain == 1);
	}
	until(f, g.answers == commands / 100);
	assert_int_equal(fake.plain, commands - commands / 100);
	assert_int_equal(fake.messages, commands / 100);
}

/* Messages of several channels that are read at once: each goes to its own, one that is not open has none. */
static void test_channels_in_one_read(void **state)
{
	static const uint8_t channels[] = { CHANNEL, CHANNEL, CHANNEL + 1, CHANNEL };
	struct fixture *f = *state;
	struct wire_header messages[ARRAY_SIZE(channels)];

	open_stream(f, (struct oriel_stream_config){ 0 });
	open_channel(f, false);
	for (size_t i = 0; i < ARRAY_SIZE(channels); i++)
		messages[i] = (struct wire_header){
			.size = WIRE_HEADER_SIZE, .opcode = DO_ECHO, .channel = channels[i]
		};
	guest_send(f, messages, sizeof(messages));
	until(f, g.errors == 1 && g.answers == 3);
	assert_int_equal(g.error_code, ORIEL_ERROR_NO_CHANNEL);
	assert_int_equal(fake.messages, 3);
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;
	struct oriel_channel_open open = usual;

	open_stream(f, (struct oriel_stream_config){ 0 });
	open.kind = ORIEL_CHANNEL_VIRGL;
	ask_open(f, open, 0);
	until(f, g.refused == 1);
	assert_int_equal(g.refusal, ORIEL_REFUSAL_NOT_OFFERED);
	open = usual;
	open.table_hash++;
	ask_open(f, open, 0);
	until(f, g.refused == 2);
	assert_int_equal(g.refusal, ORIEL_REFUSAL_VERSION);
	open = usual;
	open.version_min = open.version_max = 2;
	ask_open(f, open, 0);
	until(f, g.refused == 3);
	assert_int_equal(g.refusal, ORIEL_REFUSAL_VERSION);
	open = usual;
	open.parameters = (struct wire_blob){ "abc", 3 };
	ask_open(f, open, 0);
	until(f, g.errors == 1);
	assert_int_equal(g.error_code, ORIEL_ERROR_MALFORMED);
	fake.offer_nothing = true;
	ask_open(f, usual, 0);
	until(f, g.refused == 4);
	assert_int_equal(g.refusal, ORIEL_REFUSAL_NOT_OFFERED);
	fake.offer_nothing = false;
	open_channel(f, false);
	ask_open(f, usual, 0);
	until(f, g.refused == 5);
	assert_int_equal(g.refusal, ORIEL_REFUSAL_BUSY);
	ask(f, 3);
}

/* A vm's guest gets no descriptor. */
static void test_vm_shares_nothing(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ .vm = true });
	ask_open(f, usual, 1);
	until(f, g.opened == 1);
	assert_int_equal(g.caps.flags & 1, 0);
	ask(f, 1);
	assert_int_equal(f->passed, -1);
	hang_up(f);
	run_until(f, f->n_closed == 1);
}

static void test_fences(void **state)
{
	struct fixture *f = *state;

	begin(f);
	channel_message(f, &oriel_fence_type, &(struct oriel_fence){ .number = 7 });
	until(f, g.retired == 1);
	assert_int_equal(g.fence, 7);
	channel_message(f, &oriel_fence_type, &(struct oriel_fence){ .number = 7 });
	until(f, g.errors == 1);
	assert_int_equal(g.error_code, ORIEL_ERROR_MALFORMED);
	channel_message(f, &oriel_fence_type, &(struct oriel_fence){ .number = 8 });
	until(f, g.retired == 2);
	assert_int_equal(g.fence, 8);
}

static void test_wrong_messages(void **state)
{
	struct fixture *f = *state;

	begin(f);
	channel_send(f, ORIEL_RETIRED, 0, "12345678", 8);
	until(f, g.errors == 1);
	assert_int_equal(g.error_code, ORIEL_ERROR_NOT_ALLOWED);
	channel_send(f, 0xf0, 0, NULL, 0);
	until(f, g.errors == 2);
	assert_int_equal(g.error_code, ORIEL_ERROR_UNKNOWN);
	channel_send(f, ORIEL_FENCE, 0, NULL, 0);
	until(f, g.errors == 3);
	assert_int_equal(g.error_code, ORIEL_ERROR_MALFORMED);
	ask(f, 9);
	channel_send(f, 0x7000, 0, NULL, 0); /* the executor does not know it */
	until(f, g.errors == 4);
	assert_int_equal(g.error_code, ORIEL_ERROR_MALFORMED);
	ask(f, 9);
	channel_send(f, DO_FAIL, 0, NULL, 0);
	until(f, g.closed == 1);
	assert_int_equal(g.code, ORIEL_ERROR_NO_MEMORY);
	until(f, f->n_channels == 0);
	if (shared)
		return;
	/* What was on its way is not answered; what comes after another closing is. */
	channel_send(f, DO_ECHO, 0, NULL, 0);
	expect_alive(f);
	assert_int_equal(g.errors, 4);
	open_channel(f, false);
	ask(f, 10);
}

static void test_bulk(void **state)
{
	static uint8_t payload[3000000];
	struct fixture *f = *state;
	struct oriel_bulk piece = { .total = sizeof(payload), .id = 4 };
	const uint32_t named[2] = { 4, 0 }, unknown[2] = { 5, 0 };

	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)(i * 7);
	begin(f);
	while (piece.offset < sizeof(payload)) {
		size_t left = sizeof(payload) - piece.offset;
		piece.data.data = payload + piece.offset;
		piece.data.size = (uint32_t)(left < 1000000 ? left : 1000000);
		channel_message(f, &oriel_bulk_type, &piece);
		piece.offset += piece.data.size;
	}
	channel_send(f, DO_ECHO, 1, named, sizeof(named));
	until(f, g.answers == 1);
	assert_int_equal(fake.bulks, 1);
	assert_int_equal(g.answer_size, sizeof(payload)); /* it came back as bulk, too */
	assert_memory_equal(g.answer, payload, sizeof(payload));
	channel_send(f, DO_ECHO, 1, unknown, sizeof(unknown));
	until(f, g.errors == 1 && g.answers == 2);
	assert_int_equal(g.answer_size, 0);
	piece.offset = 8;
	channel_message(f, &oriel_bulk_type, &piece);
	until(f, g.errors == 2);
	assert_int_equal(g.error_code, ORIEL_ERROR_MALFORMED);
	piece = (struct oriel_bulk){ .total = ORIEL_BULK_TOTAL_MAX + 1, .data = { payload, 8 } };
	channel_message(f, &oriel_bulk_type, &piece);
	until(f, g.errors == 3);
	assert_int_equal(g.error_code, ORIEL_ERROR_LIMIT);
	piece.total = 100;
	for (piece.id = 100; piece.id < 100 + ORIEL_BULK_OPEN_MAX; piece.id++)
		channel_message(f, &oriel_bulk_type, &piece);
	ask(f, 1);
	assert_int_equal(g.errors, 3);
	channel_message(f, &oriel_bulk_type, &piece);
	until(f, g.errors == 4);
	assert_int_equal(g.error_code, ORIEL_ERROR_LIMIT);
}

/* Messages of every size, over the ends of the pipes; large ones are taken where they lie. */
static void test_sizes(void **state)
{
	static uint8_t payload[ORIEL_MESSAGE_MAX];
	struct fixture *f = *state;
	uint64_t sum, spent = 0;
	unsigned asked = 0;

	begin(f);
	memset(payload, 3, sizeof(payload));
	for (size_t size = 16; size <= ORIEL_MESSAGE_MAX - 8; size = size * 5 / 3) {
		for (unsigned i = 0; i < 4; i++) {
			size_t padded = (size + 7) & ~(size_t)7;
			while (!shared && g.credit < padded + 8)
				until(f, g.credit >= padded + 8);
			g.credit -= (uint32_t)(padded + 8);
			spent += padded + 8;
			channel_send(f, DO_SUM, 0, payload, padded);
			asked++;
			until(f, g.answers == asked);
			memcpy(&sum, g.answer, sizeof(sum));
			assert_int_equal(sum, 3 * (padded - SUM_FIELDS));
		}
	}
	assert_true(spent > ORIEL_CREDIT_DEFAULT);
	if (shared)
		assert_true(fake.in_place > 0);
}

/* Answers that nobody reads stop the channel, and nothing else. */
static void test_answers_unread(void **state)
{
	struct fixture *f = *state;
	const uint64_t size = 500000;

	begin(f);
	for (unsigned i = 0; i < 20; i++)
		channel_send(f, DO_LARGE, 0, &size, sizeof(size));
	run_host(f);
	for (unsigned i = 0; i < 50; i++) {
		uv_run(&f->loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_true(fake.messages < 20);
	until(f, g.answers == 20);
	assert_int_equal(g.answer_size, size);
	expect_alive(f);
}

static void test_overdrawn(void **state)
{
	static uint8_t payload[1 << 20];
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ 0 });
	open_channel(f, false);
	fake.hang = true;
	channel_send(f, DO_HANG, 0, NULL, 0);
	for (unsigned i = 0; i < 5; i++)
		channel_send(f, DO_SUM, 0, payload, sizeof(payload) - 64);
	run_host(f);
	fake.hang = false;
	until(f, g.closed == 1);
	assert_int_equal(g.code, ORIEL_ERROR_LIMIT);
	expect_alive(f);
}

static void test_quota(void **state)
{
	struct fixture *f = *state;
	struct ipc_render_pong pong = { 0 };
	uint64_t number = UINT64_C(1) << 20;

	begin(f);
	channel_send(f, DO_TAKE, 0, &number, sizeof(number));
	until(f, g.answers == 1);
	memcpy(&number, g.answer, sizeof(number));
	assert_int_equal(number, 1);
	quota_report(&pong);
	assert_int_equal(pong.limits[LIMIT_RESOURCE_BYTES].used,
		(1 << 20) + pipe_memory_size(CHANNEL_TO_HOST, CHANNEL_TO_GUEST));
	number = quota_limit(LIMIT_RESOURCE_SIZE) + 1;
	channel_send(f, DO_TAKE, 0, &number, sizeof(number));
	until(f, g.answers == 2);
	memcpy(&number, g.answer, sizeof(number));
	assert_int_equal(number, 0);
}

/* What comes faster than the session's rate waits. */
static void test_rate(void **state)
{
	static const uint8_t payload[100000];
	struct ipc_limit limit[LIMITS_N] = { 0 };
	struct ipc_render_pong pong = { 0 };
	struct fixture *f = *state;
	uint64_t begun;

	limit[LIMIT_COMMAND_RATE].value = 1 << 20;
	begin(f);
	quota_set(limit, LIMITS_N);
	begun = clock_ms();
	for (unsigned i = 0; i < 10; i++)
		channel_send(f, DO_SUM, 0, payload, sizeof(payload));
	until(f, g.answers == 10);
	assert_true(clock_ms() - begun >= 500);
	quota_report(&pong);
	assert_true(pong.limits[LIMIT_COMMAND_RATE].refused > 0);
}

/* Positions that cannot be end the channel; the connection goes on. */
static void test_broken_memory(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ 0 });
	open_channel(f, true);
	ask(f, 1);
	atomic_store(&g.out.words->written, UINT64_MAX / 2);
	atomic_fetch_add(&g.out.words->data, 1);
	syscall(SYS_futex, &g.out.words->data, FUTEX_WAKE, 1, NULL, NULL, 0);
	run_until(f, g.closed == 1);
	assert_int_equal(g.code, ORIEL_ERROR_MALFORMED);
	expect_alive(f);
}

static void test_bad_header_in_memory(void **state)
{
	struct fixture *f = *state;
	static const uint8_t header[8] = { 9, 0, 0, 0, 0, 2, CHANNEL };

	open_stream(f, (struct oriel_stream_config){ 0 });
	open_channel(f, true);
	channel_bytes(f, header, sizeof(header));
	run_until(f, g.closed == 1);
	assert_int_equal(g.code, ORIEL_ERROR_MALFORMED);
	expect_alive(f);
}

/* The guest can neither shorten nor lengthen it. */
static void test_seals(void **state)
{
	struct fixture *f = *state;

	open_stream(f, (struct oriel_stream_config){ 0 });
	open_channel(f, true);
	assert_int_equal(ftruncate(f->passed, 0), -1);
	assert_int_equal(ftruncate(f->passed, 100 << 20), -1);
	ask(f, 1);
}

/* The connection ends while a command runs: `closed` comes when that is over. */
static void test_hang_up_in_command(void **state)
{
	struct fixture *f = *state;
	struct ipc_render_pong pong = { 0 };

	begin(f);
	fake.hang = true;
	channel_send(f, DO_HANG, 0, NULL, 0);
	until(f, fake.messages == 1);
	worker_report(&pong);
	assert_string_equal(pong.command, "glHang");
	assert_true(pong.busy_ms > 0);
	hang_up(f);
	run_until(f, f->n_ended == 1);
	run_host(f);
	assert_int_equal(f->n_closed, 0);
	assert_int_equal(f->n_channels, 1);
	fake.hang = false;
	run_until(f, f->n_closed == 1);
	assert_int_equal(f->n_channels, 0);
}

/* The thread looks now and then whether it is to stop, whatever waits to be executed. */
static void test_hang_up_in_plain_commands(void **state)
{
	struct fixture *f = *state;

	begin(f);
	fake.slow = true;
	for (uint64_t i = 0; i < 4000; i++)
		channel_send(f, DO_PLAIN, 0, &i, sizeof(i));
	until(f, fake.plain > 0);
	hang_up(f);
	run_until(f, f->n_closed == 1);
	assert_true(fake.plain < 1000);
}

/* What came before the guest's bye is executed before it is acknowledged. */
static void test_bye(void **state)
{
	struct fixture *f = *state;

	begin(f);
	for (uint64_t i = 0; i < 1000; i++)
		channel_send(f, DO_ECHO, 0, &i, sizeof(i));
	guest_message(f, &oriel_bye_type, 0, 0, &(struct oriel_bye){ .reason = "done" });
	until(f, f->n_inbox == 1);
	assert_int_equal(f->inbox[0].opcode, ORIEL_BYE_ACK);
	assert_int_equal(fake.messages, 1000);
}

static void test_host_bye(void **state)
{
	struct fixture *f = *state;

	begin(f);
	ask(f, 1);
	oriel_stream_bye(f->stream, "over");
	until(f, f->n_inbox == 1);
	assert_int_equal(f->inbox[0].opcode, ORIEL_BYE);
	guest_message(f, &oriel_bye_ack_type, 0, 0, &(struct oriel_bye_ack){ 0 });
	run_until(f, f->n_closed == 1);
	assert_int_equal(f->n_channels, 0);
}

static void test_presents(void **state)
{
	struct fixture *f = *state;
	struct glm_present present = { .surface = 3 };

	begin(f);
	for (unsigned i = 0; i < 20; i++) {
		channel_message(f, &glm_present_type, &present);
		until(f, g.presented == i + 1);
	}
	assert_true(fake.retains > 0);
	assert_int_equal(fake.reads, 0); /* nobody looks */
}

static void test_swap_interval(void **state)
{
	struct fixture *f = *state;
	struct glm_present present = { .surface = 3, .interval = 1 };
	uint64_t begun;
	unsigned sent = 2;

	begin(f);
	begun = clock_ms();
	channel_message(f, &glm_present_type, &present);
	channel_message(f, &glm_present_type, &present);
	while (g.presented < 12) {
		until(f, g.presented + 2 > sent);
		channel_message(f, &glm_present_type, &present);
		sent++;
	}
	/* Twelve refreshes of 60 a second, the first cut short. */
	assert_true(clock_ms() - begun >= 170);
	present.interval = 3;
	begun = clock_ms();
	until(f, g.presented == sent);
	channel_message(f, &glm_present_type, &present);
	channel_message(f, &glm_present_type, &present);
	until(f, g.presented == sent + 2);
	assert_true(clock_ms() - begun >= 75);
	/* Five seconds, and what comes meanwhile is executed. */
	present.interval = 300;
	channel_message(f, &glm_present_type, &present);
	ask(f, 1);
	assert_int_equal(g.presented, sent + 2);
}

static void test_presents_without_credit(void **state)
{
	struct fixture *f = *state;
	struct glm_present present = { .surface = 3, .interval = 100 };

	begin(f);
	for (unsigned i = 0; i < 3; i++)
		channel_message(f, &glm_present_type, &present);
	until(f, g.closed == 1);
	assert_int_equal(g.code, ORIEL_ERROR_LIMIT);
	expect_alive(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, channel_setup, channel_teardown)

static int run(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_open_close),
		TEST(test_plain_commands),
		TEST(test_channels_in_one_read),
		TEST(test_refusals),
		TEST(test_vm_shares_nothing),
		TEST(test_fences),
		TEST(test_wrong_messages),
		TEST(test_bulk),
		TEST(test_sizes),
		TEST(test_answers_unread),
		TEST(test_overdrawn),
		TEST(test_quota),
		TEST(test_rate),
		TEST(test_broken_memory),
		TEST(test_bad_header_in_memory),
		TEST(test_seals),
		TEST(test_hang_up_in_command),
		TEST(test_hang_up_in_plain_commands),
		TEST(test_bye),
		TEST(test_host_bye),
		TEST(test_presents),
		TEST(test_swap_interval),
		TEST(test_presents_without_credit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
	int failed = run();

	shared = true;
	return failed + run();
}
