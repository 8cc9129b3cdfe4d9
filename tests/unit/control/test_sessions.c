/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sessions with children that crash, hang, lie and flood. */
#include "host_fixture.h"

static bool line_arrives(int fd, char *text, size_t size)
{
	ssize_t n = read(fd, text, size - 1);

	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

static bool ended(int fd)
{
	char byte;

	return read(fd, &byte, 1) == 0;
}

struct ending {
	struct session_wait wait;
	bool ended;
};

static void on_ended(struct session_wait *wait)
{
	list_entry(wait, struct ending, wait)->ended = true;
}

static void becomes_ready_and_ends(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "good");
	struct ending ending = { .wait.ended = on_ended };
	struct problem problem;
	char path[sizeof(session->spec.listeners[0].path)];
	struct stat status;

	strcpy(path, session->spec.listeners[0].path);
	run_until(fixture, 3000, session->state == SESSION_READY);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(session->gpu.n_gpus, 1);
	run_until(fixture, 3000, session->render_stats.readbacks == 7 && session->render_rss > 0);
	run_until(fixture, 3000, fixture->host.gpu.n_gpus == 1);
	assert_int_equal(session->restart_count, 0);
	assert_int_equal(host_delete_session(&fixture->host, session, &ending.wait, &problem), 0);
	assert_false(ending.ended);
	run_until(fixture, 1000, ending.ended);
	assert_int_equal(fixture->host.n_sessions, 0);
	assert_int_equal(stat(path, &status), -1);
	/* The name is free at once. */
	fixture_session(fixture, "good");
}

static void restarts_after_a_kill(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "killed");
	uint16_t port = session->displays[0].vnc_port;
	uint64_t began;
	pid_t pid;

	run_until(fixture, 3000, session->state == SESSION_READY);
	pid = child_pid(session->render);
	kill(pid, SIGKILL);
	began = clock_ms();
	run_until(fixture, 3000, session->restart_count == 1);
	assert_string_equal(session->restarts[0].process, "render");
	assert_string_equal(session->restarts[0].reason, "killed by SIGKILL");
	run_until(fixture, 3000, session->state == SESSION_READY);
	assert_true(clock_ms() - began >= BACKOFF_FIRST_MS);
	assert_int_not_equal(child_pid(session->render), pid);
	kill(child_pid(session->view), SIGALRM);
	run_until(fixture, 3000, session->restart_count == 2);
	assert_string_equal(session->restarts[1].process, "view");
	assert_memory_equal(session->restarts[1].reason, "killed by SIGALRM", 17);
	run_until(fixture, 3000, session->state == SESSION_READY);
	assert_int_equal(session->displays[0].vnc_port, port);
}

static void crash_loop_fails(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "crash");
	int fd;

	run_until(fixture, 10000, session->state == SESSION_FAILED);
	assert_non_null(strstr(session->reason, "render"));
	assert_non_null(strstr(session->reason, "exit status 3"));
	assert_int_equal(session->restart_count, BACKOFF_CRASHES);
	assert_non_null(session->view);
	fd = fixture_connect(session);
	run_until(fixture, 1000, ended(fd));
	close(fd);
	session_revive(session);
	assert_int_equal(session->state, SESSION_STARTING);
	run_until(fixture, 3000, session->restart_count > BACKOFF_CRASHES);
}

static void says_why_it_failed(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "failing");

	run_until(fixture, 3000, session->n_restarts > 0);
	assert_string_equal(session->restarts[0].reason, "no?GPU");
}

static void keeps_why_no_gpu_can_be_used(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "nogpu");

	run_until(fixture, 3000, session->n_restarts > 1 && !session->render);
	assert_string_equal(session->restarts[1].reason, "no?GPU");
	assert_int_equal(session->gpu.n_gpus, 1);
	assert_string_equal(session->gpu.gpus[0].reason, "there is none");
	assert_string_equal(session->gpu.renderer, "");
}

static void stopped_process_is_a_hang(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "hang");
	struct session *other = fixture_session(fixture, "other");

	run_until(fixture, 3000, session->state == SESSION_READY && other->state == SESSION_READY);
	kill(child_pid(session->render), SIGSTOP);
	kill(child_pid(session->view), SIGSTOP);
	run_until(fixture, 9000, session->restart_count == 2);
	assert_memory_equal(session->restarts[0].reason, "hang: no answer", 15);
	assert_memory_equal(session->restarts[1].reason, "hang: no answer", 15);
	run_until(fixture, 3000, session->state == SESSION_READY);
	assert_int_equal(other->restart_count, 0);
}

static void protocol_errors_end_the_process(void **state)
{
	static const struct {
		const char *name, *reason;
	} rows[] = {
		{ "chatty", "it sent over 20000 messages in a second" },
		{ "liar", "it sent a malformed message (unknown" },
		{ "garbage", "it sent a malformed message" },
		{ "many", "it reported over 256 streams" },
		{ "twice", "it reported its GPU twice" },
		{ "wrong", "the view process cannot work with it: a? fault" },
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct session *session = fixture_session(fixture, rows[i].name);
		run_until(fixture, 5000, session->n_restarts > 0);
		assert_memory_equal(
			session->restarts[0].reason, rows[i].reason, strlen(rows[i].reason));
	}
}

static void lost_link_is_made_anew(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "lost");

	run_until(fixture, 5000, session->displays[0].info.width == 3);
	assert_int_equal(session->n_restarts, 0);
}

static void texts_are_cleaned(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "rude");

	run_until(fixture, 3000, !list_empty(&session->streams));
	assert_string_equal(
		list_entry(session->streams.next, struct stream, link)->info.program, "a?[31m?b??");
}

static void guests_are_handed_over(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "oriel");
	char text[128];
	int early = fixture_connect(session), late;

	run_until(fixture, 3000, line_arrives(early, text, sizeof(text)));
	assert_string_equal(text, "guest 1 vm 0 resumed 0 token 00\n");
	late = fixture_connect(session);
	run_until(fixture, 3000, line_arrives(late, text, sizeof(text)));
	assert_string_equal(text, "guest 2 vm 0 resumed 0 token 00\n");
	run_until(fixture, 3000,
		!list_empty(&session->streams) && session->streams.next->next != &session->streams);
	kill(child_pid(session->render), SIGKILL);
	run_until(fixture, 3000, line_arrives(early, text, sizeof(text)));
	assert_string_equal(text, "guest 1 vm 0 resumed 1 token 5a\n");
	close(early);
	close(late);
}

static void guests_that_cannot_resume_are_closed(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "good");
	char text[128];
	int fd = fixture_connect(session);

	run_until(fixture, 3000, line_arrives(fd, text, sizeof(text)));
	run_until(fixture, 3000, !list_empty(&session->streams));
	kill(child_pid(session->render), SIGKILL);
	run_until(fixture, 3000, ended(fd));
	assert_true(list_empty(&session->streams));
	assert_int_equal(session->private->n_guests, 0);
	close(fd);
}

static void guests_are_bounded(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "crash");
	uint64_t later;
	int fds[8], fd;

	fixture->host.config.limits[LIMIT_CLIENTS] = 8;
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		fds[i] = fixture_connect(session);
	run_until(fixture, 1000, session->private->n_guests == 8);
	/* One that waits and has gone makes room. */
	close(fds[3]);
	fds[3] = fixture_connect(session);
	run_until(fixture, 1000, session->private->last_guest == 9);
	assert_int_equal(session->private->n_guests, 8);
	assert_int_equal(session->private->refused[LIMIT_CLIENTS], 0);
	/* So does the oldest of those that have not said what they are, after a while. */
	fd = fixture_connect(session);
	run_until(fixture, 1000, ended(fd));
	close(fd);
	later = clock_ms() + 150;
	run_until(fixture, 1000, clock_ms() > later);
	fd = fixture_connect(session);
	run_until(fixture, 1000, ended(fds[0]));
	assert_int_equal(session->private->n_guests, 8);
	assert_int_equal(session->private->refused[LIMIT_CLIENTS], 2);
	assert_false(ended(fds[1]) || ended(fd));
	close(fd);
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		close(fds[i]);
}

static void peers_are_checked(void **state)
{
	struct fixture *fixture = *state;
	struct session_spec spec;
	struct problem problem;
	struct session *session;
	int fd;

	fixture_spec(fixture, "uids", &spec);
	spec.listeners[0].uids[0] = getuid() + 1;
	spec.listeners[0].n_uids = 1;
	session = host_create_session(&fixture->host, &spec, &problem);
	assert_non_null(session);
	fd = fixture_connect(session);
	run_until(fixture, 1000, ended(fd));
	assert_int_equal(session->private->last_guest, 0);
	close(fd);
}

static void flood_leaves_others_alone(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "flood");
	struct session *other = fixture_session(fixture, "other");
	uint64_t longest = 0, began;

	/* The flooding process is slowed down, not this loop. */
	began = clock_ms();
	while (clock_ms() < began + 1500) {
		uint64_t before = clock_ms();
		uv_run(&fixture->loop, UV_RUN_ONCE);
		if (clock_ms() - before > longest)
			longest = clock_ms() - before;
	}
	assert_int_equal(other->state, SESSION_READY);
	assert_true(longest < 500);
	run_until(fixture, 20000, session->state == SESSION_READY);
}

struct shot_result {
	int calls, error;
	uint64_t size;
};

static void on_shot(void *data, const struct screenshot *screenshot)
{
	struct shot_result *result = data;

	result->calls++;
	result->error = screenshot->error;
	result->size = screenshot->size;
	if (screenshot->fd >= 0)
		close(screenshot->fd);
}

static void screenshots(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "good");
	struct shot_result answered = { 0 }, cancelled = { 0 }, lost = { 0 };
	struct problem problem;
	uint32_t id;

	assert_int_equal(session_screenshot(session, 0, false, 0, on_shot, &lost, &problem), 0);
	assert_int_equal(problem.status, 503);
	run_until(fixture, 3000, session->state == SESSION_READY);
	assert_int_equal(session_screenshot(session, 9, false, 0, on_shot, &lost, &problem), 0);
	assert_int_equal(problem.status, 404);
	assert_int_equal(session_screenshot(session, 0, false, 0, on_shot, &answered, &problem), 1);
	run_until(fixture, 3000, answered.calls == 1);
	assert_int_equal(answered.error, 0);
	assert_int_equal(answered.size, 4);
	assert_int_equal(session_screenshot(session, 0, true, 60000, on_shot, &lost, &problem), 2);
	id = session_screenshot(session, 0, false, 0, on_shot, &cancelled, &problem);
	session_screenshot_cancel(session, id);
	kill(child_pid(session->view), SIGKILL);
	run_until(fixture, 3000, lost.calls == 1);
	assert_int_equal(lost.error, ECANCELED);
	assert_int_equal(cancelled.calls, 0);
	assert_int_equal(session->private->n_shots, 0);
}

static void conflicts_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "first");
	struct session_spec spec;
	struct problem problem;

	fixture_spec(fixture, "first", &spec);
	assert_null(host_create_session(&fixture->host, &spec, &problem));
	assert_int_equal(problem.status, 409);
	assert_string_equal(problem.pointer, "/name");
	strcpy(spec.name, "second");
	assert_null(host_create_session(&fixture->host, &spec, &problem));
	assert_int_equal(problem.status, 409);
	assert_string_equal(problem.pointer, "/listen/0/path");
	fixture_spec(fixture, "second", &spec);
	spec.vnc_port = session->displays[0].vnc_port;
	assert_null(host_create_session(&fixture->host, &spec, &problem));
	assert_int_equal(problem.status, 409);
	assert_string_equal(problem.pointer, "/vnc/port");
	fixture_spec(fixture, "second", &spec);
	strcpy(spec.vnc_address, "0.0.0.0");
	assert_null(host_create_session(&fixture->host, &spec, &problem));
	assert_int_equal(problem.status, 400);
	assert_string_equal(problem.pointer, "/vnc/password");
	fixture_spec(fixture, "second", &spec);
	strcpy(spec.listeners[0].path, "/tmp/there/is/no/such/directory/socket");
	assert_null(host_create_session(&fixture->host, &spec, &problem));
	assert_int_equal(problem.status, 400);
	fixture_spec(fixture, "../x", &spec);
	assert_null(host_create_session(&fixture->host, &spec, &problem));
	assert_string_equal(problem.pointer, "/name");
	assert_int_equal(fixture->host.n_sessions, 1);
}

static void stale_sockets_are_replaced(void **state)
{
	struct fixture *fixture = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct session_spec spec;
	struct problem problem;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	fixture_spec(fixture, "stale", &spec);
	strcpy(address.sun_path, spec.listeners[0].path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_null(host_create_session(&fixture->host, &spec, &problem));
	assert_int_equal(problem.status, 409);
	close(fd);
	assert_non_null(host_create_session(&fixture->host, &spec, &problem));
	fixture_spec(fixture, "file", &spec);
	snprintf(spec.listeners[0].path, sizeof(spec.listeners[0].path), "%s/oriel-view",
		fixture->directory);
	assert_null(host_create_session(&fixture->host, &spec, &problem));
	assert_non_null(strstr(problem.detail, "is no socket"));
}

static void deaf_children_are_killed(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "deaf");
	struct ending ending = { .wait.ended = on_ended }, gone = { .wait.ended = on_ended };
	struct problem problem;
	uint64_t began;

	run_until(fixture, 3000, session->state == SESSION_READY);
	began = clock_ms();
	assert_int_equal(host_delete_session(&fixture->host, session, &gone.wait, &problem), 0);
	assert_int_equal(host_delete_session(&fixture->host, session, &ending.wait, &problem), 0);
	list_remove(&gone.wait.link); /* one that no longer waits */
	run_until(fixture, 1900, ending.ended);
	assert_false(gone.ended);
	assert_int_equal(fixture->host.n_sessions, 0);
	assert_true(clock_ms() - began >= 1400);
}

/* Reloads a configuration with these sessions alone. */
static void reload_sessions(struct fixture *fixture, const struct session_spec *specs, size_t n)
{
	struct config config;

	config_defaults(&config);
	config.sessions = calloc(n, sizeof(*specs));
	config.n_sessions = n;
	memcpy(config.sessions, specs, n * sizeof(*specs));
	host_reload(&fixture->host, &config);
}

static int listen_somewhere(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void configured_sessions_wait_for_their_sockets(void **state)
{
	struct fixture *fixture = *state;
	struct session_spec specs[2];
	struct session *session;
	struct stat status;
	char second[sizeof(specs[0].listeners[0].path)];
	int fd;

	fixture_spec(fixture, "waits", &specs[0]);
	fixture_spec(fixture, "good", &specs[1]);
	specs[0].configured = specs[1].configured = true;
	specs[0].n_listeners = 2;
	specs[0].listeners[1] = specs[0].listeners[0];
	snprintf(second, sizeof(second), "%s/second", fixture->directory);
	strcpy(specs[0].listeners[1].path, second);
	fd = listen_somewhere(second);
	reload_sessions(fixture, specs, 2);
	session = host_find_session(&fixture->host, "waits");
	assert_non_null(session);
	assert_int_equal(session->state, SESSION_FAILED);
	assert_non_null(strstr(session->reason, "another program listens there"));
	assert_non_null(strstr(session->reason, second));
	assert_int_equal(stat(specs[0].listeners[0].path, &status), -1);
	assert_int_equal(session->displays[0].listen_fd, -1);
	assert_null(session->render);
	run_until(fixture, 3000, host_find_session(&fixture->host, "good")->state == SESSION_READY);
	/* A reload tries it again, and so does time. */
	reload_sessions(fixture, specs, 2);
	assert_int_equal(session->state, SESSION_FAILED);
	close(fd);
	assert_true(session->private->retry_ms > clock_ms() + 20000);
	session->private->retry_ms = clock_ms();
	run_until(fixture, 3000, session->state == SESSION_READY);
	assert_int_equal(session->reason[0], 0);
	assert_int_equal(stat(specs[0].listeners[0].path, &status), 0);
	/* One that failed is removed as others are. */
	strcpy(specs[0].listeners[1].path, "/tmp/there/is/no/such/directory/socket");
	reload_sessions(fixture, specs, 2);
	run_until(fixture, 3000,
		(session = host_find_session(&fixture->host, "waits")) &&
			session->state == SESSION_FAILED);
	reload_sessions(fixture, specs + 1, 1);
	run_until(fixture, 1000, !host_find_session(&fixture->host, "waits"));
}

static void a_configured_name_follows_one_of_the_api(void **state)
{
	struct fixture *fixture = *state;
	struct session *session = fixture_session(fixture, "name");
	struct ending ending = { .wait.ended = on_ended };
	struct session_spec spec;
	struct problem problem;

	fixture_spec(fixture, "name", &spec);
	spec.configured = true;
	reload_sessions(fixture, &spec, 1);
	assert_false(host_find_session(&fixture->host, "name")->spec.configured);
	assert_int_equal(host_delete_session(&fixture->host, session, &ending.wait, &problem), 0);
	run_until(fixture, 1900, ending.ended);
	session = host_find_session(&fixture->host, "name");
	assert_non_null(session);
	assert_true(session->spec.configured);
	run_until(fixture, 3000, session->state == SESSION_READY);
}

static void reload_changes_what_it_can(void **state)
{
	struct fixture *fixture = *state;
	struct config config, next;
	struct session_spec *specs = calloc(2, sizeof(*specs));
	uint64_t old_render;

	config_defaults(&config);
	config.sessions = calloc(2, sizeof(*specs));
	config.n_sessions = 2;
	fixture_spec(fixture, "stays", &config.sessions[0]);
	fixture_spec(fixture, "goes", &config.sessions[1]);
	config.sessions[0].configured = config.sessions[1].configured = true;
	next = config;
	next.sessions = specs;
	memcpy(specs, config.sessions, 2 * sizeof(*specs));
	strcpy(config.api_socket, "/elsewhere");
	config.limits[LIMIT_FRAME_RATE] = 10;
	host_reload(&fixture->host, &config);
	assert_string_not_equal(fixture->host.config.api_socket, "/elsewhere");
	assert_int_equal(fixture->host.config.limits[LIMIT_FRAME_RATE], 10);
	assert_int_equal(fixture->host.n_sessions, 2);
	run_until(fixture, 3000, host_find_session(&fixture->host, "stays")->state == SESSION_READY);
	old_render = (uint64_t)child_pid(host_find_session(&fixture->host, "stays")->render);
	fixture_spec(fixture, "changed", &specs[1]);
	specs[1].configured = true;
	host_reload(&fixture->host, &next);
	run_until(fixture, 3000, !host_find_session(&fixture->host, "goes"));
	assert_non_null(host_find_session(&fixture->host, "changed"));
	assert_int_equal(child_pid(host_find_session(&fixture->host, "stays")->render), old_render);
	/* The same again, with a password: the session is made anew. */
	config_defaults(&config);
	config.sessions = calloc(1, sizeof(*specs));
	config.n_sessions = 1;
	fixture_spec(fixture, "stays", &config.sessions[0]);
	config.sessions[0].configured = true;
	strcpy(config.sessions[0].vnc_password, "secret");
	host_reload(&fixture->host, &config);
	run_until(fixture, 3000,
		host_find_session(&fixture->host, "stays") &&
			host_find_session(&fixture->host, "stays")->state == SESSION_READY &&
			host_find_session(&fixture->host, "stays")->spec.vnc_password[0]);
	run_until(fixture, 3000, fixture->host.n_sessions == 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(becomes_ready_and_ends),
		TEST(restarts_after_a_kill),
		TEST(crash_loop_fails),
		TEST(says_why_it_failed),
		TEST(keeps_why_no_gpu_can_be_used),
		TEST(stopped_process_is_a_hang),
		TEST(protocol_errors_end_the_process),
		TEST(lost_link_is_made_anew),
		TEST(texts_are_cleaned),
		TEST(guests_are_handed_over),
		TEST(guests_that_cannot_resume_are_closed),
		TEST(guests_are_bounded),
		TEST(peers_are_checked),
		TEST(flood_leaves_others_alone),
		TEST(screenshots),
		TEST(conflicts_are_refused),
		TEST(stale_sockets_are_replaced),
		TEST(deaf_children_are_killed),
		TEST(configured_sessions_wait_for_their_sockets),
		TEST(a_configured_name_follows_one_of_the_api),
		TEST(reload_changes_what_it_can),
	};

	(void)argc;
	fake_child_maybe(argv[0]);
	log_init(getenv("ORIEL_TEST_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
