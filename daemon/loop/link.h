/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A link to another of Oriel's processes on a uv loop: messages of ipc.json over a SOCK_SEQPACKET
 * socket. Each message has one row; size, descriptors and fields are checked before its handler
 * runs. The peer may be taken over by a guest: a malformed message, an unexpected one, or a queue
 * that it leaves to grow over IPC_QUEUE_MAX ends the link, with the reason. At most LINK_BURST
 * messages are handled before the loop turns to others.
 */
#ifndef ORIEL_LINK_H
#define ORIEL_LINK_H

#include <uv.h>

#include "ipc_messages.h"

#define LINK_BURST 64u
/* The reason given to `closed` when the peer closed its end, as a process does by ending. */
#define LINK_ENDED "it closed the connection"

/*
 * Handles one decoded message. `message` is the generated structure, valid during the call (blobs
 * too). `fd` is -1, or the descriptor that came along, which the handler takes.
 */
typedef void (*link_handler)(void *data, const void *message, int fd);

struct link_row {
	const struct wire_type *type;
	link_handler handle;
};

struct link_ops {
	const struct link_row *rows;
	size_t n_rows;
	/* The link has failed or the peer has closed it: `reason` for people. Call link_close here or later. */
	void (*closed)(void *data, const char *reason);
};

struct link;

/* Takes fd (also on failure). `ops` and `data` are borrowed for the link's life. 0 or negative errno. */
int link_open(
	uv_loop_t *loop, int fd, const struct link_ops *ops, void *data, struct link **ret_link);

/*
 * Sends a message, or queues it when the peer is slow; never blocks. `fd` is -1 or goes along,
 * duplicated: the caller keeps its own. 0, or negative errno when the link has failed: `closed` is
 * then called from the loop.
 */
int link_send(struct link *link, const struct wire_type *type, const void *message, int fd);

/* Messages waiting for the peer to read. */
size_t link_queued(const struct link *link);

/* Closes and frees, dropping what is queued; may be called in a handler or in `closed`. NULL is fine. */
void link_close(struct link *link);

#endif
