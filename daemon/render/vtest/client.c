/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients' sockets and their turns. Nothing blocks; a client that does not read is not served. */
#include "vtest/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "heap.h"
#include "passing.h"
#include "virgl/virgl.h"

static void on_poll(uv_poll_t *poll, int status, int events);
static void on_idle(uv_idle_t *idle);
static void client_turn(struct vtest_client *client);
static void on_flow(struct vtest_flow_turn *turn);
static void on_hello_timer(uv_timer_t *timer);

static void on_handle_closed(uv_handle_t *handle)
{
	struct vtest_client *client = handle->data;

	if (--client->handles > 0)
		return;
	close(client->fd);
	free(client);
}

/* What clients made goes back to the system: without this the C library keeps most of it. */
static void on_trim(uv_timer_t *timer)
{
	(void)timer;
	heap_trim();
}

/* The stream ends here; what is left of the client waits for its uv handles. */
static void client_leave(struct vtest_client *client)
{
	struct vtest_host *host = client->host;

	list_remove(&client->link);
	if (client->passed)
		passing_end();
	host->ops->ended(host->data, client->stream, client->failed);
	client->stream = NULL;
	if (!uv_is_active((uv_handle_t *)&host->trim))
		uv_timer_start(&host->trim, on_trim, VTEST_TRIM_MS, 0);
	uv_close((uv_handle_t *)&client->poll, on_handle_closed);
	uv_close((uv_handle_t *)&client->timer, on_handle_closed);
}

static void on_leave_timer(uv_timer_t *timer)
{
	struct vtest_client *client = timer->data;

	if (!vtest_output_unread(client))
		client_leave(client);
}

/* Gives back all that it has; it stays for as long as a descriptor is under way to it. */
static void client_end(struct vtest_client *client, const char *reason)
{
	if (reason != client->failed)
		snprintf(client->failed, sizeof(client->failed), "%s", reason);
	vtest_flow_leave(&client->turn);
	vtest_resources_destroy(client);
	virgl_context_destroy(client->context);
	quota_give(&client->quota, LIMIT_CONTEXTS, client->context > 0);
	virgl_sub_contexts_finish(&client->contexts);
	vtest_buffer_finish(&client->in);
	vtest_output_finish(client);
	if (!vtest_output_unread(client)) {
		client_leave(client);
		return;
	}
	list_remove(&client->link);
	list_append(&client->host->leaving, &client->link);
	uv_poll_stop(&client->poll);
	uv_timer_start(&client->timer, on_leave_timer, VTEST_LEAVE_MS, VTEST_LEAVE_MS);
}

void vtest_fail(struct vtest_client *client, const char *format, ...)
{
	char reason[IPC_TEXT_MAX + 1];
	va_list args;

	if (client->failed[0])
		return;
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	snprintf(client->failed, sizeof(client->failed), "%s", reason);
}

/* In the middle of a turn a failure is only noted; at its end the client goes. True: it is gone. */
static bool client_reap(struct vtest_client *client)
{
	if (!client->failed[0])
		return false;
	client_end(client, client->failed);
	return true;
}

/* Not served now: it waits for the GPU or for room, or does not take what it was sent. */
static bool client_blocked(const struct vtest_client *client)
{
	return client->fence > 0 || client->ahead.waits > 0 || client->crowded ||
	       client->passing >= 0 || vtest_buffer_size(&client->out) > VTEST_OUTPUT_HIGH;
}

static void client_watch(struct vtest_client *client)
{
	int events = 0;

	if (!client_blocked(client) && !client->backlog && !client->eof &&
		!vtest_flow_waits(&client->turn))
		events |= UV_READABLE;
	if (vtest_buffer_size(&client->out) > 0)
		events |= UV_WRITABLE;
	/* To start again, even for the same events, costs libuv two system calls. */
	if (events == client->events)
		return;
	client->events = events;
	if (events)
		uv_poll_start(&client->poll, events, on_poll);
	else
		uv_poll_stop(&client->poll);
}

void vtest_pause(struct vtest_client *client, uint64_t ms, uv_timer_cb on_timer)
{
	uv_timer_start(&client->timer, on_timer, ms, 0);
}

void vtest_resume(struct vtest_client *client)
{
	client_turn(client);
}

/* Reads once. How much memory a command gets depends on what came, not on what it claims. */
static void client_read(struct vtest_client *client, bool first)
{
	size_t have = vtest_buffer_size(&client->in);
	size_t room = have < VTEST_TURN_BYTES ? 65536 : VTEST_TURN_BYTES;
	size_t most = vtest_flow_ask(&client->host->flow, &client->turn, first, VTEST_TURN_BYTES);
	ssize_t n;

	if (most == 0) {
		quota_refuse(&client->quota, LIMIT_COMMAND_RATE, room);
		return;
	}
	if (!vtest_buffer_reserve(&client->in, room)) {
		vtest_fail(client, "there is no memory for its commands");
		return;
	}
	n = recv(client->fd, client->in.data + client->in.end,
		client->in.capacity - client->in.end < most ? client->in.capacity - client->in.end
							    : most,
		MSG_DONTWAIT);
	if (n > 0) {
		client->in.end += (size_t)n;
		vtest_flow_spend(&client->host->flow, (size_t)n);
		atomic_fetch_add(&client->stream->bytes_in, (uint64_t)n);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		client->eof = true;
	}
}

/* It has waited to be read. */
static void on_flow(struct vtest_flow_turn *turn)
{
	struct vtest_client *client = container_of(turn, struct vtest_client, turn);

	if (!client_blocked(client) && !client->eof)
		client_read(client, true);
	client_turn(client);
}

static void on_hello_timer(uv_timer_t *timer)
{
	struct vtest_client *client = timer->data;

	vtest_fail(client, "it has not said who it is in time");
	client_turn(client);
}

static void on_pair_timer(uv_timer_t *timer)
{
	struct vtest_client *client = timer->data;

	if (client->held.resource)
		vtest_held_timeout(client);
	client_turn(client);
}

static void on_crowded_timer(uv_timer_t *timer)
{
	struct vtest_client *client = timer->data;

	client->crowded = false;
	client_turn(client);
}

/* One command, if there is one. False: there is none, or it must wait. */
static bool client_step(struct vtest_client *client)
{
	struct vtest_command command;
	bool done = false;
	uint32_t ms;

	if (client->failed[0] || client_blocked(client) || vtest_next(client, &command) <= 0)
		return false;
	ms = vtest_present_waits(client, &command);
	if (ms > 0) {
		client->crowded = true;
		vtest_pause(client, ms, on_crowded_timer);
		return false;
	}
	if (client->held.resource) {
		uv_timer_stop(&client->timer);
		done = vtest_held_answer(client, &command);
	}
	if (!done && !client->failed[0])
		vtest_dispatch(client, &command);
	vtest_buffer_consume(&client->in,
		(size_t)(command.body + command.size - client->in.data) - client->in.start);
	return true;
}

/* A bounded number of commands, for a bounded time; `backlog` says whether more are there. */
static void client_run(struct vtest_client *client)
{
	struct vtest_command command;
	uint64_t end = clock_ms() + VTEST_TURN_MS;
	unsigned n = 0;

	while (n < VTEST_TURN_COMMANDS && client_step(client) && clock_ms() < end)
		n++;
	client->backlog =
		!client->failed[0] && !client_blocked(client) && vtest_next(client, &command) > 0;
	if (client->held.resource && !client->backlog && !uv_is_active((uv_handle_t *)&client->timer))
		vtest_pause(client, VTEST_PAIR_MS, on_pair_timer);
	vtest_buffer_shrink(&client->in);
}

static void client_turn(struct vtest_client *client)
{
	client_run(client);
	/* Commands of one that has gone are for nobody. */
	if (client->backlog && vtest_output_closed(client))
		vtest_fail(client, "it closed the connection");
	if (!client->failed[0])
		vtest_write(client);
	/* What was unread before may be sent by now, and more can be done for it. */
	if (!client->backlog && !client_blocked(client)) {
		struct vtest_command command;
		client->backlog = !client->failed[0] && vtest_next(client, &command) > 0;
	}
	if (client->eof && !client->backlog && !client_blocked(client))
		vtest_fail(client, "it closed the connection");
	if (client_reap(client))
		return;
	if (client->backlog)
		uv_idle_start(&client->host->idle, on_idle);
	client_watch(client);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct vtest_client *client = poll->data;

	if (status < 0) {
		client->eof = true;
		client->events = 0; /* libuv stopped it */
	}
	if (events & UV_WRITABLE)
		vtest_write(client);
	if ((events & UV_READABLE) && !client_blocked(client))
		client_read(client, false);
	client_turn(client);
}

/* A turn for each client that has commands left over. */
static void on_idle(uv_idle_t *idle)
{
	struct vtest_host *host = idle->data;
	struct vtest_client *client, *next;
	bool more = false;

	list_for_each_safe(client, next, &host->clients, link) {
		if (client->backlog)
			client_turn(client);
	}
	list_for_each(client, &host->clients, link)
		more = more || client->backlog;
	if (!more)
		uv_idle_stop(idle);
}

static void on_wake(uv_async_t *async)
{
	struct vtest_host *host = async->data;
	struct vtest_resource *resource;
	struct vtest_client *client;

	list_for_each(client, &host->clients, link) {
		list_for_each(resource, &client->shown, shown_link)
			surface_serve(resource->surface);
	}
}

struct vtest_host *vtest_host_create(
	uv_loop_t *loop, const struct vtest_config *config, const struct vtest_ops *ops, void *data)
{
	struct vtest_host *host = calloc(1, sizeof(*host));

	if (!host)
		return NULL;
	host->loop = loop;
	host->surfaces = config->surfaces;
	host->version = config->version;
	host->ops = ops;
	host->data = data;
	host->wake.data = host;
	host->idle.data = host;
	list_init(&host->clients);
	list_init(&host->leaving);
	if (uv_async_init(loop, &host->wake, on_wake) < 0) {
		free(host);
		return NULL;
	}
	uv_idle_init(loop, &host->idle);
	uv_timer_init(loop, &host->trim);
	vtest_flow_init(&host->flow, loop);
	return host;
}

void vtest_add(struct vtest_host *host, int fd, struct stream *stream)
{
	struct vtest_client *client = calloc(1, sizeof(*client));

	if (!client || uv_poll_init(host->loop, &client->poll, fd) < 0) {
		free(client);
		close(fd);
		host->ops->ended(host->data, stream, "it cannot be served");
		return;
	}
	uv_timer_init(host->loop, &client->timer);
	client->handles = 2;
	client->poll.data = client;
	client->timer.data = client;
	client->host = host;
	client->stream = stream;
	client->fd = fd;
	client->passing = client->fence_memory = -1;
	client->state = VTEST_HELLO;
	client->quota = (struct quota){ .stream = stream->id, .program = client->program };
	virgl_sub_contexts_init(&client->contexts, &client->quota);
	list_init(&client->shown);
	vtest_buffer_init(&client->in, &host->buffered, VTEST_BUFFERED_MAX);
	vtest_buffer_init(&client->out, &host->buffered, VTEST_BUFFERED_MAX);
	vtest_flow_turn_init(&client->turn, on_flow);
	list_append(&host->clients, &client->link);
	vtest_pause(client, quota_limit(LIMIT_HELLO_TIMEOUT) * 1000, on_hello_timer);
	client_watch(client);
}

void vtest_remove(struct vtest_host *host, uint32_t stream, const char *reason)
{
	struct vtest_client *client, *next;

	list_for_each_safe(client, next, &host->clients, link) {
		if (client->stream->id == stream)
			client_end(client, reason);
	}
}

void vtest_host_close(struct vtest_host *host, const char *reason)
{
	struct vtest_client *client, *next;

	list_for_each_safe(client, next, &host->clients, link)
		client_end(client, reason);
	list_for_each_safe(client, next, &host->leaving, link)
		client_leave(client);
	uv_close((uv_handle_t *)&host->wake, NULL);
	uv_close((uv_handle_t *)&host->idle, NULL);
	uv_close((uv_handle_t *)&host->trim, NULL);
	vtest_flow_close(&host->flow);
}
