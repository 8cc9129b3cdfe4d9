/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture.h"

#include <stdio.h>
#include <string.h>

#include "capture_writer.h"
#include "list.h"
#include "log.h"
#include "util.h"

#define SPARE_MAX 64u /* files that wait for channels */

struct capture {
	struct list link; // captures.list
	uint32_t id, stream;
	bool checksums;
	char program[IPC_NAME_MAX + 1];
	struct capture_writer *writer;
	struct capture_status told;
	struct frame_pixels pixels;
};

struct captures {
	struct link *link;
	struct list list; // capture.link
	struct ipc_capture_file files[SPARE_MAX];
	int fds[SPARE_MAX];
	uint32_t n_spare;
};

struct captures *captures_create(void)
{
	struct captures *captures = calloc(1, sizeof(*captures));

	if (captures)
		list_init(&captures->list);
	return captures;
}

void captures_set_link(struct captures *captures, struct link *link)
{
	captures->link = link;
}

void captures_add(struct captures *captures, const struct ipc_capture_file *message, int fd)
{
	if (captures->n_spare == SPARE_MAX) {
		close(fd);
		return;
	}
	captures->files[captures->n_spare] = *message;
	captures->fds[captures->n_spare++] = fd;
}

static uint8_t state_of(const struct capture_status *status)
{
	if (!status->ended)
		return IPC_CAPTURE_RUNNING;
	if (status->error)
		return IPC_CAPTURE_FAILED;
	switch (status->reason) {
	case GLM_CAPTURE_END_FULL:
		return IPC_CAPTURE_FULL;
	case GLM_CAPTURE_END_STOPPED:
		return IPC_CAPTURE_STOPPED;
	case GLM_CAPTURE_END_CLOSED:
		break;
	}
	return IPC_CAPTURE_CLOSED;
}

static void report(const struct captures *captures, struct capture *capture, bool always)
{
	struct ipc_capture_state state = { .capture = capture->id, .stream = capture->stream };
	struct capture_status status;

	capture_writer_status(capture->writer, &status);
	if (!captures->link || (!always && status.bytes == capture->told.bytes &&
				       status.ended == capture->told.ended))
		return;
	capture->told = status;
	state.state = state_of(&status);
	state.frames = status.frames;
	state.bytes = status.bytes;
	snprintf(state.program, sizeof(state.program), "%s", capture->program);
	link_send(captures->link, &ipc_capture_state_type, &state, -1);
}

void captures_report(struct captures *captures)
{
	struct capture *capture;

	list_for_each(capture, &captures->list, link)
		report(captures, capture, false);
}

void captures_stop(struct captures *captures)
{
	struct capture *capture;

	while (captures->n_spare > 0)
		close(captures->fds[--captures->n_spare]);
	list_for_each(capture, &captures->list, link)
		capture_writer_finish(capture->writer, GLM_CAPTURE_END_STOPPED);
	captures_report(captures);
}

/* The file that has waited longest. */
static int take_file(struct captures *captures, struct ipc_capture_file *ret_file)
{
	int fd = captures->fds[0];

	*ret_file = captures->files[0];
	captures->n_spare--;
	memmove(captures->fds, captures->fds + 1, captures->n_spare * sizeof(captures->fds[0]));
	memmove(captures->files, captures->files + 1, captures->n_spare * sizeof(captures->files[0]));
	return fd;
}

struct capture *captures_begin(
	struct captures *captures, uint32_t stream, const struct glm_capture_head *head)
{
	struct glm_capture_head own = *head;
	_cleanup_free_ struct capture *capture = NULL;
	struct ipc_capture_file file;
	int fd, r;

	if (captures->n_spare == 0)
		return NULL;
	capture = calloc(1, sizeof(*capture));
	if (!capture)
		return NULL;
	fd = take_file(captures, &file);
	capture->id = file.capture;
	capture->stream = stream;
	capture->checksums = file.checksums;
	snprintf(capture->program, sizeof(capture->program), "%s", head->program);
	if (file.checksums)
		own.flags |= GL_CAPTURE_CHECKSUMS;
	r = capture_writer_create(fd, file.size, &own, &capture->writer);
	if (r < 0) {
		log_warning("capture %u cannot begin: %s", file.capture, strerror(-r));
		return NULL;
	}
	list_append(&captures->list, &capture->link);
	report(captures, capture, true);
	return TAKE_PTR(capture);
}

void captures_end(struct captures *captures, struct capture *capture)
{
	if (!capture)
		return;
	capture_writer_finish(capture->writer, GLM_CAPTURE_END_CLOSED);
	report(captures, capture, false);
	list_remove(&capture->link);
	capture_writer_destroy(capture->writer);
	frame_pixels_finish(&capture->pixels);
	free(capture);
}

/* Bytes as writev(2) takes them, which does not write to them either. */
static struct iovec part(const void *bytes, size_t size)
{
	struct iovec iovec = { .iov_len = size };

	memcpy(&iovec.iov_base, &bytes, sizeof(bytes));
	return iovec;
}

void capture_guest(struct capture *capture, const struct wire_header *header, const void *fixed,
	size_t size, const void *rest)
{
	const struct iovec parts[] = { part(header, sizeof(*header)), part(fixed, size),
		part(rest, rest ? header->size - sizeof(*header) - size : 0) };

	if (capture)
		capture_writer_message(capture->writer, GL_CAPTURE_GUEST, parts, ARRAY_SIZE(parts));
}

void capture_host(struct capture *capture, const void *message, size_t size)
{
	const struct iovec whole = part(message, size);

	if (capture)
		capture_writer_message(capture->writer, GL_CAPTURE_HOST, &whole, 1);
}

void capture_present(struct capture *capture, frame_read_fn *read, struct gl_exec *exec,
	uint32_t surface, uint32_t width, uint32_t height)
{
	struct glm_capture_frame frame = { .surface = surface, .width = width, .height = height };

	if (!capture || !capture->checksums ||
		frame_read(&capture->pixels, read, exec, surface, width, height) < 0)
		return;
	frame.checksum = frame_sum(&capture->pixels, width, height);
	capture_writer_frame(capture->writer, &frame);
}
