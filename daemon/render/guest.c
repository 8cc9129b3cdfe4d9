/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "oriel/oriel_stream.h"
#include "quota.h"

#define PEEK_AGAIN_MS 20u /* after fewer bytes than tell the protocol */
#define PEEK_BYTES    8u
#define GONE_BURST    128u
#define GONE_EACH_MS \
	5u /* connections that end faster than this wait before orield makes room for others */
#define VTEST_NAME_MAX 4096u
#define VTEST_CREATE   8u /* CREATE_RENDERER, which begins a vtest connection */

enum guest_state {
	GUEST_HELD,    /* the sandbox is not there yet */
	GUEST_WAITING, /* for its first bytes */
	GUEST_VTEST,
	GUEST_ORIEL,
};

struct guest {
	struct list link; // guests.list
	struct guests *guests;
	uint32_t id;
	bool vm, resumed;
	bool closing; /* orield has counted it out */
	bool dropped; /* orield wants it closed, in the turn in which its protocol is decided */
	uint8_t token[IPC_TOKEN_SIZE];
	char peer[IPC_TEXT_MAX + 1];
	enum guest_state state;
	int fd;                      /* until somebody else has it */
	uint64_t since_ms, spoke_ms; /* it came; its first byte did (0: not yet) */
	uv_poll_t poll;
	uv_timer_t timer;
	unsigned handles; /* uv handles that are open */
	struct oriel_stream *oriel;
	struct stream *stream; /* NULL: none is open */
};

/* A guest_gone that waits for its time. */
struct gone {
	struct list link; // guests.gone
	struct ipc_guest_gone message;
};

struct guests {
	uv_loop_t *loop;
	struct virgl_thread *thread;
	const struct channel_host *host;
	struct link *link;
	uint32_t n_channels;
	uint8_t log_level;
	uint32_t n, n_closing;
	bool open;
	struct list list; // guest.link
	struct streams streams;
	struct log_limit limit; /* of what guests cause by coming and going */
	struct list gone;       // gone.link
	uv_timer_t gone_timer;
	uint32_t gone_spent; /* of the burst, less what time gave back */
	uint64_t gone_refilled_ms;
};

static void guest_watch(struct guest *guest);
static void on_poll(uv_poll_t *poll, int status, int events);
static void on_timer(uv_timer_t *timer);

struct guests *guests_create(uv_loop_t *loop, struct virgl_thread *thread)
{
	struct guests *guests = calloc(1, sizeof(*guests));

	if (!guests)
		return NULL;
	guests->loop = loop;
	guests->thread = thread;
	list_init(&guests->list);
	streams_init(&guests->streams);
	list_init(&guests->gone);
	guests->gone_timer.data = guests;
	uv_timer_init(loop, &guests->gone_timer);
	return guests;
}

void guests_set_link(struct guests *guests, struct link *link)
{
	guests->link = link;
}

static void tell(struct guests *guests, const struct wire_type *type, const void *message)
{
	if (guests->link)
		link_send(guests->link, type, message, -1);
}

static void on_gone_timer(uv_timer_t *timer);

/* Tells orield which guests are gone, as many as may be told now. */
static void gone_flush(struct guests *guests)
{
	uint64_t now = clock_ms();
	uint64_t back = (now - guests->gone_refilled_ms) / GONE_EACH_MS;

	if (back > 0) {
		guests->gone_spent =
			back >= guests->gone_spent ? 0 : guests->gone_spent - (uint32_t)back;
		guests->gone_refilled_ms = now;
	}
	while (!list_empty(&guests->gone) && guests->gone_spent < GONE_BURST) {
		struct gone *gone = list_entry(guests->gone.next, struct gone, link);
		tell(guests, &ipc_guest_gone_type, &gone->message);
		guests->gone_spent++;
		list_remove(&gone->link);
		free(gone);
	}
	if (!list_empty(&guests->gone))
		uv_timer_start(&guests->gone_timer, on_gone_timer, GONE_EACH_MS, 0);
}

static void on_gone_timer(uv_timer_t *timer)
{
	gone_flush(timer->data);
}

/*
 * orield hands over no more connections than a session may have, and one counts until it is told to
 * be gone. Guests that come and go without end are slowed down by that.
 */
static void tell_gone(struct guests *guests, uint32_t id, const char *reason)
{
	struct gone *gone = calloc(1, sizeof(*gone));

	if (!gone)
		abort(); /* orield would count the connection for ever */
	gone->message.guest = id;
	snprintf(gone->message.reason, sizeof(gone->message.reason), "%s", reason);
	list_append(&guests->gone, &gone->link);
	gone_flush(guests);
}

/* ---- streams */

/* A connection's streams all tell its token: with it the connection is resumed, none of them is. */
static void stream_began(
	struct guest *guest, const struct stream *stream, const char *protocol, const char *program)
{
	struct ipc_stream message = { .stream = stream->id, .guest = guest->id };

	log_limited(&guest->guests->limit, LOG_LEVEL_INFO, "stream %u: %s, program %s (guest %u, %s)",
		stream->id, protocol, program, guest->id, guest->peer);
	snprintf(message.protocol, sizeof(message.protocol), "%s", protocol);
	snprintf(message.program, sizeof(message.program), "%s", program);
	if (guest->state == GUEST_ORIEL)
		memcpy(message.token, guest->token, sizeof(message.token));
	tell(guest->guests, &ipc_stream_type, &message);
}

static void stream_over(struct guest *guest, struct stream *stream, const char *reason)
{
	struct ipc_stream_gone message = { .stream = stream->id };

	log_limited(&guest->guests->limit, LOG_LEVEL_INFO, "stream %u: over: %s", stream->id, reason);
	snprintf(message.reason, sizeof(message.reason), "%s", reason);
	tell(guest->guests, &ipc_stream_gone_type, &message);
	stream_destroy(stream);
}

/* ---- the end */

static void on_handle_closed(uv_handle_t *handle)
{
	struct guest *guest = handle->data;

	if (--guest->handles > 0)
		return;
	if (guest->fd >= 0)
		close(guest->fd);
	free(guest);
}

/* Gone for good: whoever else had its descriptor has closed it. */
static void guest_end(struct guest *guest, const char *reason)
{
	struct guests *guests = guest->guests;

	list_remove(&guest->link);
	guests->n--;
	guests->n_closing -= guest->closing;
	tell_gone(guests, guest->id, reason);
	oriel_stream_destroy(guest->oriel);
	guest->oriel = NULL;
	if (guest->state != GUEST_VTEST && guest->state != GUEST_ORIEL)
		uv_close((uv_handle_t *)&guest->poll, on_handle_closed);
	uv_close((uv_handle_t *)&guest->timer, on_handle_closed);
}

/* ---- Oriel's protocol */

static void on_oriel_opened(
	void *data, const char *protocol, const char *program, const uint8_t token[IPC_TOKEN_SIZE])
{
	struct guest *guest = data;

	memcpy(guest->token, token, sizeof(guest->token));
	if (!guest->stream)
		guest->stream = stream_create(&guest->guests->streams, guest->id);
	if (guest->stream)
		stream_began(guest, guest->stream, protocol, program);
}

static void on_oriel_ended(void *data, const char *reason)
{
	struct guest *guest = data;

	if (guest->stream)
		stream_over(guest, guest->stream, reason);
	guest->stream = NULL;
}

static struct stream *on_channel_began(void *data, const char *protocol, const char *program)
{
	struct guest *guest = data;
	struct guests *guests = guest->guests;
	struct stream *stream = guests->n_channels < IPC_CHANNELS_MAX
					? stream_create(&guests->streams, guest->id)
					: NULL;

	if (!stream)
		return NULL;
	guests->n_channels++;
	stream->vm = guest->vm;
	stream_began(guest, stream, protocol, program);
	return stream;
}

static void on_channel_ended(void *data, struct stream *stream, const char *reason)
{
	struct guest *guest = data;

	guest->guests->n_channels--;
	stream_over(guest, stream, reason);
}

static void on_oriel_closed(void *data, const char *reason)
{
	guest_end(data, reason);
}

static const struct oriel_stream_ops oriel_ops = {
	.opened = on_oriel_opened,
	.ended = on_oriel_ended,
	.channel_began = on_channel_began,
	.channel_ended = on_channel_ended,
	.closed = on_oriel_closed,
};

static void guest_becomes_oriel(struct guest *guest)
{
	struct oriel_stream_config config = { .fd = guest->fd,
		.vm = guest->vm,
		.resumed = guest->resumed,
		.peer = guest->peer,
		.host = guest->guests->host };
	int r;

	memcpy(config.token, guest->token, sizeof(config.token));
	guest->fd = -1;
	guest->state = GUEST_ORIEL;
	r = oriel_stream_create(guest->guests->loop, &config, &oriel_ops, guest, &guest->oriel);
	if (r < 0)
		guest_end(guest, strerror(-r));
	else
		oriel_stream_log_level(guest->oriel, guest->guests->log_level);
}

/* ---- vtest */

static void guest_becomes_vtest(struct guest *guest)
{
	int fd = guest->fd;

	guest->stream = stream_create(&guest->guests->streams, guest->id);
	if (!guest->stream) {
		guest_end(guest, strerror(ENOMEM));
		return;
	}
	guest->stream->vm = guest->vm;
	guest->fd = -1;
	guest->state = GUEST_VTEST;
	virgl_thread_add(guest->guests->thread, fd, guest->stream);
}

static struct guest *guest_of(struct guests *guests, const struct stream *stream)
{
	struct guest *guest;

	list_for_each(guest, &guests->list, link) {
		if (guest->stream == stream)
			return guest;
	}
	return NULL;
}

void guests_vtest_named(
	struct guests *guests, struct stream *stream, const char *program, uint32_t version)
{
	struct guest *guest = guest_of(guests, stream);

	if (guest)
		stream_began(guest, stream, version == 2 ? "vtest-2" : "vtest-0", program);
}

void guests_vtest_ended(struct guests *guests, struct stream *stream, const char *reason)
{
	struct guest *guest = guest_of(guests, stream);

	if (!guest)
		return;
	stream_over(guest, stream, reason);
	guest->stream = NULL;
	guest_end(guest, reason);
}

/* ---- the first bytes */

static uint32_t dword(const uint8_t *data)
{
	uint32_t value;

	memcpy(&value, data, sizeof(value));
	return value;
}

/* The connection's poll handle must be closed before anybody else polls its descriptor. */
static void on_poll_closed(uv_handle_t *handle)
{
	struct guest *guest = handle->data;
	uint8_t first[PEEK_BYTES] = { 0 };

	guest->handles--;
	if (guest->dropped) {
		guest_end(guest, "it was closed before it was served");
		return;
	}
	if (guest->resumed) {
		guest_becomes_oriel(guest);
		return;
	}
	if (recv(guest->fd, first, sizeof(first), MSG_PEEK | MSG_DONTWAIT) == PEEK_BYTES &&
		dword(first) <= VTEST_NAME_MAX && dword(first + 4) == VTEST_CREATE)
		guest_becomes_vtest(guest);
	else
		guest_becomes_oriel(guest);
}

/* Stops watching; what the connection becomes is decided from its first bytes, which are there. */
static void guest_decide(struct guest *guest)
{
	guest->state = GUEST_ORIEL; /* its poll handle is closed here and not again */
	uv_timer_stop(&guest->timer);
	uv_close((uv_handle_t *)&guest->poll, on_poll_closed);
}

static uint64_t silence_ms(void)
{
	return quota_limit(LIMIT_HELLO_TIMEOUT) * 1000;
}

/* `left`: the peer sends nothing more. */
static void guest_peek(struct guest *guest, bool left)
{
	uint8_t first[PEEK_BYTES];
	ssize_t n = recv(guest->fd, first, sizeof(first), MSG_PEEK | MSG_DONTWAIT);
	uint64_t silent = clock_ms() - guest->since_ms;

	if (n > 0 && guest->spoke_ms == 0)
		guest->spoke_ms = clock_ms();
	if (n == PEEK_BYTES || (n > 0 && (left || clock_ms() - guest->spoke_ms >= silence_ms()))) {
		guest_decide(guest);
		return;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		guest_end(guest, "it closed the connection before it said anything");
		return;
	}
	if (!guest->vm && silent >= silence_ms()) {
		guest_end(guest, "it has not said what it is in time");
		return;
	}
	guest_watch(guest);
	if (n > 0) { /* readable all the time, and not enough yet */
		uv_poll_start(&guest->poll, UV_DISCONNECT, on_poll);
		uv_timer_start(&guest->timer, on_timer, PEEK_AGAIN_MS, 0);
	}
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	guest_peek(poll->data, status < 0 || (events & UV_DISCONNECT));
}

static void on_timer(uv_timer_t *timer)
{
	guest_peek(timer->data, false);
}

/* For something to read, and for the end of patience. */
static void guest_watch(struct guest *guest)
{
	uint64_t silent = clock_ms() - guest->since_ms;

	uv_poll_start(&guest->poll, UV_READABLE | UV_DISCONNECT, on_poll);
	if (!guest->vm)
		uv_timer_start(&guest->timer, on_timer,
			silent < silence_ms() ? silence_ms() - silent : 0, 0);
}

static void guest_open(struct guest *guest)
{
	guest->state = GUEST_WAITING;
	guest->since_ms = clock_ms();
	if (guest->resumed)
		guest_decide(guest);
	else
		guest_watch(guest);
}

/* ---- from orield */

static bool token_empty(const uint8_t token[IPC_TOKEN_SIZE])
{
	static const uint8_t none[IPC_TOKEN_SIZE];

	return memcmp(token, none, sizeof(none)) == 0;
}

/* NULL, or why this connection is not taken. */
static const char *guest_refusal(const struct guests *guests, const struct ipc_guest *message)
{
	if (message->resumed && token_empty(message->token))
		return "the render process was restarted";
	if (guests->n - guests->n_closing >= quota_limit(LIMIT_CLIENTS))
		return "the session has as many guest connections as it may";
	return NULL;
}

static struct guest *guest_create(struct guests *guests, const struct ipc_guest *message, int fd)
{
	struct guest *guest = calloc(1, sizeof(*guest));

	if (!guest)
		return NULL;
	guest->guests = guests;
	guest->id = message->guest;
	guest->vm = message->vm;
	guest->resumed = message->resumed;
	memcpy(guest->token, message->token, sizeof(guest->token));
	snprintf(guest->peer, sizeof(guest->peer), "%s", message->peer);
	guest->fd = fd;
	guest->poll.data = guest;
	guest->timer.data = guest;
	if (uv_poll_init(guests->loop, &guest->poll, fd) < 0) {
		free(guest);
		return NULL;
	}
	uv_timer_init(guests->loop, &guest->timer);
	guest->handles = 2;
	return guest;
}

void guests_add(struct guests *guests, const struct ipc_guest *message, int fd)
{
	const char *refusal = guest_refusal(guests, message);
	struct guest *guest = refusal ? NULL : guest_create(guests, message, fd);

	if (!guest) {
		close(fd);
		refusal = refusal ? refusal : "it cannot be served";
		log_limited(&guests->limit, LOG_LEVEL_INFO, "guest %u (%s) is not taken: %s",
			message->guest, message->peer, refusal);
		tell_gone(guests, message->guest, refusal);
		return;
	}
	list_append(&guests->list, &guest->link);
	guests->n++;
	if (guests->open)
		guest_open(guest);
}

void guests_open(struct guests *guests, const struct channel_host *host)
{
	struct guest *guest, *next;

	guests->open = true;
	guests->host = host;
	list_for_each_safe(guest, next, &guests->list, link)
		guest_open(guest);
}

void guests_close(struct guests *guests, uint32_t id, const char *reason)
{
	struct guest *guest, *next;

	list_for_each_safe(guest, next, &guests->list, link) {
		if (guest->id != id || guest->closing)
			continue;
		guest->closing = true;
		guests->n_closing++;
		if (guest->state == GUEST_VTEST)
			virgl_thread_remove(guests->thread, guest->stream->id, reason);
		else if (guest->oriel)
			oriel_stream_bye(guest->oriel, reason);
		else if (guest->state == GUEST_ORIEL)
			guest->dropped = true;
		else
			guest_end(guest, reason);
	}
}

void guests_set_log_level(struct guests *guests, uint8_t level)
{
	struct guest *guest;

	guests->log_level = level;
	list_for_each(guest, &guests->list, link) {
		if (guest->oriel)
			oriel_stream_log_level(guest->oriel, level);
	}
}

void guests_bye(struct guests *guests, const char *reason)
{
	struct guest *guest, *next;

	list_for_each_safe(guest, next, &guests->list, link) {
		if (guest->oriel)
			oriel_stream_bye(guest->oriel, reason);
	}
}

void guests_lost(struct guests *guests, const char *reason)
{
	struct guest *guest;

	list_for_each(guest, &guests->list, link) {
		if (guest->state != GUEST_VTEST)
			continue;
		log_limited(&guests->limit, LOG_LEVEL_WARNING, "guest %u (%s) is closed: %s",
			guest->id, guest->peer, reason);
		tell_gone(guests, guest->id, reason);
	}
}

void guests_input(struct guests *guests, const struct ipc_display_input *input)
{
	struct guest *guest, *target = NULL;

	list_for_each(guest, &guests->list, link) {
		if (guest->oriel && guest->id == stream_guest(&guests->streams, input->stream))
			target = guest;
	}
	if (target) {
		oriel_stream_input(target->oriel, input);
		return;
	}
	list_for_each(guest, &guests->list, link) {
		if (guest->oriel)
			oriel_stream_input(guest->oriel, input);
	}
}

uint32_t guests_channels(const struct guests *guests)
{
	return guests->n_channels;
}

void guests_report(struct guests *guests, struct ipc_render_pong *pong)
{
	struct guest *guest;

	list_for_each(guest, &guests->list, link) {
		struct oriel_stream_stats stats;
		if (!guest->oriel || !guest->stream)
			continue;
		oriel_stream_stats(guest->oriel, &stats);
		atomic_store(&guest->stream->bytes_in, stats.bytes_in);
		atomic_store(&guest->stream->commands, stats.messages);
	}
	streams_report(&guests->streams, pong);
}
