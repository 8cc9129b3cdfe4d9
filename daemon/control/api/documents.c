/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "documents.h"

#include <stdio.h>

#include "host.h"
#include "log.h"
#include "spec.h"

void document_gpu(struct json_writer *writer, cJSON *object, const struct ipc_render_gpu *gpu)
{
	cJSON *candidates;

	if (gpu->renderer[0]) {
		json_put_string(writer, object, "renderer", gpu->renderer);
		json_put_string(writer, object, "version", gpu->version);
	} else { /* none of the candidates can be used */
		json_put_null(writer, object, "renderer");
		json_put_null(writer, object, "version");
	}
	json_put_uint(writer, object, "max_texture", gpu->max_texture);
	json_put_bool(writer, object, "compute_shaders", gpu->compute);
	candidates = json_put_array(writer, object, "candidates");
	for (size_t i = 0; i < gpu->n_gpus; i++) {
		cJSON *candidate = json_put_object(writer, candidates, NULL);

		json_put_string(writer, candidate, "kind", gpu->gpus[i].kind);
		json_put_string(writer, candidate, "name", gpu->gpus[i].name);
		json_put_bool(writer, candidate, "taken", gpu->gpus[i].taken);
		json_put_string(writer, candidate, "reason", gpu->gpus[i].reason);
	}
}

void document_viewer(struct json_writer *writer, cJSON *object, const struct viewer *viewer)
{
	json_put_uint(writer, object, "id", viewer->info.viewer);
	json_put_uint(writer, object, "display", viewer->info.display);
	json_put_string(writer, object, "address", viewer->info.address);
	json_put_bool(writer, object, "ready", viewer->info.ready);
	json_put_time(writer, object, "since", viewer->since);
	json_put_string(writer, object, "encoding", viewer->stats.encoding);
	json_put_uint(writer, object, "frames", viewer->stats.frames);
	json_put_uint(writer, object, "bytes", viewer->stats.bytes);
	json_put_uint(writer, object, "queued", viewer->stats.queued);
}

static const char *capture_state(const struct capture *capture)
{
	static const char *const words[] = {
		[IPC_CAPTURE_RUNNING] = "running",
		[IPC_CAPTURE_CLOSED] = "complete",
		[IPC_CAPTURE_STOPPED] = "stopped",
		[IPC_CAPTURE_FULL] = "truncated",
		[IPC_CAPTURE_FAILED] = "failed",
	};

	return capture->cut ? "cut" : words[capture->info.state];
}

void document_captures(struct json_writer *writer, cJSON *object, const struct session *session)
{
	const struct capture *capture;
	cJSON *array;

	json_put_bool(writer, object, "capturing", session->capturing);
	array = json_put_array(writer, object, "captures");
	list_for_each(capture, &session->captures, link) {
		cJSON *entry = capture->used ? json_put_object(writer, array, NULL) : NULL;

		if (!entry)
			continue;
		json_put_uint(writer, entry, "id", capture->info.capture);
		json_put_string(writer, entry, "state", capture_state(capture));
		json_put_time(writer, entry, "since", capture->since);
		json_put_uint(writer, entry, "stream", capture->info.stream);
		json_put_string(writer, entry, "program", capture->info.program);
		json_put_uint(writer, entry, "frames", capture->info.frames);
		json_put_uint(writer, entry, "bytes", capture->info.bytes);
		json_put_bool(writer, entry, "checksums", capture->checksums);
	}
}

void document_display(
	struct json_writer *writer, cJSON *object, const struct session *session, uint32_t display)
{
	const struct display *shown = &session->displays[display];
	cJSON *vnc, *surface;

	json_put_uint(writer, object, "id", display);
	json_put_uint(writer, object, "width", shown->info.width);
	json_put_uint(writer, object, "height", shown->info.height);
	vnc = json_put_object(writer, object, "vnc");
	json_put_string(writer, vnc, "address", shown->vnc_address);
	json_put_uint(writer, vnc, "port", shown->vnc_port);
	json_put_string(writer, vnc, "auth", session->spec.vnc_password[0] ? "vnc" : "none");
	if (shown->info.surface) {
		surface = json_put_object(writer, object, "surface");
		json_put_uint(writer, surface, "id", shown->info.surface);
		json_put_uint(writer, surface, "stream", shown->info.stream);
	} else {
		json_put_null(writer, object, "surface");
	}
	json_put_bool(writer, object, "chosen", shown->info.chosen);
	json_put_uint(writer, object, "frames", shown->stats.frames);
	json_put_uint(writer, object, "sequence", shown->stats.sequence);
}

static void put_surfaces(struct json_writer *writer, cJSON *object, const struct session *session,
	const struct stream *stream)
{
	cJSON *array = json_put_array(writer, object, "surfaces"), *entry;
	const struct surface *surface;

	list_for_each(surface, &session->surfaces, link) {
		if (surface->info.stream != stream->info.stream)
			continue;
		entry = json_put_object(writer, array, NULL);
		json_put_uint(writer, entry, "id", surface->info.surface);
		json_put_uint(writer, entry, "width", surface->info.width);
		json_put_uint(writer, entry, "height", surface->info.height);
	}
}

static void put_stream(struct json_writer *writer, cJSON *object, const struct session *session,
	const struct stream *stream)
{
	json_put_uint(writer, object, "id", stream->info.stream);
	json_put_string(writer, object, "program", stream->info.program);
	json_put_string(writer, object, "protocol", stream->info.protocol);
	json_put_time(writer, object, "since", stream->since);
	json_put_uint(writer, object, "frames", stream->stats.presents);
	json_put_milli(writer, object, "fps", stream->stats.fps_milli);
	json_put_uint(writer, object, "commands", stream->stats.commands);
	json_put_uint(writer, object, "bytes", stream->stats.bytes_in);
	put_surfaces(writer, object, session, stream);
}

static void put_listeners(struct json_writer *writer, cJSON *object, const struct session *session)
{
	cJSON *array = json_put_array(writer, object, "listen");

	for (size_t i = 0; i < session->spec.n_listeners; i++) {
		const struct listener_spec *spec = &session->spec.listeners[i];
		cJSON *listener = json_put_object(writer, array, NULL);
		char mode[16];

		snprintf(mode, sizeof(mode), "%04o", (unsigned)spec->mode);
		json_put_string(writer, listener, "kind", spec->kind == LISTENER_VM ? "vm" : "local");
		json_put_string(writer, listener, "path", spec->path);
		json_put_string(writer, listener, "mode", mode);
	}
}

static void put_restarts(struct json_writer *writer, cJSON *object, const struct session *session)
{
	cJSON *array;

	json_put_uint(writer, object, "restart_count", session->restart_count);
	array = json_put_array(writer, object, "restarts");
	for (size_t i = 0; i < session->n_restarts; i++) {
		const struct session_restart *entry = &session->restarts[i];
		cJSON *restart = json_put_object(writer, array, NULL);

		json_put_time(writer, restart, "time", entry->time);
		json_put_string(writer, restart, "process", entry->process);
		json_put_string(writer, restart, "reason", entry->reason);
	}
}

static void put_memory(struct json_writer *writer, cJSON *object, const struct session *session)
{
	cJSON *memory = json_put_object(writer, object, "memory");

	json_put_uint(writer, memory, "render", session->render_rss);
	json_put_uint(writer, memory, "view", session->view_rss);
	json_put_uint(writer, memory, "resources", session->render_stats.resources);
	json_put_uint(writer, memory, "resource_bytes", session->render_stats.resource_bytes);
}

static void put_limits(struct json_writer *writer, cJSON *object, const struct session *session)
{
	cJSON *all = json_put_object(writer, object, "limits");

	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		cJSON *entry = json_put_object(writer, all, limits[id].name);

		json_put_uint(writer, entry, "limit", session_limit(session, id));
		if (limits[id].kind == LIMIT_USED)
			json_put_uint(writer, entry, "used", session->limits_use[id].used);
		else
			json_put_null(writer, entry, "used");
		json_put_uint(writer, entry, "refused", session->limits_use[id].refused);
	}
}

static void put_state(struct json_writer *writer, cJSON *object, const struct session *session)
{
	json_put_string(writer, object, "name", session->spec.name);
	json_put_string(writer, object, "state", session_state_word(session->state));
	json_put_time(writer, object, "since", session->state_since);
	if (session->state == SESSION_FAILED)
		json_put_string(writer, object, "reason", session->reason);
	json_put_bool(writer, object, "configured", session->spec.configured);
}

static const char *guest_level(const struct session *session)
{
	const uint32_t level =
		session->guest_level ? session->guest_level : session->host->config.log_level;

	return log_level_word((enum log_level)level);
}

void document_session(struct json_writer *writer, cJSON *object, const struct session *session)
{
	const struct stream *stream;
	const struct viewer *viewer;
	cJSON *array;
	uint64_t viewers = 0;

	put_state(writer, object, session);
	put_restarts(writer, object, session);
	put_listeners(writer, object, session);
	json_put_uint(writer, object, "vtest_version", session->vtest_version);
	json_put_string(writer, object, "compute_shaders", spec_compute_word(session->compute));
	json_put_string(writer, object, "guest_log_level", guest_level(session));
	if (session->gpu.n_gpus > 0)
		document_gpu(writer, json_put_object(writer, object, "gpu"), &session->gpu);
	else
		json_put_null(writer, object, "gpu");
	if (session->sandbox[0])
		json_put_string(writer, object, "sandbox", session->sandbox);
	else
		json_put_null(writer, object, "sandbox");
	array = json_put_array(writer, object, "streams");
	list_for_each(stream, &session->streams, link)
		put_stream(writer, json_put_object(writer, array, NULL), session, stream);
	array = json_put_array(writer, object, "displays");
	for (uint32_t i = 0; i < session->n_displays; i++)
		document_display(writer, json_put_object(writer, array, NULL), session, i);
	list_for_each(viewer, &session->viewers, link)
		viewers++;
	json_put_uint(writer, object, "viewers", viewers);
	put_memory(writer, object, session);
	put_limits(writer, object, session);
	json_put_uint(writer, object, "readbacks", session->render_stats.readbacks);
	json_put_uint(writer, object, "retained", session->render_stats.retained);
}
