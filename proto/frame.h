/* SPDX-License-Identifier: MIT */
/*
 * Messages out of a byte stream (wire.md, "Framing"). A message that lies whole in the bytes handed
 * in is returned where it lies; one that is cut is put together in the caller's buffer. A header
 * with an impossible size fails the reader for good: there is no telling where the next one begins.
 */
#ifndef ORIEL_FRAME_H
#define ORIEL_FRAME_H

#include "wire.h"

struct frame_reader {
	uint8_t *buffer; /* borrowed; `have` bytes of a message that is not whole yet */
	size_t capacity;
	size_t have;
	bool failed;
};

struct frame_message {
	struct wire_header header;
	const uint8_t *payload; /* header.size - WIRE_HEADER_SIZE bytes, until the next call */
};

enum frame_result {
	FRAME_MORE,    /* all bytes were taken; no message is whole */
	FRAME_MESSAGE, /* *ret_message holds one; call again for the rest */
	FRAME_FAILED,  /* impossible size, now or before */
};

/* `buffer` is borrowed; messages over `capacity` bytes fail the reader. At least WIRE_HEADER_SIZE. */
void frame_reader_init(struct frame_reader *reader, void *buffer, size_t capacity);

/* Takes bytes up to the end of the next message and moves *data and *size past them. */
enum frame_result frame_reader_next(struct frame_reader *reader, const uint8_t **data, size_t *size,
	struct frame_message *ret_message);

/*
 * Where the rest of a message belongs of which the header and more has been taken, and how many
 * bytes that is; 0: there is none. Bytes that are put there are told with frame_reader_added();
 * they count as taken by the next frame_reader_next(), which may then be handed no others.
 */
uint8_t *frame_reader_room(const struct frame_reader *reader, size_t *ret_size);
void frame_reader_added(struct frame_reader *reader, size_t size);

/*
 * The bytes that were taken and are in no message: the beginning of one, or the header that failed
 * the reader. A resynchronisation searches them for its marker. Borrowed until the next call.
 */
size_t frame_reader_rest(const struct frame_reader *reader, const uint8_t **ret_data);

#endif
