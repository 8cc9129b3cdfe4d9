// SPDX-License-Identifier: GPL-2.0-or-later
// What gl_faces and gl_world begin with: checks that end the program, a context, and pixels.
#ifndef FACES_H
#define FACES_H

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>

struct face_case {
	const char *name;
	void (*run)(void);
};

#define CHECK(what)                           \
	do {                                  \
		if (!(what))                  \
			die(__LINE__, #what); \
	} while (0)

static FILE *out; // standard output, but where a case closes that

static inline _Noreturn void die(int line, const char *what)
{
	fprintf(out, "line %d: not so: %s (EGL error %#x)\n", line, what, (unsigned)eglGetError());
	fflush(out);
	_exit(1);
}

static inline void say(const char *text)
{
	fprintf(out, "%s\n", text);
	fflush(out);
}

// An EGL error as a function left it behind.
static inline bool error_is(EGLint error)
{
	EGLint is = eglGetError();

	if (is != error)
		fprintf(out, "error %#x instead of %#x\n", (unsigned)is, (unsigned)error);
	return is == error;
}

// ---- what most cases begin with

static EGLDisplay display;
static EGLConfig config;

static inline void begin(EGLenum platform, void *native)
{
	static const EGLint wish[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
		EGL_OPENGL_BIT, EGL_RED_SIZE, 8, EGL_ALPHA_SIZE, 8, EGL_DEPTH_SIZE, 24, EGL_NONE };
	EGLint n;

	display = eglGetPlatformDisplay(platform, native, NULL);
	CHECK(display != EGL_NO_DISPLAY);
	CHECK(eglInitialize(display, NULL, NULL));
	CHECK(strcmp(eglQueryString(display, EGL_VENDOR), "Oriel") == 0);
	CHECK(eglBindAPI(EGL_OPENGL_API));
	CHECK(eglChooseConfig(display, wish, &config, 1, &n) && n == 1);
}

static inline void begin_surfaceless(void)
{
	begin(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY);
}

static inline EGLContext context_with(EGLContext shared)
{
	EGLContext context = eglCreateContext(display, config, shared, NULL);

	CHECK(context != EGL_NO_CONTEXT);
	return context;
}

static inline EGLSurface pbuffer_of(EGLint width, EGLint height)
{
	const EGLint size[] = { EGL_WIDTH, width, EGL_HEIGHT, height, EGL_NONE };
	EGLSurface surface = eglCreatePbufferSurface(display, config, size);

	CHECK(surface != EGL_NO_SURFACE);
	return surface;
}

static inline void make_current(EGLContext context, EGLSurface surface)
{
	CHECK(eglMakeCurrent(display, surface, surface, context));
}

static inline void make_none_current(void)
{
	CHECK(eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT));
}

// The pixel there as 0xRRGGBB.
static inline unsigned pixel(int x, int y)
{
	GLubyte rgba[4] = { 0 };

	glReadPixels(x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	return (unsigned)rgba[0] << 16 | (unsigned)rgba[1] << 8 | rgba[2];
}

static inline void fill(float red, float green, float blue)
{
	glClearColor(red, green, blue, 1);
	glClear(GL_COLOR_BUFFER_BIT);
}

// Runs a function in a thread of its own and waits for its end.
static inline void in_thread(void *(*function)(void *), void *data)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, function, data) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
}

// Runs the case that the command line names.
static inline int run_case(int argc, char **argv, const struct face_case *cases, size_t n)
{
	out = stdout;
	for (size_t i = 0; argc == 2 && i < n; i++) {
		if (strcmp(cases[i].name, argv[1]) == 0) {
			cases[i].run();
			say("done");
			return 0;
		}
	}
	fprintf(stderr, "usage: %s CASE\n", argv[0]);
	return 2;
}

#endif
