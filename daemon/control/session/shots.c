/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Screenshots under way: asked of the view process, answered to whoever asked. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "session/private.h"
#include "spec.h"
#include "text.h"

#define SHOTS_MAX     64u
#define SHOT_GRACE_MS 5000u        /* past the timeout that the view process keeps itself */
#define SHOT_SIZE_MAX (2ull << 30) /* bytes of a PNG */

static struct shot *find_shot(struct session *session, uint32_t id)
{
	struct shot *shot;

	list_for_each(shot, &session->private->shots, link) {
		if (shot->id == id)
			return shot;
	}
	return NULL;
}

static void drop_shot(struct session *session, struct shot *shot)
{
	list_remove(&shot->link);
	session->private->n_shots--;
	free(shot);
}

/* Tells the result and forgets the request. */
static void finish_shot(
	struct session *session, struct shot *shot, const struct screenshot *screenshot)
{
	screenshot_done done = shot->done;
	void *data = shot->data;

	drop_shot(session, shot);
	done(data, screenshot);
}

static void fail_shot(struct session *session, struct shot *shot, int error, const char *reason)
{
	const struct screenshot screenshot = { .error = error, .reason = reason, .fd = -1 };

	finish_shot(session, shot, &screenshot);
}

static int send_request(
	struct session *session, const struct ipc_screenshot *message, struct problem *ret_problem)
{
	const struct worker *view = session_worker(session, WORKER_VIEW);

	if (message->display >= session->n_displays)
		return problem_set(ret_problem, 404, "", "session '%s' has no display %u",
			session->spec.name, message->display);
	if (session->private->n_shots >= SHOTS_MAX)
		return problem_set(ret_problem, 503, "",
			"%u screenshots of this session are under way: try again", SHOTS_MAX);
	if (!view->ready || child_send(view->child, &ipc_screenshot_type, message, -1) < 0)
		return problem_set(ret_problem, 503, "",
			"the view process of session '%s' is not running: try again",
			session->spec.name);
	return 0;
}

uint32_t session_screenshot(struct session *session, uint32_t display, bool wait_frame,
	uint32_t timeout_ms, screenshot_done done, void *data, struct problem *ret_problem)
{
	struct session_private *private = session->private;
	struct shot *shot = calloc(1, sizeof(*shot));
	const struct ipc_screenshot message = {
		.request = private->last_shot + 1 ? private->last_shot + 1 : 1,
		.display = display,
		.wait_frame = wait_frame,
		.timeout_ms = timeout_ms,
	};

	if (!shot) {
		problem_set(ret_problem, 503, "", "out of memory");
		return 0;
	}
	if (send_request(session, &message, ret_problem) < 0) {
		free(shot);
		return 0;
	}
	private->last_shot = shot->id = message.request;
	shot->deadline_ms = clock_ms() + timeout_ms + SHOT_GRACE_MS;
	shot->done = done;
	shot->data = data;
	list_append(&private->shots, &shot->link);
	private->n_shots++;
	return shot->id;
}

void session_screenshot_cancel(struct session *session, uint32_t request)
{
	struct shot *shot = find_shot(session, request);

	if (shot)
		drop_shot(session, shot);
}

void shots_done(struct session *session, const struct ipc_screenshot_done *message, int fd)
{
	struct shot *shot = find_shot(session, message->request);
	const struct screenshot screenshot = {
		.fd = fd,
		.reason = "",
		.size = message->size,
		.sequence = message->sequence,
		.width = message->width,
		.height = message->height,
	};
	struct stat status;

	if (!shot) { /* cancelled meanwhile */
		close(fd);
		return;
	}
	/* Only a memfd has seals: no file whose reading could take long is read here. */
	if (fcntl(fd, F_GET_SEALS) < 0 || fstat(fd, &status) < 0 || message->size == 0 ||
		message->size > SHOT_SIZE_MAX || (uint64_t)status.st_size < message->size) {
		close(fd);
		fail_shot(session, shot, EIO, "the view process sent an impossible picture");
		return;
	}
	finish_shot(session, shot, &screenshot);
}

void shots_failed(struct session *session, const struct ipc_screenshot_failed *message)
{
	struct shot *shot = find_shot(session, message->request);
	char reason[IPC_TEXT_MAX + 1];

	if (!shot)
		return;
	text_copy(reason, sizeof(reason), message->reason);
	text_clean(reason);
	fail_shot(session, shot,
		message->error > 0 && message->error < 4096 ? (int)message->error : EIO, reason);
}

void shots_cancel_all(struct session *session, const char *reason)
{
	/* A callback may ask again; that request is refused, as no view process is there. */
	while (!list_empty(&session->private->shots))
		fail_shot(session, list_entry(session->private->shots.next, struct shot, link),
			ECANCELED, reason);
}

static struct shot *find_overdue(struct session *session, uint64_t now_ms)
{
	struct shot *shot;

	list_for_each(shot, &session->private->shots, link) {
		if (now_ms >= shot->deadline_ms)
			return shot;
	}
	return NULL;
}

void shots_tick(struct session *session, uint64_t now_ms)
{
	struct shot *shot;

	/* From the start each time: a callback may change the list. */
	while ((shot = find_overdue(session, now_ms)))
		fail_shot(session, shot, ETIMEDOUT, "the view process did not answer");
}
