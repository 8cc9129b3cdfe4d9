/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gl_loop.h"

#include <assert.h>
#include <stdlib.h>

static void *allocate(void *data, uint64_t size)
{
	(void)data;
	return malloc(size);
}

static void release(void *data, void *buffer)
{
	(void)data;
	free(buffer);
}

static const struct bulk_ops bulk_ops = { .allocate = allocate, .release = release };

static int loop_send(void *data, const void *bytes, size_t size)
{
	struct gl_loop *loop = data;

	assert(loop->size + size <= GL_LOOP_STREAM);
	memcpy(loop->stream + loop->size, bytes, size);
	loop->size += size;
	return 0;
}

static uint32_t loop_bulk_id(void *data)
{
	struct gl_loop *loop = data;

	return ++loop->bulk_id;
}

static void take_piece(struct gl_loop *loop, const struct wire_header *header, const uint8_t *payload)
{
	struct oriel_bulk piece;
	const bool good =
		wire_decode(&oriel_bulk_type, payload, header->size - WIRE_HEADER_SIZE, &piece);

	assert(good);
	assert(bulk_add(&loop->bulk, header->channel, &piece) == 0);
}

static void execute(struct gl_loop *loop, const struct wire_header *header, const uint8_t *payload)
{
	uint64_t size = header->size - WIRE_HEADER_SIZE;
	void *transfer = NULL;
	uint32_t id;

	if (header->flags & GL_FLAG_BULK) {
		memcpy(&id, payload, sizeof(id));
		transfer = bulk_take(&loop->bulk, header->channel, id, &size);
		assert(transfer);
	}
	if (loop->look)
		loop->look(loop->look_data, header->opcode, transfer ? transfer : payload, size);
	loop->messages++;
	if (!gl_decode(&loop->dec, header->opcode, !(header->flags & GL_FLAG_NO_REPLY),
		    transfer ? transfer : payload, size, NULL))
		loop->refused++;
	free(transfer);
}

static void run(struct gl_loop *loop)
{
	struct wire_header header;

	for (size_t at = 0; at < loop->size; at += header.size) {
		const uint8_t *payload = loop->stream + at + WIRE_HEADER_SIZE;
		const bool good = wire_read_header(loop->stream + at, loop->enc.message_max, &header);

		assert(good && at + header.size <= loop->size);
		if (header.opcode == ORIEL_BULK)
			take_piece(loop, &header, payload);
		else
			execute(loop, &header, payload);
	}
	loop->size = 0;
}

static int loop_wait(void *data, uint16_t opcode, const void **ret_payload, size_t *ret_size)
{
	struct gl_loop *loop = data;

	(void)opcode;
	if (loop->hold)
		return -1;
	run(loop);
	*ret_payload = loop->host.reply;
	*ret_size = loop->host.reply_size;
	return 0;
}

static void loop_too_large(void *data, uint16_t opcode, uint64_t bytes)
{
	struct gl_loop *loop = data;

	(void)opcode;
	(void)bytes;
	loop->too_large++;
}

static const struct gl_transport transport = {
	.send = loop_send,
	.bulk_id = loop_bulk_id,
	.wait = loop_wait,
	.too_large = loop_too_large,
};

void gl_loop_init(struct gl_loop *loop, const struct gl_functions *gl, uint32_t message_max)
{
	memset(loop, 0, sizeof(*loop));
	loop->stream = malloc(GL_LOOP_STREAM);
	assert(loop->stream);
	gl_encoder_init(
		&loop->enc, loop->batch, sizeof(loop->batch), message_max, 1, &transport, loop);
	gl_decoder_init(&loop->dec, gl, &record_host_ops, &loop->host);
	bulk_init(&loop->bulk, &bulk_ops, loop, ORIEL_BULK_TOTAL_MAX);
}

void gl_loop_finish(struct gl_loop *loop)
{
	bulk_finish(&loop->bulk);
	free(loop->stream);
}

void gl_loop_run(struct gl_loop *loop)
{
	gl_encoder_flush(&loop->enc);
	run(loop);
}
