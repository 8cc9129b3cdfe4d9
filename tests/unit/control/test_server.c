/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whole of orield in a process of its own: its start, its end, what it tells the service manager. */
#include <sys/wait.h>

#include "host_fixture.h"
#include "server.h"

struct run {
	char directory[64];
	char notify_path[128];
	int notify;
	pid_t pid;
	bool told_stopping;
};

static void open_notify(struct run *run)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(run->notify_path, sizeof(run->notify_path), "%s/notify", run->directory);
	strcpy(address.sun_path, run->notify_path);
	run->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(run->notify, (struct sockaddr *)&address, sizeof(address)), 0);
}

/* orield with one session of each name. */
static void start(struct run *run, const char *const *names)
{
	struct config config;
	struct fixture paths;

	fixture_config(run->directory, &config);
	strcpy(paths.directory, run->directory);
	open_notify(run);
	config.sessions = calloc(4, sizeof(*config.sessions));
	for (size_t i = 0; names[i]; i++)
		fixture_spec(&paths, names[i], &config.sessions[config.n_sessions++]);
	run->pid = fork();
	if (run->pid > 0) {
		config_finish(&config);
		return;
	}
	setenv("NOTIFY_SOCKET", run->notify_path, 1);
	setenv("WATCHDOG_USEC", "200000", 1);
	unsetenv("WATCHDOG_PID");
	exit(server_run(&config, true, false));
}

static bool wait_for_path(const char *directory, const char *name, bool there)
{
	char path[160];
	struct stat status;
	uint64_t end = clock_ms() + 5000;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	while (clock_ms() < end) {
		if ((stat(path, &status) == 0) == there)
			return true;
		poll(NULL, 0, 5);
	}
	return false;
}

/* sd_notify waits for its reader: this is one, for some milliseconds. True when `text` came. */
static bool read_notices(const struct run *run, int ms, const char *text)
{
	uint64_t end = clock_ms() + (uint64_t)ms;
	char data[512];
	bool seen = false;

	while (clock_ms() < end && !seen) {
		struct pollfd state = { .fd = run->notify, .events = POLLIN };
		ssize_t n = 0;
		if (poll(&state, 1, (int)(end - clock_ms())) == 1)
			n = recv(run->notify, data, sizeof(data) - 1, 0);
		data[n > 0 ? n : 0] = '\0';
		seen = text && strstr(data, text);
	}
	return seen;
}

static void expect_notice(const struct run *run, const char *text)
{
	if (!read_notices(run, 5000, text))
		fail_msg("no notice %s", text);
}

/* Sends SIGTERM; the milliseconds until it has ended with status 0. */
static uint64_t stop(struct run *run)
{
	uint64_t began = clock_ms();
	int status;

	kill(run->pid, SIGTERM);
	while (waitpid(run->pid, &status, WNOHANG) == 0) {
		run->told_stopping |= read_notices(run, 5, "STOPPING=1");
		if (clock_ms() - began > 5000)
			kill(run->pid, SIGKILL);
	}
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	return clock_ms() - began;
}

static void finish(struct run *run)
{
	assert_true(wait_for_path(run->directory, "api.sock", false));
	assert_true(wait_for_path(run->directory, "good.sock", false));
	close(run->notify);
	fixture_remove(run->directory);
}

static void starts_and_ends_in_order(void **state)
{
	const char *const names[] = { "good", "better", NULL };
	struct run run = { 0 };

	(void)state;
	start(&run, names);
	expect_notice(&run, "READY=1");
	expect_notice(&run, "STATUS=2 sessions");
	expect_notice(&run, "WATCHDOG=1");
	expect_notice(&run, "WATCHDOG=1");
	assert_true(wait_for_path(run.directory, "good.sock", true));
	assert_true(wait_for_path(run.directory, "api.sock", true));
	assert_true(stop(&run) < 1000);
	assert_true(run.told_stopping);
	finish(&run);
}

static void ends_in_time_with_deaf_children(void **state)
{
	const char *const names[] = { "good", "deaf", NULL };
	struct run run = { 0 };
	uint64_t took;

	(void)state;
	start(&run, names);
	expect_notice(&run, "READY=1");
	read_notices(&run, 300, NULL);
	took = stop(&run);
	assert_true(took >= 1000 && took < 2000);
	finish(&run);
}

static void reloads_from_its_file(void **state)
{
	const char *const names[] = { NULL };
	struct run run = { 0 };

	(void)state;
	/* Its file is /dev/null: a reload says so and goes on. */
	start(&run, names);
	expect_notice(&run, "READY=1");
	kill(run.pid, SIGHUP);
	expect_notice(&run, "RELOADING=1");
	expect_notice(&run, "READY=1");
	assert_true(stop(&run) < 1000);
	finish(&run);
}

static void children_go_when_it_is_killed(void **state)
{
	const char *const names[] = { "good", NULL };
	struct run run = { 0 };
	int status, fd;
	char byte;
	struct fixture paths;
	struct session session = { 0 };

	(void)state;
	start(&run, names);
	expect_notice(&run, "READY=1");
	strcpy(paths.directory, run.directory);
	fixture_spec(&paths, "good", &session.spec);
	fd = fixture_connect(&session);
	fcntl(fd, F_SETFL, 0);
	while (read(fd, &byte, 1) == 1 && byte != '\n')
		;
	assert_int_equal(byte, '\n');
	kill(run.pid, SIGKILL);
	waitpid(run.pid, &status, 0);
	/* The last holders of the connection are gone. */
	assert_int_equal(read(fd, &byte, 1), 0);
	close(fd);
	close(run.notify);
	fixture_remove(run.directory);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(starts_and_ends_in_order),
		cmocka_unit_test(ends_in_time_with_deaf_children),
		cmocka_unit_test(reloads_from_its_file),
		cmocka_unit_test(children_go_when_it_is_killed),
	};

	(void)argc;
	fake_child_maybe(argv[0]);
	log_init(getenv("ORIEL_TEST_LOG") ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
