/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/clear.h"

#include <errno.h>
#include <stdlib.h>

#include "util.h"
#include "virgl/virgl.h"

#define CCMD_CLEAR_TEXTURE      47u
#define CCMD_CLEAR_TEXTURE_SIZE 12u
#define PIECE_BYTES             (1u << 20) /* zeros that are written at once */

/* Every level, by the driver (glClearTexImage). */
static int clear_texture(const struct virgl_resource *resource)
{
	int r = 0;

	for (uint32_t level = 0; r == 0 && level <= resource->desc.last_level; level++) {
		struct virgl_box box = virgl_resource_box(resource, level);
		uint32_t command[1 + CCMD_CLEAR_TEXTURE_SIZE] = {
			CCMD_CLEAR_TEXTURE | CCMD_CLEAR_TEXTURE_SIZE << 16,
			resource->id,
			level,
			0,
			0,
			0,
			box.w,
			box.h,
			box.d,
		};
		r = virgl_submit(resource->context, command, (uint32_t)ARRAY_SIZE(command));
	}
	return r;
}

/* Writes zeros into a box that fits into the piece. */
static int write_zeros(
	const struct virgl_resource *resource, uint32_t level, struct virgl_box box, void *zeros)
{
	struct virgl_transfer transfer = { .level = level, .box = box };
	uint64_t size = virgl_transfer_size(resource, &transfer);

	if (size == 0 || size > PIECE_BYTES)
		return -EINVAL;
	return virgl_transfer_put(resource, &transfer, zeros, size);
}

static int write_buffer(const struct virgl_resource *resource, void *zeros)
{
	int r = 0;

	for (uint32_t at = 0; r == 0 && at < resource->desc.width; at += PIECE_BYTES) {
		uint32_t left = resource->desc.width - at;
		struct virgl_box box = { at, 0, 0, left < PIECE_BYTES ? left : PIECE_BYTES, 1, 1 };
		r = write_zeros(resource, 0, box, zeros);
	}
	return r;
}

/* Compressed textures cannot be cleared by the driver: as many rows of blocks at once as fit. */
static int write_level(const struct virgl_resource *resource, uint32_t level, void *zeros)
{
	struct virgl_box all = virgl_resource_box(resource, level);
	uint32_t height = resource->format.height;
	uint64_t row = (uint64_t)((all.w + resource->format.width - 1) / resource->format.width) *
		       resource->format.bytes;
	uint32_t step = (uint32_t)(PIECE_BYTES / row) * height;
	int r = 0;

	for (uint32_t z = 0; z < all.d; z++) {
		for (uint32_t y = 0; r == 0 && y < all.h; y += step) {
			uint32_t left = all.h - y;
			struct virgl_box box = { 0, y, z, all.w, left < step ? left : step, 1 };
			r = write_zeros(resource, level, box, zeros);
		}
	}
	return r;
}

static int write_all(const struct virgl_resource *resource)
{
	_cleanup_free_ void *zeros = calloc(1, PIECE_BYTES);
	int r = 0;

	if (!zeros)
		return -ENOMEM;
	if (resource->desc.target == VIRGL_TARGET_BUFFER)
		return write_buffer(resource, zeros);
	for (uint32_t level = 0; r == 0 && level <= resource->desc.last_level; level++)
		r = write_level(resource, level, zeros);
	return r;
}

int virgl_resource_clear(const struct virgl_resource *resource)
{
	const struct virgl_resource_desc *desc = &resource->desc;
	bool blocks = resource->format.width > 1 || resource->format.height > 1;

	/* virglrenderer keeps these in memory of its own, which it clears. */
	if (desc->target == VIRGL_TARGET_BUFFER && desc->bind == VIRGL_BIND_CUSTOM)
		return 0;
	return desc->target == VIRGL_TARGET_BUFFER || blocks ? write_all(resource)
							     : clear_texture(resource);
}
