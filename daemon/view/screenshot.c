/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "screenshot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "image.h"
#include "link.h"
#include "util.h"

#define TIMEOUT_MAX_MS 600000u

struct screenshot {
	uv_work_t work;
	struct list link; // view.screenshots
	struct view *view;
	uint32_t request, display;
	bool wait_frame; /* for one presented after the request */
	bool working;    /* on the other thread, or answered by it */
	uint64_t asked_ns;
	uint64_t deadline_ns;
	uint64_t frames; /* that the display had shown when asked */
	uint64_t sequence;
	struct picture picture;
	uint8_t *pixels; /* a private copy */
	int fd, result;
	uint64_t size;
};

static void answer_failed(struct view *view, uint32_t request, int error, const char *reason)
{
	struct ipc_screenshot_failed failed = { .request = request, .error = (uint32_t)error };

	snprintf(failed.reason, sizeof(failed.reason), "%s", reason);
	if (view->control)
		link_send(view->control, &ipc_screenshot_failed_type, &failed, -1);
}

static void screenshot_destroy(struct screenshot *shot)
{
	list_remove(&shot->link);
	shot->view->n_screenshots--;
	free(shot->pixels);
	free(shot);
}

static void screenshot_fail(struct screenshot *shot, int error, const char *reason)
{
	answer_failed(shot->view, shot->request, error, reason);
	screenshot_destroy(shot);
}

void screenshot_request(struct view *view, const struct ipc_screenshot *message)
{
	const struct display *display = view_display(view, message->display);
	uint64_t timeout =
		message->timeout_ms < TIMEOUT_MAX_MS ? message->timeout_ms : TIMEOUT_MAX_MS;
	struct screenshot *shot;

	if (!display) {
		answer_failed(view, message->request, ENOENT, "there is no such display");
		return;
	}
	if (view->n_screenshots >= SCREENSHOTS_MAX) {
		answer_failed(view, message->request, EBUSY, "too many screenshots are under way");
		return;
	}
	shot = calloc(1, sizeof(*shot));
	if (!shot) {
		answer_failed(view, message->request, ENOMEM, "out of memory");
		return;
	}
	shot->work.data = shot;
	shot->view = view;
	shot->request = message->request;
	shot->display = message->display;
	shot->wait_frame = message->wait_frame != 0;
	shot->asked_ns = clock_ns();
	shot->deadline_ns = shot->asked_ns + timeout * 1000000u;
	shot->frames = display->frames;
	list_append(&view->screenshots, &shot->link);
	view->n_screenshots++;
}

bool screenshot_waits(const struct view *view, uint32_t display)
{
	const struct screenshot *shot;

	list_for_each(shot, &view->screenshots, link) {
		if (!shot->working && shot->display == display)
			return true;
	}
	return false;
}

static void on_work(uv_work_t *work)
{
	struct screenshot *shot = work->data;

	shot->result = image_encode(&shot->picture, &shot->fd, &shot->size);
}

static void on_done(uv_work_t *work, int status)
{
	struct screenshot *shot = work->data;
	struct ipc_screenshot_done done = {
		.request = shot->request,
		.width = shot->picture.width,
		.height = shot->picture.height,
		.sequence = shot->sequence,
		.size = shot->size,
	};

	if (status == 0 && shot->result == 0) {
		if (shot->view->control)
			link_send(shot->view->control, &ipc_screenshot_done_type, &done, shot->fd);
		close(shot->fd);
		screenshot_destroy(shot);
		return;
	}
	screenshot_fail(shot, status == 0 ? -shot->result : ECANCELED, "the PNG could not be made");
}

static size_t bytes_under_way(const struct view *view)
{
	const struct screenshot *shot;
	size_t bytes = 0;

	list_for_each(shot, &view->screenshots, link) {
		if (shot->pixels)
			bytes += (size_t)shot->picture.stride * shot->picture.height;
	}
	return bytes;
}

/* Copies the display's picture, with rows of their own length. */
static void copy_picture(struct screenshot *shot, const struct picture *from)
{
	size_t row = (size_t)from->width * 4;

	shot->picture = *from;
	shot->picture.stride = from->width * 4;
	shot->picture.pixels = shot->pixels;
	for (uint32_t y = 0; y < from->height; y++)
		memcpy(shot->pixels + y * row, from->pixels + (size_t)y * from->stride, row);
}

static void screenshot_take(struct screenshot *shot, const struct display *display)
{
	size_t bytes = (size_t)display->picture.width * display->picture.height * 4;

	if (bytes + bytes_under_way(shot->view) <= SCREENSHOT_BYTES_MAX)
		shot->pixels = malloc(bytes);
	if (!shot->pixels) {
		screenshot_fail(shot, ENOMEM, "out of memory for pictures");
		return;
	}
	copy_picture(shot, &display->picture);
	shot->sequence = display->sequence;
	shot->fd = -1;
	shot->working = true;
	if (uv_queue_work(shot->view->loop, &shot->work, on_work, on_done) < 0)
		screenshot_fail(shot, ENOMEM, "no thread to make the PNG");
}

/* Until when a request without a wait is given for a fresh frame to come. */
static uint64_t soon(const struct screenshot *shot, const struct display *display)
{
	uint64_t fresh = shot->asked_ns + VIEW_FRESH_NS;

	if (display->surface == 0)
		return 0;
	if (display->blank)
		return shot->deadline_ns;
	return fresh < shot->deadline_ns ? fresh : shot->deadline_ns;
}

static void screenshot_check(
	struct screenshot *shot, const struct display *display, uint64_t now_ns, uint64_t *wake_ns)
{
	bool fresh = display->frames > shot->frames;
	uint64_t until = shot->wait_frame ? shot->deadline_ns : soon(shot, display);

	if (shot->wait_frame)
		fresh = fresh && display->presented >= shot->asked_ns;
	if (fresh || (!shot->wait_frame && now_ns >= until && !display->blank))
		screenshot_take(shot, display);
	else if (now_ns >= until && shot->wait_frame)
		screenshot_fail(shot, ETIMEDOUT, "no frame was presented in time");
	else if (now_ns >= until)
		screenshot_fail(shot, ENODATA, "nothing has been shown on this display yet");
	else if (until < *wake_ns)
		*wake_ns = until;
}

void screenshot_service(struct view *view, uint64_t now_ns, uint64_t *wake_ns)
{
	struct screenshot *shot, *next;

	list_for_each_safe(shot, next, &view->screenshots, link) {
		const struct display *display = view_display(view, shot->display);
		if (!shot->working && display)
			screenshot_check(shot, display, now_ns, wake_ns);
	}
}

void screenshot_finish(struct view *view)
{
	struct screenshot *shot, *next;

	list_for_each_safe(shot, next, &view->screenshots, link) {
		if (!shot->working)
			screenshot_destroy(shot);
	}
}
