/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writes a channel of forwarded OpenGL into a file (proto/gl/capture.md): what is appended goes
 * through a buffer into a file of the page cache. The file ends before it would be larger than it
 * may be. Any thread may call; whoever executes the channel's messages appends them.
 */
#ifndef CAPTURE_WRITER_H
#define CAPTURE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "gl_capture.h"
#include "glm_messages.h"

struct capture_writer;

struct capture_status {
	uint64_t bytes;  /* of the file, with what is still in the buffer */
	uint64_t frames; /* presents in it */
	bool ended;
	enum glm_capture_end_kind reason; /* once it has ended */
	int error;                        /* errno: it ended as nothing could be written */
};

/* The smallest file that can hold a head. */
#define CAPTURE_SIZE_LEAST (256u << 10)

/*
 * Takes fd, also on failure: an empty file, open for writing. size_max: bytes of the file, at
 * least CAPTURE_SIZE_LEAST. 0 or negative errno.
 */
int capture_writer_create(int fd, uint64_t size_max, const struct glm_capture_head *head,
	struct capture_writer **ret_writer);
/* Finishes it as closed if it has not ended. NULL is fine. */
void capture_writer_destroy(struct capture_writer *writer);

/* A whole message in pieces, the first of which begins with its header. After the end: nothing. */
void capture_writer_message(struct capture_writer *writer, enum gl_capture_kind kind,
	const struct iovec *parts, unsigned int n_parts);
/* The picture at the present that was appended last. */
void capture_writer_frame(struct capture_writer *writer, const struct glm_capture_frame *frame);

/* Ends the file; once is enough. */
void capture_writer_finish(struct capture_writer *writer, enum glm_capture_end_kind reason);

void capture_writer_status(struct capture_writer *writer, struct capture_status *ret_status);

#endif
