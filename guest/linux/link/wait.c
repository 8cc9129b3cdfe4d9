/* SPDX-License-Identifier: MIT */
/* Waiting on the pipes: going round for some microseconds, then futex(2). */
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

/*
 * Turns of a few nanoseconds to some tens each: about 40 microseconds at most, as a wake-up of a
 * sleeper takes. Waits that were in vain (a frame that has to wait for the display) make them fewer.
 */
#define SPIN_MAX 1500u
#define SPIN_MIN 50u

static inline void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

void wait_init(struct connection *connection)
{
	cpu_set_t cores;

	CPU_ZERO(&cores);
	if (sched_getaffinity(0, sizeof(cores), &cores) || CPU_COUNT(&cores) != 1)
		connection->spin = SPIN_MAX;
}

static void sleep_on(_Atomic uint32_t *word, uint32_t value)
{
	const struct timespec timeout = { .tv_nsec = CONNECTION_LOOK_MS * 1000000L };

	syscall(SYS_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0);
}

void wait_wake(_Atomic uint32_t *word)
{
	syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
}

/* Goes round until `position` is no longer `old`. False: it still is. */
static bool spin(struct connection *connection, _Atomic uint64_t *position, uint64_t old)
{
	for (unsigned i = 0; i < connection->spin; i++) {
		if (atomic_load_explicit(position, memory_order_relaxed) != old) {
			if (connection->spin < SPIN_MAX)
				connection->spin += connection->spin / 4 + 1;
			return true;
		}
		relax();
	}
	if (connection->spin > SPIN_MIN)
		connection->spin -= connection->spin / 4;
	return false;
}

void wait_data(struct connection *connection)
{
	struct pipe *in = &connection->in;
	uint32_t word;

	if (spin(connection, &in->words->written, in->other))
		return;
	if (!pipe_reader_sleepy(in, &word))
		return;
	if (!atomic_load(&connection->lost))
		sleep_on(&in->words->data, word);
	pipe_reader_woke(in);
}

void wait_room(struct connection *connection)
{
	struct pipe *out = &connection->out;
	uint32_t word;

	if (spin(connection, &out->words->taken, out->other))
		return;
	if (!pipe_writer_sleepy(out, &word))
		return;
	if (!atomic_load(&connection->lost))
		sleep_on(&out->words->room, word);
	pipe_writer_woke(out);
}
