/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For mutators that know what their input is made of: a list of pieces (commands, messages,
 * packets), each with a kind and a body of its own. A mutator parses its input into a list, changes
 * the list, and writes it out again, so that what it does not change stays well-formed.
 */
#ifndef ORIEL_FUZZ_PIECES_H
#define ORIEL_FUZZ_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIECES_MAX 2048u

struct piece {
	uint32_t kind;
	uint8_t *body; /* in the arena */
	size_t size;
};

struct pieces {
	struct piece items[PIECES_MAX];
	size_t n;
};

/* Begins a mutation: its random numbers follow from the seed; the arena is empty. */
void pieces_begin(unsigned seed);

/* 0 to n - 1; 0 for n = 0. */
uint32_t pieces_random(uint32_t n);
/* True once in n times. */
bool pieces_chance(uint32_t n);
/* A number that breaks things: 0, powers of two and their neighbours, the largest ones; or a small one. */
uint32_t pieces_boundary(void);

/* Zeroed bytes, valid until the next pieces_begin; NULL when there are no more. */
uint8_t *pieces_memory(size_t size);

/* A piece with a body of its own: a copy, or zeros for data NULL. Its body is NULL when there is no more memory. */
struct piece piece_make(uint32_t kind, const void *data, size_t size);
/* Puts a piece before `at`; one without body or too many are dropped. */
void pieces_insert(struct pieces *pieces, size_t at, struct piece piece);
void pieces_remove(struct pieces *pieces, size_t at);
/* Removes, repeats, moves or exchanges pieces. */
void pieces_rearrange(struct pieces *pieces);
/* Puts a run of another list's pieces in (bodies are shared). */
void pieces_splice(struct pieces *pieces, const struct pieces *other);

/* Little-endian dwords of a body, whatever its alignment. */
uint32_t piece_dword(const struct piece *piece, size_t index);
void piece_set_dword(struct piece *piece, size_t index, uint32_t value);
/* Changes a dword to a boundary, by a little, or by a bit. */
void piece_poke(struct piece *piece);
/* Changes bytes as libFuzzer does, growing by `more` at most. */
void piece_mutate_bytes(struct piece *piece, size_t more);

#endif
