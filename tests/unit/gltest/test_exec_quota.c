/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memory that a guest would have without its being counted, on the real driver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "quota_fixture.h"

/* A context that shares with context 1, current. */
static void share(struct exec_test *t, uint32_t id, uint8_t profile, uint8_t major)
{
	assert_int_equal(exec_test_context(t, &(struct glm_context_create){ .id = id,
						      .share = 1,
						      .api = GLM_API_GL,
						      .profile = profile,
						      .major = major,
						      .minor = major })
				 ->status,
		GLM_STATUS_DONE);
	exec_test_current(t, id, 1);
}

/* Vertices from the program's memory, of which the first is far from the start. */
static void client_vertices(struct exec_test *t, uint32_t first)
{
	const struct glm_client_array array = { .first = first,
		.count = 1,
		.stride = 16,
		.array = GL_VERTEX_ATTRIB_ARRAY_POINTER,
		.size = 2,
		.type = GL_FLOAT };

	exec_test_arrays(t, &array, 1, "0123456789abcdef", 16);
}

/* Bytes of this process's address space, in which the driver is. */
static uint64_t address_space(struct exec_test *t)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;

	assert_int_equal(exec_test_drain(t), 0);
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%lu", &pages), 1);
	fclose(file);
	return pages * UINT64_C(4096);
}

/* ---- whose name it is */

static void test_text_of_a_program(void **state)
{
	static const GLchar *const text[] = { "void main() {}" };
	struct exec_test *t = *state;
	const uint64_t bytes = taken(t, GL_EXEC_RESOURCE_BYTES);

	gl_encode_CreateProgram(&t->enc, 5);
	gl_encode_ShaderSource(&t->enc, 5, 1, text, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	assert_int_equal(taken(t, GL_EXEC_SHADER_BYTES), 0);
	assert_int_equal(taken(t, GL_EXEC_RESOURCE_BYTES), bytes);
}

/* The shader went with its program; nothing is given back twice. */
static void test_text_of_a_shader_that_is_gone(void **state)
{
	static const GLchar *const text[] = { "void main() {}" };
	struct exec_test *t = *state;
	const uint64_t bytes = taken(t, GL_EXEC_RESOURCE_BYTES);

	gl_encode_CreateShader(&t->enc, GL_VERTEX_SHADER, 5);
	gl_encode_CreateProgram(&t->enc, 6);
	gl_encode_AttachShader(&t->enc, 6, 5);
	gl_encode_DeleteShader(&t->enc, 5);
	gl_encode_DeleteProgram(&t->enc, 6);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_ShaderSource(&t->enc, 5, 1, text, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	assert_int_equal(taken(t, GL_EXEC_SHADER_BYTES), 0);
	assert_int_equal(taken(t, GL_EXEC_RESOURCE_BYTES), bytes);
}

/* A program keeps the names that were given to its attributes, whether it has them or not. */
static void test_names_of_attributes(void **state)
{
	struct exec_test *t = *state;
	GLchar name[501];

	gl_encode_CreateProgram(&t->enc, 5);
	memset(name, 'a', 500);
	name[500] = '\0';
	for (char i = 'a'; i < 'p'; i++) {
		name[0] = i;
		gl_encode_BindAttribLocation(&t->enc, 5, 1, name);
	}
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_in_range(taken(t, GL_EXEC_SHADER_BYTES), 3500, 4096);
	gl_encode_BindAttribLocation(&t->enc, 6, 1, "b");
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_DeleteProgram(&t->enc, 5);
	assert_int_equal(taken(t, GL_EXEC_SHADER_BYTES), 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* What another context has deleted is still bound here, but nobody counts for it. */
static void test_deleted_in_another_context(void **state)
{
	static const GLuint name = 7;
	struct exec_test *t = *state;

	share(t, 2, GLM_PROFILE_ANY, 0);
	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	gl_encode_GenRenderbuffers(&t->enc, 1, &name);
	gl_encode_BindRenderbuffer(&t->enc, GL_RENDERBUFFER, name);
	exec_test_current(t, 1, 1);
	gl_encode_DeleteBuffers(&t->enc, 1, &name);
	gl_encode_DeleteTextures(&t->enc, 1, &name);
	gl_encode_DeleteRenderbuffers(&t->enc, 1, &name);
	exec_test_current(t, 2, 1);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 1024, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_TexImage2D(
		&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 16, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_RenderbufferStorage(&t->enc, GL_RENDERBUFFER, GL_RGBA8, 16, 16);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* It is not bound again behind vertices from the program's memory. */
static void test_deleted_behind_client_arrays(void **state)
{
	static const GLuint name = 7;
	struct exec_test *t = *state;

	share(t, 2, GLM_PROFILE_CORE, 3);
	gl_encode_GenVertexArrays(&t->enc, 1, &name);
	gl_encode_BindVertexArray(&t->enc, name);
	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	exec_test_current(t, 1, 1);
	gl_encode_DeleteBuffers(&t->enc, 1, &name);
	exec_test_current(t, 2, 1);
	client_vertices(t, 0);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 1024, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* More names than there may be take nothing, not even to look for doubles among them. */
static void test_too_many_names(void **state)
{
	GLuint names[200];
	struct exec_test *t = *state;

	for (GLuint i = 0; i < 200; i++)
		names[i] = i + 1;
	names[199] = 1;
	gl_encode_GenTextures(&t->enc, 200, names);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_GenTextures(&t->enc, 1, &names[199]);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	names[50] = 60;
	gl_encode_GenTextures(&t->enc, 90, names + 10);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	assert_int_equal(taken(t, GL_EXEC_RESOURCES), 2);
}

/* ---- deleted, but alive */

/* A texture of 4 MB and more, bound. */
static void big_texture(struct exec_test *t, GLuint name)
{
	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, GL_RGBA8, 1024, 1024);
}

static void big_buffer(struct exec_test *t, GLuint name)
{
	gl_encode_GenBuffers(&t->enc, 1, &name);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, name);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 4 << 20, NULL, GL_STATIC_DRAW);
}

static void test_held_by_framebuffers(void **state)
{
	struct exec_test *t = *state;

	for (GLuint i = 1; i <= 20; i++) {
		big_texture(t, i);
		gl_encode_GenFramebuffers(&t->enc, 1, &i);
		gl_encode_BindFramebuffer(&t->enc, GL_FRAMEBUFFER, i);
		gl_encode_FramebufferTexture2D(
			&t->enc, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, i, 0);
		gl_encode_BindFramebuffer(&t->enc, GL_FRAMEBUFFER, 0);
		gl_encode_DeleteTextures(&t->enc, 1, &i);
	}
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES), 56 * MB, 64 * MB);
	for (GLuint i = 1; i <= 20; i++)
		gl_encode_DeleteFramebuffers(&t->enc, 1, &i);
	exec_test_error(t);
	big_texture(t, 50);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES), 4 * MB, 16 * MB);
}

/* What most programs do: nothing is held, however often. */
static void test_not_held_by_framebuffers(void **state)
{
	static const GLuint name = 1;
	struct exec_test *t = *state;

	gl_encode_GenFramebuffers(&t->enc, 1, &name);
	for (unsigned int i = 0; i < 100; i++) {
		big_texture(t, 1);
		gl_encode_BindFramebuffer(&t->enc, GL_FRAMEBUFFER, name);
		gl_encode_FramebufferTexture2D(
			&t->enc, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, 1, 0);
		/* The next one takes its place. */
		if (i % 2)
			gl_encode_BindFramebuffer(&t->enc, GL_FRAMEBUFFER, 0);
		gl_encode_DeleteTextures(&t->enc, 1, &name);
	}
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_held_by_arrays(void **state)
{
	struct exec_test *t = *state;

	for (GLuint i = 1; i <= 20; i++) {
		gl_encode_GenVertexArrays(&t->enc, 1, &i);
		gl_encode_BindVertexArray(&t->enc, i);
		big_buffer(t, i);
		if (i % 2) {
			t->enc.bound |= 1u << GL_BOUND_ARRAY;
			gl_encode_VertexAttribPointer(&t->enc, 5, 4, GL_FLOAT, 0, 0, NULL);
		} else {
			gl_encode_BindBuffer(&t->enc, GL_ELEMENT_ARRAY_BUFFER, i);
		}
		gl_encode_BindVertexArray(&t->enc, 0);
		gl_encode_DeleteBuffers(&t->enc, 1, &i);
	}
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES), 56 * MB, 64 * MB);
	for (GLuint i = 1; i <= 20; i++)
		gl_encode_DeleteVertexArrays(&t->enc, 1, &i);
	exec_test_error(t);
	big_buffer(t, 50);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES), 4 * MB, 16 * MB);
}

static void test_held_by_textures(void **state)
{
	struct exec_test *t = *state;

	for (GLuint i = 1; i <= 20; i++) {
		big_buffer(t, i);
		gl_encode_GenTextures(&t->enc, 1, &i);
		gl_encode_BindTexture(&t->enc, GL_TEXTURE_BUFFER, i);
		gl_encode_TexBuffer(&t->enc, GL_TEXTURE_BUFFER, GL_RGBA8, i);
		gl_encode_DeleteBuffers(&t->enc, 1, &i);
	}
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	for (GLuint i = 1; i <= 20; i++)
		gl_encode_DeleteTextures(&t->enc, 1, &i);
	exec_test_error(t);
	big_buffer(t, 50);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_held_by_another_context(void **state)
{
	struct exec_test *t = *state;

	share(t, 2, GLM_PROFILE_ANY, 0);
	for (GLuint i = 1; i <= 20; i++) {
		exec_test_current(t, 1, 1);
		big_texture(t, i);
		exec_test_current(t, 2, 1);
		gl_encode_ActiveTexture(&t->enc, GL_TEXTURE0 + i);
		gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, i);
		exec_test_current(t, 1, 1);
		gl_encode_DeleteTextures(&t->enc, 1, &i);
	}
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES), 56 * MB, 64 * MB);
	exec_test_current(t, 2, 1);
	for (GLuint i = 1; i <= 20; i++) {
		gl_encode_ActiveTexture(&t->enc, GL_TEXTURE0 + i);
		gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 0);
	}
	exec_test_error(t);
	big_texture(t, 50);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_held_by_views(void **state)
{
	struct exec_test *t = *state;

	for (GLuint i = 1; i <= 20; i++) {
		const GLuint view = 100 + i;

		big_texture(t, i);
		gl_encode_GenTextures(&t->enc, 1, &view);
		gl_encode_TextureView(&t->enc, view, GL_TEXTURE_2D, i, GL_RGBA8, 0, 1, 0, 1);
		gl_encode_DeleteTextures(&t->enc, 1, &i);
	}
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES), 48 * MB, 64 * MB);
}

/* ---- texts */

static void test_text_of_a_program_in_one(void **state)
{
	static GLchar text[2001] = "void main() { gl_Position = vec4(0); }//";
	const GLchar *const texts[] = { text };
	struct exec_test *t = *state;

	memset(text + strlen(text), ' ', sizeof(text) - 1 - strlen(text));
	gl_encode_CreateShaderProgramv(&t->enc, GL_VERTEX_SHADER, 1, texts, 5);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_CreateShaderProgramEXT(&t->enc, GL_VERTEX_SHADER, text, 6);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	text[900] = '\0';
	for (GLuint i = 10; i < 20; i++)
		gl_encode_CreateShaderProgramv(&t->enc, GL_VERTEX_SHADER, 1, texts, i);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_in_range(taken(t, GL_EXEC_SHADER_BYTES), 3600, 4096);
	for (GLuint i = 10; i < 20; i++)
		gl_encode_DeleteProgram(&t->enc, i);
	exec_test_error(t);
	assert_int_equal(taken(t, GL_EXEC_SHADER_BYTES), 0);
}

static void test_text_in_assembly(void **state)
{
	static GLchar text[2001] = "!!ARBvp1.0 END #";
	static const GLuint name = 5;
	struct exec_test *t = *state;

	memset(text + strlen(text), ' ', sizeof(text) - 1 - strlen(text));
	for (unsigned int i = 0; i < 2; i++) {
		gl_encode_ProgramStringARB(
			&t->enc, GL_VERTEX_PROGRAM_ARB, GL_PROGRAM_FORMAT_ASCII_ARB, 2000, text);
		assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
		for (unsigned int k = 0; k < 20; k++)
			gl_encode_ProgramStringARB(&t->enc, GL_VERTEX_PROGRAM_ARB,
				GL_PROGRAM_FORMAT_ASCII_ARB, 900, text);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
		assert_in_range(taken(t, GL_EXEC_SHADER_BYTES), 900 * (i + 1), 1000 * (i + 1));
		gl_encode_BindProgramARB(&t->enc, GL_VERTEX_PROGRAM_ARB, name);
	}
	gl_encode_NamedProgramStringEXT(
		&t->enc, name, GL_VERTEX_PROGRAM_ARB, GL_PROGRAM_FORMAT_ASCII_ARB, 100, text);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_SHADER_BYTES), 1000, 1100);
	gl_encode_DeleteProgramsARB(&t->enc, 1, &name);
	assert_in_range(taken(t, GL_EXEC_SHADER_BYTES), 900, 1000);
}

static void test_text_by_name(void **state)
{
	static GLchar text[2001];
	struct exec_test *t = *state;

	memset(text, ' ', sizeof(text) - 1);
	gl_encode_NamedStringARB(&t->enc, GL_SHADER_INCLUDE_ARB, -1, "/a", -1, text);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	text[500] = '\0';
	gl_encode_NamedStringARB(&t->enc, GL_SHADER_INCLUDE_ARB, -1, "/a", -1, text);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_SHADER_BYTES), 500, 1000);
	for (unsigned int i = 0; i < 20; i++)
		gl_encode_NamedStringARB(&t->enc, GL_SHADER_INCLUDE_ARB, -1, "/b", -1, text);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
}

static void test_identities_of_messages(void **state)
{
	GLuint ids[60];
	struct exec_test *t = *state;

	for (GLuint i = 0; i < 60; i++)
		ids[i] = i;
	gl_encode_DebugMessageControl(&t->enc, GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_OTHER,
		GL_DONT_CARE, 60, ids, GL_FALSE);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_DebugMessageControl(&t->enc, GL_DEBUG_SOURCE_APPLICATION, GL_DEBUG_TYPE_OTHER,
		GL_DONT_CARE, 60, ids, GL_FALSE);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
}

/* ---- answers */

/* Nothing of it stays. */
static void test_large_answers(void **state)
{
	static GLubyte back[4096 * 1024 * 4];
	struct exec_test *t = *state;
	uint64_t before;

	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 1);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, GL_R8, 4096, 1024);
	before = taken(t, GL_EXEC_RESOURCE_BYTES);
	gl_encode_GetTexImage(&t->enc, GL_TEXTURE_2D, 0, GL_RED, GL_UNSIGNED_BYTE, back);
	gl_encode_GetTexImage(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA, GL_UNSIGNED_BYTE, back);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_int_equal(taken(t, GL_EXEC_RESOURCE_BYTES), before);
}

/* ---- what images take */

static void test_thin_images(void **state)
{
	static const GLuint names[4] = { 1, 2, 3, 4 };
	struct exec_test *t = *state;
	const uint64_t before = taken(t, GL_EXEC_RESOURCE_BYTES);

	gl_encode_GenTextures(&t->enc, 4, names);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 1);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, GL_R8, 1, 16384);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, MB, 4 * MB);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_1D_ARRAY, 2);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_1D_ARRAY, 1, GL_RGBA8, 1024, 512);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 9 * MB, 16 * MB);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D_MULTISAMPLE, 3);
	gl_encode_TexStorage2DMultisample(
		&t->enc, GL_TEXTURE_2D_MULTISAMPLE, 1, GL_RGBA8, 512, 512, GL_TRUE);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 13 * MB, 24 * MB);
	gl_encode_DeleteTextures(&t->enc, 4, names);
	assert_int_equal(taken(t, GL_EXEC_RESOURCE_BYTES), before);
	/* An ordinary one takes a third more than its pixels. */
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 1);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, GL_RGBA8, 1024, 1024);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 5 * MB, 6 * MB);
}

static void level(struct exec_test *t, GLint number, GLsizei side)
{
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, number, GL_RGBA8, side, side, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
}

/* A driver makes all of the texture that an image of a level seems to be of. */
static void test_levels_without_their_texture(void **state)
{
	struct exec_test *t = *state;
	const uint64_t before = taken(t, GL_EXEC_RESOURCE_BYTES);

	for (GLuint name = 1; name <= 20; name++) {
		gl_encode_GenTextures(&t->enc, 1, &name);
		gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
		level(t, 5, 512);
		assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	}
	assert_int_equal(taken(t, GL_EXEC_RESOURCE_BYTES), before);
	for (GLint i = 0; i < 10; i++)
		level(t, i, 512 + 8 * i);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_true(taken(t, GL_EXEC_RESOURCE_BYTES) <= 64 * MB);
}

/* One that is made level by level takes no more than one that is made at once, whatever their order. */
static void test_levels_of_a_texture(void **state)
{
	static const GLuint names[] = { 1, 2 };
	struct exec_test *t = *state;
	const uint64_t before = taken(t, GL_EXEC_RESOURCE_BYTES);

	gl_encode_GenTextures(&t->enc, 2, names);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 1);
	for (GLint i = 0; i <= 9; i++)
		level(t, i, 512 >> i);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 1 * MB, 3 * MB);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 2);
	for (GLint i = 9; i >= 0; i--)
		level(t, i, 512 >> i);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 2 * MB, 6 * MB);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* ---- buffers of ours */

/* A context that is gone leaves no buffers to those that shared with it. */
static void test_contexts_take_their_buffers_along(void **state)
{
	struct exec_test *t = *state;
	uint64_t before = 0;

	for (uint32_t i = 0; i < 20; i++) {
		/* Other things of the driver's grow at first. */
		if (i == 4)
			before = address_space(t);
		share(t, 2, GLM_PROFILE_ANY, 0);
		client_vertices(t, 3 << 20);
		client_vertices(t, 0);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
		exec_test_current(t, 1, 1);
		exec_test_message(t, &glm_context_destroy_type, &(struct glm_context_destroy){ 2 });
		gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
		assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	}
	assert_true(address_space(t) - before < 700 * MB || address_space(t) < before);
}

/* What is too large for the driver is another error than what is too large for a session. */
static void test_images_that_no_driver_makes(void **state)
{
	static const GLuint name = 5;
	struct exec_test *t = *state;
	GLint side = 0;

	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	gl_encode_CopyTexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA, 0, 0, 1 << 28, 1 << 28, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_GetIntegerv(&t->enc, GL_MAX_TEXTURE_SIZE, &side);
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, side, side, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 1, GL_RGBA8, side, side, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_GetIntegerv(&t->enc, GL_MAX_3D_TEXTURE_SIZE, &side);
	gl_encode_TexImage3D(&t->enc, GL_TEXTURE_3D, 0, GL_RGBA8, 256, side + 1, 256, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_BindRenderbuffer(&t->enc, GL_RENDERBUFFER, name);
	gl_encode_RenderbufferStorage(&t->enc, GL_RENDERBUFFER, GL_RGBA8, 1 << 28, 1 << 28);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
}

static void test_far_vertices_are_of_a_size(void **state)
{
	struct exec_test *t = *state;
	const uint64_t before = taken(t, GL_EXEC_RESOURCE_BYTES);

	client_vertices(t, 1500000);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	client_vertices(t, 600000);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(taken(t, GL_EXEC_RESOURCE_BYTES) - before, 16 * MB, 24 * MB);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, exec_test_setup, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_of_a_program),
		TEST_SMALL(text_of_a_shader_that_is_gone),
		TEST_SMALL(names_of_attributes),
		TEST(deleted_in_another_context),
		TEST(deleted_behind_client_arrays),
		TEST_SMALL(too_many_names),
		TEST_SMALL(held_by_framebuffers),
		TEST_SMALL(not_held_by_framebuffers),
		TEST_SMALL(held_by_arrays),
		TEST_SMALL(held_by_textures),
		TEST_SMALL(held_by_another_context),
		TEST_SMALL(held_by_views),
		TEST_SMALL(text_of_a_program_in_one),
		TEST_SMALL(text_in_assembly),
		TEST_SMALL(text_by_name),
		TEST_SMALL(identities_of_messages),
		TEST_SMALL(large_answers),
		TEST_SMALL(thin_images),
		TEST_SMALL(levels_without_their_texture),
		TEST_SMALL(levels_of_a_texture),
		TEST(contexts_take_their_buffers_along),
		TEST_SMALL(images_that_no_driver_makes),
		TEST_SMALL(far_vertices_are_of_a_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
