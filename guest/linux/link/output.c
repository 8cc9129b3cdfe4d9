/* SPDX-License-Identifier: MIT */
/* What goes to the host: the channel's stream, by pipe or by socket, and messages of channel 0 between its own. */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "internal.h"

/* ---- channel 0 */

/* No message of the channel is under way on the socket. */
static bool between(const struct connection *connection)
{
	return connection->head_have == 0 && connection->left == 0 && connection->granted == 0;
}

bool control_waits(const struct connection *connection)
{
	return connection->control_at < connection->control_end && between(connection);
}

void control_flush(struct connection *connection)
{
	while (control_waits(connection) && !atomic_load(&connection->lost)) {
		const ssize_t n =
			socket_write(connection, connection->control + connection->control_at,
				connection->control_end - connection->control_at);
		if (n == -EAGAIN)
			return;
		if (n < 0) {
			connection_lose(connection, (int)-n);
			return;
		}
		connection->control_at += (size_t)n;
	}
	if (connection->control_at == connection->control_end)
		connection->control_at = connection->control_end = 0;
}

bool control_send(struct connection *connection, const struct wire_type *type, const void *message)
{
	struct wire_writer writer;
	size_t size;

	wire_writer_init(&writer, connection->control + connection->control_end,
		sizeof(connection->control) - connection->control_end);
	size = wire_write_message(&writer, type, 0, 0, message);
	if (size == 0)
		return false;
	connection->control_end += size;
	control_flush(connection);
	return true;
}

/* ---- the channel's stream on the socket */

static uint32_t header_size(const uint8_t *head)
{
	return (uint32_t)head[0] | (uint32_t)head[1] << 8 | (uint32_t)head[2] << 16 |
	       (uint32_t)head[3] << 24;
}

/*
 * How many of the bytes may be sent: up to the first message that the credit does not suffice for.
 * What is counted is spent, and must be sent next.
 */
static size_t grant(struct connection *connection, const uint8_t *bytes, size_t size)
{
	size_t at = 0;

	while (at < size) {
		size_t n = size - at;
		if (connection->left > 0) {
			n = n < connection->left ? n : connection->left;
			connection->left -= (uint32_t)n;
			at += n;
			continue;
		}
		n = n < WIRE_HEADER_SIZE - connection->head_have
			    ? n
			    : WIRE_HEADER_SIZE - connection->head_have;
		memcpy(connection->head + connection->head_have, bytes + at, n);
		if (connection->head_have + n < WIRE_HEADER_SIZE) {
			connection->head_have += n;
			return at + n;
		}
		if (!credit_spend(&connection->credit, header_size(connection->head), 0))
			return at;
		connection->head_have = 0;
		connection->left = header_size(connection->head) - WIRE_HEADER_SIZE;
		at += n;
	}
	return at;
}

/* Waits for credit, room, or both, and takes in what comes meanwhile. */
static int await(struct connection *connection)
{
	const bool write = connection->granted > 0 || control_waits(connection);

	pthread_mutex_unlock(&connection->io);
	socket_wait(connection, write ? POLLIN | POLLOUT : POLLIN, CONNECTION_LOOK_MS);
	pthread_mutex_lock(&connection->io);
	return connection_look(connection);
}

/* Some of the bytes: how many, 0 when it had to wait, or negative. */
static ssize_t send_some(struct connection *connection, const uint8_t *bytes, size_t size)
{
	ssize_t n = -EAGAIN;

	control_flush(connection);
	if (connection->granted == 0 && !control_waits(connection))
		connection->granted = grant(connection, bytes, size);
	if (connection->granted > 0)
		n = socket_write(connection, bytes, connection->granted);
	if (n == -EAGAIN)
		return await(connection);
	if (n < 0) {
		connection_lose(connection, (int)-n);
		return n;
	}
	connection->granted -= (size_t)n;
	return n;
}

static int send_socket(struct connection *connection, const uint8_t *bytes, size_t size)
{
	ssize_t n = 0;

	pthread_mutex_lock(&connection->io);
	while (size > 0 && n >= 0) {
		n = -atomic_load(&connection->lost);
		if (n == 0)
			n = send_some(connection, bytes, size);
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
	}
	control_flush(connection);
	pthread_mutex_unlock(&connection->io);
	return n < 0 ? (int)n : 0;
}

/* ---- the channel's stream in shared memory */

static int send_pipe(struct connection *connection, const uint8_t *bytes, size_t size)
{
	struct pipe *out = &connection->out;
	bool wake;

	for (;;) {
		const size_t n = pipe_write(out, bytes, size, &wake);
		if (wake)
			wait_wake(&out->words->data);
		bytes += n;
		size -= n;
		if (size == 0)
			return 0;
		if (out->broken)
			connection_lose(connection, EBADMSG);
		if (atomic_load(&connection->lost))
			return -atomic_load(&connection->lost);
		/* The host may be waiting for room itself. */
		if (n == 0 && pipe_drain(connection) == 0)
			wait_room(connection);
	}
}

int connection_send(void *data, const void *bytes, size_t size)
{
	struct connection *connection = data;

	if (atomic_load(&connection->lost))
		return -atomic_load(&connection->lost);
	return connection->shared ? send_pipe(connection, bytes, size)
				  : send_socket(connection, bytes, size);
}
