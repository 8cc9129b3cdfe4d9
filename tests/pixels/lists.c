/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Immediate mode: display lists that call others, the matrices, lights and fog. */
#include "scene.h"

#include <math.h>

#define WHEELS 3

static GLuint wheels, tooth;

static void quad(float x, float y, float width, float height)
{
	glBegin(GL_QUADS);
	glNormal3f(0, 0, 1);
	glVertex2f(x, y);
	glVertex2f(x + width, y);
	glVertex2f(x + width, y + height);
	glVertex2f(x, y + height);
	glEnd();
}

static void wheel(GLuint list, int teeth, float radius)
{
	glNewList(list, GL_COMPILE);
	glBegin(GL_TRIANGLE_FAN);
	glNormal3f(0, 0, 1);
	glVertex3f(0, 0, 0.2f);
	for (int i = 0; i <= teeth * 2; i++) {
		float angle = (float)i * 3.14159265f / (float)teeth;

		glNormal3f(cosf(angle) * 0.6f, sinf(angle) * 0.6f, 0.5f);
		glVertex3f(radius * cosf(angle), radius * sinf(angle), 0);
	}
	glEnd();
	for (int i = 0; i < teeth; i++) {
		glPushMatrix();
		glRotatef(360.0f * (float)i / (float)teeth, 0, 0, 1);
		glTranslatef(radius, 0, 0);
		glCallList(tooth);
		glPopMatrix();
	}
	glEndList();
}

static void setup(void)
{
	static const GLfloat light[] = { 3, 4, 6, 0 }, dim[] = { 0.2f, 0.2f, 0.25f, 1 };
	static const GLfloat fog[] = { 0.1f, 0.15f, 0.3f, 1 };

	tooth = glGenLists(1);
	glNewList(tooth, GL_COMPILE);
	quad(-0.05f, -0.1f, 0.3f, 0.2f);
	glEndList();
	wheels = glGenLists(WHEELS);
	for (int i = 0; i < WHEELS; i++)
		wheel(wheels + (GLuint)i, 8 + 4 * i, 0.8f + 0.3f * (float)i);
	glListBase(wheels);
	glLightfv(GL_LIGHT0, GL_POSITION, light);
	glLightModelfv(GL_LIGHT_MODEL_AMBIENT, dim);
	glEnable(GL_LIGHT0);
	glEnable(GL_LIGHTING);
	glEnable(GL_NORMALIZE);
	glEnable(GL_DEPTH_TEST);
	glEnable(GL_FOG);
	glFogi(GL_FOG_MODE, GL_LINEAR);
	glFogf(GL_FOG_START, 4);
	glFogf(GL_FOG_END, 12);
	glFogfv(GL_FOG_COLOR, fog);
}

static void draw(int frame)
{
	static const GLubyte order[WHEELS] = { 2, 0, 1 };
	GLfloat matrix[16];

	glClearColor(0.1f, 0.15f, 0.3f, 1);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
	glMatrixMode(GL_PROJECTION);
	glLoadIdentity();
	glFrustum(-1, 1, -0.75, 0.75, 2, 20);
	glMatrixMode(GL_MODELVIEW);
	glLoadIdentity();
	glTranslatef(0, 0, -6);
	glRotatef(5.0f * (float)frame, 0.2f, 1, 0);
	glGetFloatv(GL_MODELVIEW_MATRIX, matrix);
	checksum(matrix, sizeof matrix);
	for (int i = 0; i < WHEELS; i++) {
		GLfloat color[] = { 0.2f + 0.3f * (float)i, 0.9f - 0.3f * (float)i, 0.4f, 1 };

		glMaterialfv(GL_FRONT_AND_BACK, GL_AMBIENT_AND_DIFFUSE, color);
		glPushMatrix();
		glTranslatef((float)(i - 1) * 1.9f, 0.4f * (float)(i % 2), (float)i * -0.5f);
		glRotatef(7.0f * (float)(frame * (i % 2 ? -1 : 1)), 0, 0, 1);
		glCallLists(1, GL_UNSIGNED_BYTE, order + i);
		glPopMatrix();
	}
}

const struct scene scene = { .name = "lists", .setup = setup, .draw = draw };
