/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a resource held is gone when it was cleared: every level, layer and byte, on the real library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "egl.h"
#include "log.h"
#include "virgl/clear.h"
#include "virgl/virgl.h"

#define BIND_SAMPLER 8u
#define BIND_VERTEX  16u
#define FILL         0x3c

static const struct virgl_resource_desc shapes[] = {
	{ VIRGL_TARGET_BUFFER, 64, BIND_VERTEX, 5, 1, 1, 1, 0, 0 },
	{ VIRGL_TARGET_BUFFER, 64, BIND_VERTEX, (3u << 20) + 5, 1, 1, 1, 0, 0 },
	{ VIRGL_TARGET_BUFFER, 64, VIRGL_BIND_CUSTOM, 64, 1, 1, 1, 0, 0 },
	{ VIRGL_TARGET_2D, 1, BIND_SAMPLER, 67, 33, 1, 1, 5, 0 },
	{ VIRGL_TARGET_RECT, 67, BIND_SAMPLER, 67, 33, 1, 1, 0, 0 },
	{ VIRGL_TARGET_3D, 67, BIND_SAMPLER, 20, 10, 6, 1, 2, 0 },
	{ VIRGL_TARGET_CUBE, 67, BIND_SAMPLER, 32, 32, 1, 6, 1, 0 },
	{ VIRGL_TARGET_2D_ARRAY, 31, BIND_SAMPLER, 20, 10, 1, 5, 0, 0 },
	{ VIRGL_TARGET_1D, 64, BIND_SAMPLER, 300, 1, 1, 1, 0, 0 },
	{ VIRGL_TARGET_2D, 28, BIND_SAMPLER, 40, 40, 1, 1, 0, 0 },
	{ VIRGL_TARGET_2D, 113, BIND_SAMPLER, 64, 48, 1, 1, 2, 0 }, /* RGTC1, in blocks */
	{ VIRGL_TARGET_2D, 115, BIND_SAMPLER, 2048, 2044, 1, 1, 0, 0 },
};

static bool all_are(const uint8_t *data, uint64_t size, uint8_t value)
{
	for (uint64_t i = 0; i < size; i++) {
		if (data[i] != value)
			return false;
	}
	return true;
}

/* One layer of a level, written or read. */
static void layer(const struct virgl_resource *resource, uint32_t level, uint32_t z, bool fill)
{
	struct virgl_transfer transfer = { .level = level,
		.box = virgl_resource_box(resource, level) };
	uint64_t size;
	uint8_t *data;

	transfer.box.z = z;
	transfer.box.d = 1;
	size = virgl_transfer_size(resource, &transfer);
	assert_true(size > 0);
	data = malloc(size);
	memset(data, FILL, size);
	if (fill)
		assert_int_equal(virgl_transfer_put(resource, &transfer, data, size), 0);
	memset(data, ~FILL, size);
	assert_int_equal(virgl_transfer_get(resource, &transfer, data, size), 0);
	if (!all_are(data, size, fill ? FILL : 0))
		fail_msg("target %u, format %u, level %u, layer %u: not all %s",
			resource->desc.target, resource->desc.format, level, z,
			fill ? "filled" : "cleared");
	free(data);
}

static void layers(const struct virgl_resource *resource, bool fill)
{
	for (uint32_t level = 0; level <= resource->desc.last_level; level++) {
		for (uint32_t z = 0; z < virgl_resource_box(resource, level).d; z++)
			layer(resource, level, z, fill);
	}
}

static void nothing_is_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		struct virgl_resource resource = { .desc = shapes[i] };

		assert_null(virgl_resource_check(&resource));
		virgl_resource_create(&resource, VIRGL_CONTEXT_HOST);
		assert_int_not_equal(resource.id, 0);
		if (resource.desc.bind != VIRGL_BIND_CUSTOM)
			layers(&resource, true);
		assert_int_equal(virgl_resource_clear(&resource), 0);
		layers(&resource, false);
		virgl_resource_destroy(&resource);
	}
}

/* These cannot be read, but must not fail either: as new resources on hardware are cleared. */
static void all_can_be_cleared(void **state)
{
	static const struct virgl_resource_desc more[] = {
		{ VIRGL_TARGET_2D, 1, BIND_SAMPLER, 64, 64, 1, 1, 0, 4 },
		{ VIRGL_TARGET_2D, 20, 1, 64, 64, 1, 1, 0, 0 },  /* depth and stencil */
		{ VIRGL_TARGET_2D, 16, 1, 64, 64, 1, 1, 0, 0 },  /* depth */
		{ VIRGL_TARGET_2D, 126, 1, 64, 64, 1, 1, 0, 0 }, /* depth as float, and stencil */
	};

	(void)state;
	virgl_resource_clears(true);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		struct virgl_resource resource = { .desc = more[i] };

		assert_null(virgl_resource_check(&resource));
		virgl_resource_create(&resource, VIRGL_CONTEXT_HOST);
		if (resource.id == 0)
			fail_msg("format %u with %u samples", more[i].format, more[i].samples);
		virgl_resource_destroy(&resource);
	}
	virgl_resource_clears(false);
	/* And the context that clears is still good. */
	nothing_is_left(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left),
		cmocka_unit_test(all_can_be_cleared),
	};
	static struct egl egl;
	char reason[IPC_TEXT_MAX + 1] = "";

	setenv("LIBGL_ALWAYS_SOFTWARE", "1", 1);
	setenv("MESA_SHADER_CACHE_DISABLE", "true", 1);
	log_init(LOG_LEVEL_WARNING, false);
	if (!egl_open_surfaceless(&egl, reason) || !virgl_start(&egl, false, reason)) {
		log_error("cannot render: %s", reason);
		return 1;
	}
	/* Without the ends of drivers and compilers, which keep what they made. */
	_exit(cmocka_run_group_tests(tests, NULL, NULL));
}
