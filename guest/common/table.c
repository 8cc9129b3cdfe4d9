/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <stdlib.h>

static uint32_t place(const struct table *table, uint32_t key)
{
	return (key * UINT32_C(2654435769) >> 7) & (table->size - 1);
}

/* The key's slot, or the free one where it would be. */
static struct table_slot *slot(const struct table *table, uint32_t key)
{
	uint32_t at = place(table, key);

	while (table->slots[at].key && table->slots[at].key != key)
		at = (at + 1) & (table->size - 1);
	return &table->slots[at];
}

void *table_find(const struct table *table, uint32_t key)
{
	return table->size && key ? slot(table, key)->value : NULL;
}

static bool grow(struct table *table)
{
	struct table wider = { .size = table->size ? table->size * 2 : 16 };

	wider.slots = calloc(wider.size, sizeof(*wider.slots));
	if (!wider.slots)
		return false;
	for (uint32_t i = 0; i < table->size; i++)
		if (table->slots[i].key)
			*slot(&wider, table->slots[i].key) = table->slots[i];
	wider.used = table->used;
	free(table->slots);
	*table = wider;
	return true;
}

bool table_set(struct table *table, uint32_t key, void *value)
{
	struct table_slot *at;

	if (table->used >= table->size / 4 * 3 && !grow(table))
		return false;
	at = slot(table, key);
	table->used += !at->key;
	at->key = key;
	at->value = value;
	return true;
}

void *table_remove(struct table *table, uint32_t key)
{
	struct table_slot *at, freed;
	uint32_t next;
	void *value;

	if (!table->size || !key || !(at = slot(table, key))->key)
		return NULL;
	value = at->value;
	at->key = 0;
	at->value = NULL;
	table->used--;
	/* Those behind it, up to a free slot, are put in anew: their way may have led past it. */
	next = (uint32_t)(at - table->slots);
	for (;;) {
		next = (next + 1) & (table->size - 1);
		freed = table->slots[next];
		if (!freed.key)
			return value;
		table->slots[next] = (struct table_slot){ 0 };
		*slot(table, freed.key) = freed;
	}
}

void table_finish(struct table *table, void (*release)(void *value))
{
	for (uint32_t i = 0; release && i < table->size; i++)
		if (table->slots[i].key)
			release(table->slots[i].value);
	free(table->slots);
	*table = (struct table){ 0 };
}
