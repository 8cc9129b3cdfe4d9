/* SPDX-License-Identifier: MIT */
/* A table from names (not 0) to pointers (not NULL), with open addressing. Zeroed is empty. */
#ifndef GL_TABLE_H
#define GL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint32_t key; /* 0: free */
	void *value;
};

struct table {
	struct table_slot *slots;
	uint32_t size, used; /* size: a power of two, or 0 */
};

/* NULL when there is none. */
void *table_find(const struct table *table, uint32_t key);
/* False: no memory. */
bool table_set(struct table *table, uint32_t key, void *value);
/* What it was, or NULL. */
void *table_remove(struct table *table, uint32_t key);
/* Frees the table, and each value with `release` unless that is NULL. */
void table_finish(struct table *table, void (*release)(void *value));

#endif
