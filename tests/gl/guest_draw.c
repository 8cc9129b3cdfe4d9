/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tests of the guest library draw with. */
#include "guest_test.h"

uint32_t guest_test_pixel(int x, int y)
{
	uint8_t rgba[4] = { 0 };

	glReadPixels(x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	return (uint32_t)rgba[0] << 24 | (uint32_t)rgba[1] << 16 | (uint32_t)rgba[2] << 8 | rgba[3];
}

static GLuint shader(GLenum type, const char *text)
{
	const GLuint name = glCreateShader(type);

	glShaderSource(name, 1, &text, NULL);
	glCompileShader(name);
	return name;
}

GLuint guest_test_program(const char *vertex, const char *fragment)
{
	const GLuint program = glCreateProgram();

	glAttachShader(program, shader(GL_VERTEX_SHADER, vertex));
	glAttachShader(program, shader(GL_FRAGMENT_SHADER, fragment));
	glLinkProgram(program);
	glUseProgram(program);
	return program;
}
