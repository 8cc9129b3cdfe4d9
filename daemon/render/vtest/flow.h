/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Back pressure: how fast clients are read (command_rate, of all together, in turn). Who is too
 * fast is left unread until its time comes.
 */
#ifndef ORIEL_VTEST_FLOW_H
#define ORIEL_VTEST_FLOW_H

#include <stdbool.h>
#include <uv.h>

#include "list.h"

/* What all clients may be read. */
struct vtest_flow {
	uv_timer_t timer;
	struct list waiting; // vtest_flow_turn.link, first come first served
	int64_t tokens;      /* bytes that may be read now */
	uint64_t refilled_ns;
};

/* A client's place in the queue. */
struct vtest_flow_turn {
	struct list link; // vtest_flow.waiting
	/* Its time has come: it asks again as the first. It may be gone afterwards. */
	void (*come)(struct vtest_flow_turn *turn);
};

int vtest_flow_init(struct vtest_flow *flow, uv_loop_t *loop);
/* Nobody waits any more. */
void vtest_flow_close(struct vtest_flow *flow);
void vtest_flow_turn_init(struct vtest_flow_turn *turn, void (*come)(struct vtest_flow_turn *turn));
/* Not waiting is fine. */
void vtest_flow_leave(struct vtest_flow_turn *turn);

static inline bool vtest_flow_waits(const struct vtest_flow_turn *turn)
{
	return !list_empty(&turn->link);
}

/*
 * Bytes that may be read now, at most `most`; 0: it waits from now on, and `come` follows. `first`:
 * it has waited, and others wait behind it.
 */
size_t vtest_flow_ask(struct vtest_flow *flow, struct vtest_flow_turn *turn, bool first, size_t most);
/* So many were read. */
void vtest_flow_spend(struct vtest_flow *flow, size_t bytes);

#endif
