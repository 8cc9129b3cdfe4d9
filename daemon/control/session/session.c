/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <string.h>

#include "host_private.h"
#include "listen/vnc.h"
#include "session/private.h"
#include "spec.h"
#include "text.h"

#define STOP_MS  1500u  /* children that were asked to end are killed after this */
#define RETRY_MS 30000u /* between two tries to start a session whose sockets cannot be had */

const char *session_state_word(enum session_state state)
{
	switch (state) {
	case SESSION_STARTING:
		return "starting";
	case SESSION_READY:
		return "ready";
	case SESSION_FAILED:
		return "failed";
	case SESSION_STOPPING:
		return "stopping";
	}
	return "unknown";
}

void session_set_state(struct session *session, enum session_state state)
{
	if (session->state == state)
		return;
	session->state = state;
	session->state_since = (int64_t)time(NULL);
	log_info("%s: %s", session->spec.name, session_state_word(state));
}

void session_update_state(struct session *session)
{
	const struct worker *workers = session->private->workers;

	if (session->state == SESSION_STOPPING || session->state == SESSION_FAILED)
		return;
	session_set_state(session, workers[WORKER_RENDER].ready && workers[WORKER_VIEW].ready
					   ? SESSION_READY
					   : SESSION_STARTING);
}

static void on_guest(void *data, const struct listener_spec *spec, int fd, const char *peer)
{
	guests_add(data, spec->kind == LISTENER_VM, fd, peer);
}

static int open_listeners(struct session *session, struct problem *ret_problem)
{
	struct session_spec *spec = &session->spec;

	for (size_t i = 0; i < spec->n_listeners; i++) {
		if (listener_create(session->host->loop, &spec->listeners[i], spec->name, on_guest,
			    session, &session->private->listeners[i], ret_problem) < 0) {
			text_format(ret_problem->pointer, sizeof(ret_problem->pointer),
				"/listen/%zu/path", i);
			return -1;
		}
	}
	return 0;
}

static void close_sockets(struct session *session)
{
	for (size_t i = 0; i < SESSION_LISTENERS_MAX; i++) {
		listener_destroy(session->private->listeners[i]);
		session->private->listeners[i] = NULL;
	}
	vnc_close(session);
}

/* All of its sockets, or none. */
static int open_sockets(struct session *session, struct problem *ret_problem)
{
	const struct session_spec *spec = &session->spec;

	if (host_check_claims(session->host, session, ret_problem) < 0)
		return -1;
	if (open_listeners(session, ret_problem) < 0 || vnc_open(session, ret_problem) < 0) {
		close_sockets(session);
		return -1;
	}
	for (size_t i = 0; i < spec->n_listeners; i++)
		log_info("%s: listens at %s", spec->name, spec->listeners[i].path);
	if (spec->n_listeners == 0)
		log_warning("%s: it has no listener: no guest can come", spec->name);
	return 0;
}

/* The session stays without sockets and processes until they can be had. */
static void wait_for_sockets(struct session *session, const char *detail)
{
	char reason[sizeof(session->reason)];

	text_format(reason, sizeof(reason), "it cannot be started: %s", detail);
	if (strcmp(reason, session->reason) != 0)
		log_error("%s: %s (it is tried again each %u s)", session->spec.name, reason,
			RETRY_MS / 1000);
	text_copy(session->reason, sizeof(session->reason), reason);
	session->private->retry_ms = clock_ms() + RETRY_MS;
	session_set_state(session, SESSION_FAILED);
}

static void start_workers(struct session *session)
{
	session->private->bound = true;
	session->reason[0] = '\0';
	session_set_state(session, SESSION_STARTING);
	for (enum worker_kind kind = 0; kind < WORKERS; kind++)
		worker_start(session_worker(session, kind));
}

static void try_again(struct session *session)
{
	struct problem problem;

	if (open_sockets(session, &problem) < 0)
		wait_for_sockets(session, problem.detail);
	else
		start_workers(session);
}

static struct session *session_alloc(struct host *host, const struct session_spec *spec)
{
	struct session *session = calloc(1, sizeof(*session));
	struct session_private *private = calloc(1, sizeof(*private));

	if (!session || !private) {
		free(session);
		free(private);
		return NULL;
	}
	session->private = private;
	private->cgroup = -1;
	private->captures = -1;
	session->host = host;
	memcpy(&session->spec, spec, sizeof(*spec)); /* padding too: a reload compares bytes */
	session->state_since = (int64_t)time(NULL);
	session->n_displays = 1;
	session->vtest_version = spec_vtest_version(spec, host->config.vtest_offer);
	session->compute = spec_compute(spec, host->config.compute_offer);
	for (size_t i = 0; i < IPC_DISPLAYS_MAX; i++)
		session->displays[i].listen_fd = -1;
	list_init(&session->link);
	list_init(&session->streams);
	list_init(&session->surfaces);
	list_init(&session->viewers);
	list_init(&session->captures);
	list_init(&private->guests);
	list_init(&private->shots);
	list_init(&private->waits);
	text_copy(session->displays[0].vnc_address, sizeof(session->displays[0].vnc_address),
		spec_vnc_address(spec, host->config.vnc_address));
	session->displays[0].vnc_port = spec->vnc_port;
	return session;
}

static void session_free(struct session *session)
{
	captures_finish(session);
	if (session->private->replacement)
		explicit_bzero(session->private->replacement, sizeof(struct session_spec));
	free(session->private->replacement);
	free(session->private);
	explicit_bzero(&session->spec, sizeof(session->spec));
	free(session);
}

struct session *session_create(
	struct host *host, const struct session_spec *spec, struct problem *ret_problem)
{
	struct session *session = session_alloc(host, spec);
	struct session_private *private;
	bool open;

	if (!session) {
		problem_set(ret_problem, 503, "", "out of memory");
		return NULL;
	}
	private = session->private;
	open = open_sockets(session, ret_problem) == 0;
	if (!open && !spec->configured) {
		session_free(session);
		return NULL;
	}
	model_view_gone(session);
	list_append(&host->sessions, &session->link);
	host->n_sessions++;
	uv_timer_init(host->loop, &private->stop_timer);
	private->stop_timer.data = session;
	for (enum worker_kind kind = 0; kind < WORKERS; kind++)
		worker_init(&private->workers[kind], session, kind);
	if (open)
		start_workers(session);
	else
		wait_for_sockets(session, ret_problem->detail);
	return session;
}

static void handle_closed(struct session *session)
{
	if (--session->private->open_handles > 0)
		return;
	host_session_ended(session->host, session);
	session_free(session);
}

static void on_stop_closed(uv_handle_t *handle)
{
	handle_closed(handle->data);
}

static void on_worker_closed(uv_handle_t *handle)
{
	const struct worker *worker = handle->data;

	handle_closed(worker->session);
}

static void on_stop_timer(uv_timer_t *timer)
{
	session_kill(timer->data);
}

void session_kill(struct session *session)
{
	for (enum worker_kind kind = 0; kind < WORKERS; kind++) {
		struct child *child = session_worker(session, kind)->child;
		if (child)
			child_kill(child, "it did not end when asked to");
	}
}

void session_child_gone(struct session *session)
{
	struct session_private *private = session->private;

	if (session->render || session->view || private->open_handles > 0)
		return;
	limits_close_cgroup(session);
	private->open_handles = WORKERS + 1;
	uv_close((uv_handle_t *)&private->stop_timer, on_stop_closed);
	for (enum worker_kind kind = 0; kind < WORKERS; kind++)
		uv_close((uv_handle_t *)&private->workers[kind].restart, on_worker_closed);
}

void session_end(struct session *session)
{
	if (session->state == SESSION_STOPPING)
		return;
	session_set_state(session, SESSION_STOPPING);
	close_sockets(session);
	guests_close_all(session);
	shots_cancel_all(session, "the session ends");
	for (enum worker_kind kind = 0; kind < WORKERS; kind++) {
		struct worker *worker = session_worker(session, kind);
		uv_timer_stop(&worker->restart);
		if (worker->child)
			child_stop(worker->child);
	}
	uv_timer_start(&session->private->stop_timer, on_stop_timer, STOP_MS, 0);
	session_child_gone(session);
}

void session_revive(struct session *session)
{
	if (session->state != SESSION_FAILED)
		return;
	if (!session->private->bound) {
		session->reason[0] = '\0'; /* what is still wrong is logged again */
		try_again(session);
		return;
	}
	session->reason[0] = '\0';
	session_set_state(session, SESSION_STARTING);
	for (enum worker_kind kind = 0; kind < WORKERS; kind++)
		worker_revive(session_worker(session, kind));
}

void session_tick(struct session *session, uint64_t now_ms, bool late)
{
	for (enum worker_kind kind = 0; kind < WORKERS; kind++)
		worker_tick(session_worker(session, kind), now_ms, late);
	session_mend_peers(session);
	shots_tick(session, now_ms);
	captures_tick(session);
	if (session->state == SESSION_FAILED && !session->private->bound &&
		now_ms >= session->private->retry_ms)
		try_again(session);
}
