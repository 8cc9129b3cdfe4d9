/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Several threads of a program, each with a context and a surface of its own, some of which share
 * objects: what each draws is what it reads, whatever the others do meanwhile. One context goes
 * from thread to thread. Prints "all is well", or what is not.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>

#define THREADS 4
#define TURNS   60
#define SIDE    32
#define IMAGE   16

static EGLDisplay display;
static EGLConfig config;
static EGLContext first;

/* What the uploading thread has made for whom, and the fence after it. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	GLuint texture;
	GLsync fence;
	int turn;   /* of the picture that is there */
	int wanted; /* the turn that may be made */
} shop = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .turn = -1 };

static _Noreturn void die(const char *what, int thread, int turn)
{
	fprintf(stderr, "threads: thread %d, turn %d: %s (0x%x)\n", thread, turn, what,
		(unsigned)eglGetError());
	exit(1);
}

/* Each thread says itself that it wants OpenGL. */
static EGLContext make_context(EGLContext share, int thread)
{
	EGLContext context = EGL_NO_CONTEXT;

	if (eglBindAPI(EGL_OPENGL_API))
		context = eglCreateContext(display, config, share, NULL);
	if (context == EGL_NO_CONTEXT)
		die("no context", thread, 0);
	return context;
}

static void begin(void)
{
	static const EGLint wanted[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
		EGL_OPENGL_BIT, EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_NONE };
	EGLint count = 0;

	display = eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API) ||
		!eglChooseConfig(display, wanted, &config, 1, &count) || count < 1)
		die("no EGL", -1, 0);
	first = make_context(EGL_NO_CONTEXT, -1);
}

static EGLSurface make_current(EGLContext context, int thread)
{
	static const EGLint size[] = { EGL_WIDTH, SIDE, EGL_HEIGHT, SIDE, EGL_NONE };
	EGLSurface surface = eglCreatePbufferSurface(display, config, size);

	if (surface == EGL_NO_SURFACE || !eglBindAPI(EGL_OPENGL_API) ||
		!eglMakeCurrent(display, surface, surface, context))
		die("the context cannot be made current", thread, 0);
	glViewport(0, 0, SIDE, SIDE);
	return surface;
}

static void drop_current(EGLSurface surface)
{
	eglMakeCurrent(display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
	eglDestroySurface(display, surface);
}

static void expect_pixel(int thread, int turn, int red, int green, int blue)
{
	unsigned char pixel[4] = { 0 };

	glReadPixels(SIDE / 2, SIDE / 2, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	if (pixel[0] == red && pixel[1] == green && pixel[2] == blue)
		return;
	fprintf(stderr, "threads: thread %d, turn %d: read %d %d %d, drew %d %d %d\n", thread, turn,
		pixel[0], pixel[1], pixel[2], red, green, blue);
	exit(1);
}

/* Clears, draws and reads on its own. */
static void *draw_alone(void *data)
{
	int thread = *(const int *)data;
	EGLContext context = make_context(thread % 2 ? first : EGL_NO_CONTEXT, thread);
	EGLSurface surface = make_current(context, thread);

	for (int turn = 0; turn < TURNS; turn++) {
		int red = thread * 60, green = turn * 4;

		glClearColor((float)red / 255.0f, (float)green / 255.0f, 1, 1);
		glClear(GL_COLOR_BUFFER_BIT);
		expect_pixel(thread, turn, red, green, 255);
		glColor3ub((GLubyte)green, (GLubyte)red, 7);
		glRectf(-1, -1, 1, 1);
		if (turn % 3 == 0)
			eglSwapBuffers(display, surface);
		else
			expect_pixel(thread, turn, green, red, 7);
	}
	if (glGetError() != GL_NO_ERROR)
		die("an error of OpenGL", thread, TURNS);
	drop_current(surface);
	eglDestroyContext(display, context);
	return NULL;
}

/* Fills a texture that another context draws. */
static void *upload(void *data)
{
	EGLContext context = make_context(first, THREADS);
	EGLSurface surface = make_current(context, THREADS);
	unsigned char image[IMAGE * IMAGE * 4];

	(void)data;
	for (int turn = 0; turn < TURNS; turn++) {
		pthread_mutex_lock(&shop.lock);
		while (shop.wanted < turn)
			pthread_cond_wait(&shop.changed, &shop.lock);
		memset(image, turn * 3, sizeof image);
		glBindTexture(GL_TEXTURE_2D, shop.texture);
		glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA8, IMAGE, IMAGE, 0, GL_RGBA, GL_UNSIGNED_BYTE,
			image);
		shop.fence = glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
		glFlush();
		shop.turn = turn;
		pthread_cond_signal(&shop.changed);
		pthread_mutex_unlock(&shop.lock);
	}
	drop_current(surface);
	eglDestroyContext(display, context);
	return NULL;
}

static void draw_uploaded(int turn)
{
	pthread_mutex_lock(&shop.lock);
	shop.wanted = turn;
	pthread_cond_signal(&shop.changed);
	while (shop.turn < turn)
		pthread_cond_wait(&shop.changed, &shop.lock);
	glWaitSync(shop.fence, 0, GL_TIMEOUT_IGNORED);
	glDeleteSync(shop.fence);
	pthread_mutex_unlock(&shop.lock);
	glBindTexture(GL_TEXTURE_2D, shop.texture);
	glEnable(GL_TEXTURE_2D);
	glColor3f(1, 1, 1);
	glRectf(-1, -1, 1, 1);
	expect_pixel(-1, turn, turn * 3, turn * 3, turn * 3);
}

static void *draw_all_uploaded(void *data)
{
	EGLSurface surface = make_current(first, -1);
	int half = *(const int *)data;

	for (int turn = half * TURNS / 2; turn < (half + 1) * TURNS / 2; turn++)
		draw_uploaded(turn);
	drop_current(surface);
	return NULL;
}

int main(void)
{
	static int numbers[THREADS] = { 0, 1, 2, 3 };
	pthread_t threads[THREADS], uploader, drawer;
	EGLSurface surface;

	begin();
	surface = make_current(first, -1);
	glGenTextures(1, &shop.texture);
	glBindTexture(GL_TEXTURE_2D, shop.texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	drop_current(surface);
	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, draw_alone, &numbers[i]);
	pthread_create(&uploader, NULL, upload, NULL);
	/* The first context goes to one thread, then to another. */
	for (int half = 0; half < 2; half++) {
		pthread_create(&drawer, NULL, draw_all_uploaded, &numbers[half]);
		pthread_join(drawer, NULL);
	}
	pthread_join(uploader, NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	eglTerminate(display);
	printf("all is well\n");
	return 0;
}
