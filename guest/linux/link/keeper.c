/* SPDX-License-Identifier: MIT */
/*
 * A thread that reads the socket while the program does not: it answers pings, and notices when the
 * host goes away or says nothing any more. It sleeps but for that.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "internal.h"

/* Between two looks, where the channel's own messages come by the socket, too. */
#define KEEPER_PAUSE_MS   250
#define KEEPER_STACK_SIZE (256u << 10)

/* Reads what there is, unless a thread of the program is at it. */
static void look(struct connection *connection)
{
	if (!connection->shared && pthread_mutex_trylock(&connection->lock))
		return;
	pthread_mutex_lock(&connection->io);
	control_flush(connection);
	connection_look(connection);
	pthread_mutex_unlock(&connection->io);
	if (!connection->shared)
		pthread_mutex_unlock(&connection->lock);
}

/* True: it is to end. */
static bool pause_for(const struct connection *connection, int timeout_ms)
{
	struct pollfd wake = { .fd = connection->keeper_wake, .events = POLLIN };

	return poll(&wake, 1, timeout_ms) > 0;
}

static short wanted(struct connection *connection)
{
	bool waits;

	pthread_mutex_lock(&connection->io);
	waits = control_waits(connection);
	pthread_mutex_unlock(&connection->io);
	return waits ? POLLIN | POLLOUT : POLLIN;
}

void keeper_heed(struct connection *connection)
{
	if (atomic_exchange(&connection->heard, false)) {
		connection->silent = 0;
		return;
	}
	if (++connection->silent >= ORIEL_SILENCE_MS / ORIEL_PING_MS) {
		fprintf(stderr, "oriel: the host has not answered for %u s; OpenGL is lost\n",
			ORIEL_SILENCE_MS / 1000);
		connection_lose(connection, ETIMEDOUT);
		return;
	}
	pthread_mutex_lock(&connection->io);
	control_send(connection, &oriel_ping_type, &(struct oriel_ping){ connection->silent });
	pthread_mutex_unlock(&connection->io);
}

static void *keep(void *data)
{
	struct connection *connection = data;
	uint64_t heed = clock_ms() + ORIEL_PING_MS;

	while (!atomic_load(&connection->lost)) {
		struct pollfd fds[2] = {
			{ .fd = connection->fd, .events = wanted(connection) },
			{ .fd = connection->keeper_wake, .events = POLLIN },
		};
		const uint64_t now = clock_ms();

		poll(fds, 2, now < heed ? (int)(heed - now) : 0);
		if (fds[1].revents)
			return NULL;
		look(connection);
		if (clock_ms() >= heed) {
			keeper_heed(connection);
			heed = clock_ms() + ORIEL_PING_MS;
		}
		if (!connection->shared && pause_for(connection, KEEPER_PAUSE_MS))
			return NULL;
	}
	return NULL;
}

void keeper_start(struct connection *connection)
{
	sigset_t all, before;
	pthread_attr_t attributes;

	connection->keeper_wake = descriptor_move(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	if (connection->keeper_wake < 0)
		return;
	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, KEEPER_STACK_SIZE);
	connection->keeper_runs =
		pthread_create(&connection->keeper, &attributes, keep, connection) == 0;
	pthread_attr_destroy(&attributes);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (connection->keeper_runs)
		pthread_setname_np(connection->keeper, "oriel-keeper");
}

void keeper_stop(struct connection *connection)
{
	const uint64_t one = 1;

	if (connection->keeper_runs) {
		if (write(connection->keeper_wake, &one, sizeof(one)) == (ssize_t)sizeof(one))
			pthread_join(connection->keeper, NULL);
		connection->keeper_runs = false;
	}
	if (connection->keeper_wake >= 0)
		close(connection->keeper_wake);
	connection->keeper_wake = -1;
}
