/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session's limits: which value holds, who is told, and what is used of them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "child/cgroup.h"
#include "host_private.h"
#include "session/private.h"
#include "text.h"

uint64_t session_limit(const struct session *session, enum limit_id id)
{
	if (session->limits_changed[id] > 0)
		return session->limits_changed[id];
	return session->spec.limits[id] > 0 ? session->spec.limits[id]
					    : session->host->config.limits[id];
}

uint16_t limits_fill(const struct session *session, struct ipc_limit values[IPC_LIMITS_MAX])
{
	for (enum limit_id id = 0; id < LIMITS_N; id++)
		values[id].value = session_limit(session, id);
	return LIMITS_N;
}

static const struct {
	enum limit_id id;
	const char *file;
} cgroup_files[] = {
	{ LIMIT_MEMORY, "memory.max" },
	{ LIMIT_TASKS, "pids.max" },
	{ LIMIT_CPU_WEIGHT, "cpu.weight" },
};

static void apply_cgroup(struct session *session)
{
	const int cgroup = session->private->cgroup;

	session->private->memory_bounded = false;
	for (size_t i = 0; i < ARRAY_SIZE(cgroup_files) && cgroup >= 0; i++) {
		int r = cgroup_write(
			cgroup, cgroup_files[i].file, session_limit(session, cgroup_files[i].id));
		if (cgroup_files[i].id == LIMIT_MEMORY)
			session->private->memory_bounded = r == 0;
		if (r < 0) /* a controller that is not there */
			log_debug("%s: %s: %s", session->spec.name, cgroup_files[i].file,
				strerror(-r));
	}
}

int limits_open_cgroup(struct session *session)
{
	struct session_private *private = session->private;
	const int base = session->host->private->cgroup;
	int fd, procs;

	if (private->cgroup < 0 && base >= 0) {
		fd = cgroup_create(base, session->spec.name);
		if (fd < 0)
			log_warning("%s: it has no cgroup: %s", session->spec.name, strerror(-fd));
		private->cgroup = fd < 0 ? -1 : fd;
		private->out_of_memory = cgroup_read(private->cgroup, "memory.events", "oom_kill");
	}
	apply_cgroup(session);
	procs = cgroup_open_procs(private->cgroup);
	private->memory_bounded = private->memory_bounded && procs >= 0;
	return procs;
}

bool limits_memory_exceeded(struct session *session, char *ret_reason, size_t size)
{
	uint64_t before = session->private->out_of_memory;
	uint64_t now = cgroup_read(session->private->cgroup, "memory.events", "oom_kill");
	char text[LIMIT_TEXT_MAX];

	session->private->out_of_memory = now;
	if (now <= before)
		return false;
	limits_refuse(session, LIMIT_MEMORY);
	text_format(ret_reason, size, "the session took more than its memory of %s (limit memory)",
		limit_format(&limits[LIMIT_MEMORY], session_limit(session, LIMIT_MEMORY), text));
	return true;
}

void limits_close_cgroup(struct session *session)
{
	cgroup_remove(session->host->private->cgroup, session->private->cgroup, session->spec.name);
	session->private->cgroup = -1;
}

uint64_t limits_data(struct session *session)
{
	session->private->memory_told = session_limit(session, LIMIT_MEMORY);
	return session->private->memory_bounded ? 0 : session->private->memory_told;
}

/* Without a cgroup that bounds memory the render process has a limit of its own. A raised one needs privileges. */
static void apply_data(struct session *session)
{
	const uint64_t value = session_limit(session, LIMIT_MEMORY);
	const struct rlimit limit = { value, value };

	if (session->private->memory_bounded || !session->render ||
		value == session->private->memory_told)
		return;
	session->private->memory_told = value;
	if (prlimit(child_pid(session->render), RLIMIT_DATA, &limit, NULL) < 0)
		log_info("%s: its render process gets the new limit of memory when it is started again: %s",
			session->spec.name, strerror(errno));
}

void limits_apply(struct session *session)
{
	const struct worker *workers = session->private->workers;
	const struct ipc_view_limits view = {
		.viewers_max = (uint32_t)session_limit(session, LIMIT_VIEWERS),
		.fps_max = (uint32_t)session_limit(session, LIMIT_FRAME_RATE),
	};
	struct ipc_render_limits render;

	apply_cgroup(session);
	apply_data(session);
	render.n_limits = limits_fill(session, render.limits);
	if (workers[WORKER_RENDER].child)
		child_send(workers[WORKER_RENDER].child, &ipc_render_limits_type, &render, -1);
	if (workers[WORKER_VIEW].child)
		child_send(workers[WORKER_VIEW].child, &ipc_view_limits_type, &view, -1);
}

void session_change_limits(struct session *session, const struct limits_change *change)
{
	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		char text[LIMIT_TEXT_MAX];

		if (!change->set[id])
			continue;
		session->limits_changed[id] = change->values[id];
		log_info("%s: its limit %s is %s now", session->spec.name, limits[id].name,
			limit_format(&limits[id], session_limit(session, id), text));
	}
	limits_apply(session);
	captures_top_up(session);
}

void session_set_guest_level(struct session *session, uint8_t level)
{
	const struct worker *render = session_worker(session, WORKER_RENDER);
	const struct ipc_guest_log message = { .level = level };

	session->guest_level = level;
	if (render->child)
		child_send(render->child, &ipc_guest_log_type, &message, -1);
}

void limits_refuse(struct session *session, enum limit_id id)
{
	session->private->refused[id]++;
}

/* The render process's counters begin anew with each; what it says is believed for itself alone. */
void limits_note_render(struct session *session, const struct ipc_render_pong *pong)
{
	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		session->private->render_use[id] =
			id < pong->n_limits ? pong->limits[id] : (struct ipc_limit_use){ 0 };
	}
}

void limits_render_gone(struct session *session)
{
	for (enum limit_id id = 0; id < LIMITS_N; id++)
		session->private->refused[id] += session->private->render_use[id].refused;
	memset(session->private->render_use, 0, sizeof(session->private->render_use));
}

void limits_view_gone(struct session *session)
{
	session->private->refused[LIMIT_VIEWERS] += session->private->view_refused;
	session->private->view_refused = 0;
}

void session_measure_limits(struct session *session)
{
	const struct session_private *private = session->private;
	struct ipc_limit_use *use = session->limits_use;
	const struct capture *capture;
	const struct viewer *viewer;

	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		use[id] = private->render_use[id];
		use[id].refused += private->refused[id];
	}
	use[LIMIT_CLIENTS].used = private->n_guests;
	use[LIMIT_CAPTURES].used = 0;
	list_for_each(capture, &session->captures, link)
		use[LIMIT_CAPTURES].used += capture->used;
	use[LIMIT_VIEWERS].used = 0;
	use[LIMIT_VIEWERS].refused += private->view_refused;
	list_for_each(viewer, &session->viewers, link)
		use[LIMIT_VIEWERS].used += viewer->info.ready;
	use[LIMIT_MEMORY].used = cgroup_read(private->cgroup, "memory.current", NULL);
	if (use[LIMIT_MEMORY].used == 0)
		use[LIMIT_MEMORY].used = session->render_rss + session->view_rss;
	use[LIMIT_TASKS].used = cgroup_read(private->cgroup, "pids.current", NULL);
}
