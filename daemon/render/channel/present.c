/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presents: each window of the guest is a surface. The guest is told that it may begin another
 * frame at once, if it is not too fast for the session's limit; with a swap interval when so many
 * of the display's refreshes have passed since the one before. Messages are run meanwhile.
 */
#include <errno.h>
#include <string.h>

#include "channel/internal.h"
#include "glm_messages.h"

#define CROWDED_MS   5u /* between two looks whether there is room for another surface */
#define INTERVAL_MAX 600u
/* A present is due within this at the latest, whatever the display's rate was before. */
#define DUE_MAX_NS UINT64_C(600000000000)

/* ---- for surface.h */

static int on_read(
	void *data, bool retained, const struct rects *rects, uint8_t *pixels, uint32_t stride)
{
	const struct window *window = data;
	const struct channel *channel = window->channel;

	return channel->config.host->executor->read(
		channel->exec, window->id, retained, rects, pixels, stride);
}

static int on_retain(void *data, const struct ipc_rect *rect)
{
	const struct window *window = data;
	const struct channel *channel = window->channel;

	return channel->config.host->executor->retain(channel->exec, window->id, rect);
}

static void on_wake(void *data)
{
	const struct window *window = data;

	atomic_store(&window->channel->wanted, true);
	channel_kick(window->channel);
}

static const struct surface_ops surface_ops = {
	.read = on_read,
	.retain = on_retain,
	.wake = on_wake,
};

/* ---- windows */

static struct window *window_find(struct channel *channel, uint32_t id)
{
	struct window *window;

	list_for_each(window, &channel->windows, link) {
		if (window->id == id)
			return window;
	}
	return NULL;
}

static void window_destroy(struct window *window)
{
	surface_destroy(window->surface);
	list_remove(&window->link);
	free(window);
}

static struct window *window_get(struct channel *channel, uint32_t id)
{
	struct window *window = window_find(channel, id);

	if (window)
		return window;
	window = calloc(1, sizeof(*window));
	if (!window)
		return NULL;
	window->channel = channel;
	window->id = id;
	list_append(&channel->windows, &window->link);
	return window;
}

/* At the first present, and the first of another size. */
static void window_show(struct window *window, uint32_t width, uint32_t height)
{
	const struct ring_geometry geometry = { .width = width, .height = height, .format = RING_BGRX };
	struct channel *channel = window->channel;
	int r;

	surface_destroy(window->surface);
	window->surface = NULL;
	window->width = width;
	window->height = height;
	while (!surfaces_room(channel->config.host->surfaces)) {
		if (!channel_pause(channel, CROWDED_MS))
			return;
	}
	r = surface_create(channel->config.host->surfaces, channel->config.stream->id, &geometry,
		&surface_ops, window, &window->surface);
	if (r < 0)
		log_limited(&channel->limit, LOG_LEVEL_WARNING,
			"stream %u (%s): not shown: a window of %ux%u: %s",
			channel->config.stream->id, channel->config.program, width, height,
			strerror(-r));
}

void channel_on_surface_gone(void *data, uint32_t surface)
{
	struct window *window = window_find(data, surface);

	if (window)
		window_destroy(window);
}

void channel_windows_destroy(struct channel *channel)
{
	struct window *window, *next;

	list_for_each_safe(window, next, &channel->windows, link)
		window_destroy(window);
}

void channel_advance(struct channel *channel)
{
	struct window *window;

	if (!channel->fresh)
		return;
	channel->fresh = false;
	list_for_each(window, &channel->windows, link) {
		if (window->surface)
			surface_advance(window->surface);
	}
}

void channel_serve(struct channel *channel)
{
	struct window *window;

	list_for_each(window, &channel->windows, link) {
		if (window->surface)
			surface_serve(window->surface);
	}
}

/* ---- when the next frame may begin */

/* The refresh at which a frame presented now is shown, `interval` after the one before or later. */
static uint64_t next_refresh(const struct window *window, uint32_t interval, uint64_t now)
{
	const uint64_t period = UINT64_C(1000000000) / quota_limit(LIMIT_REFRESH_RATE);
	const uint64_t passed = (interval < INTERVAL_MAX ? interval : INTERVAL_MAX) * period;
	uint64_t from = now;

	/* Half a period before that refresh: times are rounded. */
	if (window->due_ns > 0 && window->due_ns < now + DUE_MAX_NS)
		from = window->due_ns + passed - period / 2;
	if (from < now)
		from = now;
	return (from / period + 1) * period;
}

static uint64_t due_at(struct channel *channel, struct window *window, uint32_t interval)
{
	const uint64_t now = clock_ns();
	uint64_t ns;

	pace_present(&channel->pace, now);
	ns = pace_wait_ns(&channel->pace, now);
	if (ns > 0)
		quota_refuse(&channel->quota, LIMIT_PRESENT_RATE, 1);
	if (interval > 0) {
		window->due_ns = next_refresh(window, interval, now);
		return window->due_ns;
	}
	return ns > 0 ? now + ns : 0;
}

static void grant(struct channel *channel, uint32_t surface)
{
	const struct glm_presented presented = { .surface = surface, .frames = 1 };

	channel_answer(channel, &glm_presented_type, &presented);
}

uint64_t channel_presented_run(struct channel *channel)
{
	uint64_t now = channel->n_presented > 0 ? clock_ns() : 0, next = UINT64_MAX;
	uint32_t left = 0;

	for (uint32_t i = 0; i < channel->n_presented; i++) {
		const struct presented *due = &channel->presented[i];
		if (due->due_ns <= now) {
			grant(channel, due->surface);
			continue;
		}
		if (due->due_ns - now < next)
			next = due->due_ns - now;
		channel->presented[left++] = *due;
	}
	channel->n_presented = left;
	return next;
}

void channel_on_present(
	void *data, uint32_t surface, uint32_t width, uint32_t height, uint32_t interval)
{
	const struct pixels pixels = { .rect = { .width = width, .height = height } };
	struct channel *channel = data;
	struct window *window;

	if (channel->n_presented == ORIEL_FRAMES_AHEAD)
		channel_presented_run(channel);
	if (channel->n_presented == ORIEL_FRAMES_AHEAD) {
		channel_end(channel, ORIEL_ERROR_LIMIT, "it presents more than was granted");
		return;
	}
	window = window_get(channel, surface);
	if (!window) {
		channel_end(channel, ORIEL_ERROR_NO_MEMORY, "there is no memory for a window");
		return;
	}
	atomic_fetch_add(&channel->config.stream->presents, 1);
	if (window->width != width || window->height != height)
		window_show(window, width, height);
	if (window->surface)
		surface_present(window->surface, &pixels);
	capture_present(atomic_load(&channel->capture), channel->config.host->executor->read,
		channel->exec, surface, width, height);
	channel->fresh = true;
	channel->presented[channel->n_presented++] =
		(struct presented){ .due_ns = due_at(channel, window, interval), .surface = surface };
	channel_presented_run(channel);
}
