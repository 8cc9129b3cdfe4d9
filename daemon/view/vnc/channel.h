/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A viewer's connection as bytes: what came and was not yet taken, and what waits to be sent. Neither
 * side ever blocks, and both are bounded. libvncserver reads and writes here in place of its socket.
 */
#ifndef ORIEL_VNC_CHANNEL_H
#define ORIEL_VNC_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHANNEL_IN_SIZE 8192u

struct channel {
	int fd; /* borrowed; -1: nothing is sent or received */
	uint8_t in[CHANNEL_IN_SIZE];
	size_t in_at, in_end;
	size_t window; /* bytes from in_at that the library may read */
	size_t skip;   /* bytes to throw away before the next message */
	uint8_t *out;
	size_t out_at, out_end, out_room;
	size_t out_max; /* bytes that may wait; set by the owner */
	size_t *total;  /* bytes that wait in all channels together */
	size_t total_max;
	uint64_t sent; /* bytes */
	bool failed;   /* a write found no room: the stream has a hole */
};

void channel_init(struct channel *channel, int fd, size_t *total, size_t total_max);
/* Frees what waits; the fd stays open. */
void channel_finish(struct channel *channel);

/* Receives once. Bytes received, 0 when the peer closed, -EAGAIN (also when there is no room), or another negative errno. */
int channel_receive(struct channel *channel);
/* What came: *ret_have bytes, those to be skipped already gone. */
uint8_t *channel_peek(struct channel *channel, size_t *ret_have);
/* Takes `size` bytes out, and `skip` more that follow. */
void channel_take(struct channel *channel, size_t size, size_t skip);
/* Bytes of the window for the library. False when it asks for more than there are. */
bool channel_read(struct channel *channel, void *ret_data, size_t size);

/* Queues bytes, sending on the way what can be sent. False when there is no room: the channel has failed. */
bool channel_write(struct channel *channel, const void *data, size_t size);
/* Sends what can be sent. 0, or negative errno when the connection is lost. */
int channel_flush(struct channel *channel);

static inline size_t channel_queued(const struct channel *channel)
{
	return channel->out_end - channel->out_at;
}

/* Bytes sent that the peer's kernel has not acknowledged (tcp(7), SIOCOUTQ). */
size_t channel_unacknowledged(const struct channel *channel);

#endif
