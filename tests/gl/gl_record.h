/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the generated round trip of OpenGL commands notes: the calls as they were made, and as a driver got them.
 */
#ifndef GL_RECORD_H
#define GL_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gl_decoder.h"
#include "gl_encoder.h"
#include "gl_enums.h"

/* The host's name for a guest's is so much higher. */
#define RECORD_HOST 100000
/* Bytes of each array that is written or read. */
#define RECORD_ROOM      1024u
#define RECORD_UNTOUCHED 0xee

/* How the calls are made: with buffers bound everywhere, with NULL where that is allowed. */
extern bool record_bound, record_null;

/* What was noted since record_begin(), one line for each value. */
struct record {
	char text[65536];
	size_t at;
	unsigned int calls, faults;
};

/* Where notes go, and what record_check*() find. */
extern struct record *record_to;

void record_begin(struct record *record);
void record_call(const char *name);
void record_integer(int64_t value);
void record_float(double value);
void record_array(const void *array, uint64_t bytes);
/* `n` names, `add` higher than they stand. */
void record_names(const GLuint *names, uint64_t n, GLuint add);
void record_texts(const GLchar *const *texts, GLsizei count, const GLint *lengths);
/* An array, or an offset where buffers are bound. */
void record_source(const void *source, uint64_t bytes);

/* The bytes that an image has without padding. */
uint64_t record_image(GLenum format, GLenum type, GLsizei width, GLsizei height, GLsizei depth);

void record_pattern(void *array, size_t bytes, unsigned int salt);
/* What a driver writes, and what must have arrived of it: this and no byte more. */
void record_write(void *array, uint64_t bytes, unsigned int salt);
void record_check(const void *array, uint64_t bytes, unsigned int salt);
void record_write_names(GLuint *names, uint64_t n, unsigned int salt);
void record_check_names(const GLuint *names, uint64_t n, unsigned int salt);
void record_check_value(int64_t value, int64_t expected);

/* A host whose names are RECORD_HOST higher than the guest's. Its context is a struct record_host. */
struct record_host {
	_Alignas(8) uint8_t reply[1 << 17];
	size_t reply_size;
	unsigned int replies, errors;
	GLenum error;
};

extern const struct gl_host record_host_ops;

#endif
