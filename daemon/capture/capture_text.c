/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_text.h"

#include <errno.h>
#include <inttypes.h>
#include <time.h>

#include "clean_text.h"
#include "message_text.h"
#include "util.h"

/* Text of a guest's making must not speak to a terminal. */
static void put_clean(FILE *out, const char *text)
{
	while (*text) {
		const size_t n = clean_character(text);

		fwrite(n > 0 ? text : "?", 1, n > 0 ? n : 1, out);
		text += n > 0 ? n : 1;
	}
}

static void put_line(FILE *out, const char *title, const char *text)
{
	fputs(title, out);
	put_clean(out, text);
	fputc('\n', out);
}

void capture_print_head(const struct glm_capture_head *head, FILE *out)
{
	const time_t seconds = (time_t)(head->time_ns / 1000000000u);
	char text[64] = "";
	struct tm utc;

	if (gmtime_r(&seconds, &utc))
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	put_line(out, "# program: ", head->program);
	put_line(out, "# time: ", text);
	put_line(out, "# renderer: ", head->renderer);
	put_line(out, "# driver: ", head->driver);
	fprintf(out, "# table: %016" PRIx64 "\n", head->table_hash);
	fprintf(out, "# compute shaders: %s\n", head->flags & GL_CAPTURE_COMPUTE ? "on" : "off");
}

const char *capture_end_words(enum capture_end end)
{
	switch (end) {
	case CAPTURE_END_CLOSED:
		return "complete: the channel ended";
	case CAPTURE_END_STOPPED:
		return "complete: it was stopped";
	case CAPTURE_END_FULL:
		return "truncated: it reached its size";
	case CAPTURE_END_CUT:
		break;
	}
	return "cut: its writer was ended";
}

/* The frame that a record belongs to: a present's and its picture's own, else the next. */
static uint64_t frame_of(const struct capture_item *item)
{
	const bool present = item->kind == GL_CAPTURE_GUEST && item->header.opcode == GLM_PRESENT;

	return present || item->kind == GL_CAPTURE_FRAME ? item->frame : item->frame + 1;
}

static void print_item(const struct capture_item *item, char *text, FILE *out)
{
	const bool guest = item->kind == GL_CAPTURE_GUEST;

	if (item->kind == GL_CAPTURE_FRAME) {
		fprintf(out, "# frame %" PRIu64 ": surface %u, %u x %u, %016" PRIx64 "\n",
			item->frame, item->sum.surface, item->sum.width, item->sum.height,
			item->sum.checksum);
		return;
	}
	if (item->kind == GL_CAPTURE_END)
		return;
	message_text(item->data, item->size, guest, item->bulk, (size_t)item->bulk_size, text,
		MESSAGE_TEXT_MAX);
	fprintf(out, "%8" PRIu64 " %12.6f %c %s", item->number, (double)item->time_ns / 1e9,
		guest ? '>' : '<', text);
	if (guest && item->header.opcode == GLM_PRESENT)
		fprintf(out, " # frame %" PRIu64, item->frame);
	fputc('\n', out);
}

int capture_print(struct capture_reader *reader, const struct capture_range *range, FILE *out,
	char ret_reason[CAPTURE_REASON_MAX])
{
	_cleanup_free_ char *text = malloc(MESSAGE_TEXT_MAX);
	struct capture_item item;
	int r;

	if (!text) {
		snprintf(ret_reason, CAPTURE_REASON_MAX, "there is no memory");
		return -ENOMEM;
	}
	capture_print_head(capture_reader_head(reader), out);
	while ((r = capture_reader_next(reader, &item, ret_reason)) > 0) {
		const uint64_t frame = frame_of(&item);

		if (frame > range->last)
			return 0;
		if (frame >= range->first)
			print_item(&item, text, out);
	}
	if (r == 0)
		fprintf(out, "# %s\n", capture_end_words(capture_reader_end(reader)));
	return r;
}
