/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The codec of every message between our processes. The input is messages behind one byte. */
#include "ipc_messages.h"
#include "shared/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(16) uint8_t decoded[MESSAGE_STRUCT_MAX];
	struct wire_header header;

	for (size_t at = 1; at + WIRE_HEADER_SIZE <= size; at += header.size) {
		const struct wire_type *type;

		if (!wire_read_header(data + at, size - at, &header))
			return 0;
		type = wire_find(ipc_types, IPC_TYPES, header.opcode);
		if (type)
			message_check(type, &header, data + at + WIRE_HEADER_SIZE, decoded);
	}
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	return messages_mutate(&ipc_model, data, size, max_size, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *one, size_t one_size, const uint8_t *other,
	size_t other_size, uint8_t *out, size_t max_size, unsigned seed)
{
	return messages_cross(one, one_size, other, other_size, out, max_size, seed);
}
