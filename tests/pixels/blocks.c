/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uniform blocks by ranges, mapped buffers, a texture of a buffer, copies between buffers, fences. */
#include "scene.h"

#include <string.h>

#define ROWS  5
#define CELLS 64

static const char VERTEX[] =
	"#version 330 core\n"
	"layout(std140) uniform Where { vec4 box; float turn; int cells; } where;\n"
	"flat out int cell;\n"
	"void main() {\n"
	"  cell = gl_InstanceID;\n"
	"  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);\n"
	"  corner.x = (corner.x * 0.8 + float(cell)) / float(where.cells);\n"
	"  corner.y += where.turn * sin(float(cell));\n"
	"  gl_Position = vec4(where.box.xy + corner * where.box.zw, 0.0, 1.0);\n"
	"}\n";
static const char FRAGMENT[] =
	"#version 330 core\n"
	"struct light { vec3 color; float power; };\n"
	"layout(std140) uniform Lights { light lights[3]; mat3 mix; } shine;\n"
	"uniform samplerBuffer values;\n"
	"uniform int row;\n"
	"flat in int cell;\n"
	"out vec4 result;\n"
	"void main() {\n"
	"  vec3 sum = vec3(0.0);\n"
	"  for (int i = 0; i < 3; i++) sum += shine.lights[i].color * shine.lights[i].power;\n"
	"  sum = shine.mix * sum;\n"
	"  result = vec4(sum * texelFetch(values, row * 64 + cell).rgb, 1.0);\n"
	"}\n";

struct where {
	GLfloat box[4], turn;
	GLint cells;
};

struct shine {
	struct {
		GLfloat color[3], power;
	} lights[3];

	GLfloat mix[3][4];
};

static GLuint program, array, where_buffer, shine_buffer, value_buffer, spare, texture;
static GLint alignment, row;

static void setup_blocks(void)
{
	GLuint where = glGetUniformBlockIndex(program, "Where");
	GLuint lights = glGetUniformBlockIndex(program, "Lights");
	const GLchar *const names[] = { "Lights.lights[2].power", "Lights.mix" };
	GLuint indices[2];
	GLint size = 0, places[2];

	expect("a block that is not there", glGetUniformBlockIndex(program, "None"),
		GL_INVALID_INDEX);
	glGetActiveUniformBlockiv(program, lights, GL_UNIFORM_BLOCK_DATA_SIZE, &size);
	expect("a block's size", size, sizeof(struct shine));
	glGetUniformIndices(program, 2, names, indices);
	glGetActiveUniformsiv(program, 2, indices, GL_UNIFORM_OFFSET, places);
	expect("where a uniform is", places[0], offsetof(struct shine, lights[2].power));
	expect("where a matrix is", places[1], offsetof(struct shine, mix));
	glUniformBlockBinding(program, where, 3);
	glUniformBlockBinding(program, lights, 1);
}

static void setup(void)
{
	program = make_program(VERTEX, FRAGMENT);
	setup_blocks();
	glGenVertexArrays(1, &array);
	glBindVertexArray(array);
	glGetIntegerv(GL_UNIFORM_BUFFER_OFFSET_ALIGNMENT, &alignment);
	where_buffer = make_buffer(GL_UNIFORM_BUFFER, NULL, (size_t)alignment * 8 * ROWS);
	shine_buffer = make_buffer(GL_UNIFORM_BUFFER, NULL, sizeof(struct shine));
	spare = make_buffer(GL_COPY_READ_BUFFER, NULL, ROWS * CELLS * 4);
	value_buffer = make_buffer(GL_TEXTURE_BUFFER, NULL, ROWS * CELLS * 4);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_BUFFER, texture);
	glTexBuffer(GL_TEXTURE_BUFFER, GL_RGBA8, value_buffer);
	glUseProgram(program);
	glUniform1i(glGetUniformLocation(program, "values"), 0);
	row = glGetUniformLocation(program, "row");
}

/* Mapped: as a whole, in parts that are flushed, and through another buffer. */
static void fill(int frame)
{
	struct shine shine = { .mix = { { 0.8f, 0.1f, 0 }, { 0.1f, 0.7f, 0.1f }, { 0, 0.2f, 0.9f } } };
	GLubyte *values;

	for (int i = 0; i < 3; i++) {
		shine.lights[i].color[i] = 1;
		shine.lights[i].power = 0.3f + noise((unsigned int)(frame * 3 + i));
	}
	glBindBuffer(GL_UNIFORM_BUFFER, shine_buffer);
	glBufferData(GL_UNIFORM_BUFFER, sizeof shine, &shine, GL_DYNAMIC_DRAW);
	glBindBuffer(GL_COPY_READ_BUFFER, spare);
	values = glMapBufferRange(GL_COPY_READ_BUFFER, 0, ROWS * CELLS * 4,
		GL_MAP_WRITE_BIT | GL_MAP_FLUSH_EXPLICIT_BIT);
	if (!values)
		die("no map");
	for (unsigned int i = 0; i < ROWS * CELLS * 4; i++)
		values[i] = (GLubyte)(noise(i + (unsigned int)frame) * 255);
	glFlushMappedBufferRange(GL_COPY_READ_BUFFER, 0, ROWS * CELLS * 2);
	glFlushMappedBufferRange(GL_COPY_READ_BUFFER, ROWS * CELLS * 2, ROWS * CELLS * 2);
	expect("what unmap says", glUnmapBuffer(GL_COPY_READ_BUFFER), GL_TRUE);
	glBindBuffer(GL_COPY_WRITE_BUFFER, value_buffer);
	glCopyBufferSubData(GL_COPY_READ_BUFFER, GL_COPY_WRITE_BUFFER, 0, 0, ROWS * CELLS * 4);
}

static void place(int frame)
{
	GLubyte *mapped;

	glBindBuffer(GL_UNIFORM_BUFFER, where_buffer);
	mapped = glMapBuffer(GL_UNIFORM_BUFFER, GL_WRITE_ONLY);
	if (!mapped)
		die("no map of the places");
	for (int i = 0; i < ROWS; i++) {
		struct where where = {
			.box = { -0.95f, -0.95f + 0.38f * (float)i, 1.9f, 0.3f },
			.turn = 0.05f * (float)(frame % 7),
			.cells = 8 + i * 10 + frame,
		};
		memcpy(mapped + i * alignment * 8, &where, sizeof where);
	}
	glUnmapBuffer(GL_UNIFORM_BUFFER);
}

static void draw(int frame)
{
	GLsync fence;
	GLubyte got[64];

	glClearColor(0.15f, 0.15f, 0.15f, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	fill(frame);
	place(frame);
	glBindBufferBase(GL_UNIFORM_BUFFER, 1, shine_buffer);
	for (int i = 0; i < ROWS; i++) {
		glBindBufferRange(GL_UNIFORM_BUFFER, 3, where_buffer, i * alignment * 8,
			sizeof(struct where));
		glUniform1i(row, i);
		glDrawArraysInstanced(GL_TRIANGLE_STRIP, 0, 4, 8 + i * 10 + frame);
	}
	fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
	if (glClientWaitSync(fence, GL_SYNC_FLUSH_COMMANDS_BIT, 10000000000u) == GL_TIMEOUT_EXPIRED)
		die("a fence that never comes");
	glDeleteSync(fence);
	glGetBufferSubData(GL_COPY_WRITE_BUFFER, 100, sizeof got, got);
	checksum(got, sizeof got);
}

const struct scene scene = {
	.name = "blocks", .major = 3, .minor = 3, .core = true, .setup = setup, .draw = draw
};
