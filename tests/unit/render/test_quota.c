/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits in the render process: what is taken and given back, and how clients share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "log.h"
#include "quota.h"
#include "virgl/resource.h"

static void set(enum limit_id id, uint64_t value)
{
	struct ipc_limit values[LIMITS_N] = { 0 };

	values[id].value = value;
	quota_set(values, LIMITS_N);
}

static struct ipc_limit_use use(enum limit_id id)
{
	static struct ipc_render_pong pong;

	quota_report(&pong);
	assert_int_equal(pong.n_limits, LIMITS_N);
	return pong.limits[id];
}

static int setup(void **state)
{
	(void)state;
	quota_set(NULL, 0);
	return 0;
}

static void absurd_values_are_defaults(void **state)
{
	(void)state;
	assert_int_equal(quota_limit(LIMIT_RESOURCE_BYTES), 4ull << 30);
	set(LIMIT_CLIENTS, 65);
	assert_int_equal(quota_limit(LIMIT_CLIENTS), 64);
	set(LIMIT_CLIENTS, 3);
	assert_int_equal(quota_limit(LIMIT_CLIENTS), 3);
	quota_set(&(struct ipc_limit){ 5 }, 1);
	assert_int_equal(quota_limit(LIMIT_CLIENTS), 5);
	assert_int_equal(quota_limit(LIMIT_VIEWERS), 32);
}

static void taken_and_given(void **state)
{
	struct quota own = { .program = "test" };
	const uint64_t refused = use(LIMIT_CONTEXTS).refused;

	(void)state;
	set(LIMIT_CONTEXTS, 4);
	for (int i = 0; i < 4; i++)
		assert_true(quota_take(&own, LIMIT_CONTEXTS, 1));
	assert_false(quota_take(&own, LIMIT_CONTEXTS, 1));
	assert_false(quota_take(NULL, LIMIT_CONTEXTS, 1));
	assert_int_equal(use(LIMIT_CONTEXTS).used, 4);
	assert_int_equal(use(LIMIT_CONTEXTS).refused, refused + 2);
	/* Lowered: what is there stays, and nothing more comes. */
	set(LIMIT_CONTEXTS, 2);
	quota_give(&own, LIMIT_CONTEXTS, 1);
	assert_false(quota_take(&own, LIMIT_CONTEXTS, 1));
	set(LIMIT_CONTEXTS, 4);
	assert_true(quota_take(&own, LIMIT_CONTEXTS, 1));
	quota_give(&own, LIMIT_CONTEXTS, 4);
	assert_int_equal(own.used[LIMIT_CONTEXTS], 0);
	assert_int_equal(use(LIMIT_CONTEXTS).used, 0);
}

static void absurd_amounts_are_refused(void **state)
{
	struct quota own = { .program = "test" };

	(void)state;
	assert_true(quota_take(&own, LIMIT_RESOURCE_BYTES, 1));
	assert_false(quota_take(&own, LIMIT_RESOURCE_BYTES, UINT64_MAX));
	assert_false(quota_take(NULL, LIMIT_RESOURCE_BYTES, UINT64_MAX));
	quota_give(&own, LIMIT_RESOURCE_BYTES, 1);
}

/* However many are greedy, one that comes later gets something. */
static void clients_share(void **state)
{
	struct quota own[6] = { 0 };
	const uint64_t limit = 1000000;

	(void)state;
	set(LIMIT_RESOURCES, limit);
	for (int i = 0; i < 6; i++) {
		own[i].program = "test";
		while (quota_take(&own[i], LIMIT_RESOURCES, 10))
			;
		assert_true(own[i].used[LIMIT_RESOURCES] >= 200);
	}
	assert_in_range(own[0].used[LIMIT_RESOURCES], limit * 79 / 100, limit * 80 / 100);
	assert_in_range(own[1].used[LIMIT_RESOURCES], limit * 15 / 100, limit * 16 / 100);
	assert_true(use(LIMIT_RESOURCES).used < limit);
	/* The first gives half of it back, and the others have more. */
	quota_give(&own[0], LIMIT_RESOURCES, own[0].used[LIMIT_RESOURCES] / 2);
	assert_true(quota_take(&own[5], LIMIT_RESOURCES, 100000));
	for (int i = 0; i < 6; i++)
		quota_give(&own[i], LIMIT_RESOURCES, own[i].used[LIMIT_RESOURCES]);
	assert_int_equal(use(LIMIT_RESOURCES).used, 0);
}

/* Refused ones have no number; no driver is asked. */
static void large_resources_are_refused(void **state)
{
	static const struct virgl_resource_desc descs[] = {
		{ VIRGL_TARGET_2D, 31, 0, 16384, 16384, 1, 1, 0, 0 }, /* 4 GiB */
		{ VIRGL_TARGET_BUFFER, 31, 0, VIRGL_BUFFER_BYTES_MAX + 1, 1, 1, 1, 0, 0 },
	};
	const uint64_t refused = use(LIMIT_RESOURCE_SIZE).refused;
	struct quota own = { .program = "test" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct virgl_resource resource = { .desc = descs[i], .owner = &own };

		assert_null(virgl_resource_check(&resource));
		virgl_resource_create(&resource, 1);
		assert_int_equal(resource.id, 0);
		assert_int_equal(use(LIMIT_RESOURCE_SIZE).refused, refused + i + 1);
	}
	assert_int_equal(use(LIMIT_RESOURCES).used, 0);
	assert_int_equal(use(LIMIT_RESOURCE_BYTES).used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(absurd_values_are_defaults, setup),
		cmocka_unit_test_setup(taken_and_given, setup),
		cmocka_unit_test_setup(absurd_amounts_are_refused, setup),
		cmocka_unit_test_setup(clients_share, setup),
		cmocka_unit_test_setup(large_resources_are_refused, setup),
	};

	log_init(LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
