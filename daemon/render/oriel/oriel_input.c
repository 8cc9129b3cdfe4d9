/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages out of what an open connection's guest has sent. */
#include <sys/socket.h>

#include "oriel_internal.h"
#include "util.h"

/* Bytes of a message that are worth a read of their own, into the place where it is put together. */
#define REST_MIN 16384u

static void frame_step(struct oriel_stream *stream, const uint8_t **data, size_t *size)
{
	struct frame_message message;
	size_t before = *size;
	enum frame_result result = frame_reader_next(&stream->frames, data, size, &message);

	stream->stats.bytes_in += before - *size;
	switch (result) {
	case FRAME_MESSAGE:
		stream->heard_ms = clock_ms();
		stream->stats.messages++;
		oriel_dispatch(stream, &message);
		break;
	case FRAME_FAILED:
		oriel_fail(stream, ORIEL_STREAM_FAILED, "it sent a malformed message header");
		break;
	case FRAME_MORE:
	default:
		break;
	}
}

void oriel_take_messages(struct oriel_stream *stream, const uint8_t **data, size_t *size)
{
	uint64_t count = 0;
	const size_t n = stream->frames.have == 0 && stream->state == ORIEL_OPEN
				 ? oriel_channel_messages(stream, *data, *size, &count)
				 : 0;

	if (n == 0) {
		frame_step(stream, data, size);
		return;
	}
	stream->heard_ms = clock_ms();
	stream->stats.bytes_in += n;
	stream->stats.messages += count;
	*data += n;
	*size -= n;
}

bool oriel_read_rest(struct oriel_stream *stream)
{
	const uint8_t *end;
	size_t left = 0;
	uint8_t *to;
	ssize_t n;

	if (stream->state != ORIEL_OPEN)
		return false;
	to = frame_reader_room(&stream->frames, &left);
	if (left < REST_MIN)
		return false;
	n = recv(stream->fd, to, left, MSG_DONTWAIT);
	if (n <= 0)
		return false;
	frame_reader_added(&stream->frames, (size_t)n);
	stream->stats.bytes_in += (size_t)n;
	end = to + n;
	left = 0;
	frame_step(stream, &end, &left);
	return true;
}
