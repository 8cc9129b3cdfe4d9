/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that fail: what they say, and that they leave the program's memory as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "guest_test.h"

#define NEEDS_HOST(state) \
	if (!*(state))    \
	skip()

#define JUNK 0x7b7b7b7b

static int exact(void **state)
{
	return guest_test_begin(state, &(struct guest_test_request){ .exact = true });
}

static int es2(void **state)
{
	return guest_test_begin(state,
		&(struct guest_test_request){ .api = GLM_API_ES, .major = 2, .exact = true });
}

/* What the guest would answer by itself is refused, and does nothing. */
static void test_between_begin_and_end(void **state)
{
	static const GLfloat square[8] = { 0 };
	void *pointer = NULL;
	GLint value = JUNK;

	NEEDS_HOST(state);
	glBegin(GL_POINTS);
	glVertexPointer(2, GL_FLOAT, 0, square);
	glGetIntegerv(GL_VERTEX_ARRAY_BINDING, &value);
	assert_null(glGetString(GL_VENDOR));
	glEnd();
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	assert_int_equal(value, JUNK);
	glGetPointerv(GL_VERTEX_ARRAY_POINTER, &pointer);
	assert_null(pointer);
	/* One error, also of what the host looks at before the driver does. */
	glBegin(GL_POINTS);
	glTexImage1D(GL_TEXTURE_1D, 0, GL_RGBA, 4, 0, GL_RGBA, GL_FLOAT, NULL);
	glEnd();
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	/* After one that began nothing all is as ever. */
	glBegin(GL_TEXTURE_2D);
	assert_non_null(glGetString(GL_VENDOR));
	glVertexPointer(2, GL_FLOAT, 0, square);
	glGetPointerv(GL_VERTEX_ARRAY_POINTER, &pointer);
	assert_ptr_equal(pointer, square);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_a_query_that_fails_writes_nothing(void **state)
{
	uint8_t pixels[4] = { 0x7b, 0x7b, 0x7b, 0x7b };
	GLint value = JUNK;

	NEEDS_HOST(state);
	glGetIntegerv(GL_TRIANGLES, &value);
	assert_int_equal(value, JUNK);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	glGetTexParameteriv(GL_TEXTURE_2D, GL_TRIANGLES, &value);
	assert_int_equal(value, JUNK);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	glReadPixels(0, 0, 1, 1, GL_RGBA, GL_TEXTURE_2D, pixels);
	assert_int_equal(pixels[0], 0x7b);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	/* An error of before is not the query's. */
	glEnable(GL_TRIANGLES);
	glGetTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, &value);
	assert_int_equal(value, GL_NEAREST_MIPMAP_LINEAR);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* Room for the pixels is not room for rows as the program wants them. */
static void test_room_for_a_part_of_a_texture(void **state)
{
	uint8_t pixels[8 * 8 * 4] = { 0 };
	GLuint texture;

	NEEDS_HOST(state);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 8, 8, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glPixelStorei(GL_PACK_ROW_LENGTH, 8);
	glPixelStorei(GL_PACK_SKIP_ROWS, 4);
	glPixelStorei(GL_PACK_SKIP_PIXELS, 4);
	glGetTextureSubImage(texture, 0, 4, 4, 0, 4, 4, 1, GL_RGBA, GL_UNSIGNED_BYTE,
		(GLsizei)sizeof(pixels), pixels);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glGetTextureSubImage(texture, 0, 4, 4, 0, 4, 4, 1, GL_RGBA, GL_UNSIGNED_BYTE,
		(GLsizei)sizeof(pixels) - 1, pixels);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
}

static void test_pointers_of_other_vertex_arrays(void **state)
{
	GLuint arrays[2], buffer;
	void *pointer = NULL;

	NEEDS_HOST(state);
	glGenVertexArrays(2, arrays);
	glGenBuffers(1, &buffer);
	glVertexArrayColorOffsetEXT(arrays[1], buffer, 3, GL_FLOAT, 12, 64);
	glVertexArrayVertexAttribOffsetEXT(arrays[1], buffer, 5, 2, GL_FLOAT, GL_FALSE, 8, 96);
	glVertexArrayMultiTexCoordOffsetEXT(arrays[1], buffer, GL_TEXTURE3, 2, GL_FLOAT, 8, 32);
	glBindVertexArray(arrays[1]);
	glGetPointerv(GL_COLOR_ARRAY_POINTER, &pointer);
	assert_int_equal((uintptr_t)pointer, 64);
	glGetVertexAttribPointerv(5, GL_VERTEX_ATTRIB_ARRAY_POINTER, &pointer);
	assert_int_equal((uintptr_t)pointer, 96);
	glClientActiveTexture(GL_TEXTURE3);
	glGetPointerv(GL_TEXTURE_COORD_ARRAY_POINTER, &pointer);
	assert_int_equal((uintptr_t)pointer, 32);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* Where a program may only write it sees what a command wrote all the same: it is the same memory natively. */
static void test_a_copy_into_a_map_that_stays(void **state)
{
	static const GLfloat values[4] = { 1, 2, 3, 4 };
	const GLbitfield access = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
	GLuint buffers[2];
	GLfloat *map;
	GLsync fence;

	NEEDS_HOST(state);
	glGenBuffers(2, buffers);
	glBindBuffer(GL_COPY_WRITE_BUFFER, buffers[0]);
	glBufferStorage(GL_COPY_WRITE_BUFFER, 2 * sizeof(values), NULL, access);
	map = glMapBufferRange(GL_COPY_WRITE_BUFFER, 0, 2 * sizeof(values), access);
	assert_non_null(map);
	glBindBuffer(GL_COPY_READ_BUFFER, buffers[1]);
	glBufferData(GL_COPY_READ_BUFFER, sizeof(values), values, GL_STATIC_DRAW);
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, sizeof(values));
	fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	/* What is written meanwhile stays. */
	map[4] = 5;
	assert_int_not_equal(
		glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, UINT64_MAX), GL_WAIT_FAILED);
	assert_memory_equal(map, values, sizeof(values));
	assert_true(map[4] == 5);
	glDeleteSync(fence);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* All faces of a cube at once; in a compatibility profile, where drivers do not tell a texture's target. */
static void test_images_of_textures_by_name(void **state)
{
	uint8_t pixels[6 * 4], back[6 * 4] = { 0 };
	GLuint textures[2];

	NEEDS_HOST(state);
	for (size_t i = 0; i < sizeof(pixels); i++)
		pixels[i] = (uint8_t)i;
	glCreateTextures(GL_TEXTURE_CUBE_MAP, 1, &textures[0]);
	glTextureStorage2D(textures[0], 1, GL_RGBA8, 1, 1);
	glTextureSubImage3D(textures[0], 0, 0, 0, 0, 1, 1, 6, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glGetTextureImage(textures[0], 0, GL_RGBA, GL_UNSIGNED_BYTE, sizeof(back), back);
	assert_memory_equal(back, pixels, sizeof(back));
	glCreateTextures(GL_TEXTURE_2D, 1, &textures[1]);
	glTextureStorage2D(textures[1], 1, GL_RGBA8, 1, 1);
	glTextureSubImage2D(textures[1], 0, 0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixels + 4);
	glGetTextureImage(textures[1], 0, GL_RGBA, GL_UNSIGNED_BYTE, sizeof(back), back);
	assert_memory_equal(back, pixels + 4, 4);
	assert_memory_equal(back + 4, pixels + 4, 4);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* The host knows of no map. */
static void test_mapped_buffers_are_not_touched(void **state)
{
	GLuint buffers[2];

	NEEDS_HOST(state);
	glGenBuffers(2, buffers);
	glBindBuffer(GL_COPY_READ_BUFFER, buffers[0]);
	glBufferData(GL_COPY_READ_BUFFER, 64, NULL, GL_STATIC_DRAW);
	glBindBuffer(GL_COPY_WRITE_BUFFER, buffers[1]);
	glBufferData(GL_COPY_WRITE_BUFFER, 64, NULL, GL_STATIC_DRAW);
	assert_non_null(glMapBufferRange(GL_COPY_READ_BUFFER, 0, 16, GL_MAP_READ_BIT));
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, 16);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glClearBufferData(GL_COPY_READ_BUFFER, GL_R8, GL_RED, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glInvalidateBufferData(buffers[0]);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glInvalidateBufferSubData(buffers[0], 8, 16);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glInvalidateBufferSubData(buffers[0], 16, 16);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glClearBufferSubData(GL_COPY_READ_BUFFER, GL_R8, 16, 16, GL_RED, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glUnmapBuffer(GL_COPY_READ_BUFFER);
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, 16);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* Drivers have it under another name, and a function that does nothing under this one. */
static void test_a_texture_within_bounds(void **state)
{
	static const uint8_t pixels[4 * 4 * 4] = { 1, 2, 3, 4 };
	uint8_t back[4 * 4 * 4] = { 0 };
	GLuint texture;

	NEEDS_HOST(state);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glGetnTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, sizeof(back), back);
	assert_memory_equal(back, pixels, sizeof(back));
	glGetnTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, sizeof(back) - 1, back);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
}

/* NVIDIA's command takes one format, the later one any two of pixels as large. */
static void test_copies_between_formats(void **state)
{
	static const GLenum formats[] = { GL_RGBA8, GL_RGBA8UI };
	static const GLenum pixels[] = { GL_RGBA, GL_RGBA_INTEGER };
	const GLenum target = GL_TEXTURE_2D;
	GLuint textures[2];

	NEEDS_HOST(state);
	if (!strstr((const char *)glGetString(GL_EXTENSIONS), "GL_NV_copy_image"))
		skip();
	glGenTextures(2, textures);
	for (int i = 0; i < 2; i++) {
		glBindTexture(target, textures[i]);
		glTexImage2D(
			target, 0, (GLint)formats[i], 4, 4, 0, pixels[i], GL_UNSIGNED_BYTE, NULL);
		glTexParameteri(target, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
		glTexParameteri(target, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	}
	glCopyImageSubData(textures[0], target, 0, 0, 0, 0, textures[1], target, 0, 0, 0, 0, 4, 4, 1);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glCopyImageSubDataNV(
		textures[0], target, 0, 0, 0, 0, textures[1], target, 0, 0, 0, 0, 4, 4, 1);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glCopyImageSubDataNV(
		textures[0], target, 0, 0, 0, 0, textures[0], target, 0, 2, 2, 0, 2, 2, 1);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* Nothing is read of texts that are for no shader. */
static void test_texts_for_no_shader(void **state)
{
	static const GLchar *const text = "void main() {}";
	const GLchar *const *nowhere = (const GLchar *const *)(uintptr_t)16;
	GLuint shaders[2], program;

	NEEDS_HOST(state);
	shaders[0] = glCreateShader(GL_VERTEX_SHADER);
	shaders[1] = glCreateShader(GL_FRAGMENT_SHADER);
	program = glCreateProgram();
	glShaderSource(0, 1, nowhere, NULL);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	glShaderSource(99, 1, nowhere, NULL);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	glShaderSource(program, 1, nowhere, NULL);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glShaderSource(shaders[0], 1, NULL, NULL);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	for (int i = 0; i < 2; i++) {
		glShaderSource(shaders[i], 1, &text, NULL);
		assert_true(glIsShader(shaders[i]));
		glAttachShader(program, shaders[i]);
	}
	glDeleteProgram(program);
	glShaderSource(program, 1, nowhere, NULL);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* OpenGL ES 2 has a number of its own for the type. */
static void test_numbers_that_make_no_sense(void **state)
{
	static const GLint first[2] = { 0, 0 };
	static const GLsizei count[2] = { 3, -1 };
	static const void *const indices[2];

	NEEDS_HOST(state);
	glMultiDrawArrays(GL_TRIANGLES, first, count, 2);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	glMultiDrawElements(GL_TRIANGLES, count, GL_UNSIGNED_BYTE, indices, 2);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	glVertexAttribPointer(1, GL_BGRA, GL_UNSIGNED_BYTE, GL_FALSE, 0, NULL);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glDeleteSync(NULL);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glDeleteSync((GLsync)GL_FRONT);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
}

/* Where an atomic counter's buffer is bound is no name of a buffer. */
static void test_bindings_of_atomic_counters(void **state)
{
	static const char *const text =
		"#version 430\nlayout(binding = 2) uniform atomic_uint n;\n"
		"out vec4 c;\nvoid main() { c = vec4(atomicCounterIncrement(n)); }\n";
	GLuint shader, program;
	GLint binding = -1;

	NEEDS_HOST(state);
	shader = glCreateShader(GL_FRAGMENT_SHADER);
	program = glCreateProgram();
	glShaderSource(shader, 1, &text, NULL);
	glCompileShader(shader);
	glAttachShader(program, shader);
	glLinkProgram(program);
	glGetActiveAtomicCounterBufferiv(program, 0, GL_ATOMIC_COUNTER_BUFFER_BINDING, &binding);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	assert_int_equal(binding, 2);
}

static void test_texts_that_are_not_there(void **state)
{
	GLuint shader;

	NEEDS_HOST(state);
	shader = glCreateShader(GL_VERTEX_SHADER);
	glNamedStringARB(GL_SHADER_INCLUDE_ARB, -1, NULL, -1, "x");
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	glNamedStringARB(GL_SHADER_INCLUDE_ARB, -1, "/a", -1, NULL);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	glCompileShaderIncludeARB(shader, 1, NULL, NULL);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
}

static void test_half_floats_of_es2(void **state)
{
	static const uint16_t pixels[4 * 4] = { 0 };
	const GLenum half_float_oes = 0x8D61;

	NEEDS_HOST(state);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_ALPHA, 4, 4, 0, GL_ALPHA, half_float_oes, pixels);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* Names of what a window has, and of what a framebuffer object has. */
static void test_discarded_framebuffers(void **state)
{
	static const GLenum color = GL_COLOR, attachment = GL_COLOR_ATTACHMENT0;
	GLuint framebuffer;

	NEEDS_HOST(state);
	if (!strstr((const char *)glGetString(GL_EXTENSIONS), "GL_EXT_discard_framebuffer"))
		skip();
	glDiscardFramebufferEXT(GL_FRAMEBUFFER, 1, &color);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glDiscardFramebufferEXT(GL_FRAMEBUFFER, 1, &attachment);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glDiscardFramebufferEXT(GL_FRAMEBUFFER, 1, &attachment);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glDiscardFramebufferEXT(GL_FRAMEBUFFER, 1, &color);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	glDiscardFramebufferEXT(GL_FRAMEBUFFER, -1, &attachment);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
}

#define TEST(name, setup) cmocka_unit_test_setup_teardown(test_##name, setup, guest_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(between_begin_and_end, exact),
		TEST(a_query_that_fails_writes_nothing, exact),
		TEST(room_for_a_part_of_a_texture, exact),
		TEST(pointers_of_other_vertex_arrays, exact),
		TEST(a_copy_into_a_map_that_stays, exact),
		TEST(images_of_textures_by_name, exact),
		TEST(mapped_buffers_are_not_touched, exact),
		TEST(a_texture_within_bounds, exact),
		TEST(copies_between_formats, exact),
		TEST(texts_for_no_shader, exact),
		TEST(numbers_that_make_no_sense, exact),
		TEST(texts_that_are_not_there, exact),
		TEST(bindings_of_atomic_counters, exact),
		TEST(half_floats_of_es2, es2),
		TEST(discarded_framebuffers, es2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
