/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A picture as pixman sees it. */
#ifndef ORIEL_VIEW_PIXMAP_H
#define ORIEL_VIEW_PIXMAP_H

#include <pixman.h>

#include "picture.h"

/* Borrows the pixels, which are written only as a target. NULL when memory is short. */
pixman_image_t *pixmap_of(const struct picture *picture);
/* NULL is fine. */
void pixmap_drop(pixman_image_t *image);

#endif
