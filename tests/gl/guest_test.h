/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of the guest library: OpenGL's own functions, the real host, and what crosses between them. */
#ifndef GUEST_TEST_H
#define GUEST_TEST_H

#include "gl_entry.h"
#include "gl_enums.h"
#include "gl_guest.h"
#include "wire.h"

#define GUEST_TEST_SIDE 32

/* Not of gl_pair.h: with it come epoxy's names for OpenGL's functions. */
struct gl_pair;

struct guest_test {
	struct gl_pair *pair;
	struct gl_link *link;
	struct gl_context *context;
	struct gl_surface *surface;
};

struct guest_test_request {
	uint8_t api, profile, major, minor; /* api 0: a compatibility context of OpenGL */
	bool exact;
	bool no_compute;
};

/* For cmocka: *state is a struct guest_test, with a context current. Skips where there is no EGL. */
int guest_test_begin(void **state, const struct guest_test_request *request);
int guest_test_end(void **state);
/* A compatibility context. */
int guest_test_compat(void **state);
int guest_test_core(void **state);

/* The colour of a pixel as 0xrrggbbaa. */
uint32_t guest_test_pixel(int x, int y);
/* Messages that the host has received so far. */
unsigned int guest_test_messages(const struct guest_test *test);

/* Synchronous calls so far. */
unsigned int guest_test_calls(void);

/* A program of two shaders, linked and used. */
GLuint guest_test_program(const char *vertex, const char *fragment);

#endif
