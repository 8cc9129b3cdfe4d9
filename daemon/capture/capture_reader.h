/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a capture (proto/gl/capture.md) record by record, and puts payloads together that came as
 * bulk. Captures are hostile: all is checked, and memory is bounded by the file's size.
 */
#ifndef CAPTURE_READER_H
#define CAPTURE_READER_H

#include <stdbool.h>
#include <stdio.h>

#include "gl_capture.h"
#include "glm_messages.h"

#define CAPTURE_REASON_MAX 256u

struct capture_reader;

/* Valid until the next is read. */
struct capture_item {
	enum gl_capture_kind kind;
	uint64_t number; /* of the record, the head being 0 */
	uint64_t time_ns;
	const void *data; /* 8-aligned: a message with its header, or what the kind says, coded */
	uint32_t size;
	struct wire_header header; /* of a message */
	/* What it names by its flag; NULL: it names none. */
	const void *bulk;
	uint64_t bulk_size;
	uint64_t frame;               /* presents up to here, itself included */
	struct glm_capture_frame sum; /* of GL_CAPTURE_FRAME */
};

enum capture_end {
	CAPTURE_END_CLOSED,  /* the channel ended */
	CAPTURE_END_STOPPED, /* as asked */
	CAPTURE_END_FULL,    /* at the limit of its size */
	CAPTURE_END_CUT,     /* its writer was ended */
};

/*
 * Takes file, also on failure; borrows nothing. 0, or negative errno with the reason in
 * ret_reason: -EBADMSG where it is no capture that this program understands.
 */
int capture_reader_create(
	FILE *file, struct capture_reader **ret_reader, char ret_reason[CAPTURE_REASON_MAX]);
/* The same with a file's name. */
int capture_reader_open(
	const char *path, struct capture_reader **ret_reader, char ret_reason[CAPTURE_REASON_MAX]);
void capture_reader_destroy(struct capture_reader *reader);

/* Lives as long as the reader. */
const struct glm_capture_head *capture_reader_head(const struct capture_reader *reader);

/* The next record: 1; 0 at the end; negative errno with the reason: what follows cannot be read. */
int capture_reader_next(struct capture_reader *reader, struct capture_item *ret_item,
	char ret_reason[CAPTURE_REASON_MAX]);
/* After 0. */
enum capture_end capture_reader_end(const struct capture_reader *reader);
/* Back to the first record behind the head. 0 or negative errno. */
int capture_reader_rewind(struct capture_reader *reader);

#endif
