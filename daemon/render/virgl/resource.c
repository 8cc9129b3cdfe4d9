/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "virgl/resource.h"

#include <errno.h>
#include <stddef.h>
#include <sys/uio.h>

#include <virglrenderer.h>

#include "virgl/clear.h"
#include "virgl/fresh.h"
#include "virgl/virgl.h"

#define RESOURCE_ID_MAX (1u << 30)
#define ROW_ALIGN       64u /* bytes */
#define ROWS_ALIGN      4u
#define RESOURCE_LEAST  4096u /* bytes that any resource takes in driver and virglrenderer */

static struct {
	uint32_t side_max; /* pixels of a texture's side */
	uint32_t last_id;
	bool clears;
} driver = { .side_max = 16384 };

void virgl_resource_limits(uint32_t max_texture_side)
{
	if (max_texture_side > 0 && max_texture_side < driver.side_max)
		driver.side_max = max_texture_side;
}

void virgl_resource_clears(bool clears)
{
	driver.clears = clears;
}

static uint32_t minify(uint32_t size, uint32_t level)
{
	return size >> level > 0 ? size >> level : 1;
}

static uint64_t blocks(uint64_t pixels, uint32_t block)
{
	return (pixels + block - 1) / block;
}

static bool is_array(uint32_t target)
{
	return target == VIRGL_TARGET_1D_ARRAY || target == VIRGL_TARGET_2D_ARRAY ||
	       target == VIRGL_TARGET_CUBE_ARRAY;
}

/* Layers, faces or slices at a level. */
static uint32_t layers(const struct virgl_resource_desc *desc, uint32_t level)
{
	if (desc->target == VIRGL_TARGET_3D)
		return minify(desc->depth, level);
	if (desc->target == VIRGL_TARGET_CUBE)
		return 6;
	return is_array(desc->target) ? desc->array_size : 1;
}

/*
 * Drivers lay rows out from multiples of 64 bytes, and in groups of four: without that a texture
 * one pixel wide would take a hundred times what it is counted for.
 */
static uint64_t level_bytes(const struct virgl_resource *resource, uint32_t level)
{
	const struct virgl_resource_desc *desc = &resource->desc;
	uint64_t row = blocks(minify(desc->width, level), resource->format.width);
	uint64_t rows = blocks(minify(desc->height, level), resource->format.height);

	row = (row * resource->format.bytes + ROW_ALIGN - 1) & ~(uint64_t)(ROW_ALIGN - 1);
	rows = (rows + ROWS_ALIGN - 1) & ~(uint64_t)(ROWS_ALIGN - 1);
	return row * rows * layers(desc, level) * (desc->samples > 1 ? desc->samples : 1);
}

static const char *check_buffer(struct virgl_resource *resource)
{
	const struct virgl_resource_desc *desc = &resource->desc;

	if (desc->width == 0)
		return "a buffer's size";
	if (desc->height != 1 || desc->depth != 1 || desc->array_size > 1 || desc->last_level > 0 ||
		desc->samples > 1)
		return "a buffer's shape";
	/* A buffer is bytes, whatever its views are. */
	resource->format = (struct virgl_format){ .bytes = 1, .width = 1, .height = 1 };
	resource->bytes = RESOURCE_LEAST + (uint64_t)desc->width;
	return NULL;
}

static const char *check_sides(const struct virgl_resource_desc *desc)
{
	bool flat = desc->target == VIRGL_TARGET_1D || desc->target == VIRGL_TARGET_1D_ARRAY;
	bool cube = desc->target == VIRGL_TARGET_CUBE || desc->target == VIRGL_TARGET_CUBE_ARRAY;

	if (desc->width == 0 || desc->height == 0 || desc->width > driver.side_max ||
		desc->height > driver.side_max || (flat && desc->height != 1) ||
		(cube && desc->width != desc->height))
		return "a texture's size";
	if (desc->depth == 0 || desc->depth > VIRGL_LAYERS_MAX ||
		(desc->target != VIRGL_TARGET_3D && desc->depth != 1))
		return "a texture's depth";
	if (desc->array_size > VIRGL_LAYERS_MAX || (is_array(desc->target) && desc->array_size == 0) ||
		(desc->target == VIRGL_TARGET_CUBE && desc->array_size != 6) ||
		(desc->target == VIRGL_TARGET_CUBE_ARRAY && desc->array_size % 6 != 0) ||
		(!is_array(desc->target) && !cube && desc->array_size > 1))
		return "a texture's layers";
	return NULL;
}

static const char *check_levels(const struct virgl_resource_desc *desc)
{
	uint32_t side = desc->width > desc->height ? desc->width : desc->height;

	if (desc->depth > side)
		side = desc->depth;
	if (desc->last_level > 31 || side >> desc->last_level == 0)
		return "a texture's levels";
	if (desc->samples > VIRGL_SAMPLES_MAX)
		return "a texture's samples";
	if (desc->samples > 1 &&
		(desc->last_level > 0 ||
			(desc->target != VIRGL_TARGET_2D && desc->target != VIRGL_TARGET_2D_ARRAY)))
		return "a multisampled texture's shape";
	return NULL;
}

const char *virgl_resource_check(struct virgl_resource *resource)
{
	const struct virgl_resource_desc *desc = &resource->desc;
	const char *wrong;

	if (desc->target >= VIRGL_TARGETS)
		return "a resource's target";
	if (!virgl_format_find(desc->format, &resource->format))
		return "a resource's format";
	if (desc->target == VIRGL_TARGET_BUFFER)
		return check_buffer(resource);
	wrong = check_sides(desc);
	if (!wrong)
		wrong = check_levels(desc);
	if (wrong)
		return wrong;
	resource->bytes = 0;
	for (uint32_t level = 0; level <= desc->last_level; level++)
		resource->bytes += level_bytes(resource, level);
	if (resource->bytes > VIRGL_RESOURCE_BYTES_MAX)
		return "a texture's bytes";
	resource->bytes += RESOURCE_LEAST;
	return NULL;
}

/* The next number that no resource has; numbers come again as late as possible. */
static uint32_t next_id(void)
{
	struct virgl_renderer_resource_info info;

	do {
		driver.last_id = driver.last_id >= RESOURCE_ID_MAX ? 1 : driver.last_id + 1;
	} while (virgl_renderer_resource_get_info((int)driver.last_id, &info) == 0);
	return driver.last_id;
}

/* Counts it, if the limits allow it. */
static bool take(struct virgl_resource *resource)
{
	bool buffer = resource->desc.target == VIRGL_TARGET_BUFFER;

	if (resource->bytes - RESOURCE_LEAST > quota_limit(LIMIT_RESOURCE_SIZE) ||
		(buffer && resource->desc.width > VIRGL_BUFFER_BYTES_MAX)) {
		quota_refuse(resource->owner, LIMIT_RESOURCE_SIZE, resource->bytes);
		return false;
	}
	if (!quota_take(resource->owner, LIMIT_RESOURCES, 1))
		return false;
	if (quota_take(resource->owner, LIMIT_RESOURCE_BYTES, resource->bytes))
		return true;
	quota_give(resource->owner, LIMIT_RESOURCES, 1);
	return false;
}

static void give(struct virgl_resource *resource)
{
	quota_give(resource->owner, LIMIT_RESOURCES, 1);
	quota_give(resource->owner, LIMIT_RESOURCE_BYTES, resource->bytes);
	resource->id = 0;
}

void virgl_resource_create(struct virgl_resource *resource, uint32_t context)
{
	const struct virgl_resource_desc *desc = &resource->desc;
	struct virgl_renderer_resource_create_args args = {
		.handle = next_id(),
		.target = desc->target,
		.format = desc->format,
		.bind = desc->bind,
		.width = desc->width,
		.height = desc->height,
		.depth = desc->depth,
		.array_size = desc->array_size,
		.last_level = desc->last_level,
		.nr_samples = desc->samples,
	};

	resource->id = 0;
	if (!take(resource))
		return;
	virgl_enter(context);
	if (virgl_renderer_resource_create(&args, NULL, 0) != 0) {
		give(resource);
		return;
	}
	resource->id = args.handle;
	resource->context = context;
	/* A software driver is done with vertices, indices and uniforms when it has taken a draw. */
	resource->late = desc->target == VIRGL_TARGET_BUFFER && !virgl_software();
	virgl_renderer_ctx_attach_resource((int)context, (int)resource->id);
	if (driver.clears && virgl_resource_clear(resource) < 0)
		virgl_resource_destroy(resource);
}

struct virgl_box virgl_resource_box(const struct virgl_resource *resource, uint32_t level)
{
	const struct virgl_resource_desc *desc = &resource->desc;

	return (struct virgl_box){ 0, 0, 0, minify(desc->width, level), minify(desc->height, level),
		layers(desc, level) };
}

void virgl_resource_destroy(struct virgl_resource *resource)
{
	if (resource->id == 0)
		return;
	virgl_enter(resource->context);
	virgl_renderer_resource_unref(resource->id);
	give(resource);
}

static bool inside(const struct virgl_resource *resource, const struct virgl_transfer *transfer)
{
	const struct virgl_resource_desc *desc = &resource->desc;
	const struct virgl_box *box = &transfer->box;

	if (transfer->level > desc->last_level || desc->samples > 1)
		return false;
	return box->w > 0 && box->h > 0 && box->d > 0 &&
	       (uint64_t)box->x + box->w <= minify(desc->width, transfer->level) &&
	       (uint64_t)box->y + box->h <= minify(desc->height, transfer->level) &&
	       (uint64_t)box->z + box->d <= layers(desc, transfer->level) &&
	       box->x % resource->format.width == 0 && box->y % resource->format.height == 0;
}

uint64_t virgl_transfer_size(const struct virgl_resource *resource, struct virgl_transfer *transfer)
{
	const struct virgl_box *box = &transfer->box;
	uint64_t row, rows, stride, layer;

	if (!inside(resource, transfer))
		return 0;
	row = blocks(box->w, resource->format.width) * resource->format.bytes;
	rows = blocks(box->h, resource->format.height);
	/* Strides count only where there is a second row or layer. */
	stride = rows > 1 && transfer->stride > 0 ? transfer->stride : row;
	layer = box->d > 1 && transfer->layer_stride > 0 ? transfer->layer_stride : stride * rows;
	if (stride < row || stride > VIRGL_TRANSFER_BYTES_MAX || layer < stride * rows ||
		layer > VIRGL_TRANSFER_BYTES_MAX || layer * box->d > VIRGL_TRANSFER_BYTES_MAX)
		return 0;
	transfer->stride = (uint32_t)stride;
	transfer->layer_stride = box->d > 1 ? (uint32_t)layer : 0;
	return layer * box->d;
}

uint64_t virgl_transfer_span(
	const struct virgl_resource *resource, const struct virgl_transfer *transfer)
{
	const struct virgl_box *box = &transfer->box;
	uint64_t row = blocks(box->w, resource->format.width) * resource->format.bytes;
	uint64_t rows = blocks(box->h, resource->format.height);

	return (uint64_t)transfer->layer_stride * (box->d - 1) + transfer->stride * (rows - 1) + row;
}

void virgl_transfer_whole_rows(const struct virgl_resource *resource, struct virgl_transfer *transfer)
{
	const struct virgl_resource_desc *desc = &resource->desc;
	uint32_t level = transfer->level < 32 ? transfer->level : 31;
	uint64_t stride =
		blocks(minify(desc->width, level), resource->format.width) * resource->format.bytes;
	uint64_t layer = stride * blocks(minify(desc->height, level), resource->format.height);

	/* A resource's bytes are far below what these hold. */
	transfer->stride = (uint32_t)stride;
	transfer->layer_stride = (uint32_t)layer;
}

int virgl_transfer_get(const struct virgl_resource *resource, const struct virgl_transfer *transfer,
	void *data, uint64_t size)
{
	struct iovec iov = { .iov_base = data, .iov_len = size };
	struct virgl_box box = transfer->box;
	int r;

	if (resource->id == 0)
		return -ENOENT;
	virgl_fresh_memory(true);
	r = virgl_renderer_transfer_read_iov(resource->id, resource->context, transfer->level,
		transfer->stride, transfer->layer_stride, &box, 0, &iov, 1);
	virgl_fresh_memory(false);
	return r == 0 ? 0 : -EIO;
}

int virgl_transfer_put(const struct virgl_resource *resource, const struct virgl_transfer *transfer,
	void *data, uint64_t size)
{
	struct iovec iov = { .iov_base = data, .iov_len = size };
	struct virgl_box box = transfer->box;

	if (resource->id == 0)
		return -ENOENT;
	return virgl_renderer_transfer_write_iov(resource->id, resource->context,
		       (int)transfer->level, transfer->stride, transfer->layer_stride, &box, 0,
		       &iov, 1) == 0
		       ? 0
		       : -EIO;
}
