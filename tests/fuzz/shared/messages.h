/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inputs that are messages of ours: a first byte for the target, then messages as they stand on the
 * wire. Their mutator changes single values by the model, and which messages there are.
 */
#ifndef ORIEL_FUZZ_MESSAGES_H
#define ORIEL_FUZZ_MESSAGES_H

#include "shared/model.h"
#include "wire.h"

#define MESSAGE_STRUCT_MAX 65536u /* bytes of the largest decoded message */

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed);

/* As LLVMFuzzerCustomMutator and LLVMFuzzerCustomCrossOver. */
size_t messages_mutate(
	const struct model *model, uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t messages_cross(const uint8_t *one, size_t one_size, const uint8_t *other, size_t other_size,
	uint8_t *out, size_t max_size, unsigned seed);

/*
 * Puts a message in at the start of another one, or at the end: what random values do not come
 * upon. pieces_begin comes before it. Returns the new size; the old one when there is no room.
 */
size_t messages_insert(uint8_t *data, size_t size, size_t max_size, const struct wire_type *type,
	const void *message);

/*
 * Decodes the payload; what decodes must encode to the same bytes, and these decode to the same
 * structure. False when it does not decode. ret_decoded has MESSAGE_STRUCT_MAX bytes.
 */
bool message_check(const struct wire_type *type, const struct wire_header *header,
	const uint8_t *payload, void *ret_decoded);

#endif
