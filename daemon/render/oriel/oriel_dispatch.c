/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdio.h>
#include <string.h>

#include "clean_text.h"
#include "oriel_internal.h"
#include "util.h"

struct oriel_row {
	const struct wire_type *type; /* says too whether a guest may send it, and on which channel */
	unsigned states;              /* enum oriel_state: ignored in others */
	void (*handle)(
		struct oriel_stream *stream, const struct wire_header *header, const void *message);
};

void oriel_send_error(struct oriel_stream *stream, const struct wire_header *header,
	enum oriel_error_code code, const char *text)
{
	struct oriel_error error = {
		.code = code,
		.opcode = header->opcode,
		.channel = header->channel,
	};

	log_limited(&stream->fault_log, LOG_LEVEL_DEBUG, "%s: message %u on channel %u: %s",
		stream->program, header->opcode, header->channel, text);
	/* An error is not answered, and the host that has said bye sends nothing more. */
	if (header->opcode == ORIEL_ERROR || stream->state != ORIEL_OPEN)
		return;
	snprintf(error.text, sizeof(error.text), "%s", text);
	oriel_send(stream, &oriel_error_type, &error);
}

static void on_ping(struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	const struct oriel_ping *ping = message;

	(void)header;
	oriel_send(stream, &oriel_pong_type, &(struct oriel_pong){ .cookie = ping->cookie });
}

/* Whatever its cookie: that a message came is noted for each. */
static void on_pong(struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	(void)stream;
	(void)header;
	(void)message;
}

static void on_bye(struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	const struct oriel_bye *bye = message;

	(void)header;
	snprintf(stream->depart_why, sizeof(stream->depart_why), "%s", bye->reason);
	stream->departed = true;
	/* What came before is carried out. */
	if (stream->state == ORIEL_OPEN && !oriel_channels_close(stream))
		return;
	oriel_guest_departs(stream);
}

static void on_bye_ack(
	struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	(void)message;
	if (stream->state == ORIEL_LEAVING)
		oriel_bye_acknowledged(stream);
	else
		oriel_send_error(stream, header, ORIEL_ERROR_NOT_ALLOWED, "no bye was sent");
}

static void on_error(
	struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	const struct oriel_error *error = message;
	char text[sizeof(error->text)];

	(void)header;
	memcpy(text, error->text, sizeof(text));
	clean_text(text);
	log_limited(&stream->fault_log, LOG_LEVEL_WARNING,
		"%s could not take message %u: error %u, %s", stream->program, error->opcode,
		error->code, text);
}

static void on_log(struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	const struct oriel_log *line = message;
	char text[sizeof(line->text)];
	enum log_level level;

	switch (line->level) {
	case ORIEL_LEVEL_ERROR: /* what is an error to a guest needs no act of the operator */
	case ORIEL_LEVEL_WARNING:
		level = LOG_LEVEL_WARNING;
		break;
	case ORIEL_LEVEL_INFO:
		level = LOG_LEVEL_INFO;
		break;
	case ORIEL_LEVEL_DEBUG:
		level = LOG_LEVEL_DEBUG;
		break;
	default:
		oriel_send_error(stream, header, ORIEL_ERROR_MALFORMED, "no such level");
		return;
	}
	memcpy(text, line->text, sizeof(text));
	clean_text(text);
	/* What was asked for is logged, whatever this process logs of its own. */
	if (stream->guest_level && level > log_level_max() && level <= stream->guest_level)
		level = log_level_max();
	else if (stream->guest_level && level > stream->guest_level)
		return;
	log_limited(&stream->guest_log, level, "guest %s: %s", stream->program, text);
}

static void on_channel_open(
	struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	oriel_channel_open(stream, header, message);
}

static void on_channel_close(
	struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	oriel_channel_close(stream, header, message);
}

/* One that is open has got it before. */
static void on_no_channel(
	struct oriel_stream *stream, const struct wire_header *header, const void *message)
{
	(void)message;
	oriel_send_error(stream, header, ORIEL_ERROR_NO_CHANNEL, "the channel is not open");
}

static const struct oriel_row rows[] = {
	{ &oriel_ping_type, ORIEL_OPEN, on_ping },
	{ &oriel_pong_type, ORIEL_OPEN | ORIEL_LEAVING, on_pong },
	{ &oriel_bye_type, ORIEL_OPEN | ORIEL_LEAVING, on_bye },
	{ &oriel_bye_ack_type, ORIEL_OPEN | ORIEL_LEAVING, on_bye_ack },
	{ &oriel_error_type, ORIEL_OPEN | ORIEL_LEAVING, on_error },
	{ &oriel_log_type, ORIEL_OPEN | ORIEL_LEAVING, on_log },
	{ &oriel_channel_open_type, ORIEL_OPEN, on_channel_open },
	{ &oriel_channel_close_type, ORIEL_OPEN, on_channel_close },
	{ &oriel_bulk_type, ORIEL_OPEN, on_no_channel },
	{ &oriel_fence_type, ORIEL_OPEN, on_no_channel },
};

static const struct oriel_row *find_row(uint16_t opcode)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].type->id == opcode)
			return &rows[i];
	}
	return NULL;
}

/* Everything that can be known from the header: 0, or the error and what to say of it. */
static enum oriel_error_code check_header(
	const struct wire_header *header, const struct oriel_row *row, const char **ret_text)
{
	if (header->opcode >= ORIEL_OPCODE_CHANNEL && header->channel != 0) {
		*ret_text = "the channel is not open";
		return ORIEL_ERROR_NO_CHANNEL;
	}
	if (!row && wire_find(oriel_types, ORIEL_TYPES, header->opcode)) {
		*ret_text = "a guest does not send that";
		return ORIEL_ERROR_NOT_ALLOWED;
	}
	if (!row) {
		*ret_text = "unknown message";
		return ORIEL_ERROR_UNKNOWN;
	}
	if (row->type->on_channel != (header->channel != 0)) {
		*ret_text = "not on this channel";
		return ORIEL_ERROR_NOT_ALLOWED;
	}
	if (header->flags != 0) {
		*ret_text = "flags are set";
		return ORIEL_ERROR_MALFORMED;
	}
	return 0;
}

void oriel_dispatch(struct oriel_stream *stream, const struct frame_message *message)
{
	_Alignas(16) uint8_t decoded[2048];
	const struct wire_header *header = &message->header;
	const struct oriel_row *row = find_row(header->opcode);
	const char *text = NULL;
	enum oriel_error_code code;

	if (header->channel != 0 && stream->state == ORIEL_OPEN &&
		oriel_channel_message(stream, message))
		return;
	code = check_header(header, row, &text);
	if (code) {
		oriel_send_error(stream, header, code, text);
		return;
	}
	if (row->type->struct_size > sizeof(decoded) ||
		!wire_decode(row->type, message->payload, header->size - WIRE_HEADER_SIZE, decoded)) {
		oriel_send_error(stream, header, ORIEL_ERROR_MALFORMED, "malformed payload");
		return;
	}
	if (row->states & stream->state)
		row->handle(stream, header, decoded);
}
