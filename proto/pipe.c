/* SPDX-License-Identifier: MIT */
#include "pipe.h"

#include <string.h>

/*
 * How nobody sleeps through a wake-up: who wants to sleep says so and then looks at the other's
 * position once more; the other moves its position and then looks whether somebody sleeps. All four
 * are sequentially consistent, or have a fence between them that is, so at least one of the two
 * sees what the other did.
 */

_Static_assert(sizeof(struct pipe_words) <= PIPE_WORDS_STRIDE, "both pipes' words fit");
_Static_assert(offsetof(struct pipe_words, writer_asleep) == 8 &&
		       offsetof(struct pipe_words, data) == 12 &&
		       offsetof(struct pipe_words, taken) == 64 &&
		       offsetof(struct pipe_words, reader_asleep) == 72 &&
		       offsetof(struct pipe_words, room) == 76,
	"the same for programs of 32 and of 64 bits");

bool pipe_size_valid(uint32_t size)
{
	return size >= PIPE_SIZE_MIN && size <= PIPE_SIZE_MAX && (size & (size - 1)) == 0;
}

void pipe_init(struct pipe *pipe, struct pipe_words *words, void *data, uint32_t size)
{
	*pipe = (struct pipe){ .words = words, .data = data, .size = size };
}

/* The reader's position as the writer sees it: between what it was and what was written. */
static void see_taken(struct pipe *pipe)
{
	const uint64_t taken = atomic_load(&pipe->words->taken);

	if (taken - pipe->other > pipe->at - pipe->other)
		pipe->broken = true;
	else
		pipe->other = taken;
}

/* The writer's position as the reader sees it: at most a whole pipe ahead. */
static void see_written(struct pipe *pipe)
{
	const uint64_t written = atomic_load(&pipe->words->written);

	if (written - pipe->other > pipe->size - (pipe->other - pipe->at))
		pipe->broken = true;
	else
		pipe->other = written;
}

/*
 * Moves a position; whether the other sleeps. With a fence behind it the position goes out together
 * with the bytes before it: an exchange would first wait until those have left the other's cache.
 */
static bool move(_Atomic uint64_t *position, uint64_t at, const _Atomic uint32_t *asleep)
{
#ifdef __SANITIZE_THREAD__ /* which knows no fences */
	atomic_store(position, at);
#else
	atomic_store_explicit(position, at, memory_order_release);
	atomic_thread_fence(memory_order_seq_cst);
#endif
	return atomic_load(asleep);
}

static size_t room(const struct pipe *pipe)
{
	return pipe->broken ? 0 : (size_t)(pipe->size - (pipe->at - pipe->other));
}

static size_t filled(const struct pipe *pipe)
{
	return pipe->broken ? 0 : (size_t)(pipe->other - pipe->at);
}

void *pipe_room(struct pipe *pipe, size_t *ret_size)
{
	if (room(pipe) < pipe->size / 2)
		see_taken(pipe);
	*ret_size = room(pipe);
	return pipe->data + (pipe->at & (pipe->size - 1));
}

bool pipe_wrote(struct pipe *pipe, size_t size)
{
	pipe->at += size;
	if (!move(&pipe->words->written, pipe->at, &pipe->words->reader_asleep))
		return false;
	atomic_store(&pipe->words->reader_asleep, 0);
	atomic_fetch_add(&pipe->words->data, 1);
	return true;
}

size_t pipe_write(struct pipe *pipe, const void *bytes, size_t size, bool *ret_wake)
{
	size_t free_bytes;
	void *to = pipe_room(pipe, &free_bytes);

	*ret_wake = false;
	if (size > free_bytes)
		size = free_bytes;
	if (size == 0)
		return 0;
	memcpy(to, bytes, size);
	*ret_wake = pipe_wrote(pipe, size);
	return size;
}

bool pipe_writer_sleepy(struct pipe *pipe, uint32_t *ret_word)
{
	*ret_word = atomic_load(&pipe->words->room);
	atomic_store(&pipe->words->writer_asleep, 1);
	see_taken(pipe);
	if (room(pipe) == 0 && !pipe->broken)
		return true;
	pipe_writer_woke(pipe);
	return false;
}

void pipe_writer_woke(struct pipe *pipe)
{
	atomic_store(&pipe->words->writer_asleep, 0);
}

const uint8_t *pipe_peek(struct pipe *pipe, size_t *ret_size)
{
	see_written(pipe);
	*ret_size = filled(pipe);
	return *ret_size ? pipe->data + (pipe->at & (pipe->size - 1)) : NULL;
}

bool pipe_took(struct pipe *pipe, size_t size)
{
	pipe->at += size;
	if (!move(&pipe->words->taken, pipe->at, &pipe->words->writer_asleep))
		return false;
	atomic_store(&pipe->words->writer_asleep, 0);
	atomic_fetch_add(&pipe->words->room, 1);
	return true;
}

bool pipe_reader_sleepy_below(struct pipe *pipe, size_t size, uint32_t *ret_word)
{
	*ret_word = atomic_load(&pipe->words->data);
	atomic_store(&pipe->words->reader_asleep, 1);
	see_written(pipe);
	if (filled(pipe) < size && !pipe->broken)
		return true;
	pipe_reader_woke(pipe);
	return false;
}

bool pipe_reader_sleepy(struct pipe *pipe, uint32_t *ret_word)
{
	return pipe_reader_sleepy_below(pipe, 1, ret_word);
}

void pipe_reader_woke(struct pipe *pipe)
{
	atomic_store(&pipe->words->reader_asleep, 0);
}
