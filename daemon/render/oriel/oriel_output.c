/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "oriel_internal.h"

void oriel_drop_output(struct oriel_stream *stream)
{
	stream->out_size = 0;
	input_queue_init(&stream->input);
}

bool oriel_has_output(const struct oriel_stream *stream)
{
	return stream->out_size > 0 || input_queue_first(&stream->input);
}

static bool append_message(
	struct oriel_stream *stream, const struct wire_type *type, const void *message)
{
	struct wire_writer writer;

	wire_writer_init(&writer, stream->out + stream->out_size, ORIEL_OUT_MAX - stream->out_size);
	wire_write_message(&writer, type, 0, 0, message);
	if (writer.failed)
		return false;
	stream->out_size += writer.at;
	return true;
}

/* Encodes waiting input while little else waits. */
static void append_input(struct oriel_stream *stream)
{
	const struct input_event *event;

	while (stream->out_size < ORIEL_OUT_INPUT && (event = input_queue_first(&stream->input))) {
		if (event->is_key)
			append_message(stream, &oriel_input_key_type, &event->key);
		else
			append_message(stream, &oriel_input_pointer_type, &event->pointer);
		input_queue_pop(&stream->input);
	}
}

void oriel_flush(struct oriel_stream *stream)
{
	for (;;) {
		append_input(stream);
		if (stream->out_size == 0 || stream->failure)
			return;
		ssize_t n =
			send(stream->fd, stream->out, stream->out_size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR)
				oriel_fail(stream, ORIEL_CONNECTION_FAILED, strerror(errno));
			return;
		}
		stream->out_size -= (size_t)n;
		memmove(stream->out, stream->out + n, stream->out_size);
	}
}

void oriel_send_bytes(struct oriel_stream *stream, const void *data, size_t size)
{
	if (size > ORIEL_OUT_MAX - stream->out_size) {
		oriel_fail(stream, ORIEL_STREAM_FAILED, "it does not read what it is sent");
		return;
	}
	memcpy(stream->out + stream->out_size, data, size);
	stream->out_size += size;
	oriel_flush(stream);
}

void oriel_send(struct oriel_stream *stream, const struct wire_type *type, const void *message)
{
	if (append_message(stream, type, message))
		oriel_flush(stream);
	else
		oriel_fail(stream, ORIEL_STREAM_FAILED, "it does not read what it is sent");
}
