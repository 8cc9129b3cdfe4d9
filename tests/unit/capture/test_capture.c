/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures: what is written is read again; limits, and what is wrong with a file. */
#include "capture_fixture.h"

#define PLENTY (UINT64_C(64) << 20)

static int next(struct capture_reader *reader, struct capture_item *item)
{
	char reason[CAPTURE_REASON_MAX] = "";

	return capture_reader_next(reader, item, reason);
}

static void test_round(void **state)
{
	const struct glm_presented presented = { .surface = 1, .frames = 1 };
	const struct glm_capture_frame frame = {
		.checksum = 0x1234, .surface = 1, .width = 300, .height = 200
	};
	struct capture_reader *reader;
	struct capture_item item;
	struct made made;

	(void)state;
	made_begin(&made, PLENTY);
	made_clear_color(&made, 0.5f);
	made_present(&made);
	capture_writer_frame(made.writer, &frame);
	made_coded(&made, GL_CAPTURE_HOST, &glm_presented_type, &presented);
	reader = made_open(&made);
	assert_string_equal(capture_reader_head(reader)->renderer, "a renderer");
	assert_int_equal(capture_reader_head(reader)->parameters.size, 8);
	for (int round = 0; round < 2; round++) {
		assert_int_equal(next(reader, &item), 1);
		assert_int_equal(item.kind, GL_CAPTURE_GUEST);
		assert_int_equal(item.header.opcode, GL_OP_ClearColor);
		assert_int_equal(item.frame, 0);
		assert_int_equal(next(reader, &item), 1);
		assert_int_equal(item.header.opcode, GLM_PRESENT);
		assert_int_equal(item.frame, 1);
		assert_int_equal(next(reader, &item), 1);
		assert_int_equal(item.kind, GL_CAPTURE_FRAME);
		assert_int_equal(item.sum.checksum, 0x1234);
		assert_int_equal(next(reader, &item), 1);
		assert_int_equal(item.kind, GL_CAPTURE_HOST);
		assert_int_equal(item.header.opcode, GLM_PRESENTED);
		assert_int_equal(next(reader, &item), 1);
		assert_int_equal(item.kind, GL_CAPTURE_END);
		assert_int_equal(next(reader, &item), 0);
		assert_int_equal(capture_reader_end(reader), CAPTURE_END_CLOSED);
		assert_int_equal(capture_reader_rewind(reader), 0);
	}
	capture_reader_destroy(reader);
}

/* Large messages and many small ones go through the writer's buffer in order. */
static void test_order(void **state)
{
	static uint8_t large[900 * 1024];
	struct capture_reader *reader;
	struct capture_item item;
	struct made made;
	unsigned n = 0;

	(void)state;
	made_begin(&made, PLENTY);
	for (unsigned i = 0; i < 20000; i++) {
		made_clear_color(&made, (float)i);
		memset(large, (int)i, sizeof(large));
		if (i % 4000 == 0)
			made_command(&made, GL_OP_BufferData, 0, "12345678", 8, large, sizeof(large));
	}
	reader = made_open(&made);
	while (next(reader, &item) == 1 && item.kind == GL_CAPTURE_GUEST) {
		float red;

		if (item.header.opcode == GL_OP_BufferData) {
			memset(large, (int)(n - 1), sizeof(large));
			assert_memory_equal((const uint8_t *)item.data + 16, large, sizeof(large));
			continue;
		}
		memcpy(&red, (const uint8_t *)item.data + WIRE_HEADER_SIZE, sizeof(red));
		assert_true(red == (float)n);
		n++;
	}
	assert_int_equal(n, 20000);
	capture_reader_destroy(reader);
}

static void test_bulk(void **state)
{
	uint8_t payload[5000];
	struct capture_reader *reader;
	struct capture_item item;
	struct made made;

	(void)state;
	for (size_t i = 0; i < sizeof(payload); i++)
		payload[i] = (uint8_t)i;
	made_begin(&made, PLENTY);
	made_bulk(&made, GL_OP_BufferData, payload, sizeof(payload));
	reader = made_open(&made);
	for (int round = 0; round < 2; round++) {
		for (int piece = 0; piece < 5; piece++) {
			assert_int_equal(next(reader, &item), 1);
			assert_int_equal(item.header.opcode, ORIEL_BULK);
		}
		assert_int_equal(next(reader, &item), 1);
		assert_int_equal(item.bulk_size, sizeof(payload));
		assert_memory_equal(item.bulk, payload, sizeof(payload));
		assert_int_equal(capture_reader_rewind(reader), 0);
	}
	capture_reader_destroy(reader);
}

static void test_full(void **state)
{
	struct capture_reader *reader;
	struct capture_status status;
	struct capture_item item;
	struct made made;
	unsigned n = 0;

	(void)state;
	made_begin(&made, CAPTURE_SIZE_LEAST);
	do {
		made_clear_color(&made, 1);
		capture_writer_status(made.writer, &status);
		n += !status.ended;
	} while (!status.ended);
	assert_int_equal(status.reason, GLM_CAPTURE_END_FULL);
	assert_true(status.bytes <= CAPTURE_SIZE_LEAST);
	assert_true(status.bytes > CAPTURE_SIZE_LEAST - 64);
	assert_true((uint64_t)lseek(made.fd, 0, SEEK_END) == status.bytes);
	made_present(&made); /* nothing comes behind the end */
	reader = made_open(&made);
	while (next(reader, &item) == 1 && item.kind == GL_CAPTURE_GUEST)
		n--;
	assert_int_equal(n, 0);
	assert_int_equal(next(reader, &item), 0);
	assert_int_equal(capture_reader_end(reader), CAPTURE_END_FULL);
	capture_reader_destroy(reader);
}

/* A file that cannot be written: the capture has ended, and nobody is held up. */
static void test_failed(void **state)
{
	const struct glm_capture_head head = { .version = 1 };
	struct capture_writer *writer = NULL;
	struct capture_status status;
	struct made made = { .fd = -1 };

	(void)state;
	made.fd = memfd_create("capture", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	assert_int_equal(capture_writer_create(dup(made.fd), PLENTY, &head, &writer), 0);
	assert_int_equal(fcntl(made.fd, F_ADD_SEALS, F_SEAL_GROW), 0);
	made.writer = writer;
	made_present(&made);
	capture_writer_status(writer, &status);
	assert_true(status.ended);
	assert_int_equal(status.error, EPERM);
	capture_writer_destroy(writer);
	close(made.fd);
	made.fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(capture_writer_create(made.fd, PLENTY, &head, &writer), -EBADF);
	made.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	assert_int_equal(capture_writer_create(made.fd, 1024, &head, &writer), -EINVAL);
}

/* The writer's process was killed: what is whole is good. */
static void test_cut(void **state)
{
	struct capture_reader *reader;
	struct capture_status status;
	struct capture_item item;
	struct made made;

	(void)state;
	made_begin(&made, PLENTY);
	made_clear_color(&made, 1);
	made_present(&made);
	capture_writer_status(made.writer, &status);
	capture_writer_finish(made.writer, GLM_CAPTURE_END_STOPPED);
	assert_int_equal(ftruncate(made.fd, (off_t)status.bytes - 4), 0);
	reader = made_open(&made);
	assert_int_equal(next(reader, &item), 1);
	assert_int_equal(next(reader, &item), 0);
	assert_int_equal(capture_reader_end(reader), CAPTURE_END_CUT);
	capture_reader_destroy(reader);
}

/* Changes 4 bytes of a capture; whether it is still read up to its end. */
static int with_change(uint64_t offset, uint32_t value, char reason[CAPTURE_REASON_MAX])
{
	struct capture_reader *reader = NULL;
	struct capture_item item;
	struct made made;
	int r;

	made_begin(&made, PLENTY);
	made_clear_color(&made, 1);
	made_present(&made);
	capture_writer_destroy(TAKE_PTR(made.writer));
	assert_int_equal(pwrite(made.fd, &value, sizeof(value), (off_t)offset), sizeof(value));
	lseek(made.fd, 0, SEEK_SET);
	r = capture_reader_create(fdopen(made.fd, "rb"), &reader, reason);
	if (r < 0)
		return r;
	while ((r = capture_reader_next(reader, &item, reason)) > 0)
		;
	capture_reader_destroy(reader);
	return r;
}

static void test_malformed(void **state)
{
	char reason[CAPTURE_REASON_MAX];
	uint32_t head_size;
	struct made made;
	uint64_t first;

	(void)state;
	made_begin(&made, PLENTY);
	assert_int_equal(pread(made.fd, &head_size, 4, 24), 4);
	capture_writer_destroy(made.writer);
	close(made.fd);
	first = 32 + head_size;
	assert_int_equal(with_change(8, 0x0a1a0a0d, reason), 0);
	assert_int_equal(with_change(0, 0x12345678, reason), -EBADMSG);
	assert_string_equal(reason, "it is not a capture");
	assert_int_equal(with_change(12, 2, reason), -EBADMSG);
	assert_string_equal(reason, "it has version 2 of the format, not 1");
	assert_int_equal(with_change(24, head_size - 8, reason), -EBADMSG);
	assert_string_equal(reason, "its head is malformed");
	assert_int_equal(with_change(24, 1u << 20, reason), -EBADMSG);
	assert_string_equal(reason, "it has no head");
	assert_int_equal(with_change(28, GL_CAPTURE_GUEST, reason), -EBADMSG);
	assert_string_equal(reason, "it has no head");
	assert_int_equal(with_change(first + 4, 0x7fffffff, reason), -EBADMSG);
	assert_string_equal(reason, "record 2 is earlier than the one before");
	assert_int_equal(with_change(first + 8, 20, reason), -EBADMSG);
	assert_string_equal(reason, "record 1 is malformed");
	assert_int_equal(with_change(first + 8, (1u << 20) + 8, reason), -EBADMSG);
	assert_string_equal(reason, "record 1 is malformed");
	assert_int_equal(with_change(first + 12, GL_CAPTURE_GUEST | 1u << 8, reason), -EBADMSG);
	assert_string_equal(reason, "record 1 is malformed");
	assert_int_equal(with_change(first + 12, GL_CAPTURE_HEAD, reason), -EBADMSG);
	assert_string_equal(reason, "record 1 is of an unknown kind");
	assert_int_equal(with_change(first + 12, 99, reason), -EBADMSG);
	assert_string_equal(reason, "record 1 is of an unknown kind");
	assert_int_equal(with_change(first + 12, GL_CAPTURE_FRAME, reason), -EBADMSG);
	assert_string_equal(reason, "record 1 is a malformed frame");
	assert_int_equal(with_change(first + 12, GL_CAPTURE_END, reason), -EBADMSG);
	assert_string_equal(reason, "record 1 is a malformed end");
	assert_int_equal(with_change(first + 16, 16, reason), -EBADMSG);
	assert_string_equal(reason, "record 1 is no message");
}

/* No piece can promise more than the file has. */
static void test_bulk_bound(void **state)
{
	const struct oriel_bulk piece = {
		.total = 200u << 20, .id = 7, .data = { .data = "12345678", .size = 8 }
	};
	const uint32_t use[2] = { 7, 0 };
	struct capture_reader *reader;
	struct capture_item item;
	struct made made;

	(void)state;
	made_begin(&made, PLENTY);
	made_coded(&made, GL_CAPTURE_GUEST, &oriel_bulk_type, &piece);
	made_command(&made, GL_OP_BufferData, GL_FLAG_BULK, use, sizeof(use), NULL, 0);
	reader = made_open(&made);
	assert_int_equal(next(reader, &item), 1);
	assert_int_equal(next(reader, &item), 1);
	assert_null(item.bulk);
	capture_reader_destroy(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_bulk),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_bulk_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
