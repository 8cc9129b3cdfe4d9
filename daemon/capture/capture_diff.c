/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "capture_text.h"
#include "message_text.h"
#include "util.h"

#define FRAMES_SHOWN 20u /* frames with different numbers of messages */
#define OPCODES      65536u

/* One of the two. */
struct side {
	struct capture_reader *reader;
	struct capture_item item;
	bool over;
	uint64_t frame_messages; /* of the frame under way */
	uint64_t messages, frames;
	uint64_t *frame_counts; /* messages of each frame */
	size_t frame_room;
	uint64_t *counts; /* by opcode */
};

static int note_frame(struct side *side)
{
	if (side->frames == side->frame_room) {
		const size_t room = side->frame_room ? side->frame_room * 2 : 1024;
		uint64_t *counts =
			reallocarray(side->frame_counts, room, sizeof(*side->frame_counts));

		if (!counts)
			return -ENOMEM;
		side->frame_counts = counts;
		side->frame_room = room;
	}
	side->frame_counts[side->frames++] = side->frame_messages;
	side->frame_messages = 0;
	return 0;
}

/* The next message that the guest meant: pieces of bulk count with the message that names them. */
static int advance(struct side *side, char *reason)
{
	int r;

	while (!side->over) {
		r = capture_reader_next(side->reader, &side->item, reason);
		if (r <= 0) {
			side->over = true;
			return r;
		}
		if (side->item.kind != GL_CAPTURE_GUEST ||
			side->item.header.opcode < ORIEL_OPCODE_CHANNEL)
			continue;
		side->messages++;
		side->frame_messages++;
		side->counts[side->item.header.opcode]++;
		return side->item.header.opcode == GLM_PRESENT ? note_frame(side) : 0;
	}
	return 0;
}

static const void *payload_of(const struct capture_item *item, uint64_t *ret_size)
{
	*ret_size = item->bulk ? item->bulk_size : item->size - WIRE_HEADER_SIZE;
	return item->bulk ? item->bulk : (const uint8_t *)item->data + WIRE_HEADER_SIZE;
}

static bool same(const struct capture_item *a, const struct capture_item *b)
{
	uint64_t a_size, b_size;
	const void *a_payload = payload_of(a, &a_size);
	const void *b_payload = payload_of(b, &b_size);

	return a->header.opcode == b->header.opcode && a_size == b_size &&
	       memcmp(a_payload, b_payload, (size_t)a_size) == 0;
}

static void print_side(const struct side *side, char name, char *text, FILE *out)
{
	const struct capture_item *item = &side->item;

	if (side->over) {
		fprintf(out, "%c: nothing more\n", name);
		return;
	}
	message_text(item->data, item->size, true, item->bulk, (size_t)item->bulk_size, text,
		MESSAGE_TEXT_MAX);
	fprintf(out, "%c: record %" PRIu64 ", %s\n", name, item->number, text);
}

static void print_first(const struct side sides[2], char *text, FILE *out)
{
	fprintf(out, "the first difference is message %" PRIu64 ", frame %" PRIu64 "\n",
		sides[sides[0].over].messages,
		sides[sides[0].over].frames + (sides[sides[0].over].frame_messages > 0));
	print_side(&sides[0], 'A', text, out);
	print_side(&sides[1], 'B', text, out);
}

static void print_counts(const struct side sides[2], FILE *out)
{
	fprintf(out, "%10s %10s  message\n", "A", "B");
	for (unsigned int opcode = 0; opcode < OPCODES; opcode++) {
		const uint64_t a = sides[0].counts[opcode], b = sides[1].counts[opcode];

		if (a != b)
			fprintf(out, "%10" PRIu64 " %10" PRIu64 "  %s\n", a, b,
				message_name((uint16_t)opcode));
	}
	fprintf(out, "%10" PRIu64 " %10" PRIu64 "  all messages\n", sides[0].messages,
		sides[1].messages);
	fprintf(out, "%10" PRIu64 " %10" PRIu64 "  frames\n", sides[0].frames, sides[1].frames);
}

static void print_frames(const struct side sides[2], FILE *out)
{
	const uint64_t n = sides[0].frames < sides[1].frames ? sides[0].frames : sides[1].frames;
	unsigned int shown = 0;

	for (uint64_t i = 0; i < n && shown < FRAMES_SHOWN; i++) {
		if (sides[0].frame_counts[i] == sides[1].frame_counts[i])
			continue;
		fprintf(out, "%10" PRIu64 " %10" PRIu64 "  in frame %" PRIu64 "\n",
			sides[0].frame_counts[i], sides[1].frame_counts[i], i + 1);
		shown++;
	}
	if (shown == FRAMES_SHOWN)
		fprintf(out, "only the first %u frames with different numbers are shown\n", shown);
}

/* 1 when they differ somewhere; both are read to their ends. */
static int compare(struct side sides[2], char *text, FILE *out, char *reason)
{
	bool differ = false;

	for (;;) {
		int r = advance(&sides[0], reason);

		if (r == 0)
			r = advance(&sides[1], reason);
		if (r < 0)
			return r;
		if (sides[0].over && sides[1].over)
			return differ;
		if (!differ &&
			(sides[0].over || sides[1].over || !same(&sides[0].item, &sides[1].item))) {
			differ = true;
			print_first(sides, text, out);
		}
	}
}

int capture_diff(struct capture_reader *a, struct capture_reader *b, FILE *out,
	char ret_reason[CAPTURE_REASON_MAX])
{
	_cleanup_free_ char *text = malloc(MESSAGE_TEXT_MAX);
	struct side sides[2] = { { .reader = a }, { .reader = b } };
	int r = -ENOMEM;

	snprintf(ret_reason, CAPTURE_REASON_MAX, "there is no memory");
	for (int i = 0; i < 2; i++)
		sides[i].counts = calloc(OPCODES, sizeof(*sides[i].counts));
	if (text && sides[0].counts && sides[1].counts)
		r = compare(sides, text, out, ret_reason);
	if (r == 1) {
		print_counts(sides, out);
		print_frames(sides, out);
	}
	if (r == 0)
		fprintf(out, "the same: %" PRIu64 " messages, %" PRIu64 " frames\n",
			sides[0].messages, sides[0].frames);
	for (int i = 0; i < 2; i++) {
		free(sides[i].counts);
		free(sides[i].frame_counts);
	}
	return r;
}
