/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "capture_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "bulk.h"
#include "gl_sizes.h"
#include "gl_wire.h"
#include "util.h"

struct capture_reader {
	FILE *file;
	uint64_t first;   /* where the record behind the head lies */
	uint64_t number;  /* of the record read last */
	uint64_t time_ns; /* its time */
	uint64_t head_time_ns;
	uint64_t frame;
	bool ended; /* capture_end was read */
	enum capture_end end;
	struct glm_capture_head head;
	void *head_record; /* what `head` lies in */
	struct bulk_set bulk;
	void *payload;   /* the transfer that the last message named */
	uint8_t *record; /* what the last one held */
	size_t record_room;
};

__attribute__((format(printf, 2, 3))) static int bad(char *reason, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reason, CAPTURE_REASON_MAX, format, args);
	va_end(args);
	return -EBADMSG;
}

/* ---- bulk transfers */

static void *bulk_memory(void *data, uint64_t size)
{
	(void)data;
	return calloc(1, (size_t)size);
}

static void bulk_free(void *data, void *buffer)
{
	(void)data;
	free(buffer);
}

static const struct bulk_ops bulk_ops = { .allocate = bulk_memory, .release = bulk_free };

/* No transfer can be larger than the file that holds its pieces. */
static void begin_bulk(struct capture_reader *reader, uint64_t file_size)
{
	const uint64_t most = file_size < ORIEL_BULK_TOTAL_MAX ? file_size : ORIEL_BULK_TOTAL_MAX;

	bulk_init(&reader->bulk, &bulk_ops, NULL, most);
}

/* A piece; what is wrong with one is the guest's doing, and was so when it was captured. */
static void add_piece(struct capture_reader *reader, const struct capture_item *item)
{
	struct oriel_bulk piece;

	if (wire_decode(&oriel_bulk_type, (const uint8_t *)item->data + WIRE_HEADER_SIZE,
		    item->size - WIRE_HEADER_SIZE, &piece))
		bulk_add(&reader->bulk, item->header.channel, &piece);
}

static void take_bulk(struct capture_reader *reader, struct capture_item *item)
{
	uint32_t id;

	if (!(item->header.flags & GL_FLAG_BULK) || item->size != WIRE_HEADER_SIZE + 2 * sizeof(id))
		return;
	memcpy(&id, (const uint8_t *)item->data + WIRE_HEADER_SIZE, sizeof(id));
	reader->payload = bulk_take(&reader->bulk, item->header.channel, id, &item->bulk_size);
	item->bulk = reader->payload;
}

/* ---- records */

/* 1, 0 at the end of the file, -ENODATA when it is cut short. */
static int read_bytes(FILE *file, void *bytes, size_t size)
{
	const size_t n = fread(bytes, 1, size, file);

	if (n == size)
		return 1;
	return n == 0 ? 0 : -ENODATA;
}

/* Room for what a record holds, even if that is nothing. */
static bool reserve(struct capture_reader *reader, size_t size)
{
	size += WIRE_ALIGN;
	if (size <= reader->record_room)
		return true;
	free(reader->record);
	reader->record = malloc(size);
	reader->record_room = reader->record ? size : 0;
	return reader->record;
}

/* A record into the reader's buffer; as read_bytes(), or -EBADMSG. */
static int read_record(
	struct capture_reader *reader, struct gl_capture_record *ret_record, char *reason)
{
	int r = read_bytes(reader->file, ret_record, sizeof(*ret_record));

	if (r != 1)
		return r;
	if (ret_record->size % WIRE_ALIGN != 0 || ret_record->size > ORIEL_MESSAGE_MAX ||
		ret_record->reserved[0] || ret_record->reserved[1] || ret_record->reserved[2])
		return bad(reason, "record %" PRIu64 " is malformed", reader->number + 1);
	if (!reserve(reader, ret_record->size)) {
		bad(reason, "there is no memory");
		return -ENOMEM;
	}
	if (ret_record->size > 0 && read_bytes(reader->file, reader->record, ret_record->size) != 1)
		return -ENODATA;
	return 1;
}

static int check_message(struct capture_reader *reader, struct capture_item *item, char *reason)
{
	if (item->size < WIRE_HEADER_SIZE ||
		!wire_read_header(item->data, ORIEL_MESSAGE_MAX, &item->header) ||
		item->header.size != item->size)
		return bad(reason, "record %" PRIu64 " is no message", item->number);
	if (item->kind != GL_CAPTURE_GUEST)
		return 1;
	if (item->header.opcode == ORIEL_BULK)
		add_piece(reader, item);
	else if (item->header.opcode >= ORIEL_OPCODE_CHANNEL)
		take_bulk(reader, item);
	if (item->header.opcode == GLM_PRESENT)
		item->frame = ++reader->frame;
	return 1;
}

static int check_end(struct capture_reader *reader, const struct capture_item *item, char *reason)
{
	static const enum capture_end ends[] = {
		[GLM_CAPTURE_END_CLOSED] = CAPTURE_END_CLOSED,
		[GLM_CAPTURE_END_STOPPED] = CAPTURE_END_STOPPED,
		[GLM_CAPTURE_END_FULL] = CAPTURE_END_FULL,
	};
	struct glm_capture_end end;

	if (!wire_decode(&glm_capture_end_type, item->data, item->size, &end) ||
		end.reason >= ARRAY_SIZE(ends))
		return bad(reason, "record %" PRIu64 " is a malformed end", item->number);
	reader->ended = true;
	reader->end = ends[end.reason];
	return 1;
}

static int check_item(struct capture_reader *reader, struct capture_item *item, char *reason)
{
	switch (item->kind) {
	case GL_CAPTURE_GUEST:
	case GL_CAPTURE_HOST:
		return check_message(reader, item, reason);
	case GL_CAPTURE_FRAME:
		if (wire_decode(&glm_capture_frame_type, item->data, item->size, &item->sum))
			return 1;
		return bad(reason, "record %" PRIu64 " is a malformed frame", item->number);
	case GL_CAPTURE_END:
		return check_end(reader, item, reason);
	case GL_CAPTURE_HEAD:
		break;
	}
	return bad(reason, "record %" PRIu64 " is of an unknown kind", item->number);
}

int capture_reader_next(struct capture_reader *reader, struct capture_item *ret_item,
	char ret_reason[CAPTURE_REASON_MAX])
{
	struct gl_capture_record record;
	int r;

	free(TAKE_PTR(reader->payload));
	if (reader->ended)
		return 0;
	r = read_record(reader, &record, ret_reason);
	if (r == 0 || r == -ENODATA)
		return 0;
	if (r < 0)
		return r;
	reader->number++;
	if (record.time_ns < reader->time_ns)
		return bad(ret_reason, "record %" PRIu64 " is earlier than the one before",
			reader->number);
	reader->time_ns = record.time_ns;
	*ret_item = (struct capture_item){ .kind = (enum gl_capture_kind)record.kind,
		.number = reader->number,
		.time_ns = record.time_ns,
		.data = reader->record,
		.size = record.size,
		.frame = reader->frame };
	return check_item(reader, ret_item, ret_reason);
}

enum capture_end capture_reader_end(const struct capture_reader *reader)
{
	return reader->ended ? reader->end : CAPTURE_END_CUT;
}

/* ---- the file */

static int read_start(struct capture_reader *reader, char *reason)
{
	uint8_t start[GL_CAPTURE_START];
	uint32_t version;

	if (read_bytes(reader->file, start, sizeof(start)) != 1 ||
		memcmp(start, GL_CAPTURE_MAGIC, GL_CAPTURE_MAGIC_SIZE) != 0)
		return bad(reason, "it is not a capture");
	memcpy(&version, start + GL_CAPTURE_MAGIC_SIZE, sizeof(version));
	if (version != GL_CAPTURE_VERSION)
		return bad(reason, "it has version %" PRIu32 " of the format, not %u", version,
			GL_CAPTURE_VERSION);
	return 0;
}

static int read_head(struct capture_reader *reader, char *reason)
{
	struct gl_capture_record record;
	int r = read_start(reader, reason);

	if (r == 0)
		r = read_record(reader, &record, reason);
	if (r == -EBADMSG || r == -ENOMEM)
		return r;
	if (r != 1 || record.kind != GL_CAPTURE_HEAD)
		return bad(reason, "it has no head");
	reader->head_record = malloc(record.size + 1u);
	if (!reader->head_record)
		return -ENOMEM;
	memcpy(reader->head_record, reader->record, record.size);
	if (!wire_decode(&glm_capture_head_type, reader->head_record, record.size, &reader->head))
		return bad(reason, "its head is malformed");
	reader->first = GL_CAPTURE_START + sizeof(record) + record.size;
	reader->time_ns = reader->head_time_ns = record.time_ns;
	return 0;
}

int capture_reader_create(
	FILE *file, struct capture_reader **ret_reader, char ret_reason[CAPTURE_REASON_MAX])
{
	struct capture_reader *reader = calloc(1, sizeof(*reader));
	long size = -1;
	int r = -ENOMEM;

	snprintf(ret_reason, CAPTURE_REASON_MAX, "there is no memory");
	if (!reader) {
		fclose(file);
		return r;
	}
	reader->file = file;
	if (fseek(file, 0, SEEK_END) == 0)
		size = ftell(file);
	rewind(file);
	if (size < 0)
		r = bad(ret_reason, "its size cannot be told");
	else
		r = read_head(reader, ret_reason);
	begin_bulk(reader, (uint64_t)size);
	if (r < 0) {
		capture_reader_destroy(reader);
		return r;
	}
	*ret_reader = reader;
	return 0;
}

int capture_reader_open(
	const char *path, struct capture_reader **ret_reader, char ret_reason[CAPTURE_REASON_MAX])
{
	FILE *file = fopen(path, "rbe");

	if (!file) {
		const int r = -errno;

		snprintf(ret_reason, CAPTURE_REASON_MAX, "%s", strerror(-r));
		return r;
	}
	return capture_reader_create(file, ret_reader, ret_reason);
}

void capture_reader_destroy(struct capture_reader *reader)
{
	if (!reader)
		return;
	free(reader->payload);
	bulk_finish(&reader->bulk);
	fclose(reader->file);
	free(reader->head_record);
	free(reader->record);
	free(reader);
}

const struct glm_capture_head *capture_reader_head(const struct capture_reader *reader)
{
	return &reader->head;
}

int capture_reader_rewind(struct capture_reader *reader)
{
	const uint64_t most = reader->bulk.bytes_max;

	if (fseek(reader->file, (long)reader->first, SEEK_SET) < 0)
		return -errno;
	free(TAKE_PTR(reader->payload));
	bulk_finish(&reader->bulk);
	begin_bulk(reader, most);
	reader->number = reader->frame = 0;
	reader->time_ns = reader->head_time_ns;
	reader->ended = false;
	return 0;
}
