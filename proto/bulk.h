/* SPDX-License-Identifier: MIT */
/*
 * Payloads over the size of a message, put together from their pieces (wire.md, "Bulk"). Memory is
 * the caller's: it is asked for a buffer when a transfer begins, after number and sizes were checked.
 */
#ifndef ORIEL_BULK_H
#define ORIEL_BULK_H

#include "oriel_limits.h"
#include "oriel_messages.h"

struct bulk_ops {
	/* A buffer of `size` bytes, 1 to the set's limit, or NULL. */
	void *(*allocate)(void *data, uint64_t size);
	void (*release)(void *data, void *buffer);
};

struct bulk_transfer {
	uint8_t *buffer; /* NULL: the entry is free */
	uint64_t total, have;
	uint32_t id;
	uint8_t channel;
};

/* The transfers of one connection. */
struct bulk_set {
	const struct bulk_ops *ops; /* borrowed */
	void *data;
	uint64_t bytes, bytes_max; /* of all transfers, by their totals */
	struct bulk_transfer transfers[ORIEL_BULK_OPEN_MAX];
};

/* bytes_max: all transfers together, at most ORIEL_BULK_TOTAL_MAX. */
void bulk_init(struct bulk_set *set, const struct bulk_ops *ops, void *data, uint64_t bytes_max);
/* Releases every buffer. */
void bulk_finish(struct bulk_set *set);

/*
 * Takes a piece in. 0, or an enum oriel_error_code for the sender: the transfer is then dropped,
 * and what follows of it is malformed.
 */
uint32_t bulk_add(struct bulk_set *set, uint8_t channel, const struct oriel_bulk *piece);

/*
 * Hands a whole payload over: the buffer is the caller's and the id is free again. NULL when there
 * is no such transfer or pieces of it are missing.
 */
void *bulk_take(struct bulk_set *set, uint8_t channel, uint32_t id, uint64_t *ret_size);

/* Drops a channel's transfers, when it closes. */
void bulk_drop_channel(struct bulk_set *set, uint8_t channel);

#endif
