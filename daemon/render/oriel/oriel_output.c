/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "oriel_internal.h"
#include "passing.h"

void oriel_drop_output(struct oriel_stream *stream)
{
	stream->out_size = 0;
	stream->sending = NULL;
	input_queue_init(&stream->input);
}

bool oriel_has_output(const struct oriel_stream *stream)
{
	return stream->out_size > 0 || stream->sending || input_queue_first(&stream->input);
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

/* Bytes sent, 0 when nothing more can be now. */
static size_t sent(struct oriel_stream *stream, ssize_t n)
{
	if (n >= 0)
		return (size_t)n;
	if (errno == EPIPE && stream->state == ORIEL_LINGERING)
		oriel_fail(stream, ORIEL_CONNECTION_FAILED, stream->end_reason);
	else if (errno != EAGAIN && errno != EINTR)
		oriel_fail(stream, ORIEL_CONNECTION_FAILED, strerror(errno));
	return 0;
}

/* The first bytes of `out`, with which a descriptor travels. */
static ssize_t send_fd(struct oriel_stream *stream)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec bytes = { stream->out, stream->out_size };
	struct msghdr message = { .msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	ssize_t n;

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &stream->passing.fd, sizeof(int));
	n = sendmsg(stream->fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	stream->passing.waits = n < 0 && errno == ETOOMANYREFS;
	if (stream->passing.waits)
		errno = EAGAIN;
	if (n <= 0)
		return n;
	close(stream->passing.fd);
	stream->passing.fd = -1;
	return n;
}

/* Of what waits for channel 0. False: no more can be sent now. */
static bool flush_out(struct oriel_stream *stream)
{
	struct oriel_passing *passing = &stream->passing;
	size_t n;

	if (passing->fd >= 0 && passing->at == 0)
		n = sent(stream, send_fd(stream));
	else
		n = sent(stream, send(stream->fd, stream->out,
					 passing->fd >= 0 ? passing->at : stream->out_size,
					 MSG_NOSIGNAL | MSG_DONTWAIT));
	if (passing->fd >= 0)
		passing->at -= n;
	stream->out_size -= n;
	memmove(stream->out, stream->out + n, stream->out_size);
	return n > 0;
}

/* Of a channel whose messages were begun. The same. */
static bool flush_channel(struct oriel_stream *stream)
{
	struct channel *channel = stream->sending->channel;
	size_t n = sent(stream, send(stream->fd, channel_rest(channel), stream->sending_left,
					MSG_NOSIGNAL | MSG_DONTWAIT));

	if (n == 0)
		return false;
	channel_took(channel, n);
	stream->sending_left -= n;
	if (stream->sending_left == 0)
		stream->sending = NULL;
	return true;
}

void oriel_flush(struct oriel_stream *stream)
{
	const uint8_t *data;
	bool more = true;

	while (more && !stream->failure) {
		append_input(stream);
		if (stream->sending)
			more = flush_channel(stream);
		else if (stream->out_size > 0)
			more = flush_out(stream);
		else if (stream->state == ORIEL_OPEN)
			more = (stream->sending = oriel_channels_output(
					stream, &data, &stream->sending_left)) != NULL;
		else
			more = false;
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

void oriel_send_with_fd(
	struct oriel_stream *stream, const struct wire_type *type, const void *message, int fd)
{
	stream->passing.fd = fd;
	stream->passing.at = stream->out_size;
	oriel_send(stream, type, message);
}

bool oriel_passing(struct oriel_stream *stream)
{
	int bytes = 0;

	if (!stream->passing.begun)
		return false;
	if (stream->passing.fd >= 0 || (ioctl(stream->fd, SIOCOUTQ, &bytes) == 0 && bytes > 0))
		return true;
	stream->passing.begun = false;
	passing_end();
	return false;
}

bool oriel_may_pass(struct oriel_stream *stream)
{
	stream->passing.waits = oriel_passing(stream) || !passing_begin();
	stream->passing.begun |= !stream->passing.waits;
	return !stream->passing.waits;
}
