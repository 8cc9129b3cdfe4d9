/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Framebuffer objects: several targets of several formats, depth, layers, blits and read-back. */
#include "scene.h"

#define SIDE 128

static const char VERTEX[] =
	"#version 330 core\n"
	"uniform float time;\n"
	"out vec2 at;\n"
	"void main() {\n"
	"  at = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 2.0 - 1.0;\n"
	"  gl_Position = vec4(at * 0.9 + vec2(0.1 * sin(time), 0), at.x * sin(time), 1.0);\n"
	"}\n";
static const char TARGETS[] = "#version 330 core\n"
			      "uniform vec4 tint;\n"
			      "in vec2 at;\n"
			      "layout(location = 0) out vec4 first;\n"
			      "layout(location = 1) out vec4 second;\n"
			      "layout(location = 2) out uvec2 third;\n"
			      "void main() {\n"
			      "  first = vec4(at * 0.5 + 0.5, tint.r, 1.0);\n"
			      "  second = tint * dot(at, at) * 2.0;\n"
			      "  third = uvec2(gl_FragCoord.xy) * 500u;\n"
			      "}\n";
static const char COMBINE[] =
	"#version 330 core\n"
	"uniform sampler2D first;\n"
	"uniform sampler2D second;\n"
	"uniform usampler2D third;\n"
	"uniform sampler2D depth;\n"
	"in vec2 at;\n"
	"out vec4 result;\n"
	"void main() {\n"
	"  vec2 place = at * 0.5 + 0.5;\n"
	"  uvec2 number = texelFetch(third, ivec2(place * 127.0), 0).xy >> 8;\n"
	"  result = texture(first, place) * 0.4 + texture(second, place) * 0.15 +\n"
	"    vec4(vec2(number & 255u) / 512.0, texture(depth, place).r * 0.5, 0.0);\n"
	"}\n";

static GLuint fill, combine, array, frame_buffer, small, targets[4], scratch;

static void make_target(int which, GLenum format, GLenum layout, GLenum type, GLenum attachment)
{
	glActiveTexture(GL_TEXTURE0 + (GLenum)which);
	glBindTexture(GL_TEXTURE_2D, targets[which]);
	glTexImage2D(GL_TEXTURE_2D, 0, (GLint)format, SIDE, SIDE, 0, layout, type, NULL);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glFramebufferTexture2D(GL_FRAMEBUFFER, attachment, GL_TEXTURE_2D, targets[which], 0);
}

static void setup(void)
{
	static const GLenum buffers[] = { GL_COLOR_ATTACHMENT0, GL_COLOR_ATTACHMENT1,
		GL_COLOR_ATTACHMENT2 };
	static const char *const names[] = { "first", "second", "third", "depth" };

	fill = make_program(VERTEX, TARGETS);
	combine = make_program(VERTEX, COMBINE);
	glUseProgram(combine);
	for (int i = 0; i < 4; i++)
		glUniform1i(glGetUniformLocation(combine, names[i]), i);
	glGenVertexArrays(1, &array);
	glBindVertexArray(array);
	glGenTextures(4, targets);
	glGenFramebuffers(1, &frame_buffer);
	glBindFramebuffer(GL_FRAMEBUFFER, frame_buffer);
	make_target(0, GL_RGBA8, GL_RGBA, GL_UNSIGNED_BYTE, GL_COLOR_ATTACHMENT0);
	make_target(1, GL_RGBA16F, GL_RGBA, GL_FLOAT, GL_COLOR_ATTACHMENT1);
	make_target(2, GL_RG16UI, GL_RG_INTEGER, GL_UNSIGNED_SHORT, GL_COLOR_ATTACHMENT2);
	make_target(
		3, GL_DEPTH_COMPONENT24, GL_DEPTH_COMPONENT, GL_UNSIGNED_INT, GL_DEPTH_ATTACHMENT);
	glDrawBuffers(3, buffers);
	expect("the framebuffer's status", glCheckFramebufferStatus(GL_FRAMEBUFFER),
		GL_FRAMEBUFFER_COMPLETE);
	glGenFramebuffers(1, &small);
	glBindFramebuffer(GL_FRAMEBUFFER, small);
	expect("an empty framebuffer's status", glCheckFramebufferStatus(GL_FRAMEBUFFER),
		GL_FRAMEBUFFER_INCOMPLETE_MISSING_ATTACHMENT);
	glGenRenderbuffers(1, &scratch);
	glBindRenderbuffer(GL_RENDERBUFFER, scratch);
	glRenderbufferStorage(GL_RENDERBUFFER, GL_RGB10_A2, 40, 30);
	glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, scratch);
	expect("the small framebuffer's status", glCheckFramebufferStatus(GL_FRAMEBUFFER),
		GL_FRAMEBUFFER_COMPLETE);
}

static void draw_targets(int frame)
{
	static const GLfloat none[4] = { 0.1f, 0.2f, 0.3f, 1 }, far_away = 1;
	static const GLuint numbers[4] = { 70000, 12345, 0, 0 };

	glBindFramebuffer(GL_FRAMEBUFFER, frame_buffer);
	glViewport(0, 0, SIDE, SIDE);
	glClearBufferfv(GL_COLOR, 0, none);
	glClearBufferfv(GL_COLOR, 1, none);
	glClearBufferuiv(GL_COLOR, 2, numbers);
	glClearBufferfv(GL_DEPTH, 0, &far_away);
	glEnable(GL_DEPTH_TEST);
	glUseProgram(fill);
	for (int i = 0; i < 2; i++) {
		glUniform1f(glGetUniformLocation(fill, "time"), (float)(frame + i * 3) * 0.4f);
		glUniform4f(glGetUniformLocation(fill, "tint"), (float)i, 0.5f, (float)frame / 12, 1);
		glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	}
	glDisable(GL_DEPTH_TEST);
}

static void read_targets(void)
{
	GLfloat floats[20 * 10 * 4];
	GLuint numbers[8 * 8 * 2], packed[12];
	GLfloat depths[64];

	glBindFramebuffer(GL_READ_FRAMEBUFFER, frame_buffer);
	glReadBuffer(GL_COLOR_ATTACHMENT1);
	glReadPixels(30, 40, 20, 10, GL_RGBA, GL_FLOAT, floats);
	checksum(floats, sizeof floats);
	glReadBuffer(GL_COLOR_ATTACHMENT2);
	glReadPixels(60, 60, 8, 8, GL_RG_INTEGER, GL_UNSIGNED_INT, numbers);
	checksum(numbers, sizeof numbers);
	glReadPixels(10, 60, 64, 1, GL_DEPTH_COMPONENT, GL_FLOAT, depths);
	checksum(depths, sizeof depths);
	glReadBuffer(GL_COLOR_ATTACHMENT0);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, small);
	glReadPixels(3, 4, 4, 3, GL_RGBA, GL_UNSIGNED_INT_2_10_10_10_REV, packed);
	checksum(packed, sizeof packed);
}

static void draw(int frame)
{
	draw_targets(frame);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, frame_buffer);
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, small);
	glReadBuffer(GL_COLOR_ATTACHMENT0);
	glBlitFramebuffer(0, 0, SIDE, SIDE, 0, 30, 40, 0, GL_COLOR_BUFFER_BIT, GL_LINEAR);
	read_targets();
	glBindFramebuffer(GL_DRAW_FRAMEBUFFER, 0);
	glViewport(0, 0, scene_width, scene_height);
	glClearColor(0, 0, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glUseProgram(combine);
	glUniform1f(glGetUniformLocation(combine, "time"), (float)frame * 0.5f);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, 4);
	glBlitFramebuffer(0, 0, 40, 30, 10, 10, 10 + 4 * frame, 40, GL_COLOR_BUFFER_BIT, GL_NEAREST);
}

const struct scene scene = {
	.name = "framebuffers", .major = 3, .minor = 3, .core = true, .setup = setup, .draw = draw
};
