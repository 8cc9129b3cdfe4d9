/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The messages of a channel. Those in shared memory are copied out before they are looked at, but
 * for data that nobody looks at; those of the main loop are run where they lie.
 */
#include <errno.h>
#include <string.h>

#include "channel/futex.h"
#include "channel/internal.h"
#include "channel/rate.h"
#include "glm_messages.h"

#define FLAG_BULK   1u  /* of a channel's own messages: the payload was sent as bulk */
#define BULK_FIELDS 24u /* bytes of a piece's payload before its data */
#define RATE_MS     2u  /* between two looks whether it is to stop, while it waits */
#define MS_NS       UINT64_C(1000000)
#define PLAIN_MOST  4096u /* bytes of commands between two looks whether it is to stop */
/* Commands of OpenGL have opcodes from here on (proto/gl/stream.md). */
#define FIRST_COMMAND 0x200u

/* ---- bulk */

static void *bulk_allocate(void *data, uint64_t size)
{
	struct channel *channel = data;
	struct channel_bulk *all = channel->config.bulk;
	void *buffer = NULL;

	channel->bulk_limit = true;
	if (atomic_fetch_add(&all->transfers, 1) < ORIEL_BULK_OPEN_MAX &&
		atomic_load(&all->bytes) + size <= ORIEL_BULK_TOTAL_MAX &&
		quota_take(&channel->quota, LIMIT_RESOURCE_BYTES, size)) {
		channel->bulk_limit = false;
		/* Pages come as they are written: a size alone costs nothing. */
		buffer = malloc(sizeof(uint64_t) + size);
		if (!buffer)
			quota_give(&channel->quota, LIMIT_RESOURCE_BYTES, size);
	}
	if (!buffer) {
		atomic_fetch_sub(&all->transfers, 1);
		return NULL;
	}
	atomic_fetch_add(&all->bytes, size);
	memcpy(buffer, &size, sizeof(size));
	return (uint8_t *)buffer + sizeof(size);
}

static void bulk_release(void *data, void *buffer)
{
	struct channel *channel = data;
	uint8_t *block = (uint8_t *)buffer - sizeof(uint64_t);
	uint64_t size;

	memcpy(&size, block, sizeof(size));
	atomic_fetch_sub(&channel->config.bulk->bytes, size);
	atomic_fetch_sub(&channel->config.bulk->transfers, 1);
	quota_give(&channel->quota, LIMIT_RESOURCE_BYTES, size);
	free(block);
}

static const struct bulk_ops bulk_ops = { bulk_allocate, bulk_release };

static const char *bulk_text(uint32_t code)
{
	if (code == ORIEL_ERROR_LIMIT)
		return "bulk: too many, or too large";
	return code == ORIEL_ERROR_NO_MEMORY ? "bulk: no memory" : "bulk: a wrong piece";
}

static void add_piece(
	struct channel *channel, const struct wire_header *header, const struct oriel_bulk *piece)
{
	uint32_t code;

	channel->bulk_limit = false;
	code = bulk_add(&channel->bulk, channel->config.number, piece);
	if (code == ORIEL_ERROR_NO_MEMORY && channel->bulk_limit)
		code = ORIEL_ERROR_LIMIT;
	if (code != 0)
		channel_refuse(channel, header, code, bulk_text(code));
}

/* A piece whose fields are copied out and whose data are not: those are only copied. */
static void add_piece_in_place(struct channel *channel, const struct wire_header *header,
	const uint8_t *fields, const uint8_t *data)
{
	struct oriel_bulk piece = { .data = { .data = data } };
	struct wire_reader reader;

	wire_reader_init(&reader, fields, BULK_FIELDS);
	piece.offset = wire_read_u64(&reader);
	piece.total = wire_read_u64(&reader);
	piece.id = wire_read_u32(&reader);
	piece.data.size = wire_read_u32(&reader);
	if (piece.data.size > header->size - WIRE_HEADER_SIZE - BULK_FIELDS ||
		piece.data.size > ORIEL_BULK_CHUNK_MAX)
		channel_refuse(channel, header, ORIEL_ERROR_MALFORMED, "malformed payload");
	else
		add_piece(channel, header, &piece);
}

/* ---- one message, whole */

static void on_fence(struct channel *channel, const struct wire_header *header, const void *message)
{
	const struct oriel_fence *fence = message;
	const struct oriel_retired retired = { .number = fence->number };

	if (fence->number <= channel->fence) {
		channel_refuse(channel, header, ORIEL_ERROR_MALFORMED, "no newer fence");
		return;
	}
	channel->fence = fence->number;
	channel_answer(channel, &oriel_retired_type, &retired);
}

static void on_bulk(struct channel *channel, const struct wire_header *header, const void *message)
{
	add_piece(channel, header, message);
}

static const struct {
	const struct wire_type *type;
	void (*handle)(
		struct channel *channel, const struct wire_header *header, const void *message);
} rows[] = {
	{ &oriel_bulk_type, on_bulk },
	{ &oriel_fence_type, on_fence },
};

/* A message of wire.md. */
static void run_common(struct channel *channel, const struct wire_header *header, const void *payload)
{
	union {
		struct oriel_bulk bulk;
		struct oriel_fence fence;
	} decoded;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type->id != header->opcode)
			continue;
		if (header->flags != 0 || !wire_decode(rows[i].type, payload,
						  header->size - WIRE_HEADER_SIZE, &decoded))
			channel_refuse(channel, header, ORIEL_ERROR_MALFORMED, "malformed payload");
		else
			rows[i].handle(channel, header, &decoded);
		return;
	}
	if (wire_find(oriel_types, ORIEL_TYPES, header->opcode))
		channel_refuse(channel, header, ORIEL_ERROR_NOT_ALLOWED, "not on this channel");
	else
		channel_refuse(channel, header, ORIEL_ERROR_UNKNOWN, "unknown message");
}

static void execute(struct channel *channel, const struct wire_header *header, const void *fixed,
	size_t size, const void *rest)
{
	int r;

	if (header->opcode >= FIRST_COMMAND || header->opcode == GLM_SURFACE_RESIZE)
		channel_advance(channel);
	channel->executed = true;
	r = channel->config.host->executor->message(channel->exec, header, fixed, size, rest);
	if (r == -EPROTO)
		channel_refuse(channel, header, ORIEL_ERROR_MALFORMED, "malformed, or unknown");
	else if (r < 0)
		channel_end(channel, r == -ENOMEM ? ORIEL_ERROR_NO_MEMORY : ORIEL_ERROR_NOT_ALLOWED,
			"a message cannot be carried out");
}

/* A message of the channel's kind whose payload came before it. */
static void execute_bulk(
	struct channel *channel, const struct wire_header *header, const uint8_t *payload)
{
	uint64_t size = 0;
	void *buffer = NULL;
	uint32_t id;

	if (header->size == WIRE_HEADER_SIZE + 2 * sizeof(id)) {
		memcpy(&id, payload, sizeof(id));
		buffer = bulk_take(&channel->bulk, channel->config.number, id, &size);
	}
	if (!buffer)
		channel_refuse(channel, header, ORIEL_ERROR_MALFORMED, "no such bulk transfer");
	/* One that asks for a reply gets it, refused. */
	execute(channel, header, buffer ? buffer : payload, buffer ? size : 0, NULL);
	if (buffer)
		bulk_release(channel, buffer);
}

static bool header_fits(struct channel *channel, const struct wire_header *header)
{
	if (header->channel == channel->config.number)
		return true;
	channel_refuse(channel, header, ORIEL_ERROR_NOT_ALLOWED, "another channel's message");
	return false;
}

/* For a capture: a message, of which `rest` may lie where the guest can change it. */
static void record(struct channel *channel, const struct wire_header *header, const void *fixed,
	size_t size, const void *rest)
{
	struct capture *capture = atomic_load_explicit(&channel->capture, memory_order_relaxed);

	if (capture)
		capture_guest(capture, header, fixed, size, rest);
}

/* `payload` is 8-aligned and does not change. */
static void run_message(
	struct channel *channel, const struct wire_header *header, const uint8_t *payload)
{
	channel->commands++;
	worker_step(&channel->worker);
	if (!header_fits(channel, header))
		return;
	record(channel, header, payload, header->size - WIRE_HEADER_SIZE, NULL);
	if (header->opcode < ORIEL_OPCODE_CHANNEL)
		run_common(channel, header, payload);
	else if (header->flags & FLAG_BULK)
		execute_bulk(channel, header, payload);
	else
		execute(channel, header, payload, header->size - WIRE_HEADER_SIZE, NULL);
}

/* ---- many messages */

/*
 * Runs those commands that need no look at each, but no more than a few of them: somebody may want
 * the thread to stop. Returns their bytes. A capture is told each message.
 */
static size_t run_plain(struct channel *channel, const uint8_t *at, size_t size)
{
	const uint64_t before = atomic_load_explicit(&channel->worker.steps, memory_order_relaxed);
	uint16_t opcode;
	size_t done;

	if (size < WIRE_HEADER_SIZE || atomic_load_explicit(&channel->capture, memory_order_relaxed))
		return 0;
	memcpy(&opcode, at + sizeof(uint32_t), sizeof(opcode));
	if (opcode < FIRST_COMMAND)
		return 0;
	channel_advance(channel);
	done = channel->config.host->executor->plain(channel->exec, channel->config.number, at,
		size < PLAIN_MOST ? size : PLAIN_MOST, &channel->worker.steps);
	channel->commands +=
		atomic_load_explicit(&channel->worker.steps, memory_order_relaxed) - before;
	channel->executed |= done > 0;
	return done;
}

/* Runs whole messages that begin below `most`; returns their bytes. */
static size_t run_all(struct channel *channel, const uint8_t *at, size_t size, size_t most)
{
	struct wire_header header;
	size_t done = 0;

	channel->need = WIRE_HEADER_SIZE;
	while (size - done >= WIRE_HEADER_SIZE && done < most && !channel->ended &&
		!atomic_load_explicit(&channel->stop, memory_order_relaxed)) {
		const size_t plain =
			run_plain(channel, at + done, (size < most ? size : most) - done);
		if (plain > 0) {
			done += plain;
			continue;
		}
		if (!wire_read_header(at + done, ORIEL_MESSAGE_MAX, &header)) {
			channel_end(channel, ORIEL_ERROR_MALFORMED,
				"it sent a malformed message header");
			break;
		}
		channel->need = header.size;
		if (header.size > size - done)
			break;
		run_message(channel, &header, at + done + WIRE_HEADER_SIZE);
		done += header.size;
		channel->need = WIRE_HEADER_SIZE;
	}
	return done;
}

/* Waits, a moment at a time, until the session's rate lets it read on. */
static void keep_rate(struct channel *channel, size_t size)
{
	uint64_t ns = channel_rate_take(size);

	if (ns > 0)
		quota_refuse(&channel->quota, LIMIT_COMMAND_RATE, size);
	while (ns > 0 && channel_pause(channel, RATE_MS))
		ns -= ns < RATE_MS * MS_NS ? ns : RATE_MS * MS_NS;
}

static void took(struct channel *channel, size_t size)
{
	atomic_fetch_add_explicit(
		&channel->config.stream->commands, channel->commands, memory_order_relaxed);
	channel->commands = 0;
	atomic_fetch_add_explicit(&channel->config.stream->bytes_in, size, memory_order_relaxed);
	quota_flow(LIMIT_COMMAND_RATE, size);
	if (pipe_took(&channel->in, size))
		futex_wake(&channel->in.words->room);
	if (!channel->config.shared &&
		channel->in.at - atomic_load(&channel->granted) >= CHANNEL_TO_HOST / 4)
		uv_async_send(&channel->async);
	keep_rate(channel, size);
}

/* A message that does not fit into the chunk. It lies in one stretch, and the guest may change it. */
static bool run_large(
	struct channel *channel, const uint8_t *at, size_t size, const struct wire_header *header)
{
	const struct executor *executor = channel->config.host->executor;
	const bool piece = header->opcode == ORIEL_BULK && header->flags == 0;
	size_t fields = piece ? BULK_FIELDS : 0;

	channel->need = header->size;
	if (size < header->size)
		return false;
	if (header->opcode >= ORIEL_OPCODE_CHANNEL && !(header->flags & FLAG_BULK))
		fields = executor->in_place(header->opcode);
	if (fields == 0 || fields > CHANNEL_CHUNK || header->channel != channel->config.number) {
		memcpy(channel->large, header, WIRE_HEADER_SIZE);
		memcpy(channel->large + WIRE_HEADER_SIZE, at + WIRE_HEADER_SIZE,
			header->size - WIRE_HEADER_SIZE);
		run_message(channel, header, channel->large + WIRE_HEADER_SIZE);
	} else {
		at += WIRE_HEADER_SIZE;
		memcpy(channel->chunk, at, fields);
		channel->commands++;
		worker_step(&channel->worker);
		record(channel, header, channel->chunk, fields, at + fields);
		if (piece)
			add_piece_in_place(channel, header, channel->chunk, at + fields);
		else
			execute(channel, header, channel->chunk, header->size - WIRE_HEADER_SIZE,
				at + fields);
	}
	channel->need = WIRE_HEADER_SIZE;
	took(channel, header->size);
	return true;
}

static bool run_shared(struct channel *channel, const uint8_t *at, size_t size)
{
	struct wire_header header;
	size_t done;

	memcpy(channel->chunk, at, WIRE_HEADER_SIZE);
	if (wire_read_header(channel->chunk, ORIEL_MESSAGE_MAX, &header) &&
		header.size > CHANNEL_CHUNK)
		return run_large(channel, at, size, &header);
	if (size > CHANNEL_CHUNK)
		size = CHANNEL_CHUNK;
	memcpy(channel->chunk, at, size);
	done = run_all(channel, channel->chunk, size, size);
	if (done > 0)
		took(channel, done);
	return done > 0;
}

bool channel_messages_run(struct channel *channel)
{
	size_t size, done;
	const uint8_t *at = pipe_peek(&channel->in, &size);

	if (size < channel->need || size < WIRE_HEADER_SIZE)
		return false;
	worker_go_on(&channel->worker, "messages");
	if (channel->config.shared)
		return run_shared(channel, at, size);
	done = run_all(channel, at, size, CHANNEL_CHUNK);
	if (done > 0)
		took(channel, done);
	return done > 0;
}

int channel_messages_init(struct channel *channel)
{
	channel->need = WIRE_HEADER_SIZE;
	bulk_init(&channel->bulk, &bulk_ops, channel, ORIEL_BULK_TOTAL_MAX);
	if (!channel->config.shared)
		return 0;
	channel->chunk = malloc(CHANNEL_CHUNK);
	channel->large = malloc(ORIEL_MESSAGE_MAX);
	return channel->chunk && channel->large ? 0 : -ENOMEM;
}

void channel_messages_finish(struct channel *channel)
{
	bulk_finish(&channel->bulk);
	free(channel->chunk);
	free(channel->large);
}
