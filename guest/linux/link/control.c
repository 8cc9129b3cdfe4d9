/* SPDX-License-Identifier: MIT */
/* Messages of channel 0, and the log. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

static void take_opened(struct connection *connection, const struct oriel_channel_opened *opened)
{
	if (opened->channel != CONNECTION_CHANNEL || connection->opened)
		return;
	if (!wire_decode(&glm_caps_type, opened->caps.data, opened->caps.size, &connection->caps)) {
		connection_lose(connection, EBADMSG);
		return;
	}
	credit_init(&connection->credit, opened->credit, opened->frames_ahead);
	connection->frames_ahead = opened->frames_ahead;
	connection->opened = true;
}

static void take_memory(struct connection *connection, const struct oriel_shared_memory *shared)
{
	const int fd = connection->passed;
	int error;

	if (shared->channel != CONNECTION_CHANNEL || connection->shared || fd < 0) {
		connection_lose(connection, EBADMSG);
		return;
	}
	connection->passed = -1;
	error = memory_map(connection, shared, fd);
	close(fd);
	connection->memory_error = -error;
	if (error)
		connection_lose(connection, -error);
}

static void take_closed(struct connection *connection, const struct oriel_channel_closed *closed)
{
	if (closed->channel != CONNECTION_CHANNEL)
		return;
	if (connection->debug && !atomic_load(&connection->said_bye))
		fprintf(stderr, "oriel: the host closed the channel: %s\n", closed->reason);
	connection_lose(connection, ECONNRESET);
}

static void take_bye(struct connection *connection)
{
	control_send(connection, &oriel_bye_ack_type, &(struct oriel_bye_ack){ 0 });
	connection_lose(connection, ECONNRESET);
}

static void take_credit(struct connection *connection, const struct oriel_credit *credit)
{
	if (credit->channel == CONNECTION_CHANNEL && !connection->shared &&
		!credit_granted(&connection->credit, credit->bytes, 0))
		connection_lose(connection, EBADMSG);
}

static void take_error(const struct connection *connection, const struct oriel_error *error)
{
	if (connection->debug)
		fprintf(stderr,
			"oriel: the host did not carry out a message (opcode %#x): error %u, %s\n",
			error->opcode, error->code, error->text);
}

static void take_refused(struct connection *connection, const struct oriel_channel_refused *refused)
{
	snprintf(connection->reason, sizeof(connection->reason), "%s", refused->reason);
	connection->refused = true;
}

void control_message(struct connection *connection, const struct frame_message *message)
{
	const struct wire_type *type = wire_find(oriel_types, ORIEL_TYPES, message->header.opcode);

	union {
		struct oriel_ping ping;
		struct oriel_log_level log_level;
		struct oriel_error error;
		struct oriel_channel_opened opened;
		struct oriel_channel_refused refused;
		struct oriel_channel_closed closed;
		struct oriel_credit credit;
		struct oriel_shared_memory shared;
		struct oriel_bye bye;
		struct oriel_input_key key;
		struct oriel_input_pointer pointer;
	} m;

	if (!type || !(type->from & WIRE_FROM_HOST) || type->on_channel ||
		type->struct_size > sizeof(m) ||
		!wire_decode(type, message->payload, message->header.size - WIRE_HEADER_SIZE, &m))
		return;
	if (type == &oriel_ping_type)
		control_send(connection, &oriel_pong_type, &(struct oriel_pong){ m.ping.cookie });
	else if (type == &oriel_log_level_type)
		atomic_store(&connection->level, m.log_level.level);
	else if (type == &oriel_error_type)
		take_error(connection, &m.error);
	else if (type == &oriel_channel_opened_type)
		take_opened(connection, &m.opened);
	else if (type == &oriel_channel_refused_type)
		take_refused(connection, &m.refused);
	else if (type == &oriel_channel_closed_type)
		take_closed(connection, &m.closed);
	else if (type == &oriel_credit_type)
		take_credit(connection, &m.credit);
	else if (type == &oriel_shared_memory_type)
		take_memory(connection, &m.shared);
	else if (type == &oriel_bye_type)
		take_bye(connection);
	else if (type == &oriel_bye_ack_type)
		atomic_store(&connection->bye_acked, true);
	/* Keys and pointer: an OpenGL library has no use for them. */
}

/* ---- the log */

void connection_log(void *data, uint8_t level, const char *text)
{
	struct connection *connection = data;
	struct oriel_log line = { .level = level };

	if (connection->debug)
		fprintf(stderr, "oriel: %s\n", text);
	if (level > atomic_load(&connection->level) || atomic_load(&connection->lost) ||
		atomic_load(&connection->said_bye))
		return;
	snprintf(line.text, sizeof(line.text), "%s", text);
	pthread_mutex_lock(&connection->io);
	control_send(connection, &oriel_log_type, &line);
	pthread_mutex_unlock(&connection->io);
}

void connection_logf(struct connection *connection, uint8_t level, const char *format, ...)
{
	char text[ORIEL_LOG_TEXT_MAX + 1];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	connection_log(connection, level, text);
}
