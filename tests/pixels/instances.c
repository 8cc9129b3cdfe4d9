/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Instances: attributes with divisors, base vertex and instance, draws from buffers, primitive restart. */
#include "scene.h"

#define COUNT 40

static const char VERTEX[] =
	"#version 420 core\n"
	"layout(location = 0) in vec2 place;\n"
	"layout(location = 1) in vec3 offset;\n"
	"layout(location = 2) in uint color;\n"
	"uniform float time;\n"
	"out vec3 tint;\n"
	"void main() {\n"
	"  float angle = time + float(gl_InstanceID) * 0.3;\n"
	"  mat2 turn = mat2(cos(angle), sin(angle), -sin(angle), cos(angle));\n"
	"  tint = vec3(color & 255u, color >> 8 & 255u, color >> 16 & 255u) / 255.0;\n"
	"  gl_Position = vec4(turn * place * offset.z + offset.xy, 0.0, 1.0);\n"
	"}\n";
static const char FRAGMENT[] = "#version 420 core\n"
			       "in vec3 tint;\n"
			       "out vec4 result;\n"
			       "void main() { result = vec4(tint, 1.0); }\n";

static const GLfloat shape[] = { -1, -1, 1, -1, -1, 1, 1, 1, 0, 1.6f, -1.6f, 0, 0, -1.6f, 1.6f, 0 };
static const GLubyte indices[] = { 0, 1, 2, 3, 255, 4, 5, 6, 7, 255, 2, 3, 4 };

static GLuint program, array, offsets, commands;
static GLint time_at;

static void set_offsets(int frame)
{
	GLfloat values[COUNT][3];

	for (unsigned int i = 0; i < COUNT; i++) {
		values[i][0] = noise(i) * 2 - 1;
		values[i][1] = noise(i + 500) * 2 - 1;
		values[i][2] = 0.03f + 0.1f * noise(i + (unsigned int)frame);
	}
	glBindBuffer(GL_ARRAY_BUFFER, offsets);
	glBufferSubData(GL_ARRAY_BUFFER, 0, sizeof values, values);
}

static void setup(void)
{
	/* count, instances, first, base vertex, base instance; then count, instances, first, base instance */
	static const GLuint draws[] = { 5, 6, 5, 0, 30, 4, 3, 8, 0, 2, 3, 4, 1, 9 };
	GLuint colors[COUNT];

	program = make_program(VERTEX, FRAGMENT);
	time_at = glGetUniformLocation(program, "time");
	glGenVertexArrays(1, &array);
	glBindVertexArray(array);
	make_buffer(GL_ARRAY_BUFFER, shape, sizeof shape);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, 0, NULL);
	offsets = make_buffer(GL_ARRAY_BUFFER, NULL, COUNT * 3 * sizeof(GLfloat));
	glVertexAttribPointer(1, 3, GL_FLOAT, GL_FALSE, 0, NULL);
	glVertexAttribDivisor(1, 1);
	for (unsigned int i = 0; i < COUNT; i++)
		colors[i] = (GLuint)(noise(i * 3) * 16777215.0f);
	make_buffer(GL_ARRAY_BUFFER, colors, sizeof colors);
	glVertexAttribIPointer(2, 1, GL_UNSIGNED_INT, 0, NULL);
	glVertexAttribDivisor(2, 3);
	for (GLuint i = 0; i < 3; i++)
		glEnableVertexAttribArray(i);
	make_buffer(GL_ELEMENT_ARRAY_BUFFER, indices, sizeof indices);
	commands = make_buffer(GL_DRAW_INDIRECT_BUFFER, draws, sizeof draws);
	glEnable(GL_PRIMITIVE_RESTART);
	glPrimitiveRestartIndex(255);
}

static void draw(int frame)
{
	static const GLsizei counts[] = { 4, 3 };
	static const GLint bases[] = { 0, 3 };
	static const void *const starts[] = { NULL, (const void *)5 };

	glClearColor(0.1f, 0.1f, 0.1f, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	set_offsets(frame);
	glUseProgram(program);
	glUniform1f(time_at, (float)frame * 0.2f);
	glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, 10);
	glDrawElementsInstancedBaseInstance(
		GL_TRIANGLE_STRIP, sizeof indices, GL_UNSIGNED_BYTE, NULL, 8, 12);
	glDrawElementsBaseVertex(GL_TRIANGLES, 3, GL_UNSIGNED_BYTE, (const void *)1, 4);
	glMultiDrawElementsBaseVertex(GL_LINE_LOOP, counts, GL_UNSIGNED_BYTE, starts, 2, bases);
	glDrawElementsIndirect(GL_TRIANGLE_STRIP, GL_UNSIGNED_BYTE, NULL);
	glDrawElementsIndirect(GL_TRIANGLE_FAN, GL_UNSIGNED_BYTE, (const void *)(5 * sizeof(GLuint)));
	glDrawArraysIndirect(GL_TRIANGLES, (const void *)(10 * sizeof(GLuint)));
	glVertexAttribDivisor(2, 1 + (GLuint)frame % 4);
	glDrawArraysInstancedBaseInstance(GL_TRIANGLE_STRIP, 4, 4, 12, 20);
}

const struct scene scene = {
	.name = "instances", .major = 4, .minor = 2, .core = true, .setup = setup, .draw = draw
};
