/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gl_prelude.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gl_encode.h"
#include "gl_exec.h"
#include "glm_messages.h"

#define STREAM_SIZE (1u << 18)
#define BATCH_SIZE  (1u << 16)

struct stream {
	struct gl_encoder enc;
	uint8_t *bytes;
	size_t size;
};

static int take(void *data, const void *bytes, size_t size)
{
	struct stream *s = data;

	assert(s->size + size <= STREAM_SIZE);
	memcpy(s->bytes + s->size, bytes, size);
	s->size += size;
	return 0;
}

static uint32_t bulk_id(void *data)
{
	(void)data;
	return 1;
}

static int no_wait(void *data, uint16_t opcode, const void **ret_payload, size_t *ret_size)
{
	(void)data, (void)opcode, (void)ret_payload, (void)ret_size;
	return -1;
}

static void too_large(void *data, uint16_t opcode, uint64_t bytes)
{
	(void)data, (void)opcode, (void)bytes;
}

static const struct gl_transport transport = {
	.send = take,
	.bulk_id = bulk_id,
	.wait = no_wait,
	.too_large = too_large,
};

static void message(struct stream *s, const struct wire_type *type, const void *fields)
{
	uint8_t room[512];
	struct wire_writer writer;

	gl_encoder_flush(&s->enc);
	wire_writer_init(&writer, room, sizeof(room));
	take(s, room, wire_write_message(&writer, type, 1, 0, fields));
}

static void begin(struct stream *s, const struct egl *egl, bool es)
{
	static uint8_t room[16384];
	struct wire_reader reader;
	struct glm_caps *caps = calloc(1, sizeof(*caps));

	assert(caps);
	wire_reader_init(&reader, room, gl_exec_caps(egl, true, 60000, room, sizeof(room)));
	glm_caps_type.decode(&reader, caps);
	message(s, &glm_context_create_type,
		&(struct glm_context_create){
			.id = 1, .api = es ? GLM_API_ES : GLM_API_GL, .major = es ? 3 : 0 });
	message(s, &glm_surface_create_type,
		&(struct glm_surface_create){ .id = 1,
			.config = caps->configs[0].id,
			.width = 40,
			.height = 30,
			.kind = GLM_SURFACE_WINDOW });
	message(s, &glm_surface_create_type,
		&(struct glm_surface_create){ .id = 2,
			.config = caps->configs[0].id,
			.width = 16,
			.height = 16,
			.kind = GLM_SURFACE_PBUFFER });
	message(s, &glm_make_current_type, &(struct glm_make_current){ 1, 1, 1 });
	free(caps);
}

static void buffers(struct stream *s)
{
	static const GLuint names[] = { 1, 2, 3, 4 };
	static const GLenum targets[] = { GL_ARRAY_BUFFER, GL_ELEMENT_ARRAY_BUFFER,
		GL_UNIFORM_BUFFER, GL_DRAW_INDIRECT_BUFFER };
	static const GLushort data[256] = { 0, 1, 2, 3, 4, 5 };

	gl_encode_GenBuffers(&s->enc, 4, names);
	for (unsigned int i = 0; i < 4; i++) {
		gl_encode_BindBuffer(&s->enc, targets[i], names[i]);
		gl_encode_BufferData(&s->enc, targets[i], sizeof(data), data, GL_STATIC_DRAW);
	}
	gl_encode_BindBufferBase(&s->enc, GL_UNIFORM_BUFFER, 0, 3);
}

static void textures(struct stream *s)
{
	static const GLuint names[] = { 1, 2, 3, 4 };
	static const GLubyte pixels[16 * 16 * 4];

	gl_encode_GenTextures(&s->enc, 4, names);
	gl_encode_BindTexture(&s->enc, GL_TEXTURE_3D, 3);
	gl_encode_TexImage3D(
		&s->enc, GL_TEXTURE_3D, 0, GL_RGBA8, 8, 8, 4, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_encode_BindTexture(&s->enc, GL_TEXTURE_CUBE_MAP, 4);
	for (GLenum face = 0; face < 6; face++)
		gl_encode_TexImage2D(&s->enc, GL_TEXTURE_CUBE_MAP_POSITIVE_X + face, 0, GL_RGBA8,
			16, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_encode_BindTexture(&s->enc, GL_TEXTURE_2D_ARRAY, 2);
	gl_encode_TexStorage3D(&s->enc, GL_TEXTURE_2D_ARRAY, 3, GL_RGBA8, 8, 8, 4);
	gl_encode_BindTexture(&s->enc, GL_TEXTURE_2D, 1);
	gl_encode_TexImage2D(
		&s->enc, GL_TEXTURE_2D, 0, GL_RGBA8, 16, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	gl_encode_TexParameteri(&s->enc, GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
}

static void programs(struct stream *s)
{
	static const GLchar *const vertex =
		"#version 300 es\nin vec4 a; in vec3 b; out vec4 c; uniform mat4 m; uniform vec4 u[3];\n"
		"void main() { c = vec4(b, 1) + u[1]; gl_Position = m * a + u[2]; }";
	static const GLchar *const fragment =
		"#version 300 es\nprecision mediump float; in vec4 c; out vec4 o; uniform sampler2D t;\n"
		"layout(std140) uniform block { vec4 v[2]; };\n"
		"void main() { o = c * texture(t, c.xy) + v[1]; }";

	gl_encode_CreateShader(&s->enc, GL_VERTEX_SHADER, 1);
	gl_encode_ShaderSource(&s->enc, 1, 1, &vertex, NULL);
	gl_encode_CompileShader(&s->enc, 1);
	gl_encode_CreateShader(&s->enc, GL_FRAGMENT_SHADER, 2);
	gl_encode_ShaderSource(&s->enc, 2, 1, &fragment, NULL);
	gl_encode_CompileShader(&s->enc, 2);
	gl_encode_CreateProgram(&s->enc, 3);
	gl_encode_AttachShader(&s->enc, 3, 1);
	gl_encode_AttachShader(&s->enc, 3, 2);
	gl_encode_LinkProgram(&s->enc, 3);
	gl_encode_CreateProgram(&s->enc, 4);
	gl_encode_UseProgram(&s->enc, 3);
}

static void others(struct stream *s, bool es)
{
	static const GLuint names[] = { 1, 2, 3 };

	gl_encode_GenVertexArrays(&s->enc, 3, names);
	gl_encode_BindVertexArray(&s->enc, 1);
	s->enc.bound |= 1u << GL_BOUND_ARRAY;
	gl_encode_EnableVertexAttribArray(&s->enc, 0);
	gl_encode_VertexAttribPointer(&s->enc, 0, 3, GL_FLOAT, 0, 12, NULL);
	gl_encode_BindBuffer(&s->enc, GL_ELEMENT_ARRAY_BUFFER, 2);
	gl_encode_GenFramebuffers(&s->enc, 3, names);
	gl_encode_GenRenderbuffers(&s->enc, 3, names);
	gl_encode_BindRenderbuffer(&s->enc, GL_RENDERBUFFER, 1);
	gl_encode_RenderbufferStorage(&s->enc, GL_RENDERBUFFER, GL_DEPTH24_STENCIL8, 16, 16);
	gl_encode_BindFramebuffer(&s->enc, GL_FRAMEBUFFER, 1);
	gl_encode_FramebufferTexture2D(
		&s->enc, GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, 1, 0);
	gl_encode_FramebufferRenderbuffer(
		&s->enc, GL_FRAMEBUFFER, GL_DEPTH_STENCIL_ATTACHMENT, GL_RENDERBUFFER, 1);
	gl_encode_BindFramebuffer(&s->enc, GL_FRAMEBUFFER, 0);
	gl_encode_GenQueries(&s->enc, 3, names);
	gl_encode_GenSamplers(&s->enc, 3, names);
	gl_encode_GenTransformFeedbacks(&s->enc, 3, names);
	gl_encode_FenceSync(&s->enc, GL_SYNC_GPU_COMMANDS_COMPLETE, 0, 1);
	if (!es) {
		gl_encode_GenProgramPipelines(&s->enc, 3, names);
		gl_encode_GenProgramsARB(&s->enc, 3, names);
		gl_encode_FeedbackBuffer(&s->enc, 64, GL_2D);
		gl_encode_SelectBuffer(&s->enc, 64);
	}
}

const uint8_t *gl_prelude(const struct egl *egl, bool es, size_t *ret_size)
{
	struct stream *s = calloc(1, sizeof(*s));
	uint8_t *batch = aligned_alloc(8, BATCH_SIZE), *bytes;

	assert(s && batch);
	s->bytes = malloc(STREAM_SIZE);
	assert(s->bytes);
	gl_encoder_init(&s->enc, batch, BATCH_SIZE, 1 << 20, 1, &transport, s);
	begin(s, egl, es);
	buffers(s);
	textures(s);
	programs(s);
	others(s, es);
	gl_encoder_flush(&s->enc);
	free(batch);
	*ret_size = s->size;
	bytes = s->bytes;
	free(s);
	return bytes;
}
