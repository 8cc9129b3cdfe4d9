/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk over virgl command buffers: handles are translated, compute is taken out, bounds hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "walk/commands.h"

#define HEADER(id, object, length) \
	((uint32_t)(id) | (uint32_t)(object) << 8 | (uint32_t)(length) << 16)

/* Handles 1 to 9 are the client's, and are 100 more in the process. 8 was refused. */
static struct virgl_resource resources[10];

static struct virgl_resource *find(void *data, uint32_t handle)
{
	assert_true(handle != 0);
	(void)data;
	if (handle >= 10)
		return NULL;
	resources[handle].id = handle == 8 ? 0 : handle + 100;
	return &resources[handle];
}

static struct quota own = { .program = "test" };
static struct virgl_sub_contexts contexts = { .objects = { .owner = &own } };

static bool walk(uint32_t *dwords, size_t n, bool compute, struct virgl_walk *ret_walk)
{
	*ret_walk = (struct virgl_walk){ .find = find, .contexts = &contexts, .compute = compute };
	return virgl_walk_commands(ret_walk, dwords, n);
}

static void test_handles(void **state)
{
	uint32_t copy[] = { HEADER(17, 0, 13), 3, 0, 1, 1, 0, 77, 0, 1, 1, 0, 5, 5, 1 };
	uint32_t vertex[] = { HEADER(6, 0, 6), 16, 0, 2, 16, 0, 0 };
	uint32_t view[] = { HEADER(1, 6, 6), 50, 4, 1, 0, 0, 0 };
	uint32_t images[] = { HEADER(35, 0, 12), 1, 0, 1, 1, 1, 1, 5, 1, 1, 1, 1, 6 };
	uint32_t draw[21] = { HEADER(8, 0, 20) };
	uint32_t refused[] = { HEADER(11, 0, 3), 8, 2, 0 };
	struct virgl_walk result;

	(void)state;
	assert_true(walk(refused, 4, false, &result));
	assert_int_equal(refused[1], VIRGL_HANDLE_NONE);
	assert_true(walk(copy, 14, false, &result));
	assert_int_equal(copy[1], 103);
	assert_int_equal(copy[6], VIRGL_HANDLE_NONE);
	assert_true(walk(vertex, 7, false, &result));
	assert_int_equal(vertex[3], 102);
	assert_int_equal(vertex[6], 0);
	assert_int_equal(vertex[1], 16);
	assert_true(walk(view, 7, false, &result));
	assert_int_equal(view[1], 50);
	assert_int_equal(view[2], 104);
	assert_true(walk(images, 13, false, &result));
	assert_int_equal(images[7], 105);
	assert_int_equal(images[12], 106);
	draw[14] = draw[15] = draw[20] = 7;
	assert_true(walk(draw, 21, false, &result));
	assert_int_equal(draw[14], 7);
	assert_int_equal(draw[15], 107);
	assert_int_equal(draw[20], 107);
}

/* A draw without the indirect part has no handles. */
static void test_short_draw(void **state)
{
	uint32_t draw[15] = { HEADER(8, 0, 14), 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };
	struct virgl_walk result;

	(void)state;
	assert_true(walk(draw, 15, false, &result));
	for (int i = 1; i < 15; i++)
		assert_int_equal(draw[i], 1);
}

static void test_compute(void **state)
{
	const uint32_t commands[] = { HEADER(1, 4, 6), 9, 5, 8, 2, 0, 0, /* a compute shader */
		HEADER(37, 0, 8), 1, 1, 1, 1, 1, 1, 0, 0, HEADER(31, 0, 2), 9, 5 };
	uint32_t dwords[sizeof(commands) / 4];
	struct virgl_walk result;

	(void)state;
	memcpy(dwords, commands, sizeof(commands));
	assert_true(walk(dwords, sizeof(commands) / 4, false, &result));
	assert_non_null(result.refused);
	assert_int_equal(dwords[0], HEADER(0, 0, 6));
	assert_int_equal(dwords[7] & 0xff, 0);
	assert_int_equal(dwords[16] & 0xff, 0);
	memcpy(dwords, commands, sizeof(commands));
	assert_true(walk(dwords, sizeof(commands) / 4, true, &result));
	assert_null(result.refused);
	assert_memory_equal(dwords, commands, sizeof(commands));
}

/* An image's format is an index into a table of virglrenderer. */
static void test_image_formats(void **state)
{
	uint32_t good[] = { HEADER(35, 0, 7), 1, 0, 67, 1, 1, 1, 5 };
	uint32_t none[] = { HEADER(35, 0, 7), 1, 0, 0, 0, 0, 0, 0 };
	uint32_t bad[] = { HEADER(35, 0, 12), 1, 0, 67, 1, 1, 1, 5, 0x10000, 1, 1, 1, 6 };
	struct virgl_walk result;

	(void)state;
	assert_true(walk(good, 8, false, &result));
	assert_int_equal(good[0], HEADER(35, 0, 7));
	assert_true(walk(none, 8, false, &result));
	assert_int_equal(none[0], HEADER(35, 0, 7));
	assert_true(walk(bad, 13, false, &result));
	assert_non_null(result.refused);
	assert_int_equal(bad[0], HEADER(0, 0, 12));
}

static void test_view_formats(void **state)
{
	uint32_t view[] = { HEADER(1, 6, 6), 20, 3, 1 | 2u << 24, 0, 0, 0 };
	uint32_t surface[] = { HEADER(1, 8, 5), 21, 3, 1, 0, 0 };
	uint32_t blit[22] = { HEADER(16, 0, 21), [6] = 1, [15] = 67 };
	struct virgl_walk result;

	(void)state;
	assert_true(walk(view, 7, false, &result) && !result.refused);
	assert_true(walk(surface, 6, false, &result) && !result.refused);
	assert_true(walk(blit, 22, false, &result) && !result.refused);
	view[3] = 80 | 6u << 24; /* a number that names none */
	assert_true(walk(view, 7, false, &result));
	assert_int_equal(view[0], HEADER(0, 0, 6));
	surface[3] = 4000;
	assert_true(walk(surface, 6, false, &result));
	assert_int_equal(surface[0], HEADER(0, 0, 5));
	blit[15] = 80;
	assert_true(walk(blit, 22, false, &result));
	assert_int_equal(blit[0], HEADER(0, 0, 21));
}

/* A transfer with shared memory is left to the caller, and what stands around it is walked. */
static void test_transfers(void **state)
{
	uint32_t dwords[] = {
		HEADER(37, 0, 8), 1, 1, 1, 1, 1, 1, 3, 0,                     /* LAUNCH_GRID */
		HEADER(43, 0, 13), 4, 0, 0, 0, 0, 0, 0, 0, 8, 1, 1, 0, 1,     /* TRANSFER3D */
		HEADER(44, 0, 2), 77, 78,                                     /* END_TRANSFERS */
		HEADER(45, 0, 14), 4, 0, 0, 16, 0, 0, 0, 0, 8, 1, 1, 5, 0, 1, /* COPY_TRANSFER3D */
		HEADER(11, 0, 1), 2,                                          /* SET_INDEX_BUFFER */
	};
	size_t n = sizeof(dwords) / 4;
	struct virgl_walk result = { .find = find, .contexts = &contexts, .shared = true };

	(void)state;
	assert_true(virgl_walk_commands(&result, dwords, n));
	assert_int_equal(result.done, 9);
	assert_int_equal(dwords[0] & 0xff, 0);
	assert_int_equal(dwords[10], 4); /* the client's handle still */
	assert_true(virgl_walk_commands(&result, dwords + 23, n - 23));
	assert_int_equal(result.done, 3);
	assert_int_equal(dwords[23], HEADER(0, 0, 2));
	assert_true(virgl_walk_commands(&result, dwords + 41, n - 41));
	assert_int_equal(result.done, 2);
	assert_int_equal(dwords[42], 102);
	dwords[9] = HEADER(43, 0, 12);
	assert_false(virgl_walk_commands(&result, dwords, n));
	/* What was refused is nobody's to do. */
	dwords[26] = HEADER(45, 0, 14);
	contexts.lost = true;
	assert_true(virgl_walk_commands(&result, dwords + 26, 15));
	assert_int_equal(result.done, 15);
	assert_non_null(result.refused);
	contexts.lost = false;
}

/* A result is 16 bytes, which virglrenderer writes without a look at the buffer's size. */
static void test_query_room(void **state)
{
	uint32_t query[] = { HEADER(1, 9, 4), 20, 0, 0, 3 };
	struct virgl_walk result;

	(void)state;
	resources[3].desc = (struct virgl_resource_desc){ .width = 16 };
	assert_true(walk(query, 5, false, &result));
	assert_null(result.refused);
	assert_int_equal(query[4], 103);
	resources[3].desc.width = 15;
	query[4] = 3;
	assert_true(walk(query, 5, false, &result));
	assert_non_null(result.refused);
	assert_int_equal(query[0], HEADER(0, 0, 4));
	resources[3].desc = (struct virgl_resource_desc){ .target = VIRGL_TARGET_2D, .width = 64 };
	memcpy(query, (const uint32_t[]){ HEADER(1, 9, 4), 20, 0, 0, 3 }, sizeof(query));
	assert_true(walk(query, 5, false, &result));
	assert_non_null(result.refused);
}

static void test_refused(void **state)
{
	static const uint8_t ids[] = { 41, 43, 44, 45, 48, 49, 50, 53, 61, 63, 255 };

	(void)state;
	for (size_t i = 0; i < sizeof(ids); i++) {
		uint32_t command[] = { HEADER(ids[i], 0, 2), 1, 2 };
		struct virgl_walk result;
		assert_true(walk(command, 3, true, &result));
		assert_non_null(result.refused);
		assert_int_equal(command[0], HEADER(0, 0, 2));
	}
}

static void test_malformed(void **state)
{
	uint32_t longer[] = { HEADER(0, 0, 3), 0, 0 };
	uint32_t short_blit[] = { HEADER(16, 0, 3), 1, 1, 1 };
	uint32_t short_surface[] = { HEADER(1, 8, 1), 1 };
	uint32_t marker[6001] = { HEADER(51, 0, 6000), 4 };
	struct virgl_walk result;

	(void)state;
	assert_false(walk(longer, 3, true, &result));
	assert_non_null(result.wrong);
	assert_false(walk(short_blit, 4, true, &result));
	assert_false(walk(short_surface, 2, true, &result));
	assert_true(walk(NULL, 0, true, &result));
	assert_true(walk(marker, 6001, true, &result));
}

static uint64_t used(enum limit_id id)
{
	static struct ipc_render_pong pong;

	quota_report(&pong);
	return pong.limits[id].used;
}

static void limit(enum limit_id id, uint64_t value)
{
	struct ipc_limit values[LIMITS_N] = { 0 };

	values[id].value = value;
	quota_set(values, LIMITS_N);
}

/* Walks one command and tells whether it got through. */
static bool passes(uint32_t *dwords, size_t n)
{
	struct virgl_walk result;

	assert_true(walk(dwords, n, false, &result));
	assert_int_equal(result.refused == NULL, (dwords[0] & 0xff) != 0);
	return result.refused == NULL;
}

static bool context(uint32_t id, uint32_t number)
{
	return passes((uint32_t[]){ HEADER(id, 0, 1), number }, 2);
}

/* A blend state: any object but a shader. */
static bool object(uint32_t handle)
{
	return passes((uint32_t[]){ HEADER(1, 1, 2), handle, 0 }, 3);
}

static bool shader(uint32_t handle, uint32_t length, uint32_t tokens)
{
	return passes((uint32_t[]){ HEADER(1, 4, 5), handle, 0, length, tokens, 0 }, 6);
}

enum { SET = 28, CREATE, DESTROY };

/* Each is a context of the driver, which costs megabytes: a client has so many and no more. */
static void test_sub_contexts(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < VIRGL_SUB_CONTEXTS_MAX; i++) {
		assert_true(context(CREATE, i + 1));
		assert_true(context(CREATE, i + 1));
	}
	assert_int_equal(used(LIMIT_CONTEXTS), VIRGL_SUB_CONTEXTS_MAX);
	assert_false(context(CREATE, 1000));
	/* what is destroyed, and is there, makes room */
	assert_true(context(DESTROY, 2000));
	assert_true(context(DESTROY, 0));
	assert_false(context(CREATE, 1000));
	assert_true(context(DESTROY, 7));
	assert_true(context(CREATE, 1000));
	assert_false(context(CREATE, 7));
	virgl_sub_contexts_finish(&contexts);
	assert_int_equal(used(LIMIT_CONTEXTS), 0);
	limit(LIMIT_CONTEXTS, 1);
	assert_true(context(CREATE, 1));
	assert_false(context(CREATE, 2));
	virgl_sub_contexts_finish(&contexts);
	limit(LIMIT_CONTEXTS, 0);
}

/* What is meant for a context that was refused does not go to another. */
static void test_lost_context(void **state)
{
	(void)state;
	virgl_sub_contexts_init(&contexts, &own);
	limit(LIMIT_CONTEXTS, 1);
	assert_true(context(CREATE, 1));
	assert_false(context(CREATE, 2));
	assert_true(object(5)); /* context 1 is still the current one */
	assert_true(context(SET, 2));
	assert_false(object(6));
	assert_false(passes((uint32_t[]){ HEADER(39, 0, 1), 0 }, 2));
	assert_true(context(SET, 0));
	assert_true(object(6));
	assert_true(context(SET, 2));
	assert_true(context(SET, 1));
	assert_true(object(6));
	assert_int_equal(used(LIMIT_OBJECTS), 3);
	/* With a context go its objects, and context 0 is the current one. */
	assert_true(context(DESTROY, 1));
	assert_int_equal(used(LIMIT_OBJECTS), 1);
	assert_true(object(6));
	assert_int_equal(used(LIMIT_OBJECTS), 1);
	virgl_sub_contexts_finish(&contexts);
	assert_int_equal(used(LIMIT_OBJECTS), 0);
	limit(LIMIT_CONTEXTS, 0);
}

static void test_objects(void **state)
{
	(void)state;
	virgl_sub_contexts_init(&contexts, &own);
	limit(LIMIT_OBJECTS, 256);
	for (uint32_t i = 1; i <= 256; i++) {
		/* one client alone has four fifths */
		if (object(i * 4096) != (i <= 205))
			fail_msg("object %u", i);
	}
	assert_true(object(4096)); /* again: in place of the former */
	assert_int_equal(used(LIMIT_OBJECTS), 205);
	assert_false(object(1));
	assert_true(passes((uint32_t[]){ HEADER(3, 1, 1), 2 * 4096 }, 2));
	assert_true(passes((uint32_t[]){ HEADER(3, 1, 1), 2 * 4096 }, 2));
	assert_int_equal(used(LIMIT_OBJECTS), 204);
	assert_true(object(1));
	assert_true(object(0)); /* virglrenderer refuses it itself */
	virgl_sub_contexts_finish(&contexts);
	assert_int_equal(used(LIMIT_OBJECTS), 0);
	limit(LIMIT_OBJECTS, 0);
}

static void test_shaders(void **state)
{
	(void)state;
	virgl_sub_contexts_init(&contexts, &own);
	limit(LIMIT_SHADER_SIZE, 5000);
	assert_true(shader(1, 5000, 300));
	assert_false(shader(2, 5001, 300));
	assert_false(shader(2, 300, 5001));
	assert_false(shader(2, 0x7fffffff, 300));
	/* Further pieces of one that was refused, and of one that was not. */
	assert_false(shader(2, 1u << 31 | 4000, 300));
	assert_true(shader(1, 1u << 31 | 4000, 300));
	assert_int_equal(used(LIMIT_SHADER_BYTES), 5000);
	assert_true(shader(1, 1000, 300));
	assert_int_equal(used(LIMIT_SHADER_BYTES), 1000);
	assert_int_equal(used(LIMIT_OBJECTS), 1);
	limit(LIMIT_SHADER_BYTES, 65536);
	assert_true(shader(2, 40000, 300));
	assert_false(shader(3, 30000, 300));
	assert_false(shader(1, 30000, 300));
	assert_int_equal(used(LIMIT_SHADER_BYTES), 41000);
	assert_true(passes((uint32_t[]){ HEADER(3, 4, 1), 2 }, 2));
	assert_true(shader(3, 30000, 300));
	virgl_sub_contexts_finish(&contexts);
	assert_int_equal(used(LIMIT_SHADER_BYTES), 0);
	assert_int_equal(used(LIMIT_OBJECTS), 0);
	limit(LIMIT_SHADER_BYTES, 0);
}

/* Random dwords never make it look outside of the buffer (a sanitizer's business). */
static void test_noise(void **state)
{
	(void)state;
	srand(2);
	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)rand() % 40;
		uint32_t *dwords = malloc(n * 4 + 4);
		struct virgl_walk result;
		for (size_t i = 0; i < n; i++)
			dwords[i] = (uint32_t)rand() % 64 | (uint32_t)(rand() % 16) << 8 |
				    (uint32_t)(rand() % 24) << 16;
		dwords = realloc(dwords, n * 4 > 0 ? n * 4 : 1);
		walk(dwords, n, round % 2, &result);
		free(dwords);
	}
}

/* Buffers that fragments see, and all that shaders write; not vertices, and no texture that is only sampled. */
static void test_late(void **state)
{
	uint32_t vertex[] = { HEADER(6, 0, 3), 16, 0, 1 };
	uint32_t texture[] = { HEADER(1, 6, 6), 50, 2, 1, 0, 0, 0 };
	uint32_t buffer[] = { HEADER(1, 6, 6), 51, 3, 1, 0, 0, 0 };
	uint32_t storage[] = { HEADER(34, 0, 5), 1, 0, 0, 16, 4 };
	uint32_t atomic[] = { HEADER(40, 0, 4), 0, 0, 16, 5 };
	uint32_t image[] = { HEADER(35, 0, 7), 1, 0, 1, 1, 0, 0, 6 };
	struct virgl_walk result;

	(void)state;
	for (size_t i = 0; i < 10; i++)
		resources[i].late = false;
	resources[2].desc.target = VIRGL_TARGET_2D;
	assert_true(walk(vertex, 4, false, &result));
	assert_true(walk(texture, 7, false, &result));
	for (size_t i = 0; i < 10; i++)
		assert_false(resources[i].late);
	assert_true(walk(buffer, 7, false, &result));
	assert_true(walk(storage, 6, false, &result));
	assert_true(walk(atomic, 5, false, &result));
	assert_true(walk(image, 8, false, &result));
	for (size_t i = 3; i < 7; i++)
		assert_true(resources[i].late);
	resources[2].desc.target = VIRGL_TARGET_BUFFER;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handles),
		cmocka_unit_test(test_late),
		cmocka_unit_test(test_short_draw),
		cmocka_unit_test(test_compute),
		cmocka_unit_test(test_image_formats),
		cmocka_unit_test(test_view_formats),
		cmocka_unit_test(test_transfers),
		cmocka_unit_test(test_query_room),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_sub_contexts),
		cmocka_unit_test(test_lost_context),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_shaders),
		cmocka_unit_test(test_noise),
	};

	log_init(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
