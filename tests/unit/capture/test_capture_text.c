/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures as text, and compared. */
#include "capture_fixture.h"
#include "capture_text.h"
#include "gl_wire_a_c.h"
#include "message_text.h"

#define PLENTY (UINT64_C(64) << 20)
#define ALL    ((struct capture_range){ 0, UINT64_MAX })

static char *text_of(struct made *made, struct capture_range range)
{
	struct capture_reader *reader = made_open(made);
	char reason[CAPTURE_REASON_MAX] = "";
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (capture_print(reader, &range, out, reason) < 0)
		fail_msg("%s", reason);
	fclose(out);
	capture_reader_destroy(reader);
	return text;
}

static void expect(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no '%s' in:\n%s", part, text);
}

static void test_messages(void **state)
{
	const struct gl_wire_BufferData buffer = {
		.target = 0x8892, .size = 64, .data_bytes = 64, .usage = 0x88e4
	};
	const struct glm_context_create create = { .id = 1, .api = GLM_API_ES, .major = 3 };
	const struct glm_surface_created created = { .id = 2, .status = GLM_STATUS_BAD_CONFIG };
	const struct glm_gl_error error = { .context = 1, .error = 0x500 };
	const struct glm_client_arrays arrays = { .n_arrays = 1,
		.arrays = { { .array = 0x8074, .type = 0x1406, .size = 3, .stride = 12 } },
		.data = { .data = "\1\2\3", .size = 3 } };
	const uint8_t data[64] = { 1, 2, 3 };
	_cleanup_free_ char *text = NULL;
	struct made made;

	(void)state;
	made_begin(&made, PLENTY);
	made_coded(&made, GL_CAPTURE_GUEST, &glm_context_create_type, &create);
	made_coded(&made, GL_CAPTURE_HOST, &glm_surface_created_type, &created);
	made_clear_color(&made, 0.5f);
	made_command(&made, GL_OP_BufferData, 0, &buffer, sizeof(buffer), data, sizeof(data));
	made_coded(&made, GL_CAPTURE_HOST, &glm_gl_error_type, &error);
	made_coded(&made, GL_CAPTURE_GUEST, &glm_client_arrays_type, &arrays);
	made_present(&made);
	text = text_of(&made, ALL);
	expect(text, "# program: a?program\n");
	expect(text, "# time: 2023-11-14T22:13:20Z\n");
	expect(text, "> context_create(id = 1, share = 0, config = 0, flags = 0, api = es, "
		     "profile = any, major = 3, minor = 0)\n");
	expect(text, "< surface_created(id = 2, status = bad_config)\n");
	expect(text, "> glClearColor(red = 0.5, green = 0, blue = 0, alpha = 1)\n");
	expect(text, "> glBufferData(target = GL_ARRAY_BUFFER, size = 64, data = {1, 2, 3, 0");
	expect(text, "... 64, hash ");
	expect(text, "usage = GL_STATIC_DRAW)\n");
	expect(text, "< gl_error(context = 1, error = GL_INVALID_ENUM)\n");
	expect(text, "array = GL_VERTEX_ARRAY, index = 0, size = 3, type = GL_FLOAT, flags = 0}}, "
		     "data = <01 02 03>)\n");
	expect(text, "> present(surface = 1, interval = 1) # frame 1\n");
	expect(text, "# complete: the channel ended\n");
}

static void test_reply(void **state)
{
	struct {
		struct wire_header header;
		uint32_t status;
		int32_t dims[3];
		uint64_t result, bytes;
		char array[8];
	} reply = { .header = { .size = sizeof(reply), .opcode = GL_OP_GetSynciv },
		.result = 5,
		.bytes = 4,
		.array = "abc\n" };

	char text[256];

	(void)state;
	_Static_assert(sizeof(reply) == 48, "as on the wire");
	message_text(&reply, sizeof(reply), false, NULL, 0, text, sizeof(text));
	assert_string_equal(text, "glGetSynciv: done, 0x5, \"abc\\n\"");
	reply.bytes = 9;
	message_text(&reply, sizeof(reply), false, NULL, 0, text, sizeof(text));
	assert_string_equal(text, "glGetSynciv: done, 0x5, malformed");
	reply.bytes = UINT64_MAX;
	message_text(&reply, sizeof(reply), false, NULL, 0, text, sizeof(text));
	assert_string_equal(text, "glGetSynciv: done, 0x5, malformed");
	reply.header.size = 16;
	message_text(&reply, 16, false, NULL, 0, text, sizeof(text));
	assert_string_equal(text, "glGetSynciv: malformed");
	message_text(&reply, 24, false, NULL, 0, text, sizeof(text));
	assert_string_equal(text, "malformed");
	assert_int_equal(message_text(&reply, 16, false, NULL, 0, text, 8), 7);
	assert_string_equal(text, "glGetSy");
	assert_int_equal(message_text(&reply, 16, false, NULL, 0, text, 0), 0);
}

/* A payload that came as bulk is shown as if it had not. */
static void test_bulk_text(void **state)
{
	struct {
		struct gl_wire_BufferData fixed;
		uint8_t data[4000];
	} payload = { { .target = 0x8892, .size = 4000, .data_bytes = 4000 }, { 9, 8 } };

	_cleanup_free_ char *text = NULL;
	const uint32_t use[2] = { 99, 0 };
	struct made made;

	(void)state;
	made_begin(&made, PLENTY);
	made_bulk(&made, GL_OP_BufferData, &payload, sizeof(payload));
	made_command(&made, GL_OP_BufferData, GL_FLAG_BULK, use, sizeof(use), NULL, 0);
	text = text_of(&made, ALL);
	expect(text, "> bulk(offset = 1024, total = 4024, id = 7, data = <1024 bytes, hash ");
	expect(text, "> glBufferData(target = GL_ARRAY_BUFFER, size = 4000, data = {9, 8, 0");
	expect(text, "> glBufferData(bulk 99)\n");
}

static void test_range(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct made made;

	(void)state;
	made_begin(&made, PLENTY);
	for (int i = 1; i <= 4; i++) {
		made_clear_color(&made, (float)i);
		made_present(&made);
	}
	text = text_of(&made, (struct capture_range){ 2, 3 });
	assert_null(strstr(text, "red = 1,"));
	expect(text, "red = 2,");
	expect(text, "red = 3,");
	expect(text, "# frame 3\n");
	assert_null(strstr(text, "red = 4,"));
}

static char *diff(struct made *a, struct made *b, int expected)
{
	struct capture_reader *readers[2] = { made_open(a), made_open(b) };
	char reason[CAPTURE_REASON_MAX] = "";
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_int_equal(capture_diff(readers[0], readers[1], out, reason), expected);
	fclose(out);
	capture_reader_destroy(readers[0]);
	capture_reader_destroy(readers[1]);
	return text;
}

static void test_same(void **state)
{
	const uint8_t payload[4024] = { 1 };
	_cleanup_free_ char *text = NULL;
	struct made made[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		made_begin(&made[i], PLENTY);
		made_clear_color(&made[i], 1);
		/* How a payload travelled makes no difference. */
		if (i == 0)
			made_bulk(&made[i], GL_OP_BufferData, payload, sizeof(payload));
		else
			made_command(
				&made[i], GL_OP_BufferData, 0, payload, sizeof(payload), NULL, 0);
		made_present(&made[i]);
	}
	text = diff(&made[0], &made[1], 0);
	assert_string_equal(text, "the same: 3 messages, 1 frames\n");
}

static void test_different(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct made made[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		made_begin(&made[i], PLENTY);
		made_present(&made[i]);
		made_clear_color(&made[i], 1);
		made_clear_color(&made[i], (float)i);
		if (i == 0)
			made_clear_color(&made[i], 1);
		made_present(&made[i]);
		if (i == 0)
			made_present(&made[i]);
	}
	text = diff(&made[0], &made[1], 1);
	expect(text, "the first difference is message 3, frame 2\n");
	expect(text, "A: record 3, glClearColor(red = 0,");
	expect(text, "B: record 3, glClearColor(red = 1,");
	expect(text, "         3          2  glClearColor\n");
	expect(text, "         3          2  present\n");
	expect(text, "         6          4  all messages\n");
	expect(text, "         4          3  in frame 2\n");
}

static void test_shorter(void **state)
{
	_cleanup_free_ char *text = NULL;
	struct made made[2];

	(void)state;
	for (int i = 0; i < 2; i++) {
		made_begin(&made[i], PLENTY);
		made_present(&made[i]);
	}
	made_present(&made[1]);
	text = diff(&made[0], &made[1], 1);
	expect(text,
		"the first difference is message 2, frame 2\nA: nothing more\nB: record 2, present(");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_reply),
		cmocka_unit_test(test_bulk_text),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_different),
		cmocka_unit_test(test_shorter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
