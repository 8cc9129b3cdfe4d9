/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payloads of every size on their way: batches, large messages, bulk; images as pixel stores have them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gl_encode.h"
#include "gl_loop.h"
#include "gl_names.h"

#define MESSAGE_MAX 131072u

static struct gl_functions gl;
static struct gl_loop *loop;

/* What the driver got last. */
static struct {
	uint8_t bytes[6 << 20];
	size_t size;
	unsigned int calls;
} got;

static void take_data(GLenum target, GLintptr offset, GLsizeiptr size, const void *data)
{
	(void)target, (void)offset;
	assert_in_range(size, 0, sizeof(got.bytes));
	memcpy(got.bytes, data, (size_t)size);
	got.size = (size_t)size;
	got.calls++;
}

static void take_image(GLenum target, GLint level, GLint x, GLint y, GLsizei width, GLsizei height,
	GLenum format, GLenum type, const void *pixels)
{
	const struct gl_image image = { format, type, width, height, 1, false };

	(void)target, (void)level, (void)x, (void)y;
	got.size = (size_t)gl_image_bytes(&image);
	assert_in_range(got.size, 0, sizeof(got.bytes));
	memcpy(got.bytes, pixels, got.size);
	got.calls++;
}

static void take_bitmap(GLsizei width, GLsizei height, GLfloat xorig, GLfloat yorig, GLfloat xmove,
	GLfloat ymove, const GLubyte *bitmap)
{
	(void)xorig, (void)yorig, (void)xmove, (void)ymove;
	got.size = (size_t)(width + 7) / 8 * (size_t)height;
	memcpy(got.bytes, bitmap, got.size);
	got.calls++;
}

static void give_image(
	GLint x, GLint y, GLsizei width, GLsizei height, GLenum format, GLenum type, void *pixels)
{
	const struct gl_image image = { format, type, width, height, 1, false };
	uint8_t *bytes = pixels;

	(void)x, (void)y;
	for (size_t i = 0; i < gl_image_bytes(&image); i++)
		bytes[i] = (uint8_t)(i + 1);
}

static GLuint seen_lengths[3];

static void take_source(GLuint shader, GLsizei count, const GLchar *const *string, const GLint *length)
{
	assert_int_equal(shader, 5 + RECORD_HOST);
	got.size = 0;
	for (GLsizei i = 0; i < count; i++) {
		assert_int_equal(strlen(string[i]), length[i]);
		memcpy(got.bytes + got.size, string[i], (size_t)length[i]);
		got.size += (size_t)length[i];
		seen_lengths[i] = (GLuint)length[i];
	}
	got.calls++;
}

static struct record notes;

static int setup(void **state)
{
	(void)state;
	loop = calloc(1, sizeof(*loop));
	if (!loop)
		return -1;
	gl = (struct gl_functions){ .BufferSubData = take_data,
		.TexSubImage2D = take_image,
		.Bitmap = take_bitmap,
		.ReadPixels = give_image,
		.ShaderSource = take_source };
	gl_loop_init(loop, &gl, MESSAGE_MAX);
	memset(&got, 0, sizeof(got));
	record_bound = false;
	record_begin(&notes);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	gl_loop_finish(loop);
	free(loop);
	return 0;
}

/* Sizes around each border: the batch, the largest message, one piece of a bulk transfer, several. */
static void test_sizes(void **state)
{
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 4096, 60000, 65480, 65504, 65528, 65536,
		65544, 100000, MESSAGE_MAX - 56, MESSAGE_MAX - 48, MESSAGE_MAX - 40,
		MESSAGE_MAX - 32, MESSAGE_MAX - 31, MESSAGE_MAX - 8, MESSAGE_MAX, MESSAGE_MAX + 1,
		2 * MESSAGE_MAX - 64, 5000001 };
	uint8_t *data = malloc(5000001);

	(void)state;
	assert_non_null(data);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		record_pattern(data, sizes[i], (unsigned int)i);
		gl_encode_BufferSubData(&loop->enc, GL_ARRAY_BUFFER, 0, (GLsizeiptr)sizes[i], data);
		gl_loop_run(loop);
		assert_int_equal(got.calls, i + 1);
		assert_int_equal(got.size, sizes[i]);
		assert_memory_equal(got.bytes, data, sizes[i]);
	}
	free(data);
	assert_int_equal(loop->refused, 0);
}

/* Too much for any transfer: not sent, and said so; what follows is not disturbed. */
static void test_too_large(void **state)
{
	static const uint8_t data[8] = { 1 };

	(void)state;
	gl_encode_BufferSubData(&loop->enc, GL_ARRAY_BUFFER, 0, (GLsizeiptr)GL_PAYLOAD_MAX - 8, data);
	assert_int_equal(loop->too_large, 1);
	gl_encode_BufferSubData(&loop->enc, GL_ARRAY_BUFFER, 0, 8, data);
	gl_loop_run(loop);
	assert_int_equal(got.calls, 1);
	gl_encode_BufferSubData(&loop->enc, GL_ARRAY_BUFFER, 0, (GLsizeiptr)1 << 40, data);
	gl_loop_run(loop);
	assert_int_equal(loop->refused, 1);
	assert_int_equal(got.calls, 1);
}

/* A part of a larger image, with rows of odd lengths that are aligned. */
static void test_unpack_rows(void **state)
{
	uint8_t image[64 * 16];

	(void)state;
	record_pattern(image, sizeof(image), 0);
	/* What is said of images is for those that have layers. */
	loop->enc.unpack = (struct gl_pixel_store){ .alignment = 4,
		.row_length = 7,
		.skip_pixels = 2,
		.skip_rows = 3,
		.image_height = 9,
		.skip_images = 2 };
	gl_encode_TexSubImage2D(
		&loop->enc, GL_TEXTURE_2D, 0, 0, 0, 3, 2, GL_RGB, GL_UNSIGNED_BYTE, image);
	gl_loop_run(loop);
	assert_int_equal(got.size, 18);
	assert_memory_equal(got.bytes, image + 3 * 24 + 6, 9);
	assert_memory_equal(got.bytes + 9, image + 4 * 24 + 6, 9);
}

static void test_pack_rows(void **state)
{
	uint8_t image[200];

	(void)state;
	memset(image, RECORD_UNTOUCHED, sizeof(image));
	loop->enc.pack = (struct gl_pixel_store){ .alignment = 8, .skip_pixels = 1 };
	gl_encode_ReadPixels(&loop->enc, 0, 0, 3, 2, GL_RGB, GL_UNSIGNED_BYTE, image);
	for (size_t i = 0; i < sizeof(image); i++) {
		const size_t row = i / 16, column = i % 16;
		const bool inside = row < 2 && column >= 3 && column < 12;

		assert_int_equal(image[i], inside ? row * 9 + column - 3 + 1 : RECORD_UNTOUCHED);
	}
}

/* Bits that do not begin at a byte. */
static void test_bitmap_bits(void **state)
{
	static const uint8_t bits[] = { 0xa5, 0x3c, 0xff, 0, 0x81, 0x7e, 0, 0 };
	static const uint8_t expected[] = { 0x29, 0xe7, 0x0b, 0xf0 };

	(void)state;
	loop->enc.unpack = (struct gl_pixel_store){ .alignment = 4, .skip_pixels = 3 };
	gl_encode_Bitmap(&loop->enc, 13, 2, 0, 0, 0, 0, bits);
	gl_loop_run(loop);
	assert_int_equal(got.size, 4);
	assert_int_equal(got.bytes[0], expected[0]);
	assert_int_equal(got.bytes[1] & 0xf8, expected[1] & 0xf8);
	assert_int_equal(got.bytes[2], expected[2]);
	assert_int_equal(got.bytes[3] & 0xf8, expected[3] & 0xf8);
}

static void test_unknown_format(void **state)
{
	static const uint8_t pixel[64];

	(void)state;
	gl_encode_TexSubImage2D(
		&loop->enc, GL_TEXTURE_2D, 0, 0, 0, 1, 1, 0x1234, GL_UNSIGNED_BYTE, pixel);
	gl_loop_run(loop);
	assert_int_equal(got.calls, 0);
	assert_int_equal(loop->host.error, GL_INVALID_ENUM);
}

static void test_source_lengths(void **state)
{
	static const GLchar *const texts[] = { "void main", "() {}rest", "" };
	static const GLint lengths[] = { -1, 5, 0 };

	(void)state;
	gl_encode_ShaderSource(&loop->enc, 5, 3, texts, lengths);
	gl_loop_run(loop);
	assert_int_equal(got.size, 14);
	assert_memory_equal(got.bytes, "void main() {}", 14);
	assert_int_equal(seen_lengths[1], 5);
}

static int fail_send(void *data, const void *bytes, size_t size)
{
	(void)data, (void)bytes, (void)size;
	return -1;
}

/* A lost stream: everything is taken and thrown away, and what waits for an answer gets zeros. */
static void test_lost(void **state)
{
	struct gl_transport broken = *loop->enc.transport;
	uint8_t image[64];

	(void)state;
	broken.send = fail_send;
	loop->enc.transport = &broken;
	memset(image, RECORD_UNTOUCHED, sizeof(image));
	for (int i = 0; i < 10000; i++)
		gl_encode_Uniform4f(&loop->enc, 0, 1, 2, 3, 4);
	assert_true(loop->enc.lost);
	assert_int_equal(gl_encode_GetError(&loop->enc), 0);
	gl_encode_ReadPixels(&loop->enc, 0, 0, 1, 1, GL_RGB, GL_UNSIGNED_BYTE, image);
	assert_int_equal(image[0], RECORD_UNTOUCHED);
}

static void test_sizes_of_images(void **state)
{
	static const struct {
		struct gl_image image;
		uint64_t bytes;
	} rows[] = {
		{ { GL_RGBA, GL_UNSIGNED_BYTE, 3, 2, 1, false }, 24 },
		{ { GL_RGB, GL_UNSIGNED_SHORT_5_6_5, 3, 2, 1, false }, 12 },
		{ { GL_DEPTH_STENCIL, GL_UNSIGNED_INT_24_8, 3, 2, 1, false }, 24 },
		{ { GL_DEPTH_STENCIL, GL_FLOAT_32_UNSIGNED_INT_24_8_REV, 3, 2, 1, false }, 48 },
		{ { GL_RG_INTEGER, GL_INT, 2, 2, 3, false }, 96 },
		{ { GL_COLOR_INDEX, GL_BITMAP, 9, 2, 1, false }, 4 },
		{ { GL_RGBA, GL_FLOAT, -1, 2, 1, false }, 0 },
		{ { GL_RGBA, GL_HALF_FLOAT, 0x7fffffff, 0x7fffffff, 0x7fffffff, false },
			GL_LENGTH_HUGE },
		{ { GL_RGBA, GL_BITMAP, 9, 2, 1, false }, GL_LENGTH_UNKNOWN },
		{ { GL_TEXTURE_2D, GL_FLOAT, 1, 1, 1, false }, GL_LENGTH_UNKNOWN },
		{ { GL_RGBA, GL_DOUBLE, 1, 1, 1, false }, GL_LENGTH_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(gl_image_bytes(&rows[i].image), rows[i].bytes);
	assert_int_equal(gl_map1_count(GL_MAP1_VERTEX_3, 5, 4), 18);
	assert_int_equal(gl_map2_count(GL_MAP2_VERTEX_4, 8, 3, 4, 2), 24);
	assert_int_equal(gl_map1_count(GL_MAP1_VERTEX_3, 2, 4), 0);
	assert_true(gl_map1_count(0x8660, 4, 4) == GL_LENGTH_UNKNOWN); /* of GL_NV_evaluators */
	assert_true(gl_map2_count(0x8660, 4, 1, 4, 1) == GL_LENGTH_UNKNOWN);
	assert_int_equal(gl_indirect_bytes(3, 0, 20), 60);
	assert_int_equal(gl_indirect_bytes(3, 32, 20), 84);
	assert_int_equal(gl_list_bytes(3, GL_3_BYTES), 9);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(gl_name_find("glUniform4fARB")->command, "Uniform4f");
	assert_int_equal(gl_name_find("glUniform4f")->opcode, GL_OP_Uniform4f);
	assert_int_equal(gl_name_find("glGetString")->treatment, GL_LOCAL);
	assert_int_equal(gl_name_find("glProgramBinary")->treatment, GL_REFUSED);
	assert_int_equal(gl_name_find("glShaderBinary")->treatment, GL_REFUSED);
	assert_null(gl_name_find("glUniform4"));
	assert_null(gl_name_find(""));
	for (size_t i = 0; i < GL_NAMES; i++)
		assert_ptr_equal(gl_name_find(gl_names[i].name), &gl_names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_sizes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_large, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unpack_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_pack_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bitmap_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_format, setup, teardown),
		cmocka_unit_test_setup_teardown(test_source_lengths, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test(test_sizes_of_images),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
