/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host on its own loop and directory, whose children are the test program (fake_child.h). */
#ifndef ORIEL_HOST_FIXTURE_H
#define ORIEL_HOST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "fake_child.h"
#include "host_private.h"
#include "log.h"
#include "session/private.h"

struct fixture {
	uv_loop_t loop;
	uv_timer_t wake;
	struct host host;
	char directory[64];
	bool stopped;
};

/* A directory with oriel-render and oriel-view in it, and a configuration that uses it. */
static inline void fixture_config(char directory[64], struct config *ret_config)
{
	char self[PATH_MAX], path[128];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	assert_true(n > 0);
	self[n] = '\0';
	strcpy(directory, "/tmp/oriel-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	chmod(directory, 0755);
	snprintf(path, sizeof(path), "%s/oriel-render", directory);
	assert_int_equal(symlink(self, path), 0);
	snprintf(path, sizeof(path), "%s/oriel-view", directory);
	assert_int_equal(symlink(self, path), 0);
	assert_int_equal(config_defaults(ret_config), 0);
	strcpy(ret_config->program_directory, directory);
	strcpy(ret_config->runtime_directory, directory);
	strcpy(ret_config->state_directory, directory);
	snprintf(ret_config->api_socket, sizeof(ret_config->api_socket), "%s/api.sock", directory);
	ret_config->vnc_port_first = 46900;
	ret_config->vnc_port_last = 46999;
}

static inline void fixture_remove(const char *directory)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	rmdir(directory);
}

static inline void fixture_wake(uv_timer_t *timer)
{
	(void)timer;
}

static inline int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct config config;

	fixture_config(fixture->directory, &config);
	uv_loop_init(&fixture->loop);
	uv_timer_init(&fixture->loop, &fixture->wake);
	uv_timer_start(&fixture->wake, fixture_wake, 5, 5);
	assert_int_equal(host_init(&fixture->host, &fixture->loop, &config, false), 0);
	assert_int_equal(host_start(&fixture->host), 0);
	*state = fixture;
	return 0;
}

/* Runs the loop until the condition holds; fails after `ms`. */
#define run_until(fixture, ms, condition)                                        \
	do {                                                                     \
		uint64_t end_ = clock_ms() + (ms);                               \
		while (!(condition)) {                                           \
			if (clock_ms() > end_)                                   \
				fail_msg("not within %d ms: " #condition, (ms)); \
			uv_run(&(fixture)->loop, UV_RUN_ONCE);                   \
		}                                                                \
	} while (0)

static inline void fixture_stopped(void *data)
{
	*(bool *)data = true;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	signal(SIGPIPE, SIG_IGN);
	host_stop(&fixture->host, fixture_stopped, &fixture->stopped);
	run_until(fixture, 2500, fixture->stopped);
	host_finish(&fixture->host);
	uv_close((uv_handle_t *)&fixture->wake, NULL);
	uv_run(&fixture->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&fixture->loop), 0);
	free(fixture->host.private);
	fixture_remove(fixture->directory);
	free(fixture);
	return 0;
}

/* A session with one listener, DIRECTORY/NAME.sock. */
static inline void fixture_spec(
	const struct fixture *fixture, const char *name, struct session_spec *ret_spec)
{
	memset(ret_spec, 0, sizeof(*ret_spec));
	strcpy(ret_spec->name, name);
	ret_spec->n_listeners = 1;
	ret_spec->listeners[0].mode = 0600;
	ret_spec->listeners[0].owner = (uid_t)-1;
	ret_spec->listeners[0].group = (gid_t)-1;
	snprintf(ret_spec->listeners[0].path, sizeof(ret_spec->listeners[0].path), "%s/%s.sock",
		fixture->directory, name);
}

static inline struct session *fixture_session(struct fixture *fixture, const char *name)
{
	struct session_spec spec;
	struct problem problem = { 0 };
	struct session *session;

	fixture_spec(fixture, name, &spec);
	session = host_create_session(&fixture->host, &spec, &problem);
	if (!session)
		fail_msg("%s", problem.detail);
	return session;
}

static inline int fixture_connect(const struct session *session)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, session->spec.listeners[0].path);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

#endif
