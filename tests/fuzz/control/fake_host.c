/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "control/fake_host.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#include "api/documents.h"
#include "control/stand_ins.h"
#include "fdpass.h"
#include "shared/messages.h"
#include "spec.h"
#include "text.h"
#include "json/check.h"

#define ROUNDS_MAX 64u  /* of the loop, until it must have nothing to do */
#define FDS_MAX    512u /* descriptors that are looked at for leaks */

struct fake_host fake;

static unsigned open_descriptors(void)
{
	static struct pollfd fds[FDS_MAX];
	unsigned n = 0;

	for (unsigned i = 0; i < FDS_MAX; i++)
		fds[i] = (struct pollfd){ .fd = (int)i };
	poll(fds, FDS_MAX, 0);
	for (unsigned i = 0; i < FDS_MAX; i++)
		n += !(fds[i].revents & POLLNVAL);
	return n;
}

void fake_spec(const char *name, bool configured, struct session_spec *ret_spec)
{
	memset(ret_spec, 0, sizeof(*ret_spec));
	text_copy(ret_spec->name, sizeof(ret_spec->name), name);
	ret_spec->n_listeners = 1;
	ret_spec->listeners[0].mode = 0660;
	ret_spec->listeners[0].owner = (uid_t)-1;
	ret_spec->listeners[0].group = (gid_t)-1;
	text_format(
		ret_spec->listeners[0].path, sizeof(ret_spec->listeners[0].path), "/fuzz/%s", name);
	ret_spec->configured = configured;
}

static unsigned descriptors_before;

void fake_begin(void)
{
	static struct config defaults;
	static bool known;
	struct config config;
	int r;

	if (!known) {
		log_init(LOG_LEVEL_ERROR, false);
		signal(SIGPIPE, SIG_IGN);
		config_defaults(&defaults);
		text_copy(defaults.runtime_directory, sizeof(defaults.runtime_directory), "/");
		text_copy(defaults.state_directory, sizeof(defaults.state_directory), "/");
		defaults.sessions_max = 6;
		uv_loop_init(&fake.loop); /* the first loop opens what stays open */
		uv_loop_close(&fake.loop);
		known = true;
	}
	descriptors_before = open_descriptors();
	memset(&fake, 0, sizeof(fake));
	memset(fake.guests, 0xff, sizeof(fake.guests));
	config = defaults;
	config.n_sessions = 1;
	config.sessions = malloc(sizeof(*config.sessions));
	if (!config.sessions)
		abort();
	fake_spec("one", true, config.sessions);
	uv_loop_init(&fake.loop);
	r = host_init(&fake.host, &fake.loop, &config, true);
	assert(r == 0);
	host_start(&fake.host);
}

/* ---- children */

struct fake_child *fake_find(enum fake_kind kind, const char *session)
{
	for (size_t i = fake.n_children; i > 0; i--) {
		struct fake_child *child = &fake.children[i - 1];

		if (child->started && !child->ended && child->kind == kind &&
			(kind == FAKE_PROBE || strcmp(child->session, session) == 0))
			return child;
	}
	return NULL;
}

/* The first message of each process says what it is for. */
static void note_start(struct fake_child *child, const struct wire_type *type, const void *message)
{
	const struct ipc_render_start *render = message;
	const struct ipc_view_start *view = message;

	if (type == &ipc_render_start_type) {
		child->kind = render->probe ? FAKE_PROBE : FAKE_RENDER;
		text_copy(child->session, sizeof(child->session), render->session);
	} else if (type == &ipc_view_start_type) {
		child->kind = FAKE_VIEW;
		text_copy(child->session, sizeof(child->session), view->session);
	} else {
		return;
	}
	assert(!child->started);
	child->started = true;
}

/* Takes what orield sent: it must be a message as the tables have it. False: nothing was there. */
static bool take_one(struct fake_child *child)
{
	static _Alignas(16) uint8_t packet[IPC_MESSAGE_MAX], decoded[MESSAGE_STRUCT_MAX];
	struct wire_header header;
	const struct wire_type *type;
	int fd = -1;
	ssize_t n = fdpass_receive(child->control, packet, sizeof(packet), &fd);

	if (n <= 0)
		return false;
	assert(n >= (ssize_t)WIRE_HEADER_SIZE && wire_read_header(packet, (size_t)n, &header));
	assert(header.size == (size_t)n);
	type = wire_find(ipc_types, IPC_TYPES, header.opcode);
	assert(type && (fd >= 0) == (type->fds > 0));
	assert(message_check(type, &header, packet + WIRE_HEADER_SIZE, decoded));
	note_start(child, type, decoded);
	assert(child->started);
	if (type == &ipc_stop_type)
		fake_exit(child, CLD_EXITED, 0, false);
	else if (fake.told)
		fake.told(child, type, decoded);
	if (fd >= 0)
		close(fd);
	return true;
}

static bool take_all(void)
{
	bool any = false;

	for (size_t i = 0; i < fake.n_children; i++) {
		struct fake_child *child = &fake.children[i];

		while (!child->ended && (child->reads || !child->started) && take_one(child))
			any = true;
	}
	return any;
}

void fake_settle(void)
{
	for (unsigned i = 0; i < ROUNDS_MAX; i++) {
		uv_run(&fake.loop, UV_RUN_NOWAIT);
		if (!take_all() && i > 1)
			break;
	}
}

void fake_pass(uint32_t ms)
{
	while (ms > 0) {
		uint32_t step = ms < 1000 ? ms : 1000;

		stand_in_clock(step);
		fake_settle();
		ms -= step;
	}
}

void fake_send_raw(
	const struct fake_child *child, const void *data, size_t size, int fd, unsigned n_fds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(16 * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = size };
	struct msghdr message = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0 && n_fds > 0) {
		struct cmsghdr *header;

		n_fds = n_fds > 16 ? 16 : n_fds;
		message.msg_control = control.bytes;
		message.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		for (unsigned i = 0; i < n_fds; i++)
			memcpy(CMSG_DATA(header) + i * sizeof(int), &fd, sizeof(int));
	}
	sendmsg(child->control, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void fake_send(struct fake_child *child, const struct wire_type *type, const void *message, int fd)
{
	static uint8_t data[IPC_MESSAGE_MAX];
	struct wire_writer writer;
	size_t size;

	wire_writer_init(&writer, data, sizeof(data));
	size = wire_write_message(&writer, type, 0, 0, message);
	assert(size > 0);
	fake_send_raw(child, data, size, fd, fd >= 0);
}

void fake_ready(struct fake_child *child)
{
	const struct ipc_ready ready = { .sandbox = "none: fake" };

	fake_send(child, &ipc_ready_type, &ready, -1);
}

void fake_exit(struct fake_child *child, int code, int status, bool linked)
{
	const uint64_t one = 1;

	if (child->ended)
		return;
	child->ended = true;
	child->code = code;
	child->status = status;
	if (!linked)
		close(TAKE_FD(child->control));
	close(TAKE_FD(child->log));
	if (write(child->wakes, &one, sizeof(one)) < 0)
		abort();
}

void fake_guest(struct session *session, unsigned index, bool vm)
{
	int pair[2], *end = &fake.guests[index % FAKE_GUESTS_MAX];

	if (!session->private->listeners[0] || /* nobody can connect */
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0)
		return;
	if (*end >= 0)
		close(*end);
	*end = pair[1];
	guests_add(session, vm, pair[0], "a guest");
}

/* ---- checks, end */

static void check_clean(const char *text)
{
	assert(text_is_clean(text));
}

static void check_gpu(const struct ipc_render_gpu *gpu)
{
	for (size_t i = 0; i < gpu->n_gpus; i++) {
		check_clean(gpu->gpus[i].kind);
		check_clean(gpu->gpus[i].name);
		check_clean(gpu->gpus[i].reason);
	}
	check_clean(gpu->renderer);
	check_clean(gpu->version);
}

static void check_lists(const struct session *session)
{
	const struct stream *stream;
	const struct viewer *viewer;
	const struct list *at;
	size_t n_streams = 0, n_surfaces = 0, n_viewers = 0;

	list_for_each(stream, &session->streams, link) {
		check_clean(stream->info.protocol);
		check_clean(stream->info.program);
		n_streams++;
	}
	list_for_each(viewer, &session->viewers, link) {
		check_clean(viewer->info.address);
		check_clean(viewer->info.reason);
		check_clean(viewer->stats.encoding);
		n_viewers++;
	}
	for (at = session->surfaces.next; at != &session->surfaces; at = at->next)
		n_surfaces++;
	/* Those that are going may still be there beside those that came. */
	assert(n_streams <= 2 * IPC_STREAMS_MAX && n_surfaces <= IPC_SURFACES_MAX);
	assert(n_viewers <= IPC_VIEWERS_MAX + 1024);
	assert(session->private->n_guests <= limits[LIMIT_CLIENTS].max);
	assert(session->private->n_shots <= 64);
}

void fake_check(const struct session *session)
{
	struct json_writer writer;
	struct json_error error;
	char *text;

	check_gpu(&session->gpu);
	check_gpu(&fake.host.gpu);
	check_clean(session->reason);
	check_clean(session->sandbox);
	check_clean(session->render_stats.command);
	assert(session->n_restarts <= SESSION_RESTARTS_KEPT);
	for (size_t i = 0; i < session->n_restarts; i++)
		check_clean(session->restarts[i].reason);
	check_lists(session);
	document_session(&writer, json_writer_init(&writer), session);
	text = json_writer_finish(&writer);
	assert(text && json_check(text, strlen(text), &error) == 0);
	free(text);
}

static void on_stopped(void *data)
{
	*(bool *)data = true;
}

static void close_ends(void)
{
	for (size_t i = 0; i < fake.n_children; i++) {
		struct fake_child *child = &fake.children[i];

		fake_exit(child, CLD_KILLED, SIGKILL, false);
		if (child->control >= 0)
			close(TAKE_FD(child->control));
		close(child->wakes);
	}
	for (size_t i = 0; i < FAKE_GUESTS_MAX; i++) {
		if (fake.guests[i] >= 0)
			close(fake.guests[i]);
	}
}

void fake_end(void)
{
	for (size_t i = 0; i < fake.n_children; i++)
		fake.children[i].reads = true;
	host_stop(&fake.host, on_stopped, &fake.stopped);
	for (unsigned i = 0; i < 5 && !fake.stopped; i++)
		fake_pass(1000);
	assert(fake.stopped);
	host_finish(&fake.host);
	close_ends();
	for (unsigned i = 0; i < 4; i++)
		uv_run(&fake.loop, UV_RUN_NOWAIT);
	assert(uv_loop_close(&fake.loop) == 0);
	free(fake.host.private);
	assert(open_descriptors() == descriptors_before);
}
