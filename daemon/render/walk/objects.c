/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash table with linear probing, at most two thirds full; what is removed closes its gap. */
#include "walk/objects.h"

#include <stdlib.h>

#define CAPACITY_MIN 256u

struct virgl_object {
	uint32_t context, handle; /* handle 0: the place is free */
	uint32_t bytes;
};

static uint32_t home(const struct virgl_objects *objects, uint32_t context, uint32_t handle)
{
	uint64_t key = (uint64_t)context << 32 | handle;

	return (uint32_t)(key * 0x9e3779b97f4a7c15ull >> 32) & (objects->capacity - 1);
}

/* Its place, or the free one where it would be. */
static struct virgl_object *find(
	const struct virgl_objects *objects, uint32_t context, uint32_t handle)
{
	uint32_t at = home(objects, context, handle);

	while (objects->table[at].handle != 0 &&
		(objects->table[at].handle != handle || objects->table[at].context != context))
		at = (at + 1) & (objects->capacity - 1);
	return &objects->table[at];
}

static bool grow(struct virgl_objects *objects)
{
	struct virgl_objects larger = *objects;

	larger.capacity = objects->capacity > 0 ? objects->capacity * 2 : CAPACITY_MIN;
	larger.table = calloc(larger.capacity, sizeof(*larger.table));
	if (!larger.table)
		return false;
	for (uint32_t i = 0; i < objects->capacity; i++) {
		const struct virgl_object *object = &objects->table[i];
		if (object->handle != 0)
			*find(&larger, object->context, object->handle) = *object;
	}
	free(objects->table);
	*objects = larger;
	return true;
}

static void give(struct virgl_objects *objects, const struct virgl_object *object)
{
	quota_give(objects->owner, LIMIT_OBJECTS, 1);
	quota_give(objects->owner, LIMIT_SHADER_BYTES, object->bytes);
	objects->n--;
}

/* Those behind it in its run move up, as far as their own homes allow. */
static void close_gap(struct virgl_objects *objects, uint32_t gap)
{
	const uint32_t mask = objects->capacity - 1;

	for (uint32_t at = (gap + 1) & mask; objects->table[at].handle != 0; at = (at + 1) & mask) {
		const struct virgl_object *object = &objects->table[at];
		uint32_t from = home(objects, object->context, object->handle);
		if (((at - from) & mask) < ((at - gap) & mask))
			continue;
		objects->table[gap] = *object;
		gap = at;
	}
	objects->table[gap] = (struct virgl_object){ 0 };
}

static bool replace(struct virgl_objects *objects, struct virgl_object *former, uint32_t bytes)
{
	if (bytes > former->bytes &&
		!quota_take(objects->owner, LIMIT_SHADER_BYTES, bytes - former->bytes))
		return false;
	if (bytes < former->bytes)
		quota_give(objects->owner, LIMIT_SHADER_BYTES, former->bytes - bytes);
	former->bytes = bytes;
	return true;
}

bool virgl_objects_add(
	struct virgl_objects *objects, uint32_t context, uint32_t handle, uint32_t bytes)
{
	struct virgl_object *former = objects->capacity > 0 ? find(objects, context, handle) : NULL;

	if (former && former->handle != 0)
		return replace(objects, former, bytes);
	if (objects->n >= objects->capacity / 3 * 2 && !grow(objects))
		return false;
	if (!quota_take(objects->owner, LIMIT_OBJECTS, 1))
		return false;
	if (bytes > 0 && !quota_take(objects->owner, LIMIT_SHADER_BYTES, bytes)) {
		quota_give(objects->owner, LIMIT_OBJECTS, 1);
		return false;
	}
	*find(objects, context, handle) = (struct virgl_object){ context, handle, bytes };
	objects->n++;
	return true;
}

uint32_t virgl_objects_text(const struct virgl_objects *objects, uint32_t context, uint32_t handle)
{
	return objects->capacity > 0 ? find(objects, context, handle)->bytes : 0;
}

void virgl_objects_remove(struct virgl_objects *objects, uint32_t context, uint32_t handle)
{
	const struct virgl_object *object;

	if (objects->n == 0)
		return;
	object = find(objects, context, handle);
	if (object->handle == 0)
		return;
	give(objects, object);
	close_gap(objects, (uint32_t)(object - objects->table));
}

void virgl_objects_drop(struct virgl_objects *objects, uint32_t context)
{
	for (uint32_t i = 0; i < objects->capacity && objects->n > 0;) {
		if (objects->table[i].handle == 0 || objects->table[i].context != context) {
			i++;
			continue;
		}
		give(objects, &objects->table[i]);
		close_gap(objects, i); /* another may be here now */
	}
}

void virgl_objects_finish(struct virgl_objects *objects)
{
	for (uint32_t i = 0; i < objects->capacity && objects->n > 0; i++) {
		if (objects->table[i].handle != 0)
			give(objects, &objects->table[i]);
	}
	free(objects->table);
	objects->table = NULL;
	objects->capacity = 0;
}
