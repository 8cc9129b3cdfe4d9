/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/copy.h"

#include <errno.h>

#include <virglrenderer.h>

#include "util.h"
#include "virgl/virgl.h"

#define BIND_RENDER_TARGET    (1u << 1)
#define BIND_SAMPLER_VIEW     (1u << 3)
#define CCMD_COPY_REGION      17u
#define CCMD_COPY_REGION_SIZE 13u

int virgl_copy_create(const struct virgl_resource *source, struct virgl_resource *ret_copy)
{
	struct virgl_resource copy = { .desc = source->desc };

	copy.desc.bind = BIND_RENDER_TARGET | BIND_SAMPLER_VIEW;
	copy.desc.last_level = 0;
	if (virgl_resource_check(&copy))
		return -EINVAL;
	virgl_resource_create(&copy, VIRGL_CONTEXT_HOST);
	if (copy.id == 0)
		return -EIO;
	*ret_copy = copy;
	return 0;
}

int virgl_copy_update(const struct virgl_resource *source, const struct virgl_resource *copy,
	const struct ipc_rect *rect)
{
	uint32_t command[] = {
		CCMD_COPY_REGION | CCMD_COPY_REGION_SIZE << 16,
		copy->id,
		0,
		rect->x,
		rect->y,
		0, /* to: level, x, y, z */
		source->id,
		0,
		rect->x,
		rect->y,
		0, /* from */
		rect->width,
		rect->height,
		1,
	};
	int r;

	virgl_renderer_ctx_attach_resource((int)VIRGL_CONTEXT_HOST, (int)source->id);
	r = virgl_submit(VIRGL_CONTEXT_HOST, command, (uint32_t)ARRAY_SIZE(command));
	virgl_renderer_ctx_detach_resource((int)VIRGL_CONTEXT_HOST, (int)source->id);
	return r;
}
