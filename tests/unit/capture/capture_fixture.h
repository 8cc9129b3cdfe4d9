/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures in memory files, as a channel would have left them. */
#ifndef ORIEL_TEST_CAPTURE_FIXTURE_H
#define ORIEL_TEST_CAPTURE_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "capture_reader.h"
#include "capture_writer.h"
#include "gl_sizes.h"
#include "gl_wire.h"
#include "oriel_messages.h"
#include "util.h"

#define CHANNEL 3u

struct made {
	struct capture_writer *writer;
	int fd; /* another descriptor of the file */
};

static inline void made_begin(struct made *made, uint64_t size_max)
{
	const struct glm_capture_head head = { .table_hash = GL_TABLE_HASH,
		.time_ns = UINT64_C(1700000000000000000),
		.version = GLM_VERSION,
		.flags = GL_CAPTURE_COMPUTE,
		.renderer = "a renderer",
		.driver = "4.5",
		.program = "a\tprogram",
		.parameters = { .data = "12345678", .size = 8 } };

	made->fd = memfd_create("capture", MFD_CLOEXEC);
	assert_true(made->fd >= 0);
	assert_int_equal(capture_writer_create(dup(made->fd), size_max, &head, &made->writer), 0);
}

static inline void made_add(
	struct made *made, enum gl_capture_kind kind, const void *message, size_t size)
{
	struct iovec parts[2] = { { .iov_len = WIRE_HEADER_SIZE },
		{ .iov_len = size - WIRE_HEADER_SIZE } };
	const uint8_t *rest = (const uint8_t *)message + WIRE_HEADER_SIZE;

	memcpy(&parts[0].iov_base, &message, sizeof(message));
	memcpy(&parts[1].iov_base, &rest, sizeof(rest));
	capture_writer_message(made->writer, kind, parts, 2);
}

/* A command: its fixed fields, and data behind them. */
static inline void made_command(struct made *made, uint16_t opcode, uint8_t flags,
	const void *fixed, size_t size, const void *data, size_t data_size)
{
	struct wire_header header = { .opcode = opcode, .channel = CHANNEL, .flags = flags };
	_cleanup_free_ uint8_t *message = calloc(1, WIRE_HEADER_SIZE + size + data_size + 8);
	const size_t padded = (data_size + 7) & ~(size_t)7;

	assert_non_null(message);
	header.size = (uint32_t)(WIRE_HEADER_SIZE + size + padded);
	memcpy(message, &header, sizeof(header));
	if (fixed)
		memcpy(message + WIRE_HEADER_SIZE, fixed, size);
	if (data)
		memcpy(message + WIRE_HEADER_SIZE + size, data, data_size);
	made_add(made, GL_CAPTURE_GUEST, message, header.size);
}

/* One of the messages that have a table. */
static inline void made_coded(struct made *made, enum gl_capture_kind kind,
	const struct wire_type *type, const void *message)
{
	_cleanup_free_ uint8_t *room = calloc(1, 1u << 20);
	struct wire_writer writer;
	size_t size;

	assert_non_null(room);
	wire_writer_init(&writer, room, 1u << 20);
	size = wire_write_message(&writer, type, CHANNEL, 0, message);
	assert_true(size > 0);
	made_add(made, kind, room, size);
}

static inline void made_clear_color(struct made *made, float red)
{
	const float fixed[4] = { red, 0, 0, 1 };

	made_command(made, GL_OP_ClearColor, 0, fixed, sizeof(fixed), NULL, 0);
}

static inline void made_present(struct made *made)
{
	const struct glm_present present = { .surface = 1, .interval = 1 };

	made_coded(made, GL_CAPTURE_GUEST, &glm_present_type, &present);
}

/* A payload in pieces, and the command that names it. */
static inline void made_bulk(struct made *made, uint16_t opcode, const void *payload, size_t size)
{
	const uint32_t use[2] = { 7, 0 };

	for (size_t at = 0; at < size; at += 1024) {
		const struct oriel_bulk piece = { .offset = at,
			.total = size,
			.id = 7,
			.data = { .data = (const uint8_t *)payload + at,
				.size = (uint32_t)(size - at < 1024 ? size - at : 1024) } };

		made_coded(made, GL_CAPTURE_GUEST, &oriel_bulk_type, &piece);
	}
	made_command(made, opcode, GL_FLAG_BULK, use, sizeof(use), NULL, 0);
}

/* The writer ends; what it has written is read. */
static inline struct capture_reader *made_open(struct made *made)
{
	char reason[CAPTURE_REASON_MAX] = "";
	struct capture_reader *reader = NULL;

	capture_writer_destroy(TAKE_PTR(made->writer));
	assert_true(lseek(made->fd, 0, SEEK_SET) == 0);
	if (capture_reader_create(fdopen(TAKE_FD(made->fd), "rb"), &reader, reason) < 0)
		fail_msg("%s", reason);
	return reader;
}

#endif
