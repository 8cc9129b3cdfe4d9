/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Executes a guest's OpenGL commands, one message at a time: checks each against its row, then its
 * arrays against its scalars, and calls through a table of functions. The generated gl_decode_*.c
 * stand upon it.
 *
 * Payloads are hostile and lie in memory that the guest cannot change meanwhile, 8-aligned. A
 * decoder fails once for a message and stays failed; a command whose message failed is not
 * executed, and if it is synchronous it is answered all the same, refused and with zeros.
 */
#ifndef GL_DECODER_H
#define GL_DECODER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "gl_enums.h"
#include "gl_functions.h"
#include "gl_sizes.h"
#include "gl_wire.h"

/* Arrays that one command may write, and bytes that any of them has room for whatever its length. */
#define GL_OUTS_MAX  8
#define GL_OUT_LEAST 256u
/* From so many bytes on, an array has room around it, so that it can be sent from where it lies. */
#define GL_OUT_ROOMY  16384u
#define GL_OUT_BEFORE 48u
#define GL_OUT_BEHIND 8u
/* Bytes of all that one command writes. */
#define GL_REPLY_MAX (UINT64_C(64) << 20)
/* Bytes of a text that a guest has room for; it may say that it has more. */
#define GL_TEXT_MAX (1 << 20)
/* Texts of one glShaderSource and its like, and bytes of all of them. */
#define GL_STRINGS_MAX 65536u
#define GL_SOURCE_MAX  (UINT64_C(16) << 20)
/* Nanoseconds that a guest may wait for a fence in one command. */
#define GL_TIMEOUT_MAX UINT64_C(1000000000)
/* Bytes of scratch memory that one command may use: translated names and the like. */
#define GL_SCRATCH_MAX    (UINT64_C(64) << 20)
#define GL_SCRATCH_INLINE 16384u

/* Bytes of a buffer, and places in it; and coordinates of pixels in images. */
#define GL_SIZE_MAX  (INT64_C(1) << 40)
#define GL_PLACE_MAX (1 << 29)
/* Where bitmaps may be drawn. */
#define GL_RASTER_MAX (1 << 24)

/* What a name is looked up for. */
enum gl_use {
	GL_USE_NAME, /* it ought to exist */
	GL_USE_BIND, /* binding it may make it */
};

/* The type of what a query writes, for values that are names. */
enum gl_element {
	GL_ELEMENT_OTHER,
	GL_ELEMENT_INT,
	GL_ELEMENT_INT64,
	GL_ELEMENT_FLOAT,
	GL_ELEMENT_DOUBLE,
};

/* One array that a command writes: `bytes` of it go into the reply. */
struct gl_out {
	void *data;
	uint64_t bytes;
	bool roomy; /* GL_OUT_BEFORE bytes before it and GL_OUT_BEHIND behind are free */
};

struct gl_reply_head {
	uint32_t status; /* 0: done, 1: refused */
	int32_t dims[3];
	uint64_t result;
};

/* What a command reads or writes of pixels: all of an image, or bytes that lie one after the other. */
struct gl_pixels {
	bool in_buffer;
	uint64_t offset, bytes;       /* there; the bytes without padding */
	const struct gl_image *image; /* NULL: none */
};

/* The context's side: names, bindings, and what only it knows. `context` is its own. */
struct gl_host {
	/* The host's name for the guest's, 0 for 0; for one that does not exist, one that never does. */
	GLuint (*name)(void *context, enum gl_class cls, GLuint guest, enum gl_use use);
	/* The same for a name whose class an enum says (object labels, image copies). */
	GLuint (*name_by)(void *context, GLenum kind, GLuint guest);
	/* The guest's name for the host's, 0 if there is none. */
	GLuint (*guest_name)(void *context, enum gl_class cls, GLuint host);
	/* Whether n names of the guest's choice are free; asked before what they are for is made. */
	bool (*names_free)(void *context, enum gl_class cls, GLsizei n, const GLuint *guest);
	void (*names_made)(void *context, enum gl_class cls, GLsizei n, const GLuint *guest,
		const GLuint *host);
	/* After the host deleted them. */
	void (*names_freed)(void *context, enum gl_class cls, GLsizei n, const GLuint *guest);
	/* NULL for one that does not exist. */
	GLsync (*sync)(void *context, uint64_t guest);
	void (*sync_made)(void *context, uint64_t guest, GLsync sync);
	void (*sync_freed)(void *context, uint64_t guest);
	/* Whether a buffer is bound there. */
	bool (*bound)(void *context, enum gl_binding binding);
	/* Whether one is, and `bytes` from `offset` on lie in it; 0 bytes where it is not known how many. */
	bool (*range)(void *context, enum gl_binding binding, uint64_t offset, uint64_t bytes);
	/*
	 * Pixels are about to be read or written: in a buffer object as the guest's pixel store
	 * says, or tightly. False: the pixel store cannot be made so, or they do not lie in the buffer.
	 */
	bool (*pixels)(void *context, enum gl_binding binding, const struct gl_pixels *pixels);
	/* Whether what the command would read and write is there: arrays with buffers, and so on. */
	bool (*draw)(void *context, uint16_t opcode, const void *wire);
	/* Elements that this query writes now; 0 if that cannot be told. */
	uint64_t (*count)(void *context, uint16_t opcode, const void *wire);
	/* The dimensions of the image that it reads; false if there is none. */
	bool (*dims)(void *context, uint16_t opcode, const void *wire, GLsizei ret_dims[3]);
	/* The command was not executed: what glGetError is to say. */
	void (*error)(void *context, GLenum error, const char *command);
	/* Exactly once for each synchronous command that wants a reply. */
	void (*reply)(void *context, uint16_t opcode, const struct gl_reply_head *head,
		const struct gl_out *outs, unsigned int n_outs);
};

struct gl_scratch; /* a piece of memory that a command asked for */

struct gl_decoder {
	const struct gl_functions *gl; /* borrowed; a function that the host lacks is NULL */
	const struct gl_host *host;    /* borrowed */
	void *context;                 /* the host's */

	/* The message under way. */
	uint16_t opcode;
	const char *command;
	const void *wire; /* its fixed fields */
	const uint8_t *at, *end;
	bool failed;
	GLenum error; /* what the failure is to the guest */
	uint64_t expected; /* bytes that the array would have had that made it fail, for who makes messages */
	struct gl_reply_head head;
	struct gl_out outs[GL_OUTS_MAX];
	unsigned int n_outs;
	uint64_t scratch_used, outs_bytes;
	unsigned int times; /* room that a result gets, in times of what it has */
	struct gl_scratch *scratch;
	_Alignas(16) uint8_t scratch_inline[GL_SCRATCH_INLINE];
};

enum {
	GL_ROW_SYNC = 1,  /* it is answered */
	GL_ROW_DRAW = 2,  /* it reads arrays or buffers: gl_host.draw is asked first */
	GL_ROW_KEEPS = 4, /* which arrays are enabled, and in which buffers they lie, is as before */
	GL_ROW_INSIDE = 16,  /* it may stand between glBegin and glEnd */
	GL_ROW_IN_PLACE = 8, /* its array is opaque: it may change while it is copied */
	GL_ROW_PLAIN = 32,   /* its decode function can be called for a message of the right size */
};

typedef void gl_decode_function(struct gl_decoder *dec, const void *payload);

/* One command. min, max: bytes of its payload. function: where its pointer lies in struct gl_functions. */
struct gl_row {
	const char *name;
	gl_decode_function *decode;
	uint32_t min, max;
	uint16_t function;
	uint8_t flags;
};

/* The row of an opcode, or NULL. */
const struct gl_row *gl_row_find(uint16_t opcode);

void gl_decoder_init(struct gl_decoder *dec, const struct gl_functions *gl,
	const struct gl_host *host, void *context);

/* Whether the command's function is there, which depends on the host's driver. */
static inline bool gl_row_has_function(const struct gl_row *row, const struct gl_functions *gl)
{
	void (*function)(void);

	memcpy(&function, (const uint8_t *)gl + row->function, sizeof(function));
	return function != NULL;
}

/*
 * Executes one message. payload: 8-aligned, of the message or of the bulk transfer that it names;
 * size: of all of it, a multiple of 8. rest: NULL, or for a command of GL_ROW_IN_PLACE where what
 * follows its fixed fields lies. True when it was executed; false when it was refused, which the
 * host's error() was told.
 */
bool gl_decode(struct gl_decoder *dec, uint16_t opcode, bool wants_reply, const void *payload,
	size_t size, const void *rest);

/* ---- for the generated code, and for the functions of gl_manual.h */

/* The message is over, to the last byte of it, and nothing failed: the command may be executed. */
static inline bool gl_decoder_ready(const struct gl_decoder *dec)
{
	return !dec->failed && dec->at == dec->end;
}

/* Marks the message as failed. */
void gl_decoder_fail(struct gl_decoder *dec, GLenum error);

/* Fails if a count is negative: a driver that compiles a display list copies what it points to, and does not look. */
static inline void gl_decoder_natural(struct gl_decoder *dec, int64_t count)
{
	if (count < 0)
		gl_decoder_fail(dec, GL_INVALID_VALUE);
}

/* Memory until the end of the command, zeroed, 16-aligned; NULL if there is not enough, and it has failed. */
void *gl_decoder_scratch(struct gl_decoder *dec, uint64_t bytes);

/* The next array, of as many bytes as were computed; `sent` is what the message says. NULL: it has failed. */
const void *gl_decoder_array(struct gl_decoder *dec, uint32_t sent, uint64_t bytes);
/* The same where the guest may say that there is none (then NULL, without failing). */
const void *gl_decoder_nullable(struct gl_decoder *dec, uint32_t sent, uint64_t bytes);
/* The same, followed by zeros up to GL_OUT_LEAST bytes: the driver may take more for needed than we. */
const void *gl_decoder_padded(struct gl_decoder *dec, uint32_t sent, uint64_t bytes);

/* Data, or an offset where a buffer is bound. Fails when the binding is not what the message says. */
const void *gl_decoder_source(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, uint64_t bytes);
/* The same where the guest may say that there is none (then NULL); with a buffer bound it must not. */
const void *gl_decoder_source_or_null(struct gl_decoder *dec, enum gl_binding binding,
	uint32_t sent, uint64_t offset, uint64_t bytes);
/* The same for images. */
const void *gl_decoder_image(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, const struct gl_image *image);
const void *gl_decoder_image_or_null(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, const struct gl_image *image);
/* Room for the command's result, or an offset where a buffer is bound. count elements of `size` bytes. */
void *gl_decoder_sink(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, uint64_t count, uint64_t size);
void *gl_decoder_image_sink(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, const struct gl_image *image);
/* An offset into a buffer that is bound; 0 where none is. */
const void *gl_decoder_offset(struct gl_decoder *dec, enum gl_binding binding, uint64_t offset);
/* An array of offsets. */
const void *const *gl_decoder_offsets(
	struct gl_decoder *dec, enum gl_binding binding, uint32_t sent, uint64_t bytes);

/* Text with its NUL, and its length without. */
const GLchar *gl_decoder_text(struct gl_decoder *dec, uint32_t sent, GLint *ret_length);
/* The same where the guest may give none. */
const GLchar *gl_decoder_text_or_null(struct gl_decoder *dec, uint32_t sent, GLint *ret_length);
/* `count` texts, and their lengths. */
const GLchar *const *gl_decoder_strings(
	struct gl_decoder *dec, uint32_t sent, GLsizei count, const GLint **ret_lengths);

/* Fails for numbers of which a driver's sum of two might be none. */
static inline void gl_decoder_size(struct gl_decoder *dec, int64_t size)
{
	if (size > GL_SIZE_MAX)
		gl_decoder_fail(dec, GL_INVALID_VALUE);
}

static inline void gl_decoder_place(struct gl_decoder *dec, int64_t place)
{
	if (place > GL_PLACE_MAX || place < -GL_PLACE_MAX)
		gl_decoder_fail(dec, GL_INVALID_VALUE);
}

static inline void gl_decoder_raster(struct gl_decoder *dec, double position)
{
	if (!(position <= GL_RASTER_MAX && position >= -GL_RASTER_MAX))
		gl_decoder_fail(dec, GL_INVALID_VALUE);
}

/* Names of the host for those of the guest. */
static inline GLuint gl_decoder_name(
	const struct gl_decoder *dec, enum gl_class cls, GLuint guest, enum gl_use use)
{
	return dec->host->name(dec->context, cls, guest, use);
}

const GLuint *gl_decoder_names(struct gl_decoder *dec, enum gl_class cls, uint64_t n,
	const GLuint *guest, enum gl_use use);

/* Names that the guest chose for what is to be made: fails unless all of them are free. */
const GLuint *gl_decoder_new_names(
	struct gl_decoder *dec, enum gl_class cls, uint32_t sent, GLsizei n);
/* One such name. */
void gl_decoder_new_name(struct gl_decoder *dec, enum gl_class cls, GLuint guest);

/* A count that only the host knows, when `count` is 0. */
uint64_t gl_decoder_count(struct gl_decoder *dec, uint64_t count);
/* What the host knows, and no more than `capacity`. */
uint64_t gl_decoder_count_within(struct gl_decoder *dec, uint64_t capacity);
/* The dimensions of the image that the command reads; they go into the reply, too. */
struct gl_image gl_decoder_host_image(struct gl_decoder *dec, GLenum format, GLenum type);

/* Room for the next array of the reply, zeroed, at least GL_OUT_LEAST bytes. NULL: it has failed. */
void *gl_decoder_out(struct gl_decoder *dec, uint64_t count, uint64_t size);
/* The least of what the guest says that array has room for, and what it has; where it lies in a
 * buffer, what the guest says. */
GLsizei gl_decoder_room(struct gl_decoder *dec, const void *out, GLsizei size);
/* Only `bytes` of that array were written. */
void gl_decoder_trim(struct gl_decoder *dec, const void *out, uint64_t bytes);
/* What lies in that array are names of the host: the guest gets its own. */
void gl_decoder_out_names(
	struct gl_decoder *dec, const void *out, enum gl_class cls, enum gl_element element);

#endif
