/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The loop over the frames, and what the scenes use. */
#include "scene.h"

#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "window.h"

int scene_width = 256, scene_height = 192;

static uint64_t sum;

void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", scene.name, what);
	exit(1);
}

void expect(const char *what, long long got, long long wanted)
{
	if (got == wanted)
		return;
	fprintf(stderr, "%s: %s is %lld, not %lld\n", scene.name, what, got, wanted);
	exit(1);
}

static void compile(GLuint program, GLenum kind, const char *source)
{
	GLuint shader = glCreateShader(kind);
	GLint good = 0;
	char log[1024] = "";

	glShaderSource(shader, 1, &source, NULL);
	glCompileShader(shader);
	glGetShaderiv(shader, GL_COMPILE_STATUS, &good);
	if (!good) {
		glGetShaderInfoLog(shader, sizeof log, NULL, log);
		die(log);
	}
	glAttachShader(program, shader);
	glDeleteShader(shader);
}

GLuint make_unlinked(const char *vertex, const char *fragment)
{
	GLuint program = glCreateProgram();

	compile(program, GL_VERTEX_SHADER, vertex);
	compile(program, GL_FRAGMENT_SHADER, fragment);
	return program;
}

void link_program(GLuint program)
{
	GLint good = 0;
	char log[1024] = "";

	glLinkProgram(program);
	glGetProgramiv(program, GL_LINK_STATUS, &good);
	if (!good) {
		glGetProgramInfoLog(program, sizeof log, NULL, log);
		die(log);
	}
}

GLuint make_program(const char *vertex, const char *fragment)
{
	GLuint program = make_unlinked(vertex, fragment);

	link_program(program);
	return program;
}

GLuint make_buffer(GLenum target, const void *data, size_t size)
{
	GLuint buffer;

	glGenBuffers(1, &buffer);
	glBindBuffer(target, buffer);
	glBufferData(target, (GLsizeiptr)size, data, GL_STATIC_DRAW);
	return buffer;
}

/* FNV-1a, by words of 64 bits where there are such. */
void checksum(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	uint64_t word;

	for (; size >= sizeof word; bytes += sizeof word, size -= sizeof word) {
		memcpy(&word, bytes, sizeof word);
		sum = (sum ^ word) * UINT64_C(0x100000001b3);
		sum ^= sum >> 29;
	}
	for (; size; bytes++, size--)
		sum = (sum ^ *bytes) * UINT64_C(0x100000001b3);
}

float noise(unsigned int number)
{
	uint32_t x = number * UINT32_C(0x9e3779b9) + UINT32_C(0x7f4a7c15);

	x = (x ^ x >> 16) * UINT32_C(0x85ebca6b);
	x = (x ^ x >> 13) * UINT32_C(0xc2b2ae35);
	x ^= x >> 16;
	return (float)(x >> 8) / 16777216.0f;
}

/* The pixels as they are before they are shown. */
static void read_frame(int frame)
{
	size_t size = (size_t)scene_width * (size_t)scene_height * 3;
	uint8_t *pixels = malloc(size);
	bool blank = true;

	if (!pixels)
		die("no memory");
	glPixelStorei(GL_PACK_ALIGNMENT, 1);
	glReadPixels(0, 0, scene_width, scene_height, GL_RGB, GL_UNSIGNED_BYTE, pixels);
	for (size_t i = 3; i < size && blank; i++)
		blank = pixels[i] == pixels[i - 3];
	if (blank)
		die("a frame of one colour");
	checksum(pixels, size);
	free(pixels);
	expect("the error after a frame", glGetError(), GL_NO_ERROR);
	printf("frame %d %016llx\n", frame, (unsigned long long)sum);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	const struct window *window = &window_egl;
	int frames = 12, option;

	while ((option = getopt(argc, argv, "f:n:s:")) != -1) {
		if (option == 'f')
			window = strcmp(optarg, "glx") == 0 ? &window_glx : &window_egl;
		else if (option == 'n')
			frames = atoi(optarg);
		else if (option != 's' || sscanf(optarg, "%dx%d", &scene_width, &scene_height) != 2)
			die("usage: [-f egl|glx] [-n FRAMES] [-s WIDTHxHEIGHT]");
	}
	if (!window)
		die("there is no GLX in this program");
	window->open();
	printf("vendor %s\nrenderer %s\nversion %s\n", (const char *)glGetString(GL_VENDOR),
		(const char *)glGetString(GL_RENDERER), (const char *)glGetString(GL_VERSION));
	glDisable(GL_DITHER);
	scene.setup();
	expect("the error after the start", glGetError(), GL_NO_ERROR);
	for (int frame = 0; frame < frames; frame++) {
		sum = UINT64_C(0xcbf29ce484222325);
		glBindFramebuffer(GL_FRAMEBUFFER, 0);
		glViewport(0, 0, scene_width, scene_height);
		scene.draw(frame);
		glBindFramebuffer(GL_FRAMEBUFFER, 0);
		read_frame(frame);
		window->present();
	}
	window->close();
	return 0;
}
