/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "fdpass.h"
#include "list.h"
#include "log.h"

struct queued {
	struct list link; // link.queue
	int fd;
	size_t size;
	uint8_t data[];
};

struct link {
	uv_poll_t poll;
	int fd;
	const struct link_ops *ops;
	void *data;
	struct list queue; // queued.link
	size_t n_queued;
	bool failed, closing;
	int events; /* that are polled for */
	char reason[160];
	_Alignas(16) uint8_t packet[IPC_MESSAGE_MAX];
	_Alignas(16) uint8_t decoded[IPC_MESSAGE_MAX];
};

static void on_poll(uv_poll_t *poll, int status, int events);

static void link_watch(struct link *link)
{
	int events =
		link->failed || !list_empty(&link->queue) ? UV_READABLE | UV_WRITABLE : UV_READABLE;

	if (events == link->events)
		return;
	link->events = events;
	uv_poll_start(&link->poll, events, on_poll);
}

/* Marks the link failed; `closed` is called from the loop, never from link_send. */
static void link_fail(struct link *link, const char *reason)
{
	if (link->failed || link->closing)
		return;
	link->failed = true;
	snprintf(link->reason, sizeof(link->reason), "%s", reason);
	/* A socket that the peer has filled is not writable; one that is shut down wakes the loop. */
	shutdown(link->fd, SHUT_RDWR);
	link_watch(link);
}

static const char *error_reason(int error)
{
	return error == 0 || error == -EPIPE || error == -ECONNRESET ? LINK_ENDED : strerror(-error);
}

static void queue_drop(struct link *link, struct queued *entry)
{
	list_remove(&entry->link);
	link->n_queued--;
	if (entry->fd >= 0)
		close(entry->fd);
	free(entry);
}

static int queue_add(struct link *link, const void *data, size_t size, int fd)
{
	struct queued *entry;

	if (link->n_queued >= IPC_QUEUE_MAX) {
		link_fail(link, "it does not read its messages");
		return -ENOBUFS;
	}
	entry = malloc(sizeof(*entry) + size);
	if (!entry)
		return -ENOMEM;
	entry->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (fd >= 0 && entry->fd < 0) {
		free(entry);
		return -errno;
	}
	entry->size = size;
	memcpy(entry->data, data, size);
	list_append(&link->queue, &entry->link);
	link->n_queued++;
	link_watch(link);
	return 0;
}

static bool would_block(int error)
{
	return error == -EAGAIN || error == -ENOBUFS || error == -ETOOMANYREFS;
}

static void queue_flush(struct link *link)
{
	while (!list_empty(&link->queue) && !link->failed) {
		struct queued *entry = list_entry(link->queue.next, struct queued, link);
		int r = fdpass_send(link->fd, entry->data, entry->size, entry->fd);
		if (would_block(r))
			return;
		if (r < 0)
			link_fail(link, error_reason(r));
		queue_drop(link, entry);
	}
}

static const struct link_row *find_row(const struct link *link, uint16_t id)
{
	for (size_t i = 0; i < link->ops->n_rows; i++) {
		if (link->ops->rows[i].type->id == id)
			return &link->ops->rows[i];
	}
	return NULL;
}

/* One received datagram: checked against its row, decoded, handled. Takes fd. */
static void link_dispatch(struct link *link, size_t size, int fd)
{
	struct wire_header header;
	const struct link_row *row = NULL;
	char reason[120];

	if (size >= WIRE_HEADER_SIZE && wire_read_header(link->packet, IPC_MESSAGE_MAX, &header) &&
		header.size == size)
		row = find_row(link, header.opcode);
	if (row && row->type->struct_size <= sizeof(link->decoded) &&
		(fd >= 0) == (row->type->fds > 0) &&
		wire_decode(row->type, link->packet + WIRE_HEADER_SIZE, size - WIRE_HEADER_SIZE,
			link->decoded)) {
		row->handle(link->data, link->decoded, fd);
		return;
	}
	if (fd >= 0)
		close(fd);
	snprintf(reason, sizeof(reason), "it sent a malformed message (%s, %zu bytes)",
		row ? row->type->name : "unknown", size);
	link_fail(link, reason);
}

static void link_receive(struct link *link)
{
	for (unsigned i = 0; i < LINK_BURST && !link->closing && !link->failed; i++) {
		int fd = -1;
		ssize_t n = fdpass_receive(link->fd, link->packet, sizeof(link->packet), &fd);
		if (n == -EAGAIN)
			break;
		/* The peer ended with messages unread; its own last ones are still to be had. */
		if (n == -ECONNRESET)
			continue;
		if (n <= 0)
			link_fail(link, error_reason((int)n));
		else
			link_dispatch(link, (size_t)n, fd);
	}
}

static void on_closed(uv_handle_t *handle)
{
	struct link *link = handle->data;

	close(link->fd);
	free(link);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct link *link = poll->data;

	/* libuv reports any error of the socket as EBADF, and stops: receiving tells which it is. */
	if (status < 0) {
		events = UV_READABLE;
		link->events = 0;
	}
	if (!link->failed && (events & UV_WRITABLE))
		queue_flush(link);
	if (!link->failed && (events & UV_READABLE))
		link_receive(link);
	if (link->closing)
		return;
	if (link->failed) {
		uv_poll_stop(&link->poll);
		link->ops->closed(link->data, link->reason);
		return;
	}
	link_watch(link);
}

int link_open(uv_loop_t *loop, int fd, const struct link_ops *ops, void *data, struct link **ret_link)
{
	struct link *link = calloc(1, sizeof(*link));
	int r;

	if (!link) {
		close(fd);
		return -ENOMEM;
	}
	link->fd = fd;
	link->ops = ops;
	link->data = data;
	list_init(&link->queue);
	link->poll.data = link;
	r = uv_poll_init(loop, &link->poll, fd);
	if (r < 0) {
		close(fd);
		free(link);
		return r;
	}
	link_watch(link);
	*ret_link = link;
	return 0;
}

int link_send(struct link *link, const struct wire_type *type, const void *message, int fd)
{
	uint8_t data[IPC_MESSAGE_MAX];
	struct wire_writer writer;
	size_t size;
	int r;

	if (link->failed || link->closing)
		return -EPIPE;
	wire_writer_init(&writer, data, sizeof(data));
	size = wire_write_message(&writer, type, 0, 0, message);
	if (size == 0)
		return -EMSGSIZE;
	if (!list_empty(&link->queue))
		return queue_add(link, data, size, fd);
	r = fdpass_send(link->fd, data, size, fd);
	if (would_block(r))
		return queue_add(link, data, size, fd);
	if (r < 0)
		link_fail(link, error_reason(r));
	return r;
}

size_t link_queued(const struct link *link)
{
	return link->n_queued;
}

void link_close(struct link *link)
{
	struct queued *entry, *next;

	if (!link || link->closing)
		return;
	link->closing = true;
	list_for_each_safe(entry, next, &link->queue, link)
		queue_drop(link, entry);
	uv_close((uv_handle_t *)&link->poll, on_closed);
}
