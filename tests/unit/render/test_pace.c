/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Back pressure: whose turn it is to be read, and when the next frame may come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "log.h"
#include "pace.h"
#include "quota.h"
#include "util.h"
#include "vtest/flow.h"

#define MS UINT64_C(1000000)

static void limit(enum limit_id first, uint64_t value, enum limit_id second, uint64_t other)
{
	struct ipc_limit values[LIMITS_N] = { 0 };

	values[first].value = value;
	values[second].value = other;
	quota_set(values, LIMITS_N);
}

struct reader {
	struct vtest_flow_turn turn;
	struct vtest_flow *flow;
	uint64_t read;
	bool done; /* it has nothing more to be read */
};

/* Reads all that it may, until it has to wait. */
static void read_on(struct reader *reader, bool first)
{
	size_t n = reader->done ? 0 : vtest_flow_ask(reader->flow, &reader->turn, first, 1u << 20);

	for (; n > 0; n = vtest_flow_ask(reader->flow, &reader->turn, false, 1u << 20)) {
		vtest_flow_spend(reader->flow, n);
		reader->read += n;
	}
}

static void on_turn(struct vtest_flow_turn *turn)
{
	read_on(container_of(turn, struct reader, turn), true);
}

static void stop(uv_timer_t *timer)
{
	uv_stop(timer->loop);
}

/* Three who never have enough share the rate evenly, and no more is read. */
static void a_rate_is_shared(void **state)
{
	const uint64_t rate = 1u << 20;
	struct reader readers[3] = { 0 };
	struct vtest_flow flow = { 0 };
	uint64_t start, sum = 0;
	uv_loop_t loop;
	uv_timer_t timer;

	(void)state;
	limit(LIMIT_COMMAND_RATE, rate, LIMIT_COMMAND_RATE, rate);
	uv_loop_init(&loop);
	uv_timer_init(&loop, &timer);
	assert_int_equal(vtest_flow_init(&flow, &loop), 0);
	start = clock_ns();
	for (size_t i = 0; i < 3; i++) {
		readers[i].flow = &flow;
		vtest_flow_turn_init(&readers[i].turn, on_turn);
		read_on(&readers[i], false);
		assert_true(vtest_flow_waits(&readers[i].turn));
	}
	/* The first had the burst to itself; what counts comes after it. */
	for (size_t i = 0; i < 3; i++)
		readers[i].read = 0;
	uv_timer_start(&timer, stop, 1000, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < 3; i++)
		sum += readers[i].read;
	assert_true(sum > 0);
	assert_true(sum <= rate * ((clock_ns() - start) / MS) / 1000 + rate / 8);
	for (size_t i = 0; i < 3; i++)
		assert_in_range(readers[i].read * 3, sum * 5 / 10, sum * 15 / 10);
	for (size_t i = 0; i < 3; i++)
		vtest_flow_leave(&readers[i].turn);
	vtest_flow_close(&flow);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void frames_keep_to_the_rate(void **state)
{
	struct pace pace = { 0 };
	uint64_t now = 1000 * MS;

	(void)state;
	limit(LIMIT_PRESENT_RATE, 100, LIMIT_FRAMES_AHEAD, 3);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pace_wait(&pace, now), 0);
		pace_present(&pace, now);
	}
	/* Three are ahead: the fourth may come when the first of them would have been due. */
	assert_in_range(pace_wait(&pace, now), 10, 11);
	assert_in_range(pace_wait(&pace, now + 4 * MS), 6, 7);
	assert_int_equal(pace_wait(&pace, now + 10 * MS), 0);
	pace_present(&pace, now + 10 * MS);
	assert_in_range(pace_wait(&pace, now + 10 * MS), 10, 11);
	/* After a pause it is ahead by as many as before, not more. */
	now += 1000 * MS;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pace_wait(&pace, now), 0);
		pace_present(&pace, now);
	}
	assert_true(pace_wait(&pace, now) > 0);
	/* A higher rate counts at once. */
	limit(LIMIT_PRESENT_RATE, 100, LIMIT_FRAMES_AHEAD, 1000);
	assert_int_equal(pace_wait(&pace, now), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rate_is_shared),
		cmocka_unit_test(frames_keep_to_the_rate),
	};

	log_init(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
