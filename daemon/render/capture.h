/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Captures of channels of forwarded OpenGL (proto/gl/capture.md). orield makes the files and hands
 * them over while captures are wanted; each channel that is opened takes one.
 */
#ifndef ORIEL_RENDER_CAPTURE_H
#define ORIEL_RENDER_CAPTURE_H

#include "frame_sum.h"
#include "glm_messages.h"
#include "link.h"

struct captures;
struct capture;

/* ---- the main loop */

/* NULL: no memory. */
struct captures *captures_create(void);
/* Where capture_state goes; NULL once orield is gone. */
void captures_set_link(struct captures *captures, struct link *link);
/* Takes fd. */
void captures_add(struct captures *captures, const struct ipc_capture_file *message, int fd);
/* All end, and no channel gets another until there are files again. */
void captures_stop(struct captures *captures);
/* Tells orield what has become of each, now and then. */
void captures_report(struct captures *captures);

/*
 * A channel is opened. NULL when it is not to be captured. Of the head's flags the caller sets
 * GL_CAPTURE_COMPUTE alone.
 */
struct capture *captures_begin(
	struct captures *captures, uint32_t stream, const struct glm_capture_head *head);
/* The channel's thread uses it no more: it is freed. NULL is fine. */
void captures_end(struct captures *captures, struct capture *capture);

/* ---- the channel's thread; `capture` may be NULL */

/* A message from the guest, before it is executed: as gl_exec_message() gets it; rest may be NULL. */
void capture_guest(struct capture *capture, const struct wire_header *header, const void *fixed,
	size_t size, const void *rest);
/* One for the guest, header included. */
void capture_host(struct capture *capture, const void *message, size_t size);
/* In gl_exec_ops.present: the frame's checksum, where it is wanted. */
void capture_present(struct capture *capture, frame_read_fn *read, struct gl_exec *exec,
	uint32_t surface, uint32_t width, uint32_t height);

#endif
