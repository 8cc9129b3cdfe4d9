/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Draws of the guest library on the real host: vertices and indices from wherever they may lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "guest_test.h"

#define NEEDS_HOST(state) \
	if (!*(state))    \
	skip()

#define RED   0xff0000ffu
#define GREEN 0x00ff00ffu
#define BLUE  0x0000ffffu
#define BLACK 0x00000000u

static const GLfloat square[] = { -1, -1, 1, -1, 1, 1, -1, 1 };

static void clear(void)
{
	glClearColor(0, 0, 0, 0);
	glClear(GL_COLOR_BUFFER_BIT);
}

static void test_strings(void **state)
{
	NEEDS_HOST(state);
	assert_string_equal((const char *)glGetString(GL_VENDOR), "Oriel");
	assert_non_null(glGetString(GL_VERSION));
	assert_non_null(glGetString(GL_EXTENSIONS));
	assert_int_equal(glGetError(), GL_NO_ERROR);
	assert_non_null(glGetString(GL_PROGRAM_ERROR_STRING_ARB));
	assert_int_equal(glGetError(), GL_NO_ERROR);
	assert_null(glGetString(GL_TEXTURE_2D));
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
}

static void test_immediate(void **state)
{
	NEEDS_HOST(state);
	clear();
	glColor3f(1, 0, 0);
	glBegin(GL_QUADS);
	for (int i = 0; i < 4; i++)
		glVertex2fv(square + i * 2);
	glEnd();
	assert_int_equal(guest_test_pixel(5, 5), RED);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_client_arrays(void **state)
{
	NEEDS_HOST(state);
	clear();
	glColor3f(0, 1, 0);
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, square);
	glDrawArrays(GL_QUADS, 0, 4);
	assert_int_equal(guest_test_pixel(5, 5), GREEN);
	glDisableClientState(GL_VERTEX_ARRAY);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	/* Where a driver lets them be enabled so. */
	glEnable(GL_VERTEX_ARRAY);
	if (glGetError() != GL_NO_ERROR)
		return;
	glColor3f(0, 0, 1);
	glDrawArrays(GL_QUADS, 0, 4);
	assert_int_equal(guest_test_pixel(5, 5), BLUE);
	glDisable(GL_VERTEX_ARRAY);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* Colours and positions in one array, of which only the last four elements are drawn. */
static void test_interleaved(void **state)
{
	struct vertex {
		GLubyte color[4];
		GLfloat at[3];
	} vertices[8] = { 0 };

	NEEDS_HOST(state);
	for (int i = 0; i < 4; i++) {
		vertices[4 + i].color[2] = vertices[4 + i].color[3] = 255;
		vertices[4 + i].at[0] = square[i * 2];
		vertices[4 + i].at[1] = square[i * 2 + 1];
	}
	clear();
	glInterleavedArrays(GL_C4UB_V3F, 0, vertices);
	glDrawArrays(GL_QUADS, 4, 4);
	assert_int_equal(guest_test_pixel(20, 5), BLUE);
	glDisableClientState(GL_COLOR_ARRAY);
	glDisableClientState(GL_VERTEX_ARRAY);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_indices(void **state)
{
	static const GLushort indices[] = { 2, 3, 4, 2, 4, 5 };
	GLfloat vertices[12] = { 0 };
	GLuint buffer;

	NEEDS_HOST(state);
	for (int i = 0; i < 8; i++)
		vertices[4 + i] = square[i];
	glColor3f(1, 0, 0);
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, vertices);
	clear();
	glDrawElements(GL_TRIANGLES, 6, GL_UNSIGNED_SHORT, indices);
	assert_int_equal(guest_test_pixel(5, 5), RED);
	clear();
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffer);
	glBufferData(GL_ELEMENT_ARRAY_BUFFER, sizeof(indices), indices, GL_STATIC_DRAW);
	glDrawElements(GL_TRIANGLES, 6, GL_UNSIGNED_SHORT, NULL);
	assert_int_equal(guest_test_pixel(5, 5), RED);
	clear();
	glVertexPointer(2, GL_FLOAT, 0, vertices + 4);
	glDrawElementsBaseVertex(GL_TRIANGLES, 6, GL_UNSIGNED_SHORT, NULL, -2);
	assert_int_equal(guest_test_pixel(5, 5), RED);
	glDeleteBuffers(1, &buffer);
	clear();
	glVertexPointer(2, GL_FLOAT, 0, vertices);
	glDrawElements(GL_TRIANGLES, 6, GL_UNSIGNED_SHORT, indices);
	assert_int_equal(guest_test_pixel(5, 5), RED);
	glDisableClientState(GL_VERTEX_ARRAY);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_array_elements(void **state)
{
	static const GLubyte colors[] = { 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255 };

	NEEDS_HOST(state);
	clear();
	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_COLOR_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, square);
	glColorPointer(3, GL_UNSIGNED_BYTE, 0, colors);
	glBegin(GL_QUADS);
	for (int i = 0; i < 4; i++)
		glArrayElement(i);
	glEnd();
	assert_int_equal(guest_test_pixel(5, 5), BLUE);
	/* One of them begins anew, which it may here. */
	glEnableClientState(GL_PRIMITIVE_RESTART_NV);
	glPrimitiveRestartIndexNV(7);
	glBegin(GL_QUADS);
	glArrayElement(0);
	glArrayElement(7);
	for (int i = 0; i < 4; i++)
		glArrayElement(i);
	glEnd();
	glDisableClientState(GL_PRIMITIVE_RESTART_NV);
	glDisableClientState(GL_VERTEX_ARRAY);
	glDisableClientState(GL_COLOR_ARRAY);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_buffers(void **state)
{
	GLuint buffer;

	NEEDS_HOST(state);
	clear();
	glColor3f(0, 0, 1);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(square), square, GL_STATIC_DRAW);
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, NULL);
	glDrawArrays(GL_QUADS, 0, 4);
	assert_int_equal(guest_test_pixel(5, 5), BLUE);
	glDisableClientState(GL_VERTEX_ARRAY);
	glDeleteBuffers(1, &buffer);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_shaders(void **state)
{
	static const char vertex[] = "#version 330\n"
				     "in vec2 at; void main() { gl_Position = vec4(at, 0, 1); }";
	static const char fragment[] =
		"#version 330\n"
		"uniform vec4 color; out vec4 to; void main() { to = color; }";
	GLuint program, array, buffer;
	GLint status = 0;

	NEEDS_HOST(state);
	clear();
	program = guest_test_program(vertex, fragment);
	glGetProgramiv(program, GL_LINK_STATUS, &status);
	assert_int_equal(status, GL_TRUE);
	glUniform4f(glGetUniformLocation(program, "color"), 0, 1, 0, 1);
	glGenVertexArrays(1, &array);
	glBindVertexArray(array);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(square), square, GL_STATIC_DRAW);
	glEnableVertexAttribArray((GLuint)glGetAttribLocation(program, "at"));
	glVertexAttribPointer(
		(GLuint)glGetAttribLocation(program, "at"), 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glDrawArrays(GL_TRIANGLE_FAN, 0, 4);
	assert_int_equal(guest_test_pixel(5, 5), GREEN);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	glDrawArrays(12345, 0, 4);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
}

/* Indices at NULL draw nothing; the program goes on. */
static void test_no_indices(void **state)
{
	NEEDS_HOST(state);
	glDrawElements(GL_TRIANGLES, 3, GL_UNSIGNED_INT, NULL);
	glDrawElementsInstancedBaseVertex(GL_TRIANGLES, 3, GL_UNSIGNED_INT, NULL, 2, 1);
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, square);
	glDrawRangeElements(GL_TRIANGLES, 0, 2, 3, GL_UNSIGNED_INT, NULL);
	glDrawArrays(GL_TRIANGLES, 0, 0);
	glDisableClientState(GL_VERTEX_ARRAY);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glDrawElements(GL_TEXTURE_2D, 3, GL_UNSIGNED_INT, NULL);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
}

/* Numbers, and vertices, in the program's memory: a compatibility profile allows both. */
static void test_indirect(void **state)
{
	static const GLuint arrays[2][4] = { { 3, 1, 0, 0 }, { 3, 1, 3, 0 } };
	static const GLuint elements[5] = { 6, 1, 0, 0, 0 };
	static const GLushort indices[] = { 0, 1, 2, 0, 2, 3 };
	static const GLfloat triangles[] = { -1, -1, 1, -1, 1, 1, -1, -1, 1, 1, -1, 1 };
	GLuint buffers[2];

	NEEDS_HOST(state);
	glEnableClientState(GL_VERTEX_ARRAY);
	glVertexPointer(2, GL_FLOAT, 0, triangles);
	clear();
	glColor3f(1, 0, 0);
	glMultiDrawArraysIndirect(GL_TRIANGLES, arrays, 2, 0);
	assert_int_equal(guest_test_pixel(20, 5), RED);
	assert_int_equal(guest_test_pixel(5, 20), RED);
	/* The numbers in a buffer. */
	glGenBuffers(2, buffers);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, buffers[0]);
	glBufferData(GL_DRAW_INDIRECT_BUFFER, sizeof(arrays), arrays, GL_STATIC_DRAW);
	clear();
	glColor3f(0, 1, 0);
	glDrawArraysIndirect(GL_TRIANGLES, (const void *)16);
	assert_int_equal(guest_test_pixel(5, 20), GREEN);
	assert_int_equal(guest_test_pixel(20, 5), BLACK);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glDrawArraysIndirect(GL_TRIANGLES, (const void *)20);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glBindBuffer(GL_DRAW_INDIRECT_BUFFER, 0);
	/* Indices lie in a buffer always. */
	glVertexPointer(2, GL_FLOAT, 0, square);
	glDrawElementsIndirect(GL_TRIANGLES, GL_UNSIGNED_SHORT, elements);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffers[1]);
	glBufferData(GL_ELEMENT_ARRAY_BUFFER, sizeof(indices), indices, GL_STATIC_DRAW);
	glColor3f(0, 0, 1);
	glDrawElementsIndirect(GL_TRIANGLES, GL_UNSIGNED_SHORT, elements);
	assert_int_equal(guest_test_pixel(20, 5), BLUE);
	assert_int_equal(guest_test_pixel(5, 20), BLUE);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glDisableClientState(GL_VERTEX_ARRAY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_strings, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(test_immediate, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(test_client_arrays, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(test_interleaved, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(test_indices, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(
			test_array_elements, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(test_no_indices, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(test_indirect, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(test_buffers, guest_test_compat, guest_test_end),
		cmocka_unit_test_setup_teardown(test_shaders, guest_test_core, guest_test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
