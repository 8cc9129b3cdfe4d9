/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vertex and index buffers with shaders of the core profile: a grid in waves, all kinds of uniforms. */
#include "scene.h"

#include <math.h>

#define SIDE 24

static const char VERTEX[] =
	"#version 330 core\n"
	"layout(location = 0) in vec2 place;\n"
	"layout(location = 3) in vec4 tint;\n"
	"uniform mat4 view;\n"
	"uniform float time;\n"
	"uniform vec2 waves[3];\n"
	"flat out int odd;\n"
	"out vec4 color;\n"
	"void main() {\n"
	"  float height = 0.0;\n"
	"  for (int i = 0; i < 3; i++) height += 0.08 * sin(dot(place, waves[i]) + time);\n"
	"  color = tint;\n"
	"  odd = gl_VertexID & 1;\n"
	"  gl_Position = view * vec4(place, height, 1.0);\n"
	"}\n";

static const char FRAGMENT[] =
	"#version 330 core\n"
	"uniform ivec3 steps;\n"
	"uniform bool inverted;\n"
	"uniform uint mask;\n"
	"flat in int odd;\n"
	"in vec4 color;\n"
	"out vec4 result;\n"
	"void main() {\n"
	"  vec3 stepped = floor(color.rgb * vec3(steps)) / vec3(steps);\n"
	"  if (inverted) stepped = 1.0 - stepped;\n"
	"  if ((uint(gl_FragCoord.x) & mask) == 0u) stepped *= odd == 1 ? 0.75 : 0.5;\n"
	"  result = vec4(stepped, color.a);\n"
	"}\n";

struct vertex {
	GLfloat place[2];
	GLubyte tint[4];
};

static GLuint program, array;
static GLint view, time_at, waves, steps, inverted, mask;

static void make_grid(void)
{
	static const unsigned int corners[] = { 0, 1, SIDE, SIDE, 1, SIDE + 1 };
	struct vertex vertices[SIDE * SIDE];
	GLushort indices[(SIDE - 1) * (SIDE - 1) * 6], *index = indices;

	for (unsigned int i = 0; i < SIDE * SIDE; i++)
		vertices[i] = (struct vertex){
			.place = { (float)(i % SIDE) * 2 / (SIDE - 1) - 1,
				(float)(i / SIDE) * 2 / (SIDE - 1) - 1 },
			.tint = { (GLubyte)(i * 7), (GLubyte)(i * 13), (GLubyte)(i * 29), 255 },
		};
	for (unsigned int i = 0; i < (SIDE - 1) * SIDE; i++) {
		if (i % SIDE == SIDE - 1)
			continue;
		for (unsigned int corner = 0; corner < 6; corner++)
			*index++ = (GLushort)(i + corners[corner]);
	}
	make_buffer(GL_ARRAY_BUFFER, vertices, sizeof vertices);
	glVertexAttribPointer(0, 2, GL_FLOAT, GL_FALSE, sizeof vertices[0], NULL);
	glVertexAttribPointer(3, 4, GL_UNSIGNED_BYTE, GL_TRUE, sizeof vertices[0],
		(const void *)offsetof(struct vertex, tint));
	glEnableVertexAttribArray(0);
	glEnableVertexAttribArray(3);
	make_buffer(GL_ELEMENT_ARRAY_BUFFER, indices, sizeof indices);
}

static void setup(void)
{
	program = make_program(VERTEX, FRAGMENT);
	glGenVertexArrays(1, &array);
	glBindVertexArray(array);
	make_grid();
	view = glGetUniformLocation(program, "view");
	time_at = glGetUniformLocation(program, "time");
	waves = glGetUniformLocation(program, "waves");
	steps = glGetUniformLocation(program, "steps");
	inverted = glGetUniformLocation(program, "inverted");
	mask = glGetUniformLocation(program, "mask");
	expect("a uniform that is not there", glGetUniformLocation(program, "none"), -1);
	expect("an attribute", glGetAttribLocation(program, "tint"), 3);
	glEnable(GL_DEPTH_TEST);
}

static void draw(int frame)
{
	float angle = 0.2f * (float)frame;
	const GLfloat matrix[16] = { cosf(angle), sinf(angle) * 0.3f, sinf(angle) * 0.4f, 0,
		-sinf(angle) * 0.3f, cosf(angle * 0.5f), 0.2f, 0, 0.3f, 0.4f, 0.5f, 0, 0, 0, 0,
		1.2f };
	const GLfloat directions[6] = { 5, 1, -3, 4, 2, -7 };
	GLfloat got[16];

	glClearColor(0.05f, 0.05f, 0.1f, 1);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glUseProgram(program);
	glUniformMatrix4fv(view, 1, frame & 1, matrix);
	glUniform1f(time_at, (float)frame * 0.3f);
	glUniform2fv(waves, 3, directions);
	glUniform3i(steps, 4 + frame % 5, 8, 16);
	glUniform1i(inverted, frame % 3 == 0);
	glUniform1ui(mask, 1u << frame % 4);
	glGetUniformfv(program, view, got);
	checksum(got, sizeof got);
	glDrawElements(GL_TRIANGLES, (SIDE - 1) * (SIDE - 1) * 6, GL_UNSIGNED_SHORT, NULL);
	glDrawArrays(GL_POINTS, frame, SIDE * SIDE - frame);
	glDrawRangeElements(GL_LINES, 0, SIDE * SIDE - 1, 200, GL_UNSIGNED_SHORT,
		(const void *)(120 * sizeof(GLushort)));
}

const struct scene scene = {
	.name = "shaders", .major = 3, .minor = 3, .core = true, .setup = setup, .draw = draw
};
