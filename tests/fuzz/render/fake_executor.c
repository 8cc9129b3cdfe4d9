/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fake_executor.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "glm_messages.h"

#define ANSWERS  0x200u /* commands below this and the next answer with what they brought */
#define PLAIN    0x210u /* of 16 bytes: one of the simplest kind */
#define IN_PLACE 0x300u
#define FAILS    0xfff0u

struct gl_exec {
	struct gl_exec_config config;
	uint64_t taken;
};

static size_t fake_caps(
	const struct egl *egl, bool compute, uint32_t refresh, void *ret_caps, size_t room)
{
	const struct glm_caps caps = { .refresh = refresh, .gl = compute ? 46 : 42 };
	struct wire_writer writer;

	(void)egl;
	wire_writer_init(&writer, ret_caps, room);
	glm_caps_type.encode(&writer, &caps);
	return writer.at;
}

static int fake_create(const struct gl_exec_config *config, struct gl_exec **ret_exec)
{
	struct gl_exec *exec = calloc(1, sizeof(*exec));

	if (!exec)
		return -ENOMEM;
	exec->config = *config;
	*ret_exec = exec;
	return 0;
}

static void fake_destroy(struct gl_exec *exec)
{
	exec->config.ops->give(exec->config.data, GL_EXEC_RESOURCES, exec->taken);
	free(exec);
}

static size_t fake_in_place(uint16_t opcode)
{
	return opcode >= IN_PLACE && opcode < FAILS ? 16 : 0;
}

/* Looks at every byte that is to be there. */
static int fake_answer(struct gl_exec *exec, uint16_t opcode, const uint8_t *payload, size_t size)
{
	_Alignas(8) uint8_t message[WIRE_HEADER_SIZE + 8];
	struct wire_header header = { .size = sizeof(message), .opcode = opcode };
	uint64_t sum = 0;

	for (size_t i = 0; i < size; i++)
		sum += payload[i];
	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), &sum, sizeof(sum));
	return exec->config.ops->send(exec->config.data, message, sizeof(message));
}

static int fake_message(struct gl_exec *exec, const struct wire_header *header, const void *fixed,
	size_t size, const void *rest)
{
	const struct gl_exec_ops *ops = exec->config.ops;
	struct glm_present present;
	struct glm_surface_destroy gone;

	assert(header->opcode >= 0x100 && ((uintptr_t)fixed & 7) == 0);
	if (header->opcode == GLM_PRESENT) {
		if (!wire_decode(&glm_present_type, fixed, size, &present))
			return -EPROTO;
		ops->present(exec->config.data, present.surface, 1 + present.surface % 64,
			1 + present.surface % 48, present.interval);
	} else if (header->opcode == GLM_SURFACE_DESTROY) {
		if (!wire_decode(&glm_surface_destroy_type, fixed, size, &gone))
			return -EPROTO;
		ops->surface_gone(exec->config.data, gone.id);
	} else if (header->opcode < ANSWERS) {
		exec->taken += ops->take(exec->config.data, GL_EXEC_RESOURCES, 1, 0);
	} else if (header->opcode >= FAILS) {
		return header->opcode & 1 ? -EPROTO : -ENOMEM;
	} else {
		return fake_answer(exec, header->opcode, rest ? rest : fixed,
			rest ? size - fake_in_place(header->opcode) : size);
	}
	return 0;
}

static size_t fake_plain(struct gl_exec *exec, uint8_t channel, const uint8_t *messages,
	size_t size, _Atomic uint64_t *steps)
{
	struct wire_header header;
	size_t done = 0;

	(void)exec;
	assert(((uintptr_t)messages & 7) == 0);
	while (size - done >= 16) {
		memcpy(&header, messages + done, sizeof(header));
		if (header.size != 16 || header.opcode != PLAIN || header.channel != channel)
			break;
		*steps += 1;
		done += header.size;
	}
	return done;
}

static void fake_idle(struct gl_exec *exec)
{
	(void)exec;
}

static int fake_read(struct gl_exec *exec, uint32_t surface, bool retained,
	const struct rects *rects, uint8_t *pixels, uint32_t stride)
{
	(void)exec;
	(void)surface;
	(void)retained;
	(void)rects;
	memset(pixels, 1, stride);
	return 0;
}

static int fake_retain(struct gl_exec *exec, uint32_t surface, const struct ipc_rect *rect)
{
	(void)exec;
	(void)surface;
	(void)rect;
	return 0;
}

static const char *fake_command(const struct gl_exec *exec)
{
	(void)exec;
	return NULL;
}

const struct executor fake_executor = {
	.caps = fake_caps,
	.create = fake_create,
	.destroy = fake_destroy,
	.in_place = fake_in_place,
	.message = fake_message,
	.plain = fake_plain,
	.idle = fake_idle,
	.read = fake_read,
	.retain = fake_retain,
	.command = fake_command,
};
