/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message is made of fields as the table says: enums of their group, small numbers, names that exist. Its
 * arrays get the lengths that the decoder expects: it is asked, with a driver that does nothing.
 */
#include "gl_mutator.h"

#include <string.h>

#include "gl_decode.h"
#include "gl_loop.h"
#include "gl_roundtrip.h"
#include "gl_trace.h"
#include "glm_messages.h"
#include "wire.h"

#define STARTS_MAX 256u
#define ARRAYS_MAX 8u

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);

static struct gl_functions gl;
static struct record_host host;
static struct record notes;
static struct gl_decoder dec;
static uint64_t random_state;

static uint32_t below(uint32_t n)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33) % n;
}

static void once(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	gl_mock_functions(&gl);
	gl_decoder_init(&dec, &gl, &record_host_ops, &host);
}

/* ---- values */

static uint32_t an_integer(void)
{
	static const uint32_t values[] = { 5, 6, 8, 15, 16, 17, 31, 32, 63, 64, 100, 255, 256, 1000,
		4096, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff8 };

	if (below(8) != 0)
		return below(5);
	return values[below(sizeof(values) / sizeof(values[0]))];
}

static uint32_t an_enum(const struct gl_trace_group *group)
{
	/* Those of which a driver knows more than the host: blocks in the pixel store, pinned memory, maps. */
	static const uint32_t odd[] = { 0x9127, 0x9128, 0x9129, 0x912A, 0x912B, 0x912C, 0x912D,
		0x912E, 0x9160, 0x8660, 0x8670, 0x8758, 0x93A4 };

	if (below(32) == 0)
		return odd[below(sizeof(odd) / sizeof(odd[0]))];
	if (!group || group->n == 0 || below(16) == 0)
		group = &gl_trace_enums;
	return group->enums[below(group->n)].value;
}

static double a_float(void)
{
	static const double values[] = { 0, 1, -1, 0.5, 2, 3.7, 100, 1e10, -1e30, 1e-30, 0.1, 16 };

	return values[below(sizeof(values) / sizeof(values[0]))];
}

static void put(const struct gl_trace_field *field, uint8_t *at)
{
	const float as_float = (float)a_float();
	const double as_double = a_float();
	uint64_t value = an_integer();

	switch (field->type) {
	case GL_TRACE_ENUM:
		value = an_enum(field->group);
		break;
	case GL_TRACE_BITS:
		value = field->group && field->group->n
				? an_enum(field->group) | an_enum(field->group)
				: below(0xffff);
		break;
	case GL_TRACE_BOOL:
		value = below(2);
		break;
	case GL_TRACE_F32:
		memcpy(&value, &as_float, sizeof(as_float));
		break;
	case GL_TRACE_F64:
		memcpy(&value, &as_double, sizeof(as_double));
		break;
	default:
		break;
	}
	memcpy(at, &value, gl_trace_type_size(field->type));
}

/* ---- messages */

static bool is_array(const struct gl_trace_field *field)
{
	return field->form == GL_TRACE_ARRAY || field->form == GL_TRACE_SOURCE ||
	       field->form == GL_TRACE_TEXT || field->form == GL_TRACE_STRINGS;
}

static void put_field(const struct gl_trace_field *field, uint8_t *payload)
{
	const uint64_t offset = below(3) ? 0 : below(64) * 4;
	const uint32_t none = below(3) ? GL_WIRE_OFFSET : GL_WIRE_NULL;

	switch (field->form) {
	case GL_TRACE_VALUE:
		put(field, payload + field->offset);
		break;
	case GL_TRACE_FIXED:
		for (uint16_t i = 0; i < field->elements; i++)
			put(field, payload + field->offset + i * gl_trace_type_size(field->type));
		break;
	case GL_TRACE_SOURCE:
	case GL_TRACE_SINK:
		memcpy(payload + field->place, &offset, sizeof(offset));
		if (below(2))
			memcpy(payload + field->offset, &none, sizeof(none));
		break;
	case GL_TRACE_TEXT:
		memcpy(payload + field->offset, &(uint32_t){ 1 }, 4);
		break;
	default:
		break;
	}
}

/* Lays the arrays out as their lengths say, with data in them; the payload's size, or 0. */
static size_t lay_out(const struct gl_trace_row *row, uint8_t *payload, size_t room)
{
	size_t size = row->size;

	for (uint16_t i = 0; i < row->n_fields; i++) {
		const struct gl_trace_field *field = &row->fields[i];
		const size_t element = gl_trace_type_size(field->type);
		uint32_t bytes;

		if (!is_array(field))
			continue;
		memcpy(&bytes, payload + field->offset, sizeof(bytes));
		if (bytes >= GL_WIRE_UNKNOWN)
			continue;
		if (size + gl_part(bytes) > room)
			return 0;
		memset(payload + size, 0, gl_part(bytes));
		if (field->form != GL_TRACE_TEXT && field->form != GL_TRACE_STRINGS)
			for (uint32_t at = 0; at + element <= bytes && at < 512;
				at += (uint32_t)element)
				put(field, payload + size + at);
		size += gl_part(bytes);
	}
	return size;
}

/* The first array whose length is not as expected gets it. False: there is none. */
static bool mend(const struct gl_trace_row *row, uint8_t *payload, unsigned int *from)
{
	unsigned int n = 0;

	for (uint16_t i = 0; i < row->n_fields; i++) {
		uint32_t bytes;

		if (!is_array(&row->fields[i]) || n++ < *from)
			continue;
		memcpy(&bytes, payload + row->fields[i].offset, sizeof(bytes));
		if (bytes == GL_WIRE_OFFSET || bytes == dec.expected)
			continue;
		bytes = (uint32_t)dec.expected;
		memcpy(payload + row->fields[i].offset, &bytes, sizeof(bytes));
		*from = n;
		return true;
	}
	return false;
}

/* A message of that command; its size with the header, 0: it does not fit. */
static size_t make(uint16_t opcode, uint8_t *message, size_t room)
{
	const struct gl_trace_row *row = gl_trace_find(opcode);
	uint8_t *payload = message + WIRE_HEADER_SIZE;
	_Alignas(8) static uint8_t copy[65536];
	unsigned int from = 0;
	size_t size;

	if (!row || room < WIRE_HEADER_SIZE + row->size)
		return 0;
	memset(message, 0, WIRE_HEADER_SIZE + row->size);
	for (uint16_t i = 0; i < row->n_fields; i++)
		put_field(&row->fields[i], payload);
	for (unsigned int i = 0; i <= ARRAYS_MAX; i++) {
		size = lay_out(row, payload, room - WIRE_HEADER_SIZE);
		if (size == 0 || size > sizeof(copy))
			return 0;
		memcpy(copy, payload, size);
		dec.expected = GL_LENGTH_UNKNOWN;
		record_bound = below(2);
		record_begin(&notes);
		if (gl_decode(&dec, opcode, false, copy, size, NULL) ||
			dec.expected >= sizeof(copy) || !mend(row, payload, &from))
			break;
	}
	size = lay_out(row, payload, room - WIRE_HEADER_SIZE);
	if (size == 0)
		return 0;
	size += WIRE_HEADER_SIZE;
	memcpy(message, &(uint32_t){ (uint32_t)size }, 4);
	memcpy(message + 4, &opcode, sizeof(opcode));
	return size;
}

static size_t make_own(uint8_t *message, size_t room)
{
	struct wire_writer writer;
	const uint32_t a = below(4), b = below(4), c = below(4);

	wire_writer_init(&writer, message, room);
	switch (below(8)) {
	case 0:
		return wire_write_message(&writer, &glm_make_current_type, 1, 0,
			&(struct glm_make_current){ a, b, below(4) ? b : c });
	case 1:
		return wire_write_message(&writer, &glm_context_destroy_type, 1, 0,
			&(struct glm_context_destroy){ a });
	case 2:
		return wire_write_message(&writer, &glm_surface_resize_type, 1, 0,
			&(struct glm_surface_resize){ a, below(100), below(100) });
	case 3:
		return wire_write_message(&writer, &glm_surface_destroy_type, 1, 0,
			&(struct glm_surface_destroy){ a });
	case 4:
		return wire_write_message(&writer, &glm_program_describe_type, 1, 0,
			&(struct glm_program_describe){ below(8) });
	case 5:
		return wire_write_message(&writer, &glm_context_create_type, 1, 0,
			&(struct glm_context_create){ .id = a,
				.share = b,
				.api = GLM_API_GL,
				.profile = (uint8_t)below(2),
				.major = (uint8_t)below(5),
				.minor = (uint8_t)below(4),
				.flags = below(8) });
	case 6:
		return wire_write_message(
			&writer, &glm_errors_type, 1, 0, &(struct glm_errors){ (uint8_t)below(2) });
	default:
		return wire_write_message(
			&writer, &glm_present_type, 1, 0, &(struct glm_present){ 1, 0 });
	}
}

static size_t make_any(uint8_t *message, size_t room)
{
	static const uint16_t frequent[] = { GL_OP_DrawArrays, GL_OP_DrawElements, GL_OP_BindBuffer,
		GL_OP_BufferData, GL_OP_EnableVertexAttribArray, GL_OP_VertexAttribPointer,
		GL_OP_BindTexture, GL_OP_TexImage2D, GL_OP_TexParameteri, GL_OP_BindFramebuffer,
		GL_OP_FramebufferTexture2D, GL_OP_BindVertexArray, GL_OP_UseProgram,
		GL_OP_ReadPixels, GL_OP_Begin, GL_OP_Vertex3f, GL_OP_End, GL_OP_NewList,
		GL_OP_EndList, GL_OP_CallList, GL_OP_PixelStorei, GL_OP_ArrayElement,
		GL_OP_GetTexImage, GL_OP_GetCompressedTexImage, GL_OP_CompressedTexSubImage2D };

	if (below(12) == 0)
		return make_own(message, room);
	if (below(3) == 0)
		return make(frequent[below(sizeof(frequent) / sizeof(frequent[0]))], message, room);
	return make((uint16_t)(GL_OP_FIRST + below(GL_OP_LAST - GL_OP_FIRST + 1)), message, room);
}

/* Any message, now and then where no command is executed; their size, as far as they fit. */
static size_t make_some(uint8_t *messages, size_t room)
{
	const bool inside = below(8) == 0;
	size_t size = inside ? make(GL_OP_Begin, messages, room) : 0;

	size += make_any(messages + size, room - size);
	if (inside)
		size += make(GL_OP_End, messages + size, room - size);
	return size;
}

/* ---- inputs */

/* Changes a fixed field. */
static void bend(uint8_t *message, const struct wire_header *header)
{
	const struct gl_trace_row *row = gl_trace_find(header->opcode);
	const struct gl_trace_field *field;

	if (!row || row->n_fields == 0 || header->size < WIRE_HEADER_SIZE + row->size)
		return;
	field = &row->fields[below(row->n_fields)];
	put_field(field, message + WIRE_HEADER_SIZE);
}

size_t gl_mutate(uint8_t *data, size_t size, size_t max_size, uint32_t message_max, unsigned int seed)
{
	size_t starts[STARTS_MAX], n = 0, at;
	struct wire_header header;

	once();
	random_state = seed;
	below(2);
	if (size == 0) {
		data[0] = (uint8_t)below(4);
		size = 1;
	}
	for (at = 1; n < STARTS_MAX && size - at >= WIRE_HEADER_SIZE &&
		     wire_read_header(data + at, message_max, &header) && header.size <= size - at;
		at += header.size)
		starts[n++] = at;
	size = at;
	if (n == 0 || below(3) != 0) {
		for (uint32_t i = below(4) + 1; i > 0; i--)
			size += make_some(data + size,
				max_size - size < message_max ? max_size - size : message_max);
		return size;
	}
	if (below(30) == 0)
		return LLVMFuzzerMutate(data, size, max_size);
	at = starts[below((uint32_t)n)];
	wire_read_header(data + at, message_max, &header);
	if (below(3) == 0) {
		memmove(data + at, data + at + header.size, size - at - header.size);
		return size - header.size;
	}
	bend(data + at, &header);
	return size;
}
