/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What orield gets from its children when a guest has taken them over: messages and descriptors of
 * any kind, lines of log, ends at any time; while guests connect, the API asks, sessions come and
 * go. The input is messages as shared/messages.h has them: those of ipc.json are sent by the child
 * that the header's channel names, those of `steps` below are what else happens.
 */
#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "config/keys.h"
#include "control/fake_host.h"
#include "shared/messages.h"
#include "spec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FLAG_FDS   0x07u /* 0: as the message wants; else so many less one */
#define FLAG_FD    0x38u /* what it is */
#define FLAG_QUIET 0x40u /* the loop does not run after it */
#define FLAG_SHORT 0x80u /* eight bytes less than its header says */
#define SHOTS_MAX  80u

enum step {
	STEP_READY = 0x400,
	STEP_EXIT,
	STEP_LOG,
	STEP_TIME,
	STEP_GUEST,
	STEP_SHOT,
	STEP_CANCEL,
	STEP_INPUT,
	STEP_SHOW,
	STEP_CLOSE_VIEWER,
	STEP_SESSION,
	STEP_RELOAD,
	STEP_DEAF,
	STEP_REPEAT,
	STEP_LIMIT,
};

/* clang-format off */
#define FIELD(name, kind) { name, kind, false, 0, NULL, 0 }
static const struct model_field
	exit_fields[] = { FIELD("code", MODEL_U8), FIELD("status", MODEL_U8), FIELD("linked", MODEL_U8) },
	log_fields[] = { { "text", MODEL_STR, false, 1200, NULL, 0 } },
	time_fields[] = { FIELD("ms", MODEL_U16) },
	guest_fields[] = { FIELD("index", MODEL_U8), FIELD("vm", MODEL_U8), FIELD("gone", MODEL_U8) },
	shot_fields[] = { FIELD("timeout", MODEL_U32), FIELD("display", MODEL_U8), FIELD("wait", MODEL_U8) },
	number_fields[] = { FIELD("number", MODEL_U32) };

/* From what children send: ready, failed, render_gpu, guest_gone, stream, ... */
static const struct model_message steps[] = {
	{ "ready", STEP_READY, NULL, 0 },
	{ "exit", STEP_EXIT, exit_fields, 3 },
	{ "log", STEP_LOG, log_fields, 1 },
	{ "time", STEP_TIME, time_fields, 1 },
	{ "guest", STEP_GUEST, guest_fields, 3 },
	{ "shot", STEP_SHOT, shot_fields, 3 },
	{ "cancel", STEP_CANCEL, number_fields, 1 },
	{ "input", STEP_INPUT, number_fields, 1 },
	{ "show", STEP_SHOW, number_fields, 1 },
	{ "close viewer", STEP_CLOSE_VIEWER, number_fields, 1 },
	{ "session", STEP_SESSION, number_fields, 1 },
	{ "reload", STEP_RELOAD, number_fields, 1 },
	{ "deaf", STEP_DEAF, number_fields, 1 },
	{ "repeat", STEP_REPEAT, number_fields, 1 },
	{ "limit", STEP_LIMIT, number_fields, 1 },
};

/* clang-format on */

static const struct {
	enum fake_kind kind;
	const char *session;
} senders[] = {
	{ FAKE_RENDER, "one" },
	{ FAKE_VIEW, "one" },
	{ FAKE_PROBE, "" },
	{ FAKE_RENDER, "two" },
	{ FAKE_VIEW, "two" },
};

/* Screenshots asked for, in turn; what is not under way is 0. */
static struct {
	uint32_t ids[SHOTS_MAX];
	size_t n, done, begun;
} shots;

static struct session_wait ends;
static bool waits;

static void on_shot(void *data, const struct screenshot *screenshot)
{
	uint32_t *id = data;

	assert(*id != 0);
	assert((screenshot->fd >= 0) == (screenshot->error == 0));
	*id = 0;
	shots.done++;
	if (screenshot->fd >= 0)
		close(screenshot->fd);
}

static void on_ended(struct session_wait *wait)
{
	(void)wait;
	assert(waits);
	waits = false;
}

static int make_fd(unsigned kind)
{
	int pair[2], fd = -1;

	switch (kind) {
	case 0: /* a picture as it should be */
		fd = memfd_create("picture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
		if (write(fd, "PNG of a kind", 13) != 13)
			abort();
		break;
	case 1:
		fd = memfd_create("empty", MFD_CLOEXEC);
		break;
	case 2:
		fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);
		break;
	case 3:
		fd = eventfd(0, EFD_CLOEXEC);
		break;
	case 4:
		fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
		break;
	default:
		if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
			close(pair[1]);
			fd = pair[0];
		}
		break;
	}
	return fd;
}

static void send_message(
	struct fake_child *child, const struct wire_header *header, const uint8_t *data)
{
	const struct wire_type *type = wire_find(ipc_types, IPC_TYPES, header->opcode);
	unsigned n_fds = header->flags & FLAG_FDS;
	size_t size = header->size;
	int fd = -1;

	n_fds = n_fds > 0 ? n_fds - 1 : type ? type->fds : 0;
	if (header->flags & FLAG_SHORT)
		size -= 8;
	if (n_fds > 0)
		fd = make_fd((header->flags & FLAG_FD) >> 3);
	fake_send_raw(child, data, size, fd, n_fds);
	if (fd >= 0)
		close(fd);
}

/* ---- what else happens */

static uint32_t number_of(const uint8_t *payload, size_t size)
{
	uint32_t number = 0;

	memcpy(&number, payload, size < 4 ? size : 4);
	return number;
}

static void ask_for_shot(struct session *session, const uint8_t *payload, size_t size)
{
	struct problem problem;
	uint32_t *id;

	if (size < 6 || shots.n == SHOTS_MAX)
		return;
	id = &shots.ids[shots.n++];
	*id = session_screenshot(session, payload[4] & 1, payload[5] & 1, number_of(payload, 4),
		on_shot, id, &problem);
	if (*id != 0)
		shots.begun++;
}

static void cancel_shot(struct session *session, uint32_t number)
{
	uint32_t *id = &shots.ids[number % SHOTS_MAX];

	session_screenshot_cancel(session, *id);
	if (*id != 0)
		shots.begun--;
	*id = 0;
}

/* The session "two" comes or goes. */
static void other_session(uint32_t number)
{
	struct session *session = host_find_session(&fake.host, "two");
	struct session_spec spec;
	struct problem problem;

	fake_spec("two", number & 1, &spec);
	if (!session)
		host_create_session(&fake.host, &spec, &problem);
	else if (!waits && host_delete_session(&fake.host, session, &ends, &problem) == 0)
		waits = true;
}

static void reload(uint32_t number)
{
	struct config config;

	if (config_defaults(&config) < 0)
		abort();
	config.n_sessions = number & 3;
	config.sessions = calloc(4, sizeof(*config.sessions));
	if (!config.sessions)
		abort();
	for (size_t i = 0; i < config.n_sessions; i++) {
		fake_spec(((const char *[]){ "one", "two", "three" })[i], true, &config.sessions[i]);
		config.sessions[i].vnc_port = (uint16_t)(number >> 8);
	}
	if (number & 4)
		config.sessions_max = 1;
	if (number & 8)
		config.limits[LIMIT_CLIENTS] = 2;
	host_reload(&fake.host, &config);
	config_finish(&config);
}

static void write_log(const struct fake_child *child, const uint8_t *payload, size_t size)
{
	if (child && child->log >= 0 && size > 2 && write(child->log, payload + 2, size - 2) < 0)
		return;
}

static void guest_step(struct session *session, const uint8_t *payload)
{
	int *end = &fake.guests[payload[0] % FAKE_GUESTS_MAX];

	if (!(payload[2] & 1))
		fake_guest(session, payload[0], payload[1] & 1);
	else if (*end >= 0)
		close(TAKE_FD(*end));
}

/* As the API changes it, within the table's bounds. */
static void change_limit(struct session *session, uint32_t number)
{
	enum limit_id id = (number >> 24) % LIMITS_N;
	struct limits_change change = { 0 };

	change.set[id] = true;
	change.values[id] = number & 1 ? limits[id].min : number & 2 ? limits[id].max : 0;
	session_change_limits(session, &change);
}

static void session_step(struct session *session, const struct wire_header *header,
	const uint8_t *payload, size_t size)
{
	struct ipc_event events[3] = { { .kind = IPC_EVENT_KEY } };
	uint32_t number = number_of(payload, size);
	struct problem problem;

	if (header->opcode == STEP_GUEST && size >= 3)
		guest_step(session, payload);
	else if (header->opcode == STEP_SHOT)
		ask_for_shot(session, payload, size);
	else if (header->opcode == STEP_CANCEL)
		cancel_shot(session, number);
	else if (header->opcode == STEP_INPUT)
		session_input(session, number & 1, events, (number >> 1) & 3, &problem);
	else if (header->opcode == STEP_SHOW)
		session_show(session, 0, number, &problem);
	else if (header->opcode == STEP_CLOSE_VIEWER)
		session_close_viewer(session, number, &problem);
	else if (header->opcode == STEP_LIMIT)
		change_limit(session, number);
}

static void child_step(struct fake_child *child, const struct wire_header *header,
	const uint8_t *payload, size_t size)
{
	if (header->opcode == STEP_READY)
		fake_ready(child);
	else if (header->opcode == STEP_EXIT && size >= 3)
		fake_exit(child, payload[0] & 1 ? CLD_KILLED : CLD_EXITED, payload[1],
			payload[2] & 1);
	else if (header->opcode == STEP_LOG)
		write_log(child, payload, size);
	else if (header->opcode == STEP_DEAF)
		child->reads = !child->reads;
	else if (header->opcode < STEP_READY)
		send_message(child, header, payload - WIRE_HEADER_SIZE);
}

static void step(const struct wire_header *header, const uint8_t *payload, size_t size)
{
	size_t who = header->channel % ARRAY_SIZE(senders);
	struct session *session = host_find_session(&fake.host, senders[who].session);
	struct fake_child *child = fake_find(senders[who].kind, senders[who].session);

	if (header->opcode == STEP_TIME)
		fake_pass(number_of(payload, size) % 20000);
	else if (header->opcode == STEP_SESSION)
		other_session(number_of(payload, size));
	else if (header->opcode == STEP_RELOAD)
		reload(number_of(payload, size));
	else if (session && header->opcode >= STEP_GUEST)
		session_step(session, header, payload, size);
	if (child)
		child_step(child, header, payload, size);
}

static void check_all(void)
{
	const struct session *session;

	list_for_each(session, &fake.host.sessions, link)
		fake_check(session);
}

/* A message may stand for many: a few, or so many that limits are reached by short inputs. */
static uint32_t times(const struct wire_header *header, const uint8_t *payload)
{
	uint32_t number;

	if (header->opcode != STEP_REPEAT || header->size == WIRE_HEADER_SIZE)
		return 0;
	number = number_of(payload, 4);
	return number & 0x8000u ? number % 1400u : number % 20u;
}

static void run(const uint8_t *data, size_t size)
{
	uint32_t again = 0, budget = 3000;

	for (size_t at = 0; at + WIRE_HEADER_SIZE <= size;) {
		struct wire_header header;
		const uint8_t *payload = data + at + WIRE_HEADER_SIZE;

		if (!wire_read_header(data + at, size - at, &header))
			return;
		for (uint32_t i = 0; i <= again && budget > 0; i++, budget--) {
			step(&header, payload, header.size - WIRE_HEADER_SIZE);
			if (!(header.flags & FLAG_QUIET) || i % 64 == 63)
				fake_settle();
		}
		again = times(&header, payload);
		at += header.size;
		check_all();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	memset(&shots, 0, sizeof(shots));
	waits = false;
	ends.ended = on_ended;
	fake_begin();
	fake_settle();
	for (size_t i = 0; data[0] & 1 && i < 2; i++)
		fake_ready(fake_find(senders[i].kind, senders[i].session));
	fake_settle();
	run(data + 1, size - 1);
	fake_end();
	/* Whoever asks is answered once, or had cancelled. */
	assert(shots.done == shots.begun && !waits);
	return 0;
}

/* ---- mutation */

static const struct model *script(void)
{
	static const uint16_t sent[] = { IPC_READY, IPC_FAILED, IPC_RENDER_GPU, IPC_GUEST_GONE,
		IPC_STREAM, IPC_STREAM_GONE, IPC_RENDER_PONG, IPC_VIEW_PONG, IPC_DISPLAY,
		IPC_DISPLAY_STATS, IPC_SURFACE_STATE, IPC_VIEWER, IPC_VIEWER_STATS, IPC_PEER_LOST,
		IPC_SCREENSHOT_DONE, IPC_SCREENSHOT_FAILED, IPC_PING, IPC_SURFACE };
	static struct model_message all[ARRAY_SIZE(sent) + ARRAY_SIZE(steps)];
	static struct model model = { .messages = all };

	if (model.n_messages > 0)
		return &model;
	for (size_t i = 0; i < ARRAY_SIZE(sent); i++)
		all[model.n_messages++] = *model_find(&ipc_model, sent[i]);
	memcpy(&all[model.n_messages], steps, sizeof(steps));
	model.n_messages += ARRAY_SIZE(steps);
	return &model;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	return messages_mutate(script(), data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
	return messages_cross(one, one_size, other, other_size, out, max_size, seed);
}
