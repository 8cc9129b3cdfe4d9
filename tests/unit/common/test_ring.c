/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ring of frames: what its seals forbid, and what a reader refuses. */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipc_limits.h"
#include "ring.h"
#include "util.h"

static const struct ring_geometry geometry = {
	.width = 100, .height = 50, .stride = 400, .format = RING_BGRX, .slots = 3
};

static void test_write_and_read(void **state)
{
	struct ring writer, reader;

	(void)state;
	assert_int_equal(ring_create(&writer, &geometry), 0);
	assert_int_equal(ring_open(&reader, writer.fd, &geometry), 0);
	assert_int_equal(reader.fd, -1);
	assert_int_equal(writer.slot_size % (size_t)sysconf(_SC_PAGESIZE), 0);
	assert_true(writer.slot_size >= 400 * 50);
	for (uint32_t slot = 0; slot < 3; slot++)
		memset(ring_slot(&writer, slot), (int)slot + 1, 400 * 50);
	for (uint32_t slot = 0; slot < 3; slot++) {
		assert_int_equal(ring_slot(&reader, slot)[0], slot + 1);
		assert_int_equal(ring_slot(&reader, slot)[400 * 50 - 1], slot + 1);
	}
	ring_finish(&reader);
	ring_finish(&reader);
	ring_finish(&writer);
	assert_null(writer.map);
}

static void test_seals(void **state)
{
	struct ring ring;
	char byte = 0;
	void *map;

	(void)state;
	assert_int_equal(ring_create(&ring, &geometry), 0);
	map = mmap(NULL, ring.size, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, 0);
	assert_ptr_equal(map, MAP_FAILED);
	assert_int_equal(errno, EPERM);
	map = mmap(NULL, ring.size, PROT_READ, MAP_SHARED, ring.fd, 0);
	assert_ptr_not_equal(map, MAP_FAILED);
	assert_int_equal(mprotect(map, ring.size, PROT_READ | PROT_WRITE), -1);
	munmap(map, ring.size);
	assert_int_equal(ftruncate(ring.fd, 0), -1);
	assert_int_equal(ftruncate(ring.fd, (off_t)ring.size * 2), -1);
	assert_int_equal(pwrite(ring.fd, &byte, 1, 0), -1);
	assert_int_equal(fcntl(ring.fd, F_ADD_SEALS, F_SEAL_WRITE), -1);
	ring_slot(&ring, 0)[0] = 1; /* the writer's own mapping still writes */
	ring_finish(&ring);
}

/* What a render process that was taken over might send. */
static void test_reader_refuses(void **state)
{
	struct ring reader = { .fd = 7 };
	_cleanup_fd_ int unsealed = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	_cleanup_fd_ int part = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	_cleanup_fd_ int small = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	_cleanup_fd_ int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	(void)state;
	assert_int_equal(ftruncate(unsealed, 1 << 20), 0);
	assert_int_equal(ring_open(&reader, unsealed, &geometry), -EPERM);
	assert_int_equal(ftruncate(part, 1 << 20), 0);
	assert_int_equal(fcntl(part, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_FUTURE_WRITE), 0);
	assert_int_equal(ring_open(&reader, part, &geometry), -EPERM); /* may shrink */
	assert_int_equal(ftruncate(small, 100), 0);
	assert_int_equal(
		fcntl(small, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE), 0);
	assert_int_equal(ring_open(&reader, small, &geometry), -EINVAL);
	assert_int_equal(ring_open(&reader, null, &geometry), -EPERM);
	assert_int_equal(ring_open(&reader, -1, &geometry), -EPERM);
	assert_int_equal(reader.fd, 7); /* untouched */
}

/* Without huge pages on the host, mapping them would fail later and otherwise. */
static void test_huge_pages(void **state)
{
	struct ring reader = { .fd = 7 };
	_cleanup_fd_ int huge =
		memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_HUGETLB | MFD_HUGE_2MB);

	(void)state;
	if (huge < 0 || ftruncate(huge, 2 << 20) < 0 ||
		fcntl(huge, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE) < 0)
		skip();
	assert_int_equal(ring_open(&reader, huge, &geometry), -EPERM);
	assert_int_equal(reader.fd, 7);
}

static void test_geometry(void **state)
{
	static const struct ring_geometry bad[] = {
		{ 0, 50, 400, RING_BGRX, 3 },
		{ 100, 0, 400, RING_BGRX, 3 },
		{ IPC_SURFACE_SIDE_MAX + 1, 1, 4 * (IPC_SURFACE_SIDE_MAX + 1), RING_BGRX, 1 },
		{ 1, IPC_SURFACE_SIDE_MAX + 1, 4, RING_BGRX, 1 },
		{ 100, 50, 396, RING_BGRX, 3 },
		{ 100, 50, 402, RING_BGRX, 3 },
		{ 100, 50, UINT32_MAX - 3, RING_BGRX, 3 },
		{ 0x40000000, 50, 4, RING_BGRX, 3 }, /* width * 4 wraps in 32 bits */
		{ 100, 50, 400, 0, 3 },
		{ 100, 50, 400, 5, 3 },
		{ 100, 50, 400, RING_BGRX, 0 },
		{ 100, 50, 400, RING_BGRX, RING_SLOTS_MAX + 1 },
	};
	struct ring_geometry narrow = { 101, 50, 204, RING_RGB565, 1 };
	struct ring ring;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(ring_create(&ring, &bad[i]), -EINVAL);
	assert_int_equal(ring_create(&ring, &narrow), 0);
	ring_finish(&ring);
	assert_int_equal(ring_format_bytes(RING_X2RGB10), 4);
	assert_int_equal(ring_format_bytes(RING_RGB565), 2);
	assert_int_equal(ring_format_bytes(77), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write_and_read),
		cmocka_unit_test(test_seals),
		cmocka_unit_test(test_reader_refuses),
		cmocka_unit_test(test_huge_pages),
		cmocka_unit_test(test_geometry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
