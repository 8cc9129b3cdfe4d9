// SPDX-License-Identifier: GPL-2.0-or-later
// readpixels WIDTH HEIGHT: what a plain glReadPixels costs. For each line that comes it clears a
// texture of that size, finishes, reads it as BGRA into memory that it has written before, and
// prints "CPU-NS WALL-NS" of the read alone. Without a window, on whatever EGL renders with.
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "readpixels: %s\n", what);
	exit(1);
}

static void begin_gl(void)
{
	EGLDisplay display =
		eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	EGLContext context;

	if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API))
		die("no EGL without a window");
	context = eglCreateContext(display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, NULL);
	if (!eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, context))
		die("no OpenGL context");
}

// A texture as virglrenderer makes it for a front buffer, drawn to and read from.
static void begin_texture(int width, int height)
{
	GLuint texture, frame;

	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexStorage2D(GL_TEXTURE_2D, 1, GL_RGBA8, width, height);
	glGenFramebuffers(1, &frame);
	glBindFramebuffer(GL_FRAMEBUFFER, frame);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	if (glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
		die("the texture cannot be drawn to");
}

static int64_t clock_read(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void measure(int width, int height, void *pixels, float shade)
{
	int64_t cpu, wall;

	glClearColor(shade, 1 - shade, 0.5f, 1);
	glClear(GL_COLOR_BUFFER_BIT);
	glFinish();
	wall = clock_read(CLOCK_MONOTONIC);
	cpu = clock_read(CLOCK_PROCESS_CPUTIME_ID);
	glReadPixels(0, 0, width, height, GL_BGRA, GL_UNSIGNED_BYTE, pixels);
	cpu = clock_read(CLOCK_PROCESS_CPUTIME_ID) - cpu;
	wall = clock_read(CLOCK_MONOTONIC) - wall;
	if (glGetError() != GL_NO_ERROR)
		die("glReadPixels failed");
	printf("%lld %lld\n", (long long)cpu, (long long)wall);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	int width = argc == 3 ? atoi(argv[1]) : 0, height = argc == 3 ? atoi(argv[2]) : 0;
	char line[16];
	void *pixels;

	if (width < 1 || height < 1 || width > 16384 || height > 16384)
		die("usage: readpixels WIDTH HEIGHT");
	pixels = malloc((size_t)width * (size_t)height * 4);
	if (!pixels)
		die("no memory");
	memset(pixels, 1, (size_t)width * (size_t)height * 4);
	begin_gl();
	begin_texture(width, height);
	for (int i = 0; fgets(line, sizeof line, stdin); i++)
		measure(width, height, pixels, (float)(i % 251) / 251);
	free(pixels);
	return 0;
}
