/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest may not, on the real driver: each would take the process down or reach beyond it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec_test.h"
#include "gl_wire_g.h"

static const GLfloat triangle[] = { -1, -1, 3, -1, -1, 3 };

/* A buffer with a triangle, bound; the encoder knows. */
static void bind_triangle(struct exec_test *t)
{
	static const GLuint name = 7;

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, sizeof(triangle), triangle, GL_STATIC_DRAW);
	t->enc.bound |= 1u << GL_BOUND_ARRAY;
}

static void draws(struct exec_test *t, GLenum error)
{
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), error);
}

/* An address instead of an offset: the attribute has no buffer. */
static void test_attribute_at_an_address(void **state)
{
	struct exec_test *t = *state;

	t->enc.bound = ~0u;
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, 0, 0, (const void *)0x1000);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_enabled_attribute_without_a_pointer(void **state)
{
	struct exec_test *t = *state;

	gl_encode_EnableVertexAttribArray(&t->enc, 3);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DisableVertexAttribArray(&t->enc, 3);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* What was looked at for the draw before does not hold for a pointer that comes after it. */
static void test_pointer_loses_its_buffer(void **state)
{
	struct exec_test *t = *state;

	bind_triangle(t);
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, 0, 0, NULL);
	gl_encode_EnableClientState(&t->enc, GL_COLOR_ARRAY);
	gl_encode_ColorPointer(&t->enc, 4, GL_UNSIGNED_BYTE, 0, NULL);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 0);
	t->enc.bound = 0;
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ColorPointer(&t->enc, 4, GL_UNSIGNED_BYTE, 0, NULL);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DisableClientState(&t->enc, GL_COLOR_ARRAY);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, 0, 0, NULL);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* A buffer whose memory would be that of the message. */
static void test_pinned_memory(void **state)
{
	static const GLuint name = 7;
	static const uint8_t data[4096] = { 0 };
	struct exec_test *t = *state;

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_EXTERNAL_VIRTUAL_MEMORY_BUFFER_AMD, name);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_BufferData(
		&t->enc, GL_EXTERNAL_VIRTUAL_MEMORY_BUFFER_AMD, sizeof(data), data, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_BufferStorage(
		&t->enc, GL_EXTERNAL_VIRTUAL_MEMORY_BUFFER_AMD, sizeof(data), data, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
}

static void test_enabled_arrays_without_a_pointer(void **state)
{
	static const GLenum arrays[] = { GL_VERTEX_ARRAY, GL_NORMAL_ARRAY, GL_COLOR_ARRAY,
		GL_INDEX_ARRAY, GL_EDGE_FLAG_ARRAY, GL_TEXTURE_COORD_ARRAY,
		GL_SECONDARY_COLOR_ARRAY, GL_FOG_COORD_ARRAY };
	struct exec_test *t = *state;

	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		gl_encode_EnableClientState(&t->enc, arrays[i]);
		gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
		assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
		gl_encode_DisableClientState(&t->enc, arrays[i]);
		gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	}
}

/* glEnable knows arrays, too, and so does a display list that calls it. */
static void test_arrays_enabled_by_other_means(void **state)
{
	struct exec_test *t = *state;
	const GLuint list = gl_encode_GenLists(&t->enc, 1);

	gl_encode_NewList(&t->enc, list, GL_COMPILE);
	gl_encode_Enable(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_EndList(&t->enc);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_CallList(&t->enc, list);
	exec_test_error(t);
	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_coordinates_of_another_unit(void **state)
{
	struct exec_test *t = *state;

	gl_encode_ClientActiveTexture(&t->enc, GL_TEXTURE3);
	gl_encode_EnableClientState(&t->enc, GL_TEXTURE_COORD_ARRAY);
	gl_encode_ClientActiveTexture(&t->enc, GL_TEXTURE0);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* A buffer that is deleted takes the array's place in it along. */
static void test_buffer_deleted_under_an_array(void **state)
{
	static const GLuint name = 7;
	struct exec_test *t = *state;

	bind_triangle(t);
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, 0, 0, NULL);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_DeleteBuffers(&t->enc, 1, &name);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* What is known of arrays that were whole is looked at where it changes. */
static void test_arrays_that_stay_whole(void **state)
{
	static const GLenum arrays[] = { GL_VERTEX_ARRAY, GL_NORMAL_ARRAY, GL_COLOR_ARRAY,
		GL_EDGE_FLAG_ARRAY, GL_TEXTURE_COORD_ARRAY };
	struct exec_test *t = *state;

	bind_triangle(t);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, 0, 0, NULL);
	draws(t, GL_NO_ERROR);
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_Enable(&t->enc, GL_DEPTH_TEST);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 7);
	draws(t, GL_NO_ERROR);
	gl_encode_EnableVertexAttribArray(&t->enc, 1);
	draws(t, GL_INVALID_OPERATION);
	gl_encode_DisableVertexAttribArray(&t->enc, 1);
	draws(t, GL_NO_ERROR);
	gl_encode_EnableVertexAttribArray(&t->enc, 9999);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	draws(t, GL_NO_ERROR);
	for (size_t i = 0; i < sizeof(arrays) / sizeof(arrays[0]); i++) {
		gl_encode_EnableClientState(&t->enc, arrays[i]);
		draws(t, GL_INVALID_OPERATION);
		gl_encode_DisableClientState(&t->enc, arrays[i]);
		draws(t, GL_NO_ERROR);
	}
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 0);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, 0, 0, NULL);
	draws(t, GL_INVALID_OPERATION);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 7);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, 0, 0, NULL);
	draws(t, GL_NO_ERROR);
	gl_encode_VertexPointer(&t->enc, 2, GL_FLOAT, 0, NULL);
	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	draws(t, GL_NO_ERROR);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 0);
	gl_encode_VertexPointer(&t->enc, 2, GL_FLOAT, 0, NULL);
	draws(t, GL_INVALID_OPERATION);
}

/* Arrays are those of the vertex array object that is bound. */
static void test_arrays_of_another_object(void **state)
{
	static const GLuint objects[2] = { 1, 2 };
	struct exec_test *t = *state;

	bind_triangle(t);
	gl_encode_GenVertexArrays(&t->enc, 2, objects);
	gl_encode_BindVertexArray(&t->enc, 1);
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_BindVertexArray(&t->enc, 2);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_BindVertexArray(&t->enc, 1);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_BindVertexArray(&t->enc, 2);
	gl_encode_EnableVertexArrayAttribEXT(&t->enc, 2, 0);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* An array that is enabled where nothing can be asked counts as one without a buffer. */
static void test_array_element_inside_begin(void **state)
{
	struct exec_test *t = *state;

	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_Begin(&t->enc, GL_TRIANGLES);
	gl_encode_ArrayElement(&t->enc, 0);
	gl_encode_End(&t->enc);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DisableClientState(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_Begin(&t->enc, GL_TRIANGLES);
	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_ArrayElement(&t->enc, 0);
	gl_encode_End(&t->enc);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_indices_at_an_address(void **state)
{
	struct exec_test *t = *state;

	bind_triangle(t);
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_VertexAttribPointer(&t->enc, 0, 2, GL_FLOAT, 0, 0, NULL);
	t->enc.bound = ~0u;
	gl_encode_DrawElements(&t->enc, GL_TRIANGLES, 3, GL_UNSIGNED_INT, (const void *)0x1000);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_indirect_at_an_address(void **state)
{
	struct exec_test *t = *state;

	t->enc.bound = ~0u;
	gl_encode_DrawArraysIndirect(&t->enc, GL_TRIANGLES, (const void *)0x1000);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MultiDrawArraysIndirect(&t->enc, GL_TRIANGLES, (const void *)0x1000, 4, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DispatchComputeIndirect(&t->enc, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MultiDrawArraysIndirectCount(&t->enc, GL_TRIANGLES, NULL, 0, 1, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* Indices of an indirect draw come from a buffer, always. */
static void test_indirect_without_indices(void **state)
{
	static const GLuint command[5] = { 3, 1, 0, 0, 0 };
	struct exec_test *t = *state;

	gl_encode_DrawElementsIndirect(&t->enc, GL_TRIANGLES, GL_UNSIGNED_INT, command);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_indirect_beyond_its_buffer(void **state)
{
	static const GLuint name = 9, command[4] = { 3, 1, 0, 0 };
	struct exec_test *t = *state;

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_DRAW_INDIRECT_BUFFER, name);
	gl_encode_BufferData(
		&t->enc, GL_DRAW_INDIRECT_BUFFER, sizeof(command), command, GL_STATIC_DRAW);
	t->enc.bound |= 1u << GL_BOUND_DRAW_INDIRECT;
	gl_encode_DrawArraysIndirect(&t->enc, GL_TRIANGLES, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_DrawArraysIndirect(&t->enc, GL_TRIANGLES, (const void *)4);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MultiDrawArraysIndirect(&t->enc, GL_TRIANGLES, NULL, 0x7fffffff, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_pixels_at_an_address(void **state)
{
	struct exec_test *t = *state;

	t->enc.bound = ~0u;
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE,
		(const void *)0x1000);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_ReadPixels(
		&t->enc, 0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, (void *)(intptr_t)0x1000);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* A buffer too small for what is written into it or read out of it. */
static void test_pixels_beyond_their_buffer(void **state)
{
	static const GLuint name = 9;
	struct exec_test *t = *state;

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_PIXEL_PACK_BUFFER, name);
	gl_encode_BufferData(&t->enc, GL_PIXEL_PACK_BUFFER, 64, NULL, GL_STREAM_READ);
	t->enc.bound |= 1u << GL_BOUND_PIXEL_PACK;
	gl_encode_ReadPixels(&t->enc, 0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ReadPixels(&t->enc, 0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, (void *)4);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_PixelStorei(&t->enc, GL_PACK_ROW_LENGTH, 1 << 20);
	gl_encode_ReadPixels(&t->enc, 0, 0, 4, 4, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_query_beyond_its_buffer(void **state)
{
	static const GLuint buffer = 9, query = 5;
	struct exec_test *t = *state;

	gl_encode_GenQueries(&t->enc, 1, &query);
	gl_encode_BeginQuery(&t->enc, GL_SAMPLES_PASSED, query);
	gl_encode_EndQuery(&t->enc, GL_SAMPLES_PASSED);
	gl_encode_GenBuffers(&t->enc, 1, &buffer);
	gl_encode_BindBuffer(&t->enc, GL_QUERY_BUFFER, buffer);
	gl_encode_BufferData(&t->enc, GL_QUERY_BUFFER, 8, NULL, GL_STREAM_READ);
	t->enc.bound |= 1u << GL_BOUND_QUERY;
	gl_encode_GetQueryObjectui64v(&t->enc, query, GL_QUERY_RESULT, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_GetQueryObjectui64v(&t->enc, query, GL_QUERY_RESULT, (GLuint64 *)8);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* A pixel store of the program's does not make the host read or write further than was sent. */
static void test_pixel_store_is_not_applied_twice(void **state)
{
	struct exec_test *t = *state;
	static GLubyte pixels[8 * 8 * 4], back[8 * 8 * 4];
	GLint length = 0;

	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (GLubyte)i;
	gl_encode_PixelStorei(&t->enc, GL_UNPACK_ROW_LENGTH, 4096);
	gl_encode_PixelStorei(&t->enc, GL_UNPACK_SKIP_ROWS, 4096);
	gl_encode_PixelStorei(&t->enc, GL_PACK_ROW_LENGTH, 4096);
	gl_encode_PixelStorei(&t->enc, GL_PACK_SKIP_PIXELS, 11);
	gl_encode_TexImage2D(
		&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_encode_GetTexImage(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, back);
	assert_memory_equal(pixels, back, sizeof(back));
	gl_encode_GetIntegerv(&t->enc, GL_UNPACK_ROW_LENGTH, &length);
	assert_int_equal(length, 4096);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_no_context_is_current(void **state)
{
	struct exec_test *t = *state;
	GLint value = 77;

	exec_test_current(t, 0, 0);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	t->replies = 0;
	gl_encode_GetIntegerv(&t->enc, GL_MAX_TEXTURE_SIZE, &value);
	assert_int_equal(t->replies, 1);
	assert_int_equal(exec_test_drain(t), 0);
}

/* Whatever is wrong with it: one reply for each synchronous command. */
static void test_bad_calls_get_their_replies(void **state)
{
	static const uint64_t payload[8];
	struct exec_test *t = *state;

	t->replies = 0;
	exec_test_raw(t, GL_OP_GetIntegerv, 0, payload, 8);
	exec_test_raw(t, GL_OP_GetIntegerv, 0, payload, 0);
	exec_test_raw(t, GL_OP_GetIntegerv, 0, payload, 64);
	exec_test_raw(t, GL_OP_GetError, 0, payload, 8);
	exec_test_raw(t, GL_OP_GetTexImage, 0, payload, sizeof(struct gl_wire_GetTexImage));
	exec_test_raw(t, GL_OP_GetIntegerv, GL_FLAG_NO_REPLY, payload, 64);
	exec_test_raw(t, GL_OP_LAST + 1, 0, payload, 64);
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(t->replies, 5);
}

static void test_malformed_messages(void **state)
{
	static const uint64_t payload[8] = { ~0u };
	struct exec_test *t = *state;

	exec_test_raw(t, GLM_CLIENT_ARRAYS, 0, payload, 8);
	exec_test_raw(t, GLM_MAKE_CURRENT, 0, payload, 64);
	exec_test_raw(t, GLM_CONTEXT_CREATED, 0, payload, 8);
	exec_test_raw(t, GLM_ERRORS + 1, 0, payload, 8);
	exec_test_raw(t, 0xffff, 0, payload, 8);
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_malformed(t->pair), 5);
}

#define RULE(name) cmocka_unit_test_setup_teardown(test_##name, exec_test_setup, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RULE(attribute_at_an_address),
		RULE(enabled_attribute_without_a_pointer),
		RULE(pointer_loses_its_buffer),
		RULE(pinned_memory),
		RULE(enabled_arrays_without_a_pointer),
		RULE(arrays_enabled_by_other_means),
		RULE(coordinates_of_another_unit),
		RULE(buffer_deleted_under_an_array),
		RULE(arrays_that_stay_whole),
		RULE(arrays_of_another_object),
		RULE(array_element_inside_begin),
		RULE(indices_at_an_address),
		RULE(indirect_at_an_address),
		RULE(indirect_without_indices),
		RULE(indirect_beyond_its_buffer),
		RULE(pixels_at_an_address),
		RULE(pixels_beyond_their_buffer),
		RULE(query_beyond_its_buffer),
		RULE(pixel_store_is_not_applied_twice),
		RULE(no_context_is_current),
		RULE(bad_calls_get_their_replies),
		RULE(malformed_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
