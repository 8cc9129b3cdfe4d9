/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of sessions: which value holds, who is told, what is counted. */
#include "child/cgroup.h"
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

/* ---- cgroups, in a directory that looks like one */

static char base[64];

static const char *below(const char *name)
{
	static char path[160];

	snprintf(path, sizeof(path), "%s/%s", base, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(below(name), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static const char *content(const char *name)
{
	static char text[128];
	FILE *file = fopen(below(name), "r");
	size_t n = file ? fread(text, 1, sizeof(text) - 1, file) : 0;

	text[n] = '\0';
	if (file)
		fclose(file);
	return text;
}

static int cgroup_setup(void **state)
{
	strcpy(base, "/tmp/oriel-cgroup-XXXXXX");
	assert_non_null(mkdtemp(base));
	return fixture_setup(state);
}

static int cgroup_teardown(void **state)
{
	char text[96];

	fixture_teardown(state);
	snprintf(text, sizeof(text), "rm -r %s", base);
	return system(text);
}

static void use_cgroup(struct fixture *fixture)
{
	char reason[256];

	put("cgroup.controllers", "cpuset cpu io memory pids\n");
	fixture->host.private->cgroup = cgroup_open(base, reason, sizeof(reason));
	assert_true(fixture->host.private->cgroup >= 0);
}

static void cgroups_may_be_missing(void **state)
{
	char reason[256];

	(void)state;
	assert_int_equal(cgroup_open("none", reason, sizeof(reason)), -1);
	assert_int_equal(cgroup_open("/nowhere/at/all", reason, sizeof(reason)), -1);
	assert_non_null(strstr(reason, "No such file"));
	put("cgroup.controllers", "cpuset io\n");
	assert_int_equal(cgroup_open(base, reason, sizeof(reason)), -1);
	assert_non_null(strstr(reason, "none of the controllers"));
	assert_int_equal(cgroup_create(-1, "one"), -ENOENT);
	assert_int_equal(cgroup_write(-1, "memory.max", 1), -ENOENT);
	assert_int_equal(cgroup_read(-1, "memory.current", NULL), 0);
	assert_int_equal(cgroup_open_procs(-1), -1);
	cgroup_remove(-1, -1, "one");
}

static void a_session_has_its_cgroup(void **state)
{
	struct fixture *fixture = *state;
	struct limits_change change = { 0 };
	struct session *session;
	char pid[16];

	use_cgroup(fixture);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_string_equal(content("orield/cgroup.procs"), pid);
	assert_string_equal(content("cgroup.subtree_control"), "+cpu");
	session = fixture_session(fixture, "one");
	run_until(fixture, 3000, session->state == SESSION_READY);
	assert_string_equal(content("one.vm/cgroup.procs"), "0\n");
	assert_string_equal(content("one.vm/memory.max"), "12884901888\n");
	assert_string_equal(content("one.vm/pids.max"), "256\n");
	assert_string_equal(content("one.vm/cpu.weight"), "100\n");
	assert_int_equal(limits_data(session), 0);
	change.set[LIMIT_MEMORY] = change.set[LIMIT_CPU_WEIGHT] = true;
	change.values[LIMIT_MEMORY] = 1ull << 30;
	change.values[LIMIT_CPU_WEIGHT] = 20;
	session_change_limits(session, &change);
	assert_string_equal(content("one.vm/memory.max"), "1073741824\n");
	assert_string_equal(content("one.vm/cpu.weight"), "20\n");
	put("one.vm/memory.current", "123456789\n");
	put("one.vm/pids.current", "17\n");
	assert_int_equal(told(session, LIMIT_MEMORY), 123456789);
	assert_int_equal(told(session, LIMIT_TASKS), 17);
}

/* systemd may have delegated other controllers alone. */
static void a_cgroup_that_bounds_no_memory(void **state)
{
	struct fixture *fixture = *state;
	struct session *session;

	use_cgroup(fixture);
	assert_int_equal(mkdir(below("one.vm"), 0755), 0);
	assert_int_equal(mkdir(below("one.vm/memory.max"), 0755), 0); /* cannot be written */
	session = fixture_session(fixture, "one");
	run_until(fixture, 3000, session->state == SESSION_READY);
	assert_string_equal(content("one.vm/pids.max"), "256\n");
	assert_int_equal(limits_data(session), limit_fallback(LIMIT_MEMORY));
}

static void want_of_memory_is_a_reason(void **state)
{
	struct fixture *fixture = *state;
	struct session *session;

	use_cgroup(fixture);
	session = fixture_session(fixture, "one");
	run_until(fixture, 3000, session->state == SESSION_READY);
	kill(child_pid(session->view), SIGKILL);
	run_until(fixture, 3000, session->n_restarts == 1);
	assert_string_equal(session->restarts[0].reason, "killed by SIGKILL");
	put("one.vm/memory.events", "low 0\noom_group_kill 5\noom 3\noom_kill 2\n");
	kill(child_pid(session->render), SIGKILL);
	run_until(fixture, 3000, session->n_restarts == 2);
	assert_string_equal(session->restarts[1].reason,
		"the session took more than its memory of 12G (limit memory)");
	session_measure_limits(session);
	assert_int_equal(session->limits_use[LIMIT_MEMORY].refused >= 1, true);
	run_until(fixture, 5000, session->state == SESSION_READY);
	kill(child_pid(session->render), SIGKILL);
	run_until(fixture, 3000, session->n_restarts == 3);
	assert_string_equal(session->restarts[2].reason, "killed by SIGKILL");
}

#define CGROUP_TEST(name) cmocka_unit_test_setup_teardown(name, cgroup_setup, cgroup_teardown)
#define TEST(name)        cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(the_nearest_value_holds),
		TEST(restarts_forget_nothing),
		TEST(guests_that_are_known_stay),
		TEST(reloaded_limits_restart_nothing),
		CGROUP_TEST(cgroups_may_be_missing),
		CGROUP_TEST(a_session_has_its_cgroup),
		CGROUP_TEST(a_cgroup_that_bounds_no_memory),
		CGROUP_TEST(want_of_memory_is_a_reason),
	};

	(void)argc;
	fake_child_maybe(argv[0]);
	log_init(getenv("ORIEL_TEST_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
