/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Clients that speak the vtest protocol, version 0 or 2: Mesa's virpipe driver, unmodified. All of
 * a session's run in the virgl thread, each with its own virgl context, and take turns.
 */
#ifndef ORIEL_VTEST_H
#define ORIEL_VTEST_H

#include <uv.h>

#include "stream.h"
#include "surface.h"

struct vtest_host;

struct vtest_ops {
	/* The client has said its name; again, when it chose a later version than 0. */
	void (*named)(void *data, struct stream *stream, const char *program, uint32_t version);
	/* The client is gone, and the stream is used no more. */
	void (*ended)(void *data, struct stream *stream, const char *reason);
};

struct vtest_config {
	struct surfaces *surfaces; /* borrowed */
	uint32_t version;          /* the highest that clients on this host are offered: 0 or 2 */
};

/* virglrenderer runs already in this thread. `ops` and `data` are borrowed. NULL: no memory. */
struct vtest_host *vtest_host_create(uv_loop_t *loop, const struct vtest_config *config,
	const struct vtest_ops *ops, void *data);
/* Takes fd; the stream is borrowed until `ended`, which is called for a failure too. */
void vtest_add(struct vtest_host *host, int fd, struct stream *stream);
/* Ends the client of this stream, if it is still there. */
void vtest_remove(struct vtest_host *host, uint32_t stream, const char *reason);
/* Ends all clients and closes the handles; free the host when the loop has run out. */
void vtest_host_close(struct vtest_host *host, const char *reason);

#endif
