/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vnc/viewer.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "util.h"
#include "vnc/encodings.h"
#include "vnc/parts.h"

#define CHECK_NS UINT64_C(1000000000) /* between two looks at a viewer that takes nothing */
#define AGAIN_NS UINT64_C(4000000)    /* between two looks at a socket or queue that is to drain */
/* Over its raw pixels, what an encoding and headers may add to an update. */
#define UPDATE_EXTRA ((size_t)1 << 20)
#define DEAD_IDLE    60 /* seconds of silence before the kernel asks whether a peer lives */

static void on_poll(uv_poll_t *poll, int status, int events);

static void format_address(const struct sockaddr *peer, char *text, size_t size)
{
	char host[NI_MAXHOST], port[NI_MAXSERV];
	socklen_t length = peer->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
						       : sizeof(struct sockaddr_in);

	if ((peer->sa_family != AF_INET && peer->sa_family != AF_INET6) ||
		getnameinfo(peer, length, host, sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
		snprintf(text, size, "unix");
		return;
	}
	snprintf(text, size, peer->sa_family == AF_INET6 ? "[%.200s]:%.20s" : "%.200s:%.20s", host,
		port);
}

/* An update waits for nothing, and a peer that vanished is noticed. Not for unix sockets: errors do not matter. */
static void tune_socket(int fd)
{
	int on = 1, idle = DEAD_IDLE;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
}

/* Reads while there is room, writes while there is something to write. */
static void viewer_watch(struct viewer *viewer)
{
	int events = 0;

	if (viewer->dead) {
		uv_poll_stop(&viewer->poll);
		viewer->watched = 0;
		return;
	}
	if (!viewer->closing && !viewer->blocked)
		events |= UV_READABLE;
	if (channel_queued(&viewer->channel) > 0)
		events |= UV_WRITABLE;
	if (events == viewer->watched)
		return;
	viewer->watched = events;
	if (events == 0)
		uv_poll_stop(&viewer->poll);
	else
		uv_poll_start(&viewer->poll, events, on_poll);
}

/* The connection is lost, or must be left at once. */
static void viewer_drop(struct viewer *viewer, const char *reason)
{
	if (!viewer->reason[0])
		snprintf(viewer->reason, sizeof(viewer->reason), "%s", reason);
	viewer->dead = true;
	viewer_watch(viewer);
}

static void viewer_flush(struct viewer *viewer)
{
	int r = viewer->dead ? 0 : channel_flush(&viewer->channel);

	if (r < 0)
		viewer_drop(viewer, strerror(-r));
}

void viewer_close(struct viewer *viewer, const char *reason)
{
	if (viewer->closing || viewer->dead)
		return;
	if (!viewer->reason[0])
		snprintf(viewer->reason, sizeof(viewer->reason), "%s", reason);
	viewer->closing = true;
	viewer->deadline_ns = clock_ns() + VIEWER_LINGER_NS;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct viewer *viewer = poll->data;
	int n;

	if (status < 0) {
		viewer_drop(viewer, "the connection was lost");
		return;
	}
	if (events & UV_WRITABLE)
		viewer_flush(viewer);
	if (!(events & UV_READABLE) || viewer->closing || viewer->dead)
		return;
	n = channel_receive(&viewer->channel);
	if (n == 0)
		viewer_drop(viewer, "it left");
	else if (n == -EAGAIN)
		return;
	else if (n < 0)
		viewer_drop(viewer, strerror(-n));
	else
		dialogue_consume(viewer);
}

/* The oldest connection before authentication makes room for a new one. */
static void drop_oldest_fresh(struct vnc_server *server)
{
	struct viewer *viewer;

	list_for_each(viewer, &server->viewers, link) {
		if (!viewer->ready && !viewer->dead) {
			viewer_drop(viewer, "too many connections wait for authentication");
			return;
		}
	}
}

static const char *refusal(const struct viewer *viewer)
{
	struct vnc_server *server = viewer->server;

	if (server->n_ready >= server->viewers_max) {
		server->refused++;
		return "there are too many viewers";
	}
	if (!auth_allowed(&server->auth, &viewer->from, clock_ms()))
		return "too many wrong passwords: try again in a minute";
	return NULL;
}

static int viewer_init(struct viewer *viewer, const struct sockaddr *peer)
{
	struct vnc_server *server = viewer->server;
	int r;

	viewer->from = auth_address_of(peer);
	format_address(peer, viewer->address, sizeof(viewer->address));
	viewer->refused = refusal(viewer);
	viewer->progress_ns = clock_ns();
	viewer->deadline_ns = viewer->progress_ns + VIEWER_HANDSHAKE_NS;
	tune_socket(viewer->fd);
	channel_init(&viewer->channel, viewer->fd, &server->queued, VIEWER_QUEUED_TOTAL);
	r = dialogue_open(viewer);
	if (r == 0)
		r = uv_poll_init(server->loop, &viewer->poll, viewer->fd);
	if (r < 0) {
		dialogue_finish(viewer);
		channel_finish(&viewer->channel);
	}
	return r;
}

int viewer_create(struct vnc_server *server, int fd, const struct sockaddr *peer, uint32_t display,
	const struct picture *picture)
{
	struct viewer *viewer = calloc(1, sizeof(*viewer));
	int r = -ENOMEM;

	if (viewer) {
		viewer->server = server;
		viewer->display = display;
		viewer->fd = fd;
		viewer->picture = *picture;
		viewer->poll.data = viewer;
		r = viewer_init(viewer, peer);
	}
	if (r < 0) {
		log_limited(&server->lines, LOG_LEVEL_WARNING, "cannot serve a viewer: %s",
			strerror(-r));
		free(viewer);
		close(fd);
		return r;
	}
	if (server->n_fresh >= VIEWER_FRESH_MAX)
		drop_oldest_fresh(server);
	viewer->id = ++server->last_id;
	server->n_fresh++;
	list_append(&server->viewers, &viewer->link);
	server->ops->changed(server->data, viewer, NULL);
	viewer_flush(viewer);
	viewer_watch(viewer);
	return 0;
}

void viewer_set_ready(struct viewer *viewer)
{
	struct vnc_server *server = viewer->server;

	if (server->n_ready >= server->viewers_max) {
		server->refused++;
		viewer_close(viewer, "there are too many viewers");
		return;
	}
	viewer->ready = true;
	server->n_fresh--;
	server->n_ready++;
	canvas_place(viewer);
	server->ops->changed(server->data, viewer, NULL);
}

static void wake_at(uint64_t *wake_ns, uint64_t at_ns)
{
	if (at_ns < *wake_ns)
		*wake_ns = at_ns;
}

/* Ends those who do not finish the handshake, leave their data lying, or have had their last words. */
static void viewer_expire(struct viewer *viewer, uint64_t now_ns, uint64_t *wake_ns)
{
	size_t waiting = channel_unacknowledged(&viewer->channel);
	uint64_t acknowledged = viewer->channel.sent - waiting;

	waiting += channel_queued(&viewer->channel);
	if (waiting == 0 || acknowledged != viewer->acknowledged)
		viewer->progress_ns = now_ns;
	viewer->acknowledged = acknowledged;
	if (viewer->closing && (waiting == 0 || now_ns >= viewer->deadline_ns))
		viewer_drop(viewer, "");
	else if (!viewer->ready && now_ns >= viewer->deadline_ns)
		viewer_drop(viewer, "it did not finish the handshake in time");
	else if (now_ns - viewer->progress_ns >= VIEWER_STALL_NS)
		viewer_drop(viewer, "it has taken no data for a minute");
	else if (viewer->closing)
		wake_at(wake_ns, now_ns + AGAIN_NS * 4);
	else if (!viewer->ready || waiting > 0)
		wake_at(wake_ns, now_ns + CHECK_NS);
	viewer->check_ns = now_ns + (viewer->closing ? 0 : CHECK_NS);
}

static bool viewer_asks(const struct viewer *viewer)
{
	return viewer->ready && !viewer->closing && !viewer->dead &&
	       channel_queued(&viewer->channel) == 0 &&
	       !sraRgnEmpty(viewer->client->requestedRegion);
}

/* The one that has been taking its update for longest, if that is long. */
static void drop_slowest(struct vnc_server *server, uint64_t now_ns)
{
	struct viewer *viewer, *slowest = NULL;

	list_for_each(viewer, &server->viewers, link) {
		if (!viewer->dead && channel_queued(&viewer->channel) > 0 &&
			(!slowest || viewer->due_ns < slowest->due_ns))
			slowest = viewer;
	}
	if (slowest && slowest->due_ns + VIEWER_SLOW_NS < now_ns)
		viewer_drop(slowest, "others needed the room that its update took");
}

/* Whether an update finds room: one begun without it would cost the viewer its connection. */
static bool has_room(const struct viewer *viewer)
{
	const rfbScreenInfo *screen = viewer->screen;
	size_t most = (size_t)screen->width * (size_t)screen->height * 4 + UPDATE_EXTRA;

	return viewer->server->queued + most <= VIEWER_QUEUED_TOTAL;
}

/* Starts an update when the viewer has asked for one and can take it. */
static void viewer_advance(struct viewer *viewer, uint64_t now_ns, uint64_t *wake_ns)
{
	uint64_t interval = viewer->server->interval_ns;

	if (!viewer_asks(viewer) || !FB_UPDATE_PENDING(viewer->client))
		return;
	if (now_ns < viewer->due_ns) {
		wake_at(wake_ns, viewer->due_ns);
		return;
	}
	if (channel_unacknowledged(&viewer->channel) > VIEWER_AHEAD_MAX) {
		wake_at(wake_ns, now_ns + AGAIN_NS);
		return;
	}
	if (!has_room(viewer)) {
		drop_slowest(viewer->server, now_ns);
		wake_at(wake_ns, now_ns + AGAIN_NS);
		return;
	}
	canvas_update(viewer);
	if (viewer->channel.failed)
		viewer_drop(viewer, "its queue is full");
	else if (viewer->client->sock == RFB_INVALID_SOCKET)
		viewer_close(viewer, "the RFB library has ended it");
	/* A turn that came late may be followed by one that comes early: the rate is kept, not the gap. */
	if (viewer->due_ns + interval < now_ns)
		viewer->due_ns = now_ns - interval;
	viewer->due_ns += interval;
}

void viewer_service(struct viewer *viewer, uint64_t now_ns, bool hold, uint64_t *wake_ns)
{
	if (!viewer->dead && viewer->blocked) {
		dialogue_consume(viewer);
		if (viewer->blocked)
			wake_at(wake_ns, now_ns + AGAIN_NS);
	}
	if (!viewer->dead && !hold)
		viewer_advance(viewer, now_ns, wake_ns);
	viewer_flush(viewer);
	if (viewer->dead)
		return;
	if (viewer->closing || now_ns >= viewer->check_ns)
		viewer_expire(viewer, now_ns, wake_ns);
	else if (!viewer->ready || channel_queued(&viewer->channel) > 0)
		wake_at(wake_ns, viewer->check_ns);
	viewer_watch(viewer);
}

bool viewer_waits(const struct viewer *viewer)
{
	return viewer_asks(viewer) && channel_unacknowledged(&viewer->channel) <= VIEWER_AHEAD_MAX;
}

static void on_closed(uv_handle_t *handle)
{
	struct viewer *viewer = handle->data;

	close(viewer->fd);
	free(viewer);
}

void viewer_destroy(struct viewer *viewer)
{
	struct vnc_server *server = viewer->server;

	if (viewer->ready)
		server->n_ready--;
	else
		server->n_fresh--;
	list_remove(&viewer->link);
	server->ops->changed(server->data, viewer, viewer->reason);
	dialogue_finish(viewer);
	channel_finish(&viewer->channel);
	uv_close((uv_handle_t *)&viewer->poll, on_closed);
}

void viewer_stats(const struct viewer *viewer, struct ipc_viewer_stats *ret_stats)
{
	*ret_stats = (struct ipc_viewer_stats){
		.viewer = viewer->id,
		.frames = viewer->frames,
		.bytes = viewer->channel.sent,
		.queued = channel_queued(&viewer->channel) + channel_unacknowledged(&viewer->channel),
	};
	snprintf(ret_stats->encoding, sizeof(ret_stats->encoding), "%s",
		encodings_name(viewer->client->preferredEncoding));
}
