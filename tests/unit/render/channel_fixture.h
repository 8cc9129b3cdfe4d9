/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Channels of a stream in Oriel's protocol, with an executor that can be looked at: what its
 * messages do is said by their opcodes.
 */
#ifndef TEST_CHANNEL_FIXTURE_H
#define TEST_CHANNEL_FIXTURE_H

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "oriel_fixture.h"

#include "gl_wire.h"
#include "glm_messages.h"
#include "pipe.h"
#include "quota.h"
#include "worker.h"

#define CHANNEL 5u

/* What the executor is asked to do. */
enum {
	DO_ECHO = 0x200,  /* answers with its payload */
	DO_FAIL = 0x201,  /* the channel ends */
	DO_LARGE = 0x202, /* answers with so many bytes: u64 */
	DO_HANG = 0x203,  /* until `hang` is false */
	DO_SUM = 0x204,   /* in place: adds its bytes up, and answers with the sum */
	DO_TAKE = 0x205,  /* u64 of resource_bytes; answers with whether it got them */
	DO_PLAIN = 0x206, /* of 16 bytes: one of the simplest kind */
	DO_PRESENT = GLM_PRESENT,
};

#define SUM_FIELDS 8u /* of DO_SUM, before its data */

struct gl_exec {
	struct gl_exec_config config;
};

static struct {
	_Atomic unsigned alive, messages, plain, idles, in_place, reads, retains, bulks;
	_Atomic bool hang, slow, offer_nothing, create_fails;
	_Atomic size_t size; /* of the last payload */
} fake;

static inline size_t fake_caps(
	const struct egl *egl, bool compute, uint32_t refresh, void *ret_caps, size_t room)
{
	struct glm_caps caps = { .refresh = refresh, .gl = 45 };
	struct wire_writer writer;

	(void)egl;
	(void)compute;
	if (fake.offer_nothing)
		return 0;
	wire_writer_init(&writer, ret_caps, room);
	glm_caps_type.encode(&writer, &caps);
	return writer.at;
}

static inline int fake_create(const struct gl_exec_config *config, struct gl_exec **ret_exec)
{
	struct gl_exec *exec = fake.create_fails ? NULL : calloc(1, sizeof(*exec));

	if (!exec)
		return -ENOMEM;
	exec->config = *config;
	fake.alive++;
	*ret_exec = exec;
	return 0;
}

static inline void fake_destroy(struct gl_exec *exec)
{
	fake.alive--;
	free(exec);
}

static inline size_t fake_in_place(uint16_t opcode)
{
	return opcode == DO_SUM ? SUM_FIELDS : 0;
}

static inline int fake_answer(struct gl_exec *exec, uint16_t opcode, const void *payload, size_t size)
{
	const size_t padded = (size + 7) & ~(size_t)7;
	struct wire_header header = { .size = (uint32_t)(WIRE_HEADER_SIZE + padded),
		.opcode = opcode };
	uint8_t *message = calloc(1, header.size);
	int r;

	assert_non_null(message);
	memcpy(message, &header, sizeof(header));
	if (payload)
		memcpy(message + sizeof(header), payload, size);
	r = exec->config.ops->send(exec->config.data, message, header.size);
	free(message);
	return r;
}

static inline int fake_sum(
	struct gl_exec *exec, const uint8_t *fixed, size_t size, const uint8_t *rest)
{
	uint64_t sum = 0;

	fake.in_place += rest != NULL;
	for (size_t i = SUM_FIELDS; i < size; i++)
		sum += rest ? rest[i - SUM_FIELDS] : fixed[i];
	return fake_answer(exec, DO_SUM, &sum, sizeof(sum));
}

static inline int fake_present(struct gl_exec *exec, const void *fixed, size_t size)
{
	struct glm_present present;

	if (!wire_decode(&glm_present_type, fixed, size, &present))
		return -EPROTO;
	exec->config.ops->present(exec->config.data, present.surface, 64, 48, present.interval);
	return 0;
}

static inline size_t fake_plain(struct gl_exec *exec, uint8_t channel, const uint8_t *messages,
	size_t size, _Atomic uint64_t *steps)
{
	size_t done = 0;

	(void)exec;
	assert_int_equal((uintptr_t)messages % 8, 0);
	while (size - done >= 16) {
		struct wire_header header;

		memcpy(&header, messages + done, sizeof(header));
		if (header.opcode != DO_PLAIN || header.channel != channel || header.size != 16)
			break;
		fake.plain++;
		if (fake.slow)
			usleep(100);
		*steps += 1;
		done += header.size;
	}
	return done;
}

static inline int fake_message(struct gl_exec *exec, const struct wire_header *header,
	const void *fixed, size_t size, const void *rest)
{
	uint64_t number = 0;

	assert_int_equal((uintptr_t)fixed % 8, 0);
	fake.messages++;
	fake.bulks += header->flags & 1;
	fake.size = size;
	if (size >= sizeof(number))
		memcpy(&number, fixed, sizeof(number));
	switch (header->opcode) {
	case DO_ECHO:
		return fake_answer(exec, DO_ECHO, fixed, size);
	case DO_LARGE:
		return fake_answer(exec, DO_LARGE, NULL, number);
	case DO_HANG:
		while (fake.hang)
			usleep(100);
		return 0;
	case DO_SUM:
		return fake_sum(exec, fixed, size, rest);
	case DO_TAKE:
		number = exec->config.ops->take(
			exec->config.data, GL_EXEC_RESOURCE_BYTES, number, number);
		return fake_answer(exec, DO_TAKE, &number, sizeof(number));
	case DO_PRESENT:
		return fake_present(exec, fixed, size);
	case DO_FAIL:
		return -ENOMEM;
	default:
		return -EPROTO;
	}
}

static inline void fake_idle(struct gl_exec *exec)
{
	(void)exec;
	fake.idles++;
}

static inline int fake_read(struct gl_exec *exec, uint32_t surface, bool retained,
	const struct rects *rects, uint8_t *pixels, uint32_t stride)
{
	(void)exec;
	(void)surface;
	(void)retained;
	(void)rects;
	memset(pixels, 0x77, stride);
	fake.reads++;
	return 0;
}

static inline int fake_retain(struct gl_exec *exec, uint32_t surface, const struct ipc_rect *rect)
{
	(void)exec;
	(void)surface;
	(void)rect;
	fake.retains++;
	return 0;
}

static inline const char *fake_command(const struct gl_exec *exec)
{
	(void)exec;
	return fake.hang ? "glHang" : NULL;
}

static const struct executor fake_executor = {
	.caps = fake_caps,
	.create = fake_create,
	.destroy = fake_destroy,
	.in_place = fake_in_place,
	.message = fake_message,
	.plain = fake_plain,
	.idle = fake_idle,
	.read = fake_read,
	.retain = fake_retain,
	.command = fake_command,
};

/* ---- the guest's end of a channel */

static struct {
	struct fixture *f;
	unsigned opened, refused, closed, errors, answers, retired, presented, frames;
	uint32_t credit, code, refusal, error_code;
	uint64_t fence;
	uint8_t *answer; /* the newest answer's payload */
	size_t answer_size;
	struct glm_caps caps;
	bool shared;
	struct oriel_shared_memory layout;
	uint8_t *map;        /* as the guest maps it: pipes' data once */
	struct pipe out, in; /* the guest's ends */
	uint8_t *bulk;
	size_t bulk_have;
} g;

static inline void take_answer(const uint8_t *payload, size_t size)
{
	free(g.answer);
	g.answer = malloc(size + 1);
	assert_non_null(g.answer);
	memcpy(g.answer, payload, size);
	g.answer_size = size;
	g.answers++;
}

static inline void take_bulk(const struct frame_message *message)
{
	struct oriel_bulk piece;

	assert_true(
		wire_decode(&oriel_bulk_type, message->payload, message->header.size - 8, &piece));
	if (piece.offset == 0) {
		g.bulk = realloc(g.bulk, piece.total);
		g.bulk_have = 0;
	}
	assert_int_equal(piece.offset, g.bulk_have);
	memcpy(g.bulk + piece.offset, piece.data.data, piece.data.size);
	g.bulk_have += piece.data.size;
}

/* A message on the channel. */
static inline void take_channel(const struct frame_message *message)
{
	const size_t size = message->header.size - WIRE_HEADER_SIZE;
	struct oriel_retired retired;
	struct glm_presented presented;

	assert_int_equal(message->header.channel, CHANNEL);
	if (message->header.opcode == ORIEL_RETIRED) {
		assert_true(wire_decode(&oriel_retired_type, message->payload, size, &retired));
		g.retired++;
		g.fence = retired.number;
	} else if (message->header.opcode == GLM_PRESENTED) {
		assert_true(wire_decode(&glm_presented_type, message->payload, size, &presented));
		g.presented += presented.frames;
	} else if (message->header.opcode == ORIEL_BULK) {
		take_bulk(message);
	} else if (message->header.flags & 1) {
		take_answer(g.bulk, g.bulk_have);
	} else {
		take_answer(message->payload, size);
	}
}

static inline void take_opened(const struct frame_message *message)
{
	struct oriel_channel_opened opened;
	struct wire_reader reader;

	assert_true(wire_decode(&oriel_channel_opened_type, message->payload,
		message->header.size - WIRE_HEADER_SIZE, &opened));
	wire_reader_init(&reader, opened.caps.data, opened.caps.size);
	glm_caps_type.decode(&reader, &g.caps);
	assert_false(reader.failed);
	assert_int_equal(opened.channel, CHANNEL);
	g.credit = opened.credit;
	g.frames = opened.frames_ahead;
	g.opened++;
}

/* Messages about channels; the rest goes to the inbox. */
static inline bool take_message(struct fixture *f, const struct frame_message *message)
{
	const uint8_t *payload = message->payload;
	const size_t size = message->header.size - WIRE_HEADER_SIZE;

	union {
		struct oriel_channel_closed closed;
		struct oriel_channel_refused refused;
		struct oriel_credit credit;
		struct oriel_error error;
	} m;

	(void)f;
	if (message->header.channel != 0) {
		take_channel(message);
		return true;
	}
	switch (message->header.opcode) {
	case ORIEL_CHANNEL_OPENED:
		take_opened(message);
		return true;
	case ORIEL_CHANNEL_REFUSED:
		assert_true(wire_decode(&oriel_channel_refused_type, payload, size, &m));
		g.refusal = m.refused.code;
		g.refused++;
		return true;
	case ORIEL_CHANNEL_CLOSED:
		assert_true(wire_decode(&oriel_channel_closed_type, payload, size, &m));
		g.code = m.closed.code;
		g.closed++;
		return true;
	case ORIEL_CREDIT:
		assert_true(wire_decode(&oriel_credit_type, payload, size, &m));
		g.credit += m.credit.bytes;
		return true;
	case ORIEL_SHARED_MEMORY:
		assert_true(wire_decode(&oriel_shared_memory_type, payload, size, &g.layout));
		g.shared = true;
		return true;
	case ORIEL_ERROR:
		assert_true(wire_decode(&oriel_error_type, payload, size, &m));
		g.error_code = m.error.code;
		g.errors++;
		return true;
	default:
		return false;
	}
}

static inline void guest_map(struct fixture *f)
{
	uint8_t *at;

	assert_true(f->passed >= 0);
	assert_int_equal(g.layout.size, pipe_memory_size(g.layout.to_host, g.layout.to_guest));
	at = mmap(NULL, PIPE_CONTROL_SIZE + 2 * (size_t)(g.layout.to_host + g.layout.to_guest),
		PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	g.map = at;
	mmap(at, PIPE_CONTROL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, f->passed, 0);
	at += PIPE_CONTROL_SIZE;
	for (unsigned i = 0; i < 2; i++)
		mmap(at + i * (size_t)g.layout.to_host, g.layout.to_host, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED, f->passed, PIPE_CONTROL_SIZE);
	pipe_init(&g.out, (void *)g.map, at, g.layout.to_host);
	at += 2 * (size_t)g.layout.to_host;
	for (unsigned i = 0; i < 2; i++)
		mmap(at + i * (size_t)g.layout.to_guest, g.layout.to_guest, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_FIXED, f->passed,
			PIPE_CONTROL_SIZE + (off_t)g.layout.to_host);
	pipe_init(&g.in, (void *)(g.map + PIPE_WORDS_STRIDE), at, g.layout.to_guest);
}

/* Reads what the host wrote into the shared memory. */
static inline void guest_read_memory(void)
{
	size_t size;
	const uint8_t *at;
	struct frame_message message;

	if (!g.map)
		return;
	while ((at = pipe_peek(&g.in, &size)) && size >= WIRE_HEADER_SIZE) {
		assert_true(wire_read_header(at, ORIEL_MESSAGE_MAX, &message.header));
		if (message.header.size > size)
			return;
		message.payload = at + WIRE_HEADER_SIZE;
		take_channel(&message);
		if (pipe_took(&g.in, message.header.size))
			syscall(SYS_futex, &g.in.words->room, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
}

#define until(f, done) run_until(f, (guest_read_memory(), (done)))

/* Bytes of the channel's stream, by whichever way. */
static inline void channel_bytes(struct fixture *f, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	while (g.map && size > 0) {
		bool wake;
		size_t n = pipe_write(&g.out, at, size, &wake);
		if (wake)
			syscall(SYS_futex, &g.out.words->data, FUTEX_WAKE, 1, NULL, NULL, 0);
		at += n;
		size -= n;
		guest_read_memory();
	}
	while (size > 0) {
		ssize_t n = send(f->guest, at, size, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0) {
			assert_int_equal(errno, EAGAIN);
			uv_run(&f->loop, UV_RUN_NOWAIT);
			guest_read(f);
			continue;
		}
		at += n;
		size -= (size_t)n;
	}
}

static inline void channel_send(
	struct fixture *f, uint16_t opcode, uint8_t flags, const void *payload, size_t size)
{
	const size_t padded = (size + 7) & ~(size_t)7;
	struct wire_header header = { .size = (uint32_t)(WIRE_HEADER_SIZE + padded),
		.opcode = opcode,
		.channel = CHANNEL,
		.flags = flags };
	uint8_t *message = calloc(1, header.size);

	assert_non_null(message);
	memcpy(message, &header, sizeof(header));
	if (size > 0)
		memcpy(message + sizeof(header), payload, size);
	channel_bytes(f, message, header.size);
	free(message);
}

static inline void channel_message(
	struct fixture *f, const struct wire_type *type, const void *message)
{
	static uint8_t bytes[ORIEL_MESSAGE_MAX];
	struct wire_writer writer;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	assert_int_not_equal(wire_write_message(&writer, type, CHANNEL, 0, message), 0);
	channel_bytes(f, bytes, writer.at);
}

static inline void ask_open(struct fixture *f, struct oriel_channel_open open, uint32_t flags)
{
	uint8_t parameters[16];
	struct wire_writer writer;

	wire_writer_init(&writer, parameters, sizeof(parameters));
	glm_parameters_type.encode(&writer, &(struct glm_parameters){ .flags = flags });
	if (open.parameters.size == 0)
		open.parameters = (struct wire_blob){ parameters, (uint32_t)writer.at };
	guest_message(f, &oriel_channel_open_type, 0, 0, &open);
}

static const struct oriel_channel_open usual = {
	.table_hash = GL_TABLE_HASH,
	.version_min = 1,
	.version_max = 1,
	.channel = CHANNEL,
	.kind = ORIEL_CHANNEL_GL,
	.role = ORIEL_ROLE_PROGRAM,
};

static inline void open_channel(struct fixture *f, bool shared)
{
	const unsigned before = g.opened;

	ask_open(f, usual, shared ? 1 : 0);
	until(f, g.opened == before + 1);
	assert_int_equal(g.caps.flags & 1, shared);
	if (!shared)
		return;
	until(f, g.shared);
	guest_map(f);
}

static inline void ask(struct fixture *f, uint64_t number)
{
	const unsigned before = g.answers;

	channel_send(f, DO_ECHO, 0, &number, sizeof(number));
	until(f, g.answers == before + 1);
	assert_int_equal(g.answer_size, sizeof(number));
	assert_memory_equal(g.answer, &number, sizeof(number));
}

static struct channel_host host = { .executor = &fake_executor };

static inline void on_input(void *data, const struct ipc_display_input *input)
{
	(void)data;
	(void)input;
}

static const struct surfaces_ops channel_surfaces_ops = { on_input };

static inline int channel_setup(void **state)
{
	struct fixture *f;

	setup(state);
	f = *state;
	memset(&fake, 0, sizeof(fake));
	memset(&g, 0, sizeof(g));
	quota_set(NULL, 0);
	host.surfaces = surfaces_create(&f->loop, 1000, &channel_surfaces_ops, NULL);
	assert_non_null(host.surfaces);
	f->host = &host;
	f->on_message = take_message;
	return 0;
}

static inline int channel_teardown(void **state)
{
	struct fixture *f = *state;
	struct ipc_render_pong pong = { 0 };

	fake.hang = false;
	hang_up(f);
	if (f->stream && f->n_opened)
		run_until(f, f->n_closed == 1);
	assert_int_equal(f->n_channels, 0);
	assert_int_equal(fake.alive, 0);
	quota_report(&pong);
	for (size_t i = 0; i < LIMITS_N; i++) {
		if (i != LIMIT_COMMAND_RATE)
			assert_int_equal(pong.limits[i].used, 0);
	}
	uv_run(&f->loop, UV_RUN_NOWAIT); /* the last words of the threads that have ended */
	surfaces_close(host.surfaces);
	if (f->passed >= 0)
		close(f->passed);
	if (g.map)
		munmap(g.map, PIPE_CONTROL_SIZE + 2 * (size_t)(g.layout.to_host + g.layout.to_guest));
	free(g.answer);
	free(g.bulk);
	teardown(state);
	free(host.surfaces);
	return 0;
}

#endif
