/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ORIEL_VIEW_IMAGE_H
#define ORIEL_VIEW_IMAGE_H

#include "picture.h"

/*
 * Writes a picture (RING_BGRX or RING_RGBX) as PNG without alpha to a new memfd, the caller's, read
 * from its start. *ret_size is in bytes. Blocks; may be called on any thread. 0 or negative errno.
 */
int image_encode(const struct picture *picture, int *ret_fd, uint64_t *ret_size);

#endif
