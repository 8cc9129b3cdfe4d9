/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "replies.h"

#include <string.h>

#include "gl_sizes.h"
#include "glm_messages.h"
#include "message_text.h"
#include "oriel_messages.h"
#include "util.h"

#define REPLIES_MAX 4096u /* to one message of the guest */

struct reply {
	uint16_t opcode;
	uint64_t hash;
};

struct side {
	struct reply replies[REPLIES_MAX];
	size_t n;
};

struct replies {
	struct side sent, recorded;
};

struct replies *replies_create(void)
{
	return calloc(1, sizeof(struct replies));
}

void replies_destroy(struct replies *replies)
{
	free(replies);
}

static void add(struct side *side, const void *message, size_t size)
{
	struct wire_header header;

	if (size < WIRE_HEADER_SIZE || side->n == REPLIES_MAX)
		return;
	memcpy(&header, message, sizeof(header));
	if (header.opcode < ORIEL_OPCODE_CHANNEL || header.opcode == GLM_PRESENTED)
		return;
	/* One that travelled as bulk is sent whole here. */
	if (header.flags & GL_FLAG_BULK || size > ORIEL_MESSAGE_MAX)
		return;
	side->replies[side->n++] = (struct reply){ .opcode = header.opcode,
		.hash = message_hash(
			(const uint8_t *)message + WIRE_HEADER_SIZE, size - WIRE_HEADER_SIZE) };
}

void replies_sent(struct replies *replies, const void *message, size_t size)
{
	add(&replies->sent, message, size);
}

void replies_recorded(struct replies *replies, const void *message, size_t size)
{
	add(&replies->recorded, message, size);
}

static void note_difference(struct report_end *end, uint16_t opcode)
{
	uint32_t i = 0;

	end->differ++;
	while (i < end->n_commands && end->commands[i].opcode != opcode)
		i++;
	if (i == REPORT_COMMANDS_MAX)
		return;
	if (i == end->n_commands)
		end->commands[end->n_commands++] = (struct report_command){ .opcode = opcode };
	end->commands[i].n++;
}

void replies_settle(struct replies *replies, struct report_end *end)
{
	const struct side *sent = &replies->sent, *recorded = &replies->recorded;
	const size_t n = sent->n > recorded->n ? sent->n : recorded->n;

	for (size_t i = 0; i < n; i++) {
		const struct reply *a = i < sent->n ? &sent->replies[i] : NULL;
		const struct reply *b = i < recorded->n ? &recorded->replies[i] : NULL;

		end->replies++;
		if (!a || !b || a->opcode != b->opcode || a->hash != b->hash)
			note_difference(end, a ? a->opcode : b->opcode);
	}
	replies->sent.n = replies->recorded.n = 0;
}
