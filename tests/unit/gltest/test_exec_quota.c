/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that a guest would have without its being counted, on the real driver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exec_test.h"

#define MB (UINT64_C(1) << 20)

static int setup(void **state)
{
	exec_test_begin(state, NULL);
	exec_test_start(*state);
	return 0;
}

static int setup_small(void **state)
{
	static const struct gl_pair_config config = {
		.limits = { [GL_EXEC_RESOURCES] = 100,
			[GL_EXEC_RESOURCE_BYTES] = 64 * MB,
			[GL_EXEC_OBJECTS] = 100,
			[GL_EXEC_SHADER_BYTES] = 4096 },
		.resource_size = 16 * MB,
		.shader_size = 1024,
	};

	exec_test_begin(state, &config);
	exec_test_start(*state);
	return 0;
}

static uint64_t taken(struct exec_test *t, enum gl_exec_take what)
{
	assert_int_equal(exec_test_drain(t), 0);
	return gl_pair_taken(t->pair, what);
}

/* A context that shares with context 1, current. */
static void share(struct exec_test *t, uint32_t id, uint8_t profile, uint8_t major)
{
	assert_int_equal(exec_test_context(t, &(struct glm_context_create){ .id = id,
						      .share = 1,
						      .api = GLM_API_GL,
						      .profile = profile,
						      .major = major,
						      .minor = major })
				 ->status,
		GLM_STATUS_DONE);
	exec_test_current(t, id, 1);
}

/* Vertices from the program's memory, of which the first is far from the start. */
static void client_vertices(struct exec_test *t, uint32_t first)
{
	struct glm_client_arrays *message = calloc(1, sizeof(*message));

	assert_non_null(message);
	message->n_arrays = 1;
	message->arrays[0] = (struct glm_client_array){ .first = first,
		.count = 1,
		.stride = 16,
		.array = GL_VERTEX_ATTRIB_ARRAY_POINTER,
		.size = 2,
		.type = GL_FLOAT };
	message->data = (struct wire_blob){ .data = "0123456789abcdef", .size = 16 };
	exec_test_message(t, &glm_client_arrays_type, message);
	free(message);
}

/* Bytes of this process's address space, in which the driver is. */
static uint64_t address_space(struct exec_test *t)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	assert_int_equal(exec_test_drain(t), 0);
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	return pages * UINT64_C(4096);
}

/* ---- whose name it is */

static void test_text_of_a_program(void **state)
{
	static const GLchar *const text[] = { "void main() {}" };
	struct exec_test *t = *state;
	const uint64_t bytes = taken(t, GL_EXEC_RESOURCE_BYTES);

	gl_encode_CreateProgram(&t->enc, 5);
	gl_encode_ShaderSource(&t->enc, 5, 1, text, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	assert_int_equal(taken(t, GL_EXEC_SHADER_BYTES), 0);
	assert_int_equal(taken(t, GL_EXEC_RESOURCE_BYTES), bytes);
}

/* What another context has deleted is still bound here, but nobody counts for it. */
static void test_deleted_in_another_context(void **state)
{
	static const GLuint name = 7;
	struct exec_test *t = *state;

	share(t, 2, GLM_PROFILE_ANY, 0);
	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	gl_encode_GenRenderbuffers(&t->enc, 1, &name);
	gl_encode_BindRenderbuffer(&t->enc, GL_RENDERBUFFER, name);
	exec_test_current(t, 1, 1);
	gl_encode_DeleteBuffers(&t->enc, 1, &name);
	gl_encode_DeleteTextures(&t->enc, 1, &name);
	gl_encode_DeleteRenderbuffers(&t->enc, 1, &name);
	exec_test_current(t, 2, 1);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 1024, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 16, 16, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_RenderbufferStorage(&t->enc, GL_RENDERBUFFER, GL_RGBA8, 16, 16);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* It is not bound again behind vertices from the program's memory. */
static void test_deleted_behind_client_arrays(void **state)
{
	static const GLuint name = 7;
	struct exec_test *t = *state;

	share(t, 2, GLM_PROFILE_CORE, 3);
	gl_encode_GenVertexArrays(&t->enc, 1, &name);
	gl_encode_BindVertexArray(&t->enc, name);
	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	exec_test_current(t, 1, 1);
	gl_encode_DeleteBuffers(&t->enc, 1, &name);
	exec_test_current(t, 2, 1);
	client_vertices(t, 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 1024, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* More names than there may be take nothing, not even to look for doubles among them. */
static void test_too_many_names(void **state)
{
	GLuint names[200];
	struct exec_test *t = *state;

	for (GLuint i = 0; i < 200; i++)
		names[i] = i + 1;
	names[199] = 1;
	gl_encode_GenTextures(&t->enc, 200, names);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_GenTextures(&t->enc, 1, &names[199]);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	names[50] = 60;
	gl_encode_GenTextures(&t->enc, 90, names + 10);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	assert_int_equal(taken(t, GL_EXEC_RESOURCES), 2);
}

/* ---- buffers of ours */

/* A context that is gone leaves no buffers to those that shared with it. */
static void test_contexts_take_their_buffers_along(void **state)
{
	struct exec_test *t = *state;
	uint64_t before = 0;

	for (uint32_t i = 0; i < 20; i++) {
		/* Other things of the driver's grow at first. */
		if (i == 4)
			before = address_space(t);
		share(t, 2, GLM_PROFILE_ANY, 0);
		client_vertices(t, 3 << 20);
		client_vertices(t, 0);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
		exec_test_current(t, 1, 1);
		exec_test_message(t, &glm_context_destroy_type, &(struct glm_context_destroy){ 2 });
		gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	}
	assert_true(address_space(t) - before < 700 * MB || address_space(t) < before);
}

static void test_far_vertices_are_of_a_size(void **state)
{
	struct exec_test *t = *state;
	const uint64_t before = taken(t, GL_EXEC_RESOURCE_BYTES);

	client_vertices(t, 1500000);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	client_vertices(t, 600000);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 16 * MB, 24 * MB);
}

#define TEST(name)       cmocka_unit_test_setup_teardown(test_##name, setup, exec_test_end)
#define TEST_SMALL(name) cmocka_unit_test_setup_teardown(test_##name, setup_small, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_of_a_program),
		TEST(deleted_in_another_context),
		TEST(deleted_behind_client_arrays),
		TEST_SMALL(too_many_names),
		TEST(contexts_take_their_buffers_along),
		TEST_SMALL(far_vertices_are_of_a_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
