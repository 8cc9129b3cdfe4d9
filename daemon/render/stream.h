/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Streams of a session and what orield is told of them. The registry belongs to the main loop; the
 * counters of a stream are added to by the thread that serves it, until it says that it is over.
 */
#ifndef ORIEL_STREAM_H
#define ORIEL_STREAM_H

#include <stdatomic.h>

#include "ipc_messages.h"
#include "list.h"

struct stream {
	struct list link; // streams.list
	uint32_t id, guest;
	bool vm; /* it came by a VM's device: no descriptors can be passed */
	_Atomic uint64_t presents, commands, bytes_in;
	uint64_t measured_ms, measured_presents; /* for the frame rate; main loop */
	uint32_t fps_milli;
};

struct streams {
	struct list list; // stream.link
	uint32_t last_id;
};

void streams_init(struct streams *streams);
/* A new stream of a guest connection, or NULL for lack of memory. */
struct stream *stream_create(struct streams *streams, uint32_t guest);
/* NULL is fine. */
void stream_destroy(struct stream *stream);
/* The guest connection that a stream belongs to; 0: there is no such stream. */
uint32_t stream_guest(const struct streams *streams, uint32_t stream);
/* Fills n_streams and streams; frame rates are of the time since the last report, if that was half a second or more. */
void streams_report(struct streams *streams, struct ipc_render_pong *pong);

#endif
