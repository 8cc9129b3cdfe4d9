/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture as text, and what is different between two. */
#ifndef CAPTURE_TEXT_H
#define CAPTURE_TEXT_H

#include "capture_reader.h"

/* Frames that are looked at, from 1; a message belongs to the frame of the present behind it. */
struct capture_range {
	uint64_t first, last;
};

/* What the head says, for people. */
void capture_print_head(const struct glm_capture_head *head, FILE *out);
/* "complete", "stopped", ... */
const char *capture_end_words(enum capture_end end);

/*
 * Every message with its arguments by name, one a line: record, seconds, the side that sent it (>
 * the guest, < the host). 0, or negative errno with the reason.
 */
int capture_print(struct capture_reader *reader, const struct capture_range *range, FILE *out,
	char ret_reason[CAPTURE_REASON_MAX]);

/*
 * What the guests of two captures sent: the first message that differs, how often each command came,
 * how many there were in each frame. 0: they are the same; 1: they are not; or negative errno.
 */
int capture_diff(struct capture_reader *a, struct capture_reader *b, FILE *out,
	char ret_reason[CAPTURE_REASON_MAX]);

#endif
