/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What it costs to forward a call of OpenGL: nanoseconds of CPU time to encode it, and to check and
 * dispatch it to a driver that does nothing. The best of several rounds, as the machine may be busy.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gl_encode.h"
#include "gl_loop.h"
#include "wire.h"

#define ROUNDS 15
#define CALLS  200000u
#define BATCH  65536u

static struct gl_loop loop;
static uint8_t *stream;
static size_t stream_size;

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int keep(void *data, const void *bytes, size_t size)
{
	(void)data;
	memcpy(stream + stream_size, bytes, size);
	stream_size += size;
	return 0;
}

static int drop(void *data, const void *bytes, size_t size)
{
	(void)data;
	(void)bytes;
	(void)size;
	return 0;
}

static void no_uniform(GLint location, GLfloat v0, GLfloat v1, GLfloat v2, GLfloat v3)
{
	(void)location, (void)v0, (void)v1, (void)v2, (void)v3;
}

static void no_vertex(const GLfloat *v)
{
	(void)v;
}

static void no_bind(GLenum target, GLuint texture)
{
	(void)target, (void)texture;
}

static void no_draw(GLenum mode, GLint first, GLsizei count)
{
	(void)mode, (void)first, (void)count;
}

static void no_elements(GLenum mode, GLsizei count, GLenum type, const void *indices)
{
	(void)mode, (void)count, (void)type, (void)indices;
}

static void no_matrix(GLint location, GLsizei count, GLboolean transpose, const GLfloat *value)
{
	(void)location, (void)count, (void)transpose, (void)value;
}

static const GLfloat values[16] = { 1, 2, 3, 4 };

static void uniform(struct gl_encoder *enc)
{
	gl_encode_Uniform4f(enc, 3, 1, 2, 3, 4);
}

static void vertex(struct gl_encoder *enc)
{
	gl_encode_Vertex3fv(enc, values);
}

static void bind(struct gl_encoder *enc)
{
	gl_encode_BindTexture(enc, GL_TEXTURE_2D, 7);
}

static void draw(struct gl_encoder *enc)
{
	gl_encode_DrawArrays(enc, GL_TRIANGLES, 0, 3);
}

static void elements(struct gl_encoder *enc)
{
	gl_encode_DrawElements(enc, GL_TRIANGLES, 300, GL_UNSIGNED_SHORT, NULL);
}

static void matrix(struct gl_encoder *enc)
{
	gl_encode_UniformMatrix4fv(enc, 1, 1, GL_FALSE, values);
}

static double best(double one, double other)
{
	return one == 0 || other < one ? other : one;
}

static void decode_all(void)
{
	struct wire_header header;

	for (size_t at = 0; at < stream_size; at += header.size) {
		memcpy(&header, stream + at, sizeof(header));
		gl_decode(&loop.dec, header.opcode, true, stream + at + WIRE_HEADER_SIZE,
			header.size - WIRE_HEADER_SIZE, NULL);
	}
}

static void measure(const char *name, void (*call)(struct gl_encoder *enc))
{
	struct gl_transport transport = { .send = keep };
	double encode = 0, decode = 0, begin;

	loop.enc.transport = &transport;
	stream_size = 0;
	for (unsigned int i = 0; i < CALLS; i++)
		call(&loop.enc);
	gl_encoder_flush(&loop.enc);
	transport.send = drop;
	for (int round = 0; round < ROUNDS; round++) {
		begin = now();
		for (unsigned int i = 0; i < CALLS; i++)
			call(&loop.enc);
		encode = best(encode, now() - begin);
		begin = now();
		decode_all();
		decode = best(decode, now() - begin);
	}
	printf("%-28s %8.1f %8.1f %8.0f\n", name, encode / CALLS, decode / CALLS,
		(double)stream_size / CALLS);
}

int main(void)
{
	static struct gl_functions gl;

	gl.Uniform4f = no_uniform;
	gl.Vertex3fv = no_vertex;
	gl.BindTexture = no_bind;
	gl.DrawArrays = no_draw;
	gl.DrawElements = no_elements;
	gl.UniformMatrix4fv = no_matrix;
	gl_loop_init(&loop, &gl, BATCH);
	record_bound = true;
	loop.enc.bound = ~0u;
	stream = aligned_alloc(64, (size_t)CALLS * 256);
	if (!stream)
		return 1;
	printf("%-28s %8s %8s %8s\n", "ns of CPU time for a call", "encode", "decode", "bytes");
	measure("glUniform4f", uniform);
	measure("glVertex3fv", vertex);
	measure("glBindTexture", bind);
	measure("glDrawArrays", draw);
	measure("glDrawElements", elements);
	measure("glUniformMatrix4fv", matrix);
	free(stream);
	gl_loop_finish(&loop);
	return 0;
}
