/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What display lists take of a guest's limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "quota_fixture.h"

static void test_lists_that_nobody_generated(void **state)
{
	struct exec_test *t = *state;
	GLuint first;

	for (GLuint i = 1; i <= 200; i++) {
		gl_encode_NewList(&t->enc, i, GL_COMPILE);
		gl_encode_EndList(&t->enc);
	}
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_int_equal(taken(t, GL_EXEC_OBJECTS), 100);
	gl_encode_DeleteLists(&t->enc, 90, 1000);
	exec_test_error(t);
	assert_int_equal(taken(t, GL_EXEC_OBJECTS), 89);
	/* There are none, and none come back. */
	gl_encode_DeleteLists(&t->enc, 1000, 50);
	assert_int_equal(taken(t, GL_EXEC_OBJECTS), 89);
	gl_encode_DeleteLists(&t->enc, 1, 88);
	assert_int_equal(taken(t, GL_EXEC_OBJECTS), 1);
	first = gl_encode_GenLists(&t->enc, 50);
	assert_int_not_equal(first, 0);
	gl_encode_NewList(&t->enc, first + 3, GL_COMPILE);
	gl_encode_EndList(&t->enc);
	assert_int_equal(taken(t, GL_EXEC_OBJECTS), 51);
	assert_int_equal(gl_encode_GenLists(&t->enc, 50), 0);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
}

static void test_what_lists_hold(void **state)
{
	static GLubyte pixels[128 * 128 * 4];
	struct exec_test *t = *state;
	const uint64_t before = taken(t, GL_EXEC_RESOURCE_BYTES);
	GLfloat width = 0;

	for (GLuint list = 1; list <= 2; list++) {
		gl_encode_NewList(&t->enc, list, GL_COMPILE);
		for (unsigned int i = 0; i < 30; i++)
			gl_encode_DrawPixels(&t->enc, 128, 128, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
		gl_encode_EndList(&t->enc);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
		assert_in_range(
			taken(t, GL_EXEC_RESOURCE_BYTES) - before, 2 * list * MB, 10 * list * MB);
	}
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_EndList(&t->enc);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 2 * MB, 10 * MB);
	gl_encode_DeleteLists(&t->enc, 1, 2);
	assert_int_equal(taken(t, GL_EXEC_RESOURCE_BYTES), before);

	/* One for which there is no memory is not, and what follows is executed. */
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	for (unsigned int i = 0; i < 2000; i++)
		gl_encode_DrawPixels(&t->enc, 64, 64, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_LineWidth(&t->enc, 3);
	gl_encode_GetFloatv(&t->enc, GL_LINE_WIDTH, &width);
	assert_true(width == 3);
	assert_false(gl_encode_IsList(&t->enc, 1));
	assert_int_equal(taken(t, GL_EXEC_RESOURCE_BYTES), before);
}

static void test_images_of_lists(void **state)
{
	struct exec_test *t = *state;

	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 1024, 1024, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	gl_encode_EndList(&t->enc);
	gl_encode_NewList(&t->enc, 2, GL_COMPILE);
	gl_encode_CallList(&t->enc, 1);
	gl_encode_EndList(&t->enc);
	for (GLuint i = 1; i <= 20; i++) {
		gl_encode_GenTextures(&t->enc, 1, &i);
		gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, i);
		gl_encode_CallList(&t->enc, 1 + i % 2);
		if (i == 5)
			assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	}
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES), 56 * MB, 64 * MB);
	for (GLuint i = 1; i <= 20; i++)
		gl_encode_DeleteTextures(&t->enc, 1, &i);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 1536, 1536, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_EndList(&t->enc);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES), 0, 2 * MB);
}

/* Each element is the same; a list has it as often as it is drawn. */
static void test_vertices_of_lists(void **state)
{
	static const GLuint name = 7;
	struct exec_test *t = *state;
	const uint64_t before = taken(t, GL_EXEC_RESOURCE_BYTES);

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 16, NULL, GL_STATIC_DRAW);
	t->enc.bound |= 1u << GL_BOUND_ARRAY;
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_BindVertexBuffer(&t->enc, 0, name, 0, 0);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 300000);
	gl_encode_EndList(&t->enc);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 4 * MB, 8 * MB);
	gl_encode_NewList(&t->enc, 2, GL_COMPILE);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3 << 20);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3 << 20);
	gl_encode_EndList(&t->enc);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_false(gl_encode_IsList(&t->enc, 2));
	gl_encode_DeleteLists(&t->enc, 1, 1);
	exec_test_error(t);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 0, MB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST_SMALL(lists_that_nobody_generated),
		TEST_SMALL(what_lists_hold),
		TEST_SMALL(images_of_lists),
		TEST_SMALL(vertices_of_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
