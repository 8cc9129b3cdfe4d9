/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration: every complaint names file and line; oriel.conf names each key at its default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "config/keys.h"
#include "log.h"
#include "spec.h"

static char directory[64], path[96];

static void write_text(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	fclose(file);
}

static int setup(void **state)
{
	(void)state;
	strcpy(directory, "/tmp/oriel-config-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/oriel.conf", directory);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

#define LONG_NAME "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"

/* `error` is what the first complaint holds after the file's name. */
static const struct {
	const char *text, *error;
} bad[] = {
	{ "[host]\nno_such_key = 1\n", ":2: [host] has no key 'no_such_key': it has api_socket" },
	{ "[nowhere]\n", ":1: there is no section [nowhere]" },
	{ "[session]\n", ":1: there is no section [session]" },
	{ "api_mode = 0660\n", ":1: 'api_mode' stands before any section" },
	{ "[host]\napi_mode = 0999\n", ":2: api_mode: '0999' is not a mode" },
	{ "[host]\napi_mode = 7777\n", ":2: api_mode: '7777' is not a mode" },
	{ "[host]\nlog_level = loud\n", ":2: log_level: 'loud' is none of" },
	{ "[host]\nlog_level = info\n\nlog_level = info\n",
		":4: 'log_level' stands already in line 2" },
	{ "[host]\napi_socket = here\n", ":2: api_socket: 'here' is neither" },
	{ "[host]\nuser = no-such-user-here\n", ":2: user: there is no user" },
	{ "[host]\nsessions_max = 0\n", ":2: sessions_max: '0' is not a number from 1 to 4096" },
	{ "[host]\nsessions_max = 99999999999999999999\n", ":2: sessions_max:" },
	{ "[host]\nsessions_max = -1\n", ":2: sessions_max:" },
	{ "[host]\nsessions_max = 5 ; many\n", ":2: sessions_max: '5 ; many'" },
	{ "[gpu]\nsandbox = yes\n",
		":2: sandbox: 'yes' is none of auto, software, render-node, nvidia, no" },
	{ "[gpu]\norder = software,fast\n", ":2: order: 'fast' is none of" },
	{ "[gpu]\norder = auto,software\n", ":2: order: 'auto' is none of" },
	{ "[vnc]\nports = 5999-5900\n", ":2: ports: '5999-5900' is not a range" },
	{ "[vnc]\naddress = localhost\n", ":2: address: 'localhost' is not a numeric address" },
	{ "[vnc]\naddress = 127.1\n", ":2: address: '127.1'" },
	{ "[vnc]\nsize = 1024\n", ":2: size: '1024' is not a size" },
	{ "[limits]\nclients = 65\n", ":2: clients: '65' is not a number from 1 to 64" },
	{ "[limits]\nmemory = 1K\n", ":2: memory: '1K' is not a number of bytes from 64M to 16T" },
	{ "[session a]\ncontexts = 1K\n", ":2: contexts: '1K' is not a number from 1 to 1024" },
	{ "[session a]\n\n[session a]\n", ":3: there is a session 'a' already, at " },
	{ "[session a/b]\n", ":1: a session's name has 1 to 63 characters" },
	{ "[session " LONG_NAME "x]\n", ":1: a session's name has 1 to 63 characters" },
	{ "[session a]\nlisten = /tmp/x\n", ":2: listen: '/tmp/x' is neither 'local PATH'" },
	{ "[session a]\nlisten = local x\n", ":2: listen: 'x' is not an absolute path" },
	{ "[session a]\nlisten = vm /x mode=8\n", ":2: listen: '8' is not a mode" },
	{ "[session a]\nlisten = vm /x colour=8\n", ":2: listen: 'colour' is none of mode=" },
	{ "[session a]\nlisten = vm /x uid=me\n", ":2: listen: 'me' is not the number of a user" },
	{ "[session a]\nlisten = vm /x owner=no-such-user-here\n", ":2: listen: there is no user" },
	{ "[session a]\nlisten = vm /x\n[session b]\n\nlisten = local /x\n",
		":5: session 'a' listens at /x already" },
	{ "[session a]\nlisten = vm /x\nlisten = vm /x\n", ":3: /x stands twice" },
	{ "[session a]\nvnc_port = 5901\n[session b]\nvnc_port = 5901\n",
		":4: session 'a' has VNC address 127.0.0.1 port 5901" },
	{ "[guest]\nvtest_version = 1\n", ":2: vtest_version: '1' is no version of vtest" },
	{ "[guest]\ncompute_shaders = yes\n", ":2: compute_shaders: 'yes' is none of auto, on, off" },
	{ "[session a]\nvtest_version = two\n", ":2: vtest_version: 'two' is no version" },
	{ "[session a]\nvnc_address = 0.0.0.0\n", ":2: 0.0.0.0 is not a loopback address" },
	{ "[vnc]\naddress = ::\n[session a]\n", ":3: :: is not a loopback address" },
	{ "[session a]\nvnc_password = a\nvnc_password_file = /etc/passwd\n",
		":3: 'vnc_password_file' cannot stand beside 'vnc_password', which is in line 2" },
	{ "[session a]\nvnc_password =\n", ":2: vnc_password: the password is empty" },
	{ "[host]\napi_mode = 0600\napi_mode = 0660\n", ":3: 'api_mode' stands already in line 2" },
	{ "[session a]\nvnc_password_file = /no/such/file\n", ":2: vnc_password_file: '/no/such" },
	{ "[host]\njust some words\n", ":2: this is neither [SECTION] nor KEY = VALUE" },
	{ "[host\n", ":1: a section is written as [host]" },
	{ "[host] # here\n", ":1: a section is written as [host]" },
	{ "[host]\nuser = \x01\n", ":2: the line holds control characters" },
	{ "[host]\nuser = \xff\n", ":2: the line holds control characters or is not UTF-8" },
};

static void complaints_name_the_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct config_errors errors = { 0 };
		struct config config;
		write_text(path, bad[i].text);
		if (config_load(path, &config, &errors) != -EINVAL)
			fail_msg("accepted: %s", bad[i].text);
		assert_memory_equal(errors.lines[0], path, strlen(path));
		if (strncmp(errors.lines[0] + strlen(path), bad[i].error, strlen(bad[i].error)) != 0)
			fail_msg("for %s: %s", bad[i].text, errors.lines[0]);
		config_errors_finish(&errors);
	}
}

static void all_complaints_are_given(void **state)
{
	struct config_errors errors = { 0 };
	struct config config;

	(void)state;
	write_text(path, "[host]\na = 1\nb = 2\nuser\n[session x]\nlisten = 1\n[what]\nc = 3\n");
	assert_int_equal(config_load(path, &config, &errors), -EINVAL);
	assert_int_equal(errors.n_lines, 5);
	config_errors_finish(&errors);
}

static void overlong_lines_are_refused(void **state)
{
	struct config_errors errors = { 0 };
	struct config config;
	char text[3000] = "[host]\nuser = ";

	(void)state;
	memset(text + strlen(text), 'a', 2000);
	strcat(text, "\nlog_level = loud\n");
	write_text(path, text);
	assert_int_equal(config_load(path, &config, &errors), -EINVAL);
	assert_int_equal(errors.n_lines, 2);
	assert_non_null(strstr(errors.lines[0], ":2: the line has over"));
	assert_non_null(strstr(errors.lines[1], ":3: log_level"));
	config_errors_finish(&errors);
}

static void missing_file_is_named(void **state)
{
	struct config_errors errors = { 0 };
	struct config config;

	(void)state;
	unlink(path);
	assert_int_equal(config_load(path, &config, &errors), -EINVAL);
	assert_memory_equal(errors.lines[0], path, strlen(path));
	config_errors_finish(&errors);
}

static void load(const char *text, struct config *config)
{
	struct config_errors errors = { 0 };

	write_text(path, text);
	if (config_load(path, config, &errors) < 0)
		fail_msg("%s", errors.lines[0]);
	config_errors_finish(&errors);
}

static void good_values_arrive(void **state)
{
	struct config config;
	const struct session_spec *spec;

	(void)state;
	load("\xef\xbb\xbf# comment\r\n[host]\r\nsessions_max=7\n[gpu]\norder = render-node:/dev/dri/renderD128, software\n"
	     "[guest]\nvtest_version = 2\n[vnc]\n ports = 6000-6001\nsize = 640x480\n"
	     "[session " LONG_NAME "]\nlisten = local /tmp/a mode=0600 uid=1,2 owner=0 group=root\n"
	     "listen = vm /tmp/b\nresource_bytes = 2G\ncontexts = 5\nvtest_version = 0\ncompute_shaders = on\nvnc_address = 0.0.0.0\nvnc_port = 6001\nvnc_password = a ; b=c # d\n",
		&config);
	assert_int_equal(config.sessions_max, 7);
	assert_string_equal(config.gpu_order, "render-node:/dev/dri/renderD128, software");
	assert_int_equal(config.vnc_port_first, 6000);
	assert_int_equal(config.vnc_port_last, 6001);
	assert_int_equal(config.width, 640);
	assert_int_equal(config.n_sessions, 1);
	spec = &config.sessions[0];
	assert_int_equal(spec->limits[LIMIT_RESOURCE_BYTES], 2ull << 30);
	assert_int_equal(spec->limits[LIMIT_CONTEXTS], 5);
	assert_int_equal(spec->limits[LIMIT_OBJECTS], 0);
	assert_int_equal(config.limits[LIMIT_RESOURCE_BYTES], 4ull << 30);
	assert_string_equal(spec->name, LONG_NAME);
	assert_true(spec->configured);
	assert_int_equal(spec->n_listeners, 2);
	assert_int_equal(spec->listeners[0].kind, LISTENER_LOCAL);
	assert_string_equal(spec->listeners[0].path, "/tmp/a");
	assert_int_equal(spec->listeners[0].mode, 0600);
	assert_int_equal(spec->listeners[0].n_uids, 2);
	assert_int_equal(spec->listeners[0].uids[1], 2);
	assert_int_equal(spec->listeners[0].owner, 0);
	assert_int_equal(spec->listeners[0].group, 0);
	assert_int_equal(spec->listeners[1].kind, LISTENER_VM);
	assert_int_equal(spec->listeners[1].mode, 0660);
	assert_int_equal(spec->listeners[1].owner, (uid_t)-1);
	assert_int_equal(spec->vnc_port, 6001);
	assert_int_equal(spec_vtest_version(spec, config.vtest_offer), 0);
	assert_int_equal(spec_vtest_version(&(struct session_spec){ 0 }, config.vtest_offer), 2);
	assert_int_equal(spec_compute(spec, config.compute_offer), IPC_COMPUTE_ON);
	assert_int_equal(spec_compute(NULL, config.compute_offer), IPC_COMPUTE_AUTO);
	assert_string_equal(spec->vnc_password, "a ; b=c # d");
	config_finish(&config);
}

static void drop_ins_come_later(void **state)
{
	struct config config;
	struct config_errors errors = { 0 };
	char name[160];

	(void)state;
	snprintf(name, sizeof(name), "%s.d", path);
	mkdir(name, 0755);
	snprintf(name, sizeof(name), "%s.d/20-b.conf", path);
	write_text(name, "[limits]\nviewers = 3\n");
	snprintf(name, sizeof(name), "%s.d/10-a.conf", path);
	write_text(name, "[limits]\nviewers = 2\nclients = 2\n[session b]\nviewers = 5\n");
	snprintf(name, sizeof(name), "%s.d/30-c.txt", path);
	write_text(name, "nonsense");
	load("[limits]\nviewers = 1\nclients = 1\nframe_rate = 1\n[session a]\n", &config);
	assert_int_equal(config.limits[LIMIT_VIEWERS], 3);
	assert_int_equal(config.limits[LIMIT_CLIENTS], 2);
	assert_int_equal(config.limits[LIMIT_FRAME_RATE], 1);
	assert_int_equal(config.n_sessions, 2);
	config_finish(&config);
	snprintf(name, sizeof(name), "%s.d/20-b.conf", path);
	write_text(name, "\n[session a]\n");
	assert_int_equal(config_load(path, &config, &errors), -EINVAL);
	assert_memory_equal(errors.lines[0], name, strlen(name));
	assert_memory_equal(errors.lines[0] + strlen(name), ":2: there is a session 'a'", 26);
	config_errors_finish(&errors);
}

static void passwords_come_from_files(void **state)
{
	struct config config;
	char name[128], text[256];

	(void)state;
	snprintf(name, sizeof(name), "%s/password", directory);
	write_text(name, "hush!\nnot this\n");
	snprintf(text, sizeof(text), "[session a]\nvnc_password_file = %s\n", name);
	load(text, &config);
	assert_string_equal(config.sessions[0].vnc_password, "hush!");
	config_finish(&config);
}

static void directories_come_from_the_environment(void **state)
{
	struct config config;

	(void)state;
	setenv("RUNTIME_DIRECTORY", "/run/one:/run/two", 1);
	setenv("STATE_DIRECTORY", "/var/lib/one", 1);
	assert_int_equal(config_defaults(&config), 0);
	assert_string_equal(config.runtime_directory, "/run/one");
	assert_string_equal(config.api_socket, "/run/one/api.sock");
	assert_string_equal(config.state_directory, "/var/lib/one");
	unsetenv("RUNTIME_DIRECTORY");
	unsetenv("STATE_DIRECTORY");
	setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
	assert_int_equal(config_defaults(&config), 0);
	assert_string_equal(config.runtime_directory, "/run/user/1/oriel");
	unsetenv("XDG_RUNTIME_DIR");
	assert_int_equal(config_defaults(&config), 0);
	assert_string_equal(config.runtime_directory, "/run/oriel");
}

/* "#key = value" names a key of the section above it; "#[session example]" begins one too. */
static bool documented_key(const char *line, char *section, char *name, char *value)
{
	value[0] = '\0';
	if (sscanf(line, "#[%15[a-z] example]", section) == 1)
		return false;
	if (sscanf(line, "[%15[a-z]]", section) == 1)
		return false;
	return sscanf(line, "#%31[a-z_] = %199[^\n]", name, value) >= 1 && strchr(line, '=') &&
	       line[1] != ' ';
}

static void shipped_file_names_each_key_at_its_default(void **state)
{
	bool named[CONFIG_KEYS_MAX] = { 0 };
	char line[512], section[16] = "", name[32], value[200];
	struct config_errors errors = { 0 };
	struct config config;
	FILE *file = fopen("config/oriel.conf", "r");

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		const struct config_key *key;
		if (!documented_key(line, section, name, value))
			continue;
		key = config_find_key(section, name);
		if (!key)
			fail_msg("oriel.conf has a key that is not there: [%s] %s", section, name);
		named[key - config_keys] = true;
		if (key->fallback)
			assert_string_equal(value, key->fallback);
	}
	fclose(file);
	for (size_t i = 0; i < config_n_keys; i++) {
		if (!named[i])
			fail_msg("oriel.conf lacks [%s] %s", config_keys[i].section,
				config_keys[i].name);
	}
	assert_int_equal(config_load("config/oriel.conf", &config, &errors), 0);
	assert_int_equal(config.n_sessions, 0);
	config_finish(&config);
}

static void defaults_are_valid(void **state)
{
	(void)state;
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];

		union {
			struct config config;
			struct session_spec spec;
		} base = { 0 };

		char problem[CONFIG_PROBLEM_MAX];
		if (key->fallback && key->parse(key, key->fallback, &base, problem) < 0)
			fail_msg("[%s] %s: %s", key->section, key->name, problem);
		assert_non_null(key->help);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(complaints_name_the_line, setup, teardown),
		cmocka_unit_test_setup_teardown(all_complaints_are_given, setup, teardown),
		cmocka_unit_test_setup_teardown(overlong_lines_are_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_file_is_named, setup, teardown),
		cmocka_unit_test_setup_teardown(good_values_arrive, setup, teardown),
		cmocka_unit_test_setup_teardown(drop_ins_come_later, setup, teardown),
		cmocka_unit_test_setup_teardown(passwords_come_from_files, setup, teardown),
		cmocka_unit_test(directories_come_from_the_environment),
		cmocka_unit_test(shipped_file_names_each_key_at_its_default),
		cmocka_unit_test(defaults_are_valid),
	};

	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("RUNTIME_DIRECTORY");
	unsetenv("STATE_DIRECTORY");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
