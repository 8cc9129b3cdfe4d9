/* SPDX-License-Identifier: MIT */
#include "gl_trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gl_sizes.h"

/* Elements of an array and characters of a text that are shown. */
#define ELEMENTS_SHOWN 16u
#define TEXT_SHOWN     256u

struct trace {
	char *text;
	size_t room, at;
	const uint8_t *payload;
	size_t size, next; /* next: where the next array lies */
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
put(struct trace *trace, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(trace->text + trace->at, trace->room - trace->at, format, arguments);
	va_end(arguments);
	if (n > 0)
		trace->at += (size_t)n < trace->room - trace->at ? (size_t)n
								 : trace->room - trace->at - 1;
}

static const char *enum_name(const struct gl_trace_group *group, uint32_t value)
{
	uint32_t low = 0, high = group ? group->n : 0;

	while (low < high) {
		const uint32_t middle = (low + high) / 2;

		if (group->enums[middle].value == value)
			return group->enums[middle].name;
		if (value < group->enums[middle].value)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

static void put_enum(struct trace *trace, const struct gl_trace_group *group, uint32_t value)
{
	const char *name = enum_name(group, value);

	if (!name)
		name = enum_name(&gl_trace_enums, value);
	if (name)
		put(trace, "%s", name);
	else
		put(trace, "0x%x", (unsigned int)value);
}

static void put_bits(struct trace *trace, const struct gl_trace_group *group, uint32_t value)
{
	const char *name = enum_name(group, value);
	const char *between = "";

	if (name) {
		put(trace, "%s", name);
		return;
	}
	for (uint32_t bit = 1; bit && value; bit <<= 1) {
		name = value & bit ? enum_name(group, bit) : NULL;
		if (name) {
			put(trace, "%s%s", between, name);
			between = " | ";
			value &= ~bit;
		}
	}
	if (value || !*between)
		put(trace, "%s0x%x", between, (unsigned int)value);
}

size_t gl_trace_type_size(unsigned int type)
{
	static const uint8_t sizes[] = { [GL_TRACE_ENUM] = 4,
		[GL_TRACE_BITS] = 4,
		[GL_TRACE_BOOL] = 1,
		[GL_TRACE_I8] = 1,
		[GL_TRACE_U8] = 1,
		[GL_TRACE_I16] = 2,
		[GL_TRACE_U16] = 2,
		[GL_TRACE_I32] = 4,
		[GL_TRACE_U32] = 4,
		[GL_TRACE_I64] = 8,
		[GL_TRACE_U64] = 8,
		[GL_TRACE_F32] = 4,
		[GL_TRACE_F64] = 8 };

	return sizes[type];
}

static int64_t load_integer(unsigned int type, const uint8_t *at)
{
	const size_t size = gl_trace_type_size(type);
	uint64_t value = 0;

	memcpy(&value, at, size);
	switch (type) {
	case GL_TRACE_I8:
		return (int8_t)value;
	case GL_TRACE_I16:
		return (int16_t)value;
	case GL_TRACE_I32:
		return (int32_t)value;
	default:
		return (int64_t)value;
	}
}

static void put_value(struct trace *trace, const struct gl_trace_field *field, const uint8_t *at)
{
	const int64_t integer = load_integer(field->type, at);
	double d;
	float f;

	switch (field->type) {
	case GL_TRACE_ENUM:
		put_enum(trace, field->group, (uint32_t)integer);
		break;
	case GL_TRACE_BITS:
		put_bits(trace, field->group, (uint32_t)integer);
		break;
	case GL_TRACE_BOOL:
		if (integer > 1)
			put(trace, "%u", (unsigned int)integer);
		else
			put(trace, "%s", integer ? "GL_TRUE" : "GL_FALSE");
		break;
	case GL_TRACE_F32:
		memcpy(&f, at, sizeof(f));
		put(trace, "%.9g", (double)f);
		break;
	case GL_TRACE_F64:
		memcpy(&d, at, sizeof(d));
		put(trace, "%.17g", d);
		break;
	case GL_TRACE_U64:
		put(trace, "%llu", (unsigned long long)integer);
		break;
	default:
		put(trace, "%lld", (long long)integer);
		break;
	}
}

/* What stands for data that are not all shown: FNV-1a over their bytes. */
static unsigned long long hash(const uint8_t *at, size_t size)
{
	uint64_t sum = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ at[i]) * UINT64_C(0x100000001b3);
	return (unsigned long long)sum;
}

static void put_elements(
	struct trace *trace, const struct gl_trace_field *field, const uint8_t *at, size_t n)
{
	const size_t size = gl_trace_type_size(field->type);

	put(trace, "{");
	for (size_t i = 0; i < n && i < ELEMENTS_SHOWN; i++) {
		put(trace, "%s", i ? ", " : "");
		put_value(trace, field, at + i * size);
	}
	if (n > ELEMENTS_SHOWN)
		put(trace, ", ... %lu, hash %016llx", (unsigned long)n, hash(at, n * size));
	put(trace, "}");
}

static void put_text(struct trace *trace, const uint8_t *at, size_t n)
{
	put(trace, "\"");
	for (size_t i = 0; i < n && i < TEXT_SHOWN; i++) {
		if (at[i] == '\n')
			put(trace, "\\n");
		else if (at[i] < 32 || at[i] > 126 || at[i] == '"' || at[i] == '\\')
			put(trace, "\\x%02x", at[i]);
		else
			put(trace, "%c", at[i]);
	}
	put(trace, "\"");
	if (n > TEXT_SHOWN)
		put(trace, "... %lu, hash %016llx", (unsigned long)n, hash(at, n));
}

/* Texts behind their lengths; how many there are follows from where the first text may begin. */
static void put_strings(struct trace *trace, const uint8_t *at, size_t bytes)
{
	uint64_t used = 0;
	size_t n = 0;

	while (used < bytes && (n + 1) * 4 <= bytes) {
		uint32_t length;

		memcpy(&length, at + n * 4, sizeof(length));
		used += (uint64_t)length + 5;
		n++;
	}
	put(trace, "{");
	for (size_t i = 0, place = n * 4; used == bytes && i < n; i++) {
		uint32_t length;

		memcpy(&length, at + i * 4, sizeof(length));
		put(trace, "%s", i ? ", " : "");
		put_text(trace, at + place, length);
		place += (size_t)length + 1;
	}
	put(trace, "%s}", used == bytes ? "" : "malformed");
}

/* What follows the fixed fields; the length at field->offset says what of it. */
static void put_array(struct trace *trace, const struct gl_trace_field *field)
{
	const uint8_t *at = trace->payload + trace->next;
	uint64_t offset;
	uint32_t bytes;

	memcpy(&bytes, trace->payload + field->offset, sizeof(bytes));
	if (bytes == GL_WIRE_NULL) {
		put(trace, "NULL");
	} else if (bytes == GL_WIRE_OFFSET &&
		   (field->form == GL_TRACE_SOURCE || field->form == GL_TRACE_SINK)) {
		memcpy(&offset, trace->payload + field->place, sizeof(offset));
		put(trace, "offset %llu", (unsigned long long)offset);
	} else if (field->form == GL_TRACE_SINK) {
		put(trace, "result");
	} else if (bytes > GL_PAYLOAD_MAX || gl_part(bytes) > trace->size - trace->next) {
		put(trace, "malformed");
	} else {
		trace->next += (size_t)gl_part(bytes);
		if (field->form == GL_TRACE_TEXT)
			put_text(trace, at, bytes ? bytes - 1 : 0);
		else if (field->form == GL_TRACE_STRINGS)
			put_strings(trace, at, bytes);
		else
			put_elements(trace, field, at, bytes / gl_trace_type_size(field->type));
	}
}

size_t gl_trace_message(uint16_t opcode, const void *payload, size_t size, char *ret_text, size_t room)
{
	const struct gl_trace_row *row = gl_trace_find(opcode);
	struct trace trace = { .text = ret_text, .room = room, .payload = payload, .size = size };

	if (room == 0)
		return 0;
	ret_text[0] = '\0';
	if (!row || size < row->size) {
		put(&trace, "%s %u(malformed)", row ? row->name : "opcode", (unsigned int)opcode);
		return trace.at;
	}
	trace.next = row->size;
	put(&trace, "%s(", row->name);
	for (size_t i = 0; i < row->n_fields; i++) {
		const struct gl_trace_field *field = &row->fields[i];

		put(&trace, "%s%s = ", i ? ", " : "", field->name);
		if (field->form == GL_TRACE_VALUE)
			put_value(&trace, field, trace.payload + field->offset);
		else if (field->form == GL_TRACE_FIXED)
			put_elements(&trace, field, trace.payload + field->offset, field->elements);
		else
			put_array(&trace, field);
	}
	put(&trace, ")");
	return trace.at;
}
