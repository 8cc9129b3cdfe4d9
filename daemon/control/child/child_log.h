/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a child's log pipe line by line and writes each line with the child's label. A child may
 * flood: lines are cut and counted out, and its pipe is left full for a while, so that only the
 * child waits.
 */
#ifndef ORIEL_CHILD_LOG_H
#define ORIEL_CHILD_LOG_H

#include <uv.h>

#define CHILD_LOG_LINE_MAX 1024u /* bytes; the rest of a longer line is dropped */
#define CHILD_LOG_BURST    400u  /* lines at once */
#define CHILD_LOG_RATE     100u  /* lines a second after that */
#define CHILD_LOG_BYTES_MAX \
	(1u << 20) /* bytes read in CHILD_LOG_PAUSE_MS before it is left to wait */
#define CHILD_LOG_PAUSE_MS 250u

struct child_log;

/*
 * Takes fd, also on failure. The label is copied. *level is read for each line: lines above it are
 * dropped. 0 or negative errno.
 */
int child_log_create(uv_loop_t *loop, int fd, const char *label, const uint32_t *level,
	struct child_log **ret_log);
/* Reads what is left in the pipe, at most a pipe's worth, and frees. NULL is fine. */
void child_log_destroy(struct child_log *log);

#endif
