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

/* With the lock held: the newest frame looks as the one published last, which the view still has. */
static bool same_post(struct surface *surface)
{
	struct note *note;

	if (surface->slots[surface->shown].state != SLOT_VIEW)
		return false;
	note = note_create(surface->surfaces, &ipc_frame_same_type);
	if (!note)
		return false;
	note->message.same = (struct ipc_frame_same){
		.surface = surface->id,
		.sequence = surface->sequence,
		.time_ns = surface->time_ns,
	};
	surface->published = surface->sequence;
	surface->wanted = false;
	rects_clear(&surface->unpublished);
	mailbox_post(&surface->surfaces->mailbox, &note->mail);
	return true;
}

/*
 * Looks at what the newest frame really changed since the one published last, if the stream's
 * pixels tell. True: nothing, and the view process was told so.
 */
static bool surface_compare(struct surface *surface, const struct pixels *pixels, uint32_t generation)
{
	const struct ring_geometry *geometry = &surface->ring.geometry;
	struct rects changed = { 0 };
	bool same;

	if (surface->unpublished.n > 0)
		damage_compare(pixels, ring_slot(&surface->ring, surface->shown), geometry->stride,
			ring_format_bytes(geometry->format), &changed);
	surface->unpublished = changed;
	if (changed.n > 0)
		return false;
	pthread_mutex_lock(&surface->surfaces->lock);
	same = generation == surface->surfaces->generation && same_post(surface);
	pthread_mutex_unlock(&surface->surfaces->lock);
	return same;
}

/* What a slot lacks: from the stream's pixels if they have all of it. 0 or negative errno. */
static int slot_fill(struct surface *surface, const struct slot *slot, uint8_t *to, bool retained,
	const struct pixels *pixels)
{
	const struct ring_geometry *geometry = &surface->ring.geometry;

	if (retained || !pixels->data || !damage_inside(&slot->stale, &pixels->rect))
		return surface->ops->read(
			surface->data, retained, &slot->stale, to, geometry->stride);
	damage_copy(pixels, &slot->stale, to, geometry->stride, ring_format_bytes(geometry->format));
	return 0;
}

/* Writes what the slot lacks. 0 or negative errno. */
static int slot_write(struct surface *surface, struct slot *slot, uint8_t *to, bool retained,
	const struct pixels *pixels)
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
	r = slot_fill(surface, slot, to, retained, pixels);
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
	surface->shown = index;
	surface->surfaces->readbacks++;
	if (retained) {
		surface->unpublished = surface->since_retained;
		return;
	}
	surface->wanted = false;
	rects_clear(&surface->unpublished);
}

/* With the lock held: whether the slot published last tells what the newest frame changed. */
static bool comparable(const struct surface *surface, const struct pixels *pixels)
{
	return surface->published > 0 && surface->slots[surface->shown].state == SLOT_VIEW &&
	       (surface->unpublished.n == 0 ||
		       (pixels->data && damage_inside(&surface->unpublished, &pixels->rect)));
}

/* Publishes if it can. `pixels` are the newest frame's, if it has any. */
static void surface_try(struct surface *surface, const struct pixels *pixels)
{
	struct surfaces *surfaces = surface->surfaces;
	enum source source;
	uint32_t generation;
	bool compare;
	int index, r;

	pthread_mutex_lock(&surfaces->lock);
	source = surface_source(surface);
	compare = source == SOURCE_NEWEST && comparable(surface, pixels);
	generation = surfaces->generation;
	pthread_mutex_unlock(&surfaces->lock);
	if (source == SOURCE_NONE || (compare && surface_compare(surface, pixels, generation)))
		return;
	pthread_mutex_lock(&surfaces->lock);
	index = generation == surfaces->generation ? slot_take(surface) : -1;
	pthread_mutex_unlock(&surfaces->lock);
	if (index < 0)
		return;
	r = slot_write(surface, &surface->slots[index], ring_slot(&surface->ring, (uint32_t)index),
		source == SOURCE_RETAINED, pixels);
	pthread_mutex_lock(&surfaces->lock);
	if (r < 0 || generation != surfaces->generation)
		surface->slots[index].state = SLOT_FREE;
	else
		surface_publish(surface, (uint32_t)index, source == SOURCE_RETAINED);
	pthread_mutex_unlock(&surfaces->lock);
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

void surface_present(struct surface *surface, const struct pixels *pixels)
{
	const struct ring_geometry *geometry = &surface->ring.geometry;
	struct ipc_rect all = { .width = geometry->width, .height = geometry->height };
	const struct ipc_rect *damage = surface->sequence == 0 ? &all : &pixels->rect;

	/* Where no command ran since the last present, nothing was drawn. */
	if (surface->advanced || surface->sequence == 0) {
		for (uint32_t i = 0; i < RING_SLOTS; i++)
			rects_add(&surface->slots[i].stale, damage);
		rects_add(&surface->unpublished, damage);
		rects_add(&surface->since_retained, damage);
	}
	surface->sequence++;
	surface->time_ns = clock_ns();
	surface->advanced = false;
	surface_try(surface, pixels);
	surface_retain(surface);
}

void surface_advance(struct surface *surface)
{
	surface->advanced = true;
}

void surface_serve(struct surface *surface)
{
	static const struct pixels none;

	surface_try(surface, &none);
}
