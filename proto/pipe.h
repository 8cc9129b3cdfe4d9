/* SPDX-License-Identifier: MIT */
/*
 * A stream of bytes in memory, with one writer and one reader: two threads, or a guest and its host
 * that share a memfd (wire.md, "Shared memory").
 *
 * The memory begins with a page of control words, of which each pipe has two, on cache lines of
 * their own; then come the pipes' data. Whoever maps it maps each pipe's data twice, one behind the
 * other, so that no stretch of up to the pipe's size is ever broken.
 *
 * The other end is hostile: it may write anything anywhere at any time. Each end keeps its own
 * position in memory of its own and takes the other's only after a check; what it reads must be
 * copied out before it is checked. A pipe whose other end lies is broken for good.
 *
 * Nobody sleeps here: the functions say when a thread may go to sleep on a control
 * word and when the other has to be woken; the system's way of doing so is the caller's.
 */
#ifndef ORIEL_PIPE_H
#define ORIEL_PIPE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PIPE_CONTROL_SIZE 4096u
#define PIPE_SIZE_MIN     4096u
#define PIPE_SIZE_MAX     (64u << 20)

/* One direction's words in the page: at 0 for guest to host, at 256 for host to guest. */
struct pipe_words {
	_Alignas(64) _Atomic uint64_t written; /* bytes ever written */
	_Atomic uint32_t writer_asleep;        /* 1: the writer sleeps on `room` */
	_Atomic uint32_t data; /* the reader sleeps on it; changes when it is to wake */
	_Alignas(64) _Atomic uint64_t taken; /* bytes ever read */
	_Atomic uint32_t reader_asleep;      /* 1: the reader sleeps on `data` */
	_Atomic uint32_t room;               /* the writer sleeps on it */
};

#define PIPE_WORDS_STRIDE 256u

/* One end of one pipe. */
struct pipe {
	struct pipe_words *words; /* borrowed */
	uint8_t *data;            /* borrowed, mapped twice */
	uint32_t size;            /* a power of two */
	uint64_t at;              /* this end's own position */
	uint64_t other;           /* the other's, as last seen and checked */
	bool broken;
};

/* Where the parts of the memory lie; `which`: 0 guest to host, 1 host to guest. */
static inline uint64_t pipe_memory_size(uint32_t to_host, uint32_t to_guest)
{
	return (uint64_t)PIPE_CONTROL_SIZE + to_host + to_guest;
}

/* Whether a size can be that of a pipe. */
bool pipe_size_valid(uint32_t size);
void pipe_init(struct pipe *pipe, struct pipe_words *words, void *data, uint32_t size);

/* ---- the writer's end */

/* Where the next bytes go, and how many may: 0 when it is full or broken. */
void *pipe_room(struct pipe *pipe, size_t *ret_size);
/* So many of them have been written. True: the reader sleeps and must be woken (on words->data). */
bool pipe_wrote(struct pipe *pipe, size_t size);
/* Writes what there is room for, and returns how much; *ret_wake as pipe_wrote(). */
size_t pipe_write(struct pipe *pipe, const void *bytes, size_t size, bool *ret_wake);
/*
 * The writer wants to sleep until there is room. False: there is some, or it is broken. True:
 * sleep while words->room is still *ret_word, then call pipe_writer_woke().
 */
bool pipe_writer_sleepy(struct pipe *pipe, uint32_t *ret_word);
void pipe_writer_woke(struct pipe *pipe);

/* ---- the reader's end */

/* What there is to be read, in one stretch. NULL and 0 when there is nothing or it is broken. */
const uint8_t *pipe_peek(struct pipe *pipe, size_t *ret_size);
/* So many of it have been read. True: the writer sleeps and must be woken (on words->room). */
bool pipe_took(struct pipe *pipe, size_t size);
/* The reader wants to sleep until there is something, on words->data; as for the writer. */
bool pipe_reader_sleepy(struct pipe *pipe, uint32_t *ret_word);
/* The same until there are `size` bytes, at most the pipe's size: a message that has not come whole. */
bool pipe_reader_sleepy_below(struct pipe *pipe, size_t size, uint32_t *ret_word);
void pipe_reader_woke(struct pipe *pipe);

#endif
