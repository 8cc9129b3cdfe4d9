/* SPDX-License-Identifier: MIT */
/* Inside of the guest library: a link to the host, which the contexts of a program share. */
#ifndef GL_LINK_H
#define GL_LINK_H

#include "gl_context.h"

struct gl_link {
	struct gl_link_config config;
	const struct gl_link_ops *ops;
	void *data;
	atomic_bool lost;

	/* All below: guarded by the lock. */
	struct gl_context *contexts;
	struct gl_surface *surfaces;
	struct gl_context *last; /* whose commands the host executes */
	uint32_t last_context, last_draw, last_read;
	uint32_t next_id;
	uint32_t ahead; /* presents that have not come back */
};

/* The transport of a context's encoder, whose data is the context. */
extern const struct gl_transport gl_link_transport;

void gl_link_lock(struct gl_link *link);
void gl_link_unlock(struct gl_link *link);
/* With the lock held: a message of the channel's own. False: the link is lost. */
bool gl_link_send(struct gl_link *link, const struct wire_type *type, const void *message);
/*
 * With the lock held: the next message that is no event, which is to have that opcode; it stays
 * until something else is received. False: the link is lost.
 */
bool gl_link_receive(
	struct gl_link *link, uint16_t opcode, const void **ret_payload, size_t *ret_size);
/* With the lock held: takes the events that have arrived; with `wait` one at least. */
void gl_link_events(struct gl_link *link, bool wait);
/* With the lock held: the commands that follow are of that context. NULL: of none. */
void gl_link_become(struct gl_link *link, struct gl_context *ctx);

/*
 * Locks the link for a context, as the host executes what it has, and keeps it until
 * gl_link_leave(). Its batch is sent before.
 */
void gl_link_enter(struct gl_context *ctx);
void gl_link_leave(struct gl_context *ctx);

#endif
