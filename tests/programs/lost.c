/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that copes with the loss of its context: it asks for notification (GL_KHR_robustness),
 * draws until it is told, makes another context as soon as there can be one, and draws on.
 *
 * lost: prints "drawing" when it draws, "lost STATUS" when its context is lost, and "drawing"
 * again; it ends well when each line of its input has been answered by a loss and its end.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>

#define SIDE  64
#define TRIES 600 /* of 50 ms */

static EGLDisplay display;
static EGLConfig config;
static EGLContext context;
static EGLSurface surface;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "lost: %s (EGL error 0x%x)\n", what, (unsigned)eglGetError());
	exit(1);
}

static void pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

static void begin(void)
{
	static const EGLint wanted[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
		EGL_OPENGL_BIT, EGL_RED_SIZE, 8, EGL_NONE };
	EGLint count = 0;

	display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API))
		die("no EGL");
	if (!strstr(eglQueryString(display, EGL_EXTENSIONS), "EGL_EXT_create_context_robustness"))
		die("no robust contexts");
	if (!eglChooseConfig(display, wanted, &config, 1, &count) || count < 1)
		die("no configuration");
}

/* False: there is no host to draw with yet. */
static bool make_context(void)
{
	static const EGLint size[] = { EGL_WIDTH, SIDE, EGL_HEIGHT, SIDE, EGL_NONE };
	static const EGLint robust[] = { EGL_CONTEXT_OPENGL_RESET_NOTIFICATION_STRATEGY,
		EGL_LOSE_CONTEXT_ON_RESET, EGL_CONTEXT_OPENGL_ROBUST_ACCESS, EGL_TRUE,
		EGL_CONTEXT_MAJOR_VERSION, 3, EGL_CONTEXT_MINOR_VERSION, 2, EGL_NONE };

	context = eglCreateContext(display, config, EGL_NO_CONTEXT, robust);
	if (context == EGL_NO_CONTEXT)
		return false;
	surface = eglCreatePbufferSurface(display, config, size);
	return surface != EGL_NO_SURFACE && eglMakeCurrent(display, surface, surface, context);
}

static void drop_context(void)
{
	eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroySurface(display, surface);
	eglDestroyContext(display, context);
}

/* One frame: false when the context is lost. */
static bool draw(int frame)
{
	unsigned char pixel[4] = { 0 };
	unsigned char wanted = frame & 1 ? 255 : 0;

	glClearColor(frame & 1 ? 1.0f : 0.0f, 0, 0, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glReadPixels(SIDE / 2, SIDE / 2, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	if (!eglSwapBuffers(display, surface) && eglGetError() == EGL_CONTEXT_LOST)
		return false;
	if (glGetGraphicsResetStatus() != GL_NO_ERROR)
		return false;
	if (pixel[0] != wanted)
		die("a wrong pixel in a context that is not lost");
	return true;
}

static void draw_until_lost(void)
{
	GLenum status;

	printf("drawing with %s\n", (const char *)glGetString(GL_VENDOR));
	fflush(stdout);
	for (int frame = 0; draw(frame); frame++)
		pause_ms(10);
	status = glGetGraphicsResetStatus();
	/* What is asked of a lost context is no reason to end, or to wait. */
	glGetError();
	glFinish();
	if (glCreateShader(GL_VERTEX_SHADER) != 0 && status == GL_NO_ERROR)
		die("EGL says that the context is lost, and OpenGL does not");
	printf("lost 0x%x\n", status);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int losses = argc == 2 ? atoi(argv[1]) : 1;

	begin();
	if (!make_context())
		die("no context");
	for (int loss = 0; loss < losses; loss++) {
		draw_until_lost();
		drop_context();
		for (int try = 0; !make_context(); try++) {
			if (try == TRIES)
				die("no other context");
			pause_ms(50);
		}
	}
	if (!draw(0) || !draw(1))
		die("the last context is lost, too");
	printf("goes on\n");
	eglTerminate(display);
	return 0;
}
