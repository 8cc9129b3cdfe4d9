/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lengths of viewers' messages, their pixel formats and encodings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "vnc/cursor.h"
#include "vnc/encodings.h"
#include "vnc/message.h"

static void expect(enum message_phase phase, const char *bytes, size_t have, size_t size, size_t skip)
{
	struct message message;
	const char *reason = NULL;

	assert_true(message_measure(phase, (const uint8_t *)bytes, have, &message, &reason));
	assert_int_equal(message.size, size);
	assert_int_equal(message.skip, skip);
}

static void refused(enum message_phase phase, const char *bytes, size_t have)
{
	struct message message;
	const char *reason = NULL;

	assert_false(message_measure(phase, (const uint8_t *)bytes, have, &message, &reason));
	assert_non_null(reason);
}

static void test_handshake(void **state)
{
	(void)state;
	expect(PHASE_VERSION, "", 0, 0, 0);
	expect(PHASE_VERSION, "R", 1, 12, 0);
	expect(PHASE_VERSION, "RFB 003.889\nmore", 16, 12, 0);
	refused(PHASE_VERSION, "G", 1);
	refused(PHASE_VERSION, "RFB 003,008\n", 12);
	refused(PHASE_VERSION, "RFB 003.00a\n", 12);
	refused(PHASE_VERSION, "RFB 003.008\r", 12);
	expect(PHASE_SECURITY, "\2", 1, 1, 0);
	expect(PHASE_PASSWORD, "x", 1, 16, 0);
	expect(PHASE_INIT, "\1", 1, 1, 0);
}

static void test_fixed(void **state)
{
	(void)state;
	expect(PHASE_NORMAL, "", 0, 0, 0);
	expect(PHASE_NORMAL, "\0", 1, 20, 0);
	expect(PHASE_NORMAL, "\3", 1, 10, 0);
	expect(PHASE_NORMAL, "\4", 1, 8, 0);
	expect(PHASE_NORMAL, "\5", 1, 6, 0);
	expect(PHASE_NORMAL, "\xfa", 1, 4, 0);
	expect(PHASE_NORMAL, "\xff", 1, 0, 0);
	expect(PHASE_NORMAL, "\xff\0", 2, 12, 0);
	refused(PHASE_NORMAL, "\xff\1", 2);
}

static void test_counted(void **state)
{
	(void)state;
	expect(PHASE_NORMAL, "\2\0\0", 3, 0, 0);
	expect(PHASE_NORMAL, "\2\0\0\0", 4, 4, 0);
	expect(PHASE_NORMAL, "\2\0\4\0", 4, 4 + 1024 * 4, 0);
	refused(PHASE_NORMAL, "\2\0\4\1", 4);
	refused(PHASE_NORMAL, "\2\0\xff\xff", 4);
	expect(PHASE_NORMAL, "\6\0\0\0\0\0\0", 7, 0, 0);
	expect(PHASE_NORMAL, "\6\0\0\0\0\0\0\0", 8, 8, 0);
	expect(PHASE_NORMAL, "\6\0\0\0\0\x10\0\0", 8, 8, 1 << 20);
	refused(PHASE_NORMAL, "\6\0\0\0\0\x10\0\1", 8);
	refused(PHASE_NORMAL, "\6\0\0\0\xff\xff\xff\xf0", 8);
	expect(PHASE_NORMAL, "\xfb\0\0\0\0\0\0", 7, 0, 0);
	expect(PHASE_NORMAL, "\xfb\0\0\0\0\0\0\0", 8, 8, 0);
	expect(PHASE_NORMAL, "\xfb\0\0\0\0\0\xff\0", 8, 8 + 255 * 16, 0);
}

/* Every type that is not in the table is refused, and each message fits the buffer it is gathered in. */
static void test_every_type(void **state)
{
	static const uint8_t taken[] = { 0, 2, 3, 4, 5, 6, 250, 251, 255 };
	uint8_t bytes[16] = { 0 };
	struct message message;
	const char *reason;

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		bytes[0] = (uint8_t)type;
		bool known = memchr(taken, (int)type, sizeof(taken)) != NULL;
		assert_int_equal(
			message_measure(PHASE_NORMAL, bytes, sizeof(bytes), &message, &reason),
			known);
		if (known)
			assert_in_range(message.size, 1, MESSAGE_SIZE_MAX);
	}
}

static bool deep_format(uint8_t bits, uint8_t depth, uint8_t colour, uint16_t max, uint8_t shift)
{
	uint8_t message[20] = { 0, 0, 0, 0, bits, depth, 0, colour };

	message_put_u16(message + 8, max);
	message_put_u16(message + 10, max);
	message_put_u16(message + 12, max);
	message[14] = shift;
	message[15] = message[16] = 0;
	return message_format_valid(message);
}

static bool format(uint8_t bits, uint8_t colour, uint16_t max, uint8_t shift)
{
	return deep_format(bits, bits, colour, max, shift);
}

static void test_formats(void **state)
{
	(void)state;
	assert_true(format(32, 1, 255, 24));
	assert_false(format(32, 1, 255, 25));
	assert_false(format(32, 1, 255, 200));
	assert_false(format(32, 1, 254, 0));
	assert_false(format(32, 1, 0, 0));
	assert_true(format(16, 1, 31, 11));
	assert_false(format(16, 1, 31, 12));
	assert_true(format(8, 1, 1, 7));
	assert_false(format(24, 1, 255, 0));
	assert_false(format(0, 1, 255, 0));
	assert_true(format(8, 0, 0, 0));
	assert_false(format(32, 0, 0, 0));
	assert_true(format(32, 1, 65535, 16));
	assert_true(deep_format(32, 24, 1, 255, 16));
	assert_true(deep_format(8, 3, 1, 1, 2));
	assert_false(deep_format(16, 24, 1, 255, 8));
	assert_false(deep_format(8, 24, 1, 255, 0));
}

static void test_encodings(void **state)
{
	static const uint32_t asked[] = { 7, 4, 16, 0xfffffffe, 0xffffff21, 0xfffffecc, 0xffffff20,
		0xfffffefe, 0xffffff11, 0xffffffe9, 0xc0a1e5ce, 0xfffe0000, 0x574d5664, 0 };
	static const uint32_t kept[] = { 7, 16, 0xffffff21, 0xfffffecc, 0xffffff20, 0xffffffe9, 0 };
	uint8_t message[4 + sizeof(asked)] = { 2 };
	struct encodings encodings;
	size_t n = sizeof(asked) / 4;

	(void)state;
	message_put_u16(message + 2, (uint16_t)n);
	for (size_t i = 0; i < n; i++)
		message_put_u32(message + 4 + i * 4, asked[i]);
	assert_int_equal(encodings_filter(message, &encodings), 4 + sizeof(kept));
	assert_int_equal(message_u16(message + 2), sizeof(kept) / 4);
	for (size_t i = 0; i < sizeof(kept) / 4; i++)
		assert_int_equal(message_u32(message + 4 + i * 4), kept[i]);
	assert_true(encodings.resizes && encodings.qemu_keys && encodings.cursor);
	message_put_u16(message + 2, 0);
	assert_int_equal(encodings_filter(message, &encodings), 4);
	assert_false(encodings.resizes || encodings.qemu_keys || encodings.cursor);
}

static void test_cursor(void **state)
{
	const rfbPixelFormat wide = { .bitsPerPixel = 16,
		.bigEndian = 1,
		.redMax = 31,
		.greenMax = 63,
		.blueMax = 31,
		.redShift = 11,
		.greenShift = 5 };
	uint8_t update[CURSOR_UPDATE_MAX];
	size_t size = cursor_update(&wide, update);
	uint16_t columns, rows;

	(void)state;
	columns = message_u16(update + 8);
	rows = message_u16(update + 10);
	assert_int_equal(size, 16u + columns * rows * 2u + (columns + 7u) / 8u * rows);
	assert_int_equal(message_u16(update + 16), 0);
	assert_int_equal(message_u16(update + 16 + (2 * columns + 1) * 2), 0xffff);
	assert_int_equal(update[16 + columns * rows * 2], 0x80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake),
		cmocka_unit_test(test_fixed),
		cmocka_unit_test(test_counted),
		cmocka_unit_test(test_every_type),
		cmocka_unit_test(test_formats),
		cmocka_unit_test(test_encodings),
		cmocka_unit_test(test_cursor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
