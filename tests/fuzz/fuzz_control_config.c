/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The configuration: the input is the text of oriel.conf, and behind a file separator (0x1c) that
 * of a drop-in. What is loaded must be within the bounds that the keys' table gives; what is not
 * must say where and why. No other file is opened: password files are made up.
 */
#include <assert.h>
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "config/keys.h"
#include "listen/address.h"
#include "log.h"
#include "spec.h"
#include "text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEPARATOR 0x1c
#define MAIN_FILE "/etc/oriel.conf"
#define DROP_IN   "10-more.conf"

static struct {
	const uint8_t *data;
	size_t size;
} main_file, drop_in;

static bool loading;

static FILE *open_bytes(const void *data, size_t size)
{
	return size > 0 ? fmemopen((void *)(uintptr_t)data, size, "r") : fmemopen(NULL, 1, "r");
}

FILE *fopen(const char *path, const char *mode)
{
	static FILE *(*real)(const char *, const char *);
	static const char passwords[] = "geheim\r\nsecond line\n";

	if (!loading) {
		if (!real)
			*(void **)&real = dlsym(RTLD_NEXT, "fopen");
		return real(path, mode);
	}
	if (strcmp(path, MAIN_FILE) == 0)
		return open_bytes(main_file.data, main_file.size);
	if (strcmp(path, MAIN_FILE ".d/" DROP_IN) == 0)
		return open_bytes(drop_in.data, drop_in.size);
	if (strncmp(path, "/empty", 6) == 0)
		return open_bytes(NULL, 0);
	if (strncmp(path, "/pass", 5) == 0)
		return open_bytes(passwords, sizeof(passwords) - 1);
	errno = ENOENT;
	return NULL;
}

int scandir(const char *directory, struct dirent ***ret_entries, int (*filter)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **))
{
	struct dirent *entry = calloc(1, sizeof(*entry));

	(void)compare;
	assert(strcmp(directory, MAIN_FILE ".d") == 0);
	*ret_entries = calloc(1, sizeof(**ret_entries));
	if (!entry || !*ret_entries)
		abort();
	strcpy(entry->d_name, DROP_IN);
	**ret_entries = entry;
	if (drop_in.data && filter(entry))
		return 1;
	free(entry);
	return 0;
}

struct passwd *getpwnam(const char *name)
{
	static struct passwd entry = { .pw_uid = 7, .pw_gid = 8 };

	return strcmp(name, "oriel") == 0 || strcmp(name, "root") == 0 ? &entry : NULL;
}

struct group *getgrnam(const char *name)
{
	static struct group entry = { .gr_gid = 9 };

	return strcmp(name, "oriel") == 0 || strcmp(name, "kvm") == 0 ? &entry : NULL;
}

/* ---- what comes of it */

/* A number as its parser stored it. */
static void check_number(const struct config_key *key, const void *base)
{
	uint32_t value;

	memcpy(&value, (const char *)base + key->offset, sizeof(value));
	assert(value >= key->min && value <= key->max);
}

static void check_text(const struct config_key *key, const void *base)
{
	const char *text = (const char *)base + key->offset;

	assert(memchr(text, '\0', key->size));
	assert(text_is_clean(text));
}

static void check_keys(const struct config *config)
{
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];

		if (strcmp(key->section, "session") == 0)
			continue;
		if (key->parse == value_number)
			check_number(key, config);
		else if (key->parse == value_path || key->parse == value_gpu ||
			 key->parse == value_user)
			check_text(key, config);
	}
	for (enum limit_id id = 0; id < LIMITS_N; id++)
		assert(config->limits[id] >= limits[id].min && config->limits[id] <= limits[id].max);
	assert(config->api_socket[0] == '/' && config->program_directory[0] == '/');
	assert(config->vnc_port_first <= config->vnc_port_last && config->vnc_port_first > 0);
	assert(config->width >= 16 && config->height >= 16 && config->api_mode <= 0777);
}

static void check_session(const struct config *config, const struct session_spec *spec)
{
	struct problem problem;
	struct address address;

	assert(spec->configured && spec->n_listeners <= SESSION_LISTENERS_MAX);
	assert(spec_check(spec, config->vnc_address, &problem) == 0);
	assert(address_parse(spec_vnc_address(spec, config->vnc_address), 1, &address) == 0);
	assert(spec->vnc_password[0] || address_is_loopback(&address));
	for (enum limit_id id = 0; id < LIMITS_N; id++)
		assert(spec->limits[id] == 0 ||
			(spec->limits[id] >= limits[id].min && spec->limits[id] <= limits[id].max));
	for (size_t i = 0; i < spec->n_listeners; i++) {
		assert(spec->listeners[i].n_uids <= SESSION_UIDS_MAX);
		assert(spec->listeners[i].path[0] == '/' && spec->listeners[i].mode <= 0777);
	}
}

static void check_config(const struct config *config)
{
	struct problem problem;

	check_keys(config);
	assert(config->n_sessions <= config->sessions_max);
	for (size_t i = 0; i < config->n_sessions; i++) {
		check_session(config, &config->sessions[i]);
		for (size_t j = 0; j < i; j++)
			assert(spec_conflict(&config->sessions[i], &config->sessions[j],
				       config->vnc_address, &problem) == 0);
	}
}

/* "FILE:LINE: what is wrong"; what the file lacks as a whole has no line. */
static void check_errors(const struct config_errors *errors)
{
	assert(errors->n_lines > 0);
	for (size_t i = 0; i < errors->n_lines; i++) {
		const char *line = errors->lines[i], *place = line + strlen(MAIN_FILE);
		unsigned number = 0;

		assert(text_is_clean(line) && strncmp(line, MAIN_FILE, strlen(MAIN_FILE)) == 0);
		if (strncmp(place, ".d/" DROP_IN, strlen(".d/" DROP_IN)) == 0)
			place += strlen(".d/" DROP_IN);
		assert(place[0] == ':' && strlen(place) > 8);
		assert(place[1] == ' ' || (sscanf(place, ":%u: ", &number) == 1 && number > 0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *separator = memchr(data, SEPARATOR, size);
	struct config_errors errors = { 0 };
	struct config config = { 0 };
	int r;

	main_file.data = data;
	main_file.size = separator ? (size_t)(separator - data) : size;
	drop_in.data = separator ? separator + 1 : NULL;
	drop_in.size = separator ? size - main_file.size - 1 : 0;
	setenv("RUNTIME_DIRECTORY", "/run/oriel", 1);
	setenv("STATE_DIRECTORY", "/var/lib/oriel", 1);
	loading = true;
	r = config_load(MAIN_FILE, &config, &errors);
	loading = false;
	assert(r == 0 || r == -EINVAL);
	if (r == 0)
		check_config(&config);
	else
		check_errors(&errors);
	assert(r != 0 || errors.n_lines == 0);
	config_finish(&config);
	config_errors_finish(&errors);
	return 0;
}
