// SPDX-License-Identifier: GPL-2.0-or-later
// gl_world CASE: what becomes of a program's OpenGL when windows, processes and hosts come and go. Prints
// "done" or the check that failed, and ends with 0 or 1. Cases that wait for SIGUSR1 say first what is there.
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <X11/Xlib.h>

#include "faces.h"

// Says what is there and waits until somebody has looked.
static void show(const char *what)
{
	sigset_t set;
	int number;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	say(what);
	CHECK(sigwait(&set, &number) == 0);
}

// ---- windows

static Display *x_display;
static Window window;

static EGLSurface begin_window(int width, int height)
{
	EGLSurface surface;

	x_display = XOpenDisplay(NULL);
	CHECK(x_display);
	begin(EGL_PLATFORM_X11_KHR, x_display);
	window = XCreateSimpleWindow(x_display, DefaultRootWindow(x_display), 0, 0, (unsigned)width,
		(unsigned)height, 0, 0, 0);
	XMapWindow(x_display, window);
	surface = eglCreateWindowSurface(display, config, window, NULL);
	CHECK(surface != EGL_NO_SURFACE);
	return surface;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void case_resize(void)
{
	EGLSurface surface = begin_window(200, 100);
	double until = seconds() + 10;
	EGLint width = 0, height = 0;
	GLint viewport[4];

	CHECK(!eglCreateWindowSurface(display, config, window, NULL) && error_is(EGL_BAD_ALLOC));
	CHECK(!eglCreateWindowSurface(display, config, 1, NULL) && error_is(EGL_BAD_NATIVE_WINDOW));
	make_current(context_with(EGL_NO_CONTEXT), surface);
	glGetIntegerv(GL_VIEWPORT, viewport);
	CHECK(viewport[2] == 200 && viewport[3] == 100);
	fill(1, 0, 0);
	CHECK(eglSwapBuffers(display, surface));
	XResizeWindow(x_display, window, 320, 240);
	XSync(x_display, False);
	while ((width != 320 || height != 240) && seconds() < until) {
		fill(0, 0, 1);
		CHECK(eglSwapBuffers(display, surface));
		CHECK(eglQuerySurface(display, surface, EGL_WIDTH, &width));
		CHECK(eglQuerySurface(display, surface, EGL_HEIGHT, &height));
	}
	CHECK(width == 320 && height == 240);
	fill(0, 1, 0);
	CHECK(pixel(319, 239) == 0x00ff00);
	CHECK(eglSwapBuffers(display, surface));
	glFinish();
	show("resized");
	// A window that is gone takes nothing with it.
	XDestroyWindow(x_display, window);
	XSync(x_display, False);
	for (int i = 0; i < 3; i++)
		CHECK(eglSwapBuffers(display, surface));
}

static double time_of_swaps(EGLSurface surface, int n)
{
	const double start = seconds();

	for (int i = 0; i < n; i++) {
		fill(0, (float)i / (float)n, 0);
		CHECK(eglSwapBuffers(display, surface));
	}
	glFinish();
	return seconds() - start;
}

static void case_interval(void)
{
	EGLSurface surface = begin_window(64, 64);
	double slow, fast = 0, half;

	make_current(context_with(EGL_NO_CONTEXT), surface);
	time_of_swaps(surface, 5);
	slow = time_of_swaps(surface, 30);
	CHECK(eglSwapInterval(display, 2));
	half = time_of_swaps(surface, 15);
	CHECK(eglSwapInterval(display, 0));
	// A busy machine is slow now and then, but not always.
	for (int tries = 0; tries < 10 && (tries == 0 || fast >= slow / 2); tries++)
		fast = time_of_swaps(surface, 30);
	// At 60 frames a second, two of them ahead.
	fprintf(out, "%f %f %f\n", slow, half, fast);
	CHECK(slow > 0.4 && half > 0.4 && fast < slow / 2);
}

// ---- the host goes

static bool draw_until_lost(EGLSurface surface)
{
	const double until = seconds() + 30;

	while (seconds() < until) {
		fill(0, 1, 0);
		if (!eglSwapBuffers(display, surface))
			return error_is(EGL_CONTEXT_LOST);
	}
	return false;
}

// In a host that is there again, with a session that may still be starting.
static EGLContext context_again(void)
{
	const double until = seconds() + 30;
	EGLContext context;

	do {
		context = eglCreateContext(display, config, EGL_NO_CONTEXT, NULL);
	} while (!context && seconds() < until && usleep(100000) == 0);
	CHECK(context != EGL_NO_CONTEXT);
	return context;
}

static void case_lost(void)
{
	EGLSurface surface = begin_window(64, 64);
	EGLContext context = context_with(EGL_NO_CONTEXT), again;
	GLuint buffer = 0;

	make_current(context, surface);
	fill(0, 1, 0);
	CHECK(eglSwapBuffers(display, surface));
	say("drawing");
	CHECK(draw_until_lost(surface));
	// Nothing that is called now ends the program, and all of it returns.
	CHECK(glGetError() == GL_CONTEXT_LOST);
	CHECK(glGetGraphicsResetStatus() != GL_NO_ERROR);
	glGenBuffers(1, &buffer);
	fill(1, 0, 0);
	pixel(0, 0);
	glFinish();
	make_none_current();
	CHECK(!eglMakeCurrent(display, surface, surface, context) && error_is(EGL_CONTEXT_LOST));
	CHECK(eglDestroyContext(display, context));
	again = context_again();
	make_current(again, surface);
	fill(0, 0, 1);
	CHECK(pixel(5, 5) == 0x0000ff);
	CHECK(eglSwapBuffers(display, surface));
	glFinish();
	show("again");
}

// ---- processes

static void child_draws(EGLSurface surface)
{
	// The parent's: nothing happens.
	fill(1, 0, 0);
	glFinish();
	CHECK(!eglSwapBuffers(display, surface) && error_is(EGL_CONTEXT_LOST));
	make_none_current();
	make_current(context_with(EGL_NO_CONTEXT), pbuffer_of(8, 8));
	fill(0, 0, 1);
	CHECK(pixel(3, 3) == 0x0000ff);
	say("child");
	exit(0);
}

static void case_fork(void)
{
	EGLSurface surface;
	int status;
	pid_t child;

	begin_surfaceless();
	surface = pbuffer_of(8, 8);
	make_current(context_with(EGL_NO_CONTEXT), surface);
	fill(0, 1, 0);
	for (int i = 0; i < 3; i++) {
		child = fork();
		if (child == 0)
			child_draws(surface);
		CHECK(waitpid(child, &status, 0) == child);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		CHECK(pixel(1, 1) == 0x00ff00);
	}
}

// The first descriptors are the program's, whether they are open or not.
static void case_closed(void)
{
	out = fdopen(dup(1), "w");
	for (int fd = 0; fd < 3; fd++)
		close(fd);
	begin_surfaceless();
	make_current(context_with(EGL_NO_CONTEXT), pbuffer_of(8, 8));
	fill(0, 1, 0);
	CHECK(pixel(1, 1) == 0x00ff00);
	for (int fd = 0; fd < 3; fd++)
		CHECK(open("/dev/null", O_RDWR) == fd);
	CHECK(pixel(2, 2) == 0x00ff00);
}

// No signal is delivered to a thread of the library, and none is raised by it.
static void case_signals(void)
{
	char path[64], line[256];
	bool found = false;

	begin_surfaceless();
	for (int id = getpid(); id < getpid() + 200 && !found; id++) {
		FILE *file;
		snprintf(path, sizeof(path), "/proc/self/task/%d/status", id);
		file = fopen(path, "r");
		while (file && fgets(line, sizeof(line), file)) {
			found = found || strcmp(line, "Name:\toriel-keeper\n") == 0;
			if (found && strncmp(line, "SigBlk:", 7) == 0)
				CHECK((strtoull(line + 7, NULL, 16) & 1u << (SIGTERM - 1)) != 0);
		}
		if (file)
			fclose(file);
	}
	CHECK(found);
}

// A program that does nothing for longer than a host waits for one that is silent.
static void case_idle(void)
{
	begin_surfaceless();
	make_current(context_with(EGL_NO_CONTEXT), pbuffer_of(8, 8));
	fill(0, 1, 0);
	CHECK(pixel(1, 1) == 0x00ff00);
	sleep(22);
	CHECK(pixel(2, 2) == 0x00ff00);
}

static const struct face_case cases[] = {
	{ "resize", case_resize },
	{ "interval", case_interval },
	{ "lost", case_lost },
	{ "fork", case_fork },
	{ "closed", case_closed },
	{ "signals", case_signals },
	{ "idle", case_idle },
};

int main(int argc, char **argv)
{
	return run_case(argc, argv, cases, sizeof(cases) / sizeof(cases[0]));
}
