/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest may not: each rule of the decoder broken once, and nothing of it reaches the driver. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "gl_encode.h"
#include "gl_loop.h"
#include "gl_roundtrip.h"
#include "gl_wire_a_c.h"
#include "gl_wire_q_t.h"

static struct gl_functions gl;
static struct gl_loop *loop;
static struct record notes;
static struct gl_host host;

static int setup(void **state)
{
	(void)state;
	loop = calloc(1, sizeof(*loop));
	if (!loop)
		return -1;
	gl_mock_functions(&gl);
	gl_loop_init(loop, &gl, 131072);
	host = record_host_ops;
	loop->dec.host = &host;
	record_bound = record_null = false;
	record_begin(&notes);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	gl_loop_finish(loop);
	free(loop);
	return 0;
}

static void refused(GLenum error)
{
	gl_loop_run(loop);
	assert_int_equal(notes.calls, 0);
	assert_int_equal(loop->refused, 1);
	assert_int_equal(loop->host.errors, 1);
	assert_int_equal(loop->host.error, error);
}

static void test_offset_without_a_buffer(void **state)
{
	(void)state;
	loop->enc.bound = ~0u;
	gl_encode_DrawElements(&loop->enc, GL_TRIANGLES, 3, GL_UNSIGNED_SHORT, (const void *)0x1000);
	refused(GL_INVALID_OPERATION);
}

static void test_attribute_without_a_buffer(void **state)
{
	(void)state;
	gl_encode_VertexAttribPointer(&loop->enc, 0, 4, GL_FLOAT, GL_FALSE, 0, (const void *)0x1000);
	refused(GL_INVALID_OPERATION);
}

static void test_read_back_to_an_address(void **state)
{
	(void)state;
	loop->enc.bound = ~0u;
	gl_encode_ReadPixels(&loop->enc, 0, 0, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, (void *)0x1000);
	refused(GL_INVALID_OPERATION);
	assert_int_equal(loop->host.replies, 0);
}

static void test_data_with_a_buffer_bound(void **state)
{
	static const GLushort indices[3] = { 0, 1, 2 };

	(void)state;
	record_bound = true;
	gl_encode_DrawElements(&loop->enc, GL_TRIANGLES, 3, GL_UNSIGNED_SHORT, indices);
	refused(GL_INVALID_OPERATION);
}

static bool out_of_range(void *context, enum gl_binding binding, uint64_t offset, uint64_t bytes)
{
	(void)context;
	assert_int_equal(binding, GL_BOUND_QUERY);
	assert_int_equal(offset, 4096);
	assert_int_equal(bytes, 8);
	return false;
}

static void test_query_beyond_its_buffer(void **state)
{
	(void)state;
	host.range = out_of_range;
	loop->enc.bound = ~0u;
	gl_encode_GetQueryObjectui64v(&loop->enc, 1, GL_QUERY_RESULT, (GLuint64 *)4096);
	refused(GL_INVALID_OPERATION);
}

static GLsizei said_room;

static void take_room(GLuint texture, GLint level, GLint x, GLint y, GLint z, GLsizei width,
	GLsizei height, GLsizei depth, GLsizei room, void *pixels)
{
	(void)texture, (void)level, (void)x, (void)y, (void)z;
	(void)width, (void)height, (void)depth, (void)pixels;
	said_room = room;
}

static bool fails(void *context, enum gl_binding binding, const struct gl_pixels *pixels)
{
	(void)context, (void)binding, (void)pixels;
	return false;
}

static uint64_t counts_none(void *context, uint16_t opcode, const void *wire)
{
	(void)context, (void)opcode, (void)wire;
	return 0;
}

/* More room than there is: the host could not tell how much is written. */
static void test_more_room_than_there_is(void **state)
{
	uint8_t pixels[16];

	(void)state;
	gl.GetCompressedTextureSubImage = take_room;
	host.count = counts_none;
	gl_encode_GetCompressedTextureSubImage(&loop->enc, 1, 0, 0, 0, 0, 4, 4, 1, 1 << 20, pixels);
	gl_loop_run(loop);
	assert_int_equal(said_room, GL_OUT_LEAST);
	/* The pixel store is not as it should be. */
	said_room = 0;
	host.pixels = fails;
	gl_encode_GetCompressedTextureSubImage(&loop->enc, 1, 0, 0, 0, 0, 4, 4, 1, 1 << 20, pixels);
	gl_loop_run(loop);
	assert_int_equal(said_room, 0);
	assert_int_equal(loop->host.error, GL_INVALID_OPERATION);
}

/* A count that the array does not have. */
static void test_wrong_count(void **state)
{
	static const GLfloat values[16];
	struct gl_wire_BufferData *wire;

	(void)state;
	gl_encode_BufferData(&loop->enc, GL_ARRAY_BUFFER, 64, values, GL_STATIC_DRAW);
	wire = (void *)(loop->enc.batch + GL_HEADER_SIZE);
	wire->size = 65;
	refused(GL_INVALID_VALUE);
}

/* A length that is not what the scalars say, though the array would do. */
static void test_wrong_length(void **state)
{
	static const GLfloat values[16];
	struct gl_wire_BufferData *wire;

	(void)state;
	gl_encode_BufferData(&loop->enc, GL_ARRAY_BUFFER, 64, values, GL_STATIC_DRAW);
	wire = (void *)(loop->enc.batch + GL_HEADER_SIZE);
	wire->data_bytes = 63;
	refused(GL_INVALID_VALUE);
}

static void test_text_without_its_end(void **state)
{
	struct gl_wire_BindAttribLocation *wire;

	(void)state;
	gl_encode_BindAttribLocation(&loop->enc, 1, 2, "position");
	wire = (void *)(loop->enc.batch + GL_HEADER_SIZE);
	((uint8_t *)(wire + 1))[8] = 'x';
	refused(GL_INVALID_VALUE);
}

static void test_texts_that_overlap(void **state)
{
	static const GLchar *const texts[] = { "one", "two" };
	struct gl_wire_ShaderSource *wire;
	uint32_t *lengths;

	(void)state;
	gl_encode_ShaderSource(&loop->enc, 1, 2, texts, NULL);
	wire = (void *)(loop->enc.batch + GL_HEADER_SIZE);
	lengths = (uint32_t *)(void *)(wire + 1);
	lengths[0] = 0x7fffffff;
	refused(GL_INVALID_VALUE);
}

static void test_no_text(void **state)
{
	(void)state;
	gl_encode_BindAttribLocation(&loop->enc, 1, 2, NULL);
	refused(GL_INVALID_VALUE);
}

static bool not_free(void *context, enum gl_class cls, GLsizei n, const GLuint *guest)
{
	(void)context, (void)cls, (void)n, (void)guest;
	return false;
}

static void test_names_in_use(void **state)
{
	static const GLuint names[2] = { 1, 2 };

	(void)state;
	host.names_free = not_free;
	gl_encode_GenTextures(&loop->enc, 2, names);
	refused(GL_INVALID_VALUE);
}

static bool no_draw(void *context, uint16_t opcode, const void *wire)
{
	(void)context, (void)wire;
	assert_int_equal(opcode, GL_OP_DrawArrays);
	return false;
}

static void test_draw_that_is_not_allowed(void **state)
{
	(void)state;
	host.draw = no_draw;
	gl_encode_DrawArrays(&loop->enc, GL_TRIANGLES, 0, 3);
	refused(GL_INVALID_OPERATION);
}

static GLuint64 waited;

static GLenum wait_sync(GLsync sync, GLbitfield flags, GLuint64 timeout)
{
	(void)sync, (void)flags;
	waited = timeout;
	return GL_TIMEOUT_EXPIRED;
}

static void test_long_waits_are_cut(void **state)
{
	(void)state;
	gl.ClientWaitSync = wait_sync;
	assert_int_equal(
		gl_encode_ClientWaitSync(&loop->enc, (GLsync)5, 0, UINT64_MAX), GL_TIMEOUT_EXPIRED);
	assert_int_equal(waited, GL_TIMEOUT_MAX);
}

static GLsizei text_room;

static void shader_log(GLuint shader, GLsizei size, GLsizei *length, GLchar *log)
{
	(void)shader;
	text_room = size;
	memcpy(log, "log", 4);
	*length = 3;
}

/* Room that the guest says it has is not made. */
static void test_text_room_is_bounded(void **state)
{
	GLchar log[8];
	GLsizei length = 0;

	(void)state;
	gl.GetShaderInfoLog = shader_log;
	gl_encode_GetShaderInfoLog(&loop->enc, 1, 0x7fffffff, &length, log);
	assert_int_equal(text_room, GL_TEXT_MAX);
	assert_int_equal(length, 3);
	assert_string_equal(log, "log");
}

static void test_too_large_a_result(void **state)
{
	(void)state;
	gl_encode_GetBufferSubData(&loop->enc, GL_ARRAY_BUFFER, 0, (GLsizeiptr)1 << 40, NULL);
	assert_int_equal(notes.calls, 0);
	assert_int_equal(loop->host.error, GL_OUT_OF_MEMORY);
	assert_int_equal(loop->host.replies, 1);
}

/* A malformed command that is to be answered is answered, refused. */
static void test_bad_call_gets_its_reply(void **state)
{
	static const uint64_t payload[3];

	(void)state;
	assert_false(gl_decode(&loop->dec, GL_OP_GetIntegerv, true, payload, sizeof(payload), NULL));
	assert_int_equal(loop->host.replies, 1);
	assert_int_equal(loop->host.reply[0], GL_REPLY_REFUSED);
	assert_int_equal(loop->host.reply_size, GL_REPLY_HEAD_SIZE);
	assert_false(gl_decode(&loop->dec, GL_OP_GetIntegerv, false, payload, sizeof(payload), NULL));
	assert_int_equal(loop->host.replies, 1);
}

static void get_integers(GLenum pname, GLint *data)
{
	(void)pname;
	data[0] = RECORD_HOST + 9;
}

static void get_floats(GLenum pname, GLfloat *data)
{
	(void)pname;
	data[0] = RECORD_HOST + 9;
}

/* Queries give the guest's names, in whatever type it asks. */
static void test_names_in_queries(void **state)
{
	GLint name = 0, other = 0;
	GLfloat as_float = 0;

	(void)state;
	gl.GetIntegerv = get_integers;
	gl.GetFloatv = get_floats;
	gl_encode_GetIntegerv(&loop->enc, GL_TEXTURE_BINDING_2D, &name);
	gl_encode_GetFloatv(&loop->enc, GL_ARRAY_BUFFER_BINDING, &as_float);
	gl_encode_GetIntegerv(&loop->enc, GL_MAX_TEXTURE_SIZE, &other);
	assert_int_equal(name, 9);
	assert_true(as_float > 8.5f && as_float < 9.5f);
	assert_int_equal(other, RECORD_HOST + 9);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_offset_without_a_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_attribute_without_a_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read_back_to_an_address, setup, teardown),
		cmocka_unit_test_setup_teardown(test_data_with_a_buffer_bound, setup, teardown),
		cmocka_unit_test_setup_teardown(test_query_beyond_its_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_more_room_than_there_is, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_count, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong_length, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text_without_its_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_texts_that_overlap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_in_use, setup, teardown),
		cmocka_unit_test_setup_teardown(test_draw_that_is_not_allowed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long_waits_are_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(test_text_room_is_bounded, setup, teardown),
		cmocka_unit_test_setup_teardown(test_too_large_a_result, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_call_gets_its_reply, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names_in_queries, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
