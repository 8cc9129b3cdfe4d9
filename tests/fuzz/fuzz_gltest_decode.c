/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Forwarded OpenGL commands at the generated decoder, with a driver that reads all that it is given and
 * writes as much as it may. The input is a byte, whether buffers are bound, then messages as on the wire.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gl_decode.h"
#include "gl_loop.h"
#include "gl_roundtrip.h"
#include "gl_trace.h"
#include "wire.h"

#define MESSAGE_MAX 16384u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static struct gl_functions gl;
static struct gl_loop loop;
static struct record notes;

static void once(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	gl_mock_functions(&gl);
	gl_loop_init(&loop, &gl, MESSAGE_MAX);
}

static void execute(const struct wire_header *header, const uint8_t *payload)
{
	const size_t size = header->size - WIRE_HEADER_SIZE;
	const struct gl_row *row = gl_row_find(header->opcode);
	char text[512];
	uint8_t *copy = malloc(size ? size : 1); /* so that a byte read beyond it is seen */

	assert(copy);
	memcpy(copy, payload, size);
	record_begin(&notes);
	loop.host.replies = loop.host.errors = 0;
	if (gl_decode(&loop.dec, header->opcode, true, copy, size, NULL))
		assert(notes.calls == 1 && loop.host.errors == 0);
	else
		assert(notes.calls == 0 && loop.host.errors == 1);
	assert(loop.host.replies == (row && row->flags & GL_ROW_SYNC ? 1 : 0));
	gl_trace_message(header->opcode, copy, size, text, sizeof(text));
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_header header;
	size_t at = 1;

	once();
	if (size == 0)
		return 0;
	record_bound = data[0] & 1;
	while (size - at >= WIRE_HEADER_SIZE && wire_read_header(data + at, MESSAGE_MAX, &header) &&
		header.size <= size - at) {
		execute(&header, data + at + WIRE_HEADER_SIZE);
		at += header.size;
	}
	return 0;
}

static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

/* A well-formed message of some command behind the others; the new size. */
static size_t add_message(uint8_t *data, size_t size, size_t max_size)
{
	const struct gl_roundtrip *part = gl_roundtrip_part(random_below(GL_ROUNDTRIP_PARTS));
	uint32_t n = 0;

	while (part[n].name)
		n++;
	record_bound = data[0] & 1;
	record_null = random_below(4) == 0;
	loop.enc.bound = record_bound ? ~0u : 0;
	n = random_below(n);
	if (!record_bound && part[n].flags & GL_ROUNDTRIP_BOUND_ONLY)
		return size;
	record_begin(&notes);
	loop.hold = true;
	part[n].call(&loop.enc);
	gl_encoder_flush(&loop.enc);
	loop.hold = loop.enc.lost = false;
	if (loop.size <= max_size - size) {
		memcpy(data + size, loop.stream, loop.size);
		size += loop.size;
	}
	loop.size = 0;
	return size;
}

/* One fixed field of the message at `at`, by the table that traces it, or its opcode. */
static void bend_message(uint8_t *message, const struct wire_header *header)
{
	static const uint32_t values[] = { 0, 1, 2, 3, 4, 16, 255, 256, 4096, 0x7fffffff, 0x80000000,
		GL_WIRE_NULL, GL_WIRE_OFFSET, GL_WIRE_UNKNOWN, 0x10000000, 0x40000001, GL_INT,
		GL_RGBA, GL_UNSIGNED_BYTE, GL_BITMAP, GL_DOUBLE, GL_COMPRESSED_TEXTURE_FORMATS };
	const struct gl_trace_row *row = gl_trace_find(header->opcode);
	const uint32_t value = values[random_below(sizeof(values) / sizeof(values[0]))];
	size_t offset;

	if (!row || row->n_fields == 0 || random_below(16) == 0) {
		const uint16_t opcode =
			(uint16_t)(GL_OP_FIRST + random_below(GL_OP_LAST - GL_OP_FIRST + 1));

		memcpy(message + 4, &opcode, sizeof(opcode));
		return;
	}
	offset = WIRE_HEADER_SIZE + row->fields[random_below(row->n_fields)].offset;
	if (offset + sizeof(value) <= header->size)
		memcpy(message + offset, &value, sizeof(value));
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	size_t starts[64], n = 0;
	struct wire_header header;

	once();
	random_state = seed;
	if (size == 0) {
		data[0] = (uint8_t)random_below(2);
		size = 1;
	}
	for (size_t at = 1;
		n < 64 && size - at >= WIRE_HEADER_SIZE &&
		wire_read_header(data + at, MESSAGE_MAX, &header) && header.size <= size - at;
		at += header.size)
		starts[n++] = at;
	if (n == 0 || random_below(3) == 0)
		return add_message(data, size, max_size);
	if (random_below(8) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	n = starts[random_below((uint32_t)n)];
	wire_read_header(data + n, MESSAGE_MAX, &header);
	if (random_below(8) == 0) {
		memmove(data + n, data + n + header.size, size - n - header.size);
		return size - header.size;
	}
	bend_message(data + n, &header);
	return size;
}
