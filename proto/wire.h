/* SPDX-License-Identifier: MIT */
/*
 * Bounded reader and writer of Oriel's messages (layout: wire.md, "Messages").
 *
 * Scalars are little-endian and naturally aligned from the start of the payload; the gaps are zero.
 * Both ends fail once and stay failed: code or decode every field, then look at `failed`.
 * A failed reader yields zeros and empty strings. Nothing here allocates or calls the system.
 */
#ifndef ORIEL_WIRE_H
#define ORIEL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the header before each message. */
#define WIRE_HEADER_SIZE 8u
/* Messages are padded with zeros to a multiple of this. */
#define WIRE_ALIGN 8u

struct wire_header {
	uint32_t size; /* bytes, header and padding included; a multiple of WIRE_ALIGN */
	uint16_t opcode;
	uint8_t channel;
	uint8_t flags;
};

struct wire_reader {
	const uint8_t *data; /* borrowed */
	size_t size;
	size_t at;
	bool failed;
};

struct wire_writer {
	uint8_t *data; /* borrowed */
	size_t capacity;
	size_t at;
	bool failed;
};

/* Bytes inside a received message: borrowed from the reader's buffer. */
struct wire_blob {
	const void *data;
	uint32_t size;
};

enum {
	WIRE_FROM_GUEST = 1,
	WIRE_FROM_HOST = 2,
};

/*
 * One message type: everything a dispatcher needs to check before it calls a handler. The generator
 * makes one for each message; min and max are bytes of payload before padding.
 */
struct wire_type {
	uint16_t id;
	uint8_t fds;     /* file descriptors that travel with it */
	uint8_t from;    /* guest protocol: who may send it, WIRE_FROM_GUEST and WIRE_FROM_HOST */
	bool on_channel; /* guest protocol: it travels on the channel it speaks of, not on channel 0 */
	const char *name;
	uint32_t min, max;
	size_t struct_size;
	void (*encode)(struct wire_writer *writer, const void *message);
	void (*decode)(struct wire_reader *reader, void *ret_message);
};

void wire_reader_init(struct wire_reader *reader, const void *data, size_t size);
uint8_t wire_read_u8(struct wire_reader *reader);
uint16_t wire_read_u16(struct wire_reader *reader);
uint32_t wire_read_u32(struct wire_reader *reader);
uint64_t wire_read_u64(struct wire_reader *reader);
/* `size` bytes into ret_data; zeros on failure. */
void wire_read_bytes(struct wire_reader *reader, void *ret_data, size_t size);
/* u16 length, bytes without NUL. ret_text has room for max + 1 bytes and is terminated. */
void wire_read_string(struct wire_reader *reader, char *ret_text, size_t max);
/* u32 length of at most max, bytes. */
void wire_read_blob(struct wire_reader *reader, struct wire_blob *ret_blob, size_t max);
/* u16 number of elements, of at most max; 0 on failure. */
uint16_t wire_read_count(struct wire_reader *reader, size_t max);
/* True when nothing failed and what is left is the zero padding to WIRE_ALIGN. */
bool wire_reader_done(const struct wire_reader *reader);

void wire_writer_init(struct wire_writer *writer, void *data, size_t capacity);
void wire_write_u8(struct wire_writer *writer, uint8_t value);
void wire_write_u16(struct wire_writer *writer, uint16_t value);
void wire_write_u32(struct wire_writer *writer, uint32_t value);
void wire_write_u64(struct wire_writer *writer, uint64_t value);
void wire_write_bytes(struct wire_writer *writer, const void *data, size_t size);
/* Text longer than max bytes is cut there, at the start of a UTF-8 character. */
void wire_write_string(struct wire_writer *writer, const char *text, size_t max);
void wire_write_blob(struct wire_writer *writer, const struct wire_blob *blob, size_t max);
void wire_write_count(struct wire_writer *writer, size_t count, size_t max);

/*
 * A whole message, header first, at the writer's place, which must be a multiple of WIRE_ALIGN.
 * Returns its size in bytes, or 0 when it does not fit (the writer has then failed).
 */
size_t wire_write_message(struct wire_writer *writer, const struct wire_type *type, uint8_t channel,
	uint8_t flags, const void *message);

/* Decodes a header. False when the size is not a multiple of WIRE_ALIGN, below WIRE_HEADER_SIZE or over max. */
bool wire_read_header(const void *data, size_t size_max, struct wire_header *ret_header);

/*
 * Checks a payload (the bytes after the header) against `type` and decodes it into ret_message,
 * which has room for type->struct_size bytes. False when it is too short, too long, or malformed.
 */
bool wire_decode(const struct wire_type *type, const void *payload, size_t size, void *ret_message);

/* The row of a table of `count` types sorted by id, or NULL. */
const struct wire_type *wire_find(const struct wire_type *const *types, size_t count, uint16_t id);

#endif
