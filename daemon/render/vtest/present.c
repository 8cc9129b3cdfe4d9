/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Presents, which vtest does not have: the client reads its front buffer back itself, to show it on
 * its own screen. A TRANSFER_GET or TRANSFER_GET2 on a display target that no BUSY_WAIT on the same
 * resource precedes, and that such a BUSY_WAIT follows, is one; glReadPixels waits first.
 *
 * In version 0 Mesa reads the answer to that BUSY_WAIT before the pixels, so it is sent first. The
 * read is held until the command after it is there; Mesa sends both at once.
 */
#include <errno.h>
#include <string.h>

#include "virgl/copy.h"
#include "vtest/client.h"
#include "worker.h"

#define BUSY_WAIT      7u
#define BUSY_WAIT_FLAG 1u

/* Where a rectangle of a picture with rows of `stride` bytes begins. */
static uint8_t *place(uint8_t *pixels, uint32_t stride, const struct ipc_rect *rect, uint32_t bytes)
{
	return pixels + (size_t)rect->y * stride + (size_t)rect->x * bytes;
}

static int on_read(
	void *data, bool retained, const struct rects *rects, uint8_t *pixels, uint32_t stride)
{
	const struct vtest_resource *resource = data;
	const struct virgl_resource *source = retained ? &resource->copy : &resource->virgl;
	int r = 0;

	for (uint32_t i = 0; i < rects->n && r == 0; i++) {
		const struct ipc_rect *rect = &rects->rects[i];
		struct virgl_transfer transfer = { .stride = stride,
			.box = { rect->x, rect->y, 0, rect->width, rect->height, 1 } };
		uint64_t size = virgl_transfer_size(source, &transfer);
		/* Counts whole rows; the last one ends with the rectangle. */
		if (size == 0)
			return -EINVAL;
		r = virgl_transfer_get(
			source, &transfer, place(pixels, stride, rect, source->format.bytes), size);
	}
	return r;
}

static int on_retain(void *data, const struct ipc_rect *rect)
{
	struct vtest_resource *resource = data;
	struct ipc_rect all = { .width = resource->virgl.desc.width,
		.height = resource->virgl.desc.height };
	int r;

	if (resource->copy.id > 0)
		return virgl_copy_update(&resource->virgl, &resource->copy, rect);
	r = virgl_copy_create(&resource->virgl, &resource->copy);
	if (r < 0)
		return r;
	return virgl_copy_update(&resource->virgl, &resource->copy, &all);
}

static void on_wake(void *data)
{
	const struct vtest_resource *resource = data;

	uv_async_send(&resource->client->host->wake);
}

static const struct surface_ops surface_ops = {
	.read = on_read,
	.retain = on_retain,
	.wake = on_wake,
};

void vtest_present_end(struct vtest_resource *resource)
{
	surface_destroy(resource->surface);
	resource->surface = NULL;
	list_remove(&resource->shown_link);
	virgl_resource_destroy(&resource->copy);
}

/* At the first present of a resource. */
static void show(struct vtest_resource *resource)
{
	const struct virgl_resource_desc *desc = &resource->virgl.desc;
	struct vtest_client *client = resource->client;
	struct ring_geometry geometry = { .width = desc->width,
		.height = desc->height,
		.format = virgl_format_ring(desc->format) };
	int r = -ENOTSUP;

	if (geometry.format > 0 && resource->virgl.id > 0 && desc->samples <= 1)
		r = surface_create(client->host->surfaces, client->stream->id, &geometry,
			&surface_ops, resource, &resource->surface);
	if (r == 0) {
		list_append(&client->shown, &resource->shown_link);
		return;
	}
	resource->hidden = true;
	log_limited(&client->limit, LOG_LEVEL_WARNING,
		"stream %u (%s): not shown: %ux%u in format %u: %s", client->stream->id,
		client->program, desc->width, desc->height, desc->format, strerror(-r));
}

/* Hands over the pixels. Returns where they are until the next reply; NULL: there are none. */
static const uint8_t *answer(struct vtest_client *client, const struct vtest_transfer *get)
{
	struct vtest_transfer to = *get;

	if (!to.data)
		to.data = vtest_reply_space(client, to.data_size);
	if (!to.data)
		return NULL;
	if (vtest_transfer_read(&to) == 0)
		return to.data;
	/* A client that is refused still gets its bytes: it waits for them. */
	if (!get->data)
		memset(to.data, 0, to.data_size);
	return NULL;
}

void vtest_busy_reply(struct vtest_client *client, bool busy)
{
	const uint32_t reply[3] = { 1, BUSY_WAIT, busy };

	vtest_reply(client, reply, sizeof(reply));
}

static void present(struct vtest_client *client, const struct vtest_transfer *get)
{
	const struct virgl_box *box = &get->virgl.box;
	struct pixels pixels = { { box->x, box->y, box->w, box->h }, NULL, get->virgl.stride };
	struct vtest_resource *resource = get->resource;

	if (!resource->surface && !resource->hidden)
		show(resource);
	atomic_fetch_add(&client->stream->presents, 1);
	pace_present(&client->pace, clock_ns());
	vtest_busy_reply(client, false);
	pixels.data = answer(client, get);
	if (resource->surface)
		surface_present(resource->surface, &pixels);
}

static bool could_be_present(const struct vtest_client *client, const struct vtest_transfer *get)
{
	const struct virgl_resource_desc *desc = &get->resource->virgl.desc;

	return (desc->bind & VIRGL_BIND_DISPLAY_TARGET) && client->waited != get->resource->handle &&
	       (desc->target == VIRGL_TARGET_2D || desc->target == VIRGL_TARGET_RECT) &&
	       get->virgl.level == 0 && get->virgl.box.d == 1;
}

/* Answers it, or holds it until it is known whether it is a present. */
static void on_get(struct vtest_client *client, const struct vtest_transfer *get)
{
	if (could_be_present(client, get))
		client->held = *get;
	else
		answer(client, get);
	client->waited = 0;
}

void vtest_on_transfer_get(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	struct vtest_transfer get;

	(void)size;
	if (vtest_transfer_parse(client, fields, &get))
		on_get(client, &get);
}

void vtest_on_transfer_get2(struct vtest_client *client, const uint32_t *fields, size_t size)
{
	struct vtest_transfer get;

	(void)size;
	if (vtest_transfer_parse2(client, fields, &get))
		on_get(client, &get);
}

static bool completes_present(const struct vtest_transfer *get, const struct vtest_command *next)
{
	uint32_t fields[2];

	if (next->id != BUSY_WAIT)
		return false;
	memcpy(fields, next->body, sizeof(fields));
	return fields[0] == get->resource->handle && fields[1] == BUSY_WAIT_FLAG;
}

uint32_t vtest_present_waits(struct vtest_client *client, const struct vtest_command *next)
{
	const struct vtest_resource *resource = client->held.resource;
	uint32_t ms;

	if (!resource || !completes_present(&client->held, next))
		return 0;
	if (!resource->surface && !resource->hidden && !surfaces_room(client->host->surfaces))
		return VTEST_CROWDED_MS;
	ms = pace_wait(&client->pace, clock_ns());
	if (ms > 0)
		quota_refuse(&client->quota, LIMIT_PRESENT_RATE, 1);
	return ms;
}

bool vtest_held_answer(struct vtest_client *client, const struct vtest_command *next)
{
	struct vtest_transfer get = client->held;
	bool both = completes_present(&get, next);

	client->held.resource = NULL;
	worker_begin(both ? "present" : "TRANSFER_GET");
	if (both)
		present(client, &get);
	else
		answer(client, &get);
	worker_end();
	return both;
}

void vtest_held_timeout(struct vtest_client *client)
{
	struct vtest_transfer get = client->held;

	client->held.resource = NULL;
	worker_begin("TRANSFER_GET");
	answer(client, &get);
	worker_end();
}

void vtest_advance(struct vtest_client *client)
{
	struct vtest_resource *resource;

	list_for_each(resource, &client->shown, shown_link)
		surface_advance(resource->surface);
}
