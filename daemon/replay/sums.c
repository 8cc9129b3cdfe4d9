/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "sums.h"

#include <errno.h>
#include <inttypes.h>

#include "util.h"

#define LINE_MAX_BYTES 1024u

void sums_finish(struct sums *sums)
{
	free(sums->list);
	*sums = (struct sums){ 0 };
}

int sums_add(struct sums *sums, uint64_t frame, uint64_t sum)
{
	if (sums->n > 0 && frame <= sums->list[sums->n - 1].frame)
		return -EINVAL;
	if (sums->n == sums->room) {
		const size_t room = sums->room ? sums->room * 2 : 256;
		struct frame_checksum *list = reallocarray(sums->list, room, sizeof(*list));

		if (!list)
			return -ENOMEM;
		sums->list = list;
		sums->room = room;
	}
	sums->list[sums->n++] = (struct frame_checksum){ frame, sum };
	return 0;
}

bool sums_find(const struct sums *sums, uint64_t frame, uint64_t *ret_sum)
{
	size_t low = 0, high = sums->n;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (sums->list[middle].frame == frame) {
			*ret_sum = sums->list[middle].sum;
			return true;
		}
		if (sums->list[middle].frame < frame)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

void sums_print(FILE *out, const struct frame_line *line)
{
	fprintf(out, "%6" PRIu64 " %12.6f %3" PRIu32 " %5" PRIu32 "x%-5" PRIu32 " %016" PRIx64,
		line->number, (double)line->time_ns / 1e9, line->surface, line->width, line->height,
		line->sum);
}

int sums_read(FILE *in, struct sums *sums)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), in)) {
		uint64_t frame, sum;
		int r;

		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (sscanf(line, "%" SCNu64 " %*f %*u %*ux%*u %16" SCNx64, &frame, &sum) != 2)
			return -EINVAL;
		r = sums_add(sums, frame, sum);
		if (r < 0)
			return r;
	}
	return ferror(in) ? -EIO : 0;
}
