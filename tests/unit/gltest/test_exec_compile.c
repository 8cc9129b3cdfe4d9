/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a driver would copy into a display list beyond what there is, or to where there is no room for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exec_test.h"

static void buffer(struct exec_test *t, GLenum target, enum gl_binding binding, GLsizeiptr size)
{
	static const GLuint name = 9;

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, target, name);
	gl_encode_BufferData(&t->enc, target, size, NULL, GL_STATIC_DRAW);
	t->enc.bound |= 1u << binding;
}

static void unbind(struct exec_test *t, GLenum target, enum gl_binding binding)
{
	gl_encode_BindBuffer(&t->enc, target, 0);
	t->enc.bound &= ~(1u << binding);
}

static const void *offset(uintptr_t at)
{
	return (const void *)at;
}

static void test_pixel_maps_in_lists(void **state)
{
	static const GLuint values[4096];
	static const GLushort shorts[4096];
	struct exec_test *t = *state;

	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_PixelMapuiv(&t->enc, GL_PIXEL_MAP_I_TO_I, 256, values);
	gl_encode_PixelMapusv(&t->enc, GL_PIXEL_MAP_I_TO_R, 256, shorts);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_PixelMapuiv(&t->enc, GL_PIXEL_MAP_I_TO_I, 4096, values);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_PixelMapusv(&t->enc, GL_PIXEL_MAP_I_TO_R, 4096, shorts);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_EndList(&t->enc);
	gl_encode_CallList(&t->enc, 1);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* An offset would be taken for an address. */
static void test_buffers_of_lists(void **state)
{
	struct exec_test *t = *state;
	uint64_t before;

	buffer(t, GL_PIXEL_UNPACK_BUFFER, GL_BOUND_PIXEL_UNPACK, 1 << 20);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_PixelMapfv(&t->enc, GL_PIXEL_MAP_I_TO_R, 4, offset(64));
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_CompressedTexImage2D(
		&t->enc, GL_TEXTURE_2D, 0, GL_COMPRESSED_RGB_S3TC_DXT1_EXT, 4, 4, 0, 8, offset(64));
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_CompressedTexSubImage2D(&t->enc, GL_TEXTURE_2D, 0, 0, 0, 4, 4,
		GL_COMPRESSED_RGB_S3TC_DXT1_EXT, 8, offset(64));
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	/* An image is copied out of it, and counts. */
	exec_test_drain(t);
	before = gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES);
	gl_encode_DrawPixels(&t->enc, 512, 512, GL_RGBA, GL_UNSIGNED_BYTE, offset(0));
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_true(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES) >= before + (1 << 20));
	gl_encode_DrawPixels(&t->enc, 512, 512, GL_RGBA, GL_UNSIGNED_BYTE, offset(4));
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_EndList(&t->enc);
	unbind(t, GL_PIXEL_UNPACK_BUFFER, GL_BOUND_PIXEL_UNPACK);
	gl_encode_CallList(&t->enc, 1);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_maps_in_lists(void **state)
{
	static const GLfloat points[64];
	GLfloat *many = calloc(2 * 65536, sizeof(*many));
	struct exec_test *t = *state;
	GLint order = 0;

	assert_non_null(many);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_Map1f(&t->enc, GL_MAP1_VERTEX_4, 0, 1, 4, 3, points);
	gl_encode_Map2f(&t->enc, GL_MAP2_VERTEX_3, 0, 1, 3, 2, 0, 1, 6, 2, points);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	/* Steps of nothing, and back from where the points are. */
	gl_encode_Map1f(&t->enc, GL_MAP1_VERTEX_4, 0, 1, 0, 30, points);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_Map1f(&t->enc, GL_MAP1_VERTEX_4, 0, 1, -0x1000000, 30, points);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_Map1d(&t->enc, GL_MAP1_VERTEX_4, 0, 1, 4, -5, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	/* So many that the product of the two is nothing. */
	gl_encode_Map2f(&t->enc, GL_MAP2_INDEX, 0, 1, 1, 65536, 0, 1, 1, 65536, many);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_EndList(&t->enc);
	gl_encode_CallList(&t->enc, 1);
	gl_encode_GetMapiv(&t->enc, GL_MAP1_VERTEX_4, GL_ORDER, &order);
	assert_int_equal(order, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	free(many);
}

/* Their low bits are those of a count that is none too small. */
static void test_negative_counts_in_lists(void **state)
{
	struct exec_test *t = *state;
	static const GLuint index = 0;

	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_Uniform4fv(&t->enc, 0, INT32_MIN + (1 << 26), NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_ViewportArrayv(&t->enc, 0, INT32_MIN + (1 << 26), NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_UniformSubroutinesuiv(&t->enc, GL_FRAGMENT_SHADER, 1, &index);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_EndList(&t->enc);
	gl_encode_UniformSubroutinesuiv(&t->enc, GL_FRAGMENT_SHADER, 0, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

#define COMPILE(name) cmocka_unit_test_setup_teardown(test_##name, exec_test_setup, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COMPILE(pixel_maps_in_lists),
		COMPILE(buffers_of_lists),
		COMPILE(maps_in_lists),
		COMPILE(negative_counts_in_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
