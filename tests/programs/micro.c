/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What single calls of OpenGL cost, without a window, on whatever EGL and OpenGL are found.
 *
 * For each line "CASE SECONDS" that comes it makes such calls for about that long, waits until all of
 * them have been executed, and prints "COUNT NANOSECONDS". The first line that it prints is the vendor.
 */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>

#define SIDE     256
#define VERTICES 300
#define TEXTURE  1024 /* pixels each way, of 4 bytes: 4 MiB */
#define BUFFER   (1u << 20)
#define READ     512 /* pixels each way: 1 MiB */

static const char VERTEX[] =
	"#version 120\n"
	"uniform vec4 shift;\n"
	"void main() { gl_Position = gl_Vertex + shift * 0.0001; gl_FrontColor = gl_Color; }\n";
static const char FRAGMENT[] = "#version 120\nvoid main() { gl_FragColor = gl_Color; }\n";

static GLuint program, triangle, buffer, texture, target;
static GLint shift;
static GLfloat vertices[VERTICES][2];
static unsigned char *data;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "micro: %s\n", what);
	exit(1);
}

static void begin_gl(void)
{
	static const EGLint wanted[] = { EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE,
		EGL_OPENGL_BIT, EGL_RED_SIZE, 8, EGL_ALPHA_SIZE, 8, EGL_NONE };
	static const EGLint size[] = { EGL_WIDTH, SIDE, EGL_HEIGHT, SIDE, EGL_NONE };
	EGLDisplay display =
		eglGetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
	EGLConfig config;
	EGLContext context;
	EGLSurface surface;
	EGLint count = 0;

	if (!eglInitialize(display, NULL, NULL) || !eglBindAPI(EGL_OPENGL_API) ||
		!eglChooseConfig(display, wanted, &config, 1, &count) || count < 1)
		die("no EGL without a window");
	context = eglCreateContext(display, config, EGL_NO_CONTEXT, NULL);
	surface = eglCreatePbufferSurface(display, config, size);
	if (!eglMakeCurrent(display, surface, surface, context))
		die("no OpenGL context");
}

static void attach(GLenum kind, const char *source)
{
	GLuint shader = glCreateShader(kind);

	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	glAttachShader(program, shader);
}

static void begin_objects(void)
{
	static const GLfloat corners[] = { -0.001f, -0.001f, 0.001f, -0.001f, 0, 0.001f };
	GLint linked = 0;

	program = glCreateProgram();
	attach(GL_VERTEX_SHADER, VERTEX);
	attach(GL_FRAGMENT_SHADER, FRAGMENT);
	glLinkProgram(program);
	glGetProgramiv(program, GL_LINK_STATUS, &linked);
	if (!linked)
		die("the program does not link");
	glUseProgram(program);
	shift = glGetUniformLocation(program, "shift");
	glGenBuffers(1, &triangle);
	glBindBuffer(GL_ARRAY_BUFFER, triangle);
	glBufferData(GL_ARRAY_BUFFER, sizeof corners, corners, GL_STATIC_DRAW);
	glGenBuffers(1, &buffer);
	glGenTextures(1, &texture);
	glBindTexture(GL_TEXTURE_2D, texture);
	glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
	glTexImage2D(
		GL_TEXTURE_2D, 0, GL_RGBA8, TEXTURE, TEXTURE, 0, GL_RGBA, GL_UNSIGNED_BYTE, NULL);
	glGenFramebuffers(1, &target);
	glBindFramebuffer(GL_READ_FRAMEBUFFER, target);
	glFramebufferTexture2D(GL_READ_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_TEXTURE_2D, texture, 0);
	data = malloc(4 * TEXTURE * TEXTURE);
	if (!data)
		die("no memory");
	memset(data, 0x55, 4 * TEXTURE * TEXTURE);
	for (int i = 0; i < VERTICES; i++) {
		vertices[i][0] = 0.0001f * (float)i;
		vertices[i][1] = 0.001f * (float)(i % 3);
	}
}

/* ---- the cases: each makes `count` calls */

static void uniforms(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		glUniform4f(shift, (float)i, 1, 2, 3);
}

static void immediate(unsigned int count)
{
	glBegin(GL_TRIANGLES);
	for (unsigned int i = 0; i < count; i++)
		glVertex2fv(vertices[i % VERTICES]);
	glEnd();
}

static void draws(unsigned int count)
{
	glBindBuffer(GL_ARRAY_BUFFER, triangle);
	glVertexPointer(2, GL_FLOAT, 0, NULL);
	glEnableClientState(GL_VERTEX_ARRAY);
	for (unsigned int i = 0; i < count; i++)
		glDrawArrays(GL_TRIANGLES, 0, 3);
}

static void client_arrays(unsigned int count)
{
	glBindBuffer(GL_ARRAY_BUFFER, 0);
	glVertexPointer(2, GL_FLOAT, 0, vertices);
	glEnableClientState(GL_VERTEX_ARRAY);
	for (unsigned int i = 0; i < count; i++)
		glDrawArrays(GL_TRIANGLES, 0, VERTICES);
}

static void texture_upload(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		glTexSubImage2D(
			GL_TEXTURE_2D, 0, 0, 0, TEXTURE, TEXTURE, GL_RGBA, GL_UNSIGNED_BYTE, data);
}

static void buffer_upload(unsigned int count)
{
	glBindBuffer(GL_ARRAY_BUFFER, buffer);
	for (unsigned int i = 0; i < count; i++)
		glBufferData(GL_ARRAY_BUFFER, BUFFER, data, GL_STREAM_DRAW);
}

static void read_back(unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		glReadPixels(0, 0, READ, READ, GL_RGBA, GL_UNSIGNED_BYTE, data);
}

/* A call that has to be answered, of whose answer nothing is kept in the guest. */
static void synchronous(unsigned int count)
{
	GLint value = 0;

	for (unsigned int i = 0; i < count; i++)
		glGetTexLevelParameteriv(GL_TEXTURE_2D, 0, GL_TEXTURE_RED_SIZE, &value);
	if (value != 8)
		die("a wrong answer");
}

static const struct {
	const char *name;
	void (*call)(unsigned int count);
	unsigned int batch; /* calls between two looks at the clock */
} cases[] = {
	{ "uniforms", uniforms, 10000 },
	{ "immediate", immediate, 9000 },
	{ "draws", draws, 1000 },
	{ "client-arrays", client_arrays, 200 },
	{ "texture-upload", texture_upload, 4 },
	{ "buffer-upload", buffer_upload, 16 },
	{ "read-back", read_back, 4 },
	{ "synchronous", synchronous, 100 },
};

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void measure(size_t which, double seconds)
{
	uint64_t begin, count = 0;

	cases[which].call(cases[which].batch);
	glFinish();
	begin = now();
	do {
		cases[which].call(cases[which].batch);
		count += cases[which].batch;
	} while ((double)(now() - begin) < seconds * 1e9);
	glFinish();
	printf("%llu %llu\n", (unsigned long long)count, (unsigned long long)(now() - begin));
	fflush(stdout);
	if (glGetError() != GL_NO_ERROR)
		die("an error of OpenGL");
}

int main(void)
{
	char line[64], name[32];
	double seconds;
	size_t which;

	begin_gl();
	begin_objects();
	printf("%s\n", (const char *)glGetString(GL_VENDOR));
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		if (sscanf(line, "%31s %lf", name, &seconds) != 2)
			die("want CASE SECONDS");
		for (which = 0; which < sizeof cases / sizeof cases[0]; which++)
			if (strcmp(cases[which].name, name) == 0)
				break;
		if (which == sizeof cases / sizeof cases[0])
			die("no such case");
		measure(which, seconds);
	}
	free(data);
	return 0;
}
