/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host in memory for the tests of the API, and a client: its sessions have no processes. What it
 * defines stands in for host.c and session.c in the program of the test that includes it.
 */
#ifndef TEST_API_HOST_H
#define TEST_API_HOST_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "api/api.h"
#include "host.h"
#include "spec.h"
#include "util.h"

static struct {
	uv_loop_t loop;
	struct host host;
	struct api *api;
	char directory[64], path[108];
	struct session session;
	struct stream stream;
	struct viewer viewer;
	/* what the API asked for last */
	struct session_spec spec;
	struct ipc_event events[IPC_EVENTS_MAX];
	size_t n_events;
	uint32_t shown, closed_viewer, deleted_capture;
	struct capture captures[2];
	unsigned deleted, cancelled;
	/* the screenshot under way, and how it goes */
	uv_timer_t timer;
	screenshot_done done;
	void *done_data;
	int screenshot_error;
	uint64_t screenshot_size;
	bool never;        /* what is under way stays so */
	struct list waits; // session_wait.link
	bool waited;
	uint32_t timeout_ms;
} fake;

const char *session_state_word(enum session_state state)
{
	return state == SESSION_FAILED ? "failed" : "ready";
}

uint64_t session_limit(const struct session *session, enum limit_id id)
{
	return session->limits_changed[id] > 0 ? session->limits_changed[id]
					       : session->spec.limits[id];
}

void session_set_guest_level(struct session *session, uint8_t level)
{
	session->guest_level = level;
}

void session_change_limits(struct session *session, const struct limits_change *change)
{
	for (enum limit_id id = 0; id < LIMITS_N; id++)
		if (change->set[id])
			session->limits_changed[id] = change->values[id];
}

void session_measure_limits(struct session *session)
{
	session->limits_use[LIMIT_CLIENTS] = (struct ipc_limit_use){ 3, 4 };
}

struct session *host_find_session(struct host *host, const char *name)
{
	struct session *session;

	list_for_each(session, &host->sessions, link) {
		if (strcmp(session->spec.name, name) == 0)
			return session;
	}
	return NULL;
}

struct session *host_create_session(
	struct host *host, const struct session_spec *spec, struct problem *ret_problem)
{
	fake.spec = *spec;
	if (host_find_session(host, spec->name)) {
		problem_set(ret_problem, 409, "/name", "there is a session '%s' already", spec->name);
		return NULL;
	}
	return &fake.session;
}

static void session_ended(uv_timer_t *timer)
{
	struct session_wait *wait = list_entry(fake.waits.next, struct session_wait, link);

	(void)timer;
	list_remove(&wait->link);
	wait->ended(wait);
}

int host_delete_session(struct host *host, struct session *session, struct session_wait *wait,
	struct problem *ret_problem)
{
	(void)host;
	if (session->spec.configured)
		return problem_set(ret_problem, 409, "", "the session is configured");
	list_append(&fake.waits, &wait->link);
	fake.deleted++;
	if (!fake.never)
		uv_timer_start(&fake.timer, session_ended, 1, 0);
	return 0;
}

static void screenshot_ready(uv_timer_t *timer)
{
	struct screenshot screenshot = {
		.error = fake.screenshot_error, .fd = -1, .size = fake.screenshot_size, .sequence = 42
	};
	uint8_t chunk[4096];

	(void)timer;
	if (!screenshot.error) {
		screenshot.fd = memfd_create("picture", MFD_CLOEXEC);
		for (uint64_t at = 0; at < screenshot.size;) {
			uint64_t left = screenshot.size - at;
			size_t n = left < sizeof(chunk) ? (size_t)left : sizeof(chunk);

			for (size_t i = 0; i < n; i++)
				chunk[i] = (uint8_t)((at + i) % 251);
			if (write(screenshot.fd, chunk, n) < 0)
				abort();
			at += n;
		}
	}
	fake.done(fake.done_data, &screenshot);
}

uint32_t session_screenshot(struct session *session, uint32_t display, bool wait_frame,
	uint32_t timeout_ms, screenshot_done done, void *data, struct problem *ret_problem)
{
	(void)session;
	(void)display;
	(void)ret_problem;
	fake.done = done;
	fake.done_data = data;
	fake.waited = wait_frame;
	fake.timeout_ms = timeout_ms;
	if (!fake.never)
		uv_timer_start(&fake.timer, screenshot_ready, 1, 0);
	return 7;
}

void session_screenshot_cancel(struct session *session, uint32_t request)
{
	(void)session;
	if (request == 7)
		fake.cancelled++;
	uv_timer_stop(&fake.timer);
}

int session_input(struct session *session, uint32_t display, const struct ipc_event *events,
	size_t n_events, struct problem *ret_problem)
{
	(void)session;
	(void)display;
	(void)ret_problem;
	memcpy(fake.events, events, n_events * sizeof(events[0]));
	fake.n_events = n_events;
	return 0;
}

int session_show(
	struct session *session, uint32_t display, uint32_t surface, struct problem *ret_problem)
{
	(void)session;
	(void)display;
	if (surface == 99)
		return problem_set(ret_problem, 404, "/surface", "there is no surface 99");
	fake.shown = surface;
	return 0;
}

int session_close_viewer(struct session *session, uint32_t viewer, struct problem *ret_problem)
{
	(void)session;
	if (viewer != 3)
		return problem_set(ret_problem, 404, "", "there is no viewer %u", viewer);
	fake.closed_viewer = viewer;
	return 0;
}

int session_capture_start(struct session *session, bool checksums, struct problem *ret_problem)
{
	if (session->capturing)
		return problem_set(ret_problem, 409, "", "it is being captured");
	session->capturing = true;
	session->capture_checksums = checksums;
	return 0;
}

void session_capture_stop(struct session *session)
{
	session->capturing = false;
}

int session_capture_open(struct session *session, uint32_t id, int *ret_fd, uint64_t *ret_size,
	struct problem *ret_problem)
{
	(void)session;
	if (id != 5)
		return problem_set(ret_problem, 404, "", "there is no capture %u", id);
	*ret_fd = memfd_create("capture", MFD_CLOEXEC);
	if (ftruncate(*ret_fd, 8 << 20) < 0)
		abort();
	*ret_size = 8u << 20;
	return 0;
}

int session_capture_delete(struct session *session, uint32_t id, struct problem *ret_problem)
{
	(void)session;
	if (id != 5)
		return problem_set(ret_problem, 404, "", "there is no capture %u", id);
	fake.deleted_capture = id;
	return 0;
}

static void fill_session(struct session *session)
{
	list_init(&session->streams);
	list_init(&session->surfaces);
	list_init(&session->viewers);
	list_init(&session->captures);
	snprintf(session->spec.name, sizeof(session->spec.name), "one");
	snprintf(session->spec.vnc_password, sizeof(session->spec.vnc_password), "geheim99");
	session->spec.n_listeners = 1;
	snprintf(session->spec.listeners[0].path, sizeof(session->spec.listeners[0].path), "/run/x");
	session->spec.listeners[0].mode = 0660;
	session->spec.configured = true;
	session->state = SESSION_READY;
	session->state_since = 1700000000;
	session->n_displays = 1;
	session->displays[0].vnc_port = 5901;
	session->displays[0].info.surface = 4;
	session->displays[0].info.stream = 2;
	session->restarts[0] =
		(struct session_restart){ .time = 1, .process = "view", .reason = "killed" };
	session->n_restarts = 1;
	fake.stream.stats.presents = 18446744073709551615u;
	fake.stream.stats.fps_milli = 59940;
	snprintf(fake.stream.info.program, sizeof(fake.stream.info.program), "gl\xff\"\n");
	list_append(&session->streams, &fake.stream.link);
	fake.captures[0].info = (struct ipc_capture_state){
		.capture = 5, .state = IPC_CAPTURE_FULL, .frames = 12, .bytes = 8u << 20
	};
	fake.captures[0].used = true;
	list_append(&session->captures, &fake.captures[0].link);
	list_append(&session->captures, &fake.captures[1].link); /* a file that is not used yet */
	fake.viewer.info.viewer = 3;
	list_append(&session->viewers, &fake.viewer.link);
}

/* A host with the session "one", which is configured and has a stream, a display and a viewer. */
static int fake_start(void)
{
	memset(&fake, 0, sizeof(fake));
	uv_loop_init(&fake.loop);
	uv_timer_init(&fake.loop, &fake.timer);
	snprintf(fake.directory, sizeof(fake.directory), "/tmp/oriel-test-XXXXXX");
	if (!mkdtemp(fake.directory))
		return -1;
	snprintf(fake.path, sizeof(fake.path), "%s/api.sock", fake.directory);
	fake.host.loop = &fake.loop;
	list_init(&fake.host.sessions);
	list_init(&fake.waits);
	fill_session(&fake.session);
	fake.session.host = &fake.host;
	list_append(&fake.host.sessions, &fake.session.link);
	fake.host.n_sessions = 1;
	return api_create(&fake.host, fake.path, 0600, &fake.api);
}

/* Returns 0 when everything was closed and removed. */
static int fake_stop(void)
{
	api_destroy(fake.api);
	uv_close((uv_handle_t *)&fake.timer, NULL);
	uv_run(&fake.loop, UV_RUN_DEFAULT);
	if (rmdir(fake.directory) < 0)
		return -errno;
	return uv_loop_close(&fake.loop);
}

static inline int client_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(address.sun_path, fake.path, strlen(fake.path));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* Lets the server run until it has nothing to do for a while. */
static inline void settle(void)
{
	for (int i = 0; i < 20; i++)
		uv_run(&fake.loop, UV_RUN_NOWAIT);
}

/*
 * Reads what is answered until the server closes (its end is then 0), or, when `until` is there,
 * until that many answers have begun. Returns malloc'ed text; *ret_size its bytes.
 */
static inline char *client_read(int fd, size_t until, size_t *ret_size)
{
	char *text = calloc(1, 1);
	size_t size = 0;
	uint64_t end = clock_ms() + 5000;

	while (clock_ms() < end) {
		char chunk[65536];
		ssize_t n;
		size_t answers = 0;

		uv_run(&fake.loop, UV_RUN_NOWAIT);
		n = recv(fd, chunk, sizeof(chunk), 0);
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n <= 0)
			break;
		text = realloc(text, size + (size_t)n + 1);
		memcpy(text + size, chunk, (size_t)n);
		size += (size_t)n;
		text[size] = '\0';
		for (const char *at = text; (at = strstr(at, "HTTP/1.1 ")); at++)
			answers++;
		if (until && answers >= until)
			break;
	}
	if (ret_size)
		*ret_size = size;
	return text;
}

/* Sends all bytes on a connection of their own and reads until the server closes it. */
static inline char *talk_bytes(const char *bytes, size_t size, size_t *ret_size)
{
	_cleanup_fd_ int fd = client_connect();
	uint64_t end = clock_ms() + 5000;

	for (size_t at = 0; at < size && clock_ms() < end;) {
		ssize_t n = send(fd, bytes + at, size - at, MSG_NOSIGNAL);

		if (n > 0)
			at += (size_t)n;
		else if (errno != EAGAIN)
			fail_msg("the server closed before it had read everything: %s",
				strerror(errno));
		uv_run(&fake.loop, UV_RUN_NOWAIT);
	}
	return client_read(fd, 0, ret_size);
}

/* One request; the body is JSON, or NULL. */
static inline char *talk(const char *method, const char *target, const char *body)
{
	_cleanup_free_ char *request = NULL;
	int n;

	if (body)
		n = asprintf(&request,
			"%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			method, target, strlen(body), body);
	else
		n = asprintf(&request, "%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
			method, target);
	return talk_bytes(request, (size_t)n, NULL);
}

static inline int status_of(const char *answer)
{
	return strncmp(answer, "HTTP/1.1 ", 9) == 0 ? atoi(answer + 9) : -1;
}

static inline const char *body_of(const char *answer)
{
	const char *end = strstr(answer, "\r\n\r\n");

	return end ? end + 4 : "";
}

#endif
