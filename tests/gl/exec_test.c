/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "exec_test.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_ROOM (1u << 20)

static int enc_send(void *data, const void *bytes, size_t size)
{
	const struct exec_test *t = data;

	return gl_pair_send(t->pair, bytes, size);
}

static uint32_t enc_bulk_id(void *data)
{
	const struct exec_test *t = data;

	return gl_pair_link_ops.bulk_id(t->pair);
}

/* Notes what nobody waits for. */
static void note(
	struct exec_test *t, const struct wire_header *header, const void *payload, size_t size)
{
	union {
		struct glm_gl_error error;
		struct glm_presented presented;
	} message;

	if (header->opcode >= GL_OP_FIRST) {
		t->replies++;
	} else if (header->opcode == GLM_GL_ERROR &&
		   wire_decode(&glm_gl_error_type, payload, size, &message)) {
		assert(t->n_errors < sizeof(t->errors) / sizeof(t->errors[0]));
		t->errors[t->n_errors++] = message.error.error;
	} else if (header->opcode == GLM_PRESENTED &&
		   wire_decode(&glm_presented_type, payload, size, &message)) {
		t->presented += message.presented.frames;
	} else if (header->opcode == GLM_DEBUG_MESSAGE) {
		t->debug_messages++;
	} else if (header->opcode == GLM_CONTEXT_LOST) {
		t->lost++;
	}
}

static int enc_wait(void *data, uint16_t opcode, const void **ret_payload, size_t *ret_size)
{
	struct exec_test *t = data;
	struct wire_header header;

	for (;;) {
		if (gl_pair_receive(t->pair, true, &header, ret_payload, ret_size) < 0)
			return -1;
		note(t, &header, *ret_payload, *ret_size);
		if (header.opcode == opcode)
			return 0;
	}
}

static void enc_too_large(void *data, uint16_t opcode, uint64_t bytes)
{
	(void)data, (void)opcode, (void)bytes;
	assert(false);
}

static const struct gl_transport transport = {
	.send = enc_send,
	.bulk_id = enc_bulk_id,
	.wait = enc_wait,
	.too_large = enc_too_large,
};

int exec_test_begin(void **state, const struct gl_pair_config *config)
{
	struct exec_test *t = calloc(1, sizeof(*t));
	struct gl_pair_config with_frames = { 0 };

	if (!t)
		return -1;
	if (config)
		with_frames = *config;
	with_frames.read_frames = true;
	t->pair = gl_pair_create(&with_frames);
	if (!t->pair) {
		printf("no surfaceless EGL here\n");
		free(t);
		exit(77);
	}
	gl_encoder_init(&t->enc, t->batch, sizeof(t->batch), GL_PAIR_MESSAGE_MAX, GL_PAIR_CHANNEL,
		&transport, t);
	*state = t;
	return 0;
}

int exec_test_end(void **state)
{
	struct exec_test *t = *state;

	gl_pair_destroy(t->pair);
	free(t);
	return 0;
}

uint32_t exec_test_config(const struct exec_test *t, uint8_t samples)
{
	const struct glm_caps *caps = gl_pair_caps(t->pair);

	for (uint16_t i = 0; i < caps->n_configs; i++) {
		const struct glm_config *config = &caps->configs[i];

		if (config->red == 8 && config->alpha == 8 && config->depth >= 24 &&
			config->stencil == 8 && config->samples == samples && !config->floats)
			return config->id;
	}
	return 0;
}

void exec_test_raw(
	struct exec_test *t, uint16_t opcode, uint8_t flags, const void *payload, size_t size)
{
	const struct wire_header header = { .size = (uint32_t)(WIRE_HEADER_SIZE + size),
		.opcode = opcode,
		.channel = GL_PAIR_CHANNEL,
		.flags = flags };

	gl_encoder_flush(&t->enc);
	gl_pair_send(t->pair, &header, sizeof(header));
	gl_pair_send(t->pair, payload, size);
}

void exec_test_message(struct exec_test *t, const struct wire_type *type, const void *message)
{
	struct wire_writer writer;
	uint8_t *room = malloc(MESSAGE_ROOM);
	size_t size;

	assert(room);
	wire_writer_init(&writer, room, MESSAGE_ROOM);
	size = wire_write_message(&writer, type, GL_PAIR_CHANNEL, 0, message);
	assert(size > 0);
	gl_encoder_flush(&t->enc);
	gl_pair_send(t->pair, room, size);
	free(room);
}

const void *exec_test_wait(struct exec_test *t, const struct wire_type *type)
{
	const void *payload;
	size_t size;

	gl_encoder_flush(&t->enc);
	if (enc_wait(t, type->id, &payload, &size) < 0 ||
		!wire_decode(type, payload, size, &t->answer))
		return NULL;
	return &t->answer;
}

const struct glm_context_created *exec_test_context(
	struct exec_test *t, const struct glm_context_create *message)
{
	exec_test_message(t, &glm_context_create_type, message);
	return exec_test_wait(t, &glm_context_created_type);
}

const struct glm_surface_created *exec_test_surface(
	struct exec_test *t, const struct glm_surface_create *message)
{
	exec_test_message(t, &glm_surface_create_type, message);
	return exec_test_wait(t, &glm_surface_created_type);
}

void exec_test_current(struct exec_test *t, uint32_t context, uint32_t surface)
{
	exec_test_message(t, &glm_make_current_type,
		&(struct glm_make_current){ .context = context, .draw = surface, .read = surface });
}

void exec_test_start(struct exec_test *t)
{
	const struct glm_context_created *context;
	const struct glm_surface_created *surface;

	context = exec_test_context(t, &(struct glm_context_create){ .id = 1, .api = GLM_API_GL });
	assert(context && context->status == GLM_STATUS_DONE);
	surface = exec_test_surface(t, &(struct glm_surface_create){ .id = 1,
					       .config = EXEC_TEST_CONFIG(t),
					       .width = EXEC_TEST_WIDTH,
					       .height = EXEC_TEST_HEIGHT,
					       .kind = GLM_SURFACE_WINDOW });
	assert(surface && surface->status == GLM_STATUS_DONE);
	exec_test_current(t, 1, 1);
}

int exec_test_setup(void **state)
{
	exec_test_begin(state, NULL);
	exec_test_start(*state);
	return 0;
}

void exec_test_arrays(struct exec_test *t, const struct glm_client_array *arrays, uint16_t n,
	const void *data, size_t size)
{
	struct glm_client_arrays *message = calloc(1, sizeof(*message));

	assert(message);
	message->n_arrays = n;
	memcpy(message->arrays, arrays, n * sizeof(*arrays));
	message->data = (struct wire_blob){ .data = data, .size = (uint32_t)size };
	exec_test_message(t, &glm_client_arrays_type, message);
	free(message);
}

uint32_t exec_test_pixel(struct exec_test *t, GLint x, GLint y)
{
	GLubyte rgba[4] = { 1, 2, 3, 4 };

	gl_encode_ReadPixels(&t->enc, x, y, 1, 1, GL_RGBA, GL_UNSIGNED_BYTE, rgba);
	return (uint32_t)rgba[0] << 16 | (uint32_t)rgba[1] << 8 | rgba[2];
}

int exec_test_drain(struct exec_test *t)
{
	struct wire_header header;
	const void *payload;
	size_t size;
	int status;

	gl_encoder_flush(&t->enc);
	status = gl_pair_drain(t->pair);
	while (gl_pair_receive(t->pair, false, &header, &payload, &size) == 1)
		note(t, &header, payload, size);
	return status;
}

GLenum exec_test_error(struct exec_test *t)
{
	const GLenum error = (exec_test_drain(t), t->n_errors ? t->errors[0] : GL_NO_ERROR);

	t->n_errors = 0;
	return error;
}
