/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the API asks of a session's view process, apart from screenshots. */
#include <string.h>

#include "session/private.h"
#include "spec.h"

static int send_view(const struct session *session, const struct wire_type *type,
	const void *message, struct problem *ret_problem)
{
	const struct worker *view = session_worker(session, WORKER_VIEW);

	if (view->ready && child_send(view->child, type, message, -1) == 0)
		return 0;
	return problem_set(ret_problem, 503, "",
		"the view process of session '%s' is not running: try again", session->spec.name);
}

static int check_display(const struct session *session, uint32_t display, struct problem *ret_problem)
{
	if (display < session->n_displays)
		return 0;
	return problem_set(ret_problem, 404, "", "session '%s' has no display %u",
		session->spec.name, display);
}

int session_input(struct session *session, uint32_t display, const struct ipc_event *events,
	size_t n_events, struct problem *ret_problem)
{
	struct ipc_display_input message = { .display = display };

	if (check_display(session, display, ret_problem) < 0)
		return -1;
	if (n_events > IPC_EVENTS_MAX)
		return problem_set(ret_problem, 400, "", "at most %u events can be sent at once",
			IPC_EVENTS_MAX);
	message.n_events = (uint16_t)n_events;
	memcpy(message.events, events, n_events * sizeof(*events));
	return send_view(session, &ipc_display_input_type, &message, ret_problem);
}

int session_show(
	struct session *session, uint32_t display, uint32_t surface, struct problem *ret_problem)
{
	const struct ipc_show message = { .display = display, .surface = surface };

	if (check_display(session, display, ret_problem) < 0)
		return -1;
	if (surface != 0 && !model_find_surface(session, surface))
		return problem_set(ret_problem, 404, "/surface", "session '%s' has no surface %u",
			session->spec.name, surface);
	return send_view(session, &ipc_show_type, &message, ret_problem);
}

int session_close_viewer(struct session *session, uint32_t viewer, struct problem *ret_problem)
{
	const struct ipc_viewer_close message = { .viewer = viewer };
	const struct viewer *at;

	list_for_each(at, &session->viewers, link) {
		if (at->info.viewer == viewer)
			return send_view(session, &ipc_viewer_close_type, &message, ret_problem);
	}
	return problem_set(
		ret_problem, 404, "", "session '%s' has no viewer %u", session->spec.name, viewer);
}
