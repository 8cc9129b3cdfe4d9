/* SPDX-License-Identifier: MIT */
#include "gl_encoder.h"

#include "gl_enums.h"
#include "oriel_messages.h"

/* Header and fields of a bulk piece before its bytes (wire.md, message `bulk`). */
#define PIECE_HEAD 32u

static const uint8_t zeros[8];

void gl_encoder_init(struct gl_encoder *enc, void *batch, size_t batch_size, uint32_t message_max,
	uint8_t channel, const struct gl_transport *transport, void *data)
{
	memset(enc, 0, sizeof(*enc));
	enc->batch = enc->at = batch;
	enc->end = enc->batch + batch_size;
	enc->message_max = message_max;
	enc->transport = transport;
	enc->data = data;
	enc->channel = channel;
	enc->unpack.alignment = enc->pack.alignment = 4;
}

static void send_bytes(struct gl_encoder *enc, const void *bytes, size_t size)
{
	if (enc->open && size)
		enc->split = true;
	if (size)
		enc->quiet = false;
	if (!enc->lost && size && enc->transport->send(enc->data, bytes, size) < 0)
		enc->lost = true;
}

void gl_encoder_flush(struct gl_encoder *enc)
{
	send_bytes(enc, enc->batch, (size_t)(enc->at - enc->batch));
	enc->at = enc->batch;
}

/* Bytes of the stream: small ones through the batch, large ones from where they lie. */
static void put_bytes(struct gl_encoder *enc, const void *bytes, size_t size)
{
	if (size > (size_t)(enc->end - enc->at)) {
		gl_encoder_flush(enc);
		if (size > (size_t)(enc->end - enc->at)) {
			send_bytes(enc, bytes, size);
			return;
		}
	}
	memcpy(enc->at, bytes, size);
	enc->at += size;
}

/* The head of the next piece of the message that is sent as bulk. */
static void piece_begin(struct gl_encoder *enc)
{
	const uint64_t room = gl_min(enc->message_max - PIECE_HEAD, ORIEL_BULK_CHUNK_MAX);
	const uint64_t left = enc->bulk.total - enc->bulk.done;
	const uint32_t size = (uint32_t)(left < room ? left : room);
	_Alignas(8) uint8_t head[PIECE_HEAD];

	gl_encoder_header(head, (PIECE_HEAD + size + 7) & ~7u, ORIEL_BULK, enc->channel, 0);
	memcpy(head + 8, &enc->bulk.done, 8);
	memcpy(head + 16, &enc->bulk.total, 8);
	memcpy(head + 24, &enc->bulk.id, 4);
	memcpy(head + 28, &size, 4);
	put_bytes(enc, head, sizeof(head));
	enc->bulk.piece_left = size;
}

static void bulk_bytes(struct gl_encoder *enc, const uint8_t *bytes, uint64_t size)
{
	while (size && !enc->bulk.dropped) {
		uint64_t part;

		if (!enc->bulk.piece_left)
			piece_begin(enc);
		part = gl_min(size, enc->bulk.piece_left);
		put_bytes(enc, bytes, (size_t)part);
		enc->bulk.done += part;
		enc->bulk.piece_left -= part;
		bytes += part;
		size -= part;
	}
}

/* The next bytes of the message under way. The fixed fields of one sent as bulk go first. */
void gl_encoder_raw(struct gl_encoder *enc, const void *bytes, uint64_t size)
{
	if (!enc->bulk.open) {
		put_bytes(enc, bytes, (size_t)size);
		return;
	}
	if (enc->staged) {
		const uint32_t staged = enc->staged;

		enc->staged = 0;
		bulk_bytes(enc, enc->staging, staged);
	}
	bulk_bytes(enc, bytes, size);
}

void *gl_encoder_begin(struct gl_encoder *enc, uint16_t opcode, uint32_t size, uint64_t more)
{
	const uint64_t total = size + more;
	uint8_t *at;

	enc->opcode = opcode;
	if ((size_t)(enc->end - enc->at) < GL_HEADER_SIZE + gl_min(total, GL_BATCH_MIN / 2))
		gl_encoder_flush(enc);
	enc->open = true;
	enc->split = false;
	enc->bulk.open = GL_HEADER_SIZE + total > enc->message_max;
	if (enc->bulk.open) {
		enc->bulk.total = total;
		enc->bulk.done = enc->bulk.piece_left = 0;
		enc->bulk.dropped = total > GL_PAYLOAD_MAX;
		enc->bulk.id = enc->bulk.dropped ? 0 : enc->transport->bulk_id(enc->data);
		enc->staged = size;
		return enc->staging;
	}
	at = enc->at;
	gl_encoder_header(at, GL_HEADER_SIZE + (uint32_t)total, opcode, enc->channel, 0);
	enc->at += GL_HEADER_SIZE + size;
	return at + GL_HEADER_SIZE;
}

void gl_encoder_array(struct gl_encoder *enc, const void *bytes, uint64_t size)
{
	if (size > GL_PAYLOAD_MAX || size == 0)
		return;
	gl_encoder_raw(enc, bytes, size);
	gl_encoder_raw(enc, zeros, -size & 7);
}

/* The message that names the bulk transfer. */
static void end_bulk(struct gl_encoder *enc)
{
	uint32_t *id;

	gl_encoder_raw(enc, zeros, 0);
	enc->bulk.open = false;
	if (enc->bulk.dropped) {
		if (enc->transport->too_large)
			enc->transport->too_large(enc->data, enc->opcode, enc->bulk.total);
		enc->bulk.dropped = enc->calling;
		return;
	}
	id = gl_encoder_put(enc, enc->opcode, 8);
	id[0] = enc->bulk.id;
	id[1] = 0;
	((uint8_t *)id)[-1] = GL_FLAG_BULK;
}

void gl_encoder_end(struct gl_encoder *enc)
{
	const bool split = enc->split || (enc->bulk.open && !enc->bulk.dropped);

	if (enc->bulk.open)
		end_bulk(enc);
	enc->open = false;
	/* Whoever waits for the stream goes on, also when the message's end has been sent already. */
	if (split && !enc->calling) {
		gl_encoder_flush(enc);
		if (enc->transport->answered)
			enc->transport->answered(enc->data);
	}
}

uint64_t gl_text_bytes(const GLchar *text, int64_t length, bool zero)
{
	if (!text)
		return GL_LENGTH_NULL;
	if (length < 0 || (zero && length == 0))
		return strlen(text) + 1;
	return (uint64_t)length + 1;
}

void gl_encoder_text(struct gl_encoder *enc, const GLchar *text, uint64_t bytes)
{
	if (bytes > GL_PAYLOAD_MAX)
		return;
	gl_encoder_raw(enc, text, bytes - 1);
	gl_encoder_raw(enc, zeros, 1 + (-bytes & 7));
}

static uint64_t nth_length(const GLchar *const *texts, const GLint *lengths, GLsizei i)
{
	if (!texts[i])
		return 0;
	return lengths && lengths[i] >= 0 ? (uint64_t)lengths[i] : strlen(texts[i]);
}

uint64_t gl_strings_bytes(GLsizei count, const GLchar *const *texts, const GLint *lengths)
{
	uint64_t bytes = 0;

	/* What is not there is none, which the host refuses. */
	for (GLsizei i = 0; texts && i < count; i++)
		bytes += 4 + nth_length(texts, lengths, i) + 1;
	return bytes;
}

void gl_encoder_strings(
	struct gl_encoder *enc, GLsizei count, const GLchar *const *texts, const GLint *lengths)
{
	uint64_t bytes = 0;

	if (!texts || gl_strings_bytes(count, texts, lengths) > GL_PAYLOAD_MAX)
		return;
	for (GLsizei i = 0; i < count; i++) {
		const uint32_t length = (uint32_t)nth_length(texts, lengths, i);

		gl_encoder_raw(enc, &length, sizeof(length));
		bytes += sizeof(length);
	}
	for (GLsizei i = 0; i < count; i++) {
		const uint64_t length = nth_length(texts, lengths, i);

		gl_encoder_raw(enc, texts[i], length);
		gl_encoder_raw(enc, zeros, 1);
		bytes += length + 1;
	}
	gl_encoder_raw(enc, zeros, -bytes & 7);
}

void gl_encoder_offsets(struct gl_encoder *enc, const void *const *offsets, uint64_t bytes)
{
	if (bytes > GL_PAYLOAD_MAX)
		return;
	for (uint64_t i = 0; i < bytes / 8; i++) {
		const uint64_t offset = (uintptr_t)offsets[i];

		gl_encoder_raw(enc, &offset, sizeof(offset));
	}
}

void gl_encoder_sizes(struct gl_encoder *enc, const GLintptr *sizes, uint64_t bytes)
{
	if (bytes > GL_PAYLOAD_MAX)
		return;
	for (uint64_t i = 0; i < bytes / 8; i++) {
		const int64_t size = sizes[i];

		gl_encoder_raw(enc, &size, sizeof(size));
	}
}

/* Whether the batch holds one message, and the host has no error of those before it. */
static bool alone(const struct gl_encoder *enc)
{
	uint32_t size;

	memcpy(&size, enc->batch, sizeof(size));
	return enc->quiet && size == (size_t)(enc->at - enc->batch);
}

bool gl_encoder_call(struct gl_encoder *enc, uint16_t opcode, struct gl_reply *ret_reply)
{
	const bool was_quiet = alone(enc);
	const void *payload = NULL;
	const uint8_t *head;
	size_t size = 0;

	enc->done = false;
	memset(ret_reply, 0, sizeof(*ret_reply));
	ret_reply->status = GL_REPLY_REFUSED;
	enc->calling = true;
	if (enc->bulk.dropped) {
		enc->bulk.dropped = false;
		return false;
	}
	gl_encoder_flush(enc);
	if (!enc->lost && enc->transport->wait(enc->data, opcode, &payload, &size) < 0)
		enc->lost = true;
	if (enc->lost || size < GL_REPLY_HEAD_SIZE)
		return false;
	head = payload;
	memcpy(&ret_reply->status, head, 4);
	memcpy(ret_reply->dims, head + 4, 12);
	memcpy(&ret_reply->result, head + 16, 8);
	ret_reply->at = head + GL_REPLY_HEAD_SIZE;
	ret_reply->end = head + size;
	enc->done = ret_reply->status == GL_REPLY_DONE;
	/* Where arrays were written, however short, there was no error. */
	enc->quiet = was_quiet && enc->done && ret_reply->at < ret_reply->end;
	return enc->done;
}

void gl_encoder_answered(struct gl_encoder *enc)
{
	enc->calling = false;
	if (enc->transport->answered)
		enc->transport->answered(enc->data);
}

/* The next array of the reply; NULL when there is none. */
static const uint8_t *next_array(struct gl_reply *reply, uint64_t *ret_bytes)
{
	const uint64_t left = (uint64_t)(reply->end - reply->at);
	const uint8_t *array;
	uint64_t bytes;

	*ret_bytes = 0;
	if (left < 8)
		return NULL;
	memcpy(&bytes, reply->at, 8);
	if (bytes > left - 8)
		return NULL;
	array = reply->at + 8;
	reply->at = gl_part(bytes) > left - 8 ? reply->end : array + gl_part(bytes);
	*ret_bytes = bytes;
	return array;
}

void gl_reply_array(struct gl_reply *reply, void *out, uint64_t bytes)
{
	uint64_t sent;
	const uint8_t *array = next_array(reply, &sent);

	if (array && out)
		memcpy(out, array, (size_t)gl_min(bytes, sent));
}

/* Called with each row of an image: where it lies in the message and in the program's memory. */
typedef void row_function(void *data, uint8_t *memory, const struct gl_image_layout *layout);

static void each_row(const struct gl_image *image, const struct gl_image_layout *layout,
	void *memory, row_function *row, void *data)
{
	for (GLsizei z = 0; z < image->depth; z++)
		for (GLsizei y = 0; y < image->height; y++)
			row(data,
				(uint8_t *)memory + layout->first +
					(uint64_t)z * layout->image_stride +
					(uint64_t)y * layout->row_stride,
				layout);
}

/* One bit of a row, counted as its bit order says. */
static unsigned int bit_mask(unsigned int bit, bool lsb_first)
{
	return lsb_first ? 1u << (bit & 7) : 128u >> (bit & 7);
}

/* `n` bits from bit `from` of one row to bit `to` of the other. */
static void copy_bits(uint8_t *to_row, unsigned int to, const uint8_t *from_row, unsigned int from,
	uint64_t n, bool lsb_first)
{
	for (uint64_t i = 0; i < n; i++) {
		const uint64_t target = to + i, source = from + i;
		const unsigned int mask = bit_mask((unsigned int)(target & 7), lsb_first);
		uint8_t *byte = to_row + target / 8;

		if (from_row[source / 8] & bit_mask((unsigned int)(source & 7), lsb_first))
			*byte = (uint8_t)(*byte | mask);
		else
			*byte = (uint8_t)(*byte & ~mask);
	}
}

struct row_data {
	struct gl_encoder *enc;
	struct gl_reply *reply;
	const struct gl_image *image;
	bool lsb_first;
};

static void send_row(void *data, uint8_t *memory, const struct gl_image_layout *layout)
{
	struct row_data *rows = data;
	uint64_t left = gl_natural(rows->image->width);

	if (!layout->first_bit) {
		gl_encoder_raw(rows->enc, memory, layout->row_bytes);
		return;
	}
	for (uint64_t at = 0; left; at++) {
		const uint64_t n = gl_min(left, 8);
		uint8_t byte = 0;

		copy_bits(&byte, 0, memory + at, layout->first_bit, n, rows->lsb_first);
		gl_encoder_raw(rows->enc, &byte, 1);
		left -= n;
	}
}

void gl_encoder_image(
	struct gl_encoder *enc, const struct gl_image *image, const void *pixels, uint64_t bytes)
{
	struct row_data rows = { .enc = enc, .image = image, .lsb_first = enc->unpack_lsb_first };
	struct gl_image_layout layout;
	void *memory;

	if (bytes > GL_PAYLOAD_MAX || bytes == 0)
		return;
	memcpy(&memory, &pixels, sizeof(memory)); /* rows are only read here */
	if (!gl_image_layout(image, &enc->unpack, &layout)) {
		for (uint64_t i = 0; i < gl_part(bytes); i += 8)
			gl_encoder_raw(enc, zeros, 8);
		return;
	}
	if (!layout.first_bit && layout.row_stride == layout.row_bytes &&
		layout.image_stride == layout.row_bytes * gl_natural(image->height))
		gl_encoder_raw(enc, (uint8_t *)memory + layout.first, bytes);
	else
		each_row(image, &layout, memory, send_row, &rows);
	gl_encoder_raw(enc, zeros, -bytes & 7);
}

static void take_row(void *data, uint8_t *memory, const struct gl_image_layout *layout)
{
	struct row_data *rows = data;
	struct gl_reply *reply = rows->reply;

	if ((uint64_t)(reply->end - reply->at) < layout->row_bytes)
		return;
	if (rows->image->type == GL_BITMAP)
		copy_bits(memory, layout->first_bit, reply->at, 0, gl_natural(rows->image->width),
			rows->lsb_first);
	else
		memcpy(memory, reply->at, (size_t)layout->row_bytes);
	reply->at += layout->row_bytes;
}

uint64_t gl_image_extent(const struct gl_image *image, const struct gl_image_layout *layout)
{
	if (gl_natural(image->depth) == 0 || gl_natural(image->height) == 0)
		return 0;
	return layout->first + (gl_natural(image->depth) - 1) * layout->image_stride +
	       (gl_natural(image->height) - 1) * layout->row_stride + layout->row_bytes;
}

void gl_reply_image(struct gl_reply *reply, const struct gl_encoder *enc,
	const struct gl_image *image, void *pixels, uint64_t room)
{
	uint64_t sent;
	const uint8_t *array = next_array(reply, &sent);
	struct gl_reply part = { .at = array, .end = array ? array + sent : NULL };
	struct row_data rows = { .reply = &part, .image = image, .lsb_first = enc->pack_lsb_first };
	struct gl_image_layout layout;

	if (array && pixels && sent == gl_image_bytes(image) &&
		gl_image_layout(image, &enc->pack, &layout) &&
		gl_image_extent(image, &layout) <= room)
		each_row(image, &layout, pixels, take_row, &rows);
}
