/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A copy of a client's front buffer on the GPU, kept for a viewer who comes late. */
#ifndef ORIEL_VIRGL_COPY_H
#define ORIEL_VIRGL_COPY_H

#include "ipc_messages.h"
#include "virgl/resource.h"

/* Makes `ret_copy` for the first level of `source`: a 2D or rectangle texture. 0 or negative errno. */
int virgl_copy_create(const struct virgl_resource *source, struct virgl_resource *ret_copy);
/* Copies `rect` of the first level. 0 or negative errno. */
int virgl_copy_update(const struct virgl_resource *source, const struct virgl_resource *copy,
	const struct ipc_rect *rect);

#endif
