/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What really changed from one frame to the next. A renderer says at best which rectangles were
 * drawn; here each tile of 64x64 pixels that they touch is hashed and compared with its last hash.
 */
#ifndef ORIEL_VIEW_TILES_H
#define ORIEL_VIEW_TILES_H

#include "picture.h"

#define TILE_SIDE      64u
#define TILE_RECTS_MAX 128u

struct tiles {
	uint32_t columns, rows;
	bool known; /* hashes are of a picture */
	uint64_t *hashes;
};

/* Changed rectangles; with too many of them the bounds of many in place of each. */
struct tile_rects {
	uint32_t n;
	struct ipc_rect rects[TILE_RECTS_MAX];
};

/* For pictures of this size. 0 or -ENOMEM. */
int tiles_init(struct tiles *tiles, uint32_t width, uint32_t height);
/* Harmless on a zeroed one. */
void tiles_finish(struct tiles *tiles);

/*
 * Compares the tiles that the damage touches (n of 0: all) with those of the pictures seen before,
 * and remembers them. The rectangles lie inside the picture. Everything has changed the first time.
 */
void tiles_compare(struct tiles *tiles, const struct picture *picture,
	const struct ipc_rect *damage, uint32_t n, struct tile_rects *ret_changed);

#endif
