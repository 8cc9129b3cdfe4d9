/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A channel of forwarded OpenGL on llvmpipe. Before the input some objects of every kind are made,
 * with the names 1 to 4. The input is a byte (1: compute shaders are off, 2: an ES context) and
 * messages as on the wire.
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gl_decode.h"
#include "gl_exec.h"
#include "gl_trace.h"
#include "gltest/gl_mutator.h"
#include "gltest/gl_prelude.h"

#define MESSAGE_MAX  16384u
#define MESSAGES_MAX 200u
/* A draw of more would only take its time: the watchdog is for that. */
#define ELEMENTS_MAX 5000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static struct egl egl;
static uint64_t taken[GL_EXEC_TAKES];
static unsigned int replies;

static const uint64_t limits[GL_EXEC_TAKES] = {
	[GL_EXEC_CONTEXTS] = 4,
	[GL_EXEC_RESOURCES] = 200,
	[GL_EXEC_RESOURCE_BYTES] = 64 << 20,
	[GL_EXEC_OBJECTS] = 400,
	[GL_EXEC_SHADER_BYTES] = 1 << 20,
};

static int on_send(void *data, const void *message, size_t size)
{
	struct wire_header header;

	(void)data;
	assert(wire_read_header(message, UINT32_MAX, &header) && header.size == size);
	replies += header.opcode >= GL_OP_FIRST;
	return 0;
}

static void on_present(
	void *data, uint32_t surface, uint32_t width, uint32_t height, uint32_t interval)
{
	const struct rects all = { .n = 1, .rects = { { .width = width, .height = height } } };
	struct gl_exec *exec = *(struct gl_exec **)data;
	uint8_t *pixels = malloc((size_t)width * height * 4);

	(void)interval;
	assert(pixels);
	gl_exec_read(exec, surface, false, &all, pixels, width * 4);
	free(pixels);
}

static void on_gone(void *data, uint32_t surface)
{
	(void)data, (void)surface;
}

static bool on_take(void *data, enum gl_exec_take what, uint64_t amount, uint64_t size)
{
	(void)data, (void)size;
	if (amount > limits[what] || taken[what] > limits[what] - amount)
		return false;
	taken[what] += amount;
	return true;
}

static void on_give(void *data, enum gl_exec_take what, uint64_t amount)
{
	(void)data;
	assert(amount <= taken[what]);
	taken[what] -= amount;
}

static const struct gl_exec_ops ops = {
	.send = on_send,
	.present = on_present,
	.surface_gone = on_gone,
	.take = on_take,
	.give = on_give,
};

/* Whether a number of it is so large that a draw would go on for minutes. */
static bool takes_long(const struct wire_header *header, const uint8_t *payload)
{
	const struct gl_trace_row *row = gl_trace_find(header->opcode);
	const struct gl_row *what = gl_row_find(header->opcode);

	if (!row || !what || header->size - WIRE_HEADER_SIZE < row->size)
		return false;
	if (header->opcode == GL_OP_ClientWaitSync)
		return true;
	if (header->opcode == GL_OP_ArrayElement)
		return false;
	if (!(what->flags & (GL_ROW_DRAW | GL_ROW_INSIDE)) && !strstr(row->name, "Eval") &&
		!strstr(row->name, "MapGrid") && !strstr(row->name, "Tess") &&
		!strstr(row->name, "Patch"))
		return false;
	for (uint16_t i = 0; i < row->n_fields; i++) {
		uint32_t value;

		if (row->fields[i].type < GL_TRACE_I32 || row->fields[i].form != GL_TRACE_VALUE)
			continue;
		if (row->fields[i].type > GL_TRACE_U32 || !strcmp(row->fields[i].name, "first") ||
			!strcmp(row->fields[i].name, "basevertex"))
			continue;
		memcpy(&value, payload + row->fields[i].offset, sizeof(value));
		if (value > ELEMENTS_MAX && value < 0x80000000)
			return true;
	}
	return false;
}

static bool execute(struct gl_exec *exec, const struct wire_header *header, const uint8_t *payload)
{
	const size_t size = header->size - WIRE_HEADER_SIZE;
	const struct gl_row *row = gl_row_find(header->opcode);
	uint8_t *copy;
	int status;

	if (takes_long(header, payload))
		return true;
	copy = malloc(size ? size : 1); /* so that a byte read beyond it is seen */
	assert(copy);
	memcpy(copy, payload, size);
	replies = 0;
	status = gl_exec_message(exec, header, copy, size, NULL);
	if (status == 0 && row)
		assert(replies == (row->flags & GL_ROW_SYNC && !(header->flags & 2) ? 1 : 0));
	free(copy);
	return status == 0 || status == -EPROTO;
}

static void run(struct gl_exec *exec, const uint8_t *data, size_t size, unsigned int most)
{
	struct wire_header header;
	size_t at = 0;

	for (unsigned int n = 0;
		n < most && size - at >= WIRE_HEADER_SIZE &&
		wire_read_header(data + at, MESSAGE_MAX, &header) && header.size <= size - at;
		n++, at += header.size)
		if (!execute(exec, &header, data + at + WIRE_HEADER_SIZE))
			return;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t *preludes[2];
	static size_t prelude_sizes[2];
	char reason[IPC_TEXT_MAX + 1];
	struct gl_exec *exec;
	unsigned int es;

	if (!egl.display) {
		const bool opened = egl_open_surfaceless(&egl, reason);

		assert(opened);
		for (unsigned int i = 0; i < 2; i++)
			preludes[i] = gl_prelude(&egl, i == 1, &prelude_sizes[i]);
	}
	if (size == 0)
		return 0;
	es = data[0] >> 1 & 1;
	assert(gl_exec_create(&(struct gl_exec_config){ .egl = &egl,
				      .compute = !(data[0] & 1),
				      .refresh = 60000,
				      .shader_size = 1 << 16,
				      .resource_size = 32 << 20,
				      .ops = &ops,
				      .data = &exec },
		       &exec) == 0);
	run(exec, preludes[es], prelude_sizes[es], UINT32_MAX);
	run(exec, data + 1, size - 1, MESSAGES_MAX);
	gl_exec_destroy(exec);
	for (unsigned int i = 0; i < GL_EXEC_TAKES; i++)
		assert(taken[i] == 0);
	return 0;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	return gl_mutate(data, size, max_size, MESSAGE_MAX, seed);
}
