/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums of frames, as oriel-replay prints and compares them. */
#ifndef REPLAY_SUMS_H
#define REPLAY_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct frame_checksum {
	uint64_t frame, sum;
};

/* In the order of the frames. Zeroed at first. */
struct sums {
	struct frame_checksum *list;
	size_t n, room;
};

void sums_finish(struct sums *sums);
/* 0; -ENOMEM; or -EINVAL when the frame is not above those that are there. */
int sums_add(struct sums *sums, uint64_t frame, uint64_t sum);
/* False: the frame is not there. */
bool sums_find(const struct sums *sums, uint64_t frame, uint64_t *ret_sum);

/* One line: number, seconds, surface, size, checksum. */
struct frame_line {
	uint64_t number, time_ns, sum;
	uint32_t surface, width, height;
};

/* Without an end of line. */
void sums_print(FILE *out, const struct frame_line *line);
/* Such lines; those that begin with # and what follows a checksum do not count. 0 or negative errno. */
int sums_read(FILE *in, struct sums *sums);

#endif
