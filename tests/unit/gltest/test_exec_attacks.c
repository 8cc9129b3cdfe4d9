/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest tries that wants memory of the host's, or more of it than it may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exec_test.h"

#define MAP1_VERTEX_ATTRIB0_4_NV 0x8660
#define TEXTURE_SIDE             1024
#define TEXTURE_BYTES            (TEXTURE_SIDE * TEXTURE_SIDE * 4)

static void texture(struct exec_test *t, GLuint name)
{
	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, GL_RGBA8, TEXTURE_SIDE, TEXTURE_SIDE);
}

static uint64_t charged(struct exec_test *t)
{
	exec_test_drain(t);
	return gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES);
}

/* ---- between glBegin and glEnd the driver does nothing, and nor does the host */

static void test_read_inside_begin(void **state)
{
	static uint8_t pixels[EXEC_TEST_WIDTH * EXEC_TEST_HEIGHT * 4];
	struct exec_test *t = *state;
	GLint length = 0;

	gl_encode_PixelStorei(&t->enc, GL_PACK_ROW_LENGTH, 1 << 20);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_ReadPixels(&t->enc, 0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_encode_End(&t->enc);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_ReadPixels(&t->enc, 0, 0, EXEC_TEST_WIDTH, EXEC_TEST_HEIGHT, GL_RGBA,
		GL_UNSIGNED_BYTE, pixels);
	gl_encode_GetIntegerv(&t->enc, GL_PACK_ROW_LENGTH, &length);
	assert_int_equal(length, 1 << 20);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_write_inside_begin(void **state)
{
	static const GLuint name = 3;
	static uint32_t pixels[64], back[64];
	struct exec_test *t = *state;

	memset(pixels, 0x41, sizeof(pixels));
	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	gl_encode_TexImage2D(
		&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 1, 64, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	gl_encode_PixelStorei(&t->enc, GL_UNPACK_ROW_LENGTH, 16);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_TexSubImage2D(
		&t->enc, GL_TEXTURE_2D, 0, 0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_encode_End(&t->enc);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_TexSubImage2D(
		&t->enc, GL_TEXTURE_2D, 0, 0, 0, 1, 64, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_encode_GetTexImage(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, back);
	assert_memory_equal(back, pixels, sizeof(back));
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_delete_inside_begin(void **state)
{
	static const GLuint name = 1;
	struct exec_test *t = *state;
	uint64_t before;

	texture(t, name);
	before = charged(t);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_DeleteTextures(&t->enc, 1, &name);
	gl_encode_End(&t->enc);
	assert_int_equal(charged(t), before);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DeleteTextures(&t->enc, 1, &name);
	assert_true(charged(t) + TEXTURE_BYTES <= before);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* A present, and a context that becomes current, end nothing. */
static void test_present_inside_begin(void **state)
{
	static const GLuint name = 1;
	struct exec_test *t = *state;
	uint64_t before;

	texture(t, name);
	before = charged(t);
	gl_encode_Begin(&t->enc, GL_POINTS);
	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 1 });
	gl_encode_DeleteTextures(&t->enc, 1, &name);
	exec_test_current(t, 0, 0);
	exec_test_current(t, 1, 1);
	gl_encode_DeleteTextures(&t->enc, 1, &name);
	gl_encode_End(&t->enc);
	assert_int_equal(charged(t), before);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* The list begins, and whoever calls it ends; once with a second list that calls it. */
static void test_list_that_begins(void **state)
{
	static const GLuint name = 1;
	struct exec_test *t = *state;
	uint64_t before;

	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_EndList(&t->enc);
	gl_encode_NewList(&t->enc, 2, GL_COMPILE);
	gl_encode_CallList(&t->enc, 1);
	gl_encode_EndList(&t->enc);
	texture(t, name);
	before = charged(t);
	for (GLuint list = 1; list <= 2; list++) {
		gl_encode_CallList(&t->enc, list);
		gl_encode_Vertex2f(&t->enc, 0, 0);
		gl_encode_DeleteTextures(&t->enc, 1, &name);
		gl_encode_End(&t->enc);
		assert_int_equal(charged(t), before);
		assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
		gl_encode_CallList(&t->enc, list);
		gl_encode_Vertex2f(&t->enc, 0, 0);
		gl_encode_End(&t->enc);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	}
}

/* A glBegin that fails begins nothing. */
static void test_begin_that_fails(void **state)
{
	struct exec_test *t = *state;
	const struct glm_context_created *core;

	gl_encode_Begin(&t->enc, 0x4242);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	core = exec_test_context(t, &(struct glm_context_create){ .id = 2,
					    .api = GLM_API_GL,
					    .profile = GLM_PROFILE_CORE,
					    .major = 3,
					    .minor = 3 });
	assert_int_equal(core->status, GLM_STATUS_DONE);
	exec_test_current(t, 2, 1);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	exec_test_error(t);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_arrays_inside_begin(void **state)
{
	static const uint8_t data[64] = { 0 };
	static const struct glm_client_array array = {
		.count = 3, .stride = 8, .array = GL_VERTEX_ARRAY, .size = 2, .type = GL_FLOAT
	};
	struct exec_test *t = *state;
	uint64_t before;

	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	before = charged(t);
	gl_encode_Begin(&t->enc, GL_POINTS);
	exec_test_arrays(t, &array, 1, data, sizeof(data));
	gl_encode_End(&t->enc);
	assert_int_equal(charged(t), before);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	exec_test_arrays(t, &array, 1, data, sizeof(data));
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* ---- pixel store */

static void test_blocks_of_compressed_images(void **state)
{
	static const GLenum names[] = { GL_PACK_COMPRESSED_BLOCK_WIDTH,
		GL_PACK_COMPRESSED_BLOCK_HEIGHT, GL_PACK_COMPRESSED_BLOCK_DEPTH,
		GL_PACK_COMPRESSED_BLOCK_SIZE, GL_UNPACK_COMPRESSED_BLOCK_WIDTH,
		GL_UNPACK_COMPRESSED_BLOCK_HEIGHT, GL_UNPACK_COMPRESSED_BLOCK_DEPTH,
		GL_UNPACK_COMPRESSED_BLOCK_SIZE };
	struct exec_test *t = *state;
	GLint value = 1;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		gl_encode_PixelStorei(&t->enc, names[i], 4);
		assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
		gl_encode_PixelStoref(&t->enc, names[i], 1.4f);
		assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
		gl_encode_GetIntegerv(&t->enc, names[i], &value);
		assert_int_equal(value, 0);
		gl_encode_PixelStorei(&t->enc, names[i], 0);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	}
}

/* ---- what the driver may know and we do not */

static void test_maps_of_another_vendor(void **state)
{
	static const GLfloat points[16] = { 0 };
	struct exec_test *t = *state;
	GLfloat back[4] = { 0 };

	gl_encode_Map1f(&t->enc, MAP1_VERTEX_ATTRIB0_4_NV, 0, 1, 4, 4, points);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_GetMapfv(&t->enc, MAP1_VERTEX_ATTRIB0_4_NV, GL_DOMAIN, back);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_GetMapfv(&t->enc, GL_MAP1_INDEX, GL_DOMAIN, back);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* ---- surfaces */

static void test_present_of_no_window(void **state)
{
	struct exec_test *t = *state;

	exec_test_surface(t, &(struct glm_surface_create){ .id = 2,
				     .config = EXEC_TEST_CONFIG(t),
				     .width = 8,
				     .height = 8,
				     .kind = GLM_SURFACE_PBUFFER });
	for (uint32_t surface = 2; surface < 5; surface++)
		exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = surface });
	exec_test_drain(t);
	assert_int_equal(t->presented, 3);
	assert_int_equal(gl_pair_frames(t->pair), 0);
}

static const struct gl_pair_config retaining = { .retain_frames = true };

static int setup_retaining(void **state)
{
	exec_test_begin(state, &retaining);
	exec_test_start(*state);
	return 0;
}

static void window(struct exec_test *t, uint32_t id, uint32_t config)
{
	const struct glm_surface_created *created =
		exec_test_surface(t, &(struct glm_surface_create){ .id = id,
					     .config = config,
					     .width = 16,
					     .height = 16,
					     .kind = GLM_SURFACE_WINDOW });

	assert_int_equal(created->status, GLM_STATUS_DONE);
}

/* The window that goes has a picture that the reader kept; what is drawn next goes into the new one. */
static void test_window_that_goes(void **state)
{
	struct exec_test *t = *state;
	uint8_t pixel[4] = { 0 };
	GLint buffer = 0;

	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 1 });
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	exec_test_message(t, &glm_surface_destroy_type, &(struct glm_surface_destroy){ .id = 1 });
	window(t, 2, EXEC_TEST_CONFIG(t));
	exec_test_context(t, &(struct glm_context_create){ .id = 2, .api = GLM_API_GL });
	exec_test_current(t, 2, 2);
	gl_encode_GetIntegerv(&t->enc, GL_DRAW_BUFFER, &buffer);
	assert_int_equal(buffer, GL_BACK);
	gl_encode_ClearColor(&t->enc, 0, 1, 0, 1);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	gl_encode_ReadPixels(&t->enc, 0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	assert_int_equal(pixel[1], 255);
	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 2 });
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_int_equal(gl_pair_not_retained(t->pair), 0);
}

static const struct gl_pair_config of_configs = { .retain_frames = true, .own_configs = true };

static int setup_configs(void **state)
{
	return exec_test_begin(state, &of_configs);
}

/* Each configuration has a reader of its own, and what the one kept the other has not. */
static void test_windows_of_two_configurations(void **state)
{
	struct exec_test *t = *state;
	const uint32_t configs[] = { exec_test_config(t, 0), exec_test_config(t, 4) };

	if (!configs[1])
		skip();
	for (uint32_t i = 0; i < 2; i++) {
		window(t, i + 1, configs[i]);
		exec_test_context(t, &(struct glm_context_create){
					     .id = i + 1, .api = GLM_API_GL, .config = configs[i] });
	}
	for (uint32_t i = 0; i < 6; i++) {
		exec_test_current(t, i % 2 + 1, i % 2 + 1);
		gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
		exec_test_message(
			t, &glm_present_type, &(struct glm_present){ .surface = i % 2 + 1 });
	}
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_int_equal(gl_pair_frames(t->pair), 6);
	assert_int_equal(gl_pair_not_retained(t->pair), 0);
}

#define ATTACK(name) cmocka_unit_test_setup_teardown(test_##name, exec_test_setup, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ATTACK(read_inside_begin),
		ATTACK(write_inside_begin),
		ATTACK(delete_inside_begin),
		ATTACK(present_inside_begin),
		ATTACK(list_that_begins),
		ATTACK(begin_that_fails),
		ATTACK(arrays_inside_begin),
		ATTACK(blocks_of_compressed_images),
		ATTACK(maps_of_another_vendor),
		ATTACK(present_of_no_window),
		cmocka_unit_test_setup_teardown(test_window_that_goes, setup_retaining, exec_test_end),
		cmocka_unit_test_setup_teardown(
			test_windows_of_two_configurations, setup_configs, exec_test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
