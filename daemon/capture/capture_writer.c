/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_writer.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "util.h"

#define BUFFER_SIZE (256u << 10)
/* What is kept free for the end: its record and the 16 bytes of capture_end. */
#define END_SIZE (sizeof(struct gl_capture_record) + 16u)

struct capture_writer {
	pthread_mutex_t lock; /* of all that follows */
	int fd;
	uint64_t start_ns, size_max;
	struct capture_status status;
	size_t used; /* of the buffer */
	uint8_t buffer[BUFFER_SIZE];
};

/* ---- with the lock held */

static void write_out(struct capture_writer *writer, const uint8_t *bytes, size_t size)
{
	while (size > 0 && !writer->status.error) {
		ssize_t n = write(writer->fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			writer->status.error = n < 0 ? errno : ENOSPC;
			writer->status.ended = true;
			return;
		}
		bytes += n;
		size -= (size_t)n;
	}
}

static void flush(struct capture_writer *writer)
{
	write_out(writer, writer->buffer, writer->used);
	writer->used = 0;
}

static void put(struct capture_writer *writer, const void *bytes, size_t size)
{
	if (size > sizeof(writer->buffer) - writer->used)
		flush(writer);
	writer->status.bytes += size;
	if (size > sizeof(writer->buffer)) {
		write_out(writer, bytes, size);
	} else if (size > 0) {
		memcpy(writer->buffer + writer->used, bytes, size);
		writer->used += size;
	}
}

static void put_record(struct capture_writer *writer, enum gl_capture_kind kind, size_t size)
{
	const struct gl_capture_record record = { .time_ns = clock_ns() - writer->start_ns,
		.size = (uint32_t)size,
		.kind = (uint8_t)kind };

	put(writer, &record, sizeof(record));
}

static bool has_room(const struct capture_writer *writer, size_t size)
{
	return size <= writer->size_max &&
	       writer->status.bytes + sizeof(struct gl_capture_record) + size + END_SIZE <=
		       writer->size_max;
}

/* One of our own, encoded by its type. */
static bool put_coded(struct capture_writer *writer, enum gl_capture_kind kind,
	const struct wire_type *type, const void *message, void *room, size_t capacity)
{
	static const uint8_t zeros[WIRE_ALIGN];
	struct wire_writer out;
	size_t padding;

	wire_writer_init(&out, room, capacity);
	type->encode(&out, message);
	padding = -out.at % WIRE_ALIGN;
	if (out.failed)
		return false;
	put_record(writer, kind, out.at + padding);
	put(writer, room, out.at);
	put(writer, zeros, padding);
	return true;
}

static void finish(struct capture_writer *writer, enum glm_capture_end_kind reason)
{
	const struct glm_capture_end end = { .frames = writer->status.frames,
		.reason = (uint32_t)reason };
	uint64_t room[2];

	if (writer->status.ended)
		return;
	put_coded(writer, GL_CAPTURE_END, &glm_capture_end_type, &end, room, sizeof(room));
	flush(writer);
	writer->status.ended = true;
	writer->status.reason = reason;
}

/* ---- any thread */

static int put_head(struct capture_writer *writer, const struct glm_capture_head *head)
{
	static const uint32_t version = GL_CAPTURE_VERSION;
	const size_t capacity = glm_capture_head_type.max + WIRE_ALIGN;
	_cleanup_free_ void *room = malloc(capacity);

	if (!room)
		return -ENOMEM;
	put(writer, GL_CAPTURE_MAGIC, GL_CAPTURE_MAGIC_SIZE);
	put(writer, &version, sizeof(version));
	if (!put_coded(writer, GL_CAPTURE_HEAD, &glm_capture_head_type, head, room, capacity))
		return -EINVAL;
	flush(writer);
	return -writer->status.error;
}

int capture_writer_create(int fd, uint64_t size_max, const struct glm_capture_head *head,
	struct capture_writer **ret_writer)
{
	struct capture_writer *writer =
		size_max >= CAPTURE_SIZE_LEAST ? calloc(1, sizeof(*writer)) : NULL;
	int r;

	if (!writer) {
		close(fd);
		return size_max >= CAPTURE_SIZE_LEAST ? -ENOMEM : -EINVAL;
	}
	pthread_mutex_init(&writer->lock, NULL);
	writer->fd = fd;
	writer->size_max = size_max;
	writer->start_ns = clock_ns();
	r = put_head(writer, head);
	if (r < 0) {
		writer->status.ended = true;
		capture_writer_destroy(writer);
		return r;
	}
	*ret_writer = writer;
	return 0;
}

void capture_writer_destroy(struct capture_writer *writer)
{
	if (!writer)
		return;
	finish(writer, GLM_CAPTURE_END_CLOSED);
	close(writer->fd);
	pthread_mutex_destroy(&writer->lock);
	free(writer);
}

/* Each frame goes out when it is complete, so that it is there if the process ends. */
static void note_present(struct capture_writer *writer, const struct wire_header *header)
{
	if (header->opcode != GLM_PRESENT)
		return;
	writer->status.frames++;
	flush(writer);
}

void capture_writer_message(struct capture_writer *writer, enum gl_capture_kind kind,
	const struct iovec *parts, unsigned int n_parts)
{
	const struct wire_header *header = parts[0].iov_base;
	size_t size = 0;

	for (unsigned int i = 0; i < n_parts; i++)
		size += parts[i].iov_len;
	pthread_mutex_lock(&writer->lock);
	if (!writer->status.ended && !has_room(writer, size))
		finish(writer, GLM_CAPTURE_END_FULL);
	if (!writer->status.ended) {
		put_record(writer, kind, size);
		for (unsigned int i = 0; i < n_parts; i++)
			put(writer, parts[i].iov_base, parts[i].iov_len);
		if (kind == GL_CAPTURE_GUEST)
			note_present(writer, header);
	}
	pthread_mutex_unlock(&writer->lock);
}

void capture_writer_frame(struct capture_writer *writer, const struct glm_capture_frame *frame)
{
	uint64_t room[3];

	pthread_mutex_lock(&writer->lock);
	if (!writer->status.ended && !has_room(writer, sizeof(room)))
		finish(writer, GLM_CAPTURE_END_FULL);
	if (!writer->status.ended)
		put_coded(writer, GL_CAPTURE_FRAME, &glm_capture_frame_type, frame, room,
			sizeof(room));
	pthread_mutex_unlock(&writer->lock);
}

void capture_writer_finish(struct capture_writer *writer, enum glm_capture_end_kind reason)
{
	pthread_mutex_lock(&writer->lock);
	finish(writer, reason);
	pthread_mutex_unlock(&writer->lock);
}

void capture_writer_status(struct capture_writer *writer, struct capture_status *ret_status)
{
	pthread_mutex_lock(&writer->lock);
	*ret_status = writer->status;
	pthread_mutex_unlock(&writer->lock);
}
