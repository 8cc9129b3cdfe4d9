/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Transfers between resources and a client's rows, which stand in its input (version 0) or in memory
 * that it shares (version 2). Everything is checked against the resource and the memory first.
 */
#include <string.h>

#include "virgl/virgl.h"
#include "vtest/client.h"

enum { /* dwords of TRANSFER3D and COPY_TRANSFER3D; up to depth they agree */
	INSIDE_HANDLE = 1,
	INSIDE_LEVEL = 2,
	INSIDE_STRIDE = 4,
	INSIDE_LAYER_STRIDE = 5,
	INSIDE_BOX = 6,
	TRANSFER3D_OFFSET = 12,
	TRANSFER3D_DIRECTION = 13,
	COPY_SOURCE = 12,
	COPY_OFFSET = 13,
	COPY_FLAGS = 14,
};

#define TRANSFER3D_TO_HOST  1u
#define COPY_FLAG_FROM_HOST 2u

static struct virgl_box box_at(const uint32_t *fields)
{
	return (struct virgl_box){ fields[0], fields[1], fields[2], fields[3], fields[4], fields[5] };
}

static struct vtest_resource *find(struct vtest_client *client, uint32_t handle)
{
	struct vtest_resource *resource = vtest_resource_find(client, handle);

	if (!resource)
		vtest_fail(client, "a transfer with a resource that it does not have (%u)", handle);
	return resource;
}

static bool outside(struct vtest_client *client, const struct virgl_box *box, uint64_t size)
{
	vtest_fail(client, "a transfer outside of its resource (%ux%u at %u,%u, %llu bytes)",
		box->w, box->h, box->x, box->y, (unsigned long long)size);
	return false;
}

bool vtest_transfer_parse(
	struct vtest_client *client, const uint32_t *fields, struct vtest_transfer *ret_transfer)
{
	struct vtest_resource *resource = find(client, fields[0]);
	struct virgl_transfer transfer = { .level = fields[1],
		.stride = fields[2],
		.layer_stride = fields[3],
		.box = box_at(fields + 4) };
	uint64_t need;

	if (!resource)
		return false;
	need = virgl_transfer_size(&resource->virgl, &transfer);
	if (need == 0 || need > fields[10] || fields[10] > VIRGL_TRANSFER_BYTES_MAX)
		return outside(client, &transfer.box, fields[10]);
	*ret_transfer = (struct vtest_transfer){ resource, transfer, fields[10], NULL };
	return true;
}

/* A transfer between `resource` and rows that begin at an offset in `memory`. */
static bool check_shared(struct vtest_client *client, struct vtest_resource *resource,
	const struct vtest_memory *memory, struct virgl_transfer *transfer, uint32_t offset,
	struct vtest_transfer *ret_transfer)
{
	if (transfer->stride == 0)
		virgl_transfer_whole_rows(&resource->virgl, transfer);
	if (virgl_transfer_size(&resource->virgl, transfer) == 0)
		return outside(client, &transfer->box, offset);
	if (offset > memory->size ||
		virgl_transfer_span(&resource->virgl, transfer) > memory->size - offset) {
		vtest_fail(client, "a transfer outside of its memory (%ux%u at %u of %zu bytes)",
			transfer->box.w, transfer->box.h, offset, memory->size);
		return false;
	}
	*ret_transfer = (struct vtest_transfer){ resource, *transfer, memory->size - offset,
		memory->data + offset };
	return true;
}

/* The size that a client gives is of no use: Mesa counts rows with the gaps that its window has. */
bool vtest_transfer_parse2(
	struct vtest_client *client, const uint32_t *fields, struct vtest_transfer *ret_transfer)
{
	struct vtest_resource *resource = find(client, fields[0]);
	struct virgl_transfer transfer = { .level = fields[1], .box = box_at(fields + 2) };

	return resource &&
	       check_shared(client, resource, &resource->memory, &transfer, fields[9], ret_transfer);
}

typedef int (*transfer_fn)(const struct virgl_resource *resource,
	const struct virgl_transfer *transfer, void *data, uint64_t size);

/* `transfer` is by value: for a single row its stride becomes that row's. */
static int run_part(const struct vtest_resource *resource, transfer_fn run,
	struct virgl_transfer transfer, uint8_t *data)
{
	uint64_t size = virgl_transfer_size(&resource->virgl, &transfer);

	return run(&resource->virgl, &transfer, data, size);
}

/*
 * virglrenderer wants room for whole rows, but memory may end with the last one's last pixel: then
 * layers, rows and the last row go by themselves.
 */
static int run_shared(const struct vtest_transfer *transfer, transfer_fn run)
{
	const struct vtest_resource *resource = transfer->resource;
	struct virgl_transfer part = transfer->virgl;
	uint32_t block = resource->virgl.format.height, layers = part.box.d - 1;
	uint32_t rows = (part.box.h - 1) / block;
	uint8_t *data = transfer->data;
	int r = 0;

	if (virgl_transfer_size(&resource->virgl, &part) <= transfer->data_size)
		return run_part(resource, run, part, data);
	if (layers > 0) {
		part.box.d = layers;
		r = run_part(resource, run, part, data);
		data += (size_t)layers * part.layer_stride;
		part.box.z += layers;
		part.box.d = 1;
	}
	if (rows > 0 && r == 0) {
		uint32_t height = part.box.h;
		part.box.h = rows * block;
		r = run_part(resource, run, part, data);
		data += (size_t)rows * part.stride;
		part.box.y += rows * block;
		part.box.h = height - rows * block;
	}
	return r < 0 ? r : run_part(resource, run, part, data);
}

int vtest_transfer_read(const struct vtest_transfer *transfer)
{
	return run_shared(transfer, virgl_transfer_get);
}

static void write_shared(struct vtest_client *client, const struct vtest_transfer *transfer)
{
	if (run_shared(transfer, virgl_transfer_put) < 0)
		log_limited(&client->limit, LOG_LEVEL_INFO, "stream %u (%s): a write was refused",
			client->stream->id, client->program);
}

void vtest_on_transfer_put(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	struct vtest_transfer put;

	(void)size;
	if (!vtest_transfer_parse(client, fields, &put))
		return;
	put.data = (uint8_t *)(uintptr_t)(fields + 11);
	vtest_advance(client);
	write_shared(client, &put);
}

void vtest_on_transfer_put2(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	struct vtest_transfer put;

	(void)size;
	if (!vtest_transfer_parse2(client, fields, &put))
		return;
	vtest_advance(client);
	write_shared(client, &put);
}

bool vtest_transfer_inside(struct vtest_client *client, const uint32_t *command)
{
	bool copy = (command[0] & 0xff) == VIRGL_CCMD_COPY_TRANSFER3D;
	struct vtest_resource *resource = find(client, command[INSIDE_HANDLE]);
	struct vtest_resource *source = copy ? find(client, command[COPY_SOURCE]) : resource;
	struct virgl_transfer transfer = { .level = command[INSIDE_LEVEL],
		.stride = command[INSIDE_STRIDE],
		.layer_stride = command[INSIDE_LAYER_STRIDE],
		.box = box_at(command + INSIDE_BOX) };
	struct vtest_transfer put;

	if (!resource || !source)
		return false;
	if (copy ? command[COPY_FLAGS] & COPY_FLAG_FROM_HOST
		 : command[TRANSFER3D_DIRECTION] != TRANSFER3D_TO_HOST) {
		vtest_fail(client, "a transfer from the host among its commands");
		return false;
	}
	if (!check_shared(client, resource, &source->memory, &transfer,
		    command[copy ? COPY_OFFSET : TRANSFER3D_OFFSET], &put))
		return false;
	/* Before any other the client waits itself. */
	if (copy && resource->virgl.late)
		virgl_finish(client->context);
	write_shared(client, &put);
	return true;
}
