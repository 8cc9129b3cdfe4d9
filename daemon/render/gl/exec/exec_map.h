/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash from numbers other than 0 to pointers. */
#ifndef EXEC_MAP_H
#define EXEC_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exec_map_slot {
	uint64_t key; /* 0: free */
	void *value;
};

/* All zeros is an empty one. */
struct exec_map {
	struct exec_map_slot *slots;
	uint32_t n_slots; /* a power of two, or 0 */
	uint32_t used;
};

/* NULL if there is none. */
void *exec_map_find(const struct exec_map *map, uint64_t key);
/* Puts it there or in the place of another. False: no memory. */
bool exec_map_put(struct exec_map *map, uint64_t key, void *value);
void exec_map_remove(struct exec_map *map, uint64_t key);
/* Frees the map, not what is in it. */
void exec_map_finish(struct exec_map *map);

#endif
