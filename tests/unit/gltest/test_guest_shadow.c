/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest library answers by itself, and that it is right: compared with the real host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest_test.h"

#define NEEDS_HOST(state) \
	if (!*(state))    \
	skip()

/* Nothing that follows, up to now, may have waited for the host. */
#define NO_CALLS(statements)                                    \
	do {                                                    \
		const unsigned int before = guest_test_calls(); \
                                                                \
		statements;                                     \
		assert_int_equal(guest_test_calls(), before);   \
	} while (0)

static GLint get(GLenum pname)
{
	GLint value = -1;

	glGetIntegerv(pname, &value);
	return value;
}

static void test_names(void **state)
{
	GLuint names[3] = { 0 }, more[2];

	NEEDS_HOST(state);
	NO_CALLS(glGenTextures(3, names));
	assert_true(names[0] && names[1] == names[0] + 1 && names[2] == names[1] + 1);
	assert_false(glIsTexture(names[0]));
	glBindTexture(GL_TEXTURE_2D, names[0]);
	assert_true(glIsTexture(names[0]));
	/* One that the program chose is not handed out. */
	glBindTexture(GL_TEXTURE_2D, names[2] + 1);
	glGenTextures(2, more);
	assert_int_not_equal(more[0], names[2] + 1);
	assert_int_not_equal(more[1], names[2] + 1);
	glDeleteTextures(3, names);
	assert_false(glIsTexture(names[0]));
	glGenTextures(-1, names);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_state(void **state)
{
	GLint box[4];

	NEEDS_HOST(state);
	NO_CALLS(glGetIntegerv(GL_VIEWPORT, box));
	assert_int_equal(box[2], GUEST_TEST_SIDE);
	glViewport(1, 2, 3, 4);
	NO_CALLS(glGetIntegerv(GL_VIEWPORT, box));
	assert_int_equal(box[3], 4);
	glEnable(GL_BLEND);
	NO_CALLS(assert_true(glIsEnabled(GL_BLEND)));
	glPushAttrib(GL_ENABLE_BIT);
	glDisable(GL_BLEND);
	NO_CALLS(assert_false(glIsEnabled(GL_BLEND)));
	glPopAttrib();
	assert_true(glIsEnabled(GL_BLEND));
	NO_CALLS(assert_true(get(GL_MAX_TEXTURE_SIZE) >= 2048));
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* What is compiled into a list changes nothing before the list is called. */
static void test_lists(void **state)
{
	GLuint list;

	NEEDS_HOST(state);
	list = glGenLists(1);
	glDisable(GL_BLEND);
	glNewList(list, GL_COMPILE);
	glEnable(GL_BLEND);
	glViewport(0, 0, 7, 7);
	glEndList();
	assert_false(glIsEnabled(GL_BLEND));
	glCallList(list);
	assert_true(glIsEnabled(GL_BLEND));
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_map(void **state)
{
	uint8_t data[300], back[300];
	uint8_t *map;
	GLuint buffer;

	NEEDS_HOST(state);
	for (size_t i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)i;
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferData(GL_ARRAY_BUFFER, sizeof(data), data, GL_STATIC_DRAW);
	map = glMapBuffer(GL_ARRAY_BUFFER, GL_READ_WRITE);
	assert_non_null(map);
	assert_memory_equal(map, data, sizeof(data));
	assert_null(glMapBuffer(GL_ARRAY_BUFFER, GL_READ_ONLY));
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	map[10] = 99;
	assert_true(glUnmapBuffer(GL_ARRAY_BUFFER));
	glGetBufferSubData(GL_ARRAY_BUFFER, 0, sizeof(back), back);
	data[10] = 99;
	assert_memory_equal(back, data, sizeof(data));
	/* From now on nothing is fetched. */
	NO_CALLS(map = glMapBuffer(GL_ARRAY_BUFFER, GL_READ_WRITE));
	assert_int_equal(map[10], 99);
	NO_CALLS(glUnmapBuffer(GL_ARRAY_BUFFER));
	data[0] = 77;
	glBufferSubData(GL_ARRAY_BUFFER, 0, 1, data);
	NO_CALLS(map = glMapBufferRange(GL_ARRAY_BUFFER, 0, 20, GL_MAP_READ_BIT));
	assert_int_equal(map[0], 77);
	glUnmapBuffer(GL_ARRAY_BUFFER);
	assert_false(glUnmapBuffer(GL_ARRAY_BUFFER));
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	glMapBufferRange(GL_ARRAY_BUFFER, 290, 20, GL_MAP_READ_BIT);
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
}

/* What the host writes to a buffer is seen by the next map. */
static void test_map_after_copy(void **state)
{
	static const uint8_t ones[16] = { 1, 1, 1, 1 };
	GLuint buffers[2];
	uint8_t *map;

	NEEDS_HOST(state);
	glGenBuffers(2, buffers);
	glBindBuffer(GL_COPY_READ_BUFFER, buffers[0]);
	glBufferData(GL_COPY_READ_BUFFER, sizeof(ones), ones, GL_STATIC_DRAW);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[1]);
	glBufferData(GL_ARRAY_BUFFER, sizeof(ones), NULL, GL_STATIC_DRAW);
	map = glMapBuffer(GL_ARRAY_BUFFER, GL_READ_ONLY);
	assert_non_null(map);
	glUnmapBuffer(GL_ARRAY_BUFFER);
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_ARRAY_BUFFER, 0, 0, sizeof(ones));
	map = glMapBuffer(GL_ARRAY_BUFFER, GL_READ_ONLY);
	assert_memory_equal(map, ones, sizeof(ones));
	glUnmapBuffer(GL_ARRAY_BUFFER);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* What is written to memory that stays mapped is seen by the commands that follow. */
static void test_persistent_map(void **state)
{
	const GLbitfield flags = GL_MAP_WRITE_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
	uint8_t back[1000];
	GLuint buffer;
	uint8_t *map;

	NEEDS_HOST(state);
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	glBufferStorage(GL_ARRAY_BUFFER, sizeof(back), NULL, flags);
	map = glMapBufferRange(GL_ARRAY_BUFFER, 0, sizeof(back), flags);
	assert_non_null(map);
	map[0] = 1;
	map[999] = 2;
	glGetBufferSubData(GL_ARRAY_BUFFER, 0, sizeof(back), back);
	assert_int_equal(back[0], 1);
	assert_int_equal(back[999], 2);
	map[500] = 3;
	glUnmapBuffer(GL_ARRAY_BUFFER);
	glGetBufferSubData(GL_ARRAY_BUFFER, 0, sizeof(back), back);
	assert_int_equal(back[500], 3);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* What commands write to memory that stays mapped is there once they have been waited for. */
static void test_persistent_read(void **state)
{
	static const uint8_t data[16] = { 5, 6, 7 };
	const GLbitfield flags = GL_MAP_READ_BIT | GL_MAP_PERSISTENT_BIT | GL_MAP_COHERENT_BIT;
	GLuint buffers[2];
	const uint8_t *map;
	GLsync fence;

	NEEDS_HOST(state);
	glGenBuffers(2, buffers);
	glBindBuffer(GL_ARRAY_BUFFER, buffers[0]);
	glBufferStorage(GL_ARRAY_BUFFER, sizeof(data), NULL, flags);
	map = glMapBufferRange(GL_ARRAY_BUFFER, 0, sizeof(data), flags);
	assert_non_null(map);
	glBindBuffer(GL_COPY_READ_BUFFER, buffers[1]);
	glBufferData(GL_COPY_READ_BUFFER, sizeof(data), data, GL_STATIC_DRAW);
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_ARRAY_BUFFER, 0, 0, sizeof(data));
	fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, 1000000000);
	assert_memory_equal(map, data, sizeof(data));
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_programs(void **state)
{
	static const char vertex[] = "#version 330\n"
				     "in vec2 at; uniform mat4 m[2];"
				     "void main() { gl_Position = m[1] * vec4(at, 0, 1); }";
	static const char fragment[] =
		"#version 330\n"
		"uniform vec4 color; out vec4 to; void main() { to = color; }";
	GLuint program;
	GLchar name[32];
	GLsizei length;
	GLint size, n;
	GLenum type;

	NEEDS_HOST(state);
	program = guest_test_program(vertex, fragment);
	assert_true(glGetUniformLocation(program, "color") >= 0);
	NO_CALLS(assert_true(glGetUniformLocation(program, "m") >= 0));
	NO_CALLS(assert_int_equal(glGetUniformLocation(program, "none"), -1));
	NO_CALLS(assert_true(glGetAttribLocation(program, "at") >= 0));
	n = glGetUniformLocation(program, "m[1]");
	NO_CALLS(assert_int_equal(glGetUniformLocation(program, "m[1]"), n));
	NO_CALLS(glGetProgramiv(program, GL_ACTIVE_UNIFORMS, &n));
	assert_int_equal(n, 2);
	NO_CALLS(glGetActiveUniform(program, 0, sizeof(name), &length, &size, &type, name));
	assert_int_equal(strlen(name), length);
	glGetProgramiv(program, GL_LINK_STATUS, &n);
	assert_true(n);
	assert_int_equal(get(GL_CURRENT_PROGRAM), program);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glGetUniformLocation(12345, "color");
	assert_int_equal(glGetError(), GL_INVALID_VALUE);
}

static void test_bad_shader(void **state)
{
	static const char *const text = "nonsense";
	GLchar log[200] = "";
	GLint status = 1, length = 0;
	GLuint shader;

	NEEDS_HOST(state);
	shader = glCreateShader(GL_VERTEX_SHADER);
	glShaderSource(shader, 1, &text, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &status);
	assert_false(status);
	NO_CALLS(glGetShaderiv(shader, GL_INFO_LOG_LENGTH, &length));
	assert_true(length > 1);
	NO_CALLS(glGetShaderInfoLog(shader, sizeof(log), NULL, log));
	assert_true(log[0]);
	assert_int_equal(glCreateShader(GL_TEXTURE_2D), 0);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
}

static void test_framebuffers(void **state)
{
	GLuint framebuffer, texture;

	NEEDS_HOST(state);
	glGenFramebuffers(1, &framebuffer);
	glGenTextures(1, &texture);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	assert_int_equal(glCheckFramebufferStatus(GL_FRAMEBUFFER),
		GL_FRAMEBUFFER_INCOMPLETE_MISSING_ATTACHMENT);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, 4, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	assert_int_equal(glCheckFramebufferStatus(GL_FRAMEBUFFER), GL_FRAMEBUFFER_COMPLETE);
	NO_CALLS(assert_int_equal(glCheckFramebufferStatus(GL_FRAMEBUFFER), GL_FRAMEBUFFER_COMPLETE));
	NO_CALLS(assert_int_equal(get(GL_DRAW_FRAMEBUFFER_BINDING), framebuffer));
	glDeleteFramebuffers(1, &framebuffer);
	assert_int_equal(get(GL_DRAW_FRAMEBUFFER_BINDING), 0);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* Uploads that go in pieces, from memory with rows further apart than they are long. */
static void test_large_texture(void **state)
{
	const GLsizei side = 512, pitch = 600;
	uint32_t *pixels = malloc((size_t)pitch * (size_t)side * 4), *back;
	GLuint texture;

	NEEDS_HOST(state);
	back = malloc((size_t)side * (size_t)side * 4);
	assert_non_null(pixels);
	assert_non_null(back);
	for (GLsizei i = 0; i < pitch * side; i++)
		pixels[i] = (uint32_t)i * 2654435769u;
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, pitch);
	NO_CALLS(glTexImage2D(
		GL_TEXTURE_2D, 0, GL_RGBA8, side, side, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels));
	glGetTexImage(GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, back);
	for (GLsizei y = 0; y < side; y++)
		assert_memory_equal(back + y * side, pixels + y * pitch, (size_t)side * 4);
	glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	free(pixels);
	free(back);
}

/* A texture of noise to be read from, and its pixels, which are the caller's. */
static uint32_t *noise(GLsizei width, GLsizei height)
{
	uint32_t *pixels = malloc((size_t)width * (size_t)height * 4);
	GLuint texture, framebuffer;

	assert_non_null(pixels);
	for (GLsizei i = 0; i < width * height; i++)
		pixels[i] = (uint32_t)i * 2654435769u;
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, width, height, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, framebuffer);
	glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	return pixels;
}

#define READ_WIDTH  512
#define READ_HEIGHT 700 /* three pieces, the last of fewer rows */
#define READ_PITCH  520
#define READ_SIZE   (READ_PITCH * READ_HEIGHT * sizeof(uint32_t))

/* Read back in pieces to rows further apart than they are long. */
static void test_large_read(void **state)
{
	uint32_t *pixels, *back = malloc(READ_SIZE);

	NEEDS_HOST(state);
	assert_non_null(back);
	memset(back, 0xee, READ_SIZE);
	pixels = noise(READ_WIDTH, READ_HEIGHT);
	glPixelStorei(GL_PACK_ROW_LENGTH, READ_PITCH);
	glReadPixels(0, 0, READ_WIDTH, READ_HEIGHT, GL_RGBA, GL_UNSIGNED_BYTE, back);
	for (GLsizei y = 0; y < READ_HEIGHT; y++) {
		assert_memory_equal(back + y * READ_PITCH, pixels + y * READ_WIDTH, READ_WIDTH * 4);
		for (GLsizei x = READ_WIDTH; x < READ_PITCH; x++)
			assert_int_equal(back[y * READ_PITCH + x], 0xeeeeeeee);
	}
	assert_int_equal(glGetError(), GL_NO_ERROR);
	free(pixels);
	free(back);
}

/* Each piece is refused: one error, and the program's memory is as it was. */
static void test_large_read_refused(void **state)
{
	uint32_t *pixels, *back = malloc(READ_SIZE);

	NEEDS_HOST(state);
	assert_non_null(back);
	memset(back, 0xee, READ_SIZE);
	pixels = noise(READ_WIDTH, READ_HEIGHT);
	glReadPixels(0, 0, READ_WIDTH, READ_HEIGHT, GL_DEPTH_COMPONENT, GL_UNSIGNED_INT, back);
	assert_int_equal(glGetError(), GL_INVALID_OPERATION);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	for (size_t i = 0; i < READ_SIZE / sizeof(*back); i++)
		assert_int_equal(back[i], 0xeeeeeeee);
	free(pixels);
	free(back);
}

static void test_large_buffer(void **state)
{
	const GLsizeiptr size = 3 << 20;
	uint8_t *data = malloc((size_t)size), *back = malloc((size_t)size);
	GLuint buffer;

	NEEDS_HOST(state);
	assert_non_null(data);
	assert_non_null(back);
	for (GLsizeiptr i = 0; i < size; i++)
		data[i] = (uint8_t)(i * 7 + (i >> 9));
	glGenBuffers(1, &buffer);
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	NO_CALLS(glBufferData(GL_ARRAY_BUFFER, size, data, GL_STATIC_DRAW));
	glGetBufferSubData(GL_ARRAY_BUFFER, 0, size, back);
	assert_memory_equal(back, data, (size_t)size);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	free(data);
	free(back);
}

static unsigned int heard;

static void listen(GLenum source, GLenum type, GLuint id, GLenum severity, GLsizei length,
	const GLchar *message, const void *user)
{
	(void)source, (void)type, (void)severity;
	assert_int_equal(strlen(message), length);
	assert_ptr_equal(user, &heard);
	heard += id == 42;
}

static void test_debug(void **state)
{
	NEEDS_HOST(state);
	heard = 0;
	glEnable(GL_DEBUG_OUTPUT);
	glDebugMessageCallback(listen, &heard);
	glDebugMessageInsert(GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_MARKER, 42,
		GL_DEBUG_SEVERITY_HIGH, -1, "here");
	assert_int_equal(heard, 1);
	glDebugMessageCallback(NULL, NULL);
}

/* A window has two buffers for its program, a framebuffer object has not. */
static void test_double_buffers(void **state)
{
	GLuint framebuffer;
	GLint two = 0;

	NEEDS_HOST(state);
	glGetIntegerv(GL_DOUBLEBUFFER, &two);
	assert_int_equal(two, 1);
	glGenFramebuffers(1, &framebuffer);
	glBindFramebuffer(GL_FRAMEBUFFER, framebuffer);
	glGetIntegerv(GL_DOUBLEBUFFER, &two);
	assert_int_equal(two, 0);
	glBindFramebuffer(GL_FRAMEBUFFER, 0);
	glGetIntegerv(GL_DOUBLEBUFFER, &two);
	assert_int_equal(two, 1);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

static void test_formats(void **state)
{
	GLint values[2] = { 5, 6 };
	GLint64 wide = 7;

	NEEDS_HOST(state);
	glGetInternalformativ(GL_TEXTURE_2D, GL_RGBA8, GL_INTERNALFORMAT_RED_SIZE, 1, values);
	assert_int_equal(values[0], 8);
	values[0] = 5;
	NO_CALLS(glGetInternalformativ(
		GL_TEXTURE_2D, GL_RGBA8, GL_INTERNALFORMAT_RED_SIZE, 2, values));
	assert_int_equal(values[0], 8);
	assert_int_equal(values[1], 6);
	glGetInternalformati64v(GL_TEXTURE_2D, GL_RGBA8, GL_INTERNALFORMAT_RED_SIZE, 1, &wide);
	assert_int_equal(wide, 8);
	glGetInternalformativ(GL_TEXTURE_2D, GL_RGBA16, GL_INTERNALFORMAT_RED_SIZE, 1, values);
	assert_int_equal(values[0], 16);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	/* What is an error is one each time. */
	for (int i = 0; i < 2; i++) {
		glGetInternalformativ(GL_TEXTURE_2D, GL_RGBA8, GL_TRIANGLES, 1, values);
		assert_int_equal(values[0], 16);
		assert_int_equal(glGetError(), GL_INVALID_ENUM);
	}
}

/* It is asked for where there may be one. */
static void test_errors(void **state)
{
	GLint value;

	NEEDS_HOST(state);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	NO_CALLS(assert_int_equal(glGetError(), GL_NO_ERROR));
	glGetTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, &value);
	NO_CALLS(assert_int_equal(glGetError(), GL_NO_ERROR));
	glGetTexParameteriv(GL_TEXTURE_2D, GL_TRIANGLES, &value);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	/* Those of other commands wait behind a query that has none. */
	glEnable(GL_TRIANGLES);
	glGetTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, &value);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	assert_int_equal(glGetError(), GL_NO_ERROR);
	glEnable(GL_TRIANGLES);
	glFlush();
	glGetTexParameteriv(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, &value);
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	/* What answers with a value alone may have failed. */
	assert_false(glIsEnabled(GL_TRIANGLES));
	assert_int_equal(glGetError(), GL_INVALID_ENUM);
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

/* What the host does not know of, as it makes no difference to it. */
static void test_wishes(void **state)
{
	const struct gl_context_request wish = {
		.api = GLM_API_GL, .major = 3, .no_error = true, .no_flush = true
	};
	const struct guest_test *test = *state;
	struct gl_context *other;
	uint32_t status;

	NEEDS_HOST(state);
	assert_int_equal(get(GL_CONTEXT_RELEASE_BEHAVIOR), GL_CONTEXT_RELEASE_BEHAVIOR_FLUSH);
	assert_false(get(GL_CONTEXT_FLAGS) & GL_CONTEXT_FLAG_NO_ERROR_BIT);
	other = gl_context_create(test->link, &wish, &status);
	assert_non_null(other);
	gl_make_current(other, test->surface, test->surface);
	assert_int_equal(get(GL_CONTEXT_RELEASE_BEHAVIOR), GL_NONE);
	assert_true(get(GL_CONTEXT_FLAGS) & GL_CONTEXT_FLAG_NO_ERROR_BIT);
	gl_make_current(test->context, test->surface, test->surface);
	gl_context_destroy(other);
}

static int es3(void **state)
{
	return guest_test_begin(state, &(struct guest_test_request){ .api = GLM_API_ES, .major = 3 });
}

/* OpenGL ES has no glGetBufferSubData, by which maps are read elsewhere. */
static void test_map_of_es3(void **state)
{
	static const GLubyte bytes[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	GLuint buffers[2];
	const void *map;

	NEEDS_HOST(state);
	glGenBuffers(2, buffers);
	glBindBuffer(GL_COPY_READ_BUFFER, buffers[0]);
	glBufferData(GL_COPY_READ_BUFFER, sizeof(bytes), bytes, GL_STATIC_DRAW);
	glBindBuffer(GL_COPY_WRITE_BUFFER, buffers[1]);
	glBufferData(GL_COPY_WRITE_BUFFER, sizeof(bytes), NULL, GL_STATIC_READ);
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, sizeof(bytes));
	map = glMapBufferRange(GL_COPY_WRITE_BUFFER, 0, sizeof(bytes), GL_MAP_READ_BIT);
	assert_non_null(map);
	assert_memory_equal(map, bytes, sizeof(bytes));
	assert_true(glUnmapBuffer(GL_COPY_WRITE_BUFFER));
	assert_int_equal(glGetError(), GL_NO_ERROR);
}

#define IN_COMPAT(test) cmocka_unit_test_setup_teardown(test, guest_test_compat, guest_test_end)
#define IN_CORE(test)   cmocka_unit_test_setup_teardown(test, guest_test_core, guest_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_COMPAT(test_double_buffers),
		IN_COMPAT(test_names),
		IN_COMPAT(test_state),
		IN_COMPAT(test_lists),
		IN_COMPAT(test_map),
		IN_COMPAT(test_map_after_copy),
		cmocka_unit_test_setup_teardown(test_map_of_es3, es3, guest_test_end),
		IN_COMPAT(test_persistent_map),
		IN_COMPAT(test_persistent_read),
		IN_CORE(test_programs),
		IN_CORE(test_bad_shader),
		IN_CORE(test_framebuffers),
		IN_COMPAT(test_large_texture),
		IN_COMPAT(test_large_read),
		IN_COMPAT(test_large_read_refused),
		IN_COMPAT(test_large_buffer),
		IN_CORE(test_debug),
		IN_COMPAT(test_wishes),
		IN_COMPAT(test_formats),
		IN_COMPAT(test_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
