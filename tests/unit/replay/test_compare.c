/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checksums in files, and answers that are compared. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gl_wire.h"
#include "glm_messages.h"
#include "oriel_messages.h"
#include "replies.h"
#include "sums.h"

static int read_text(const char *text, struct sums *sums)
{
	char copy[512];
	FILE *in;
	int r;

	snprintf(copy, sizeof(copy), "%s", text);
	in = fmemopen(copy, strlen(copy), "r");
	r = sums_read(in, sums);
	fclose(in);
	return r;
}

/* What is printed is read again. */
static void test_sums(void **state)
{
	const struct frame_line lines[] = { { 1, 1500000, 0x0123456789abcdef, 1, 300, 200 },
		{ 9, UINT64_C(123456789012345), 5, 12, 16384, 1 } };
	struct sums sums = { 0 };
	char text[512];
	FILE *out = fmemopen(text, sizeof(text), "w");
	uint64_t sum = 0;

	(void)state;
	fprintf(out, "# program: x\n");
	for (int i = 0; i < 2; i++) {
		sums_print(out, &lines[i]);
		fprintf(out, "  differs: recorded 77\n");
	}
	fclose(out);
	assert_int_equal(read_text(text, &sums), 0);
	assert_int_equal(sums.n, 2);
	assert_true(sums_find(&sums, 1, &sum));
	assert_true(sum == 0x0123456789abcdef);
	assert_true(sums_find(&sums, 9, &sum));
	assert_true(sum == 5);
	assert_false(sums_find(&sums, 2, &sum));
	assert_false(sums_find(&sums, 10, &sum));
	sums_finish(&sums);
	assert_int_equal(read_text("1 0.1 1 2x2 zz\n", &sums), -EINVAL);
	assert_int_equal(read_text("1 0.1 1 2x2 5\n1 0.2 1 2x2 5\n", &sums), -EINVAL);
	sums_finish(&sums);
}

struct answer {
	struct wire_header header;
	uint64_t value;
};

static struct answer answer(uint16_t opcode, uint64_t value)
{
	return (struct answer){ { .size = sizeof(struct answer), .opcode = opcode }, value };
}

static void test_replies(void **state)
{
	struct replies *replies = replies_create();
	struct report_end end = { 0 };
	struct answer one = answer(GL_OP_GetError, 1), other = answer(GL_OP_GetError, 2);
	struct answer presented = answer(GLM_PRESENTED, 1), retired = answer(ORIEL_RETIRED, 1);
	struct answer error = answer(GLM_GL_ERROR, 1);

	(void)state;
	/* The channel's number is no part of it. */
	replies_sent(replies, &one, sizeof(one));
	one.header.channel = 9;
	replies_recorded(replies, &one, sizeof(one));
	replies_recorded(replies, &presented, sizeof(presented));
	replies_recorded(replies, &retired, sizeof(retired));
	replies_settle(replies, &end);
	assert_int_equal(end.replies, 1);
	assert_int_equal(end.differ, 0);
	replies_sent(replies, &one, sizeof(one));
	replies_recorded(replies, &other, sizeof(other));
	replies_recorded(replies, &error, sizeof(error));
	replies_settle(replies, &end);
	assert_int_equal(end.replies, 3);
	assert_int_equal(end.differ, 2);
	assert_int_equal(end.n_commands, 2);
	assert_int_equal(end.commands[0].opcode, GL_OP_GetError);
	assert_int_equal(end.commands[1].opcode, GLM_GL_ERROR);
	/* Each message of the guest has its own. */
	replies_sent(replies, &one, sizeof(one));
	replies_settle(replies, &end);
	assert_int_equal(end.differ, 3);
	assert_int_equal(end.commands[0].n, 2);
	for (uint16_t i = 0; i < 40; i++) {
		one.header.opcode = (uint16_t)(GL_OP_FIRST + i);
		replies_sent(replies, &one, sizeof(one));
		replies_settle(replies, &end);
	}
	assert_int_equal(end.differ, 43);
	assert_int_equal(end.n_commands, REPORT_COMMANDS_MAX);
	replies_destroy(replies);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums),
		cmocka_unit_test(test_replies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
