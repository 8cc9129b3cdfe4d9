/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory shared with a client: nobody resizes it, it begins empty, and it ends with the resource. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vtest/memory.h"

#define SIZE 10000u

static void test_life(void **state)
{
	struct vtest_memory memory = { 0 };
	uint8_t *theirs;
	struct stat stat;
	int fd = -1;

	(void)state;
	assert_int_equal(vtest_memory_create(SIZE, &memory, &fd), 0);
	theirs = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_true(theirs != MAP_FAILED);
	for (size_t i = 0; i < SIZE; i++)
		assert_int_equal(theirs[i], 0);
	memory.data[SIZE - 1] = 7;
	assert_int_equal(theirs[SIZE - 1], 7);
	memset(theirs, 9, SIZE);
	assert_int_equal(memory.data[0], 9);

	assert_int_equal(ftruncate(fd, 0), -1);
	assert_int_equal(ftruncate(fd, SIZE * 2), -1);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	/* A hole is zeros, and no fault. */
	assert_int_equal(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, SIZE), 0);
	assert_int_equal(memory.data[0], 0);

	memset(theirs, 9, SIZE);
	assert_int_equal(fstat(fd, &stat), 0);
	assert_true(stat.st_blocks > 0);
	vtest_memory_destroy(&memory);
	assert_null(memory.data);
	assert_int_equal(fstat(fd, &stat), 0);
	assert_int_equal(stat.st_blocks, 0);
	assert_int_equal(theirs[0], 0);
	vtest_memory_destroy(&memory);
	munmap(theirs, SIZE);
	close(fd);
}

static void test_bytes(void **state)
{
	(void)state;
	assert_int_equal(vtest_memory_bytes(1), 4096);
	assert_int_equal(vtest_memory_bytes(4096), 4096);
	assert_int_equal(vtest_memory_bytes(UINT32_MAX), 1ull << 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
