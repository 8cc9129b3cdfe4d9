/* SPDX-License-Identifier: MIT */
#include "bulk.h"

#include <string.h>

void bulk_init(struct bulk_set *set, const struct bulk_ops *ops, void *data, uint64_t bytes_max)
{
	*set = (struct bulk_set){ .ops = ops, .data = data, .bytes_max = bytes_max };
}

static void *transfer_end(struct bulk_set *set, struct bulk_transfer *transfer)
{
	void *buffer = transfer->buffer;

	set->bytes -= transfer->total;
	*transfer = (struct bulk_transfer){ 0 };
	return buffer;
}

static struct bulk_transfer *find(struct bulk_set *set, uint8_t channel, uint32_t id)
{
	for (size_t i = 0; i < ORIEL_BULK_OPEN_MAX; i++) {
		struct bulk_transfer *transfer = &set->transfers[i];
		if (transfer->buffer && transfer->channel == channel && transfer->id == id)
			return transfer;
	}
	return NULL;
}

static struct bulk_transfer *find_free(struct bulk_set *set)
{
	for (size_t i = 0; i < ORIEL_BULK_OPEN_MAX; i++) {
		if (!set->transfers[i].buffer)
			return &set->transfers[i];
	}
	return NULL;
}

static uint32_t begin(struct bulk_set *set, uint8_t channel, const struct oriel_bulk *piece,
	struct bulk_transfer **ret_transfer)
{
	struct bulk_transfer *transfer = find_free(set);
	void *buffer;

	if (piece->offset != 0 || piece->total == 0)
		return ORIEL_ERROR_MALFORMED;
	if (!transfer || piece->total > set->bytes_max - set->bytes)
		return ORIEL_ERROR_LIMIT;
	buffer = set->ops->allocate(set->data, piece->total);
	if (!buffer)
		return ORIEL_ERROR_NO_MEMORY;
	*transfer = (struct bulk_transfer){
		.buffer = buffer,
		.total = piece->total,
		.id = piece->id,
		.channel = channel,
	};
	set->bytes += piece->total;
	*ret_transfer = transfer;
	return 0;
}

uint32_t bulk_add(struct bulk_set *set, uint8_t channel, const struct oriel_bulk *piece)
{
	struct bulk_transfer *transfer = find(set, channel, piece->id);
	uint32_t error;

	if (!transfer) {
		error = begin(set, channel, piece, &transfer);
		if (error)
			return error;
	}
	if (piece->data.size == 0 || piece->total != transfer->total ||
		piece->offset != transfer->have ||
		piece->data.size > transfer->total - transfer->have) {
		set->ops->release(set->data, transfer_end(set, transfer));
		return ORIEL_ERROR_MALFORMED;
	}
	memcpy(transfer->buffer + transfer->have, piece->data.data, piece->data.size);
	transfer->have += piece->data.size;
	return 0;
}

void *bulk_take(struct bulk_set *set, uint8_t channel, uint32_t id, uint64_t *ret_size)
{
	struct bulk_transfer *transfer = find(set, channel, id);

	if (!transfer || transfer->have < transfer->total)
		return NULL;
	*ret_size = transfer->total;
	return transfer_end(set, transfer);
}

void bulk_drop_channel(struct bulk_set *set, uint8_t channel)
{
	for (size_t i = 0; i < ORIEL_BULK_OPEN_MAX; i++) {
		struct bulk_transfer *transfer = &set->transfers[i];
		if (transfer->buffer && transfer->channel == channel)
			set->ops->release(set->data, transfer_end(set, transfer));
	}
}

void bulk_finish(struct bulk_set *set)
{
	for (size_t i = 0; i < ORIEL_BULK_OPEN_MAX; i++) {
		if (set->transfers[i].buffer)
			set->ops->release(set->data, transfer_end(set, &set->transfers[i]));
	}
}
