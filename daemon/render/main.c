/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * oriel-render: executes one session's command streams and publishes their pictures. Started by
 * orield with the control link on descriptor 3; all that it needs comes by that link.
 */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include "by_hand.h"
#include "capture.h"
#include "gpu.h"
#include "guest.h"
#include "link.h"
#include "log.h"
#include "quota.h"
#include "sandbox.h"
#include "worker.h"

#define CONTROL_FD 3
#define OOM_SCORE  "500"
/*
 * Bytes: memory that was used once stays with the process, up to so much in each heap, until clients
 * go; larger pieces than this come from the system. Fresh pages cost more than what is done with them.
 */
#define HEAP_KEPT  (64 << 20)
#define HEAP_PIECE (8 << 20)
#define STOP_MS    800u /* for goodbyes and the threads, before the process goes anyway */
#define LOOK_MS    5u   /* between two looks whether channels have ended */

struct render {
	uv_loop_t *loop;
	struct link *control;
	struct ipc_render_start start;
	bool started, stopping;
	int status;
	struct surfaces *surfaces;
	struct virgl_thread *thread;
	struct guests *guests;
	struct captures *captures;
	struct channel_host channels;
	uv_timer_t stop_timer, channels_timer;
};

/* The log and the link are written at once; what a hung thread holds does not matter. */
static void __attribute__((noreturn)) leave(int status)
{
	_exit(status);
}

static void tell(struct render *render, const struct wire_type *type, const void *message)
{
	if (render->control)
		link_send(render->control, type, message, -1);
}

static void __attribute__((noreturn)) give_up(struct render *render, const char *reason)
{
	struct ipc_failed message = { 0 };

	log_error("cannot go on: %s", reason);
	snprintf(message.reason, sizeof(message.reason), "%s", reason);
	tell(render, &ipc_failed_type, &message);
	leave(1);
}

static void on_stop_timer(uv_timer_t *timer)
{
	const struct render *render = timer->data;

	log_warning("a command still runs: it is left behind");
	leave(render->status);
}

/* The display is closed when no channel uses it any more. */
static void on_channels_timer(uv_timer_t *timer)
{
	const struct render *render = timer->data;

	if (render->guests && guests_channels(render->guests) > 0)
		uv_timer_start(timer, on_channels_timer, LOOK_MS, 0);
	else
		virgl_thread_stop(render->thread);
}

static void stop(struct render *render, const char *reason)
{
	if (render->stopping)
		return;
	render->stopping = true;
	log_debug("ends: %s", reason);
	if (!render->thread)
		leave(render->status);
	uv_timer_start(&render->stop_timer, on_stop_timer, STOP_MS, 0);
	if (render->guests)
		guests_bye(render->guests, "the render process ends");
	if (render->captures)
		captures_stop(render->captures);
	on_channels_timer(&render->channels_timer);
}

/* ---- from the virgl thread */

static void enter_sandbox(struct render *render, enum sandbox_profile profile)
{
	struct ipc_ready ready = { 0 };
	int r;

	if (render->start.sandbox != IPC_SANDBOX_NONE) {
		r = sandbox_finish(profile, ready.sandbox, sizeof(ready.sandbox));
		if (r < 0)
			give_up(render, "the sandbox cannot be made");
	} else {
		snprintf(ready.sandbox, sizeof(ready.sandbox), "none: switched off");
		log_warning("NO SANDBOX: this session's guest can do to the host what this user can");
	}
	log_info("sandbox: %s", ready.sandbox);
	tell(render, &ipc_ready_type, &ready);
}

static const struct executor executor = {
	.caps = gl_exec_caps,
	.create = gl_exec_create,
	.destroy = gl_exec_destroy,
	.in_place = gl_exec_in_place,
	.message = gl_exec_message,
	.plain = gl_exec_plain,
	.idle = gl_exec_idle,
	.read = gl_exec_read,
	.retain = gl_exec_retain,
	.command = gl_exec_command,
};

static void offer_channels(struct render *render)
{
	render->channels = (struct channel_host){
		.executor = &executor,
		.egl = virgl_thread_egl(render->thread),
		.surfaces = render->surfaces,
		.captures = render->captures,
		.compute = virgl_thread_compute(render->thread),
	};
	guests_open(render->guests, &render->channels);
}

static void on_started(void *data, const struct ipc_render_gpu *gpu, enum sandbox_profile profile,
	const char *reason)
{
	struct render *render = data;

	tell(render, &ipc_render_gpu_type, gpu);
	if (reason)
		give_up(render, reason);
	enter_sandbox(render, profile);
	if (render->start.probe)
		stop(render, "that was all that was asked");
	else if (!render->stopping)
		offer_channels(render);
}

static void on_named(void *data, struct stream *stream, const char *program, uint32_t version)
{
	struct render *render = data;

	guests_vtest_named(render->guests, stream, program, version);
}

static void on_ended(void *data, struct stream *stream, const char *reason)
{
	struct render *render = data;

	guests_vtest_ended(render->guests, stream, reason);
}

static void on_lost(void *data, const char *reason)
{
	struct render *render = data;

	if (render->guests)
		guests_lost(render->guests, reason);
	give_up(render, reason);
}

static void on_stopped(void *data)
{
	const struct render *render = data;

	surfaces_close(render->surfaces);
	leave(render->status);
}

static const struct virgl_thread_ops thread_ops = {
	.started = on_started,
	.named = on_named,
	.ended = on_ended,
	.lost = on_lost,
	.stopped = on_stopped,
};

/* ---- from the view process */

static void on_input(void *data, const struct ipc_display_input *input)
{
	struct render *render = data;

	if (render->guests)
		guests_input(render->guests, input);
}

static const struct surfaces_ops surfaces_ops = { .input = on_input };

/* ---- from orield */

static int start_parts(struct render *render)
{
	struct virgl_thread_config config = { .sandbox = render->start.sandbox,
		.vtest_version = render->start.vtest_version,
		.compute = render->start.compute };
	int r;

	snprintf(config.gpu, sizeof(config.gpu), "%s", render->start.gpu);
	render->surfaces = surfaces_create(
		render->loop, (uint32_t)quota_limit(LIMIT_RETAIN_INTERVAL), &surfaces_ops, render);
	if (!render->surfaces)
		return -ENOMEM;
	config.surfaces = render->surfaces;
	r = virgl_thread_start(render->loop, &config, &thread_ops, render, &render->thread);
	if (r < 0)
		return r;
	render->guests = guests_create(render->loop, render->thread);
	render->captures = captures_create();
	if (!render->guests || !render->captures)
		return -ENOMEM;
	captures_set_link(render->captures, render->control);
	guests_set_link(render->guests, render->control);
	return 0;
}

/* The words of syslog(3), or 0. */
static void set_guest_level(struct render *render, uint8_t level)
{
	if (render->guests && (level == 0 || (level >= LOG_LEVEL_ERROR && level <= LOG_LEVEL_DEBUG)))
		guests_set_log_level(render->guests, level);
}

static void on_guest_log(void *data, const void *message, int fd)
{
	const struct ipc_guest_log *news = message;

	(void)fd;
	set_guest_level(data, news->level);
}

static void on_start(void *data, const void *message, int fd)
{
	struct render *render = data;
	int r = 0;

	(void)fd;
	if (render->started)
		return;
	render->started = true;
	render->start = *(const struct ipc_render_start *)message;
	if (!gpu_order_valid(render->start.gpu))
		give_up(render, "the order of GPUs has an unknown kind");
	quota_set(render->start.limits, render->start.n_limits);
	sandbox_limit_memory(render->start.memory);
	if (render->start.sandbox != IPC_SANDBOX_NONE)
		r = sandbox_begin(gpu_profiles(render->start.sandbox));
	if (r == 0)
		r = start_parts(render);
	if (r < 0)
		give_up(render, strerror(-r));
	set_guest_level(render, render->start.guest_level);
}

static void on_limits(void *data, const void *message, int fd)
{
	const struct ipc_render_limits *news = message;
	struct render *render = data;

	(void)fd;
	quota_set(news->limits, news->n_limits);
	if (render->surfaces)
		surfaces_set_retain(render->surfaces, (uint32_t)quota_limit(LIMIT_RETAIN_INTERVAL));
}

static void on_ping(void *data, const void *message, int fd)
{
	const struct ipc_ping *ping = message;
	struct render *render = data;
	struct ipc_render_pong pong = { .serial = ping->serial };

	(void)fd;
	worker_report(&pong);
	if (render->surfaces)
		surfaces_report(render->surfaces, &pong);
	if (render->guests)
		guests_report(render->guests, &pong);
	quota_report(&pong);
	pong.resources = (uint32_t)pong.limits[LIMIT_RESOURCES].used;
	pong.resource_bytes = pong.limits[LIMIT_RESOURCE_BYTES].used;
	if (render->captures)
		captures_report(render->captures);
	tell(render, &ipc_render_pong_type, &pong);
}

static void on_guest(void *data, const void *message, int fd)
{
	struct render *render = data;

	if (render->guests && !render->stopping)
		guests_add(render->guests, message, fd);
	else
		close(fd);
}

static void on_guest_close(void *data, const void *message, int fd)
{
	const struct ipc_guest_close *request = message;
	struct render *render = data;

	(void)fd;
	if (render->guests)
		guests_close(render->guests, request->guest, request->reason);
}

static void on_capture_file(void *data, const void *message, int fd)
{
	struct render *render = data;

	if (render->captures && !render->stopping)
		captures_add(render->captures, message, fd);
	else
		close(fd);
}

static void on_capture_stop(void *data, const void *message, int fd)
{
	const struct render *render = data;

	(void)message;
	(void)fd;
	if (render->captures)
		captures_stop(render->captures);
}

static void on_view_peer(void *data, const void *message, int fd)
{
	struct render *render = data;

	(void)message;
	if (render->surfaces && !render->stopping)
		surfaces_set_view(render->surfaces, fd);
	else
		close(fd);
}

static void on_stop(void *data, const void *message, int fd)
{
	(void)message;
	(void)fd;
	stop(data, "orield asked for it");
}

static void on_control_closed(void *data, const char *reason)
{
	struct render *render = data;

	link_close(render->control);
	render->control = NULL;
	if (render->guests)
		guests_set_link(render->guests, NULL);
	if (render->captures)
		captures_set_link(render->captures, NULL);
	stop(render, reason);
}

static const struct link_row control_rows[] = {
	{ &ipc_ping_type, on_ping },
	{ &ipc_stop_type, on_stop },
	{ &ipc_render_start_type, on_start },
	{ &ipc_render_limits_type, on_limits },
	{ &ipc_guest_log_type, on_guest_log },
	{ &ipc_guest_type, on_guest },
	{ &ipc_guest_close_type, on_guest_close },
	{ &ipc_capture_file_type, on_capture_file },
	{ &ipc_capture_stop_type, on_capture_stop },
	{ &ipc_view_peer_type, on_view_peer },
};

static const struct link_ops control_ops = {
	.rows = control_rows,
	.n_rows = ARRAY_SIZE(control_rows),
	.closed = on_control_closed,
};

/* ---- the process */

/* A guest may make this process take much memory: when the host has none left, it goes first. */
static void volunteer(void)
{
	_cleanup_fd_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, OOM_SCORE, strlen(OOM_SCORE)) < 0)
		log_debug("oom_score_adj: %s", strerror(errno));
}

/* What the drivers would do with files and at exit, and what would wake us for nothing. */
static void prepare(void)
{
	const char *word = getenv("ORIEL_LOG");
	int level = word ? log_level_parse(word) : -1;

	log_init(level < 0 ? LOG_LEVEL_INFO : (enum log_level)level, true);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* a terminal's ^C is for orield, which stops us in order */
	setenv("MESA_SHADER_CACHE_DISABLE", "true", 1);
	setenv("MESA_GLSL_CACHE_DISABLE", "true", 1);
	setenv("__GL_SHADER_DISK_CACHE", "0", 1);
	unsetenv("DISPLAY");
	unsetenv("WAYLAND_DISPLAY");
	mallopt(M_TRIM_THRESHOLD, HEAP_KEPT);
	mallopt(M_MMAP_THRESHOLD, HEAP_PIECE);
	close_range(CONTROL_FD + 1, ~0u, 0);
	volunteer();
}

int main(int argc, char **argv)
{
	uv_loop_t loop;
	struct render render = { .loop = &loop };
	int r = by_hand(argc, argv, "oriel-render", CONTROL_FD);

	if (r >= 0)
		return r;
	prepare();
	r = uv_loop_init(&loop);
	if (r >= 0)
		r = uv_timer_init(&loop, &render.stop_timer);
	if (r >= 0)
		r = uv_timer_init(&loop, &render.channels_timer);
	if (r >= 0)
		r = link_open(&loop, CONTROL_FD, &control_ops, &render, &render.control);
	if (r < 0) {
		log_error("descriptor %d is no link to orield: %s", CONTROL_FD, uv_strerror(r));
		return 1;
	}
	render.stop_timer.data = &render;
	render.channels_timer.data = &render;
	uv_run(&loop, UV_RUN_DEFAULT);
	return 1;
}
