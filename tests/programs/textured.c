/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * textured keep|churn FRAMES: an OpenGL program that draws a texture into its window and reads a
 * pixel back, and ends with status 1 at the first that is wrong. keep binds the texture once and
 * touches no other state from then on; churn makes, draws, reads and drops another texture for each
 * frame. Prints "textured: drawing" once it has drawn.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <GL/gl.h>
#include <GL/glx.h>
#include <X11/Xlib.h>

enum { SIDE = 64, PIXEL = 3 }; /* of the window, bytes of a pixel */

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "textured: %s\n", what);
	exit(1);
}

static void begin_gl(void)
{
	static int wanted[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8,
		GLX_BLUE_SIZE, 8, None };
	Display *display = XOpenDisplay(NULL);
	XSetWindowAttributes attributes = { 0 };
	XVisualInfo *visual;
	GLXContext context;
	Window root, window;

	if (!display)
		die("cannot open the X display");
	visual = glXChooseVisual(display, DefaultScreen(display), wanted);
	if (!visual)
		die("no double-buffered RGB visual");
	root = RootWindow(display, DefaultScreen(display));
	attributes.colormap = XCreateColormap(display, root, visual->visual, AllocNone);
	window = XCreateWindow(display, root, 0, 0, SIDE, SIDE, 0, visual->depth, InputOutput,
		visual->visual, CWColormap, &attributes);
	context = glXCreateContext(display, visual, NULL, True);
	if (!context || !glXMakeCurrent(display, window, context))
		die("no GL context");
	XMapWindow(display, window);
	glEnable(GL_TEXTURE_2D);
	glTexEnvi(GL_TEXTURE_ENV, GL_TEXTURE_ENV_MODE, GL_REPLACE);
	glClearColor(0, 0, 0, 1);
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	glPixelStorei(GL_UNPACK_ALIGNMENT, 1);
}

static void color_of(int number, GLubyte *color)
{
	color[0] = (GLubyte)(255 - number % 200);
	color[1] = (GLubyte)(number * 7);
	color[2] = 128;
}

static GLuint make_texture(int number)
{
	static GLubyte pixels[SIDE * SIDE * PIXEL];
	GLubyte color[PIXEL];
	GLuint texture;

	color_of(number, color);
	for (int i = 0; i < SIDE * SIDE; i++)
		memcpy(&pixels[i * PIXEL], color, PIXEL);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGB8, SIDE, SIDE, 0, GL_RGB, GL_UNSIGNED_BYTE, pixels);
	return texture;
}

static void check(const char *what, int frame, int number, const GLubyte *seen)
{
	GLubyte color[PIXEL];

	color_of(number, color);
	if (memcmp(seen, color, PIXEL) == 0)
		return;
	fprintf(stderr, "textured: frame %d: %s: %d,%d,%d in place of %d,%d,%d\n", frame, what,
		seen[0], seen[1], seen[2], color[0], color[1], color[2]);
	exit(1);
}

static void draw(int frame, int number)
{
	GLubyte seen[PIXEL];

	glClear(GL_COLOR_BUFFER_BIT);
	glBegin(GL_TRIANGLE_STRIP);
	for (int i = 0; i < 4; i++) {
		glTexCoord2i(i & 1, i >> 1);
		glVertex2i((i & 1) * 2 - 1, (i >> 1) * 2 - 1);
	}
	glEnd();
	glReadPixels(SIDE / 2, SIDE / 2, 1, 1, GL_RGB, GL_UNSIGNED_BYTE, seen);
	check("the picture", frame, number, seen);
}

int main(int argc, char **argv)
{
	static GLubyte image[SIDE * SIDE * PIXEL];
	bool churn = argc == 3 && strcmp(argv[1], "churn") == 0;
	GLuint texture = 0;

	if (argc != 3 || (!churn && strcmp(argv[1], "keep") != 0))
		die("usage: textured keep|churn FRAMES");
	begin_gl();
	for (int frame = 1; frame <= atoi(argv[2]); frame++) {
		if (churn || frame == 1)
			texture = make_texture(churn ? frame : 1);
		draw(frame, churn ? frame : 1);
		if (churn) {
			glGetTexImage(GL_TEXTURE_2D, 0, GL_RGB, GL_UNSIGNED_BYTE, image);
			check("the texture", frame, frame, image);
			glDeleteTextures(1, &texture);
		}
		if (frame == 1)
			fprintf(stderr, "textured: drawing\n");
	}
	return 0;
}
