/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a render process which GPU it would choose, once at the start, for the log and the API. */
#include <string.h>

#include "host_private.h"
#include "session/private.h"
#include "spec.h"
#include "text.h"

#define PROBE_MS 30000u

static void on_gpu(void *data, const void *message, int fd)
{
	struct host *host = child_owner(data);

	(void)fd;
	memcpy(&host->gpu, message, sizeof(host->gpu));
	model_clean_gpu(&host->gpu);
	host->gpu_error[0] = '\0';
	for (size_t i = 0; i < host->gpu.n_gpus; i++) {
		const struct ipc_gpu *gpu = &host->gpu.gpus[i];
		log_info("gpu: %s %s%s%s: %s", gpu->taken ? "taken:" : "passed over:", gpu->kind,
			gpu->name[0] ? " " : "", gpu->name, gpu->reason);
	}
	if (host->gpu.renderer[0])
		log_info("gpu: %s (%s)", host->gpu.renderer, host->gpu.version);
}

static void on_ready(void *data, const void *message, int fd)
{
	(void)data;
	(void)message;
	(void)fd;
}

static void on_failed(void *data, const void *message, int fd)
{
	const struct ipc_failed *failed = message;

	(void)fd;
	child_note_failure(data, failed->reason);
}

static void on_ended(void *data, const char *reason)
{
	struct host *host = data;

	host->private->probe = NULL;
	if (!host->gpu.renderer[0] && !host->stopping) {
		text_copy(host->gpu_error, sizeof(host->gpu_error), reason);
		log_error("gpu: %s", reason);
	}
	host_probe_ended(host);
}

void probe_start(struct host *host)
{
	static const struct link_row rows[] = {
		{ &ipc_render_gpu_type, on_gpu },
		{ &ipc_ready_type, on_ready },
		{ &ipc_failed_type, on_failed },
	};
	const struct child_setup setup = {
		.spawn = {
			.directory = host->config.program_directory,
			.program = "oriel-render",
			.user = &host->private->user,
			.gpu = true,
			.level = "warning",
			.files = &host->private->files,
			.cgroup_fd = -1,
		},
		.label = "gpu",
		.level = &host->config.log_level,
		.rows = rows,
		.n_rows = ARRAY_SIZE(rows),
		.ended = on_ended,
		.data = host,
	};
	struct ipc_render_start start = {
		.probe = 1,
		.sandbox = host->config.sandbox,
		.compute = spec_compute(NULL, host->config.compute_offer),
		.memory = host->config.limits[LIMIT_MEMORY],
	};
	int r = child_start(host->loop, &setup, &host->private->probe);

	if (r < 0) {
		host->private->probe = NULL;
		text_format(host->gpu_error, sizeof(host->gpu_error),
			"%s/oriel-render could not be started: %s", host->config.program_directory,
			strerror(-r));
		log_error("gpu: %s", host->gpu_error);
		return;
	}
	text_copy(start.gpu, sizeof(start.gpu), host->config.gpu_order);
	host->private->probe_ends_ms = clock_ms() + PROBE_MS;
	child_send(host->private->probe, &ipc_render_start_type, &start, -1);
}

void probe_tick(struct host *host, uint64_t now_ms)
{
	if (host->private->probe && now_ms >= host->private->probe_ends_ms)
		child_kill(host->private->probe, "hang: no report after %u s", PROBE_MS / 1000);
}
