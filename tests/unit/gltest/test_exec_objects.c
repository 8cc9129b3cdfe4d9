/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Contexts, share groups, names and surfaces of a channel; what is taken for them, and given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "exec_test.h"

static int setup_small(void **state)
{
	static const struct gl_pair_config config = {
		.limits = { [GL_EXEC_CONTEXTS] = 2,
			[GL_EXEC_RESOURCES] = 8,
			[GL_EXEC_RESOURCE_BYTES] = 8 << 20,
			[GL_EXEC_OBJECTS] = 8,
			[GL_EXEC_SHADER_BYTES] = 4096 },
		.resource_size = 4 << 20,
		.shader_size = 1024,
	};

	exec_test_begin(state, &config);
	exec_test_start(*state);
	return 0;
}

static int setup_no_compute(void **state)
{
	static const struct gl_pair_config config = { .no_compute = true };

	exec_test_begin(state, &config);
	exec_test_start(*state);
	return 0;
}

static uint32_t context(
	struct exec_test *t, uint32_t id, uint32_t share, uint8_t profile, uint8_t version)
{
	return exec_test_context(t, &(struct glm_context_create){ .id = id,
					    .share = share,
					    .api = GLM_API_GL,
					    .profile = profile,
					    .major = version / 10,
					    .minor = version % 10 })
		->status;
}

/* ---- contexts */

static void test_versions(void **state)
{
	struct exec_test *t = *state;
	const struct glm_context_created *made;

	assert_int_equal(context(t, 10, 0, GLM_PROFILE_ANY, 30), GLM_STATUS_DONE);
	assert_int_equal(context(t, 11, 0, GLM_PROFILE_CORE, 33), GLM_STATUS_DONE);
	assert_int_equal(context(t, 12, 0, GLM_PROFILE_CORE, 99), GLM_STATUS_NO_VERSION);
	assert_int_equal(context(t, 13, 0, 7, 33), GLM_STATUS_NO_VERSION);
	made = exec_test_context(
		t, &(struct glm_context_create){ .id = 14, .api = GLM_API_ES, .major = 3 });
	assert_int_equal(made->status, GLM_STATUS_DONE);
	assert_memory_equal(made->version, "OpenGL ES 3.", 12);
	made = exec_test_context(
		t, &(struct glm_context_create){ .id = 15, .api = GLM_API_ES, .major = 2 });
	assert_int_equal(made->status, GLM_STATUS_DONE);
	made = exec_test_context(t, &(struct glm_context_create){ .id = 16, .api = 9 });
	assert_int_equal(made->status, GLM_STATUS_NO_VERSION);
	made = exec_test_context(
		t, &(struct glm_context_create){ .id = 17, .api = GLM_API_GL, .config = 99999 });
	assert_int_equal(made->status, GLM_STATUS_BAD_CONFIG);
}

static void test_numbers_in_use(void **state)
{
	struct exec_test *t = *state;

	assert_int_equal(context(t, 1, 0, 0, 0), GLM_STATUS_BAD_NAME);
	assert_int_equal(context(t, 0, 0, 0, 0), GLM_STATUS_BAD_NAME);
	assert_int_equal(context(t, 2, 5, 0, 0), GLM_STATUS_BAD_NAME);
	assert_int_equal(
		exec_test_surface(t,
			&(struct glm_surface_create){
				.id = 1, .config = EXEC_TEST_CONFIG(t), .width = 8, .height = 8 })
			->status,
		GLM_STATUS_BAD_NAME);
	assert_int_equal(exec_test_surface(t,
				 &(struct glm_surface_create){
					 .id = 2, .config = 99999, .width = 8, .height = 8 })
				 ->status,
		GLM_STATUS_BAD_CONFIG);
	assert_int_equal(
		exec_test_surface(t,
			&(struct glm_surface_create){
				.id = 2, .config = EXEC_TEST_CONFIG(t), .width = 0, .height = 8 })
			->status,
		GLM_STATUS_LIMIT);
	assert_int_equal(exec_test_surface(t, &(struct glm_surface_create){ .id = 2,
						      .config = EXEC_TEST_CONFIG(t),
						      .width = 1u << 20,
						      .height = 1u << 20 })
				 ->status,
		GLM_STATUS_LIMIT);
}

/* One that is current is there until it is current no more. */
static void test_destroyed_while_current(void **state)
{
	struct exec_test *t = *state;
	GLint size = 0;

	exec_test_message(t, &glm_context_destroy_type, &(struct glm_context_destroy){ 1 });
	exec_test_message(t, &glm_surface_destroy_type, &(struct glm_surface_destroy){ 1 });
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	gl_encode_GetIntegerv(&t->enc, GL_MAX_TEXTURE_SIZE, &size);
	assert_true(size > 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_CONTEXTS), 1);
	exec_test_current(t, 0, 0);
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_CONTEXTS), 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCES), 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES), 0);
	/* Its number is free. */
	assert_int_equal(context(t, 1, 0, 0, 0), GLM_STATUS_DONE);
}

static void test_make_current_of_nothing(void **state)
{
	struct exec_test *t = *state;
	GLint size = 0;

	exec_test_current(t, 5, 1);
	gl_encode_GetIntegerv(&t->enc, GL_MAX_TEXTURE_SIZE, &size);
	assert_int_equal(size, 0);
	exec_test_current(t, 1, 5);
	gl_encode_GetIntegerv(&t->enc, GL_MAX_TEXTURE_SIZE, &size);
	assert_int_equal(size, 0);
	exec_test_current(t, 1, 0);
	gl_encode_GetIntegerv(&t->enc, GL_MAX_TEXTURE_SIZE, &size);
	assert_true(size > 0);
}

/* ---- names */

static void test_names_are_of_a_group(void **state)
{
	static const GLuint texture = 5;
	struct exec_test *t = *state;
	GLint bound = 0;

	assert_int_equal(context(t, 2, 1, GLM_PROFILE_ANY, 0), GLM_STATUS_DONE);
	assert_int_equal(context(t, 3, 0, GLM_PROFILE_ANY, 0), GLM_STATUS_DONE);
	gl_encode_GenTextures(&t->enc, 1, &texture);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, texture);
	exec_test_current(t, 2, 1);
	assert_true(gl_encode_IsTexture(&t->enc, texture));
	exec_test_current(t, 3, 1);
	assert_false(gl_encode_IsTexture(&t->enc, texture));
	/* The name is free in its own group. */
	gl_encode_GenTextures(&t->enc, 1, &texture);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, texture);
	gl_encode_GetIntegerv(&t->enc, GL_TEXTURE_BINDING_2D, &bound);
	assert_int_equal(bound, texture);
	gl_encode_DeleteTextures(&t->enc, 1, &texture);
	exec_test_current(t, 1, 1);
	assert_true(gl_encode_IsTexture(&t->enc, texture));
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_some_names_are_of_a_context(void **state)
{
	static const GLuint name = 5;
	struct exec_test *t = *state;

	assert_int_equal(context(t, 2, 1, GLM_PROFILE_ANY, 0), GLM_STATUS_DONE);
	gl_encode_GenVertexArrays(&t->enc, 1, &name);
	gl_encode_BindVertexArray(&t->enc, name);
	gl_encode_GenFramebuffers(&t->enc, 1, &name);
	gl_encode_BindFramebuffer(&t->enc, GL_FRAMEBUFFER, name);
	exec_test_current(t, 2, 1);
	assert_false(gl_encode_IsVertexArray(&t->enc, name));
	assert_false(gl_encode_IsFramebuffer(&t->enc, name));
	gl_encode_BindVertexArray(&t->enc, name);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_names_twice(void **state)
{
	static const GLuint two[2] = { 5, 5 }, zero = 0;
	GLuint many[40];
	struct exec_test *t = *state;

	for (GLuint i = 0; i < 40; i++)
		many[i] = 100 + i;
	gl_encode_GenTextures(&t->enc, 2, two);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_GenTextures(&t->enc, 1, &zero);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	many[39] = many[0];
	gl_encode_GenTextures(&t->enc, 40, many);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	many[39] = 1;
	gl_encode_GenTextures(&t->enc, 40, many);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_GenTextures(&t->enc, 1, &many[3]);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCES), 41);
	gl_encode_DeleteTextures(&t->enc, 40, many);
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCES), 1);
}

/* A compatibility context makes what it binds; a core context does not. */
static void test_names_that_were_not_generated(void **state)
{
	struct exec_test *t = *state;
	GLint bound = 0;

	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 4000000000u);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 12);
	gl_encode_GetIntegerv(&t->enc, GL_TEXTURE_BINDING_2D, &bound);
	assert_int_equal((GLuint)bound, 4000000000u);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_UseProgram(&t->enc, 12);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	assert_int_equal(context(t, 2, 0, GLM_PROFILE_CORE, 33), GLM_STATUS_DONE);
	exec_test_current(t, 2, 1);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 12);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* A shader that is attached is there until it is detached, and only then its name is free. */
static void test_deleted_while_in_use(void **state)
{
	static const GLchar *const text[] = { "void main() { gl_Position = vec4(0); }" };
	struct exec_test *t = *state;
	GLint status = 0;

	gl_encode_CreateShader(&t->enc, GL_VERTEX_SHADER, 20);
	gl_encode_ShaderSource(&t->enc, 20, 1, text, NULL);
	gl_encode_CompileShader(&t->enc, 20);
	gl_encode_CreateProgram(&t->enc, 21);
	gl_encode_AttachShader(&t->enc, 21, 20);
	gl_encode_LinkProgram(&t->enc, 21);
	gl_encode_UseProgram(&t->enc, 21);
	gl_encode_DeleteShader(&t->enc, 20);
	gl_encode_GetShaderiv(&t->enc, 20, GL_DELETE_STATUS, &status);
	assert_true(status);
	gl_encode_DeleteProgram(&t->enc, 21);
	gl_encode_GetIntegerv(&t->enc, GL_CURRENT_PROGRAM, &status);
	assert_int_equal(status, 21);
	gl_encode_DrawArrays(&t->enc, GL_TRIANGLES, 0, 3);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	gl_encode_CreateShader(&t->enc, GL_VERTEX_SHADER, 20);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_UseProgram(&t->enc, 0);
	assert_false(gl_encode_IsProgram(&t->enc, 21));
	gl_encode_CreateShader(&t->enc, GL_FRAGMENT_SHADER, 20);
	gl_encode_CreateProgram(&t->enc, 21);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	/* One space of names. */
	gl_encode_CreateProgram(&t->enc, 20);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
}

static void test_objects_deleted_while_bound(void **state)
{
	static const GLuint name = 5;
	struct exec_test *t = *state;
	GLint bound = 1;

	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, GL_RGBA8, 64, 64);
	gl_encode_GenFramebuffers(&t->enc, 1, &name);
	gl_encode_BindFramebuffer(&t->enc, GL_FRAMEBUFFER, name);
	gl_encode_FramebufferTexture2D(
		&t->enc, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, name, 0);
	gl_encode_GetFramebufferAttachmentParameteriv(&t->enc, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0,
		GL_FRAMEBUFFER_ATTACHMENT_OBJECT_NAME, &bound);
	assert_int_equal(bound, name);
	gl_encode_DeleteTextures(&t->enc, 1, &name);
	gl_encode_DeleteFramebuffers(&t->enc, 1, &name);
	gl_encode_GetIntegerv(&t->enc, GL_FRAMEBUFFER_BINDING, &bound);
	assert_int_equal(bound, 0);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

static void test_fences(void **state)
{
	struct exec_test *t = *state;
	const GLsync sync = (GLsync)77;

	gl_encode_FenceSync(&t->enc, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 77);
	assert_int_not_equal(
		gl_encode_ClientWaitSync(&t->enc, sync, GL_SYNC_FLUSH_COMMANDS_BIT, ~0ull),
		GL_WAIT_FAILED);
	gl_encode_FenceSync(&t->enc, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 77);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_DeleteSync(&t->enc, sync);
	assert_false(gl_encode_IsSync(&t->enc, sync));
	gl_encode_WaitSync(&t->enc, (GLsync)(intptr_t)0x12345, 0, GL_TIMEOUT_IGNORED);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_FenceSync(&t->enc, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 78);
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_OBJECTS), 1);
}

/* ---- quota */

static void test_too_many(void **state)
{
	GLuint names[16];
	struct exec_test *t = *state;

	for (GLuint i = 0; i < 16; i++)
		names[i] = i + 1;
	gl_encode_GenTextures(&t->enc, 16, names);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_GenQueries(&t->enc, 16, names);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	for (GLuint i = 0; i < 16; i++)
		gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, 100 + i);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_int_equal(gl_encode_GenLists(&t->enc, 1 << 20), 0);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_int_equal(context(t, 2, 0, 0, 0), GLM_STATUS_DONE);
	assert_int_equal(context(t, 3, 0, 0, 0), GLM_STATUS_LIMIT);
}

static void test_buffers_take_memory(void **state)
{
	static const GLuint names[2] = { 1, 2 };
	struct exec_test *t = *state;
	uint64_t before;

	assert_int_equal(exec_test_drain(t), 0);
	before = gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES);
	gl_encode_CreateBuffers(&t->enc, 2, names);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 1);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 3 << 20, NULL, GL_STATIC_DRAW);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 5 << 20, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	/* What failed in the driver, too, changes nothing. */
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 16, NULL, GL_TEXTURE_2D);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES) - before, 3 << 20);
	gl_encode_NamedBufferData(&t->enc, 2, 2 << 20, NULL, GL_STATIC_DRAW);
	gl_encode_BindBuffer(&t->enc, GL_UNIFORM_BUFFER, 2);
	gl_encode_BufferData(&t->enc, GL_UNIFORM_BUFFER, 1 << 20, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES) - before, 4 << 20);
	gl_encode_DeleteBuffers(&t->enc, 2, names);
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES), before);
}

static void test_textures_take_memory(void **state)
{
	static const GLuint name = 1;
	struct exec_test *t = *state;
	uint64_t before, one;

	assert_int_equal(exec_test_drain(t), 0);
	before = gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES);
	gl_encode_GenTextures(&t->enc, 1, &name);
	gl_encode_BindTexture(&t->enc, GL_TEXTURE_2D, name);
	for (unsigned int i = 0; i < 40; i++)
		gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 512, 512, 0, GL_RGBA,
			GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	one = gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES) - before;
	assert_in_range(one, 1 << 20, 2 << 20);
	gl_encode_TexImage2D(
		&t->enc, GL_TEXTURE_2D, 0, GL_RGBA32F, 2048, 2048, 0, GL_RGBA, GL_FLOAT, NULL);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	/* An image that is refused does not make the texture smaller. */
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 1, 1, 0, GL_RGBA, GL_BITMAP, NULL);
	exec_test_error(t);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES) - before, one);
	gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0x7fffffff, GL_RGBA8, 1, 1, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_INVALID_VALUE);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, GL_RGBA8, 16, 16);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_true(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES) - before < one);
	gl_encode_TexStorage2D(&t->enc, GL_TEXTURE_2D, 1, GL_RGBA8, 1, 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_RenderbufferStorage(&t->enc, GL_RENDERBUFFER, GL_RGBA8, 8192, 8192);
	exec_test_error(t);
	gl_encode_DeleteTextures(&t->enc, 1, &name);
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES), before);
}

/* The texture of the name 0, and a proxy, which takes nothing. */
static void test_textures_without_a_name(void **state)
{
	struct exec_test *t = *state;
	uint64_t before;

	assert_int_equal(exec_test_drain(t), 0);
	before = gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES);
	gl_encode_TexImage2D(&t->enc, GL_PROXY_TEXTURE_2D, 0, GL_RGBA8, 8192, 8192, 0, GL_RGBA,
		GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES), before);
	for (unsigned int i = 0; i < 40; i++)
		gl_encode_TexImage2D(&t->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 512, 512, 0, GL_RGBA,
			GL_UNSIGNED_BYTE, NULL);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_true(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES) > before + (1 << 20));
}

static void test_texts_take_memory(void **state)
{
	struct exec_test *t = *state;
	GLchar text[2000];
	const GLchar *const texts[] = { text };
	GLint length = 900;

	memset(text, ' ', sizeof(text));
	gl_encode_CreateShader(&t->enc, GL_VERTEX_SHADER, 1);
	gl_encode_ShaderSource(&t->enc, 1, 1, texts, &length);
	gl_encode_ShaderSource(&t->enc, 1, 1, texts, &length);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_in_range(gl_pair_taken(t->pair, GL_EXEC_SHADER_BYTES), 900, 1000);
	length = 2000;
	gl_encode_ShaderSource(&t->enc, 1, 1, texts, &length);
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	gl_encode_DeleteShader(&t->enc, 1);
	assert_int_equal(exec_test_drain(t), 0);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_SHADER_BYTES), 0);
}

static void test_surfaces_take_memory(void **state)
{
	struct exec_test *t = *state;
	uint64_t before;

	assert_int_equal(exec_test_drain(t), 0);
	before = gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES);
	exec_test_message(t, &glm_surface_resize_type, &(struct glm_surface_resize){ 1, 8000, 8000 });
	assert_int_equal(exec_test_error(t), GL_OUT_OF_MEMORY);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES), before);
	gl_encode_Clear(&t->enc, GL_COLOR_BUFFER_BIT);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
}

/* ---- compute shaders off */

static bool has_extension(const struct glm_context_created *created, const char *name)
{
	char *text = calloc(1, created->extensions.size + 1);
	bool found;

	assert_non_null(text);
	memcpy(text, created->extensions.data, created->extensions.size);
	found = strstr(text, name) != NULL;
	free(text);
	return found;
}

static void test_no_compute(void **state)
{
	static const GLchar *const text[] = { "void main() {}" };
	struct exec_test *t = *state;
	const struct glm_context_created *made;

	made = exec_test_context(t, &(struct glm_context_create){ .id = 2, .api = GLM_API_GL });
	assert_memory_equal(made->version, "4.2 ", 4);
	assert_memory_equal(made->language, "4.20", 4);
	assert_false(has_extension(made, "GL_ARB_compute"));
	assert_false(has_extension(made, "GL_ARB_ES3_1_compatibility"));
	assert_true(has_extension(made, "GL_ARB_shader_storage_buffer_object"));
	for (uint16_t i = 0; i < made->n_limits; i++)
		if (made->limits[i].pname == GL_MINOR_VERSION)
			assert_int_equal(made->limits[i].value, 2);
	assert_int_equal(context(t, 3, 0, GLM_PROFILE_CORE, 43), GLM_STATUS_NO_VERSION);
	made = exec_test_context(t,
		&(struct glm_context_create){ .id = 4, .api = GLM_API_ES, .major = 3, .minor = 1 });
	assert_int_equal(made->status, GLM_STATUS_NO_VERSION);
	assert_int_equal(gl_pair_caps(t->pair)->gl, 42);
	assert_int_equal(gl_pair_caps(t->pair)->es, 30);

	gl_encode_CreateShader(&t->enc, GL_COMPUTE_SHADER, 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_CreateShaderProgramv(&t->enc, GL_COMPUTE_SHADER, 1, text, 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_CreateShaderProgramEXT(&t->enc, GL_COMPUTE_SHADER, "void main() {}", 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_DispatchCompute(&t->enc, 1, 1, 1);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_DispatchComputeIndirect(&t->enc, 0);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

/* A store as large as the one before is not made anew in software; one that cannot be is refused as ever. */
static void test_stores_again(void **state)
{
	static const GLuint names[2] = { 1, 2 };
	const uint32_t data = 0x12345678;
	struct exec_test *t = *state;
	uint32_t back = 0;
	GLint size = 0;

	gl_encode_GenBuffers(&t->enc, 2, names);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 1);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 4, &data, GL_STREAM_DRAW);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 4, NULL, GL_STREAM_DRAW);
	gl_encode_GetBufferSubData(&t->enc, GL_ARRAY_BUFFER, 0, 4, &back);
	assert_int_equal(back, data);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 4, NULL, GL_STATIC_DRAW);
	gl_encode_GetBufferParameteriv(&t->enc, GL_ARRAY_BUFFER, GL_BUFFER_USAGE, &size);
	assert_int_equal(size, GL_STATIC_DRAW);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 8, NULL, GL_STATIC_DRAW);
	gl_encode_GetBufferParameteriv(&t->enc, GL_ARRAY_BUFFER, GL_BUFFER_SIZE, &size);
	assert_int_equal(size, 8);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_int_equal(gl_pair_taken(t->pair, GL_EXEC_RESOURCE_BYTES) % 4096, 8);

	gl_encode_BufferData(&t->enc, 0x1234, 8, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_ENUM);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 0);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 8, NULL, GL_STATIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
	gl_encode_BindBuffer(&t->enc, GL_ARRAY_BUFFER, 2);
	gl_encode_BufferStorage(&t->enc, GL_ARRAY_BUFFER, 8, NULL, GL_DYNAMIC_STORAGE_BIT);
	gl_encode_BufferData(&t->enc, GL_ARRAY_BUFFER, 8, NULL, GL_DYNAMIC_DRAW);
	assert_int_equal(exec_test_error(t), GL_INVALID_OPERATION);
}

static void test_compute(void **state)
{
	struct exec_test *t = *state;

	gl_encode_CreateShader(&t->enc, GL_COMPUTE_SHADER, 1);
	assert_int_equal(exec_test_error(t), GL_NO_ERROR);
	assert_true(gl_encode_IsShader(&t->enc, 1));
}

#define TEST(name)       cmocka_unit_test_setup_teardown(test_##name, exec_test_setup, exec_test_end)
#define TEST_SMALL(name) cmocka_unit_test_setup_teardown(test_##name, setup_small, exec_test_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(versions),
		TEST(numbers_in_use),
		TEST(destroyed_while_current),
		TEST(make_current_of_nothing),
		TEST(names_are_of_a_group),
		TEST(some_names_are_of_a_context),
		TEST(names_twice),
		TEST(names_that_were_not_generated),
		TEST(deleted_while_in_use),
		TEST(objects_deleted_while_bound),
		TEST(fences),
		TEST_SMALL(too_many),
		TEST_SMALL(buffers_take_memory),
		TEST_SMALL(textures_take_memory),
		TEST_SMALL(textures_without_a_name),
		TEST_SMALL(texts_take_memory),
		TEST_SMALL(surfaces_take_memory),
		cmocka_unit_test_setup_teardown(test_no_compute, setup_no_compute, exec_test_end),
		TEST(compute),
		TEST(stores_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
