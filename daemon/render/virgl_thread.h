/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The one thread that uses EGL and virglrenderer, which are bound to it, and serves all vtest
 * clients on a uv loop of its own. Everything here is called on the main loop, and calls back there.
 */
#ifndef ORIEL_VIRGL_THREAD_H
#define ORIEL_VIRGL_THREAD_H

#include "egl.h"
#include "mailbox.h"
#include "sandbox.h"
#include "stream.h"
#include "surface.h"

struct virgl_thread;

struct virgl_thread_ops {
	/* The GPU was chosen and virglrenderer runs; or `reason` says why not, and the thread has ended. */
	void (*started)(void *data, const struct ipc_render_gpu *gpu, enum sandbox_profile profile,
		const char *reason);
	/* A vtest client's program and protocol version; again, when the version changes. */
	void (*named)(void *data, struct stream *stream, const char *program, uint32_t version);
	/* The stream is used no more. */
	void (*ended)(void *data, struct stream *stream, const char *reason);
	/* The GPU was reset or lost: the thread does nothing more, and cannot be stopped. */
	void (*lost)(void *data, const char *reason);
	/* After virgl_thread_stop: the thread has ended and is freed. */
	void (*stopped)(void *data);
};

struct virgl_thread_config {
	char gpu[IPC_TEXT_MAX + 1]; /* gpu.h */
	uint8_t sandbox; /* enum ipc_sandbox; the thread gives up files before `started` */
	struct surfaces *surfaces; /* borrowed */
	uint32_t vtest_version;    /* the highest that guests on this host are offered */
	uint8_t compute;           /* enum ipc_compute */
};

/* `ops` and `data` are borrowed. 0 or negative errno. */
int virgl_thread_start(uv_loop_t *loop, const struct virgl_thread_config *config,
	const struct virgl_thread_ops *ops, void *data, struct virgl_thread **ret_thread);
/* After `started`: the display, which stays open until virgl_thread_stop(). Borrowed. */
const struct egl *virgl_thread_egl(const struct virgl_thread *thread);
/* After `started`: whether compute shaders are allowed. */
bool virgl_thread_compute(const struct virgl_thread *thread);
/* After `started`. Takes fd; `ended` comes in any case. */
void virgl_thread_add(struct virgl_thread *thread, int fd, struct stream *stream);
/* Ends a client; `ended` follows. */
void virgl_thread_remove(struct virgl_thread *thread, uint32_t stream, const char *reason);
/* Ends all clients and the thread; `stopped` follows, unless a command hangs. */
void virgl_thread_stop(struct virgl_thread *thread);

#endif
