/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * State that adds up: stencil, blending, scissor, logic operations, attribute stacks,
 * pixels that are drawn and copied, bitmaps, evaluators, selection and feedback.
 */
#include "scene.h"

static void square(float x, float y, float size, float red, float green, float blue, float alpha)
{
	glColor4f(red, green, blue, alpha);
	glRectf(x, y, x + size, y + size);
}

static void setup(void)
{
	glLineWidth(3);
}

static void stencils(int frame)
{
	GLint value = 0;

	glPushAttrib(GL_STENCIL_BUFFER_BIT | GL_COLOR_BUFFER_BIT | GL_ENABLE_BIT);
	glEnable(GL_STENCIL_TEST);
	glStencilFunc(GL_ALWAYS, 1 + frame % 3, 0xff);
	glStencilOp(GL_KEEP, GL_KEEP, GL_REPLACE);
	glColorMask(GL_FALSE, GL_TRUE, GL_FALSE, GL_TRUE);
	square(-0.9f, -0.9f, 0.8f, 1, 0.5f, 1, 1);
	glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
	glStencilFunc(GL_EQUAL, 2, 0xff);
	glStencilOp(GL_KEEP, GL_INCR_WRAP, GL_INVERT);
	square(-0.5f, -0.5f, 0.9f, 0.9f, 0.2f, 0.1f, 1);
	glStencilFuncSeparate(GL_FRONT, GL_NOTEQUAL, 0, 0xff);
	square(-0.7f, -0.2f, 0.3f, 0.1f, 0.9f, 0.9f, 1);
	glGetIntegerv(GL_STENCIL_REF, &value);
	checksum(&value, sizeof value);
	glPopAttrib();
	expect("the stencil test after its attributes are back", glIsEnabled(GL_STENCIL_TEST),
		GL_FALSE);
}

static void blends(int frame)
{
	static const GLenum equations[] = { GL_FUNC_ADD, GL_FUNC_SUBTRACT, GL_FUNC_REVERSE_SUBTRACT,
		GL_MIN, GL_MAX };

	glEnable(GL_BLEND);
	glEnable(GL_SCISSOR_TEST);
	for (int i = 0; i < 5; i++) {
		glScissor(10 + 40 * i, 20 + 5 * frame, 50, 60);
		glBlendEquationSeparate(equations[i], GL_FUNC_ADD);
		glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_COLOR, GL_ONE, GL_ZERO);
		square(-1, -1, 2, 0.3f * (float)i, 0.5f, 1 - 0.2f * (float)i, 0.6f);
	}
	glBlendEquation(GL_FUNC_ADD);
	glBlendColor(0.2f, 0.6f, 0.4f, 0.5f);
	glBlendFunc(GL_CONSTANT_COLOR, GL_ONE_MINUS_CONSTANT_ALPHA);
	glScissor(0, 0, 60, scene_height);
	square(-1, -1, 2, 1, 1, 0.2f, 1);
	glDisable(GL_SCISSOR_TEST);
	glDisable(GL_BLEND);
	glEnable(GL_COLOR_LOGIC_OP);
	glLogicOp(frame & 1 ? GL_XOR : GL_EQUIV);
	square(0.2f, 0.2f, 0.5f, 0.7f, 0.3f, 0.5f, 1);
	glDisable(GL_COLOR_LOGIC_OP);
}

static void pixels(int frame)
{
	static const GLubyte letter[] = { 0xff, 0x81, 0xbd, 0xa5, 0xa5, 0xbd, 0x81, 0xff };
	GLubyte image[16 * 16 * 3];

	for (unsigned int i = 0; i < sizeof image; i++)
		image[i] = (GLubyte)(noise(i) * 255);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
	glRasterPos2f(-0.9f, 0.4f);
	glPixelZoom(2.5f, 2);
	glPixelTransferf(GL_RED_BIAS, 0.02f * (float)frame);
	glDrawPixels(16, 16, GL_RGB, GL_UNSIGNED_BYTE, image);
	glPixelTransferf(GL_RED_BIAS, 0);
	glPixelZoom(1, 1);
	glColor3f(1, 1, 0);
	glWindowPos2i(100, 150);
	for (int i = 0; i < 5; i++)
		glBitmap(8, 8, 0, 0, 11, -2, letter);
	glRasterPos2f(0.4f, -0.9f);
	glCopyPixels(20, 20, 60, 40, GL_COLOR);
	glEnable(GL_POLYGON_STIPPLE);
	glPolygonStipple(image);
	square(0.55f, 0.55f, 0.4f, 0, 0, 1, 1);
	glDisable(GL_POLYGON_STIPPLE);
	glEnable(GL_LINE_STIPPLE);
	glLineStipple(2, 0x3f07);
	glBegin(GL_LINES);
	glVertex2f(-1, 1);
	glVertex2f(1, -0.5f + 0.1f * (float)frame);
	glEnd();
	glDisable(GL_LINE_STIPPLE);
}

static void curves(int frame)
{
	GLfloat points[4][4][3];
	GLuint names[16];
	GLfloat values[64];
	GLint hits;

	for (unsigned int i = 0; i < 16; i++) {
		points[i / 4][i % 4][0] = (float)(i % 4) * 0.2f - 0.2f;
		points[i / 4][i % 4][1] = (float)(i / 4) * 0.2f - 0.9f;
		points[i / 4][i % 4][2] = noise(i + (unsigned int)frame) - 0.5f;
	}
	glMap2f(GL_MAP2_VERTEX_3, 0, 1, 3, 4, 0, 1, 12, 4, points[0][0]);
	glEnable(GL_MAP2_VERTEX_3);
	glMapGrid2f(6, 0, 1, 5, 0, 1);
	glColor3f(0.2f, 1, 0.3f);
	glEvalMesh2(GL_LINE, 0, 6, 0, 5);
	glDisable(GL_MAP2_VERTEX_3);
	glSelectBuffer(16, names);
	glRenderMode(GL_SELECT);
	glInitNames();
	glPushName(7);
	square(-0.2f, -0.2f, 0.4f, 1, 1, 1, 1);
	glLoadName(9);
	square(3, 3, 0.4f, 1, 1, 1, 1);
	hits = glRenderMode(GL_RENDER);
	expect("hits", hits, 1);
	checksum(names, 4 * sizeof names[0]);
	glFeedbackBuffer(64, GL_3D, values);
	glRenderMode(GL_FEEDBACK);
	square(-0.1f, 0.05f * (float)frame, 0.2f, 1, 1, 1, 1);
	hits = glRenderMode(GL_RENDER);
	checksum(values, (size_t)hits * sizeof values[0]);
}

static void draw(int frame)
{
	glClearColor(0.25f, 0.25f, 0.4f, 1);
	glClearStencil(frame % 3);
	glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT | GL_STENCIL_BUFFER_BIT);
	stencils(frame);
	blends(frame);
	pixels(frame);
	curves(frame);
}

const struct scene scene = { .name = "state", .setup = setup, .draw = draw };
