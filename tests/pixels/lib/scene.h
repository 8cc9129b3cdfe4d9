/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that draws the same frames each time that it runs, and says a checksum of the pixels of
 * each: on a window by GLX or without any by EGL, with whatever library of OpenGL is found. What is
 * drawn depends on the frame's number alone.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stddef.h>

#define GL_GLEXT_PROTOTYPES
#include <GL/gl.h>
#include <GL/glext.h>

/* Each program defines one. */
struct scene {
	const char *name;
	int major, minor; /* of the context; 0: whatever there is */
	bool core;        /* of the core profile */
	int samples;      /* of the default framebuffer; 0: no multisampling */
	void (*setup)(void);
	void (*draw)(int frame);
};

extern const struct scene scene;

/* Of the default framebuffer, pixels. */
extern int scene_width, scene_height;

/* Ends the program with a line on stderr. */
_Noreturn void die(const char *what);
/* Ends the program where OpenGL says something else. */
void expect(const char *what, long long got, long long wanted);
/* A program of a vertex and a fragment shader, linked; either source has its own #version line. */
GLuint make_program(const char *vertex, const char *fragment);
/* The same, not linked yet. */
GLuint make_unlinked(const char *vertex, const char *fragment);
void link_program(GLuint program);
/* A buffer with those contents, bound to `target`. */
GLuint make_buffer(GLenum target, const void *data, size_t size);
/* Adds to what the frame's checksum is made of. */
void checksum(const void *data, size_t size);
/* Random numbers that are the same each time, from 0 below 1. */
float noise(unsigned int number);

#endif
