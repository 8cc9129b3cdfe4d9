/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests of gl_exec: a pair, an encoder, and the channel's own messages by hand. */
#ifndef EXEC_TEST_H
#define EXEC_TEST_H

#include "gl_encode.h"
#include "gl_pair.h"

#define EXEC_TEST_WIDTH  64
#define EXEC_TEST_HEIGHT 48
/* A configuration with 8 bits of each colour, alpha, depth and stencil. */
#define EXEC_TEST_CONFIG(t) exec_test_config(t, 0)

struct exec_test {
	struct gl_pair *pair;
	struct gl_encoder enc;
	_Alignas(8) uint8_t batch[65536];
	/* What came without being waited for. */
	GLenum errors[16]; /* of gl_error */
	unsigned int n_errors, debug_messages, lost, presented;
	unsigned int replies; /* to commands */

	union {
		struct glm_context_created context;
		struct glm_surface_created surface;
		struct glm_program_description program;
		struct glm_shader_description shader;
	} answer;
};

/* For cmocka: *state is a struct exec_test. Skips where there is no EGL. */
int exec_test_begin(void **state, const struct gl_pair_config *config);
int exec_test_end(void **state);
/* Begins with no limits, and starts. */
int exec_test_setup(void **state);

/* The first configuration with 8 bits, alpha, depth, stencil and so many samples. */
uint32_t exec_test_config(const struct exec_test *t, uint8_t samples);
/* Sends a message of gl_messages.json. */
void exec_test_message(struct exec_test *t, const struct wire_type *type, const void *message);
/* Sends any message. */
void exec_test_raw(
	struct exec_test *t, uint16_t opcode, uint8_t flags, const void *payload, size_t size);
/* Waits for a message of that type, and gives it. */
const void *exec_test_wait(struct exec_test *t, const struct wire_type *type);
/* Makes a context or surface and gives the answer. */
const struct glm_context_created *exec_test_context(
	struct exec_test *t, const struct glm_context_create *message);
const struct glm_surface_created *exec_test_surface(
	struct exec_test *t, const struct glm_surface_create *message);
void exec_test_current(struct exec_test *t, uint32_t context, uint32_t surface);
/* A compatibility context 1, a window 1, both current. */
void exec_test_start(struct exec_test *t);
/* Vertices from the program's memory, for `n` arrays. */
void exec_test_arrays(struct exec_test *t, const struct glm_client_array *arrays, uint16_t n,
	const void *data, size_t size);
/* Red, green and blue of a pixel of the draw surface, from the bottom left. */
uint32_t exec_test_pixel(struct exec_test *t, GLint x, GLint y);
/* Everything has been executed, and what came is counted. The channel's state. */
int exec_test_drain(struct exec_test *t);
/* The first error that was told since it was last asked; GL_NO_ERROR: none. */
GLenum exec_test_error(struct exec_test *t);

#endif
