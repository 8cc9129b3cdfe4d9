/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "shared/pieces.h"

#include <string.h>

#define ARENA_SIZE (8u << 20)
#define ALIGN      8u

/* libFuzzer's own. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static uint64_t state;
static _Alignas(16) uint8_t arena[ARENA_SIZE];
static size_t arena_used;

void pieces_begin(unsigned seed)
{
	state = (uint64_t)seed * 0x9e3779b97f4a7c15u + 0x632be59bd9b4e019u;
	arena_used = 0;
}

uint32_t pieces_random(uint32_t n)
{
	/* xorshift64* */
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return n > 0 ? (uint32_t)((state * 0x2545f4914f6cdd1du) >> 32) % n : 0;
}

bool pieces_chance(uint32_t n)
{
	return pieces_random(n) == 0;
}

uint32_t pieces_boundary(void)
{
	uint32_t power = 1u << pieces_random(32);

	switch (pieces_random(6)) {
	case 0:
		return 0;
	case 1:
		return power;
	case 2:
		return power - 1;
	case 3:
		return power + 1;
	case 4:
		return UINT32_MAX - pieces_random(4);
	default:
		return pieces_random(64);
	}
}

uint8_t *pieces_memory(size_t size)
{
	size_t need = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	uint8_t *memory = arena + arena_used;

	if (need > ARENA_SIZE - arena_used)
		return NULL;
	arena_used += need;
	memset(memory, 0, need);
	return memory;
}

struct piece piece_make(uint32_t kind, const void *data, size_t size)
{
	struct piece piece = { kind, pieces_memory(size), size };

	if (piece.body && data && size > 0)
		memcpy(piece.body, data, size);
	return piece;
}

void pieces_insert(struct pieces *pieces, size_t at, struct piece piece)
{
	if (!piece.body || pieces->n == PIECES_MAX || at > pieces->n)
		return;
	memmove(&pieces->items[at + 1], &pieces->items[at],
		(pieces->n - at) * sizeof(pieces->items[0]));
	pieces->items[at] = piece;
	pieces->n++;
}

void pieces_remove(struct pieces *pieces, size_t at)
{
	if (at >= pieces->n)
		return;
	pieces->n--;
	memmove(&pieces->items[at], &pieces->items[at + 1],
		(pieces->n - at) * sizeof(pieces->items[0]));
}

void pieces_rearrange(struct pieces *pieces)
{
	uint32_t n = (uint32_t)pieces->n;
	uint32_t from = pieces_random(n), to = pieces_random(n);
	struct piece piece;

	if (n == 0)
		return;
	piece = pieces->items[from];
	switch (pieces_random(5)) {
	case 0:
		pieces_remove(pieces, from);
		break;
	case 1: /* a run */
		for (uint32_t i = pieces_random(8); i > 0; i--)
			pieces_remove(pieces, from);
		break;
	case 2:
		pieces_insert(pieces, to, piece_make(piece.kind, piece.body, piece.size));
		break;
	case 3:
		pieces_remove(pieces, from);
		pieces_insert(pieces, to, piece);
		break;
	default:
		pieces->items[from] = pieces->items[to];
		pieces->items[to] = piece;
		break;
	}
}

void pieces_splice(struct pieces *pieces, const struct pieces *other)
{
	uint32_t from = pieces_random((uint32_t)other->n),
		 at = pieces_random((uint32_t)pieces->n + 1);
	uint32_t n = 1 + pieces_random(16);

	for (uint32_t i = 0; i < n && from + i < other->n; i++)
		pieces_insert(pieces, at + i, other->items[from + i]);
}

uint32_t piece_dword(const struct piece *piece, size_t index)
{
	uint32_t value = 0;

	if (index * 4 + 4 <= piece->size)
		memcpy(&value, piece->body + index * 4, 4);
	return value;
}

void piece_set_dword(struct piece *piece, size_t index, uint32_t value)
{
	if (index * 4 + 4 <= piece->size)
		memcpy(piece->body + index * 4, &value, 4);
}

void piece_poke(struct piece *piece)
{
	uint32_t index = pieces_random((uint32_t)(piece->size / 4));
	uint32_t value = piece_dword(piece, index);

	switch (pieces_random(3)) {
	case 0:
		value = pieces_boundary();
		break;
	case 1:
		value += pieces_random(9) - 4;
		break;
	default:
		value ^= 1u << pieces_random(32);
		break;
	}
	piece_set_dword(piece, index, value);
}

void piece_mutate_bytes(struct piece *piece, size_t more)
{
	uint8_t *body = pieces_memory(piece->size + more);

	if (!body || piece->size + more == 0)
		return;
	memcpy(body, piece->body, piece->size);
	piece->size = LLVMFuzzerMutate(body, piece->size, piece->size + more);
	piece->body = body;
}
