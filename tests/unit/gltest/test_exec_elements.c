/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Elements that arrays do not have, where the driver would read them there and then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec_test.h"

static void triangle_array(struct exec_test *t, GLuint name)
{
	static const GLfloat triangle[] = { -1, -1, 3, -1, -1, 3, 0, 0 };

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, sizeof(triangle), triangle, GL_STATIC_DRAW);
	t->enc.bound |= 1u << GL_BOUND_ARRAY;
	gl_encode_VertexPointer(&t->enc, 2, GL_FLOAT, 0, NULL);
	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
}

static void test_array_element_beyond(void **state)
{
	struct exec_test *t = *state;

	triangle_array(t, 7);
	gl_encode_ColorPointer(&t->enc, 4, GL_FLOAT, 16, NULL);
	gl_encode_EnableClientState(&t->enc, GL_COLOR_ARRAY);
	gl_encode_ArrayElement(&t->enc, 1);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ArrayElement(&t->enc, 2);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_ArrayElement(&t->enc, -1);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_ArrayElement(&t->enc, 1);
	gl_encode_End(&t->enc);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_ArrayElement(&t->enc, 0x7ffffff);
	gl_encode_End(&t->enc);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DisableClientState(&t->enc, GL_COLOR_ARRAY);
	gl_encode_ArrayElement(&t->enc, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ArrayElement(&t->enc, 4);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_attribute_element_beyond(void **state)
{
	struct exec_test *t = *state;

	triangle_array(t, 7);
	gl_encode_DisableClientState(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, GL_FALSE, 0, (const void *)8);
	gl_encode_ArrayElement(&t->enc, 2);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ArrayElement(&t->enc, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	/* Every element is the first one. */
	gl_encode_BindVertexBuffer(&t->enc, 0, 7, 0, 0);
	gl_encode_ArrayElement(&t->enc, 1000);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_BindVertexBuffer(&t->enc, 0, 7, 28, 0);
	gl_encode_ArrayElement(&t->enc, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* What is kept of arrays that are whole does not say how long they are. */
static void test_whole_arrays_change(void **state)
{
	struct exec_test *t = *state;

	triangle_array(t, 7);
	gl_encode_ColorPointer(&t->enc, 4, GL_FLOAT, 16, NULL);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	gl_encode_ArrayElement(&t->enc, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_EnableClientState(&t->enc, GL_COLOR_ARRAY);
	gl_encode_ArrayElement(&t->enc, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DisableClientState(&t->enc, GL_COLOR_ARRAY);
	gl_encode_EnableVertexAttribArray(&t->enc, 1);
	gl_encode_VertexAttribPointer(&t->enc, 1, 4, GL_FLOAT, GL_FALSE, 16, NULL);
	gl_encode_ArrayElement(&t->enc, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DisableVertexAttribArray(&t->enc, 1);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 8, NULL, GL_STATIC_DRAW);
	gl_encode_ArrayElement(&t->enc, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* An array is enabled where none was when they were looked at. */
static void array_is_enabled(struct exec_test *t, void (*enable)(struct exec_test *t))
{
	static const GLuint other = 8;

	triangle_array(t, 7);
	gl_encode_DisableClientState(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_GenBuffers(&t->enc, 1, &other);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	enable(t);
	gl_encode_ArrayElement(&t->enc, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void enable_colours(struct exec_test *t)
{
	gl_encode_ColorPointer(&t->enc, 4, GL_FLOAT, 16, NULL);
	gl_encode_EnableClientState(&t->enc, GL_COLOR_ARRAY);
}

static void enable_attribute(struct exec_test *t)
{
	gl_encode_VertexAttribPointer(&t->enc, 1, 4, GL_FLOAT, GL_FALSE, 16, NULL);
	gl_encode_EnableVertexAttribArray(&t->enc, 1);
}

static void test_first_array(void **state)
{
	array_is_enabled(*state, enable_colours);
}

static void test_first_attribute(void **state)
{
	array_is_enabled(*state, enable_attribute);
}

/* Another context makes the buffer smaller. */
static void test_buffer_shrinks_elsewhere(void **state)
{
	struct exec_test *t = *state;

	triangle_array(t, 7);
	gl_encode_ArrayElement(&t->enc, 3);
	exec_test_context(t, &(struct glm_context_create){ .id = 2, .api = GLM_API_GL, .share = 1 });
	exec_test_current(t, 2, 1);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 7);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 8, NULL, GL_STATIC_DRAW);
	exec_test_current(t, 1, 1);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ArrayElement(&t->enc, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_ArrayElement(&t->enc, 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void index_buffer(struct exec_test *t, const GLuint *indices, GLsizeiptr size)
{
	static const GLuint name = 9;

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ELEMENT_ARRAY_BUFFER, name);
	gl_encode_BufferData(&t->enc, GL_ELEMENT_ARRAY_BUFFER, size, indices, GL_STATIC_DRAW);
	t->enc.bound |= 1u << GL_BOUND_ELEMENT_ARRAY;
}

static void test_indices_beyond_in_a_list(void **state)
{
	static const GLuint indices[] = { 0, 1, 2, 3, 4 };
	struct exec_test *t = *state;

	triangle_array(t, 7);
	index_buffer(t, indices, sizeof(indices));
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_DrawElements(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_INT, NULL);
	gl_encode_DrawElementsBaseVertex(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_INT, NULL, 1);
	gl_encode_DrawElements(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_SHORT, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_DrawElements(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_INT, (const void *)(1ul << 40));
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DrawElements(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_INT, (const void *)8);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DrawElements(&t->enc, GL_TRIANGLES, 6, GL_UNSIGNED_INT, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DrawElementsBaseVertex(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_INT, NULL, 2);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DrawElementsBaseVertex(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_INT, NULL, -1);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_EndList(&t->enc);
	gl_encode_CallList(&t->enc, 1);
	/* Now bounds are the driver's business again. */
	gl_encode_DrawElementsInstanced(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_INT, NULL, 1);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* Drivers have written beyond their memory for a strip that begins anew in a list. */
static void test_restart_in_a_list(void **state)
{
	static const GLuint indices[] = { 0, 1, 3, 2 };
	struct exec_test *t = *state;

	triangle_array(t, 7);
	index_buffer(t, indices, sizeof(indices));
	gl_encode_Enable(&t->enc, GL_PRIMITIVE_RESTART);
	gl_encode_PrimitiveRestartIndex(&t->enc, 3);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_DrawElements(&t->enc, GL_TRIANGLE_STRIP, 2, GL_UNSIGNED_INT, NULL);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLE_STRIP, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_DrawElements(&t->enc, GL_TRIANGLE_STRIP, 4, GL_UNSIGNED_INT, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLE_STRIP, 0, 4);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_Begin(&t->enc, GL_TRIANGLE_STRIP);
	gl_encode_ArrayElement(&t->enc, 0);
	gl_encode_ArrayElement(&t->enc, 3);
	gl_encode_PrimitiveRestartNV(&t->enc);
	gl_encode_End(&t->enc);
	gl_encode_EndList(&t->enc);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_Begin(&t->enc, GL_TRIANGLE_STRIP);
	gl_encode_ArrayElement(&t->enc, 0);
	gl_encode_ArrayElement(&t->enc, 3);
	gl_encode_PrimitiveRestartNV(&t->enc);
	gl_encode_End(&t->enc);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* Strips of a vertex each, of which the driver must not make one. */
static void test_short_strips_in_a_list(void **state)
{
	static const GLint first[] = { 0, 0, 0, 0, 0, 0 };
	static const GLsizei count[] = { 1, 1, 1, 1, 1, 1 };
	struct exec_test *t = *state;

	triangle_array(t, 7);
	for (GLuint list = 1; list < 100; list++) {
		const GLenum mode = list % 2 ? GL_TRIANGLE_STRIP : GL_QUAD_STRIP;

		gl_encode_NewList(&t->enc, list, GL_COMPILE);
		for (GLuint i = 0; i < list; i++) {
			gl_encode_Begin(&t->enc, mode);
			gl_encode_Vertex2f(&t->enc, 0, 0);
			gl_encode_End(&t->enc);
		}
		for (GLuint i = 0; i < list; i++)
			gl_encode_DrawArrays(&t->enc, mode, 0, 1);
		gl_encode_EndList(&t->enc);
		gl_encode_CallList(&t->enc, list);
	}
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_MultiDrawArrays(&t->enc, GL_TRIANGLE_STRIP, first, count, 6);
	gl_encode_EndList(&t->enc);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_arrays_beyond_in_a_list(void **state)
{
	static const GLint first[] = { 0, 1 }, beyond[] = { 0, 2 };
	static const GLsizei count[] = { 3, 3 };
	struct exec_test *t = *state;

	triangle_array(t, 7);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 1, 3);
	gl_encode_MultiDrawArrays(&t->enc, GL_TRIANGLES, first, count, 2);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 2, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0x40000000, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MultiDrawArrays(&t->enc, GL_TRIANGLES, beyond, count, 2);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DisableClientState(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	gl_encode_BindVertexBuffer(&t->enc, 0, 7, 0, 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_DrawArrays(&t->enc, GL_POINTS, 0, 20000000);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_EndList(&t->enc);
	gl_encode_CallList(&t->enc, 1);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

#define BOUND(name) cmocka_unit_test_setup_teardown(test_##name, exec_test_setup, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOUND(array_element_beyond),
		BOUND(attribute_element_beyond),
		BOUND(whole_arrays_change),
		BOUND(first_array),
		BOUND(first_attribute),
		BOUND(buffer_shrinks_elsewhere),
		BOUND(indices_beyond_in_a_list),
		BOUND(restart_in_a_list),
		BOUND(short_strips_in_a_list),
		BOUND(arrays_beyond_in_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
