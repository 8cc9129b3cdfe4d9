/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session's limits: which value holds, who is told, and what is used of them. */
#include <string.h>
#include <sys/resource.h>

#include "session/private.h"

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

void limits_apply(struct session *session)
{
	const struct worker *workers = session->private->workers;
	const struct ipc_view_limits view = {
		.viewers_max = (uint32_t)session_limit(session, LIMIT_VIEWERS),
		.fps_max = (uint32_t)session_limit(session, LIMIT_FRAME_RATE),
	};
	struct ipc_render_limits render;

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
	const struct viewer *viewer;

	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		use[id] = private->render_use[id];
		use[id].refused += private->refused[id];
	}
	use[LIMIT_CLIENTS].used = private->n_guests;
	use[LIMIT_VIEWERS].used = 0;
	use[LIMIT_VIEWERS].refused += private->view_refused;
	list_for_each(viewer, &session->viewers, link)
		use[LIMIT_VIEWERS].used += viewer->info.ready;
	use[LIMIT_MEMORY].used = session->render_rss + session->view_rss;
}
