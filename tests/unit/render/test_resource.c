/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sizes of resources and transfers, from formats and boxes that a guest made up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "ring.h"
#include "virgl/resource.h"

static const struct virgl_resource_desc picture = { .target = VIRGL_TARGET_2D,
	.format = VIRGL_FORMAT_B8G8R8A8,
	.width = 640,
	.height = 480,
	.depth = 1,
	.array_size = 1 };

static struct virgl_resource made(struct virgl_resource_desc desc)
{
	struct virgl_resource resource = { .desc = desc };

	assert_null(virgl_resource_check(&resource));
	return resource;
}

static void refused(struct virgl_resource_desc desc)
{
	struct virgl_resource resource = { .desc = desc };

	assert_non_null(virgl_resource_check(&resource));
}

static uint64_t size_of(const struct virgl_resource *resource, struct virgl_transfer transfer)
{
	return virgl_transfer_size(resource, &transfer);
}

#define LEAST 4096 /* bytes that any resource counts for */

static void test_bytes(void **state)
{
	struct virgl_resource_desc mips = picture;
	struct virgl_resource_desc cube = { .target = VIRGL_TARGET_CUBE,
		.format = 64,
		.width = 16,
		.height = 16,
		.depth = 1,
		.array_size = 6 };
	struct virgl_resource_desc dxt = { .target = VIRGL_TARGET_2D,
		.format = 105,
		.width = 5,
		.height = 5,
		.depth = 1,
		.array_size = 1 };

	(void)state;
	assert_int_equal(made(picture).bytes, LEAST + 640 * 480 * 4);
	mips.last_level = 1;
	assert_int_equal(made(mips).bytes, LEAST + 640 * 480 * 4 + 320 * 240 * 4);
	assert_int_equal(made(cube).bytes, LEAST + 64 * 16 * 6);
	assert_int_equal(made(dxt).bytes, LEAST + 64 * 4);
}

/* Drivers give each row 64 bytes at least, so that counts here too. */
static void test_thin(void **state)
{
	struct virgl_resource_desc thin = { .target = VIRGL_TARGET_2D_ARRAY,
		.format = VIRGL_FORMAT_R8,
		.width = 1,
		.height = 16384,
		.depth = 1,
		.array_size = 512 };

	(void)state;
	assert_int_equal(made(thin).bytes, LEAST + 64ull * 16384 * 512);
	thin.array_size = 2048;
	assert_int_equal(made(thin).bytes, LEAST + 64ull * 16384 * 2048);
}

static void test_absurd(void **state)
{
	struct virgl_resource_desc desc;

	(void)state;
	for (int i = 0; i < 14; i++) {
		desc = picture;
		desc.target = i == 0 ? 9 : i == 1 ? UINT32_MAX : desc.target;
		desc.format = i == 2 ? 0 : i == 3 ? UINT32_MAX : i == 4 ? 166 : desc.format;
		desc.width = i == 5 ? 0 : i == 6 ? UINT32_MAX : desc.width;
		desc.height = i == 7 ? 0 : i == 8 ? 1u << 31 : desc.height;
		desc.depth = i == 9 ? 2 : desc.depth;
		desc.array_size = i == 10 ? 2 : desc.array_size;
		desc.last_level = i == 11 ? 10 : i == 12 ? UINT32_MAX : 0;
		desc.samples = i == 13 ? 33 : 0;
		refused(desc);
	}
	desc = (struct virgl_resource_desc){ .target = VIRGL_TARGET_2D_ARRAY,
		.format = 1,
		.width = 16384,
		.height = 16384,
		.depth = 1,
		.array_size = 2048 };
	refused(desc);
}

static void test_buffers(void **state)
{
	struct virgl_resource_desc desc = {
		.target = VIRGL_TARGET_BUFFER, .format = 31, .width = 100, .height = 1, .depth = 1
	};
	struct virgl_resource buffer = made(desc);

	(void)state;
	assert_int_equal(buffer.bytes, LEAST + 100);
	assert_int_equal(
		size_of(&buffer, (struct virgl_transfer){ .box = { 10, 0, 0, 90, 1, 1 } }), 90);
	assert_int_equal(
		size_of(&buffer, (struct virgl_transfer){ .box = { 11, 0, 0, 90, 1, 1 } }), 0);
	desc.height = 2;
	refused(desc);
}

static void test_transfers(void **state)
{
	struct virgl_resource resource = made(picture);
	struct virgl_transfer transfer = { .stride = 2560, .box = { 0, 0, 0, 640, 480, 1 } };

	(void)state;
	assert_int_equal(size_of(&resource, transfer), 2560 * 480);
	transfer.stride = 2559;
	assert_int_equal(size_of(&resource, transfer), 0);
	transfer.stride = 0;
	assert_int_equal(size_of(&resource, transfer), 2560 * 480);
	transfer.stride = UINT32_MAX;
	assert_int_equal(size_of(&resource, transfer), 0);
	transfer.stride = 4096;
	transfer.box = (struct virgl_box){ 639, 479, 0, 1, 1, 1 };
	assert_int_equal(size_of(&resource, transfer), 4);
	transfer.box.x = 640;
	assert_int_equal(size_of(&resource, transfer), 0);
	transfer.box = (struct virgl_box){ UINT32_MAX, 0, 0, 2, 1, 1 };
	assert_int_equal(size_of(&resource, transfer), 0);
	transfer.box = (struct virgl_box){ 0, 0, 1, 1, 1, 1 };
	assert_int_equal(size_of(&resource, transfer), 0);
	transfer.box = (struct virgl_box){ 0, 0, 0, 1, 1, 1 };
	transfer.level = 1;
	assert_int_equal(size_of(&resource, transfer), 0);
}

static void test_layers(void **state)
{
	struct virgl_resource resource = made((struct virgl_resource_desc){ .target = VIRGL_TARGET_3D,
		.format = 67,
		.width = 8,
		.height = 8,
		.depth = 8,
		.array_size = 1,
		.last_level = 3 });
	struct virgl_transfer transfer = { .box = { 0, 0, 0, 8, 8, 8 } };

	(void)state;
	assert_int_equal(size_of(&resource, transfer), 8 * 8 * 8 * 4);
	transfer.layer_stride = 255;
	assert_int_equal(size_of(&resource, transfer), 0);
	transfer.layer_stride = 512;
	assert_int_equal(size_of(&resource, transfer), 512 * 8);
	transfer.layer_stride = UINT32_MAX;
	assert_int_equal(size_of(&resource, transfer), 0);
	transfer = (struct virgl_transfer){ .level = 3, .box = { 0, 0, 0, 1, 1, 1 } };
	assert_int_equal(size_of(&resource, transfer), 4);
	transfer.box.d = 2;
	assert_int_equal(size_of(&resource, transfer), 0);
}

/* What a transfer touches ends with its last pixel. */
static void test_spans(void **state)
{
	struct virgl_resource_desc mips = picture;
	struct virgl_resource_desc dxt = { .target = VIRGL_TARGET_2D_ARRAY,
		.format = 105,
		.width = 64,
		.height = 64,
		.depth = 1,
		.array_size = 3 };
	struct virgl_resource resource;
	struct virgl_transfer transfer = { .level = 1, .box = { 300, 100, 0, 20, 10, 1 } };

	(void)state;
	mips.last_level = 1;
	resource = made(mips);
	virgl_transfer_whole_rows(&resource, &transfer);
	assert_int_equal(transfer.stride, 320 * 4);
	assert_int_equal(transfer.layer_stride, 320 * 240 * 4);
	assert_int_equal(virgl_transfer_size(&resource, &transfer), 10 * 320 * 4);
	assert_int_equal(virgl_transfer_span(&resource, &transfer), 9 * 320 * 4 + 20 * 4);

	resource = made(dxt);
	transfer = (struct virgl_transfer){ .box = { 8, 8, 0, 10, 9, 3 } };
	virgl_transfer_whole_rows(&resource, &transfer);
	assert_int_equal(transfer.stride, 16 * 8);
	assert_int_equal(transfer.layer_stride, 16 * 16 * 8);
	assert_true(virgl_transfer_size(&resource, &transfer) > 0);
	assert_int_equal(
		virgl_transfer_span(&resource, &transfer), 2 * 16 * 16 * 8 + 2 * 16 * 8 + 3 * 8);
	/* Levels that are not there are no harm before the check that finds them. */
	transfer.level = 77;
	virgl_transfer_whole_rows(&resource, &transfer);
	assert_int_equal(virgl_transfer_size(&resource, &transfer), 0);
}

static void test_formats(void **state)
{
	struct virgl_format format;

	(void)state;
	assert_true(virgl_format_find(31, &format));
	assert_int_equal(format.bytes, 16);
	assert_true(virgl_format_find(66, &format));
	assert_int_equal(format.bytes, 3);
	assert_true(virgl_format_find(292, &format));
	assert_int_equal(format.width, 12);
	assert_false(virgl_format_find(14, &format));
	assert_int_equal(virgl_format_ring(1), RING_BGRX);
	assert_int_equal(virgl_format_ring(67), RING_RGBX);
	assert_int_equal(virgl_format_ring(7), RING_RGB565);
	assert_int_equal(virgl_format_ring(131), RING_X2RGB10);
	assert_int_equal(virgl_format_ring(8), 0);
	for (uint32_t number = 0; number < 400; number++) {
		if (virgl_format_ring(number) > 0) {
			assert_true(virgl_format_find(number, &format));
			assert_int_equal(format.bytes, ring_format_bytes(virgl_format_ring(number)));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_thin),
		cmocka_unit_test(test_absurd),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_transfers),
		cmocka_unit_test(test_layers),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_formats),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
