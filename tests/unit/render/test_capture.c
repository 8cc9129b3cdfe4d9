/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures in the render process: which channel gets which file, and what goes into it. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "capture.h"
#include "capture_reader.h"
#include "gl_wire.h"
#include "util.h"

#define WIDTH  4u
#define HEIGHT 2u

/* A file as orield makes it; the test keeps a descriptor of it. */
static int add_file(struct captures *captures, uint32_t id, bool checksums)
{
	const struct ipc_capture_file file = {
		.capture = id, .size = 1u << 20, .checksums = checksums
	};
	int fd = memfd_create("capture", MFD_CLOEXEC);

	captures_add(captures, &file, dup(fd));
	return fd;
}

static struct capture *begin(struct captures *captures, uint32_t stream)
{
	const struct glm_capture_head head = {
		.program = "program", .flags = GL_CAPTURE_COMPUTE, .version = GLM_VERSION
	};

	return captures_begin(captures, stream, &head);
}

static struct capture_reader *open_file(int fd)
{
	char reason[CAPTURE_REASON_MAX] = "";
	struct capture_reader *reader = NULL;

	lseek(fd, 0, SEEK_SET);
	if (capture_reader_create(fdopen(fd, "rb"), &reader, reason) < 0)
		fail_msg("%s", reason);
	return reader;
}

static void expect(
	struct capture_reader *reader, enum gl_capture_kind kind, uint16_t opcode, uint32_t size)
{
	char reason[CAPTURE_REASON_MAX];
	struct capture_item item;

	assert_int_equal(capture_reader_next(reader, &item, reason), 1);
	assert_int_equal(item.kind, kind);
	assert_int_equal(item.header.opcode, opcode);
	if (size > 0)
		assert_int_equal(item.size, size);
}

static void expect_end(struct capture_reader *reader, enum capture_end end)
{
	char reason[CAPTURE_REASON_MAX];
	struct capture_item item;

	assert_int_equal(capture_reader_next(reader, &item, reason), 1);
	assert_int_equal(item.kind, GL_CAPTURE_END);
	assert_int_equal(capture_reader_next(reader, &item, reason), 0);
	assert_int_equal(capture_reader_end(reader), end);
	capture_reader_destroy(reader);
}

static int read_frame(struct gl_exec *exec, uint32_t surface, bool retained,
	const struct rects *rects, uint8_t *pixels, uint32_t stride)
{
	(void)exec;
	if (surface == 9)
		return -EINVAL;
	assert_false(retained);
	assert_int_equal(rects->n, 1);
	assert_int_equal(stride, WIDTH * 4);
	memset(pixels, 0x11, WIDTH * HEIGHT * 4);
	return 0;
}

static void test_messages(void **state)
{
	struct captures *captures = captures_create();
	int fd = add_file(captures, 1, true);
	struct capture *capture = begin(captures, 5);
	const struct wire_header whole = { .size = 24, .opcode = GL_OP_ClearColor, .channel = 1 };
	const struct wire_header parted = { .size = 40, .opcode = GL_OP_BufferData, .channel = 1 };
	const struct wire_header present = { .size = 16, .opcode = GLM_PRESENT, .channel = 1 };
	const uint64_t payload[4] = { 1, 2, 3, 4 };
	struct capture_reader *reader;
	struct capture_item item;
	char reason[CAPTURE_REASON_MAX];
	uint64_t sum = GL_CAPTURE_SUM;
	uint8_t row[WIDTH * 4];

	(void)state;
	assert_non_null(capture);
	capture_guest(capture, &whole, payload, 16, NULL);
	/* What is behind the fixed fields lies somewhere else. */
	capture_guest(capture, &parted, payload, 24, payload + 3);
	capture_guest(capture, &present, payload, 8, NULL);
	capture_present(capture, read_frame, NULL, 1, WIDTH, HEIGHT);
	capture_present(capture, read_frame, NULL, 9, WIDTH, HEIGHT); /* nothing can be read */
	capture_host(capture, &present, sizeof(present));
	captures_end(captures, capture);
	reader = open_file(fd);
	assert_int_equal(
		capture_reader_head(reader)->flags, GL_CAPTURE_COMPUTE | GL_CAPTURE_CHECKSUMS);
	expect(reader, GL_CAPTURE_GUEST, GL_OP_ClearColor, 24);
	assert_int_equal(capture_reader_next(reader, &item, reason), 1);
	assert_int_equal(item.size, 40);
	assert_memory_equal((const uint8_t *)item.data + 8, payload, sizeof(payload));
	expect(reader, GL_CAPTURE_GUEST, GLM_PRESENT, 16);
	assert_int_equal(capture_reader_next(reader, &item, reason), 1);
	assert_int_equal(item.kind, GL_CAPTURE_FRAME);
	memset(row, 0x11, sizeof(row));
	for (uint32_t y = 0; y < HEIGHT; y++)
		sum = gl_capture_sum(sum, row, WIDTH);
	assert_true(item.sum.checksum == sum);
	/* The host's message here is one that is no whole: its header says more. */
	assert_int_equal(capture_reader_next(reader, &item, reason), -EBADMSG);
	capture_reader_destroy(reader);
	free(captures);
}

/* Each channel takes the file that has waited longest; without one there is no capture. */
static void test_files(void **state)
{
	struct captures *captures = captures_create();
	int fds[2] = { add_file(captures, 1, false), add_file(captures, 2, false) };
	const struct wire_header present = { .size = 16, .opcode = GLM_PRESENT, .channel = 1 };
	const uint64_t payload = 1;
	struct capture *first = begin(captures, 5), *second = begin(captures, 6);
	struct capture_reader *reader;

	(void)state;
	assert_non_null(first);
	assert_non_null(second);
	assert_null(begin(captures, 7));
	capture_guest(NULL, &present, &payload, 8, NULL);
	capture_host(NULL, &present, 8);
	capture_present(NULL, read_frame, NULL, 1, WIDTH, HEIGHT);
	capture_guest(second, &present, &payload, 8, NULL);
	capture_present(second, read_frame, NULL, 1, WIDTH, HEIGHT); /* without checksums */
	captures_end(captures, NULL);
	captures_end(captures, first);
	captures_end(captures, second);
	expect_end(open_file(fds[0]), CAPTURE_END_CLOSED);
	reader = open_file(fds[1]);
	expect(reader, GL_CAPTURE_GUEST, GLM_PRESENT, 16);
	expect_end(reader, CAPTURE_END_CLOSED);
	free(captures);
}

static void test_stop(void **state)
{
	struct captures *captures = captures_create();
	const struct wire_header present = { .size = 16, .opcode = GLM_PRESENT, .channel = 1 };
	const uint64_t payload = 1;
	int fd = add_file(captures, 1, false), other = add_file(captures, 2, false);
	struct capture *capture = begin(captures, 5);
	struct capture_reader *reader;

	(void)state;
	capture_guest(capture, &present, &payload, 8, NULL);
	captures_stop(captures);
	/* The channel goes on, and the file that was left is given to none. */
	capture_guest(capture, &present, &payload, 8, NULL);
	assert_null(begin(captures, 6));
	captures_end(captures, capture);
	reader = open_file(fd);
	expect(reader, GL_CAPTURE_GUEST, GLM_PRESENT, 16);
	expect_end(reader, CAPTURE_END_STOPPED);
	assert_int_equal(lseek(other, 0, SEEK_END), 0);
	close(other);
	free(captures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
