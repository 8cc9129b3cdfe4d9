/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures of a session: their files, what the render process tells, what the API may do. */
#include "host_fixture.h"

#define TAKE(session, n) (list_length(session, true) == (n))

static size_t list_length(const struct session *session, bool used)
{
	const struct capture *capture;
	size_t n = 0;

	list_for_each(capture, &session->captures, link)
		n += capture->used == used;
	return n;
}

static struct capture *first(const struct session *session)
{
	return list_entry(session->captures.next, struct capture, link);
}

static size_t files(const struct fixture *fixture, const struct session *session)
{
	char path[160];
	const struct dirent *entry;
	size_t n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/captures/%s", fixture->directory, session->spec.name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	if (dir)
		closedir(dir);
	return n;
}

static struct session *ready(struct fixture *fixture, const char *name)
{
	struct session *session = fixture_session(fixture, name);

	run_until(fixture, 3000, session->state == SESSION_READY);
	return session;
}

static void a_capture_is_made(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = ready(fixture, "taker");
	struct problem problem = { 0 };
	uint64_t size = 0;
	int fd = -1;

	assert_int_equal(session_capture_start(session, true, &problem), 0);
	assert_int_equal(session_capture_start(session, true, &problem), -1);
	assert_int_equal(problem.status, 409);
	run_until(fixture, 3000, TAKE(session, 1));
	assert_int_equal(list_length(session, false), 4); /* another file has taken its place */
	assert_int_equal(files(fixture, session), 5);
	assert_string_equal(first(session)->info.program, "with?sums");
	session_measure_limits(session);
	assert_int_equal(session->limits_use[LIMIT_CAPTURES].used, 1);
	/* While it is written it cannot be had or removed, and an empty file cannot be seen. */
	assert_int_equal(session_capture_open(session, 1, &fd, &size, &problem), -1);
	assert_int_equal(problem.status, 409);
	assert_int_equal(session_capture_delete(session, 1, &problem), -1);
	assert_int_equal(problem.status, 409);
	assert_int_equal(session_capture_open(session, 2, &fd, &size, &problem), -1);
	assert_int_equal(problem.status, 404);
	session_capture_stop(session);
	run_until(fixture, 3000, first(session)->info.frames == 3);
	run_until(fixture, 4000, list_length(session, false) == 0);
	assert_int_equal(first(session)->info.state, IPC_CAPTURE_STOPPED);
	assert_int_equal(files(fixture, session), 1);
	assert_int_equal(session_capture_open(session, 1, &fd, &size, &problem), 0);
	assert_int_equal(size, 16);
	close(fd);
	assert_int_equal(session_capture_delete(session, 1, &problem), 0);
	assert_int_equal(files(fixture, session), 0);
	/* Ids are not used again. */
	assert_int_equal(session_capture_start(session, false, &problem), 0);
	run_until(fixture, 3000, TAKE(session, 1));
	assert_int_equal(first(session)->info.capture, 6);
	assert_string_equal(first(session)->info.program, "plain");
}

static void a_crash_cuts_it(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = ready(fixture, "taker");
	struct problem problem = { 0 };

	assert_int_equal(session_capture_start(session, false, &problem), 0);
	run_until(fixture, 3000, TAKE(session, 1));
	kill(child_pid(session->render), SIGKILL);
	run_until(fixture, 3000, first(session)->cut);
	assert_int_equal(list_length(session, false), 0);
	/* The next process gets files of its own. */
	run_until(fixture, 5000, TAKE(session, 2));
	assert_true(first(session)->cut);
	assert_int_equal(session_capture_delete(session, 1, &problem), 0);
}

static void only_so_many_are_kept(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = ready(fixture, "taker");
	struct limits_change change = { .values = { [LIMIT_CAPTURES] = 3 } };
	struct problem problem = { 0 };

	session->spec.limits[LIMIT_CAPTURES] = 1;
	assert_int_equal(session_capture_start(session, false, &problem), 0);
	run_until(fixture, 3000, TAKE(session, 1));
	assert_int_equal(list_length(session, false), 0);
	session_measure_limits(session);
	assert_true(session->limits_use[LIMIT_CAPTURES].refused >= 1);
	change.set[LIMIT_CAPTURES] = true;
	session_change_limits(session, &change);
	assert_int_equal(list_length(session, false), 2);
}

/* A render process that was taken over does not fill the disk. */
static void too_much_ends_the_process(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = ready(fixture, "greedy");
	struct problem problem = { 0 };

	session->spec.limits[LIMIT_CAPTURE_SIZE] = 1 << 20;
	assert_int_equal(session_capture_start(session, false, &problem), 0);
	run_until(fixture, 4000, session->n_restarts == 1);
	assert_string_equal(session->restarts[0].reason, "it wrote too much into a capture");
}

static void an_absurd_state_ends_the_process(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = ready(fixture, "absurd");
	struct problem problem = { 0 };

	assert_int_equal(session_capture_start(session, false, &problem), 0);
	run_until(fixture, 4000, session->n_restarts == 1);
	assert_string_equal(
		session->restarts[0].reason, "it reported an impossible state of a capture");
}

/* What an earlier orield left is not shown, and goes. */
static void leftovers_go(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = ready(fixture, "some");
	struct problem problem = { 0 };
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/captures", fixture->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/captures/some", fixture->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/captures/some/1.capture", fixture->directory);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "left", 4), 4);
	close(fd);
	assert_int_equal(session_capture_start(session, false, &problem), 0);
	assert_int_equal(files(fixture, session), 4);
	assert_int_equal(list_length(session, true), 0);
	assert_int_equal(session_capture_delete(session, 1, &problem), -1);
	assert_int_equal(problem.status, 404);
	session_capture_stop(session);
	session_capture_stop(session);
	run_until(fixture, 4000, files(fixture, session) == 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_capture_is_made),
		TEST(a_crash_cuts_it),
		TEST(only_so_many_are_kept),
		TEST(too_much_ends_the_process),
		TEST(an_absurd_state_ends_the_process),
		TEST(leftovers_go),
	};

	(void)argc;
	fake_child_maybe(argv[0]);
	log_init(getenv("ORIEL_TEST_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
