/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session's children report. A render process may be taken over by its guest: what it says
 * is bounded, looked up and cleaned before anybody sees it.
 */
#include <string.h>

#include "session/private.h"
#include "text.h"

/* Viewers, and connections that are none yet: those may come and go in bursts at each display. */
#define CONNECTIONS_MAX (IPC_VIEWERS_MAX + 1024u)

/* Some may have been asked to end while others took their place. */
#define STREAMS_MAX (2 * IPC_STREAMS_MAX)

/* The worker of a message, or NULL when it was one too many. */
static struct worker *sender(void *data)
{
	struct child *child = data;

	return child_count_message(child) ? child_owner(child) : NULL;
}

static int64_t now_seconds(void)
{
	return (int64_t)time(NULL);
}

/* ---- both */

static void on_ready(void *data, const void *message, int fd)
{
	struct worker *worker = sender(data);

	(void)fd;
	if (worker)
		worker_ready(worker, message);
}

static void on_failed(void *data, const void *message, int fd)
{
	const struct ipc_failed *failed = message;

	(void)fd;
	if (sender(data))
		child_note_failure(data, failed->reason);
}

/* ---- render */

static struct stream *find_stream(struct session *session, uint32_t id)
{
	struct stream *stream;

	list_for_each(stream, &session->streams, link) {
		if (stream->info.stream == id)
			return stream;
	}
	return NULL;
}

static size_t list_length(const struct list *list)
{
	size_t n = 0;

	for (const struct list *at = list->next; at != list; at = at->next)
		n++;
	return n;
}

void model_clean_gpu(struct ipc_render_gpu *gpu)
{
	for (size_t i = 0; i < gpu->n_gpus; i++) {
		text_clean(gpu->gpus[i].kind);
		text_clean(gpu->gpus[i].name);
		text_clean(gpu->gpus[i].reason);
	}
	text_clean(gpu->renderer);
	text_clean(gpu->version);
}

static void on_render_gpu(void *data, const void *message, int fd)
{
	struct worker *worker = sender(data);

	(void)fd;
	if (!worker)
		return;
	if (worker->session->private->gpu_told) {
		child_kill(worker->child, "it reported its GPU twice");
		return;
	}
	worker->session->private->gpu_told = true;
	memcpy(&worker->session->gpu, message, sizeof(worker->session->gpu));
	model_clean_gpu(&worker->session->gpu);
	if (!worker->session->gpu.renderer[0]) /* none: `failed` follows */
		return;
	log_limited(&worker->session->private->peer_limit, LOG_LEVEL_INFO,
		"%s: renders with %s (%s)", worker->session->spec.name,
		worker->session->gpu.renderer, worker->session->gpu.version);
}

static void on_guest_gone(void *data, const void *message, int fd)
{
	const struct ipc_guest_gone *gone = message;
	struct worker *worker = sender(data);
	char reason[IPC_TEXT_MAX + 1];

	(void)fd;
	if (!worker)
		return;
	text_copy(reason, sizeof(reason), gone->reason);
	text_clean(reason);
	log_limited(&worker->session->private->peer_limit, LOG_LEVEL_INFO,
		"%s: guest %u is gone: %s", worker->session->spec.name, gone->guest, reason);
	guests_remove(worker->session, gone->guest);
}

static struct stream *add_stream(struct session *session, uint32_t id)
{
	struct stream *stream;

	if (list_length(&session->streams) >= STREAMS_MAX) {
		child_kill(session->render, "it reported over %u streams", STREAMS_MAX);
		return NULL;
	}
	stream = calloc(1, sizeof(*stream));
	if (!stream)
		return NULL;
	stream->since = now_seconds();
	stream->stats.stream = id;
	list_append(&session->streams, &stream->link);
	return stream;
}

static void on_stream(void *data, const void *message, int fd)
{
	const struct ipc_stream *info = message;
	struct worker *worker = sender(data);
	struct stream *stream;

	(void)fd;
	if (!worker)
		return;
	stream = find_stream(worker->session, info->stream);
	if (!stream)
		stream = add_stream(worker->session, info->stream);
	if (!stream)
		return;
	stream->info = *info;
	text_clean(stream->info.protocol);
	text_clean(stream->info.program);
	guests_note_stream(worker->session, info);
}

static void remove_stream(struct stream *stream)
{
	list_remove(&stream->link);
	free(stream);
}

static void on_stream_gone(void *data, const void *message, int fd)
{
	const struct ipc_stream_gone *gone = message;
	struct worker *worker = sender(data);
	struct stream *stream = worker ? find_stream(worker->session, gone->stream) : NULL;

	(void)fd;
	if (stream)
		remove_stream(stream);
}

static void on_render_pong(void *data, const void *message, int fd)
{
	struct worker *worker = sender(data);
	struct ipc_render_pong *stats;

	(void)fd;
	if (!worker)
		return;
	stats = &worker->session->render_stats;
	memcpy(stats, message, sizeof(*stats));
	text_clean(stats->command);
	limits_note_render(worker->session, stats);
	captures_note_pong(worker->session);
	heartbeat_render_answer(&worker->heartbeat, stats, clock_ms());
	for (size_t i = 0; i < stats->n_streams; i++) {
		struct stream *stream = find_stream(worker->session, stats->streams[i].stream);
		if (stream)
			stream->stats = stats->streams[i];
	}
}

static void on_capture_state(void *data, const void *message, int fd)
{
	struct worker *worker = sender(data);

	(void)fd;
	if (worker)
		captures_note_state(worker->session, message);
}

const struct link_row model_render_rows[] = {
	{ &ipc_ready_type, on_ready },
	{ &ipc_failed_type, on_failed },
	{ &ipc_render_gpu_type, on_render_gpu },
	{ &ipc_guest_gone_type, on_guest_gone },
	{ &ipc_stream_type, on_stream },
	{ &ipc_stream_gone_type, on_stream_gone },
	{ &ipc_render_pong_type, on_render_pong },
	{ &ipc_capture_state_type, on_capture_state },
};
const size_t model_n_render_rows = ARRAY_SIZE(model_render_rows);

void model_render_gone(struct session *session)
{
	struct stream *stream, *next;

	list_for_each_safe(stream, next, &session->streams, link)
		remove_stream(stream);
	session->private->gpu_told = false; /* the report stays until the next one */
	memset(&session->render_stats, 0, sizeof(session->render_stats));
	session->render_rss = 0;
}

/* ---- view */

static void on_view_pong(void *data, const void *message, int fd)
{
	const struct ipc_view_pong *pong = message;
	struct worker *worker = sender(data);

	(void)fd;
	if (!worker)
		return;
	worker->session->private->view_refused = pong->refused;
	heartbeat_answer(&worker->heartbeat, pong->serial, clock_ms());
}

/* The display of a message; a process that names another one is not to be trusted further. */
static struct display *find_display(struct worker *worker, uint32_t id)
{
	if (id < worker->session->n_displays)
		return &worker->session->displays[id];
	child_kill(worker->child, "it reported a display %u", id);
	return NULL;
}

static void on_display(void *data, const void *message, int fd)
{
	const struct ipc_display *info = message;
	struct worker *worker = sender(data);
	struct display *display = worker ? find_display(worker, info->display) : NULL;

	(void)fd;
	if (display)
		display->info = *info;
}

static void on_display_stats(void *data, const void *message, int fd)
{
	const struct ipc_display_stats *stats = message;
	struct worker *worker = sender(data);
	struct display *display = worker ? find_display(worker, stats->display) : NULL;

	(void)fd;
	if (display)
		display->stats = *stats;
}

struct surface *model_find_surface(const struct session *session, uint32_t id)
{
	struct surface *surface;

	list_for_each(surface, &session->surfaces, link) {
		if (surface->info.surface == id)
			return surface;
	}
	return NULL;
}

static void remove_surface(struct surface *surface)
{
	list_remove(&surface->link);
	free(surface);
}

static struct surface *add_surface(struct session *session)
{
	struct surface *surface;

	if (list_length(&session->surfaces) >= IPC_SURFACES_MAX) {
		child_kill(session->view, "it reported over %u surfaces", IPC_SURFACES_MAX);
		return NULL;
	}
	surface = calloc(1, sizeof(*surface));
	if (surface)
		list_append(&session->surfaces, &surface->link);
	return surface;
}

static void on_surface_state(void *data, const void *message, int fd)
{
	const struct ipc_surface_state *info = message;
	struct worker *worker = sender(data);
	struct surface *surface;

	(void)fd;
	if (!worker)
		return;
	surface = model_find_surface(worker->session, info->surface);
	if (info->gone) {
		if (surface)
			remove_surface(surface);
		return;
	}
	if (!surface)
		surface = add_surface(worker->session);
	if (surface)
		surface->info = *info;
}

static struct viewer *find_viewer(struct session *session, uint32_t id)
{
	struct viewer *viewer;

	list_for_each(viewer, &session->viewers, link) {
		if (viewer->info.viewer == id)
			return viewer;
	}
	return NULL;
}

static void remove_viewer(struct viewer *viewer)
{
	list_remove(&viewer->link);
	free(viewer);
}

static struct viewer *add_viewer(struct session *session, uint32_t id)
{
	struct viewer *viewer;

	if (list_length(&session->viewers) >= CONNECTIONS_MAX) {
		child_kill(session->view, "it reported over %u viewers", CONNECTIONS_MAX);
		return NULL;
	}
	viewer = calloc(1, sizeof(*viewer));
	if (!viewer)
		return NULL;
	viewer->since = now_seconds();
	viewer->stats.viewer = id;
	list_append(&session->viewers, &viewer->link);
	return viewer;
}

static void viewer_came(struct session *session, const struct ipc_viewer *info)
{
	struct viewer *viewer = find_viewer(session, info->viewer);
	bool was_ready = viewer && viewer->info.ready;

	if (!viewer)
		viewer = add_viewer(session, info->viewer);
	if (!viewer)
		return;
	viewer->info = *info;
	text_clean(viewer->info.address);
	text_clean(viewer->info.reason);
	if (info->ready && !was_ready)
		log_limited(&session->private->peer_limit, LOG_LEVEL_INFO, "%s: viewer %u from %s",
			session->spec.name, info->viewer, viewer->info.address);
}

static void viewer_went(struct session *session, const struct ipc_viewer *info)
{
	struct viewer *viewer = find_viewer(session, info->viewer);
	char reason[IPC_TEXT_MAX + 1];

	text_copy(reason, sizeof(reason), info->reason);
	text_clean(reason);
	if (viewer && viewer->info.ready)
		log_limited(&session->private->peer_limit, LOG_LEVEL_INFO,
			"%s: viewer %u is gone: %s", session->spec.name, info->viewer, reason);
	if (viewer)
		remove_viewer(viewer);
}

static void on_viewer(void *data, const void *message, int fd)
{
	const struct ipc_viewer *info = message;
	struct worker *worker = sender(data);

	(void)fd;
	if (!worker)
		return;
	if (info->gone)
		viewer_went(worker->session, info);
	else
		viewer_came(worker->session, info);
}

static void on_viewer_stats(void *data, const void *message, int fd)
{
	const struct ipc_viewer_stats *stats = message;
	struct worker *worker = sender(data);
	struct viewer *viewer = worker ? find_viewer(worker->session, stats->viewer) : NULL;

	(void)fd;
	if (!viewer)
		return;
	viewer->stats = *stats;
	text_clean(viewer->stats.encoding);
}

static void on_peer_lost(void *data, const void *message, int fd)
{
	struct worker *worker = sender(data);

	(void)fd;
	if (worker)
		session_peer_lost(worker->session, message);
}

static void on_screenshot_done(void *data, const void *message, int fd)
{
	struct worker *worker = sender(data);

	if (worker)
		shots_done(worker->session, message, fd);
	else
		close(fd);
}

static void on_screenshot_failed(void *data, const void *message, int fd)
{
	struct worker *worker = sender(data);

	(void)fd;
	if (worker)
		shots_failed(worker->session, message);
}

const struct link_row model_view_rows[] = {
	{ &ipc_ready_type, on_ready },
	{ &ipc_failed_type, on_failed },
	{ &ipc_view_pong_type, on_view_pong },
	{ &ipc_display_type, on_display },
	{ &ipc_display_stats_type, on_display_stats },
	{ &ipc_surface_state_type, on_surface_state },
	{ &ipc_viewer_type, on_viewer },
	{ &ipc_viewer_stats_type, on_viewer_stats },
	{ &ipc_peer_lost_type, on_peer_lost },
	{ &ipc_screenshot_done_type, on_screenshot_done },
	{ &ipc_screenshot_failed_type, on_screenshot_failed },
};
const size_t model_n_view_rows = ARRAY_SIZE(model_view_rows);

void model_view_gone(struct session *session)
{
	struct surface *surface, *next_surface;
	struct viewer *viewer, *next;

	list_for_each_safe(surface, next_surface, &session->surfaces, link)
		remove_surface(surface);
	list_for_each_safe(viewer, next, &session->viewers, link)
		remove_viewer(viewer);
	for (uint32_t i = 0; i < session->n_displays; i++) {
		struct display *display = &session->displays[i];
		memset(&display->stats, 0, sizeof(display->stats));
		display->stats.display = i;
		display->info = (struct ipc_display){
			.display = i,
			.width = session->host->config.width,
			.height = session->host->config.height,
		};
	}
	session->view_rss = 0;
}
