/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An ordinary X11 and OpenGL program that draws pictures whose every pixel is known: colours that
 * follow from the pixel's place and the frame's number, and that number as black and white blocks.
 * The tests compute the same picture (rfb.py's neighbour pattern.py) and compare.
 *
 * Colours of the pixel x from the left, y from the top of frame n, where tri(v) runs 0..255..0:
 * red tri(x), green tri(y), blue tri(x + y + 4 n). A flat colour can stand in its place. The number
 * stands in blocks of 8x8 pixels from the top left corner, bit 0 first, white for 1.
 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>
#include <GL/glx.h>
#include <X11/Xlib.h>

#define BLOCK 8
#define BITS  16

struct options {
	int width, height;
	int frames;    /* 0: until killed */
	double fps;    /* 0: as fast as it goes */
	int half;      /* this frame is drawn half, and nothing after it; 0: none */
	int resize_at; /* from this frame on the window has the other size; 0: never */
	int width2, height2;
	long color; /* 0xRRGGBB in place of the gradient; -1: none */
	bool hold;  /* wait to be killed after the last frame */
	bool read; /* read each frame, before and after it is shown, and a picture off the screen */
};

struct window {
	Display *display;
	Window id;
	GLXContext context;
	GLuint program;
	int width, height;
};

static const char VERTEX[] = "#version 130\n"
			     "void main() { gl_Position = gl_Vertex; }\n";

static const char FRAGMENT[] =
	"#version 130\n"
	"uniform int height;\n"
	"uniform int frame;\n"
	"out vec4 color;\n"
	"int tri(int v) { v = v & 511; return v < 256 ? v : 511 - v; }\n"
	"void main() {\n"
	"  int x = int(floor(gl_FragCoord.x));\n"
	"  int y = height - 1 - int(floor(gl_FragCoord.y));\n"
	"  color = vec4(float(tri(x)), float(tri(y)), float(tri(x + y + 4 * frame)), 255.0) / 255.0;\n"
	"}\n";

static void die(const char *what)
{
	fprintf(stderr, "pattern: %s\n", what);
	exit(1);
}

static GLuint compile(GLenum kind, const char *source)
{
	GLuint shader = glCreateShader(kind);
	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	GLint ok = 0;
	glGetShaderiv(shader, GL_COMPILE_STATUS, &ok);
	if (!ok)
		die("the shader does not compile");
	return shader;
}

static GLuint build_program(void)
{
	GLuint program = glCreateProgram();
	glAttachShader(program, compile(GL_VERTEX_SHADER, VERTEX));
	glAttachShader(program, compile(GL_FRAGMENT_SHADER, FRAGMENT));
	glLinkProgram(program);
	GLint ok = 0;
	glGetProgramiv(program, GL_LINK_STATUS, &ok);
	if (!ok)
		die("the program does not link");
	return program;
}

static void window_open(struct window *window, const struct options *options)
{
	static int wanted[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8,
		GLX_BLUE_SIZE, 8, None };
	window->display = XOpenDisplay(NULL);
	if (!window->display)
		die("cannot open the X display");
	int screen = DefaultScreen(window->display);
	XVisualInfo *visual = glXChooseVisual(window->display, screen, wanted);
	if (!visual)
		die("no double-buffered RGB visual");
	Window root = RootWindow(window->display, screen);
	XSetWindowAttributes attributes = {
		.colormap = XCreateColormap(window->display, root, visual->visual, AllocNone),
		.event_mask = StructureNotifyMask,
	};
	window->width = options->width;
	window->height = options->height;
	window->id = XCreateWindow(window->display, root, 0, 0, (unsigned)window->width,
		(unsigned)window->height, 0, visual->depth, InputOutput, visual->visual,
		CWColormap | CWEventMask, &attributes);
	window->context = glXCreateContext(window->display, visual, NULL, True);
	XFree(visual);
	if (!window->context)
		die("no GL context");
	XMapWindow(window->display, window->id);
	glXMakeCurrent(window->display, window->id, window->context);
	printf("pattern: %s, %s\n", (const char *)glGetString(GL_RENDERER),
		(const char *)glGetString(GL_VERSION));
	fflush(stdout);
	window->program = build_program();
}

static void window_resize(struct window *window, int width, int height)
{
	XResizeWindow(window->display, window->id, (unsigned)width, (unsigned)height);
	XSync(window->display, False);
	window->width = width;
	window->height = height;
}

static void clear_rect(int x, int y, int width, int height, float red, float green, float blue)
{
	glScissor(x, y, width, height);
	glClearColor(red, green, blue, 1.0f);
	glClear(GL_COLOR_BUFFER_BIT);
}

static void draw_number(const struct window *window, int frame)
{
	for (int bit = 0; bit < BITS; bit++) {
		float level = (frame >> bit) & 1 ? 1.0f : 0.0f;
		clear_rect(bit * BLOCK, window->height - BLOCK, BLOCK, BLOCK, level, level, level);
	}
}

/* Draws frame `frame`, all of it or its left half alone. */
static void draw(const struct window *window, const struct options *options, int frame, bool half)
{
	int width = half ? window->width / 2 : window->width;
	glViewport(0, 0, window->width, window->height);
	glEnable(GL_SCISSOR_TEST);
	if (options->color >= 0) {
		clear_rect(0, 0, width, window->height, (float)(options->color >> 16 & 255) / 255.0f,
			(float)(options->color >> 8 & 255) / 255.0f,
			(float)(options->color & 255) / 255.0f);
	} else {
		glScissor(0, 0, width, window->height);
		glUseProgram(window->program);
		glUniform1i(glGetUniformLocation(window->program, "height"), window->height);
		glUniform1i(glGetUniformLocation(window->program, "frame"), frame);
		glBegin(GL_TRIANGLE_STRIP);
		glVertex2f(-1.0f, -1.0f);
		glVertex2f(1.0f, -1.0f);
		glVertex2f(-1.0f, 1.0f);
		glVertex2f(1.0f, 1.0f);
		glEnd();
		glUseProgram(0);
	}
	draw_number(window, frame);
}

static void expect(const char *what, const unsigned char *got, int red, int green, int blue)
{
	if (got[0] == red && got[1] == green && got[2] == blue)
		return;
	fprintf(stderr, "pattern: %s: read %d %d %d, drew %d %d %d\n", what, got[0], got[1], got[2],
		red, green, blue);
	exit(1);
}

/* The first bit of the number, as black or white. */
static void read_number(const struct window *window, int frame)
{
	unsigned char pixel[4];
	int level = frame & 1 ? 255 : 0;
	glReadPixels(BLOCK / 2, window->height - BLOCK / 2, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	expect("before it is shown", pixel, level, level, level);
}

/* Mesa's virpipe gives something old, or nothing: it is only asked for. */
static void read_front(void)
{
	unsigned char pixel[4];
	glReadBuffer(GL_FRONT);
	glReadPixels(0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, pixel);
	glReadBuffer(GL_BACK);
}

static void read_off_screen(int frame)
{
	unsigned char pixels[16 * 16 * 4];
	GLuint name, texture;
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexImage2D(GL_TEXTURE_2D, 0, GL_RGBA, 16, 16, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glGenFramebuffers(1, &name);
	glBindFramebuffer(GL_FRAMEBUFFER, name);
	glFramebufferTexture2D(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	clear_rect(0, 0, 16, 16, (float)(frame & 255) / 255.0f, 0.0f, 1.0f);
	glReadPixels(0, 0, 16, 16, GL_RGBA, GL_UNSIGNED_BYTE, pixels);
	expect("off the screen", pixels + sizeof(pixels) - 4, frame & 255, 0, 255);
	glBindFramebuffer(GL_FRAMEBUFFER, 0);
	glDeleteFramebuffers(1, &name);
	glDeleteTextures(1, &texture);
}

static void wait_until(struct timespec *due, double seconds)
{
	long nanoseconds = due->tv_nsec + (long)(fmod(seconds, 1.0) * 1e9);
	due->tv_sec += (time_t)seconds + nanoseconds / 1000000000;
	due->tv_nsec = nanoseconds % 1000000000;
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec > due->tv_sec + 1) /* far behind: don't run to catch up */
		*due = now;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, due, NULL) == EINTR) {
	}
}

static void run(struct window *window, const struct options *options)
{
	struct timespec due;
	clock_gettime(CLOCK_MONOTONIC, &due);
	for (int frame = 1; options->frames == 0 || frame <= options->frames; frame++) {
		if (frame == options->resize_at)
			window_resize(window, options->width2, options->height2);
		bool half = frame == options->half;
		draw(window, options, frame, half);
		if (half) {
			glFlush();
			printf("pattern: half of frame %d\n", frame);
			fflush(stdout);
			for (;;)
				pause();
		}
		if (options->read) {
			read_number(window, frame);
			read_off_screen(frame);
		}
		glXSwapBuffers(window->display, window->id);
		if (options->read)
			read_front();
		printf("pattern: frame %d\n", frame);
		fflush(stdout);
		if (options->fps > 0)
			wait_until(&due, 1.0 / options->fps);
	}
	while (options->hold)
		pause();
}

static int number(const char *text, int low, int high)
{
	char *end = NULL;
	errno = 0;
	long value = strtol(text, &end, 0);
	if (errno || end == text || *end || value < low || value > high) {
		fprintf(stderr, "pattern: %s: want a number from %d to %d\n", text, low, high);
		exit(2);
	}
	return (int)value;
}

static void parse_size(const char *text, int *ret_width, int *ret_height)
{
	char end = 0;
	if (sscanf(text, "%dx%d%c", ret_width, ret_height, &end) != 2 || *ret_width < 1 ||
		*ret_height < 1)
		die("a size is WIDTHxHEIGHT");
}

static void parse(int argc, char **argv, struct options *options)
{
	static const struct option known[] = { { "size", 1, NULL, 's' }, { "frames", 1, NULL, 'n' },
		{ "fps", 1, NULL, 'f' }, { "half", 1, NULL, 'h' }, { "resize-at", 1, NULL, 'r' },
		{ "size2", 1, NULL, 'S' }, { "color", 1, NULL, 'c' }, { "hold", 0, NULL, 'H' },
		{ "read", 0, NULL, 'R' }, { 0 } };
	for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		switch (option) {
		case 's':
			parse_size(optarg, &options->width, &options->height);
			break;
		case 'S':
			parse_size(optarg, &options->width2, &options->height2);
			break;
		case 'n':
			options->frames = number(optarg, 0, 65535);
			break;
		case 'f':
			options->fps = number(optarg, 0, 1000);
			break;
		case 'h':
			options->half = number(optarg, 1, 65535);
			break;
		case 'r':
			options->resize_at = number(optarg, 1, 65535);
			break;
		case 'c':
			options->color = number(optarg, 0, 0xffffff);
			break;
		case 'H':
			options->hold = true;
			break;
		case 'R':
			options->read = true;
			break;
		default:
			fprintf(stderr,
				"usage: pattern [--size=WxH] [--frames=N] [--fps=N] [--half=N] "
				"[--resize-at=N --size2=WxH] [--color=0xRRGGBB] [--hold] [--read]\n");
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	struct options options = { .width = 640, .height = 480, .color = -1 };
	struct window window = { 0 };
	parse(argc, argv, &options);
	window_open(&window, &options);
	run(&window, &options);
	glXMakeCurrent(window.display, None, NULL);
	glXDestroyContext(window.display, window.context);
	XCloseDisplay(window.display);
	return 0;
}
