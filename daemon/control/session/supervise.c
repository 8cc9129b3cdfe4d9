/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a session's processes, sees that they live, and starts them again. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "child/procfs.h"
#include "fdpass.h"
#include "host_private.h"
#include "session/private.h"
#include "spec.h"
#include "text.h"

static const struct {
	const char *word, *program;
} kinds[WORKERS] = {
	[WORKER_RENDER] = { "render", "oriel-render" },
	[WORKER_VIEW] = { "view", "oriel-view" },
};

static int send_render_start(const struct worker *worker)
{
	const struct config *config = &worker->session->host->config;
	struct ipc_render_start start = {
		.sandbox = config->sandbox,
		.vtest_version = worker->session->vtest_version,
		.compute = worker->session->compute,
		.guest_level = worker->session->guest_level,
		.memory = limits_data(worker->session),
	};

	text_copy(start.session, sizeof(start.session), worker->session->spec.name);
	text_copy(start.gpu, sizeof(start.gpu), config->gpu_order);
	start.n_limits = limits_fill(worker->session, start.limits);
	if (config->sandbox == IPC_SANDBOX_NONE)
		log_warning(
			"%s: its render process runs WITHOUT A SANDBOX, as the configuration says: a guest that takes it over reaches this host",
			worker->session->spec.name);
	return child_send(worker->child, &ipc_render_start_type, &start, -1);
}

static int send_view_start(const struct worker *worker)
{
	const struct session *session = worker->session;
	const struct config *config = &session->host->config;
	struct ipc_view_start start = {
		.displays = session->n_displays,
		.width = config->width,
		.height = config->height,
		.viewers_max = (uint32_t)session_limit(session, LIMIT_VIEWERS),
		.fps_max = (uint32_t)session_limit(session, LIMIT_FRAME_RATE),
	};
	int r;

	text_copy(start.session, sizeof(start.session), session->spec.name);
	text_copy(start.password, sizeof(start.password), session->spec.vnc_password);
	r = child_send(worker->child, &ipc_view_start_type, &start, -1);
	explicit_bzero(start.password, sizeof(start.password));
	for (uint32_t i = 0; r == 0 && i < session->n_displays; i++) {
		const struct ipc_view_listen listen = { .display = i };
		r = child_send(worker->child, &ipc_view_listen_type, &listen,
			session->displays[i].listen_fd);
	}
	return r;
}

static void on_restart(uv_timer_t *timer)
{
	worker_start(timer->data);
}

void worker_init(struct worker *worker, struct session *session, enum worker_kind kind)
{
	worker->session = session;
	worker->kind = kind;
	worker->restart.data = worker;
	uv_timer_init(session->host->loop, &worker->restart);
}

static void note_restart(struct session *session, enum worker_kind kind, const char *reason)
{
	struct session_restart *entry;

	if (session->n_restarts == SESSION_RESTARTS_KEPT) {
		memmove(session->restarts, session->restarts + 1,
			(SESSION_RESTARTS_KEPT - 1) * sizeof(session->restarts[0]));
		session->n_restarts--;
	}
	entry = &session->restarts[session->n_restarts++];
	entry->time = (int64_t)time(NULL);
	entry->process = kinds[kind].word;
	text_copy(entry->reason, sizeof(entry->reason), reason);
	session->restart_count++;
}

/* One life is over, or could not begin. */
static void plan_restart(struct worker *worker, const char *reason)
{
	struct session *session = worker->session;
	uint64_t now = clock_ms();
	int64_t delay = backoff_crash(&worker->backoff, now, now - worker->started_ms);

	if (delay < 0) {
		worker->given_up = true;
		text_format(session->reason, sizeof(session->reason),
			"its %s process ended over %u times in a minute; the last time: %s",
			kinds[worker->kind].word, BACKOFF_CRASHES, reason);
		log_error("%s: failed: %s", session->spec.name, session->reason);
		session_set_state(session, SESSION_FAILED);
		if (worker->kind == WORKER_RENDER)
			guests_close_all(session);
		return;
	}
	log_warning("%s: its %s process ended (%s); another is started in %.1f s",
		session->spec.name, kinds[worker->kind].word, reason, (double)delay / 1000.0);
	note_restart(session, worker->kind, reason);
	uv_timer_start(&worker->restart, on_restart, (uint64_t)delay, 0);
}

static void render_ended(struct session *session, const char *reason)
{
	const struct worker *view = session_worker(session, WORKER_VIEW);
	struct ipc_render_gone gone;

	session->render = NULL;
	model_render_gone(session);
	limits_render_gone(session);
	captures_render_gone(session);
	guests_render_gone(session);
	text_copy(gone.reason, sizeof(gone.reason), reason);
	if (view->ready)
		child_send(view->child, &ipc_render_gone_type, &gone, -1);
}

static void view_ended(struct session *session, const char *reason)
{
	session->view = NULL;
	limits_view_gone(session);
	model_view_gone(session);
	shots_cancel_all(session, reason);
}

static void on_ended(void *data, const char *reason)
{
	struct worker *worker = data;
	struct session *session = worker->session;

	char memory[IPC_TEXT_MAX + 1];

	worker->child = NULL;
	worker->ready = false;
	if (limits_memory_exceeded(session, memory, sizeof(memory)))
		reason = memory;
	if (worker->kind == WORKER_RENDER)
		render_ended(session, reason);
	else
		view_ended(session, reason);
	if (session->state == SESSION_STOPPING) {
		log_debug("%s: its %s process ended: %s", session->spec.name,
			kinds[worker->kind].word, reason);
		session_child_gone(session);
		return;
	}
	plan_restart(worker, reason);
	session_update_state(session);
}

static void set_child(struct worker *worker, struct child *child)
{
	worker->child = child;
	if (worker->kind == WORKER_RENDER)
		worker->session->render = child;
	else
		worker->session->view = child;
}

void worker_start(struct worker *worker)
{
	struct session *session = worker->session;
	const struct host *host = session->host;
	const bool render = worker->kind == WORKER_RENDER;
	char label[IPC_NAME_MAX + 16], reason[IPC_TEXT_MAX + 1];
	struct child_setup setup = {
		.spawn = {
			.directory = host->config.program_directory,
			.program = kinds[worker->kind].program,
			.user = &host->private->user,
			.gpu = render,
			.level = log_level_word((enum log_level)host->config.log_level),
			.files = &host->private->files,
			.cgroup_fd = limits_open_cgroup(session),
		},
		.label = label,
		.level = &host->config.log_level,
		.rows = render ? model_render_rows : model_view_rows,
		.n_rows = render ? model_n_render_rows : model_n_view_rows,
		.ended = on_ended,
		.data = worker,
	};
	struct child *child;
	int r;

	snprintf(label, sizeof(label), "%s: %s", session->spec.name, kinds[worker->kind].word);
	worker->started_ms = clock_ms();
	heartbeat_reset(&worker->heartbeat, worker->started_ms);
	r = child_start(host->loop, &setup, &child);
	cleanup_fd(&setup.spawn.cgroup_fd);
	if (r < 0) {
		text_format(reason, sizeof(reason), "%s/%s could not be started: %s",
			host->config.program_directory, setup.spawn.program, strerror(-r));
		plan_restart(worker, reason);
		return;
	}
	set_child(worker, child);
	r = render ? send_render_start(worker) : send_view_start(worker);
	if (r < 0)
		child_kill(child, "it could not be told what to do: %s", strerror(-r));
}

/* Both processes run and at least one is new: they get a new pair of sockets to each other. */
static void connect_peers(struct session *session)
{
	const struct ipc_view_peer view_peer = { 0 };
	const struct ipc_render_peer render_peer = { 0 };
	int pair[2];
	int r = fdpass_pair(pair);

	session->private->peer_lost = false;
	if (r < 0) {
		child_kill(session->view, "no sockets to the render process: %s", strerror(-r));
		return;
	}
	child_send(session->render, &ipc_view_peer_type, &view_peer, pair[0]);
	child_send(session->view, &ipc_render_peer_type, &render_peer, pair[1]);
	close(pair[0]);
	close(pair[1]);
}

void session_peer_lost(struct session *session, const struct ipc_peer_lost *lost)
{
	const struct worker *workers = session->private->workers;
	char reason[IPC_TEXT_MAX + 1];

	if (!workers[WORKER_RENDER].ready || !workers[WORKER_VIEW].ready)
		return;
	text_copy(reason, sizeof(reason), lost->reason);
	text_clean(reason);
	if (lost->wrong)
		child_kill(session->render, "the view process cannot work with it: %s", reason);
	else
		session->private->peer_lost = true;
}

void session_mend_peers(struct session *session)
{
	const struct worker *workers = session->private->workers;

	if (session->private->peer_lost && workers[WORKER_RENDER].ready && workers[WORKER_VIEW].ready)
		connect_peers(session);
}

void worker_ready(struct worker *worker, const struct ipc_ready *message)
{
	struct session *session = worker->session;
	const struct worker *workers = session->private->workers;
	char sandbox[IPC_TEXT_MAX + 1];

	if (worker->ready) {
		child_kill(worker->child, "it was ready twice");
		return;
	}
	if (session->state == SESSION_STOPPING)
		return;
	worker->ready = true;
	heartbeat_reset(&worker->heartbeat, clock_ms());
	text_copy(sandbox, sizeof(sandbox), message->sandbox);
	text_clean(sandbox);
	log_info("%s: its %s process runs (%d; sandbox: %s)", session->spec.name,
		kinds[worker->kind].word, (int)child_pid(worker->child),
		sandbox[0] ? sandbox : "none");
	if (worker->kind == WORKER_RENDER)
		text_copy(session->sandbox, sizeof(session->sandbox), sandbox[0] ? sandbox : "none");
	if (workers[WORKER_RENDER].ready && workers[WORKER_VIEW].ready)
		connect_peers(session);
	if (worker->kind == WORKER_RENDER) {
		captures_top_up(session);
		guests_hand_over(session);
	}
	session_update_state(session);
}

static bool hangs(struct worker *worker, uint64_t now_ms, char *reason, size_t size)
{
	struct heartbeat *heartbeat = &worker->heartbeat;

	if (!worker->ready) {
		text_format(reason, size, "hang: not ready after %u s", HEARTBEAT_START_MS / 1000);
		return now_ms - heartbeat->answered_ms >= HEARTBEAT_START_MS;
	}
	if (worker->kind == WORKER_RENDER)
		return heartbeat_render_hangs(heartbeat, now_ms,
			(uint32_t)session_limit(worker->session, LIMIT_COMMAND_TIMEOUT), reason,
			size);
	return heartbeat_view_hangs(
		heartbeat, now_ms, procfs_cpu_ms(child_pid(worker->child)), reason, size);
}

void worker_tick(struct worker *worker, uint64_t now_ms, bool late)
{
	struct session *session = worker->session;
	char reason[IPC_TEXT_MAX + 1];
	struct ipc_ping ping;

	if (!worker->child || session->state == SESSION_STOPPING)
		return;
	if (late)
		heartbeat_reset(&worker->heartbeat, now_ms);
	if (hangs(worker, now_ms, reason, sizeof(reason))) {
		if (worker->kind == WORKER_RENDER &&
			worker->heartbeat.busy_ms / 1000 >=
				session_limit(session, LIMIT_COMMAND_TIMEOUT))
			limits_refuse(session, LIMIT_COMMAND_TIMEOUT);
		child_kill(worker->child, "%s", reason);
		return;
	}
	*(worker->kind == WORKER_RENDER ? &session->render_rss : &session->view_rss) =
		procfs_rss(child_pid(worker->child));
	ping.serial = ++worker->heartbeat.serial;
	if (worker->ready)
		child_send(worker->child, &ipc_ping_type, &ping, -1);
}

void worker_revive(struct worker *worker)
{
	if (!worker->given_up)
		return;
	worker->given_up = false;
	memset(&worker->backoff, 0, sizeof(worker->backoff));
	worker_start(worker);
}
