/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gl_record.h"

#include <stdarg.h>
#include <stdio.h>

#define BYTES_NOTED 1024u

bool record_bound, record_null;
struct record *record_to;

void record_begin(struct record *record)
{
	record->at = record->calls = record->faults = 0;
	record->text[0] = '\0';
	record_to = record;
}

static __attribute__((format(printf, 1, 2))) void note(const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(record_to->text + record_to->at, sizeof(record_to->text) - record_to->at,
		format, arguments);
	va_end(arguments);
	if (n > 0 && (size_t)n < sizeof(record_to->text) - record_to->at)
		record_to->at += (size_t)n;
}

void record_call(const char *name)
{
	record_to->calls++;
	note("%s\n", name);
}

void record_integer(int64_t value)
{
	note("%lld\n", (long long)value);
}

void record_float(double value)
{
	note("%.17g\n", value);
}

void record_array(const void *array, uint64_t bytes)
{
	const uint8_t *byte = array;
	uint64_t sum = 0;

	if (!array) {
		note("NULL\n");
		return;
	}
	note("%llu bytes:", (unsigned long long)bytes);
	for (uint64_t i = 0; i < bytes && i < BYTES_NOTED; i++)
		note("%02x", byte[i]);
	/* The rest is read, as a driver would. */
	for (uint64_t i = BYTES_NOTED; i < bytes; i++)
		sum = sum * 31 + byte[i];
	note(" %llu\n", (unsigned long long)sum);
}

void record_names(const GLuint *names, uint64_t n, GLuint add)
{
	note("%llu names:", (unsigned long long)n);
	for (uint64_t i = 0; i < n; i++) {
		const GLuint name = names[i] + add;

		if (i < BYTES_NOTED)
			note(" %u", name);
	}
	note("\n");
}

void record_texts(const GLchar *const *texts, GLsizei count, const GLint *lengths)
{
	for (GLsizei i = 0; i < count; i++) {
		const size_t length =
			lengths && lengths[i] >= 0 ? (size_t)lengths[i] : strlen(texts[i]);

		record_array(texts[i], length + 1);
	}
}

void record_source(const void *source, uint64_t bytes)
{
	if (record_bound)
		note("offset %lld\n", (long long)(intptr_t)source);
	else
		record_array(source, bytes);
}

uint64_t record_image(GLenum format, GLenum type, GLsizei width, GLsizei height, GLsizei depth)
{
	const struct gl_image image = { format, type, width, height, depth, false };

	return gl_image_bytes(&image);
}

void record_pattern(void *array, size_t bytes, unsigned int salt)
{
	uint8_t *byte = array;

	for (size_t i = 0; i < bytes; i++)
		byte[i] = (uint8_t)(i * 7 + salt * 31 + 1);
}

void record_write(void *array, uint64_t bytes, unsigned int salt)
{
	record_pattern(array, bytes, salt);
}

static void fault(const char *what)
{
	record_to->faults++;
	note("fault: %s\n", what);
}

void record_check(const void *array, uint64_t bytes, unsigned int salt)
{
	const uint8_t *byte = array;

	for (uint64_t i = 0; i < bytes; i++)
		if (byte[i] != (uint8_t)(i * 7 + salt * 31 + 1)) {
			fault("what the driver wrote did not arrive");
			return;
		}
	if (bytes < RECORD_ROOM && byte[bytes] != RECORD_UNTOUCHED)
		fault("more was written than the driver did");
}

void record_write_names(GLuint *names, uint64_t n, unsigned int salt)
{
	for (uint64_t i = 0; i < n; i++)
		names[i] = (GLuint)(RECORD_HOST + 500 + i + salt);
}

void record_check_names(const GLuint *names, uint64_t n, unsigned int salt)
{
	for (uint64_t i = 0; i < n; i++)
		if (names[i] != 500 + i + salt)
			fault("a name was not translated");
}

void record_check_value(int64_t value, int64_t expected)
{
	if (value != expected)
		fault("another value came back");
}

/* ---- the host */

static GLuint host_name(void *context, enum gl_class cls, GLuint guest, enum gl_use use)
{
	(void)context;
	(void)cls;
	(void)use;
	return guest + RECORD_HOST;
}

static GLuint host_name_by(void *context, GLenum kind, GLuint guest)
{
	(void)context;
	(void)kind;
	return guest + RECORD_HOST;
}

static GLuint host_guest_name(void *context, enum gl_class cls, GLuint host)
{
	(void)context;
	(void)cls;
	return host - RECORD_HOST;
}

static bool host_names_free(void *context, enum gl_class cls, GLsizei n, const GLuint *guest)
{
	(void)context;
	(void)cls;
	return n > 0 && guest;
}

static void host_names(void *context, enum gl_class cls, GLsizei n, const GLuint *guest)
{
	(void)context;
	(void)cls;
	if (n == 1)
		record_integer(guest[0]);
	else
		record_names(guest, gl_natural(n), 0);
}

static void host_names_made(
	void *context, enum gl_class cls, GLsizei n, const GLuint *guest, const GLuint *host)
{
	(void)host;
	host_names(context, cls, n, guest);
}

static GLsync host_sync(void *context, uint64_t guest)
{
	(void)context;
	return (GLsync)(uintptr_t)(guest + RECORD_HOST);
}

static void host_sync_made(void *context, uint64_t guest, GLsync sync)
{
	(void)context;
	(void)sync;
	record_integer((int64_t)guest);
}

static void host_sync_freed(void *context, uint64_t guest)
{
	(void)context;
	record_integer((int64_t)guest);
}

static bool host_bound(void *context, enum gl_binding binding)
{
	(void)context;
	(void)binding;
	return record_bound;
}

static bool host_range(void *context, enum gl_binding binding, uint64_t offset, uint64_t bytes)
{
	(void)context;
	(void)binding;
	(void)offset;
	(void)bytes;
	return record_bound;
}

static bool host_pixels(void *context, enum gl_binding binding, const struct gl_pixels *pixels)
{
	(void)context;
	(void)binding;
	(void)pixels;
	return true;
}

static bool host_draw(void *context, uint16_t opcode, const void *wire)
{
	(void)context;
	(void)opcode;
	(void)wire;
	return true;
}

static uint64_t host_count(void *context, uint16_t opcode, const void *wire)
{
	(void)context;
	(void)opcode;
	(void)wire;
	return 3;
}

static bool host_dims(void *context, uint16_t opcode, const void *wire, GLsizei ret_dims[3])
{
	(void)context;
	(void)opcode;
	(void)wire;
	ret_dims[0] = 4;
	ret_dims[1] = 2;
	ret_dims[2] = 1;
	return true;
}

static void host_error(void *context, GLenum error, const char *command)
{
	struct record_host *host = context;

	(void)command;
	host->errors++;
	host->error = error;
}

static void host_reply(void *context, uint16_t opcode, const struct gl_reply_head *head,
	const struct gl_out *outs, unsigned int n_outs)
{
	struct record_host *host = context;
	size_t at = sizeof(*head);

	(void)opcode;
	_Static_assert(sizeof(*head) == GL_REPLY_HEAD_SIZE, "the head of a reply");
	host->replies++;
	memcpy(host->reply, head, sizeof(*head));
	for (unsigned int i = 0; i < n_outs; i++) {
		const size_t bytes = (size_t)outs[i].bytes;

		if (at + 16 + bytes > sizeof(host->reply))
			break;
		memcpy(host->reply + at, &outs[i].bytes, 8);
		memcpy(host->reply + at + 8, outs[i].data, bytes);
		memset(host->reply + at + 8 + bytes, 0, -bytes & 7);
		at += 8 + ((bytes + 7) & ~(size_t)7);
	}
	host->reply_size = at;
}

const struct gl_host record_host_ops = {
	.name = host_name,
	.name_by = host_name_by,
	.guest_name = host_guest_name,
	.names_free = host_names_free,
	.names_made = host_names_made,
	.names_freed = host_names,
	.sync = host_sync,
	.sync_made = host_sync_made,
	.sync_freed = host_sync_freed,
	.bound = host_bound,
	.range = host_range,
	.pixels = host_pixels,
	.draw = host_draw,
	.count = host_count,
	.dims = host_dims,
	.error = host_error,
	.reply = host_reply,
};
