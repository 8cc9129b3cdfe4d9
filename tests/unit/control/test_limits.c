/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of sessions: which value holds, who is told, what is counted. */
#include "host_fixture.h"

static bool ended(int fd)
{
	char byte;

	return read(fd, &byte, 1) == 0;
}

/* The fake render process tells its values as what is used, and that each was reached once. */
static uint64_t told(struct session *session, enum limit_id id)
{
	session_measure_limits(session);
	return session->limits_use[id].used;
}

static void the_nearest_value_holds(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "some");
	struct limits_change change = { 0 };

	run_until(fixture, 3000, session->state == SESSION_READY);
	run_until(fixture, 3000, told(session, LIMIT_OBJECTS) == limit_fallback(LIMIT_OBJECTS));
	fixture->host.config.limits[LIMIT_OBJECTS] = 1001;
	assert_int_equal(session_limit(session, LIMIT_OBJECTS), 1001);
	session->spec.limits[LIMIT_OBJECTS] = 1002;
	assert_int_equal(session_limit(session, LIMIT_OBJECTS), 1002);
	change.set[LIMIT_OBJECTS] = true;
	change.values[LIMIT_OBJECTS] = 1003;
	change.values[LIMIT_CONTEXTS] = 5; /* not set */
	session_change_limits(session, &change);
	assert_int_equal(session_limit(session, LIMIT_OBJECTS), 1003);
	assert_int_equal(session_limit(session, LIMIT_CONTEXTS), 256);
	run_until(fixture, 3000, told(session, LIMIT_OBJECTS) == 1003);
	change.values[LIMIT_OBJECTS] = 0;
	session_change_limits(session, &change);
	run_until(fixture, 3000, told(session, LIMIT_OBJECTS) == 1002);
}

/* The counters go on over restarts, and so do values that the API changed. */
static void restarts_forget_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "some");
	struct limits_change change = { 0 };

	change.set[LIMIT_CONTEXTS] = true;
	change.values[LIMIT_CONTEXTS] = 9;
	session_change_limits(session, &change);
	run_until(fixture, 3000, told(session, LIMIT_CONTEXTS) == 9);
	assert_int_equal(session->limits_use[LIMIT_CONTEXTS].refused, 1);
	kill(child_pid(session->render), SIGKILL);
	run_until(fixture, 3000, told(session, LIMIT_CONTEXTS) == 0);
	assert_int_equal(session->limits_use[LIMIT_CONTEXTS].refused, 1);
	run_until(fixture, 3000, told(session, LIMIT_CONTEXTS) == 9);
	assert_int_equal(session->limits_use[LIMIT_CONTEXTS].refused, 2);
}

static size_t known_guests(const struct session *session)
{
	const struct guest *guest;
	size_t n = 0;

	list_for_each(guest, &session->private->guests, link)
		n += guest->has_stream;
	return n;
}

static void guests_that_are_known_stay(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "some");
	int fds[3], fd;

	session->limits_changed[LIMIT_CLIENTS] = 3;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = fixture_connect(session);
	run_until(fixture, 3000, known_guests(session) == 3);
	fd = fixture_connect(session);
	run_until(fixture, 1000, ended(fd));
	assert_int_equal(session->private->n_guests, 3);
	session_measure_limits(session);
	assert_int_equal(session->limits_use[LIMIT_CLIENTS].used, 3);
	assert_int_equal(session->limits_use[LIMIT_CLIENTS].refused, 1);
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

static void reloaded_limits_restart_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct config config;
	struct session *session;
	pid_t render;

	fixture->host.config.sessions = calloc(1, sizeof(struct session_spec));
	fixture->host.config.n_sessions = 1;
	fixture_spec(fixture, "kept", &fixture->host.config.sessions[0]);
	fixture->host.config.sessions[0].configured = true;
	session = host_start_configured(&fixture->host, &fixture->host.config.sessions[0]);
	run_until(fixture, 3000, session->state == SESSION_READY);
	render = child_pid(session->render);
	config_defaults(&config);
	config.limits[LIMIT_RESOURCES] = 777;
	config.sessions = calloc(1, sizeof(struct session_spec));
	config.n_sessions = 1;
	memcpy(config.sessions, fixture->host.config.sessions, sizeof(struct session_spec));
	config.sessions[0].limits[LIMIT_CONTEXTS] = 11;
	host_reload(&fixture->host, &config);
	run_until(fixture, 3000, told(session, LIMIT_CONTEXTS) == 11);
	assert_int_equal(told(session, LIMIT_RESOURCES), 777);
	assert_int_equal(child_pid(session->render), render);
	assert_int_equal(session->restart_count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(the_nearest_value_holds),
		TEST(restarts_forget_nothing),
		TEST(guests_that_are_known_stay),
		TEST(reloaded_limits_restart_nothing),
	};

	(void)argc;
	fake_child_maybe(argv[0]);
	log_init(getenv("ORIEL_TEST_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
