/* SPDX-License-Identifier: MIT */
/*
 * Writes OpenGL commands as messages into a batch and sends batches by an abstract transport.
 *
 * One encoder belongs to one channel and is used by one thread at a time. It allocates nothing and
 * calls no system; the batch and the transport are the caller's. The generated gl_encode_*.c stand
 * upon it. Once the transport failed the encoder is lost: it takes commands and throws them away,
 * and synchronous ones answer nothing.
 */
#ifndef GL_ENCODER_H
#define GL_ENCODER_H

#include <stdbool.h>
#include <string.h>

#include "gl_sizes.h"
#include "gl_wire.h"

#define GL_HEADER_SIZE 8u
/* Bytes of the largest structure of fixed fields; the generator checks it. */
#define GL_WIRE_STRUCT_MAX 256u
/* A batch is at least as large; 64 KiB is right. */
#define GL_BATCH_MIN 4096u

/*
 * The answer to a synchronous command: a head, then the arrays that it wrote, each as u64 bytes and
 * data padded to 8. Valid until the encoder's next call.
 */
struct gl_reply {
	uint32_t status; /* GL_REPLY_DONE or GL_REPLY_REFUSED */
	int32_t dims[3]; /* of an image whose size only the host knows */
	uint64_t result; /* what the command returns */
	const uint8_t *at, *end;
};

#define GL_REPLY_DONE      0u
#define GL_REPLY_REFUSED   1u
#define GL_REPLY_HEAD_SIZE 24u

struct gl_transport {
	/*
	 * Sends bytes of the stream. They may end inside of a message, or before the reply to one
	 * is waited for: then the encoder's `open` or `calling` is set, and nothing else may be
	 * sent in between. 0 or negative: the stream is lost.
	 */
	int (*send)(void *data, const void *bytes, size_t size);
	/* An id for a bulk transfer, free at this moment. */
	uint32_t (*bulk_id)(void *data);
	/*
	 * Waits for the reply to the newest message sent and gives its payload, 8-aligned and put together
	 * if it came as bulk; it stays until the next call. 0 or negative: the stream is lost.
	 */
	int (*wait)(void *data, uint16_t opcode, const void **ret_payload, size_t *ret_size);
	/* The reply has been read; may be NULL. Follows each call, those that did not get so far, too. */
	void (*answered)(void *data);
	/* A command was not sent, as its payload is over GL_PAYLOAD_MAX. */
	void (*too_large)(void *data, uint16_t opcode, uint64_t bytes);
};

struct gl_encoder {
	uint8_t *at, *end;                    /* what is free of the batch */
	uint8_t *batch;                       /* borrowed, 8-aligned */
	uint32_t message_max;                 /* bytes, as WELCOME said */
	const struct gl_transport *transport; /* borrowed */
	void *data;                           /* the transport's */
	uint8_t channel;
	bool lost;
	bool open;    /* a message is under way */
	bool split;   /* and a part of it has been sent */
	bool calling; /* its reply will be waited for */
	bool done;    /* the last one was not refused */
	bool quiet;   /* the host had no error to tell, and has got nothing since that may be one */

	/* Kept by the guest's shadow: one bit for each enum gl_binding where a buffer is bound. */
	uint32_t bound;
	struct gl_pixel_store unpack, pack;
	bool unpack_lsb_first, pack_lsb_first;

	/* A message that is sent as bulk: how far it is, and where its piece ends. */
	struct {
		uint64_t total, done, piece_left;
		uint32_t id;
		bool open, dropped;
	} bulk;

	_Alignas(8) uint8_t staging[GL_WIRE_STRUCT_MAX]; /* fixed fields of such a message */
	uint32_t staged;
	uint16_t opcode;
};

/*
 * batch: `batch_size` bytes, at least GL_BATCH_MIN, 8-aligned. message_max: bytes of one message, a
 * multiple of 8, at least GL_BATCH_MIN.
 */
void gl_encoder_init(struct gl_encoder *enc, void *batch, size_t batch_size, uint32_t message_max,
	uint8_t channel, const struct gl_transport *transport, void *data);

/* Sends what the batch holds. */
void gl_encoder_flush(struct gl_encoder *enc);

/* Whether a buffer is bound, so that pointers are offsets. */
static inline bool gl_encoder_bound(const struct gl_encoder *enc, enum gl_binding binding)
{
	return enc->bound >> binding & 1;
}

static inline void gl_encoder_header(
	uint8_t *at, uint32_t size, uint16_t opcode, uint8_t channel, uint8_t flags)
{
	const uint64_t header =
		size | (uint64_t)opcode << 32 | (uint64_t)channel << 48 | (uint64_t)flags << 56;

	memcpy(at, &header, sizeof(header));
}

/* Room for a message of fixed fields alone; the caller fills all `size` bytes (a multiple of 8). */
static inline void *gl_encoder_put(struct gl_encoder *enc, uint16_t opcode, uint32_t size)
{
	uint8_t *at;

	if ((size_t)(enc->end - enc->at) < GL_HEADER_SIZE + size)
		gl_encoder_flush(enc);
	at = enc->at;
	gl_encoder_header(at, GL_HEADER_SIZE + size, opcode, enc->channel, 0);
	enc->at += GL_HEADER_SIZE + size;
	return at + GL_HEADER_SIZE;
}

/* The message that is about to begin will be followed by gl_encoder_call(). */
static inline void gl_encoder_expect(struct gl_encoder *enc)
{
	enc->calling = true;
}

/*
 * Begins a message with arrays: room for its `size` bytes of fixed fields, `more` bytes of arrays to
 * follow (the sum of their gl_part()s). Each of them is then written, in order, and gl_encoder_end() follows.
 */
void *gl_encoder_begin(struct gl_encoder *enc, uint16_t opcode, uint32_t size, uint64_t more);
/* The next bytes of the message, and zeros up to the next multiple of 8. */
void gl_encoder_array(struct gl_encoder *enc, const void *bytes, uint64_t size);
/* The same without the zeros: what is written in pieces ends at a multiple of 8 all the same. */
void gl_encoder_raw(struct gl_encoder *enc, const void *bytes, uint64_t size);
void gl_encoder_end(struct gl_encoder *enc);

/* Bytes of text with its NUL: `length` of it, or up to its own NUL when length is negative (or 0 with `zero`). */
uint64_t gl_text_bytes(const GLchar *text, int64_t length, bool zero);
void gl_encoder_text(struct gl_encoder *enc, const GLchar *text, uint64_t bytes);
/* Texts as one array: count lengths (u32, without NUL), then the texts, each with its NUL. lengths may be NULL. */
uint64_t gl_strings_bytes(GLsizei count, const GLchar *const *texts, const GLint *lengths);
void gl_encoder_strings(
	struct gl_encoder *enc, GLsizei count, const GLchar *const *texts, const GLint *lengths);
/* Offsets, as pointers have them, as u64 each. */
void gl_encoder_offsets(struct gl_encoder *enc, const void *const *offsets, uint64_t bytes);
/* An image from the program's memory, read as its pixel store says; `bytes` of gl_image_bytes(). */
void gl_encoder_image(
	struct gl_encoder *enc, const struct gl_image *image, const void *pixels, uint64_t bytes);

/* Sizes and offsets in the program's width, as i64 each. */
void gl_encoder_sizes(struct gl_encoder *enc, const GLintptr *sizes, uint64_t bytes);

/* Marks the message that gl_encoder_put() gave room for as one that wants no reply. */
static inline void gl_encoder_no_reply(void *wire)
{
	((uint8_t *)wire)[-1] = GL_FLAG_NO_REPLY;
}

/*
 * Sends everything and waits for the reply to the newest message. False when the command was
 * refused or the stream is lost: ret_reply then gives zeros.
 */
bool gl_encoder_call(struct gl_encoder *enc, uint16_t opcode, struct gl_reply *ret_reply);
/* Ends what gl_encoder_call() began: its reply is done with. */
void gl_encoder_answered(struct gl_encoder *enc);
/* The reply's next array into `out`, at most `bytes`; out may be NULL. */
void gl_reply_array(struct gl_reply *reply, void *out, uint64_t bytes);
/* The reply's next array, an image, into the program's memory of `room` bytes as its pixel store says. */
void gl_reply_image(struct gl_reply *reply, const struct gl_encoder *enc,
	const struct gl_image *image, void *pixels, uint64_t room);

/* Whether it is known, without asking, that the host has no error to tell. */
static inline bool gl_encoder_quiet(const struct gl_encoder *enc)
{
	return enc->quiet && enc->at == enc->batch;
}

/* Bytes from an image's start in the program's memory to the end of its last row. */
uint64_t gl_image_extent(const struct gl_image *image, const struct gl_image_layout *layout);

/* Bytes that an application's array takes; count 0: only the host knows, and the reply says. */
static inline uint64_t gl_capacity(uint64_t count, uint64_t size)
{
	return count ? gl_mul(count, size) : GL_PAYLOAD_MAX;
}

#endif
