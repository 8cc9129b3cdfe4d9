/* SPDX-License-Identifier: MIT */
/* What the host sends: out of the socket and the pipe, bulk put together, handed out message by message. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gl_encoder.h"
#include "internal.h"

void connection_lose(struct connection *connection, int error)
{
	int none = 0;

	if (!atomic_compare_exchange_strong(&connection->lost, &none, error) || !connection->shared)
		return;
	atomic_fetch_add(&connection->in.words->data, 1);
	wait_wake(&connection->in.words->data);
	atomic_fetch_add(&connection->out.words->room, 1);
	wait_wake(&connection->out.words->room);
}

static int lost_now(struct connection *connection, int error)
{
	connection_lose(connection, error);
	return -error;
}

/* ---- bulk */

static void *bulk_allocate(void *data, uint64_t size)
{
	(void)data;
	return size <= ORIEL_BULK_TOTAL_MAX ? malloc((size_t)size) : NULL;
}

static void bulk_release(void *data, void *buffer)
{
	(void)data;
	free(buffer);
}

static const struct bulk_ops bulk_ops = { .allocate = bulk_allocate, .release = bulk_release };

/* A piece, from where it lies: that may be shared memory, so its length is used as it was read once. */
static int take_piece(struct connection *connection, const struct frame_message *message)
{
	struct oriel_bulk piece;

	if (!connection->bulk.ops)
		bulk_init(&connection->bulk, &bulk_ops, NULL, ORIEL_BULK_TOTAL_MAX);
	if (!wire_decode(&oriel_bulk_type, message->payload,
		    message->header.size - WIRE_HEADER_SIZE, &piece) ||
		bulk_add(&connection->bulk, CONNECTION_CHANNEL, &piece))
		return lost_now(connection, EBADMSG);
	return 0;
}

/* ---- messages where they come from */

/* `size` bytes into the connection's own buffer. NULL: no memory. */
static const uint8_t *copy_out(struct connection *connection, const uint8_t *bytes, size_t size)
{
	if (size > connection->message_capacity) {
		uint8_t *more = realloc(connection->message, size);
		if (!more)
			return NULL;
		connection->message = more;
		connection->message_capacity = size;
	}
	if (size > 0)
		memcpy(connection->message, bytes, size);
	return connection->message;
}

/* A message of the channel, where it may stay until the next call. 1, or negative. */
static int keep(struct connection *connection, const struct frame_message *message, bool copy,
	struct incoming *ret_message)
{
	ret_message->header = message->header;
	ret_message->size = message->header.size - WIRE_HEADER_SIZE;
	ret_message->payload = message->payload;
	if (copy || (uintptr_t)message->payload % WIRE_ALIGN != 0)
		ret_message->payload = copy_out(connection, message->payload, ret_message->size);
	if (!ret_message->payload && ret_message->size > 0)
		return lost_now(connection, ENOMEM);
	return 1;
}

/* More bytes from the socket, none of them a RESYNC. 1: some; 0: none; negative: lost. */
static int fill_raw(struct connection *connection)
{
	const ssize_t n = socket_read(connection, connection->raw, CONNECTION_READ_MAX);
	const uint8_t *scan = connection->raw;
	size_t left = (size_t)n;

	if (n == -EAGAIN)
		return 0;
	if (n <= 0)
		return lost_now(connection, n == 0 ? ECONNRESET : (int)-n);
	if (hello_guest_feed(&connection->hello, &scan, &left) == HELLO_GUEST_RESYNC)
		return lost_now(connection, ECONNRESET);
	connection->raw_at = 0;
	connection->raw_end = (size_t)n;
	return 1;
}

/* What to do with a message of the socket: 1: hand it out; 0: it has been dealt with; negative: lost. */
static int sort_out(struct connection *connection, const struct frame_message *message,
	struct incoming *ret_message)
{
	if (message->header.channel == 0) {
		control_message(connection, message);
		return -atomic_load(&connection->lost);
	}
	if (message->header.channel != CONNECTION_CHANNEL || !connection->opened || connection->shared)
		return 0;
	if (message->header.opcode == oriel_bulk_type.id)
		return take_piece(connection, message);
	return keep(connection, message, false, ret_message);
}

int socket_next(struct connection *connection, struct incoming *ret_message)
{
	struct frame_message message;
	const uint8_t *at;
	size_t left;
	int result;

	while (!atomic_load(&connection->lost)) {
		if (connection->raw_at == connection->raw_end) {
			result = fill_raw(connection);
			if (result <= 0)
				return result;
		}
		at = connection->raw + connection->raw_at;
		left = connection->raw_end - connection->raw_at;
		switch (frame_reader_next(&connection->frames, &at, &left, &message)) {
		case FRAME_MESSAGE:
			atomic_store_explicit(&connection->heard, true, memory_order_relaxed);
			connection->raw_at = connection->raw_end - left;
			result = sort_out(connection, &message, ret_message);
			if (result)
				return result;
			break;
		case FRAME_MORE:
			connection->raw_at = connection->raw_end;
			break;
		case FRAME_FAILED:
		default:
			return lost_now(connection, EBADMSG);
		}
	}
	return -atomic_load(&connection->lost);
}

/* Bytes of a reply that is not copied out: its arrays are, to where the program wants them. */
#define LEND_LEAST 16384u

/* The host may change it: it has nothing but what is used as it was read once (gl_reply_array()). */
static bool may_lend(const struct connection *connection, const struct frame_message *message)
{
	return message->header.opcode >= GL_OP_FIRST && message->header.size >= LEND_LEAST &&
	       message->payload != connection->pipe_buffer + WIRE_HEADER_SIZE;
}

/* So many bytes of the pipe from the host are done with. */
static void pipe_release(struct connection *connection, size_t size)
{
	struct pipe *in = &connection->in;

	if (size > 0 && pipe_took(in, size))
		wait_wake(&in->words->room);
}

/* As socket_next(), out of shared memory. With the link's lock held. */
static int pipe_next(struct connection *connection, struct incoming *ret_message)
{
	struct pipe *in = &connection->in;
	struct frame_message message;
	size_t size, left;
	const uint8_t *at;
	int result = 0;
	bool lend;

	pipe_release(connection, connection->lent);
	connection->lent = 0;
	while (result == 0 && !atomic_load(&connection->lost)) {
		lend = false;
		at = pipe_peek(in, &size);
		if (!at)
			return in->broken ? lost_now(connection, EBADMSG) : 0;
		left = size;
		switch (frame_reader_next(&connection->pipe_frames, &at, &left, &message)) {
		case FRAME_MESSAGE:
			atomic_store_explicit(&connection->heard, true, memory_order_relaxed);
			lend = may_lend(connection, &message);
			result = message.header.opcode == oriel_bulk_type.id
					 ? take_piece(connection, &message)
					 : keep(connection, &message, !lend, ret_message);
			break;
		case FRAME_MORE:
			break;
		case FRAME_FAILED:
		default:
			return lost_now(connection, EBADMSG);
		}
		if (lend)
			connection->lent = size - left;
		else
			pipe_release(connection, size - left);
	}
	return result ? result : -atomic_load(&connection->lost);
}

/* ---- the inbox */

int inbox_push(struct inbox *inbox, const struct incoming *message)
{
	const size_t size = WIRE_HEADER_SIZE + message->size;

	if (inbox->at == inbox->end)
		inbox->at = inbox->end = 0;
	if (size > inbox->capacity - inbox->end) {
		const size_t capacity = (inbox->end + size) * 2;
		uint8_t *more =
			capacity <= CONNECTION_INBOX_MAX ? realloc(inbox->bytes, capacity) : NULL;
		if (!more)
			return -ENOMEM;
		inbox->bytes = more;
		inbox->capacity = capacity;
	}
	memcpy(inbox->bytes + inbox->end, &message->header, sizeof(message->header));
	if (message->size > 0)
		memcpy(inbox->bytes + inbox->end + WIRE_HEADER_SIZE, message->payload, message->size);
	inbox->end += size;
	return 0;
}

_Static_assert(sizeof(struct wire_header) == WIRE_HEADER_SIZE, "the inbox keeps them side by side");

static int inbox_next(struct connection *connection, struct incoming *ret_message)
{
	struct inbox *inbox = &connection->inbox;
	struct frame_message message;

	if (inbox->at == inbox->end)
		return 0;
	memcpy(&message.header, inbox->bytes + inbox->at, sizeof(message.header));
	message.payload = inbox->bytes + inbox->at + WIRE_HEADER_SIZE;
	inbox->at += message.header.size;
	return keep(connection, &message, true, ret_message);
}

static int drain(struct connection *connection,
	int (*next)(struct connection *connection, struct incoming *ret_message))
{
	struct incoming message;
	int result;

	for (;;) {
		result = next(connection, &message);
		if (result <= 0)
			return result;
		if (inbox_push(&connection->inbox, &message))
			return lost_now(connection, ENOMEM);
	}
}

int connection_look(struct connection *connection)
{
	return drain(connection, socket_next);
}

int pipe_drain(struct connection *connection)
{
	return drain(connection, pipe_next);
}

/* ---- handing out */

/* The next message there is. 1, 0 or negative. */
static int next_message(struct connection *connection, struct incoming *ret_message)
{
	int result = inbox_next(connection, ret_message);

	if (result)
		return result;
	if (connection->shared)
		return pipe_next(connection, ret_message);
	pthread_mutex_lock(&connection->io);
	control_flush(connection);
	result = socket_next(connection, ret_message);
	pthread_mutex_unlock(&connection->io);
	return result;
}

/* Puts the payload in place that a message names. 1, or negative. */
static int resolve(struct connection *connection, struct incoming *message)
{
	uint64_t size;
	uint32_t id;

	if (!(message->header.flags & GL_FLAG_BULK))
		return 1;
	if (message->size < sizeof(id))
		return lost_now(connection, EBADMSG);
	memcpy(&id, message->payload, sizeof(id));
	connection->bulk_taken =
		connection->bulk.ops ? bulk_take(&connection->bulk, CONNECTION_CHANNEL, id, &size)
				     : NULL;
	if (!connection->bulk_taken)
		return lost_now(connection, EBADMSG);
	message->header.flags &= (uint8_t)~GL_FLAG_BULK;
	message->payload = connection->bulk_taken;
	message->size = (size_t)size;
	return 1;
}

static void wait_message(struct connection *connection)
{
	if (!connection->shared) {
		const bool more = control_waits(connection);
		socket_wait(connection, more ? POLLIN | POLLOUT : POLLIN, CONNECTION_LOOK_MS);
		return;
	}
	wait_data(connection);
}

int connection_receive(void *data, bool wait, struct wire_header *ret_header,
	const void **ret_payload, size_t *ret_size)
{
	struct connection *connection = data;
	struct incoming message;
	int result;

	free(connection->bulk_taken);
	connection->bulk_taken = NULL;
	for (;;) {
		if (atomic_load(&connection->lost))
			return -atomic_load(&connection->lost);
		result = next_message(connection, &message);
		if (result > 0)
			result = resolve(connection, &message);
		if (result < 0)
			return result;
		if (result > 0)
			break;
		if (!wait)
			return 0;
		wait_message(connection);
	}
	*ret_header = message.header;
	*ret_payload = message.payload;
	*ret_size = message.size;
	return 1;
}

void input_finish(struct connection *connection)
{
	if (connection->bulk.ops)
		bulk_finish(&connection->bulk);
	free(connection->bulk_taken);
	free(connection->inbox.bytes);
	free(connection->message);
	free(connection->raw);
	free(connection->frame_buffer);
}
