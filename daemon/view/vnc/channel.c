/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/channel.h"

#include <errno.h>
#include <linux/sockios.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* Queued bytes that are sent while an update is still being encoded. */
#define FLUSH_AT (256u << 10)
/* Room that an empty queue keeps. */
#define ROOM_KEPT (64u << 10)

void channel_init(struct channel *channel, int fd, size_t *total, size_t total_max)
{
	*channel = (struct channel){
		.fd = fd,
		.out_max = ROOM_KEPT,
		.total = total,
		.total_max = total_max,
	};
}

void channel_finish(struct channel *channel)
{
	*channel->total -= channel_queued(channel);
	free(channel->out);
	channel->out = NULL;
	channel->out_at = channel->out_end = channel->out_room = 0;
}

int channel_receive(struct channel *channel)
{
	ssize_t n;

	if (channel->in_at > 0) {
		memmove(channel->in, channel->in + channel->in_at, channel->in_end - channel->in_at);
		channel->in_end -= channel->in_at;
		channel->in_at = 0;
	}
	if (channel->in_end == CHANNEL_IN_SIZE)
		return -EAGAIN;
	n = recv(channel->fd, channel->in + channel->in_end, CHANNEL_IN_SIZE - channel->in_end,
		MSG_DONTWAIT);
	if (n < 0)
		return errno == EINTR ? -EAGAIN : -errno;
	channel->in_end += (size_t)n;
	return (int)n;
}

uint8_t *channel_peek(struct channel *channel, size_t *ret_have)
{
	size_t have = channel->in_end - channel->in_at;
	size_t skip = channel->skip < have ? channel->skip : have;

	channel->skip -= skip;
	channel->in_at += skip;
	*ret_have = have - skip;
	return channel->in + channel->in_at;
}

void channel_take(struct channel *channel, size_t size, size_t skip)
{
	channel->in_at += size;
	channel->skip += skip;
	channel->window = 0;
}

bool channel_read(struct channel *channel, void *ret_data, size_t size)
{
	if (size > channel->window)
		return false;
	memcpy(ret_data, channel->in + channel->in_at, size);
	channel->in_at += size;
	channel->window -= size;
	return true;
}

/* Makes room for `size` more bytes at the end. */
static bool out_reserve(struct channel *channel, size_t size)
{
	size_t queued = channel_queued(channel), room = channel->out_room;
	uint8_t *grown;

	if (channel->out_end + size <= room)
		return true;
	if (channel->out_at > 0) {
		memmove(channel->out, channel->out + channel->out_at, queued);
		channel->out_at = 0;
		channel->out_end = queued;
	}
	if (queued + size <= room)
		return true;
	room = room == 0 ? ROOM_KEPT : room;
	while (room < queued + size)
		room *= 2;
	grown = realloc(channel->out, room);
	if (!grown)
		return false;
	channel->out = grown;
	channel->out_room = room;
	return true;
}

bool channel_write(struct channel *channel, const void *data, size_t size)
{
	if (channel->failed)
		return false;
	if (channel->fd >= 0 && channel_queued(channel) >= FLUSH_AT)
		channel_flush(channel);
	if (channel_queued(channel) + size > channel->out_max ||
		*channel->total + size > channel->total_max || !out_reserve(channel, size)) {
		channel->failed = true;
		return false;
	}
	memcpy(channel->out + channel->out_end, data, size);
	channel->out_end += size;
	*channel->total += size;
	return true;
}

static void out_emptied(struct channel *channel)
{
	channel->out_at = channel->out_end = 0;
	if (channel->out_room > ROOM_KEPT) {
		free(channel->out);
		channel->out = NULL;
		channel->out_room = 0;
	}
}

int channel_flush(struct channel *channel)
{
	while (channel_queued(channel) > 0) {
		ssize_t n = send(channel->fd, channel->out + channel->out_at,
			channel_queued(channel), MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
		channel->out_at += (size_t)n;
		channel->sent += (uint64_t)n;
		*channel->total -= (size_t)n;
	}
	out_emptied(channel);
	return 0;
}

size_t channel_unacknowledged(const struct channel *channel)
{
	int bytes = 0;

	if (ioctl(channel->fd, SIOCOUTQ, &bytes) < 0 || bytes < 0)
		return 0;
	return (size_t)bytes;
}
