/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gl_decoder.h"

#include <stdlib.h>
#include <string.h>

#include "gl_decode.h"

struct gl_scratch {
	struct gl_scratch *next; // gl_decoder.scratch
	_Alignas(16) uint8_t bytes[];
};

void gl_decoder_init(struct gl_decoder *dec, const struct gl_functions *gl,
	const struct gl_host *host, void *context)
{
	*dec = (struct gl_decoder){ .gl = gl, .host = host, .context = context };
}

const struct gl_row *gl_row_find(uint16_t opcode)
{
	if (opcode < GL_OP_FIRST || opcode > GL_OP_LAST)
		return NULL;
	return gl_rows[opcode - GL_OP_FIRST];
}

void gl_decoder_fail(struct gl_decoder *dec, GLenum error)
{
	if (!dec->failed)
		dec->error = error;
	dec->failed = true;
}

static void begin(struct gl_decoder *dec, uint16_t opcode, const char *command)
{
	dec->opcode = opcode;
	dec->command = command;
	dec->failed = false;
	dec->error = GL_INVALID_OPERATION;
	dec->n_outs = 0;
	dec->times = 1;
	dec->outs_bytes = dec->scratch_used = 0;
}

static void free_scratch(struct gl_decoder *dec)
{
	while (dec->scratch) {
		struct gl_scratch *next = dec->scratch->next;

		free(dec->scratch);
		dec->scratch = next;
	}
}

static void execute(struct gl_decoder *dec, const struct gl_row *row, const void *payload,
	size_t size, const void *rest)
{
	if (size < row->min || size > row->max) {
		gl_decoder_fail(dec, GL_INVALID_VALUE);
		return;
	}
	if (!gl_row_has_function(row, dec->gl)) {
		gl_decoder_fail(dec, GL_INVALID_OPERATION);
		return;
	}
	dec->wire = payload;
	dec->at = rest ? rest : (const uint8_t *)payload + row->min;
	dec->end = dec->at + (size - row->min);
	if ((row->flags & GL_ROW_DRAW) && !dec->host->draw(dec->context, dec->opcode, payload)) {
		gl_decoder_fail(dec, GL_INVALID_OPERATION);
		return;
	}
	row->decode(dec, payload);
	if (!gl_decoder_ready(dec))
		gl_decoder_fail(dec, GL_INVALID_VALUE);
}

bool gl_decode(struct gl_decoder *dec, uint16_t opcode, bool wants_reply, const void *payload,
	size_t size, const void *rest)
{
	static const struct gl_reply_head refused = { .status = 1 };
	const struct gl_row *row = gl_row_find(opcode);

	begin(dec, opcode, row ? row->name : "?");
	if (!row) {
		gl_decoder_fail(dec, GL_INVALID_OPERATION);
	} else {
		if (row->flags & GL_ROW_SYNC)
			memset(&dec->head, 0, sizeof(dec->head));
		execute(dec, row, payload, size, rest);
		if ((row->flags & GL_ROW_SYNC) && wants_reply)
			dec->host->reply(dec->context, opcode, dec->failed ? &refused : &dec->head,
				dec->outs, dec->failed ? 0 : dec->n_outs);
	}
	if (dec->failed)
		dec->host->error(dec->context, dec->error, dec->command);
	if (dec->scratch)
		free_scratch(dec);
	return !dec->failed;
}

void *gl_decoder_scratch(struct gl_decoder *dec, uint64_t bytes)
{
	const uint64_t padded = bytes + (-bytes & 15);
	struct gl_scratch *piece;
	uint8_t *at;

	if (dec->failed)
		return NULL;
	if (bytes > GL_SCRATCH_MAX || dec->scratch_used + padded > GL_SCRATCH_MAX + GL_REPLY_MAX) {
		gl_decoder_fail(dec, GL_OUT_OF_MEMORY);
		return NULL;
	}
	if (dec->scratch_used + padded <= sizeof(dec->scratch_inline)) {
		at = dec->scratch_inline + dec->scratch_used;
		dec->scratch_used += padded;
		return memset(at, 0, bytes);
	}
	piece = calloc(1, sizeof(*piece) + bytes);
	if (!piece) {
		gl_decoder_fail(dec, GL_OUT_OF_MEMORY);
		return NULL;
	}
	dec->scratch_used += padded;
	piece->next = dec->scratch;
	dec->scratch = piece;
	return piece->bytes;
}

/* What it is to the guest that something cannot have so many bytes. */
static GLenum length_error(uint64_t bytes)
{
	if (bytes == GL_LENGTH_UNKNOWN)
		return GL_INVALID_ENUM;
	return bytes > GL_REPLY_MAX ? GL_OUT_OF_MEMORY : GL_INVALID_VALUE;
}

const void *gl_decoder_array(struct gl_decoder *dec, uint32_t sent, uint64_t bytes)
{
	const uint8_t *array = dec->at;
	uint64_t part;

	if (dec->failed)
		return NULL;
	if (bytes > GL_PAYLOAD_MAX || sent != bytes) {
		dec->expected = bytes;
		gl_decoder_fail(
			dec, sent == GL_WIRE_UNKNOWN ? length_error(bytes) : GL_INVALID_VALUE);
		return NULL;
	}
	part = gl_part(bytes);
	if (part > (uint64_t)(dec->end - dec->at)) {
		gl_decoder_fail(dec, GL_INVALID_VALUE);
		return NULL;
	}
	dec->at += part;
	return array;
}

const void *gl_decoder_nullable(struct gl_decoder *dec, uint32_t sent, uint64_t bytes)
{
	return sent == GL_WIRE_NULL ? NULL : gl_decoder_array(dec, sent, bytes);
}

const void *gl_decoder_padded(struct gl_decoder *dec, uint32_t sent, uint64_t bytes)
{
	const void *array = gl_decoder_array(dec, sent, bytes);
	void *padded;

	if (!array || bytes >= GL_OUT_LEAST)
		return array;
	padded = gl_decoder_scratch(dec, GL_OUT_LEAST);
	return padded ? memcpy(padded, array, bytes) : NULL;
}

static bool is_pixels(enum gl_binding binding)
{
	return binding == GL_BOUND_PIXEL_PACK || binding == GL_BOUND_PIXEL_UNPACK;
}

/* Whether message and context agree about a bound buffer; tells the context about pixels. */
static bool agree(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent, uint64_t offset,
	uint64_t bytes, const struct gl_image *image)
{
	const struct gl_pixels pixels = {
		.in_buffer = sent == GL_WIRE_OFFSET, .offset = offset, .bytes = bytes, .image = image
	};
	bool agreed;

	if (dec->failed)
		return false;
	if (pixels.in_buffer)
		agreed = dec->host->range(
			dec->context, binding, offset, is_pixels(binding) ? 0 : bytes);
	else
		agreed = !dec->host->bound(dec->context, binding);
	if (agreed && pixels.in_buffer && bytes == GL_LENGTH_UNKNOWN) {
		gl_decoder_fail(dec, GL_INVALID_ENUM);
		return false;
	}
	if (agreed && is_pixels(binding))
		agreed = dec->host->pixels(dec->context, binding, &pixels);
	if (!agreed)
		gl_decoder_fail(dec, GL_INVALID_OPERATION);
	return agreed;
}

static void *as_pointer(uint64_t offset)
{
	return (void *)(uintptr_t)offset;
}

static const void *source(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, uint64_t bytes, const struct gl_image *image)
{
	if (!agree(dec, binding, sent, offset, bytes, image))
		return NULL;
	if (sent == GL_WIRE_OFFSET)
		return as_pointer(offset);
	return gl_decoder_array(dec, sent, bytes);
}

static const void *source_or_null(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, uint64_t bytes, const struct gl_image *image)
{
	if (sent == GL_WIRE_NULL) {
		agree(dec, binding, sent, 0, 0, NULL);
		return NULL;
	}
	return source(dec, binding, sent, offset, bytes, image);
}

const void *gl_decoder_source(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, uint64_t bytes)
{
	return source(dec, binding, sent, offset, bytes, NULL);
}

const void *gl_decoder_source_or_null(struct gl_decoder *dec, enum gl_binding binding,
	uint32_t sent, uint64_t offset, uint64_t bytes)
{
	return source_or_null(dec, binding, sent, offset, bytes, NULL);
}

const void *gl_decoder_image(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, const struct gl_image *image)
{
	return source(dec, binding, sent, offset, gl_image_bytes(image), image);
}

const void *gl_decoder_image_or_null(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, const struct gl_image *image)
{
	return source_or_null(dec, binding, sent, offset, gl_image_bytes(image), image);
}

static void *sink(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent, uint64_t offset,
	uint64_t bytes, const struct gl_image *image)
{
	if (!agree(dec, binding, sent, offset, bytes, image))
		return NULL;
	if (sent == GL_WIRE_OFFSET)
		return as_pointer(offset);
	return gl_decoder_out(dec, bytes, 1);
}

void *gl_decoder_sink(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, uint64_t count, uint64_t size)
{
	return sink(dec, binding, sent, offset, gl_mul(count, size), NULL);
}

void *gl_decoder_image_sink(struct gl_decoder *dec, enum gl_binding binding, uint32_t sent,
	uint64_t offset, const struct gl_image *image)
{
	return sink(dec, binding, sent, offset, gl_image_bytes(image), image);
}

const void *gl_decoder_offset(struct gl_decoder *dec, enum gl_binding binding, uint64_t offset)
{
	if (offset && !dec->failed && !dec->host->range(dec->context, binding, offset, 0))
		gl_decoder_fail(dec, GL_INVALID_OPERATION);
	return dec->failed ? NULL : as_pointer(offset);
}

const void *const *gl_decoder_offsets(
	struct gl_decoder *dec, enum gl_binding binding, uint32_t sent, uint64_t bytes)
{
	_Static_assert(sizeof(void *) == sizeof(uint64_t), "offsets are as wide as pointers");
	if (!dec->failed && !dec->host->bound(dec->context, binding))
		gl_decoder_fail(dec, GL_INVALID_OPERATION);
	return gl_decoder_array(dec, sent, bytes);
}

const GLchar *gl_decoder_text(struct gl_decoder *dec, uint32_t sent, GLint *ret_length)
{
	const GLchar *text;

	*ret_length = 0;
	if (sent == 0 || sent > GL_SOURCE_MAX) {
		gl_decoder_fail(dec, GL_INVALID_VALUE);
		return NULL;
	}
	text = gl_decoder_array(dec, sent, sent);
	if (!text)
		return NULL;
	if (text[sent - 1] != '\0') {
		gl_decoder_fail(dec, GL_INVALID_VALUE);
		return NULL;
	}
	*ret_length = (GLint)(sent - 1);
	return text;
}

const GLchar *gl_decoder_text_or_null(struct gl_decoder *dec, uint32_t sent, GLint *ret_length)
{
	*ret_length = 0;
	return sent == GL_WIRE_NULL ? NULL : gl_decoder_text(dec, sent, ret_length);
}

/* Finds the texts behind their lengths. False when they do not fill the array exactly. */
static bool split_texts(
	const uint8_t *array, uint64_t bytes, uint64_t count, const GLchar **texts, GLint *lengths)
{
	uint64_t at = count * 4;

	for (uint64_t i = 0; i < count; i++) {
		uint32_t length;

		memcpy(&length, array + i * 4, sizeof(length));
		if (at >= bytes || length >= bytes - at || array[at + length] != '\0')
			return false;
		texts[i] = (const GLchar *)array + at;
		lengths[i] = (GLint)length;
		at += (uint64_t)length + 1;
	}
	return at == bytes;
}

const GLchar *const *gl_decoder_strings(
	struct gl_decoder *dec, uint32_t sent, GLsizei count, const GLint **ret_lengths)
{
	const uint64_t n = gl_natural(count);
	const uint8_t *array;
	const GLchar **texts;
	GLint *lengths;

	*ret_lengths = NULL;
	if (sent > GL_SOURCE_MAX || n > GL_STRINGS_MAX || n * 5 > sent) {
		gl_decoder_fail(dec, GL_INVALID_VALUE);
		return NULL;
	}
	array = gl_decoder_array(dec, sent, sent);
	texts = gl_decoder_scratch(dec, n * sizeof(*texts));
	lengths = gl_decoder_scratch(dec, n * sizeof(*lengths));
	if (!array || !texts || !lengths)
		return NULL;
	if (!split_texts(array, sent, n, texts, lengths)) {
		gl_decoder_fail(dec, GL_INVALID_VALUE);
		return NULL;
	}
	*ret_lengths = lengths;
	return texts;
}

const GLuint *gl_decoder_names(
	struct gl_decoder *dec, enum gl_class cls, uint64_t n, const GLuint *guest, enum gl_use use)
{
	GLuint *names;

	if (!guest)
		return NULL;
	names = gl_decoder_scratch(dec, gl_mul(n, sizeof(*names)));
	for (uint64_t i = 0; names && i < n; i++)
		names[i] = dec->host->name(dec->context, cls, guest[i], use);
	return names;
}

const GLuint *gl_decoder_new_names(struct gl_decoder *dec, enum gl_class cls, uint32_t sent, GLsizei n)
{
	const GLuint *names = gl_decoder_array(dec, sent, gl_mul(gl_natural(n), sizeof(*names)));

	if (names && n > 0 && !dec->host->names_free(dec->context, cls, n, names)) {
		gl_decoder_fail(dec, GL_INVALID_VALUE);
		return NULL;
	}
	return names;
}

void gl_decoder_new_name(struct gl_decoder *dec, enum gl_class cls, GLuint guest)
{
	if (!dec->failed && !dec->host->names_free(dec->context, cls, 1, &guest))
		gl_decoder_fail(dec, GL_INVALID_VALUE);
}

uint64_t gl_decoder_count(struct gl_decoder *dec, uint64_t count)
{
	if (count || dec->failed)
		return count;
	return dec->host->count(dec->context, dec->opcode, dec->wire);
}

uint64_t gl_decoder_count_within(struct gl_decoder *dec, uint64_t capacity)
{
	return gl_min(gl_decoder_count(dec, 0), capacity);
}

struct gl_image gl_decoder_host_image(struct gl_decoder *dec, GLenum format, GLenum type)
{
	struct gl_image image = { .format = format, .type = type, .layers = true };
	GLsizei dims[3] = { 0, 0, 0 };

	if (!dec->failed && !dec->host->dims(dec->context, dec->opcode, dec->wire, dims))
		gl_decoder_fail(dec, GL_INVALID_OPERATION);
	image.width = dec->head.dims[0] = dims[0];
	image.height = dec->head.dims[1] = dims[1];
	image.depth = dec->head.dims[2] = dims[2];
	return image;
}

static void *roomy(struct gl_decoder *dec, uint64_t bytes)
{
	uint8_t *room = gl_decoder_scratch(dec, GL_OUT_BEFORE + bytes + GL_OUT_BEHIND);

	return room ? room + GL_OUT_BEFORE : NULL;
}

void *gl_decoder_out(struct gl_decoder *dec, uint64_t count, uint64_t size)
{
	const uint64_t bytes = gl_mul(count, size);
	const bool large = dec->times == 1 && bytes >= GL_OUT_ROOMY &&
			   bytes <= GL_REPLY_MAX - GL_OUT_BEFORE - GL_OUT_BEHIND;
	void *room;

	if (dec->failed)
		return NULL;
	if (bytes > GL_REPLY_MAX || dec->outs_bytes + bytes > GL_REPLY_MAX ||
		dec->n_outs == GL_OUTS_MAX) {
		gl_decoder_fail(dec, bytes == GL_LENGTH_UNKNOWN ? GL_INVALID_ENUM : GL_OUT_OF_MEMORY);
		return NULL;
	}
	if (large)
		room = roomy(dec, bytes);
	else
		room = gl_decoder_scratch(
			dec, dec->times * (bytes < GL_OUT_LEAST ? GL_OUT_LEAST : bytes));
	dec->outs_bytes += bytes;
	dec->outs[dec->n_outs++] = (struct gl_out){ .data = room, .bytes = bytes, .roomy = large };
	return room;
}

static struct gl_out *find_out(struct gl_decoder *dec, const void *out)
{
	for (unsigned int i = 0; i < dec->n_outs; i++)
		if (out && dec->outs[i].data == out)
			return &dec->outs[i];
	return NULL;
}

GLsizei gl_decoder_room(struct gl_decoder *dec, const void *out, GLsizei size)
{
	const struct gl_out *found = find_out(dec, out);
	uint64_t room;

	if (!found || size < 0)
		return size;
	room = found->bytes < GL_OUT_LEAST ? GL_OUT_LEAST : found->bytes;
	return (GLsizei)gl_min((uint64_t)size, room);
}

void gl_decoder_trim(struct gl_decoder *dec, const void *out, uint64_t bytes)
{
	struct gl_out *found = find_out(dec, out);

	if (found)
		found->bytes = gl_min(found->bytes, bytes);
}

/* One value of a query, which is a name. */
static void translate(struct gl_decoder *dec, enum gl_class cls, enum gl_element element, void *value)
{
	union {
		GLuint u;
		GLint64 i64;
		GLfloat f;
		GLdouble d;
	} v;

	GLuint name;

	switch (element) {
	case GL_ELEMENT_INT:
		memcpy(&v.u, value, sizeof(v.u));
		v.u = dec->host->guest_name(dec->context, cls, v.u);
		memcpy(value, &v.u, sizeof(v.u));
		break;
	case GL_ELEMENT_INT64:
		memcpy(&v.i64, value, sizeof(v.i64));
		v.i64 = dec->host->guest_name(dec->context, cls, (GLuint)v.i64);
		memcpy(value, &v.i64, sizeof(v.i64));
		break;
	case GL_ELEMENT_FLOAT:
		memcpy(&v.f, value, sizeof(v.f));
		name = v.f >= 0 && v.f < 4294967040.0f ? (GLuint)v.f : 0;
		v.f = (GLfloat)dec->host->guest_name(dec->context, cls, name);
		memcpy(value, &v.f, sizeof(v.f));
		break;
	case GL_ELEMENT_DOUBLE:
		memcpy(&v.d, value, sizeof(v.d));
		name = v.d >= 0 && v.d <= 4294967295.0 ? (GLuint)v.d : 0;
		v.d = dec->host->guest_name(dec->context, cls, name);
		memcpy(value, &v.d, sizeof(v.d));
		break;
	case GL_ELEMENT_OTHER:
		break;
	}
}

static uint64_t element_size(enum gl_element element)
{
	return element == GL_ELEMENT_INT || element == GL_ELEMENT_FLOAT ? 4 : 8;
}

void gl_decoder_out_names(
	struct gl_decoder *dec, const void *out, enum gl_class cls, enum gl_element element)
{
	struct gl_out *found = find_out(dec, out);
	const uint64_t size = element_size(element);

	if (!found || cls == GL_CLASS_NONE || element == GL_ELEMENT_OTHER)
		return;
	for (uint64_t at = 0; at + size <= found->bytes; at += size)
		translate(dec, cls, element, (uint8_t *)found->data + at);
}
