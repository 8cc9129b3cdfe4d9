/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Guest connections: kept as duplicates, so that they outlive the render process that reads them. */
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "session/private.h"
#include "text.h"

/*
 * Between two that give way. Each is two messages to the render process, which would be taken for
 * one that does not read if connections without end were passed through to it.
 */
#define GIVE_WAY_MS 10u
#define GRACE_MS    100u /* what has been said takes so long to become known here, at most */

static struct guest *find_guest(struct session *session, uint32_t id)
{
	struct guest *guest;

	list_for_each(guest, &session->private->guests, link) {
		if (guest->id == id)
			return guest;
	}
	return NULL;
}

/* The peer sees the end even if another process still holds the connection. */
static void close_guest(struct session *session, struct guest *guest)
{
	list_remove(&guest->link);
	session->private->n_guests--;
	shutdown(guest->fd, SHUT_RDWR);
	close(guest->fd);
	free(guest);
}

static void hand_over(struct session *session, struct guest *guest)
{
	struct ipc_guest message = {
		.guest = guest->id,
		.vm = guest->vm,
		.resumed = guest->resumed,
	};

	memcpy(message.token, guest->token, sizeof(message.token));
	text_copy(message.peer, sizeof(message.peer), guest->peer);
	if (child_send(session->render, &ipc_guest_type, &message, guest->fd) == 0)
		guest->handed = true;
}

/* Waiting connections whose peers have gone make room for others. */
static void drop_gone(struct session *session)
{
	struct guest *guest, *next;

	list_for_each_safe(guest, next, &session->private->guests, link) {
		struct pollfd state = { .fd = guest->fd, .events = POLLRDHUP };
		if (!guest->handed && poll(&state, 1, 0) == 1 &&
			(state.revents & (POLLRDHUP | POLLHUP | POLLERR)))
			close_guest(session, guest);
	}
}

/* The oldest that has not said what it is yet gives way to others. */
static void drop_silent(struct session *session)
{
	struct ipc_guest_close message = { .reason = "others wait, and it has not said what it is" };
	uint64_t now = clock_ms();
	struct guest *guest;

	limits_refuse(session, LIMIT_CLIENTS);
	if (now - session->private->gave_way_ms < GIVE_WAY_MS)
		return;
	list_for_each(guest, &session->private->guests, link) {
		if (guest->has_stream || now - guest->since_ms < GRACE_MS)
			continue;
		session->private->gave_way_ms = now;
		log_limited(&session->private->guest_limit, LOG_LEVEL_WARNING,
			"%s: limit clients reached: guest %u (%s), which has not said what it is, gives way; raise clients in [limits], or for this session",
			session->spec.name, guest->id, guest->peer);
		message.guest = guest->id;
		if (guest->handed)
			child_send(session->render, &ipc_guest_close_type, &message, -1);
		close_guest(session, guest);
		return;
	}
}

/* Why no guest can be taken now, or NULL. */
static const char *refusal(struct session *session)
{
	const struct session_private *private = session->private;
	const uint64_t max = session_limit(session, LIMIT_CLIENTS);

	if (session->state == SESSION_FAILED)
		return "the session has failed";
	if (private->n_guests >= max)
		drop_gone(session);
	if (private->n_guests >= max)
		drop_silent(session);
	return private->n_guests >= max
		       ? "it has as many guests as it may (clients in [limits], or for this session)"
		       : NULL;
}

void guests_add(struct session *session, bool vm, int fd, const char *peer)
{
	struct session_private *private = session->private;
	const char *reason = refusal(session);
	struct guest *guest = reason ? NULL : calloc(1, sizeof(*guest));

	if (!guest) {
		log_limited(&private->guest_limit, LOG_LEVEL_WARNING, "%s: refused %s: %s",
			session->spec.name, peer, reason ? reason : "out of memory");
		close(fd);
		return;
	}
	guest->id = ++private->last_guest;
	guest->fd = fd;
	guest->vm = vm;
	guest->since_ms = clock_ms();
	text_copy(guest->peer, sizeof(guest->peer), peer);
	list_append(&private->guests, &guest->link);
	private->n_guests++;
	log_limited(&private->peer_limit, LOG_LEVEL_INFO, "%s: guest %u: %s%s", session->spec.name,
		guest->id, peer, session_worker(session, WORKER_RENDER)->ready ? "" : " (waits)");
	if (session_worker(session, WORKER_RENDER)->ready)
		hand_over(session, guest);
}

void guests_hand_over(struct session *session)
{
	struct guest *guest;

	list_for_each(guest, &session->private->guests, link) {
		if (!guest->handed)
			hand_over(session, guest);
	}
}

static bool can_resume(const struct guest *guest)
{
	static const uint8_t none[IPC_TOKEN_SIZE];

	/* Before its first bytes were recognised it may be of any protocol: the next process decides. */
	return !guest->has_stream || memcmp(guest->token, none, sizeof(none)) != 0;
}

void guests_render_gone(struct session *session)
{
	struct guest *guest, *next;

	list_for_each_safe(guest, next, &session->private->guests, link) {
		if (!guest->handed)
			continue;
		if (!can_resume(guest)) {
			close_guest(session, guest);
			continue;
		}
		guest->handed = false;
		guest->resumed = true;
	}
}

void guests_note_stream(struct session *session, const struct ipc_stream *stream)
{
	struct guest *guest = find_guest(session, stream->guest);

	if (!guest || !guest->handed)
		return;
	guest->has_stream = true;
	memcpy(guest->token, stream->token, sizeof(guest->token));
}

void guests_remove(struct session *session, uint32_t id)
{
	struct guest *guest = find_guest(session, id);

	if (guest && guest->handed)
		close_guest(session, guest);
}

void guests_close_all(struct session *session)
{
	struct guest *guest, *next;

	list_for_each_safe(guest, next, &session->private->guests, link)
		close_guest(session, guest);
}
