/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bytes of clients: bounded together, and yet none is left without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vtest/buffer.h"

#define MIB 0x100000u

static uint64_t total;

static void test_bytes_are_kept(void **state)
{
	struct vtest_buffer buffer;
	uint8_t next = 0, expected = 0;

	(void)state;
	total = 0;
	vtest_buffer_init(&buffer, &total, 64 * MIB);
	srand(1);
	for (int round = 0; round < 2000; round++) {
		size_t n = (size_t)rand() % 5000, size;
		assert_true(vtest_buffer_reserve(&buffer, n));
		for (size_t i = 0; i < n; i++)
			buffer.data[buffer.end++] = next++;
		size = vtest_buffer_size(&buffer);
		n = (size_t)rand() % (size + 1);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(buffer.data[buffer.start + i], expected++);
		vtest_buffer_consume(&buffer, n);
		vtest_buffer_shrink(&buffer);
		assert_true(total >= vtest_buffer_size(&buffer));
	}
	vtest_buffer_finish(&buffer);
	assert_int_equal(total, 0);
}

/* What waits moves with the place for pixels, and nothing of it is lost. */
static void test_aligned(void **state)
{
	struct vtest_buffer buffer;

	(void)state;
	total = 0;
	vtest_buffer_init(&buffer, &total, 64 * MIB);
	for (size_t ahead = 12; ahead < 200; ahead += 12) {
		assert_true(vtest_buffer_reserve(&buffer, ahead));
		memset(buffer.data + buffer.end, (int)ahead, ahead);
		buffer.end += ahead;
		assert_true(vtest_buffer_reserve_aligned(&buffer, 5000));
		assert_int_equal((uintptr_t)(buffer.data + buffer.end) % 64, 0);
		assert_true(buffer.capacity - buffer.end >= 5000);
		assert_int_equal(vtest_buffer_size(&buffer), ahead);
		for (size_t i = buffer.start; i < buffer.end; i++)
			assert_int_equal(buffer.data[i], ahead);
		vtest_buffer_consume(&buffer, ahead);
	}
	vtest_buffer_finish(&buffer);
}

/* Who takes all there is keeps the others from large buffers, not from what any client needs. */
static void test_hog(void **state)
{
	struct vtest_buffer hog, other;

	(void)state;
	total = 0;
	vtest_buffer_init(&hog, &total, 64 * MIB);
	vtest_buffer_init(&other, &total, 64 * MIB);
	assert_true(vtest_buffer_reserve(&hog, 64 * MIB));
	assert_false(vtest_buffer_reserve(&hog, 65 * MIB));
	assert_false(vtest_buffer_reserve(&other, 32 * MIB));
	assert_true(vtest_buffer_reserve(&other, 1000));
	other.end += 1000;
	assert_true(vtest_buffer_reserve(&other, 8 * MIB));
	vtest_buffer_finish(&hog);
	vtest_buffer_finish(&other);
	assert_int_equal(total, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes_are_kept),
		cmocka_unit_test(test_aligned),
		cmocka_unit_test(test_hog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
