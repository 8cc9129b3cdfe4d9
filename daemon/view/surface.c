/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "surface.h"

#include <errno.h>
#include <stdlib.h>

static int surface_init(struct surface *surface, const struct ipc_surface *message, int fd)
{
	const struct ring_geometry geometry = {
		.width = message->width,
		.height = message->height,
		.stride = message->stride,
		.format = message->format,
		.slots = message->slots,
	};
	size_t size;
	int r;

	if ((uint64_t)geometry.width * geometry.height > IPC_SURFACE_PIXELS_MAX)
		return -EFBIG;
	r = ring_open(&surface->ring, fd, &geometry);
	if (r < 0)
		return r;
	surface->picture = (struct picture){
		.width = geometry.width,
		.height = geometry.height,
		.stride = geometry.stride,
		.format = geometry.format,
	};
	if (!picture_direct(geometry.format)) {
		size = (size_t)geometry.width * geometry.height * 4;
		surface->converted = malloc(size);
		if (!surface->converted)
			return -ENOMEM;
		surface->picture.format = RING_BGRX;
		surface->picture.stride = geometry.width * 4;
		surface->picture.pixels = surface->converted;
	}
	return tiles_init(&surface->tiles, geometry.width, geometry.height);
}

int surface_create(const struct ipc_surface *message, int fd, struct surface **ret_surface)
{
	struct surface *surface = calloc(1, sizeof(*surface));
	int r = -ENOMEM;

	if (surface) {
		list_init(&surface->link);
		surface->id = message->surface;
		surface->stream = message->stream;
		surface->current = -1;
		surface->ring.fd = -1;
		r = surface_init(surface, message, fd);
	}
	close(fd);
	if (r < 0) {
		surface_destroy(surface);
		return r;
	}
	*ret_surface = surface;
	return 0;
}

void surface_destroy(struct surface *surface)
{
	if (!surface)
		return;
	list_remove(&surface->link);
	ring_finish(&surface->ring);
	tiles_finish(&surface->tiles);
	free(surface->converted);
	free(surface);
}

int surface_check_frame(
	struct surface *surface, const struct ipc_frame *frame, const char **ret_reason)
{
	const struct ring_geometry *geometry = &surface->ring.geometry;

	*ret_reason = NULL;
	if (frame->slot >= geometry->slots)
		*ret_reason = "a slot that the ring does not have";
	else if (surface->slots_held & (1u << frame->slot))
		*ret_reason = "a slot that was not released";
	for (uint32_t i = 0; i < frame->n_damage; i++) {
		const struct ipc_rect *rect = &frame->damage[i];
		if ((uint64_t)rect->x + rect->width > geometry->width ||
			(uint64_t)rect->y + rect->height > geometry->height)
			*ret_reason = "damage outside the surface";
	}
	return *ret_reason ? -EINVAL : 0;
}

int surface_adopt(struct surface *surface, const struct ipc_frame *frame,
	struct tile_rects *ret_changed, int *ret_release)
{
	const struct ring_geometry *geometry = &surface->ring.geometry;
	struct picture slot = { geometry->width, geometry->height, geometry->stride,
		geometry->format, ring_slot(&surface->ring, frame->slot) };
	bool all = surface->missed || !surface->shown;

	*ret_release = (int)frame->slot;
	if (surface->converted) {
		if (picture_convert(&slot, surface->converted) < 0)
			return -ENOMEM;
	} else {
		*ret_release = surface->current;
		surface->current = (int)frame->slot;
		surface->picture = slot;
	}
	tiles_compare(&surface->tiles, &surface->picture, frame->damage, all ? 0 : frame->n_damage,
		ret_changed);
	surface->shown = true;
	surface->missed = false;
	return 0;
}

struct surface *surface_find(struct list *surfaces, uint32_t id)
{
	struct surface *surface;

	list_for_each(surface, surfaces, link) {
		if (surface->id == id)
			return surface;
	}
	return NULL;
}

struct surface *surface_choose(struct list *surfaces, uint32_t chosen)
{
	struct surface *surface = chosen != 0 ? surface_find(surfaces, chosen) : NULL;

	if (surface)
		return surface;
	return list_empty(surfaces) ? NULL : list_entry(surfaces->prev, struct surface, link);
}
