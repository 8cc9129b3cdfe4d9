/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Vertices in the program's own memory, which it changes after each draw. */
#include "scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define POINTS 60

struct vertex {
	GLfloat place[3];
	GLubyte color[4];
	GLshort coordinates[2];
};

static struct vertex vertices[POINTS];
static GLdouble far_places[POINTS][4];
static GLuint texture;

static void place_all(float time, float size)
{
	for (unsigned int i = 0; i < POINTS; i++) {
		float angle = (float)(i / 2) * 2 * 3.14159265f / (POINTS / 2 - 1) + time;
		float radius = i % 2 ? size : size * 0.6f;

		vertices[i] = (struct vertex){
			.place = { radius * cosf(angle), radius * sinf(angle), 0 },
			.color = { (GLubyte)(i * 4), (GLubyte)(255 - i * 3), (GLubyte)(i * 31), 255 },
			.coordinates = { (GLshort)(i / 2), (GLshort)(i % 2) },
		};
		far_places[i][0] = (double)(noise(i) * 2 - 1);
		far_places[i][1] = (double)(noise(i + 1000) * 2 - 1) + (double)time * 0.01;
		far_places[i][2] = 0.25;
		far_places[i][3] = 1.25;
	}
}

static void setup(void)
{
	static const GLubyte checks[] = { 255, 128, 64, 255, 128, 64, 255, 255 };

	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_LUMINANCE, 4, 2, 0, GL_LUMINANCE, GL_UNSIGNED_BYTE, checks);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glMatrixMode(GL_TEXTURE);
	glScalef(0.25f, 0.5f, 1);
	glMatrixMode(GL_MODELVIEW);
}

/* The whole ring, then parts of it from elsewhere. */
static void draw_ring(void)
{
	static const GLint firsts[] = { 0, 10, 30 };
	static const GLsizei counts[] = { 6, 4, 8 };

	glVertexPointer(3, GL_FLOAT, sizeof vertices[0], vertices[0].place);
	glColorPointer(4, GL_UNSIGNED_BYTE, sizeof vertices[0], vertices[0].color);
	glTexCoordPointer(2, GL_SHORT, sizeof vertices[0], vertices[0].coordinates);
	glEnableClientState(GL_VERTEX_ARRAY);
	glEnableClientState(GL_COLOR_ARRAY);
	glEnableClientState(GL_TEXTURE_COORD_ARRAY);
	glEnable(GL_TEXTURE_2D);
	glDrawArrays(GL_TRIANGLE_STRIP, 0, POINTS);
	glDisable(GL_TEXTURE_2D);
	glDisableClientState(GL_TEXTURE_COORD_ARRAY);
	place_all(0.4f, 0.5f);
	glMultiDrawArrays(GL_TRIANGLE_STRIP, firsts, counts, 3);
}

static void draw_indexed(int frame)
{
	GLuint *indices = malloc(30 * sizeof(GLuint));
	static const GLubyte few[] = { 40, 41, 42, 41, 42, 43 };

	if (!indices)
		die("no memory");
	for (unsigned int i = 0; i < 30; i++)
		indices[i] = (unsigned int)(noise(i + 77u * (unsigned int)frame) * POINTS);
	glVertexPointer(4, GL_DOUBLE, 0, far_places);
	glDisableClientState(GL_COLOR_ARRAY);
	glColor3ub(250, 200, 20);
	glDrawElements(GL_LINES, 30, GL_UNSIGNED_INT, indices);
	memset(indices, 0, 30 * sizeof(GLuint));
	free(indices);
	glColor3ub(20, 200, 250);
	glDrawRangeElements(GL_TRIANGLES, 40, 43, 6, GL_UNSIGNED_BYTE, few);
}

/* An array in a buffer and one in memory for one draw; single elements. */
static void draw_mixed(void)
{
	GLuint buffer = make_buffer(GL_ARRAY_BUFFER, far_places, sizeof far_places);

	glVertexPointer(4, GL_DOUBLE, 0, NULL);
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	glColorPointer(3, GL_UNSIGNED_BYTE, sizeof vertices[0], vertices[5].color);
	glEnableClientState(GL_COLOR_ARRAY);
	glPointSize(5);
	glDrawArrays(GL_POINTS, 3, POINTS - 8);
	glDeleteBuffers(1, &buffer);
	glInterleavedArrays(GL_V3F, sizeof vertices[0], vertices[0].place);
	glBegin(GL_LINE_LOOP);
	for (int i = 0; i < POINTS; i += 7)
		glArrayElement(i);
	glEnd();
}

static void draw(int frame)
{
	glClearColor(0.3f, 0.3f, 0.35f, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glColor3f(1, 1, 1);
	place_all((float)frame * 0.1f, 0.9f);
	draw_ring();
	draw_indexed(frame);
	draw_mixed();
	glDisableClientState(GL_VERTEX_ARRAY);
	glDisableClientState(GL_COLOR_ARRAY);
}

const struct scene scene = { .name = "arrays", .setup = setup, .draw = draw };
