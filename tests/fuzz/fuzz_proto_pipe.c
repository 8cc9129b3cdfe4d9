/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pipe whose other end is hostile. The input is a byte that says which end is ours, then steps: a
 * byte that says what is done, and its number. Whatever the other end writes into the control
 * words, no more is readable, and no more room is told, than there is memory.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "pipe.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SIZE 4096u

static struct pipe_words words;
static uint8_t memory[2 * SIZE];

static void as_reader(struct pipe *pipe, unsigned step, uint64_t number)
{
	uint32_t word;
	size_t size;
	const uint8_t *at = pipe_peek(pipe, &size);

	assert(size <= SIZE && (size == 0) == (at == NULL));
	assert(!at || (at >= memory && at + size <= memory + sizeof(memory)));
	assert(!pipe->broken || size == 0);
	if (step & 1)
		pipe_took(pipe, number < size ? (size_t)number : size);
	else if (pipe_reader_sleepy_below(pipe, number % SIZE, &word))
		pipe_reader_woke(pipe);
}

static void as_writer(struct pipe *pipe, unsigned step, uint64_t number)
{
	uint32_t word;
	size_t room;
	uint8_t *at = pipe_room(pipe, &room);

	assert(room <= SIZE && at >= memory && at + room <= memory + sizeof(memory));
	assert(!pipe->broken || room == 0);
	if (step & 1) {
		size_t n = number < room ? (size_t)number : room;
		memset(at, 1, n);
		pipe_wrote(pipe, n);
	} else if (pipe_writer_sleepy(pipe, &word)) {
		assert(pipe->at - pipe->other == SIZE);
		pipe_writer_woke(pipe);
	}
}

/* The other end writes what it likes, also what would be right. */
static void hostile(unsigned step, uint64_t number)
{
	switch (step >> 4) {
	case 0:
		atomic_store(&words.written, number);
		break;
	case 1:
		atomic_store(&words.taken, number);
		break;
	case 2:
		atomic_fetch_add(&words.written, number % SIZE);
		break;
	case 3:
		atomic_fetch_add(&words.taken, number % SIZE);
		break;
	case 4:
		atomic_store(&words.reader_asleep, (uint32_t)number);
		break;
	case 5:
		atomic_store(&words.writer_asleep, (uint32_t)number);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pipe pipe;
	bool broken = false;

	if (size < 1)
		return 0;
	memset(&words, 0, sizeof(words));
	pipe_init(&pipe, &words, memory, SIZE);
	for (size_t at = 1; at + 9 <= size; at += 9) {
		uint64_t number;
		memcpy(&number, data + at + 1, sizeof(number));
		hostile(data[at], number);
		if (data[0] & 1)
			as_writer(&pipe, data[at], number);
		else
			as_reader(&pipe, data[at], number);
		assert(pipe.broken || !broken); /* for good */
		broken = pipe.broken;
	}
	return 0;
}
