/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures that are executed: their frames, which part of them, and what goes wrong. */
#include <sys/wait.h>

#include "capture/capture_fixture.h"
#include "execute.h"

#define PLENTY (UINT64_C(64) << 20)
#define WIDTH  32u
#define HEIGHT 16u
/* Of the capture's host, whose EGL numbers configurations as no other does. */
#define THEIR_CONFIG 54321u

static char path[] = "/tmp/oriel-test-XXXXXX";

/* A context and a window, current. */
static void begin(struct made *made)
{
	static struct glm_caps caps;
	static uint8_t coded[4096];
	struct glm_capture_head head = { .table_hash = GL_TABLE_HASH,
		.version = GLM_VERSION,
		.shader_size = 1u << 20,
		.resource_size = 1u << 30 };
	const struct glm_context_create context = { .id = 1, .config = THEIR_CONFIG, .api = 1 };
	const struct glm_surface_create surface = { .id = 1,
		.config = THEIR_CONFIG,
		.width = WIDTH,
		.height = HEIGHT,
		.kind = GLM_SURFACE_WINDOW };
	const struct glm_make_current current = { .context = 1, .draw = 1, .read = 1 };
	struct wire_writer writer;

	caps = (struct glm_caps){ .refresh = 60000, .gl = 45, .n_configs = 1 };
	caps.configs[0] = (struct glm_config){ THEIR_CONFIG, 8, 8, 8, 8, 24, 8, 0, 0 };
	wire_writer_init(&writer, coded, sizeof(coded));
	glm_caps_type.encode(&writer, &caps);
	head.caps = (struct wire_blob){ .data = coded, .size = (uint32_t)writer.at };
	made->fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_int_equal(capture_writer_create(dup(made->fd), PLENTY, &head, &made->writer), 0);
	made_coded(made, GL_CAPTURE_GUEST, &glm_context_create_type, &context);
	made_coded(made, GL_CAPTURE_GUEST, &glm_surface_create_type, &surface);
	made_coded(made, GL_CAPTURE_GUEST, &glm_make_current_type, &current);
}

static void finish(struct made *made)
{
	capture_writer_destroy(made->writer);
	close(made->fd);
}

static void clear(struct made *made, float red)
{
	const uint32_t color[2] = { 0x4000, 0 };

	made_clear_color(made, red);
	made_command(made, GL_OP_Clear, 0, color, sizeof(color), NULL, 0);
}

/* Of a picture of one colour. */
static uint64_t sum_of(uint8_t red)
{
	uint8_t row[WIDTH * 4] = { 0 };
	uint64_t sum = GL_CAPTURE_SUM;

	for (uint32_t x = 0; x < WIDTH; x++)
		row[x * 4 + 2] = red;
	for (uint32_t y = 0; y < HEIGHT; y++)
		sum = gl_capture_sum(sum, row, WIDTH);
	return sum;
}

struct run {
	int pipe;
	pid_t child;
	struct report report;
};

static void run_begin(struct run *run, const struct execute_config *config)
{
	int pipe[2];

	assert_int_equal(pipe2(pipe, O_CLOEXEC), 0);
	run->child = fork();
	if (run->child == 0) {
		close(pipe[0]);
		execute(config, pipe[1]);
		_exit(0);
	}
	close(pipe[1]);
	run->pipe = pipe[0];
}

/* The next report; of its kind. */
static const struct report *run_next(struct run *run, enum report_kind kind)
{
	assert_int_equal(report_read(run->pipe, &run->report, sizeof(run->report)), 0);
	if (run->report.kind != kind)
		fail_msg("report %u, not %u: %s", run->report.kind, kind, run->report.reason);
	return &run->report;
}

static void run_end(struct run *run)
{
	uint8_t byte;
	int status;

	assert_int_equal(report_read(run->pipe, &byte, 1), -EPIPE);
	close(run->pipe);
	assert_int_equal(waitpid(run->child, &status, 0), run->child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static struct execute_config config(void)
{
	return (struct execute_config){
		.path = path, .gpu = "software", .range = { 0, UINT64_MAX }, .sandbox = true
	};
}

static void test_frames(void **state)
{
	const struct glm_capture_frame recorded = { .checksum = 7, .surface = 1 };
	const struct execute_config all = config();
	const struct report *report;
	struct made made;
	struct run run;

	(void)state;
	begin(&made);
	clear(&made, 1);
	made_present(&made);
	capture_writer_frame(made.writer, &recorded);
	clear(&made, 0);
	made_present(&made);
	finish(&made);
	run_begin(&run, &all);
	report = run_next(&run, REPORT_FRAME);
	assert_int_equal(report->frame.number, 1);
	assert_int_equal(report->frame.surface, 1);
	assert_int_equal(report->frame.width, WIDTH);
	assert_int_equal(report->frame.height, HEIGHT);
	assert_true(report->frame.sum == sum_of(255));
	assert_true(report->frame.has_recorded);
	assert_int_equal(report->frame.recorded, 7);
	report = run_next(&run, REPORT_FRAME);
	assert_int_equal(report->frame.number, 2);
	assert_true(report->frame.sum == sum_of(0));
	assert_false(report->frame.has_recorded);
	report = run_next(&run, REPORT_END);
	assert_int_equal(report->end.messages, 9);
	run_end(&run);
}

static void test_range_and_pixels(void **state)
{
	struct execute_config some = config();
	uint8_t pixels[WIDTH * HEIGHT * 4];
	struct made made;
	struct run run;

	(void)state;
	begin(&made);
	for (int i = 0; i < 5; i++) {
		clear(&made, i == 2 ? 1.0f : 0.0f);
		made_present(&made);
	}
	finish(&made);
	some.range = (struct capture_range){ 3, 3 };
	some.pixels = true;
	run_begin(&run, &some);
	run_next(&run, REPORT_FRAME);
	assert_int_equal(run.report.frame.number, 3);
	assert_true(run.report.frame.has_pixels);
	assert_int_equal(report_read(run.pipe, pixels, sizeof(pixels)), 0);
	assert_int_equal(pixels[2], 255);
	assert_int_equal(pixels[0], 0);
	/* What lies behind the frames that are wanted is not executed. */
	run_next(&run, REPORT_END);
	assert_int_equal(run.report.end.messages, 3 + 9);
	run_end(&run);
}

/* A present of what is no surface has no picture, and commands that are refused end nothing. */
static void test_refused(void **state)
{
	const struct glm_present present = { .surface = 99 };
	const struct execute_config all = config();
	const uint32_t use[2] = { 5, 0 };
	struct made made;
	struct run run;

	(void)state;
	begin(&made);
	made_command(&made, GL_OP_BufferData, GL_FLAG_BULK, use, sizeof(use), NULL, 0);
	made_command(&made, GL_OP_Clear, 0, NULL, 0, NULL, 0);
	made_coded(&made, GL_CAPTURE_GUEST, &glm_present_type, &present);
	clear(&made, 1);
	made_present(&made);
	finish(&made);
	run_begin(&run, &all);
	run_next(&run, REPORT_FRAME);
	assert_false(run.report.frame.has_picture);
	run_next(&run, REPORT_FRAME);
	assert_true(run.report.frame.sum == sum_of(255));
	run_next(&run, REPORT_END);
	run_end(&run);
}

static void test_failures(void **state)
{
	struct execute_config wrong = config();
	struct made made;
	struct run run;

	(void)state;
	wrong.path = "/nonexistent";
	run_begin(&run, &wrong);
	assert_string_equal(run_next(&run, REPORT_FAILED)->reason, "No such file or directory");
	run_end(&run);
	begin(&made);
	finish(&made);
	assert_int_equal(truncate(path, 100), 0);
	wrong.path = path;
	run_begin(&run, &wrong);
	assert_string_equal(run_next(&run, REPORT_FAILED)->reason, "it has no head");
	run_end(&run);
	begin(&made);
	finish(&made);
	wrong.gpu = "render-node:/dev/none";
	run_begin(&run, &wrong);
	run_next(&run, REPORT_FAILED);
	run_end(&run);
}

static int teardown(void **state)
{
	(void)state;
	return unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frames),
		cmocka_unit_test(test_range_and_pixels),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_failures),
	};
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	return cmocka_run_group_tests(tests, NULL, teardown);
}
