/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "child/cgroup.h"
#include "host_private.h"
#include "session/private.h"
#include "spec.h"

#define TICK_MS 1000u
#define LATE_MS 2500u /* ticks further apart than this: orield itself did not run */

/* Makes a directory and the ones above it. 0 or negative errno. */
static int make_directory(const char *path, mode_t mode)
{
	char part[CONFIG_PATH_MAX + 1];
	size_t length = strlen(path);

	for (size_t i = 1; i <= length; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		if (mkdir(part, mode) < 0 && errno != EEXIST)
			return -errno;
	}
	return 0;
}

static int open_directories(struct host *host)
{
	const struct config *config = &host->config;
	char path[CONFIG_PATH_MAX + 8];
	int r = make_directory(config->runtime_directory, 0755);

	if (r < 0) {
		log_error("%s cannot be made: %s (runtime_directory in [host], or $RUNTIME_DIRECTORY, names it)",
			config->runtime_directory, strerror(-r));
		return r;
	}
	snprintf(path, sizeof(path), "%s/ports", config->state_directory);
	r = make_directory(config->state_directory, 0755);
	if (r == 0)
		r = ports_load(&host->private->ports, path);
	if (r < 0)
		log_warning("%s (state_directory): %s: VNC ports are not kept",
			config->state_directory, strerror(-r));
	return 0;
}

static void on_tick(uv_timer_t *timer)
{
	struct host *host = timer->data;
	struct session *session;
	uint64_t now = clock_ms();
	bool late = now - host->private->ticked_ms > LATE_MS;

	host->private->ticked_ms = now;
	list_for_each(session, &host->sessions, link)
		session_tick(session, now, late);
	probe_tick(host, now);
}

/* A session takes a dozen descriptors; its children get the limit that orield was given. */
static void raise_files(struct host_private *private)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &private->files) < 0)
		return;
	limit = private->files;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static void open_cgroup(struct host *host)
{
	char reason[IPC_TEXT_MAX + 1];

	host->private->cgroup = cgroup_open(host->config.cgroup, reason, sizeof(reason));
	if (host->private->cgroup < 0)
		log_info("no cgroups: %s; the limit memory is kept for render processes alone, and tasks and cpu_weight are not",
			reason);
	else
		log_info("each session has a cgroup of its own");
}

int host_init(struct host *host, uv_loop_t *loop, struct config *config, bool level_forced)
{
	int r;

	memset(host, 0, sizeof(*host));
	host->loop = loop;
	host->config = *config;
	memset(config, 0, sizeof(*config));
	host->started = (int64_t)time(NULL);
	list_init(&host->sessions);
	host->private = calloc(1, sizeof(*host->private));
	if (!host->private) {
		config_finish(&host->config);
		return -ENOMEM;
	}
	host->private->level_forced = level_forced;
	r = spawn_find_user(host->config.user, &host->private->user);
	if (r < 0)
		log_error("there is no user '%s' (user in [host])", host->config.user);
	if (r == 0)
		r = open_directories(host);
	raise_files(host->private);
	open_cgroup(host);
	uv_timer_init(loop, &host->private->tick);
	host->private->tick.data = host;
	host->private->ticked_ms = clock_ms();
	if (r < 0)
		host_finish(host);
	return r;
}

struct session *host_find_session(struct host *host, const char *name)
{
	struct session *session;

	list_for_each(session, &host->sessions, link) {
		if (strcmp(session->spec.name, name) == 0)
			return session;
	}
	return NULL;
}

static int check_name(struct host *host, const char *name, struct problem *ret_problem)
{
	const struct session *other = host_find_session(host, name);

	if (!other)
		return 0;
	if (other->state == SESSION_STOPPING)
		return problem_set(
			ret_problem, 409, "/name", "session '%s' is ending: try again", name);
	return problem_set(ret_problem, 409, "/name", "there is a session '%s' already", name);
}

/* What a session has, or will have: one that ends has let go of it. */
static const struct session_spec *claims(const struct session *session)
{
	if (session->private->replacement)
		return session->private->replacement;
	return session->state == SESSION_STOPPING ? NULL : &session->spec;
}

int host_check_claims(
	const struct host *host, const struct session *session, struct problem *ret_problem)
{
	const struct config *config = &host->config;
	const struct session_spec *spec = &session->spec;
	const struct session *other;
	size_t others = 0;

	list_for_each(other, &host->sessions, link) {
		const struct session_spec *theirs = other == session ? NULL : claims(other);
		if (theirs && spec_conflict(spec, theirs, config->vnc_address, ret_problem) < 0)
			return -1;
		others += other != session;
	}
	for (size_t i = 0; i < spec->n_listeners; i++) {
		if (strcmp(spec->listeners[i].path, config->api_socket) == 0)
			return problem_set(ret_problem, 409, "/listen",
				"%s is the socket of the API", config->api_socket);
	}
	if (others >= config->sessions_max)
		return problem_set(ret_problem, 409, "",
			"there are %u sessions already, as many as sessions_max in [host] allows",
			config->sessions_max);
	return 0;
}

struct session *host_create_session(
	struct host *host, const struct session_spec *spec, struct problem *ret_problem)
{
	if (host->stopping) {
		problem_set(ret_problem, 503, "", "orield is stopping");
		return NULL;
	}
	if (spec_check(spec, host->config.vnc_address, ret_problem) < 0 ||
		check_name(host, spec->name, ret_problem) < 0)
		return NULL;
	return session_create(host, spec, ret_problem);
}

int host_delete_session(struct host *host, struct session *session, struct session_wait *wait,
	struct problem *ret_problem)
{
	if (session->spec.configured)
		return problem_set(ret_problem, 409, "",
			"session '%s' is configured: remove it from %s and reload",
			session->spec.name, host->config.path);
	list_append(&session->private->waits, &wait->link);
	session_end(session);
	return 0;
}

const struct session_spec *host_find_spec(const struct host *host, const char *name)
{
	for (size_t i = 0; i < host->config.n_sessions; i++) {
		if (strcmp(host->config.sessions[i].name, name) == 0)
			return &host->config.sessions[i];
	}
	return NULL;
}

struct session *host_start_configured(struct host *host, const struct session_spec *spec)
{
	struct problem problem;
	struct session *session = host_create_session(host, spec, &problem);

	if (!session)
		log_error("%s: it cannot be started: %s", spec->name, problem.detail);
	return session;
}

size_t host_start(struct host *host)
{
	const struct session *session;
	size_t failed = 0;

	uv_timer_start(&host->private->tick, on_tick, TICK_MS, TICK_MS);
	probe_start(host);
	for (size_t i = 0; i < host->config.n_sessions; i++) {
		session = host_start_configured(host, &host->config.sessions[i]);
		failed += !session || session->state == SESSION_FAILED;
	}
	return failed;
}

/* The last of everything that runs has ended. */
static void check_stopped(struct host *host)
{
	struct host_private *private = host->private;

	if (host->stopping && private->stopped && list_empty(&host->sessions) && !private->probe) {
		void (*stopped)(void *) = private->stopped;
		private->stopped = NULL;
		stopped(private->stopped_data);
	}
}

void host_probe_ended(struct host *host)
{
	check_stopped(host);
}

void host_session_ended(struct host *host, struct session *session)
{
	const struct session_spec *next = session->private->replacement;
	struct session *other;

	log_info("%s: ended", session->spec.name);
	list_remove(&session->link);
	host->n_sessions--;
	/* Those that wait for a socket or port may have waited for these. */
	list_for_each(other, &host->sessions, link)
		other->private->retry_ms = 0;
	/* A session of the API may have had a name that was configured meanwhile. */
	if (!next)
		next = host_find_spec(host, session->spec.name);
	if (next && !host->stopping)
		host_start_configured(host, next);
	while (!list_empty(&session->private->waits)) {
		struct session_wait *wait =
			list_entry(session->private->waits.next, struct session_wait, link);
		list_remove(&wait->link);
		wait->ended(wait);
	}
	check_stopped(host);
}

void host_stop(struct host *host, void (*stopped)(void *data), void *data)
{
	struct session *session;
	bool again = host->stopping;

	host->stopping = true;
	host->private->stopped = stopped;
	host->private->stopped_data = data;
	if (host->private->probe)
		child_kill(host->private->probe, "orield stops");
	list_for_each(session, &host->sessions, link) {
		if (again)
			session_kill(session);
		else
			session_end(session);
	}
	check_stopped(host);
}

void host_finish(struct host *host)
{
	uv_timer_stop(&host->private->tick);
	cleanup_fd(&host->private->cgroup);
	ports_finish(&host->private->ports);
	config_finish(&host->config);
	uv_close((uv_handle_t *)&host->private->tick, NULL);
}
