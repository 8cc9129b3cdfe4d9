/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec_map.h"

#include <stdlib.h>

#define SLOTS_MIN 16u

static uint32_t place(const struct exec_map *map, uint64_t key)
{
	return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (map->n_slots - 1);
}

/* Where the key is, or the free slot where it would be. */
static struct exec_map_slot *seek(const struct exec_map *map, uint64_t key)
{
	uint32_t at = place(map, key);

	while (map->slots[at].key != 0 && map->slots[at].key != key)
		at = (at + 1) & (map->n_slots - 1);
	return &map->slots[at];
}

void *exec_map_find(const struct exec_map *map, uint64_t key)
{
	const struct exec_map_slot *slot;

	if (map->used == 0 || key == 0)
		return NULL;
	slot = seek(map, key);
	return slot->key == key ? slot->value : NULL;
}

static bool grow(struct exec_map *map)
{
	struct exec_map bigger = { .n_slots = map->n_slots ? map->n_slots * 2 : SLOTS_MIN,
		.used = map->used };

	bigger.slots = calloc(bigger.n_slots, sizeof(*bigger.slots));
	if (!bigger.slots)
		return false;
	for (uint32_t i = 0; i < map->n_slots; i++)
		if (map->slots[i].key != 0)
			*seek(&bigger, map->slots[i].key) = map->slots[i];
	free(map->slots);
	*map = bigger;
	return true;
}

bool exec_map_put(struct exec_map *map, uint64_t key, void *value)
{
	struct exec_map_slot *slot;

	if (map->used * 4 >= map->n_slots * 3 && !grow(map))
		return false;
	slot = seek(map, key);
	map->used += slot->key == 0;
	*slot = (struct exec_map_slot){ .key = key, .value = value };
	return true;
}

void exec_map_remove(struct exec_map *map, uint64_t key)
{
	struct exec_map_slot *slot;
	uint32_t hole, at;

	if (map->used == 0 || key == 0)
		return;
	slot = seek(map, key);
	if (slot->key != key)
		return;
	/* Those behind it that could not be where they ought to move up. */
	hole = at = (uint32_t)(slot - map->slots);
	for (;;) {
		uint32_t ought;

		at = (at + 1) & (map->n_slots - 1);
		if (map->slots[at].key == 0)
			break;
		ought = place(map, map->slots[at].key);
		if (((at - ought) & (map->n_slots - 1)) >= ((at - hole) & (map->n_slots - 1))) {
			map->slots[hole] = map->slots[at];
			hole = at;
		}
	}
	map->slots[hole] = (struct exec_map_slot){ 0 };
	map->used--;
}

void exec_map_finish(struct exec_map *map)
{
	free(map->slots);
	*map = (struct exec_map){ 0 };
}
