/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vtest/flow.h"

#include "quota.h"
#include "util.h"

#define SECOND_NS UINT64_C(1000000000)
#define PIECE_MIN 4096u /* bytes: less is not worth a turn */
#define PIECE_MAX (1u << 20)
#define PIECES    64u /* of a second, in turns of clients that are slowed down */
#define BURST     8u  /* pieces that may be read at once after a pause */

/* Bytes of one turn at this rate. */
static int64_t piece_of(uint64_t rate)
{
	uint64_t piece = rate / PIECES;

	return (int64_t)(piece < PIECE_MIN ? PIECE_MIN : piece > PIECE_MAX ? PIECE_MAX : piece);
}

/* At high rates a burst is a part of a second. */
static int64_t burst_of(uint64_t rate)
{
	int64_t pieces = BURST * piece_of(rate), part = (int64_t)(rate / BURST);

	return pieces > part ? pieces : part;
}

static void refill(struct vtest_flow *flow, uint64_t rate)
{
	uint64_t now = clock_ns(), passed = now - flow->refilled_ns;
	int64_t most = burst_of(rate);

	flow->refilled_ns = now;
	if (passed >= SECOND_NS)
		flow->tokens = most;
	else /* under 2^40 bytes a second, and 2^30 ns: in microseconds no product is too large */
		flow->tokens += (int64_t)(rate * (passed / 1000) / 1000000);
	/* What was less than a microsecond counts the next time. */
	if (passed < SECOND_NS)
		flow->refilled_ns -= passed % 1000;
	if (flow->tokens > most)
		flow->tokens = most;
}

static void on_timer(uv_timer_t *timer);

/* Until there is a piece to be read. */
static void plan(struct vtest_flow *flow, uint64_t rate)
{
	int64_t lack = piece_of(rate) - flow->tokens;
	uint64_t ms = lack > 0 ? (uint64_t)lack * 1000 / rate + 1 : 0;

	uv_timer_start(&flow->timer, on_timer, ms, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct vtest_flow *flow = timer->data;
	uint64_t rate = quota_limit(LIMIT_COMMAND_RATE);

	refill(flow, rate);
	while (!list_empty(&flow->waiting) && flow->tokens >= piece_of(rate)) {
		struct vtest_flow_turn *turn =
			list_entry(flow->waiting.next, struct vtest_flow_turn, link);
		vtest_flow_leave(turn);
		turn->come(turn);
	}
	if (!list_empty(&flow->waiting))
		plan(flow, rate);
}

int vtest_flow_init(struct vtest_flow *flow, uv_loop_t *loop)
{
	list_init(&flow->waiting);
	flow->timer.data = flow;
	return uv_timer_init(loop, &flow->timer);
}

void vtest_flow_close(struct vtest_flow *flow)
{
	uv_close((uv_handle_t *)&flow->timer, NULL);
}

void vtest_flow_turn_init(struct vtest_flow_turn *turn, void (*come)(struct vtest_flow_turn *turn))
{
	list_init(&turn->link);
	turn->come = come;
}

void vtest_flow_leave(struct vtest_flow_turn *turn)
{
	list_remove(&turn->link);
}

size_t vtest_flow_ask(struct vtest_flow *flow, struct vtest_flow_turn *turn, bool first, size_t most)
{
	uint64_t rate = quota_limit(LIMIT_COMMAND_RATE);
	int64_t piece = piece_of(rate);

	if (flow->tokens < piece)
		refill(flow, rate);
	if (flow->tokens >= piece && (first || list_empty(&flow->waiting)))
		return most < (size_t)piece ? most : (size_t)piece;
	if (list_empty(&flow->waiting))
		plan(flow, rate);
	list_append(&flow->waiting, &turn->link);
	return 0;
}

void vtest_flow_spend(struct vtest_flow *flow, size_t bytes)
{
	flow->tokens -= (int64_t)bytes;
	quota_flow(LIMIT_COMMAND_RATE, bytes);
}
