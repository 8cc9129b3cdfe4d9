/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gl_pair.h"

static unsigned int calls;

/* As gl_pair_link_ops, but that messages waited for are counted. */
static struct gl_link_ops ops;

static int counted_receive(void *data, bool wait, struct wire_header *ret_header,
	const void **ret_payload, size_t *ret_size)
{
	calls += wait;
	return gl_pair_link_ops.receive(data, wait, ret_header, ret_payload, ret_size);
}

static uint32_t a_config(const struct glm_caps *caps)
{
	for (uint16_t i = 0; i < caps->n_configs; i++)
		if (caps->configs[i].red == 8 && caps->configs[i].alpha == 8 &&
			caps->configs[i].depth && caps->configs[i].stencil &&
			!caps->configs[i].samples)
			return caps->configs[i].id;
	return 0;
}

int guest_test_begin(void **state, const struct guest_test_request *request)
{
	struct guest_test *test = calloc(1, sizeof(*test));
	struct gl_context_request wanted = {
		.api = request->api ? request->api : GLM_API_GL,
		.profile = request->profile,
		.major = request->major,
		.minor = request->minor,
	};
	struct gl_link_config config = { .channel = GL_PAIR_CHANNEL,
		.message_max = GL_PAIR_MESSAGE_MAX,
		.frames_ahead = 2,
		.exact_errors = request->exact };
	const struct gl_pair_config pair = { .no_compute = request->no_compute };
	uint32_t status;

	assert_non_null(test);
	*state = test;
	test->pair = gl_pair_create(&pair);
	if (!test->pair) {
		free(test);
		*state = NULL;
		return 0;
	}
	ops = gl_pair_link_ops;
	ops.receive = counted_receive;
	config.caps = *gl_pair_caps(test->pair);
	assert_int_equal(gl_link_create(&config, &ops, test->pair, &test->link), 0);
	wanted.config = a_config(&config.caps);
	test->context = gl_context_create(test->link, &wanted, &status);
	assert_int_equal(status, GLM_STATUS_DONE);
	test->surface = gl_surface_create(test->link, wanted.config, GLM_SURFACE_PBUFFER, true,
		false, GUEST_TEST_SIDE, GUEST_TEST_SIDE, &status);
	assert_int_equal(status, GLM_STATUS_DONE);
	gl_make_current(test->context, test->surface, test->surface);
	return 0;
}

int guest_test_end(void **state)
{
	struct guest_test *test = *state;

	if (!test)
		return 0;
	gl_make_current(NULL, NULL, NULL);
	gl_context_destroy(test->context);
	gl_surface_destroy(test->surface);
	gl_link_destroy(test->link);
	gl_pair_destroy(test->pair);
	free(test);
	return 0;
}

int guest_test_compat(void **state)
{
	static const struct guest_test_request request = { .major = 1 };

	return guest_test_begin(state, &request);
}

int guest_test_core(void **state)
{
	static const struct guest_test_request request = {
		.profile = GLM_PROFILE_CORE, .major = 3, .minor = 3
	};

	return guest_test_begin(state, &request);
}

unsigned int guest_test_messages(const struct guest_test *test)
{
	gl_flush_current(false);
	assert_int_equal(gl_pair_drain(test->pair), 0);
	return gl_pair_messages(test->pair);
}

unsigned int guest_test_calls(void)
{
	return calls;
}
