/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The channels of a connection: opened, fed, ended. What they execute is channel/'s. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "clean_text.h"
#include "gl_limits.h"
#include "gl_wire.h"
#include "glm_messages.h"
#include "oriel_internal.h"

#define SEND_MOST 65536u /* bytes of one channel's messages before another's */

void oriel_channels_init(struct oriel_stream *stream)
{
	list_init(&stream->channels);
	stream->passing.fd = -1;
}

/* ---- who ended what */

static void note_ended(struct oriel_stream *stream, uint8_t number, bool by_host)
{
	uint8_t bit = (uint8_t)(1u << (number % 8));

	if (by_host)
		stream->ended_by_host[number / 8] |= bit;
	else
		stream->ended_by_host[number / 8] &= (uint8_t)~bit;
}

static bool was_ended(const struct oriel_stream *stream, uint8_t number)
{
	return stream->ended_by_host[number / 8] & (1u << (number % 8));
}

/* The guest hears nothing of it any more. */
static void drop(struct oriel_channel *entry)
{
	struct oriel_stream *stream = entry->stream;

	if (entry->dropped)
		return;
	entry->dropped = true;
	if (stream->by_number[entry->number] == entry)
		stream->by_number[entry->number] = NULL;
	if (stream->sending == entry)
		stream->sending = NULL;
	channel_stop(entry->channel);
}

/* Its thread has ended. */
static void reap(struct oriel_channel *entry, const char *reason)
{
	struct oriel_stream *stream = entry->stream;

	drop(entry);
	list_remove(&entry->link);
	channel_destroy(entry->channel);
	if (entry->counters && !stream->destroyed)
		stream->ops->channel_ended(stream->data, entry->counters, reason);
	free(entry);
}

/* ---- opening */

static void refuse(struct oriel_stream *stream, uint8_t number, enum oriel_refusal_code code,
	const char *reason)
{
	struct oriel_channel_refused refused = { .code = code, .channel = number };

	snprintf(refused.reason, sizeof(refused.reason), "%s", reason);
	log_limited(&stream->fault_log, LOG_LEVEL_INFO, "%s was refused channel %u: %s",
		stream->program, number, reason);
	oriel_send(stream, &oriel_channel_refused_type, &refused);
}

static void on_channel_event(void *data)
{
	struct oriel_channel *entry = data;

	oriel_channel_event(entry->stream);
}

/* What can be said without looking at the host's OpenGL. */
static bool may_open(struct oriel_stream *stream, const struct oriel_channel_open *open)
{
	if (open->kind != ORIEL_CHANNEL_GL || !stream->host || !stream->host->executor)
		refuse(stream, open->channel, ORIEL_REFUSAL_NOT_OFFERED, "not offered by this host");
	else if (stream->by_number[open->channel])
		refuse(stream, open->channel, ORIEL_REFUSAL_BUSY, "the number is in use");
	else if (open->version_min > GLM_VERSION || open->version_max < GLM_VERSION ||
		 open->table_hash != GL_TABLE_HASH)
		refuse(stream, open->channel, ORIEL_REFUSAL_VERSION,
			"guest and host were built with other tables of OpenGL");
	else
		return true;
	return false;
}

static struct oriel_channel *channel_begin(
	struct oriel_stream *stream, const struct oriel_channel_open *open, bool shared)
{
	struct oriel_channel *entry = calloc(1, sizeof(*entry));
	struct channel_config config = {
		.host = stream->host,
		.bulk = &stream->bulk,
		.event = on_channel_event,
		.data = entry,
		.number = open->channel,
		.shared = shared,
		.parameters = open->parameters,
	};

	if (!entry)
		return NULL;
	memcpy(config.program, open->program[0] ? open->program : stream->program,
		sizeof(config.program));
	clean_text(config.program);
	entry->stream = stream;
	entry->number = open->channel;
	entry->counters = stream->ops->channel_began(stream->data, "oriel-1/gl", config.program);
	config.stream = entry->counters;
	if (entry->counters && channel_create(stream->poll.loop, &config, &entry->channel) == 0)
		return entry;
	if (entry->counters)
		stream->ops->channel_ended(stream->data, entry->counters, "it cannot be served");
	free(entry);
	return NULL;
}

void oriel_channel_open(struct oriel_stream *stream, const struct wire_header *header,
	const struct oriel_channel_open *open)
{
	struct glm_parameters parameters = { 0 };
	struct oriel_channel *entry;

	if (open->channel == 0 || open->kind < ORIEL_CHANNEL_GL || open->kind > ORIEL_CHANNEL_VTEST ||
		open->role < ORIEL_ROLE_PROGRAM || open->role > ORIEL_ROLE_DRIVER) {
		oriel_send_error(
			stream, header, ORIEL_ERROR_MALFORMED, "no such channel, kind or role");
		return;
	}
	if (!may_open(stream, open))
		return;
	if (!wire_decode(&glm_parameters_type, open->parameters.data, open->parameters.size,
		    &parameters)) {
		oriel_send_error(stream, header, ORIEL_ERROR_MALFORMED, "malformed parameters");
		return;
	}
	entry = channel_begin(stream, open, !stream->vm && (parameters.flags & 1));
	if (!entry) {
		refuse(stream, open->channel, ORIEL_REFUSAL_LIMIT, "the session has no more to give");
		return;
	}
	note_ended(stream, open->channel, false);
	list_append(&stream->channels, &entry->link);
	stream->by_number[open->channel] = entry;
}

/* The thread has asked what there is: the guest may begin. */
static void tell_opened(struct oriel_channel *entry, bool shared)
{
	struct oriel_stream *stream = entry->stream;
	struct oriel_channel_opened opened = {
		.table_hash = GL_TABLE_HASH,
		.credit = ORIEL_CREDIT_DEFAULT,
		.frames_ahead = ORIEL_FRAMES_AHEAD,
		.version = GLM_VERSION,
		.channel = entry->number,
	};
	struct oriel_shared_memory memory;
	const void *caps;

	channel_capture(entry->channel);
	opened.caps.size = (uint32_t)channel_caps(entry->channel, &caps);
	opened.caps.data = caps;
	entry->told = true;
	oriel_send(stream, &oriel_channel_opened_type, &opened);
	if (shared) {
		int fd = channel_share(entry->channel, &memory);
		oriel_send_with_fd(stream, &oriel_shared_memory_type, &memory, fd);
	}
}

/* ---- what they have to say */

static void tell_errors(struct oriel_channel *entry)
{
	struct oriel_error error;

	while (channel_error(entry->channel, &error)) {
		log_limited(&entry->stream->fault_log, LOG_LEVEL_DEBUG,
			"%s: message %u on channel %u: %s", entry->stream->program, error.opcode,
			error.channel, error.text);
		oriel_send(entry->stream, &oriel_error_type, &error);
	}
}

static void tell_over(struct oriel_channel *entry)
{
	struct oriel_stream *stream = entry->stream;
	struct oriel_channel_closed closed = { .channel = entry->number };
	const char *reason;
	const void *at;
	size_t size;

	closed.code = channel_code(entry->channel, &reason);
	if (entry->overdrawn) {
		closed.code = ORIEL_ERROR_LIMIT;
		reason = "it sent more than was granted";
	}
	if (!entry->told) {
		refuse(stream, entry->number, ORIEL_REFUSAL_NOT_OFFERED, reason);
		reap(entry, reason);
		return;
	}
	tell_errors(entry);
	at = channel_peek(entry->channel, SEND_MOST, &size);
	if (at || stream->sending == entry)
		return; /* when all is sent */
	if (closed.code != 0)
		log_limited(&stream->fault_log, LOG_LEVEL_WARNING, "%s: channel %u is ended: %s",
			stream->program, entry->number, reason);
	snprintf(closed.reason, sizeof(closed.reason), "%s", reason);
	note_ended(stream, entry->number, closed.code != 0);
	oriel_send(stream, &oriel_channel_closed_type, &closed);
	reap(entry, reason);
}

static void run(struct oriel_channel *entry)
{
	struct oriel_stream *stream = entry->stream;
	struct oriel_credit credit = { .channel = entry->number };
	bool shared = channel_shared(entry->channel);

	switch (channel_state(entry->channel)) {
	case CHANNEL_OPENING:
		return;
	case CHANNEL_OPEN:
		if (!entry->told && shared && !oriel_may_pass(stream))
			return;
		if (!entry->told)
			tell_opened(entry, shared);
		tell_errors(entry);
		credit.bytes = channel_grant(entry->channel);
		if (credit.bytes > 0)
			oriel_send(stream, &oriel_credit_type, &credit);
		return;
	case CHANNEL_OVER:
		tell_over(entry);
		return;
	}
}

void oriel_channels_run(struct oriel_stream *stream)
{
	struct oriel_channel *entry, *next;

	list_for_each_safe(entry, next, &stream->channels, link) {
		if (!entry->dropped && stream->state == ORIEL_OPEN)
			run(entry);
		else if (channel_state(entry->channel) == CHANNEL_OVER && stream->sending != entry)
			reap(entry, "the connection has ended");
	}
}

struct oriel_channel *oriel_channels_output(
	struct oriel_stream *stream, const uint8_t **ret_data, size_t *ret_size)
{
	struct oriel_channel *entry;

	list_for_each(entry, &stream->channels, link) {
		if (!entry->told || entry->dropped)
			continue;
		*ret_data = channel_peek(entry->channel, SEND_MOST, ret_size);
		if (!*ret_data)
			continue;
		/* The others come first the next time. */
		list_remove(&entry->link);
		list_append(&stream->channels, &entry->link);
		return entry;
	}
	return NULL;
}

/* ---- from the guest */

/* To an open channel that takes them. */
static void write_messages(struct oriel_channel *entry, const uint8_t *messages, size_t size)
{
	if (entry->overdrawn || channel_state(entry->channel) == CHANNEL_OVER ||
		channel_write(entry->channel, messages, size))
		return;
	entry->overdrawn = true;
	channel_stop(entry->channel);
}

bool oriel_channel_message(struct oriel_stream *stream, const struct frame_message *message)
{
	const uint8_t number = message->header.channel;
	struct oriel_channel *entry = stream->by_number[number];

	if (!entry)
		return was_ended(stream, number);
	if (!entry->told || channel_shared(entry->channel))
		return false;
	/* Its header lies before it. */
	write_messages(entry, message->payload - WIRE_HEADER_SIZE, message->header.size);
	return true;
}

size_t oriel_channel_messages(
	struct oriel_stream *stream, const uint8_t *data, size_t size, uint64_t *count)
{
	struct oriel_channel *entry = NULL;
	struct wire_header header;
	size_t whole = 0;

	while (size - whole >= WIRE_HEADER_SIZE &&
		wire_read_header(data + whole, ORIEL_MESSAGE_MAX, &header) &&
		header.size <= size - whole) {
		if (whole == 0)
			entry = stream->by_number[header.channel];
		if (!entry || header.channel != entry->number)
			break;
		whole += header.size;
		*count += 1;
	}
	if (whole == 0 || !entry->told || channel_shared(entry->channel)) {
		*count = 0;
		return 0;
	}
	write_messages(entry, data, whole);
	return whole;
}

void oriel_channel_close(struct oriel_stream *stream, const struct wire_header *header,
	const struct oriel_channel_close *close)
{
	struct oriel_channel *entry = stream->by_number[close->channel];

	if (entry && entry->told)
		channel_close(entry->channel);
	else if (!was_ended(stream, close->channel))
		oriel_send_error(stream, header, ORIEL_ERROR_NO_CHANNEL, "the channel is not open");
}

bool oriel_channels_close(struct oriel_stream *stream)
{
	struct oriel_channel *entry;
	bool none = true;

	list_for_each(entry, &stream->channels, link) {
		if (entry->dropped)
			continue;
		channel_close(entry->channel);
		none = false;
	}
	return none;
}

void oriel_channels_stop(struct oriel_stream *stream)
{
	struct oriel_channel *entry;

	list_for_each(entry, &stream->channels, link)
		channel_stop(entry->channel);
}

void oriel_channels_drop(struct oriel_stream *stream)
{
	struct oriel_channel *entry;

	list_for_each(entry, &stream->channels, link)
		drop(entry);
	memset(stream->ended_by_host, 0, sizeof(stream->ended_by_host));
	if (stream->passing.fd >= 0)
		close(stream->passing.fd);
	stream->passing.fd = -1;
}
