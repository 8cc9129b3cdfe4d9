/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Guest connections on the main loop. The first bytes, looked at and not consumed, tell the
 * protocol:
 *
 *	waiting ─► vtest   (the virgl thread has it)
 *	        └► oriel   (oriel/oriel_stream.h, on this loop)
 *	   any ─► gone     (guest_gone is sent; the descriptor is closed by whoever has it)
 */
#ifndef ORIEL_GUEST_H
#define ORIEL_GUEST_H

#include "channel/channel.h"
#include "link.h"
#include "virgl_thread.h"

struct guests;

/* All borrowed. The link may be NULL once orield is gone. NULL: no memory. */
struct guests *guests_create(uv_loop_t *loop, struct virgl_thread *thread);
/* Where guest_gone, stream and stream_gone go. */
void guests_set_link(struct guests *guests, struct link *link);
/* The sandbox holds: guests may speak. `host`, borrowed: what channels they may open. */
void guests_open(struct guests *guests, const struct channel_host *host);
/* A connection from orield; takes fd. */
void guests_add(struct guests *guests, const struct ipc_guest *message, int fd);
/* orield wants it closed. */
void guests_close(struct guests *guests, uint32_t guest, const char *reason);
/* To the stream that is named, if it speaks Oriel's protocol, else to all that do. */
void guests_input(struct guests *guests, const struct ipc_display_input *input);
/* Which lines guests send and are logged from now on: enum log_level; 0: our own. */
void guests_set_log_level(struct guests *guests, uint8_t level);
/* Says goodbye to those that can hear it, and stops their channels. */
void guests_bye(struct guests *guests, const char *reason);
/*
 * The GPU's contexts are lost: the streams that are bound to them end. Those that speak Oriel's
 * protocol go on with the next render process, which makes them start over.
 */
void guests_lost(struct guests *guests, const char *reason);
/* Channels whose threads have not ended. */
uint32_t guests_channels(const struct guests *guests);
/* Fills n_streams and streams. */
void guests_report(struct guests *guests, struct ipc_render_pong *pong);

/* From the virgl thread. */
void guests_vtest_named(
	struct guests *guests, struct stream *stream, const char *program, uint32_t version);
void guests_vtest_ended(struct guests *guests, struct stream *stream, const char *reason);

#endif
