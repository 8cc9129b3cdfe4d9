/* SPDX-License-Identifier: MIT */
/* The program's connections: the one in use, and those that were lost and are still held. */
#include "connection.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/* A program that ends waits so long for the host to have read everything. */
#define BYE_WAIT_MS 1000u

static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static struct connection *connections; /* all there are */
static struct connection *current;     /* a reference, or NULL */

/* ---- gl_link_ops */

static void link_lock(void *data)
{
	struct connection *connection = data;

	pthread_mutex_lock(&connection->lock);
}

static void link_unlock(void *data)
{
	struct connection *connection = data;

	pthread_mutex_unlock(&connection->lock);
}

static uint32_t link_bulk_id(void *data)
{
	struct connection *connection = data;

	return ++connection->bulk_next;
}

static const struct gl_link_ops link_ops = {
	.lock = link_lock,
	.unlock = link_unlock,
	.send = connection_send,
	.receive = connection_receive,
	.bulk_id = link_bulk_id,
	.log = connection_log,
};

/* ---- fork: what the parent has stays the parent's */

static void before_fork(void)
{
	pthread_mutex_lock(&registry);
}

static void after_fork(void)
{
	pthread_mutex_unlock(&registry);
}

/* The child has neither the threads nor the right to the stream: what it inherited is lost. */
static void child_of_fork(void)
{
	for (struct connection *c = connections; c; c = c->next) {
		int none = 0;
		atomic_compare_exchange_strong(&c->lost, &none, ECHILD);
		pthread_mutex_init(&c->lock, NULL);
		pthread_mutex_init(&c->io, NULL);
		c->keeper_runs = false;
		if (c->fd >= 0)
			close(c->fd);
		c->fd = -1;
		if (c->keeper_wake >= 0)
			close(c->keeper_wake);
		c->keeper_wake = -1;
	}
	pthread_mutex_init(&registry, NULL);
}

static void watch_forks(void)
{
	pthread_atfork(before_fork, after_fork, child_of_fork);
}

/* ---- making and ending one */

static int make_link(struct connection *connection)
{
	struct gl_link_config *config = calloc(1, sizeof(*config));
	const char *exact = secure_getenv("ORIEL_EXACT_ERRORS");
	int error;

	if (!config)
		return -ENOMEM;
	config->channel = CONNECTION_CHANNEL;
	config->message_max = connection->hello.terms.message_max;
	if (config->message_max > ORIEL_MESSAGE_MAX)
		config->message_max = ORIEL_MESSAGE_MAX;
	/* A message larger than all credit could never be sent. */
	if (!connection->shared && config->message_max > connection->credit.window_bytes)
		config->message_max = connection->credit.window_bytes & ~(WIRE_ALIGN - 1);
	config->frames_ahead = connection->frames_ahead;
	config->exact_errors = exact && *exact && strcmp(exact, "0") != 0;
	config->caps = connection->caps;
	error = gl_link_create(config, &link_ops, connection, &connection->link);
	free(config);
	return error;
}

/* With no lock held that the keeper takes. */
static void destroy(struct connection *connection)
{
	connection_lose(connection, ESHUTDOWN);
	keeper_stop(connection);
	gl_link_destroy(connection->link);
	memory_unmap(connection);
	input_finish(connection);
	if (connection->passed >= 0)
		close(connection->passed);
	if (connection->fd >= 0)
		close(connection->fd);
	pthread_mutex_destroy(&connection->lock);
	pthread_mutex_destroy(&connection->io);
	free(connection);
}

/* A new one with one reference, or NULL. */
static struct connection *create(void)
{
	struct connection *connection = calloc(1, sizeof(*connection));

	if (!connection)
		return NULL;
	connection->fd = connection->passed = connection->keeper_wake = -1;
	connection->references = 1;
	atomic_store(&connection->level, ORIEL_LEVEL_INFO);
	pthread_mutex_init(&connection->lock, NULL);
	pthread_mutex_init(&connection->io, NULL);
	wait_init(connection);
	if (connection_open(connection) || make_link(connection)) {
		destroy(connection);
		return NULL;
	}
	keeper_start(connection);
	return connection;
}

/* ---- references */

/* With the registry's lock held: what is to be destroyed without it, or NULL. */
static struct connection *drop(struct connection *connection)
{
	struct connection **at = &connections;

	if (!connection || --connection->references > 0)
		return NULL;
	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	return connection;
}

struct connection *connection_get(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct connection *gone = NULL, *connection;

	pthread_once(&once, watch_forks);
	pthread_mutex_lock(&registry);
	if (current && connection_lost(current)) {
		gone = drop(current);
		current = NULL;
	}
	if (!current) {
		current = create();
		if (current) {
			current->next = connections;
			connections = current;
		}
	}
	connection = current;
	if (connection)
		connection->references++;
	pthread_mutex_unlock(&registry);
	if (gone)
		destroy(gone);
	return connection;
}

struct connection *connection_ref(struct connection *connection)
{
	pthread_mutex_lock(&registry);
	connection->references++;
	pthread_mutex_unlock(&registry);
	return connection;
}

void connection_put(struct connection *connection)
{
	struct connection *gone;

	pthread_mutex_lock(&registry);
	gone = drop(connection);
	pthread_mutex_unlock(&registry);
	if (gone)
		destroy(gone);
}

struct gl_link *connection_link(const struct connection *connection)
{
	return connection->link;
}

bool connection_lost(const struct connection *connection)
{
	return atomic_load(&connection->lost) != 0 || gl_link_lost(connection->link);
}

/* ---- the program's end */

static void say_bye(struct connection *connection)
{
	struct oriel_bye bye = { .reason = "" };
	const uint64_t until = clock_ms() + BYE_WAIT_MS;

	/* A thread that is still in the middle of something will not get any further. */
	if (pthread_mutex_trylock(&connection->lock))
		return;
	pthread_mutex_lock(&connection->io);
	atomic_store(&connection->said_bye, true);
	control_send(connection, &oriel_bye_type, &bye);
	while (!atomic_load(&connection->bye_acked) && connection_look(connection) == 0 &&
		clock_ms() < until) {
		if (!atomic_load(&connection->bye_acked))
			socket_wait(connection, POLLIN, CONNECTION_LOOK_MS);
		control_flush(connection);
	}
	connection_lose(connection, ESHUTDOWN);
	pthread_mutex_unlock(&connection->io);
	pthread_mutex_unlock(&connection->lock);
}

__attribute__((destructor)) static void leave(void)
{
	if (pthread_mutex_trylock(&registry))
		return;
	if (current && !connection_lost(current))
		say_bye(current);
	pthread_mutex_unlock(&registry);
}
