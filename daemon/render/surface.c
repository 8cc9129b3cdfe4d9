/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "surface.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "surface_internal.h"

/* Each surface is a descriptor and some messages for three processes: far more than windows need. */
#define SURFACES_BURST  IPC_SURFACES_MAX
#define SURFACE_EACH_MS 10u

void surface_describe(const struct surface *surface, struct ipc_surface *ret_message)
{
	const struct ring_geometry *geometry = &surface->ring.geometry;

	*ret_message = (struct ipc_surface){
		.surface = surface->id,
		.stream = surface->stream,
		.width = geometry->width,
		.height = geometry->height,
		.stride = geometry->stride,
		.format = geometry->format,
		.slots = geometry->slots,
	};
}

static void surface_announce(struct surface *surface)
{
	struct note *note = note_create(surface->surfaces, &ipc_surface_type);

	if (!note)
		return;
	surface_describe(surface, &note->message.surface);
	note->fd = fcntl(surface->ring.fd, F_DUPFD_CLOEXEC, 3);
	mailbox_post(&surface->surfaces->mailbox, &note->mail);
}

/* With the lock held: time gives back what was spent. */
static void surfaces_refill(struct surfaces *surfaces)
{
	uint64_t now = clock_ms();
	uint64_t back = (now - surfaces->refilled_ms) / SURFACE_EACH_MS;

	if (back == 0)
		return;
	surfaces->spent = back >= surfaces->spent ? 0 : surfaces->spent - (uint32_t)back;
	surfaces->refilled_ms = now;
}

bool surfaces_room(struct surfaces *surfaces)
{
	bool room;

	pthread_mutex_lock(&surfaces->lock);
	surfaces_refill(surfaces);
	room = !surfaces->crowded && surfaces->spent < SURFACES_BURST;
	pthread_mutex_unlock(&surfaces->lock);
	return room;
}

/* Enters the table, under the lock. */
static int surface_register(struct surface *surface)
{
	struct surfaces *surfaces = surface->surfaces;
	int r = 0;

	pthread_mutex_lock(&surfaces->lock);
	if (surfaces->n_surfaces >= IPC_SURFACES_MAX) {
		r = -ENOSPC;
	} else {
		surfaces->n_surfaces++;
		surfaces->spent += surfaces->spent < SURFACES_BURST;
		surface->id = ++surfaces->last_id;
		list_append(&surfaces->list, &surface->link);
		surface_announce(surface);
	}
	pthread_mutex_unlock(&surfaces->lock);
	return r;
}

int surface_create(struct surfaces *surfaces, uint32_t stream, const struct ring_geometry *geometry,
	const struct surface_ops *ops, void *data, struct surface **ret_surface)
{
	struct ring_geometry layout = *geometry;
	struct surface *surface;
	int r;

	if ((uint64_t)layout.width * layout.height > IPC_SURFACE_PIXELS_MAX)
		return -EFBIG;
	surface = calloc(1, sizeof(*surface));
	if (!surface)
		return -ENOMEM;
	layout.slots = RING_SLOTS;
	layout.stride = (layout.width * ring_format_bytes(layout.format) + 63u) & ~63u;
	surface->surfaces = surfaces;
	surface->stream = stream;
	surface->ops = ops;
	surface->data = data;
	r = ring_create(&surface->ring, &layout);
	if (r >= 0)
		r = surface_register(surface);
	if (r < 0) {
		ring_finish(&surface->ring);
		free(surface);
		return r;
	}
	*ret_surface = surface;
	return 0;
}

void surface_destroy(struct surface *surface)
{
	struct surfaces *surfaces;
	struct note *note;

	if (!surface)
		return;
	surfaces = surface->surfaces;
	pthread_mutex_lock(&surfaces->lock);
	list_remove(&surface->link);
	surfaces->n_surfaces--;
	note = note_create(surfaces, &ipc_surface_gone_type);
	if (note) {
		note->message.gone.surface = surface->id;
		mailbox_post(&surfaces->mailbox, &note->mail);
	}
	pthread_mutex_unlock(&surfaces->lock);
	ring_finish(&surface->ring);
	free(surface);
}

/* With the lock held: the free slot that needs least to be read, marked as being written, or -1. */
static int slot_take(struct surface *surface)
{
	uint64_t best_area = UINT64_MAX;
	int best = -1;

	for (int i = 0; i < (int)RING_SLOTS; i++) {
		const struct slot *slot = &surface->slots[i];
		uint64_t area = slot->whole ? rects_area(&slot->stale) : UINT64_MAX - 1;
		if (slot->state == SLOT_FREE && area < best_area) {
			best_area = area;
			best = i;
		}
	}
	if (best >= 0)
		surface->slots[best].state = SLOT_WRITING;
	return best;
}

/* With the lock held: tells the view process of the slot. */
static void frame_post(struct surface *surface, uint32_t index, bool retained)
{
	struct note *note = note_create(surface->surfaces, &ipc_frame_type);
	struct ipc_frame *frame;

	if (!note) {
		surface->slots[index].state = SLOT_FREE;
		return;
	}
	frame = &note->message.frame;
	frame->surface = surface->id;
	frame->slot = index;
	frame->retained = retained;
	frame->sequence = retained ? surface->retained_sequence : surface->sequence;
	frame->time_ns = retained ? surface->retained_time_ns : surface->time_ns;
	if (surface->published > 0) {
		frame->n_damage = (uint16_t)surface->unpublished.n;
		memcpy(frame->damage, surface->unpublished.rects,
			surface->unpublished.n * sizeof(frame->damage[0]));
	}
	surface->published = frame->sequence;
	surface->slots[index].state = SLOT_VIEW;
	mailbox_post(&surface->surfaces->mailbox, &note->mail);
}

/* Reads what the slot lacks. 0 or negative errno. */
static int slot_write(struct surface *surface, struct slot *slot, uint8_t *pixels, bool retained)
{
	const struct ring_geometry *geometry = &surface->ring.geometry;
	int r;

	/* What is stale tells the way forward only: a slot can be newer than the copy. */
	if (!slot->whole || (retained && slot->sequence > surface->retained_sequence)) {
		struct ipc_rect all = { .width = geometry->width, .height = geometry->height };
		rects_clear(&slot->stale);
		rects_add(&slot->stale, &all);
	}
	slot->whole = false;
	r = surface->ops->read(surface->data, retained, &slot->stale, pixels, geometry->stride);
	if (r < 0) {
		log_limited(&surface->limit, LOG_LEVEL_WARNING,
			"stream %u: surface %u cannot be read: %s", surface->stream, surface->id,
			strerror(-r));
		return r;
	}
	slot->whole = true;
	slot->sequence = retained ? surface->retained_sequence : surface->sequence;
	if (retained)
		slot->stale = surface->since_retained;
	else
		rects_clear(&slot->stale);
	return 0;
}

enum source {
	SOURCE_NONE,
	SOURCE_NEWEST,
	SOURCE_RETAINED,
};

/* With the lock held: where the standing want can be served from. */
static enum source surface_source(const struct surface *surface)
{
	if (!surface->wanted || surface->sequence == 0)
		return SOURCE_NONE;
	if (!surface->advanced && surface->sequence > surface->newer)
		return SOURCE_NEWEST;
	if (surface->advanced && surface->retained_sequence > surface->newer &&
		surface->retained_sequence > surface->published)
		return SOURCE_RETAINED;
	return SOURCE_NONE;
}

/* With the lock held: the slot was written for the view process that is still there. */
static void surface_publish(struct surface *surface, uint32_t index, bool retained)
{
	frame_post(surface, index, retained);
	surface->surfaces->readbacks++;
	if (retained) {
		surface->unpublished = surface->since_retained;
		return;
	}
	surface->wanted = false;
	rects_clear(&surface->unpublished);
}

/* Publishes if it can. Returns the slot it has written, or NULL. */
static const uint8_t *surface_try(struct surface *surface)
{
	struct surfaces *surfaces = surface->surfaces;
	enum source source;
	uint32_t generation;
	uint8_t *pixels;
	int index, r;

	pthread_mutex_lock(&surfaces->lock);
	source = surface_source(surface);
	index = source == SOURCE_NONE ? -1 : slot_take(surface);
	generation = surfaces->generation;
	pthread_mutex_unlock(&surfaces->lock);
	if (index < 0)
		return NULL;
	pixels = ring_slot(&surface->ring, (uint32_t)index);
	r = slot_write(surface, &surface->slots[index], pixels, source == SOURCE_RETAINED);
	pthread_mutex_lock(&surfaces->lock);
	if (r < 0 || generation != surfaces->generation)
		surface->slots[index].state = SLOT_FREE;
	else
		surface_publish(surface, (uint32_t)index, source == SOURCE_RETAINED);
	pthread_mutex_unlock(&surfaces->lock);
	return r < 0 || source == SOURCE_RETAINED ? NULL : pixels;
}

static void surface_retain(struct surface *surface)
{
	uint64_t now = clock_ms();
	struct ipc_rect bounds = rects_bounds(&surface->since_retained);

	if (surface->retained_sequence > 0 &&
		now - surface->retained_at_ms < surface->surfaces->retain_ms)
		return;
	if (surface->ops->retain(surface->data, &bounds) < 0)
		return;
	surface->retained_at_ms = now;
	surface->retained_sequence = surface->sequence;
	surface->retained_time_ns = surface->time_ns;
	rects_clear(&surface->since_retained);
	pthread_mutex_lock(&surface->surfaces->lock);
	surface->surfaces->retained++;
	pthread_mutex_unlock(&surface->surfaces->lock);
}

const uint8_t *surface_present(
	struct surface *surface, const struct ipc_rect *damage, uint32_t *ret_stride)
{
	const struct ring_geometry *geometry = &surface->ring.geometry;
	struct ipc_rect all = { .width = geometry->width, .height = geometry->height };
	const uint8_t *pixels;

	if (surface->sequence == 0)
		damage = &all;
	surface->sequence++;
	surface->time_ns = clock_ns();
	surface->advanced = false;
	for (uint32_t i = 0; i < RING_SLOTS; i++)
		rects_add(&surface->slots[i].stale, damage);
	rects_add(&surface->unpublished, damage);
	rects_add(&surface->since_retained, damage);
	pixels = surface_try(surface);
	surface_retain(surface);
	*ret_stride = geometry->stride;
	return pixels;
}

void surface_advance(struct surface *surface)
{
	surface->advanced = true;
}

void surface_serve(struct surface *surface)
{
	surface_try(surface);
}
