/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A stream in memory: order, wrap-around, wake-ups, and what a hostile other end may write. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "pipe.h"

#define SIZE  4096u
#define BYTES (UINT64_C(8) << 20) /* of the stress */

static struct pipe_words words;
static uint8_t memory[2 * SIZE]; /* what wraps is copied by hand: nothing is mapped here */
static struct pipe reader, writer;

static int setup(void **state)
{
	(void)state;
	memset(&words, 0, sizeof(words));
	pipe_init(&reader, &words, memory, SIZE);
	pipe_init(&writer, &words, memory, SIZE);
	return 0;
}

static void test_sizes(void **state)
{
	(void)state;
	assert_false(pipe_size_valid(0));
	assert_false(pipe_size_valid(2048));
	assert_true(pipe_size_valid(4096));
	assert_false(pipe_size_valid(4097));
	assert_false(pipe_size_valid(12288));
	assert_true(pipe_size_valid(PIPE_SIZE_MAX));
	assert_false(pipe_size_valid(2 * PIPE_SIZE_MAX));
	assert_int_equal(pipe_memory_size(8192, 4096), 4096 + 8192 + 4096);
}

static void test_full_and_empty(void **state)
{
	static const uint8_t bytes[SIZE] = { 1, 2, 3 };
	size_t size;
	bool wake;

	(void)state;
	assert_null(pipe_peek(&reader, &size));
	assert_int_equal(size, 0);
	assert_int_equal(pipe_write(&writer, bytes, SIZE, &wake), SIZE);
	assert_false(wake); /* nobody sleeps */
	assert_int_equal(pipe_write(&writer, bytes, 1, &wake), 0);
	assert_ptr_equal(pipe_peek(&reader, &size), memory);
	assert_int_equal(size, SIZE);
	pipe_took(&reader, 100);
	assert_int_equal(pipe_write(&writer, bytes, SIZE, &wake), 100);
	assert_ptr_equal(pipe_peek(&reader, &size), memory + 100);
	assert_int_equal(size, SIZE);
}

static void test_wake_ups(void **state)
{
	uint32_t word;
	size_t size;
	bool wake;

	(void)state;
	assert_true(pipe_reader_sleepy(&reader, &word));
	assert_int_equal(atomic_load(&words.data), word);
	pipe_write(&writer, "abc", 3, &wake);
	assert_true(wake);
	assert_int_not_equal(atomic_load(&words.data), word); /* a sleeper would wake at once */
	pipe_reader_woke(&reader);
	assert_false(pipe_reader_sleepy(&reader, &word)); /* there is something */
	assert_false(pipe_reader_sleepy_below(&reader, 3, &word));
	assert_true(pipe_reader_sleepy_below(&reader, 4, &word));
	pipe_write(&writer, "d", 1, &wake);
	assert_true(wake);
	pipe_reader_woke(&reader);
	pipe_peek(&reader, &size);
	assert_false(pipe_took(&reader, size));

	pipe_wrote(&writer, SIZE);
	assert_true(pipe_writer_sleepy(&writer, &word));
	pipe_peek(&reader, &size);
	assert_true(pipe_took(&reader, 1));
	assert_int_not_equal(atomic_load(&words.room), word);
	pipe_writer_woke(&writer);
	assert_false(pipe_writer_sleepy(&writer, &word));
}

/* Positions that the other end cannot have break a pipe for good. */
static void test_hostile_writer(void **state)
{
	static const uint64_t wrong[] = { SIZE + 1001, UINT64_MAX, 999, 0, UINT64_C(1) << 63 };
	uint32_t word;
	size_t size;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setup(state);
		atomic_store(&words.written, 1000);
		assert_non_null(pipe_peek(&reader, &size));
		pipe_took(&reader, 1000);
		atomic_store(&words.written, wrong[i]);
		assert_null(pipe_peek(&reader, &size));
		assert_int_equal(size, 0);
		assert_true(reader.broken);
		atomic_store(&words.written, 1001);
		assert_null(pipe_peek(&reader, &size));
		assert_false(pipe_reader_sleepy(&reader, &word)); /* nothing to wait for */
	}
}

static void test_hostile_reader(void **state)
{
	static const uint64_t wrong[] = { SIZE + 1, UINT64_MAX, 99, 0 };
	uint32_t word;
	size_t size;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		setup(state);
		pipe_wrote(&writer, SIZE);
		atomic_store(&words.taken, 100);
		pipe_room(&writer, &size);
		assert_int_equal(size, 100);
		atomic_store(&words.taken, wrong[i]);
		pipe_room(&writer, &size);
		assert_int_equal(size, 0);
		assert_true(writer.broken);
		assert_false(pipe_writer_sleepy(&writer, &word));
	}
}

/* An end keeps its own position to itself: the other cannot move it. */
static void test_own_position(void **state)
{
	size_t size;

	(void)state;
	pipe_wrote(&writer, 100);
	atomic_store(&words.written, 5);
	pipe_wrote(&writer, 100);
	assert_int_equal(atomic_load(&words.written), 200);
	pipe_peek(&reader, &size);
	pipe_took(&reader, 50);
	atomic_store(&words.taken, 0);
	pipe_took(&reader, 50);
	assert_int_equal(atomic_load(&words.taken), 100);
}

/* ---- two threads, one behind the other, with sleeps that end by the words alone */

static void sleep_on(const _Atomic uint32_t *word, uint32_t value)
{
	while (atomic_load(word) == value)
		sched_yield();
}

static void *write_all(void *data)
{
	uint64_t at = 0;

	(void)data;
	while (at < BYTES) {
		size_t room, n = 0;
		uint32_t word;
		uint8_t *to = pipe_room(&writer, &room);
		const size_t offset = (size_t)(at & (SIZE - 1));

		if (room == 0) {
			if (pipe_writer_sleepy(&writer, &word)) {
				sleep_on(&words.room, word);
				pipe_writer_woke(&writer);
			}
			continue;
		}
		while (n < room && n < 1 + at % 1000 && at + n < BYTES && offset + n < SIZE) {
			to[n] = (uint8_t)((at + n) * 31);
			n++;
		}
		pipe_wrote(&writer, n);
		at += n;
	}
	return NULL;
}

static void test_threads(void **state)
{
	pthread_t thread;
	uint64_t at = 0;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, write_all, NULL), 0);
	while (at < BYTES) {
		const size_t offset = (size_t)(at & (SIZE - 1));
		size_t size;
		uint32_t word;
		const uint8_t *from = pipe_peek(&reader, &size);

		if (!from) {
			assert_false(reader.broken);
			if (pipe_reader_sleepy(&reader, &word)) {
				sleep_on(&words.data, word);
				pipe_reader_woke(&reader);
			}
			continue;
		}
		if (size > SIZE - offset)
			size = SIZE - offset;
		for (size_t i = 0; i < size; i++)
			assert_int_equal(from[i], (uint8_t)((at + i) * 31));
		pipe_took(&reader, size);
		at += size;
	}
	pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_sizes, setup),
		cmocka_unit_test_setup(test_full_and_empty, setup),
		cmocka_unit_test_setup(test_wake_ups, setup),
		cmocka_unit_test_setup(test_hostile_writer, setup),
		cmocka_unit_test_setup(test_hostile_reader, setup),
		cmocka_unit_test_setup(test_own_position, setup),
		cmocka_unit_test_setup(test_threads, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
