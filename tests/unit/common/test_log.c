/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The log: what a line looks like, and how many a peer can cause. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "log.h"
#include "util.h"

static int capture_fd = -1, real_stderr = -1;
static char captured[65536];

static void capture(void)
{
	capture_fd = memfd_create("log", MFD_CLOEXEC);
	real_stderr = dup(STDERR_FILENO);
	assert_true(capture_fd >= 0 && real_stderr >= 0);
	assert_int_equal(dup2(capture_fd, STDERR_FILENO), STDERR_FILENO);
}

static const char *release(void)
{
	ssize_t n;

	dup2(real_stderr, STDERR_FILENO);
	n = pread(capture_fd, captured, sizeof(captured) - 1, 0);
	close(real_stderr);
	close(capture_fd);
	assert_true(n >= 0);
	captured[n] = '\0';
	return captured;
}

static void test_form(void **state)
{
	(void)state;
	capture();
	log_init(LOG_LEVEL_INFO, false);
	log_error("a %d", 1);
	log_debug("not this");
	log_init(LOG_LEVEL_DEBUG, true);
	log_debug("b %s", "two");
	log_warning("c");
	log_init(LOG_LEVEL_INFO, false);
	assert_string_equal(release(), "error: a 1\n<7>b two\n<4>c\n");
	assert_int_equal(log_level_max(), LOG_LEVEL_INFO);
}

/* A guest's text can neither begin a line nor colour a terminal, and a long one keeps its end. */
static void test_hostile_text(void **state)
{
	char text[5000];
	const char *line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	capture();
	log_init(LOG_LEVEL_INFO, true);
	log_info("%s", "one\n<3>two\r\x1b[31m\x7f");
	log_info("%s", text);
	log_init(LOG_LEVEL_INFO, false);
	line = release();
	assert_int_equal(strncmp(line, "<6>one?<3>two??[31m?\n<6>xxx", 27), 0);
	assert_int_equal(line[strlen(line) - 1], '\n');
	assert_true(strlen(line) < 3000);
}

static void test_limit(void **state)
{
	struct log_limit limit = { 0 };
	unsigned allowed = 0;
	const char *text;

	(void)state;
	for (unsigned i = 0; i < 10000; i++)
		allowed += log_allowed(&limit);
	assert_in_range(allowed, 10, 11); /* a second may turn meanwhile */
	assert_true(limit.left_out >= 10000 - 11);
	limit.refilled_ms -= 1000; /* a second later */
	capture();
	log_init(LOG_LEVEL_INFO, false);
	assert_true(log_allowed(&limit));
	assert_false(log_allowed(&limit));
	text = release();
	assert_non_null(strstr(text, "similar lines were left out"));
	assert_int_equal(limit.left_out, 1);
	limit.refilled_ms -= 3600 * 1000; /* a long pause does not save up more than the burst */
	limit.left_out = 0;
	allowed = 0;
	for (unsigned i = 0; i < 1000; i++)
		allowed += log_allowed(&limit);
	assert_in_range(allowed, 10, 11);
}

/* What the level leaves out is not counted, or the log would tell of lines like none that is there. */
static void test_limit_below_level(void **state)
{
	struct log_limit limit = { 0 };

	(void)state;
	capture();
	log_init(LOG_LEVEL_INFO, false);
	for (unsigned i = 0; i < 1000; i++)
		log_limited(&limit, LOG_LEVEL_DEBUG, "not this");
	limit.refilled_ms = 0;
	log_limited(&limit, LOG_LEVEL_INFO, "this");
	log_limited(&limit, LOG_LEVEL_DEBUG, "not this");
	assert_string_equal(release(), "info: this\n");
	assert_int_equal(limit.left_out, 0);
}

static void test_level_words(void **state)
{
	(void)state;
	assert_int_equal(log_level_parse("error"), LOG_LEVEL_ERROR);
	assert_int_equal(log_level_parse("debug"), LOG_LEVEL_DEBUG);
	assert_int_equal(log_level_parse("Debug"), -1);
	assert_int_equal(log_level_parse(""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_limit_below_level),
		cmocka_unit_test(test_level_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
