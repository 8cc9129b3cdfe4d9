/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a driver would read or write beyond what there is, as it does not look at where that ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec_test.h"

#define PACK_INVERT_MESA 0x8758
#define SIDE             512
#define FACE_BYTES       (SIDE * SIDE * 4)
#define DXT1_BYTES       (SIDE * SIDE / 2)

static void buffer(struct exec_test *t, GLenum target, enum gl_binding binding, GLsizeiptr size)
{
	static const GLuint name = 9;

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, target, name);
	gl_encode_BufferData(&t->enc, target, size, NULL, GL_STATIC_DRAW);
	t->enc.bound |= 1u << binding;
}

static const void *offset(uintptr_t at)
{
	return (const void *)at;
}

/* ---- pixels in buffers */

static void layers(struct exec_test *t, GLsizei depth)
{
	static const GLuint name = 3;

	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D_ARRAY, name);
	gl_encode_TexImage3D(&t->enc, GL_TEXTURE_2D_ARRAY, 0, GL_RGBA8, 16, 16, depth, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
}

static void test_images_skipped_in_a_buffer(void **state)
{
	struct exec_test *t = *state;

	layers(t, 2);
	buffer(t, GL_PIXEL_PACK_BUFFER, GL_BOUND_PIXEL_PACK, 4 * 1024);
	gl_encode_GetTexImage(
		&t->enc, GL_TEXTURE_2D_ARRAY, 0, GL_RGBA, GL_UNSIGNED_BYTE, (void *)2048);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_PixelStorei(&t->enc, GL_PACK_SKIP_IMAGES, 2);
	gl_encode_GetTexImage(&t->enc, GL_TEXTURE_2D_ARRAY, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_PixelStorei(&t->enc, GL_PACK_SKIP_IMAGES, 1 << 16);
	gl_encode_GetTexImage(&t->enc, GL_TEXTURE_2D_ARRAY, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_PixelStorei(&t->enc, GL_PACK_SKIP_IMAGES, 3);
	gl_encode_GetTextureSubImage(
		&t->enc, 3, 0, 0, 0, 0, 16, 16, 2, GL_RGBA, GL_UNSIGNED_BYTE, 4096, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_rows_skipped_in_a_buffer(void **state)
{
	struct exec_test *t = *state;

	buffer(t, GL_PIXEL_PACK_BUFFER, GL_BOUND_PIXEL_PACK, 4 * 1024);
	gl_encode_PixelStorei(&t->enc, GL_PACK_SKIP_IMAGES, 1 << 16);
	gl_encode_PixelStorei(&t->enc, GL_PACK_ROW_LENGTH, 32);
	gl_encode_PixelStorei(&t->enc, GL_PACK_SKIP_ROWS, 16);
	gl_encode_PixelStorei(&t->enc, GL_PACK_SKIP_PIXELS, 16);
	gl_encode_ReadPixels(&t->enc, 0, 0, 16, 16, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ReadPixels(&t->enc, 0, 0, 16, 16, GL_RGBA, GL_UNSIGNED_BYTE, (void *)4);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_ReadPixels(&t->enc, 0, 0, 16, 17, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_ReadPixels(&t->enc, 0, 0, 16, 16, GL_RGBA, 0x4242, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_ReadPixels(&t->enc, 0, 0, 0, 17, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* The first row would come behind the end of a buffer that has room for all others. */
static void test_rows_from_the_top(void **state)
{
	struct exec_test *t = *state;

	gl_encode_PixelStorei(&t->enc, PACK_INVERT_MESA, 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_PixelStorei(&t->enc, PACK_INVERT_MESA, 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
}

/* What lies left of a surface is not read, but has its place. */
static void test_rows_left_of_the_surface(void **state)
{
	struct exec_test *t = *state;

	buffer(t, GL_PIXEL_PACK_BUFFER, GL_BOUND_PIXEL_PACK, 4096);
	gl_encode_ReadPixels(&t->enc, -1000000, 0, 1000001, 40, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_ReadPixels(&t->enc, -8, 0, 16, 64, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void texture(struct exec_test *t, GLuint name, GLenum format, GLsizei side)
{
	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, format, side, side);
}

/* The colours are larger than the depth. */
static void test_depth_beyond_its_buffer(void **state)
{
	static const GLuint name = 1;
	const size_t n = (size_t)SIDE * SIDE;
	struct exec_test *t = *state;
	GLfloat *depth = malloc(n * sizeof(*depth));
	GLint buffer_was = 0;

	assert_non_null(depth);
	texture(t, 2, GL_RGBA8, SIDE);
	texture(t, 3, GL_DEPTH_COMPONENT32F, 16);
	gl_encode_GenFramebuffers(&t->enc, 1, &name);
	gl_encode_BindFramebuffer(&t->enc, GL_FRAMEBUFFER, name);
	gl_encode_FramebufferTexture2D(
		&t->enc, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, 2, 0);
	gl_encode_FramebufferTexture2D(
		&t->enc, GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_TEXTURE_2D, 3, 0);
	gl_encode_ClearDepth(&t->enc, 0.5);
	gl_encode_Clear(&t->enc, GL_DEPTH_BUFFER_BIT);
	for (size_t i = 0; i < n; i++)
		depth[i] = 7;
	gl_encode_ReadPixels(&t->enc, 0, 0, SIDE, SIDE, GL_DEPTH_COMPONENT, GL_FLOAT, depth);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	for (size_t i = 0; i < n; i++)
		assert_true(depth[i] == (i % SIDE < 16 && i / SIDE < 16 ? 0.5f : 0));
	gl_encode_GetIntegerv(&t->enc, GL_READ_BUFFER, &buffer_was);
	assert_int_equal(buffer_was, GL_COLOR_ATTACHMENT0);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_CopyPixels(&t->enc, 0, 0, SIDE, SIDE, GL_DEPTH);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_EndList(&t->enc);
	free(depth);
}

/* ---- sums that are none */

static void test_places_in_buffers(void **state)
{
	static uint8_t data[4096];
	struct exec_test *t = *state;

	buffer(t, GL_ARRAY_BUFFER, GL_BOUND_ARRAY, 65536);
	gl_encode_GetBufferSubData(&t->enc, GL_ARRAY_BUFFER, INT64_MAX - 4095, 4096, data);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_BufferSubData(&t->enc, GL_ARRAY_BUFFER, INT64_MAX - 4095, 4096, data);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_CopyBufferSubData(
		&t->enc, GL_ARRAY_BUFFER, GL_ARRAY_BUFFER, INT64_MAX - 4095, 0, 4096);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_ClearBufferSubData(&t->enc, GL_ARRAY_BUFFER, GL_R8, INT64_MAX - 4095, 4096,
		GL_RED, GL_UNSIGNED_BYTE, data);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_BufferSubData(&t->enc, GL_ARRAY_BUFFER, 65536 - 4096, 4096, data);
	gl_encode_GetBufferSubData(&t->enc, GL_ARRAY_BUFFER, 65536 - 4096, 4096, data);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_places_in_images(void **state)
{
	static const uint8_t pixel[4];
	uint8_t back[4];
	struct exec_test *t = *state;

	texture(t, 2, GL_RGBA8, 16);
	texture(t, 3, GL_RGBA8, 16);
	gl_encode_TexSubImage2D(
		&t->enc, GL_TEXTURE_2D, 0, INT32_MAX, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_TexSubImage2D(
		&t->enc, GL_TEXTURE_2D, 0, 0, INT32_MAX, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_ReadPixels(&t->enc, INT32_MAX, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, back);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_CopyTexSubImage2D(&t->enc, GL_TEXTURE_2D, 0, INT32_MAX, 0, 0, 0, 1, 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_CopyImageSubData(&t->enc, 2, GL_TEXTURE_2D, 0, INT32_MAX, 0, 0, 3, GL_TEXTURE_2D,
		0, 0, 0, 0, 1, 1, 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_ClearTexSubImage(
		&t->enc, 2, 0, INT32_MAX, 0, 0, 1, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_TexSubImage2D(
		&t->enc, GL_TEXTURE_2D, 0, 15, 15, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_the_first_of_many(void **state)
{
	static const GLfloat values[16];
	static const GLuint names[4];
	struct exec_test *t = *state;

	gl_encode_ViewportArrayv(&t->enc, UINT32_MAX - 1, 4, values);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_BindTextures(&t->enc, UINT32_MAX - 1, 4, names);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_ProgramEnvParameters4fvEXT(
		&t->enc, GL_VERTEX_PROGRAM_ARB, UINT32_MAX - 1, 4, values);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_BindTextures(&t->enc, 0, 4, names);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* There are more units than texture matrices. */
static void test_units_without_a_matrix(void **state)
{
	static const GLfloat matrix[16] = { 1 };
	struct exec_test *t = *state;
	GLint units = 0, active = 0;

	gl_encode_GetIntegerv(&t->enc, GL_MAX_COMBINED_TEXTURE_IMAGE_UNITS, &units);
	if (units <= 64)
		skip();
	gl_encode_ActiveTexture(&t->enc, GL_TEXTURE0 + 63);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_MatrixMode(&t->enc, GL_TEXTURE);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MatrixLoadfEXT(&t->enc, GL_TEXTURE, matrix);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_PushAttrib(&t->enc, GL_TEXTURE_BIT);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_CallList(&t->enc, 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_ActiveTexture(&t->enc, GL_TEXTURE0 + 7);
	gl_encode_MatrixMode(&t->enc, GL_TEXTURE);
	gl_encode_LoadMatrixf(&t->enc, matrix);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ActiveTexture(&t->enc, GL_TEXTURE0 + 63);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_GetIntegerv(&t->enc, GL_ACTIVE_TEXTURE, &active);
	assert_int_equal(active, GL_TEXTURE0 + 7);
	gl_encode_MatrixMode(&t->enc, GL_MODELVIEW);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_ActiveTexture(&t->enc, GL_TEXTURE0 + 63);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_EndList(&t->enc);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_units_without_coordinates(void **state)
{
	static const GLuint name = 4;
	struct exec_test *t = *state;
	GLint value = 0;

	buffer(t, GL_ARRAY_BUFFER, GL_BOUND_ARRAY, 1024);
	gl_encode_GenVertexArrays(&t->enc, 1, &name);
	gl_encode_BindVertexArray(&t->enc, name);
	gl_encode_MultiTexCoordPointerEXT(&t->enc, GL_TEXTURE0 + 7, 2, GL_FLOAT, 0, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_MultiTexCoordPointerEXT(&t->enc, GL_TEXTURE0 + 90, 2, GL_FLOAT, 0, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MultiTexCoordPointerEXT(&t->enc, 0, 2, GL_FLOAT, 0, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_VertexArrayMultiTexCoordOffsetEXT(
		&t->enc, name, 9, GL_TEXTURE0 + 90, 2, GL_FLOAT, 0, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_GetVertexArrayIntegeri_vEXT(
		&t->enc, name, 0x100000, GL_TEXTURE_COORD_ARRAY_STRIDE, &value);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_GetVertexArrayIntegeri_vEXT(&t->enc, name, 7, GL_TEXTURE_COORD_ARRAY_SIZE, &value);
	assert_int_equal(value, 2);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_attributes_that_there_are_not(void **state)
{
	static const GLushort halves[64];
	struct exec_test *t = *state;

	gl_encode_VertexAttribs4hvNV(&t->enc, 4, 12, halves);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_VertexAttribs4hvNV(&t->enc, 4, 13, halves);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_VertexAttribs1hvNV(&t->enc, 0x1000000, 1, halves);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* What is far to the right of the first one is not close to it. */
static void test_bitmaps_far_away(void **state)
{
	static const GLubyte bits[512 / 8 * 32] = { 0xff };
	const GLfloat far = 2147483520.f;
	struct exec_test *t = *state;
	GLfloat position[4] = { 0 };

	gl_encode_WindowPos2i(&t->enc, 0, 0);
	gl_encode_Bitmap(&t->enc, 8, 8, 0, 0, 8, 0, bits);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_Bitmap(&t->enc, 512, 32, -far, 0, 0, 0, bits);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_WindowPos2f(&t->enc, far, 0);
	gl_encode_Bitmap(&t->enc, 512, 32, 0, 0, 1, 0, bits);
	gl_encode_GetFloatv(&t->enc, GL_CURRENT_RASTER_POSITION, position);
	assert_true(position[0] == 1);
	for (unsigned int i = 0; i < 130; i++)
		gl_encode_Bitmap(&t->enc, 0, 0, 0, 0, 16777216, 0, NULL);
	gl_encode_Bitmap(&t->enc, 512, 32, 0, 0, 0, 0, bits);
	gl_encode_GetFloatv(&t->enc, GL_CURRENT_RASTER_POSITION, position);
	assert_true(position[0] <= 16777216);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* What is for a unit is as what is for the active one. */
static void test_images_of_units(void **state)
{
	static uint32_t pixels[256 * 256], back[64 * 64];
	struct exec_test *t = *state;
	GLint active = 0;

	memset(pixels, 0x41, sizeof(pixels));
	gl_encode_ActiveTexture(&t->enc, GL_TEXTURE0 + 3);
	texture(t, 2, GL_RGBA8, 64);
	gl_encode_ActiveTexture(&t->enc, GL_TEXTURE0 + 1);
	gl_encode_MultiTexSubImage2DEXT(&t->enc, GL_TEXTURE0 + 3, GL_TEXTURE_2D, 0, 0, 0, 256, 256,
		GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_MultiTexSubImage2DEXT(&t->enc, GL_TEXTURE0 + 3, GL_TEXTURE_2D, 0, 1 << 20,
		1 << 20, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_MultiTexSubImage2DEXT(&t->enc, GL_TEXTURE0 + 3, GL_TEXTURE_3D, 0, 0, 0, 1, 1,
		GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_MultiTexSubImage2DEXT(&t->enc, GL_TEXTURE0 + 100000, GL_TEXTURE_2D, 0, 0, 0, 1, 1,
		GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MultiTexSubImage2DEXT(&t->enc, GL_TEXTURE0 + 3, GL_TEXTURE_2D, 0, 0, 0, 64, 64,
		GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_encode_NewList(&t->enc, 1, GL_COMPILE);
	gl_encode_MultiTexSubImage2DEXT(&t->enc, GL_TEXTURE0 + 3, GL_TEXTURE_2D, 0, 0, 0, 64, 63,
		GL_RGBA, GL_UNSIGNED_BYTE, pixels + 64);
	gl_encode_EndList(&t->enc);
	gl_encode_CallList(&t->enc, 1);
	gl_encode_GetIntegerv(&t->enc, GL_ACTIVE_TEXTURE, &active);
	assert_int_equal(active, GL_TEXTURE0 + 1);
	gl_encode_GetMultiTexImageEXT(
		&t->enc, GL_TEXTURE0 + 3, GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, back);
	assert_memory_equal(back, pixels, sizeof(back));
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* ---- parts of buffers */

static GLint uniform_buffer(struct exec_test *t, GLuint index)
{
	GLint name = -1;

	gl_encode_GetIntegeri_v(&t->enc, GL_UNIFORM_BUFFER_BINDING, index, &name);
	return name;
}

static void test_parts_of_buffers(void **state)
{
	static const GLuint other = 10;
	struct exec_test *t = *state;
	GLint generic = 0;

	buffer(t, GL_UNIFORM_BUFFER, GL_BOUND_ARRAY, 65536);
	gl_encode_GenBuffers(&t->enc, 1, &other);
	gl_encode_BindBufferRange(&t->enc, GL_UNIFORM_BUFFER, 1, 9, 256, 256);
	gl_encode_BindBufferRange(&t->enc, GL_UNIFORM_BUFFER, 2, 9, 32768, 256);
	gl_encode_BindBufferRange(&t->enc, GL_UNIFORM_BUFFER, 3, 10, 32768, 256);
	gl_encode_BindBuffer(&t->enc, GL_UNIFORM_BUFFER, 9);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_BindBufferRange(&t->enc, GL_UNIFORM_BUFFER, 4, 9, 65536, 256);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_BufferData(&t->enc, GL_UNIFORM_BUFFER, 1024, NULL, GL_STATIC_DRAW);
	assert_int_equal(uniform_buffer(t, 1), 9);
	assert_int_equal(uniform_buffer(t, 2), 0);
	gl_encode_GetIntegerv(&t->enc, GL_UNIFORM_BUFFER_BINDING, &generic);
	assert_int_equal(generic, 9);
	gl_encode_BindBuffer(&t->enc, GL_UNIFORM_BUFFER, 10);
	gl_encode_BufferData(&t->enc, GL_UNIFORM_BUFFER, 16, NULL, GL_STATIC_DRAW);
	assert_int_equal(uniform_buffer(t, 3), 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* The buffer gets smaller in another context, while this one may be looked at, and while it may not. */
static void test_parts_of_buffers_elsewhere(void **state)
{
	struct exec_test *t = *state;

	buffer(t, GL_UNIFORM_BUFFER, GL_BOUND_ARRAY, 65536);
	gl_encode_BindBufferRange(&t->enc, GL_UNIFORM_BUFFER, 2, 9, 32768, 256);
	gl_encode_Begin(&t->enc, GL_POINTS);
	exec_test_context(t, &(struct glm_context_create){ .id = 2, .api = GLM_API_GL, .share = 1 });
	exec_test_current(t, 2, 1);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 9);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 1024, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	exec_test_current(t, 1, 1);
	gl_encode_End(&t->enc);
	assert_int_equal(uniform_buffer(t, 2), 9);
	exec_test_current(t, 2, 1);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 1024, NULL, GL_STATIC_DRAW);
	exec_test_current(t, 1, 1);
	assert_int_equal(uniform_buffer(t, 2), 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* ---- cubes */

static void cube(struct exec_test *t, GLenum format, const void *face, GLsizei bytes)
{
	static const GLuint name = 3;

	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_CUBE_MAP, name);
	for (GLenum target = GL_TEXTURE_CUBE_MAP_POSITIVE_X;
		target <= GL_TEXTURE_CUBE_MAP_NEGATIVE_Z; target++)
		if (format == GL_RGBA8)
			gl_encode_TexImage2D(&t->enc, target, 0, GL_RGBA8, SIDE, SIDE, 0, GL_RGBA,
				GL_UNSIGNED_BYTE, face);
		else
			gl_encode_CompressedTexImage2D(
				&t->enc, target, 0, format, SIDE, SIDE, 0, bytes, face);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_faces_of_a_cube(void **state)
{
	struct exec_test *t = *state;
	uint8_t *face = malloc(FACE_BYTES), *back = calloc(6, FACE_BYTES);

	assert_true(face && back);
	memset(face, 0x41, FACE_BYTES);
	cube(t, GL_RGBA8, face, FACE_BYTES);
	gl_encode_GetTextureImageEXT(
		&t->enc, 3, GL_TEXTURE_CUBE_MAP, 0, GL_RGBA, GL_UNSIGNED_BYTE, back);
	exec_test_error(t);
	gl_encode_GetMultiTexImageEXT(&t->enc, GL_TEXTURE0, GL_TEXTURE_CUBE_MAP_NEGATIVE_X, 0,
		GL_RGBA, GL_UNSIGNED_BYTE, back);
	exec_test_error(t);
	gl_encode_GetMultiTexImageEXT(
		&t->enc, GL_TEXTURE0, GL_TEXTURE_CUBE_MAP, 0, GL_RGBA, GL_UNSIGNED_BYTE, back);
	exec_test_error(t);
	gl_encode_GetTexImage(
		&t->enc, GL_TEXTURE_CUBE_MAP_POSITIVE_Y, 0, GL_RGBA, GL_UNSIGNED_BYTE, back);
	assert_memory_equal(face, back, FACE_BYTES);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	free(face);
	free(back);
}

static void test_compressed_faces_of_a_cube(void **state)
{
	struct exec_test *t = *state;
	uint8_t *face = malloc(DXT1_BYTES), *back = calloc(6, DXT1_BYTES);

	assert_true(face && back);
	memset(face, 0x41, DXT1_BYTES);
	cube(t, GL_COMPRESSED_RGB_S3TC_DXT1_EXT, face, DXT1_BYTES);
	for (unsigned int i = 0; i < 2; i++) {
		const GLenum target =
			i ? GL_TEXTURE_CUBE_MAP : (GLenum)GL_TEXTURE_CUBE_MAP_POSITIVE_X;

		gl_encode_GetCompressedTextureImageEXT(&t->enc, 3, target, 0, back);
		exec_test_error(t);
		gl_encode_GetCompressedMultiTexImageEXT(&t->enc, GL_TEXTURE0, target, 0, back);
		exec_test_error(t);
	}
	gl_encode_GetCompressedTexImage(&t->enc, GL_TEXTURE_CUBE_MAP_POSITIVE_Y, 0, back);
	assert_memory_equal(face, back, DXT1_BYTES);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	free(face);
	free(back);
}

/* ---- indices */

/* A draw whose result comes back reads them as they lie in memory. */
static void test_indices_beyond_their_buffer(void **state)
{
	static const GLsizei counts[] = { 3, 3 };
	const void *const good[] = { offset(0), offset(58) };
	const void *const bad[] = { offset(0), offset(60) };
	const void *const far[] = { offset(0), offset(UINT32_C(0xf0000000)) };
	static const GLint bases[] = { 0, 0 };
	struct exec_test *t = *state;

	buffer(t, GL_ARRAY_BUFFER, GL_BOUND_ARRAY, 1024);
	gl_encode_VertexPointer(&t->enc, 2, GL_FLOAT, 0, NULL);
	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	gl_encode_BindBuffer(&t->enc, GL_ELEMENT_ARRAY_BUFFER, 9);
	gl_encode_BufferData(&t->enc, GL_ELEMENT_ARRAY_BUFFER, 64, NULL, GL_STATIC_DRAW);
	t->enc.bound |= 1u << GL_BOUND_ELEMENT_ARRAY;
	gl_encode_FeedbackBuffer(&t->enc, 4096, GL_2D);
	gl_encode_RenderMode(&t->enc, GL_FEEDBACK);
	gl_encode_MultiDrawElements(&t->enc, GL_TRIANGLES, counts, GL_UNSIGNED_SHORT, good, 2);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_MultiDrawElements(&t->enc, GL_TRIANGLES, counts, GL_UNSIGNED_SHORT, bad, 2);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MultiDrawElements(&t->enc, GL_TRIANGLES, counts, GL_UNSIGNED_SHORT, far, 2);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_MultiDrawElementsBaseVertex(
		&t->enc, GL_TRIANGLES, counts, GL_UNSIGNED_SHORT, far, 2, bases);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

#define BOUNDS(name) cmocka_unit_test_setup_teardown(test_##name, exec_test_setup, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BOUNDS(images_skipped_in_a_buffer),
		BOUNDS(rows_skipped_in_a_buffer),
		BOUNDS(rows_from_the_top),
		BOUNDS(rows_left_of_the_surface),
		BOUNDS(depth_beyond_its_buffer),
		BOUNDS(places_in_buffers),
		BOUNDS(places_in_images),
		BOUNDS(the_first_of_many),
		BOUNDS(images_of_units),
		BOUNDS(units_without_a_matrix),
		BOUNDS(units_without_coordinates),
		BOUNDS(attributes_that_there_are_not),
		BOUNDS(bitmaps_far_away),
		BOUNDS(parts_of_buffers),
		BOUNDS(parts_of_buffers_elsewhere),
		BOUNDS(faces_of_a_cube),
		BOUNDS(compressed_faces_of_a_cube),
		BOUNDS(indices_beyond_their_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
