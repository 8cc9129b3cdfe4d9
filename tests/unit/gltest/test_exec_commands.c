/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What commands do on a channel that they do not do by themselves: vertices, errors, descriptions, frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "exec/exec.h"
#include "exec_test.h"

static void program(struct exec_test *t, const GLchar *vertex, const GLchar *fragment)
{
	gl_encode_CreateShader(&t->enc, GL_VERTEX_SHADER, 1);
	gl_encode_ShaderSource(&t->enc, 1, 1, &vertex, NULL);
	gl_encode_CompileShader(&t->enc, 1);
	gl_encode_CreateShader(&t->enc, GL_FRAGMENT_SHADER, 2);
	gl_encode_ShaderSource(&t->enc, 2, 1, &fragment, NULL);
	gl_encode_CompileShader(&t->enc, 2);
	gl_encode_CreateProgram(&t->enc, 3);
	gl_encode_AttachShader(&t->enc, 3, 1);
	gl_encode_AttachShader(&t->enc, 3, 2);
	gl_encode_BindAttribLocation(&t->enc, 3, 0, "position");
	gl_encode_BindAttribLocation(&t->enc, 3, 1, "colour");
	gl_encode_LinkProgram(&t->enc, 3);
	gl_encode_UseProgram(&t->enc, 3);
}

/* ---- vertices from the program's memory */

/* Elements from 1000 on, of which only three were sent. */
static void test_client_array_from_the_middle(void **state)
{
	static const GLfloat triangle[] = { -1, -1, 3, -1, -1, 3 };
	static const struct glm_client_array array = {
		.first = 1000, .count = 3, .stride = 8, .array = GL_VERTEX_ARRAY, .size = 2, .type = GL_FLOAT
	};
	struct exec_test *t = *state;

	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	for (unsigned int i = 0; i < 3; i++) {
		gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
		gl_encode_Color3f(&t->enc, 1, 0, (GLfloat)(i & 1));
		exec_test_arrays(t, &array, 1, triangle, sizeof(triangle));
		gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 1000, 3);
		assert_int_equal(exec_test_pixel(t, 5, 5), i & 1 ? 0xff00ff : 0xff0000);
	}
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_client_arrays_of_instances(void **state)
{
	struct data {
		GLfloat position[8];
		GLfloat colour[8];
	};
	static const struct data data = { { -1, -1, 1, -1, -1, 1, 1, 1 }, { 1, 0, 0, 0, 0, 1, 0, 0 } };
	static const struct glm_client_array both[] = {
		{ .count = 4,
			.stride = 8,
			.array = GL_VERTEX_ATTRIB_ARRAY_POINTER,
			.size = 2,
			.type = GL_FLOAT },
		{ .offset = offsetof(struct data, colour),
			.count = 2,
			.stride = 16,
			.array = GL_VERTEX_ATTRIB_ARRAY_POINTER,
			.index = 1,
			.size = 4,
			.type = GL_FLOAT },
	};
	struct exec_test *t = *state;

	program(t,
		"#version 130\n#extension GL_ARB_draw_instanced : enable\n"
		"in vec2 position; in vec4 colour; out vec4 c;\n"
		"void main() { c = colour; gl_Position = vec4(position.x * 0.5 - 0.5 + gl_InstanceID,"
		" position.y, 0, 1); }",
		"#version 130\nin vec4 c; void main() { gl_FragColor = c; }");
	gl_encode_EnableVertexAttribArray(&t->enc, 0);
	gl_encode_EnableVertexAttribArray(&t->enc, 1);
	gl_encode_VertexAttribDivisor(&t->enc, 1, 1);
	exec_test_arrays(t, both, 2, &data, sizeof(data));
	gl_encode_DrawArraysInstanced(&t->enc, GL_TRIANGLE_STRIP, 0, 4, 2);
	assert_int_equal(exec_test_pixel(t, 5, 20), 0xff0000);
	assert_int_equal(exec_test_pixel(t, EXEC_TEST_WIDTH - 5, 20), 0x00ff00);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* The program's own buffer stays bound, and the host's has no name. */
static void test_client_arrays_leave_bindings(void **state)
{
	static const GLuint name = 5;
	static const GLfloat triangle[] = { -1, -1, 3, -1, -1, 3 };
	static const struct glm_client_array array = { .count = 3,
		.stride = 8,
		.array = GL_TEXTURE_COORD_ARRAY,
		.index = 2,
		.size = 2,
		.type = GL_FLOAT };
	struct exec_test *t = *state;
	GLint bound = 0;

	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	exec_test_arrays(t, &array, 1, triangle, sizeof(triangle));
	gl_encode_GetIntegerv(&t->enc, GL_ARRAY_BUFFER_BINDING, &bound);
	assert_int_equal(bound, name);
	gl_encode_GetIntegerv(&t->enc, GL_CLIENT_ACTIVE_TEXTURE, &bound);
	assert_int_equal(bound, GL_TEXTURE0);
	gl_encode_ClientActiveTexture(&t->enc, GL_TEXTURE2);
	gl_encode_GetIntegerv(&t->enc, GL_TEXTURE_COORD_ARRAY_BUFFER_BINDING, &bound);
	assert_int_equal(bound, 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_absurd_client_arrays(void **state)
{
	static const GLfloat triangle[] = { -1, -1, 3, -1, -1, 3 };
	struct glm_client_array array = { .first = 0xffffffff,
		.count = 3,
		.stride = 0x7fffffff,
		.array = GL_VERTEX_ARRAY,
		.size = 2,
		.type = GL_FLOAT };
	struct exec_test *t = *state;

	gl_encode_EnableClientState(&t->enc, GL_VERTEX_ARRAY);
	exec_test_arrays(t, &array, 1, triangle, sizeof(triangle));
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	array.first = 0;
	array.stride = 0;
	exec_test_arrays(t, &array, 1, triangle, sizeof(triangle));
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	array.stride = 8;
	array.offset = 0xffffffffffffffff;
	exec_test_arrays(t, &array, 1, triangle, sizeof(triangle));
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	array.offset = 0;
	array.array = GL_TRIANGLES;
	exec_test_arrays(t, &array, 1, triangle, sizeof(triangle));
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	/* More elements than were sent: there is nothing, but nothing happens. */
	array.array = GL_VERTEX_ARRAY;
	array.count = 1000000;
	exec_test_arrays(t, &array, 1, triangle, sizeof(triangle));
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 999999);
	assert_int_equal(exec_test_drain(t), 0);
}

/* ---- feedback and selection */

static void test_feedback(void **state)
{
	struct exec_test *t = *state;

	gl_encode_FeedbackBuffer(&t->enc, 64, GL_2D);
	assert_int_equal(gl_encode_RenderMode(&t->enc, GL_FEEDBACK), 0);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_Vertex2f(&t->enc, 0, 0);
	gl_encode_End(&t->enc);
	/* In use: another is not taken, and this one stays. */
	gl_encode_FeedbackBuffer(&t->enc, 4, GL_2D);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	assert_int_equal(gl_encode_RenderMode(&t->enc, GL_RENDER), 3);
	gl_encode_FeedbackBuffer(&t->enc, -1, GL_2D);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_FeedbackBuffer(&t->enc, 0x7fffffff, GL_2D);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
}

static void test_selection(void **state)
{
	static const uint32_t payload[2] = { GL_RENDER };
	struct exec_test *t = *state;
	struct wire_header header;
	const uint32_t *words = NULL;
	const void *reply;
	size_t size;

	gl_encode_SelectBuffer(&t->enc, 64);
	gl_encode_RenderMode(&t->enc, GL_SELECT);
	gl_encode_InitNames(&t->enc);
	gl_encode_PushName(&t->enc, 42);
	gl_encode_Begin(&t->enc, GL_POINTS);
	gl_encode_Vertex2f(&t->enc, 0, 0);
	gl_encode_End(&t->enc);
	exec_test_raw(t, GL_OP_RenderMode, 0, payload, sizeof(payload));
	assert_int_equal(gl_pair_receive(t->pair, true, &header, &reply, &size), 1);
	assert_int_equal(header.opcode, GL_OP_RenderMode);
	words = reply;
	assert_int_equal(words[4], 1); /* one hit */
	assert_int_equal(words[6], 16);
	assert_int_equal(words[8], 1);
	assert_int_equal(words[11], 42);
}

/* ---- errors */

static void test_deferred_errors(void **state)
{
	struct exec_test *t = *state;

	gl_encode_Enable(&t->enc, 0x1234);
	exec_test_drain(t);
	assert_int_equal(t->n_errors, 1);
	assert_int_equal(t->errors[0], GL_INVALID_ENUM);
	/* The first one counts until it is told. */
	t->n_errors = 0;
	gl_encode_LineWidth(&t->enc, -1);
	gl_encode_CreateProgram(&t->enc, 0);
	gl_encode_Enable(&t->enc, 0x1234);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
}

static void test_exact_errors(void **state)
{
	struct exec_test *t = *state;

	exec_test_message(t, &glm_errors_type, &(struct glm_errors){ GLM_ERRORS_EXACT });
	gl_encode_Enable(&t->enc, 0x1234);
	gl_encode_CreateProgram(&t->enc, 0);
	exec_test_drain(t);
	assert_int_equal(t->n_errors, 0);
	assert_int_equal(gl_encode_GetError(&t->enc), GL_INVALID_ENUM);
	assert_int_equal(gl_encode_GetError(&t->enc), GL_NO_ERROR);
	gl_encode_CreateProgram(&t->enc, 0);
	gl_encode_Enable(&t->enc, 0x1234);
	assert_int_equal(gl_encode_GetError(&t->enc), GL_INVALID_VALUE);
}

/* A glBegin that fails begins nothing. */
static void test_begin_that_fails(void **state)
{
	static const GLuint name = 3;
	struct exec_test *t = *state;

	gl_encode_Begin(&t->enc, 0x1234);
	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 16, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_Begin(&t->enc, GL_TRIANGLES);
	gl_encode_Vertex2f(&t->enc, 0, 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 16, NULL, GL_STATIC_DRAW);
	gl_encode_End(&t->enc);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* Nothing is asked of the driver while the guest pauses between glBegin and glEnd. */
static void test_pause_inside_begin(void **state)
{
	struct exec_test *t = *state;

	gl_encode_Begin(&t->enc, GL_POINTS);
	exec_test_drain(t);
	gl_encode_Vertex2f(&t->enc, 0, 0);
	exec_test_drain(t);
	gl_encode_End(&t->enc);
	exec_test_drain(t);
	assert_int_equal(t->n_errors, 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_debug_messages(void **state)
{
	struct exec_test *t = *state;

	exec_test_message(t, &glm_debug_type, &(struct glm_debug){ 1 });
	gl_encode_Enable(&t->enc, GL_DEBUG_OUTPUT);
	gl_encode_DebugMessageInsert(&t->enc, GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_OTHER, 3,
		GL_DEBUG_SEVERITY_HIGH, -1, "hello");
	exec_test_drain(t);
	assert_int_equal(t->debug_messages, 1);
	exec_test_message(t, &glm_debug_type, &(struct glm_debug){ 0 });
	gl_encode_DebugMessageInsert(&t->enc, GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_OTHER, 3,
		GL_DEBUG_SEVERITY_HIGH, -1, "hello");
	exec_test_drain(t);
	assert_int_equal(t->debug_messages, 1);
}

/* ---- descriptions */

static void test_program_description(void **state)
{
	struct exec_test *t = *state;
	const struct glm_program_description *told;
	const uint32_t *record;
	unsigned int attributes = 0, uniforms = 0, blocks = 0;

	program(t,
		"#version 140\nin vec2 position; in vec4 colour; out vec4 c; uniform mat4 many[3];\n"
		"layout(std140) uniform block { vec4 inside; };\n"
		"void main() { c = colour + inside; gl_Position = many[2] * vec4(position, 0, 1); }",
		"#version 140\nin vec4 c; out vec4 o; void main() { o = c; }");
	exec_test_message(t, &glm_program_describe_type, &(struct glm_program_describe){ 3 });
	told = exec_test_wait(t, &glm_program_description_type);
	assert_non_null(told);
	assert_true(told->known && told->linked && !told->truncated);
	for (uint32_t at = 0; at < told->resources.size; at += 28 + ((record[6] + 3) & ~3u)) {
		record = (const void *)((const uint8_t *)told->resources.data + at);
		attributes += record[0] == GL_PROGRAM_INPUT;
		blocks += record[0] == GL_UNIFORM_BLOCK;
		uniforms += record[0] == GL_UNIFORM;
		if (record[0] == GL_UNIFORM && record[5] == ~0u) {
			assert_string_equal((const char *)(record + 7), "many[0]");
			assert_int_equal(record[4], 3);
			assert_int_equal(record[3], GL_FLOAT_MAT4);
		}
	}
	assert_int_equal(attributes, 2);
	assert_int_equal(uniforms, 2);
	assert_int_equal(blocks, 1);
	exec_test_message(t, &glm_program_describe_type, &(struct glm_program_describe){ 99 });
	told = exec_test_wait(t, &glm_program_description_type);
	assert_false(told->known);
	/* A shader is none. */
	exec_test_message(t, &glm_program_describe_type, &(struct glm_program_describe){ 1 });
	told = exec_test_wait(t, &glm_program_description_type);
	assert_false(told->known);
}

static void test_shader_description(void **state)
{
	static const GLchar *const text[] = { "void main() { nonsense }" };
	struct exec_test *t = *state;
	const struct glm_shader_description *told;

	gl_encode_CreateShader(&t->enc, GL_VERTEX_SHADER, 1);
	gl_encode_ShaderSource(&t->enc, 1, 1, text, NULL);
	gl_encode_CompileShader(&t->enc, 1);
	exec_test_message(t, &glm_shader_describe_type, &(struct glm_shader_describe){ 1 });
	told = exec_test_wait(t, &glm_shader_description_type);
	assert_true(told->known);
	assert_false(told->compiled);
	assert_true(told->log.size > 10);
	exec_test_current(t, 0, 0);
	exec_test_message(t, &glm_shader_describe_type, &(struct glm_shader_describe){ 1 });
	told = exec_test_wait(t, &glm_shader_description_type);
	assert_false(told->known);
}

/* ---- queries whose size only the host knows */

static void test_uniforms_back(void **state)
{
	struct exec_test *t = *state;
	GLfloat matrix[6] = { 1, 2, 3, 4, 5, 6 }, back[17];
	GLint location;

	program(t,
		"#version 130\nin vec2 position; in vec4 colour; uniform mat3x2 m[4];\n"
		"void main() { gl_Position = vec4(m[1] * vec3(position, 1) + m[3][0], colour.xy); }",
		"#version 130\nvoid main() { gl_FragColor = vec4(1); }");
	location = gl_encode_GetUniformLocation(&t->enc, 3, "m[3]");
	gl_encode_UniformMatrix3x2fv(&t->enc, location, 1, 0, matrix);
	for (unsigned int i = 0; i < 17; i++)
		back[i] = 99;
	gl_encode_GetUniformfv(&t->enc, 3, location, back);
	assert_memory_equal(back, matrix, sizeof(matrix));
	assert_true(back[6] > 98);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_compressed_image_back(void **state)
{
	static GLubyte data[8 * 8 / 2], back[8 * 8 / 2 + 1];
	struct exec_test *t = *state;

	for (unsigned int i = 0; i < sizeof(data); i++)
		data[i] = (GLubyte)(i * 5);
	back[sizeof(data)] = 0xee;
	gl_encode_CompressedTexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_COMPRESSED_RGB_S3TC_DXT1_EXT,
		8, 8, 0, sizeof(data), data);
	gl_encode_GetCompressedTexImage(&t->enc, GL_TEXTURE_2D, 0, back);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_memory_equal(data, back, sizeof(data));
	assert_int_equal(back[sizeof(data)], 0xee);
}

static void test_evaluators_and_pixel_maps_back(void **state)
{
	static const GLfloat points[3 * 4] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
	static const GLfloat map[4] = { 0, 0.25f, 0.5f, 1 };
	struct exec_test *t = *state;
	GLfloat back[13] = { [4] = 99, [12] = 99 };

	gl_encode_Map1f(&t->enc, GL_MAP1_VERTEX_3, 0, 1, 3, 4, points);
	gl_encode_GetMapfv(&t->enc, GL_MAP1_VERTEX_3, GL_COEFF, back);
	assert_memory_equal(back, points, sizeof(points));
	assert_true(back[12] > 98);
	back[4] = 99;
	gl_encode_PixelMapfv(&t->enc, GL_PIXEL_MAP_R_TO_R, 4, map);
	gl_encode_GetPixelMapfv(&t->enc, GL_PIXEL_MAP_R_TO_R, back);
	assert_memory_equal(back, map, sizeof(map));
	assert_true(back[4] > 98);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* ---- frames */

static void frame_is(struct exec_test *t, uint32_t width, uint32_t height, uint32_t middle)
{
	uint32_t w, h;
	const uint8_t *frame;

	assert_int_equal(exec_test_drain(t), 0);
	frame = gl_pair_frame(t->pair, &w, &h);
	assert_non_null(frame);
	assert_int_equal(w, width);
	assert_int_equal(h, height);
	frame += (h / 2 * w + w / 2) * 4;
	assert_int_equal(frame[2] << 16 | frame[1] << 8 | frame[0], middle);
}

static void test_resize(void **state)
{
	struct exec_test *t = *state;
	GLint viewport[4];

	exec_test_message(t, &glm_surface_resize_type, &(struct glm_surface_resize){ 1, 100, 20 });
	gl_encode_ClearColor(&t->enc, 1, 0, 1, 1);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 1 });
	frame_is(t, 100, 20, 0xff00ff);
	gl_encode_GetIntegerv(&t->enc, GL_VIEWPORT, viewport);
	assert_int_equal(viewport[2], EXEC_TEST_WIDTH);
	/* What cannot be leaves it as it was. */
	exec_test_message(t, &glm_surface_resize_type, &(struct glm_surface_resize){ 1, 0, 20 });
	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 1 });
	frame_is(t, 100, 20, 0xff00ff);
}

static void test_multisampled_frame(void **state)
{
	struct exec_test *t = *state;
	const struct glm_surface_created *made;

	if (!exec_test_config(t, 4))
		skip();
	made = exec_test_surface(t, &(struct glm_surface_create){ .id = 2,
					    .config = exec_test_config(t, 4),
					    .width = 32,
					    .height = 32,
					    .kind = GLM_SURFACE_WINDOW });
	assert_int_equal(made->status, GLM_STATUS_DONE);
	exec_test_current(t, 1, 2);
	gl_encode_ClearColor(&t->enc, 0, 1, 1, 1);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 2 });
	frame_is(t, 32, 32, 0x00ffff);
}

/* Frames are read with the program's state set to whatever it likes, and change nothing of it. */
static void test_frame_and_state(void **state)
{
	static const GLuint name = 4;
	struct exec_test *t = *state;
	GLint bound = 0;

	gl_encode_ClearColor(&t->enc, 1, 1, 0, 1);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	gl_encode_PixelStorei(&t->enc, GL_PACK_SKIP_ROWS, 1000);
	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_PIXEL_PACK_BUFFER, name);
	gl_encode_GenFramebuffers(&t->enc, 1, &name);
	gl_encode_BindFramebuffer(&t->enc, GL_FRAMEBUFFER, name);
	for (unsigned int i = 0; i < 4; i++)
		exec_test_message(t, &glm_present_type, &(struct glm_present){ .surface = 1 });
	frame_is(t, EXEC_TEST_WIDTH, EXEC_TEST_HEIGHT, 0xffff00);
	assert_int_equal(gl_pair_frames(t->pair), 4);
	assert_int_equal(t->presented, 4);
	gl_encode_GetIntegerv(&t->enc, GL_FRAMEBUFFER_BINDING, &bound);
	assert_int_equal(bound, name);
	gl_encode_GetIntegerv(&t->enc, GL_PACK_SKIP_ROWS, &bound);
	assert_int_equal(bound, 1000);
	gl_encode_GetIntegerv(&t->enc, GL_DRAW_BUFFER, &bound);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* Windows look double-buffered. */
static void test_draw_buffer_of_a_window(void **state)
{
	struct exec_test *t = *state;
	GLint buffer = 0;

	gl_encode_GetIntegerv(&t->enc, GL_DRAW_BUFFER, &buffer);
	assert_int_equal(buffer, GL_BACK);
	gl_encode_DrawBuffer(&t->enc, GL_FRONT);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* Where a driver has no front buffer in a pbuffer, the back buffer stands for it. */
static void test_front_buffers_that_are_not_there(void **state)
{
	static struct exec_context context = { .no_fronts = true };
	struct exec_reworded reworded;
	const uint32_t front[2] = { GL_FRONT }, left[2] = { GL_FRONT_LEFT },
		       named[2] = { 0, GL_FRONT }, other[2] = { 5, GL_FRONT };
	const uint32_t several[4] = { 2, 8, GL_FRONT_LEFT, GL_NONE };
	const uint32_t *words;

	(void)state;
	words = exec_without_fronts(&context, GL_OP_DrawBuffer, front, 8, &reworded);
	assert_int_equal(words[0], GL_BACK);
	words = exec_without_fronts(&context, GL_OP_ReadBuffer, left, 8, &reworded);
	assert_int_equal(words[0], GL_BACK_LEFT);
	words = exec_without_fronts(&context, GL_OP_NamedFramebufferDrawBuffer, named, 8, &reworded);
	assert_int_equal(words[1], GL_BACK);
	words = exec_without_fronts(&context, GL_OP_NamedFramebufferDrawBuffer, other, 8, &reworded);
	assert_ptr_equal(words, other);
	words = exec_without_fronts(&context, GL_OP_DrawBuffers, several, 16, &reworded);
	assert_int_equal(words[0], 2);
	assert_int_equal(words[2], GL_BACK_LEFT);
	assert_int_equal(words[3], GL_NONE);
	words = exec_without_fronts(&context, GL_OP_CullFace, front, 8, &reworded);
	assert_ptr_equal(words, front);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, exec_test_setup, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(client_array_from_the_middle),
		TEST(client_arrays_of_instances),
		TEST(client_arrays_leave_bindings),
		TEST(absurd_client_arrays),
		TEST(feedback),
		TEST(selection),
		TEST(deferred_errors),
		TEST(exact_errors),
		TEST(begin_that_fails),
		TEST(pause_inside_begin),
		TEST(debug_messages),
		TEST(program_description),
		TEST(shader_description),
		TEST(uniforms_back),
		TEST(compressed_image_back),
		TEST(evaluators_and_pixel_maps_back),
		TEST(resize),
		TEST(multisampled_frame),
		TEST(frame_and_state),
		TEST(draw_buffer_of_a_window),
		cmocka_unit_test(test_front_buffers_that_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
