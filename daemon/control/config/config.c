/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/build.h"
#include "spec.h"
#include "text.h"

static void add_error(struct config_errors *errors, const char *text)
{
	char **lines;

	if (errors->n_lines >= CONFIG_ERRORS_MAX)
		return;
	lines = reallocarray(errors->lines, errors->n_lines + 1, sizeof(*lines));
	if (!lines)
		return;
	errors->lines = lines;
	lines[errors->n_lines] = strdup(text);
	if (lines[errors->n_lines])
		errors->n_lines++;
}

void config_complain(struct config_build *build, struct config_place place, const char *format, ...)
{
	char text[1024], line[1400];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (place.line > 0)
		text_format(line, sizeof(line), "%s:%u: %s", place.file, place.line, text);
	else
		text_format(line, sizeof(line), "%s: %s", place.file, text);
	text_clean(line);
	add_error(build->errors, line);
}

static void set_defaults(const char *section, void *base)
{
	char problem[CONFIG_PROBLEM_MAX];

	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *key = &config_keys[i];
		bool of_session = strcmp(key->section, "session") == 0;
		if (key->fallback && of_session == (strcmp(section, "session") == 0))
			key->parse(key, key->fallback, base, problem);
	}
}

int config_add_session(struct config_build *build, const char *name, struct config_place head)
{
	struct config *config = build->config;
	size_t n = config->n_sessions;
	struct session_spec *sessions = calloc(n + 1, sizeof(*sessions));
	struct session_places *places = reallocarray(build->places, n + 1, sizeof(*places));

	if (places)
		build->places = places;
	if (!sessions || !places) {
		free(sessions);
		build->out_of_memory = true;
		return -1;
	}
	if (n > 0) {
		memcpy(sessions, config->sessions, n * sizeof(*sessions));
		explicit_bzero(config->sessions, n * sizeof(*sessions));
	}
	free(config->sessions);
	config->sessions = sessions;
	config->n_sessions = n + 1;
	set_defaults("session", &sessions[n]);
	text_copy(sessions[n].name, sizeof(sessions[n].name), name);
	sessions[n].configured = true;
	memset(&places[n], 0, sizeof(places[n]));
	places[n].head = head;
	places[n].vnc = head;
	return (int)n;
}

static struct config_place place_of(const struct session_places *places, const char *pointer)
{
	unsigned listener;

	if (sscanf(pointer, "/listen/%u", &listener) == 1 && listener < SESSION_LISTENERS_MAX)
		return places->listeners[listener];
	return strncmp(pointer, "/vnc", 4) == 0 ? places->vnc : places->head;
}

static void check_against_others(struct config_build *build, size_t index)
{
	const struct config *config = build->config;
	const struct session_spec *spec = &config->sessions[index];
	struct problem problem;

	for (size_t i = 0; i < index; i++) {
		if (spec_conflict(spec, &config->sessions[i], config->vnc_address, &problem) < 0)
			config_complain(build, place_of(&build->places[index], problem.pointer),
				"%s", problem.detail);
	}
}

void config_check_sessions(struct config_build *build)
{
	const struct config *config = build->config;
	struct problem problem;

	for (size_t i = 0; i < config->n_sessions; i++) {
		const struct session_spec *spec = &config->sessions[i];
		if (spec_check(spec, config->vnc_address, &problem) < 0)
			config_complain(build, place_of(&build->places[i], problem.pointer), "%s",
				problem.detail);
		for (size_t j = 0; j < spec->n_listeners; j++) {
			if (strcmp(spec->listeners[j].path, config->api_socket) == 0)
				config_complain(build, build->places[i].listeners[j],
					"%s is the socket of the API", config->api_socket);
		}
		check_against_others(build, i);
	}
	if (config->n_sessions > config->sessions_max)
		config_complain(build, build->places[config->sessions_max].head,
			"sessions_max in [host] allows %u sessions", config->sessions_max);
}

static int is_drop_in(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > 5 &&
	       strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* PATH.d/ *.conf, in the order of their bytes. */
static void read_drop_ins(struct config_build *build, const char *path)
{
	struct dirent **entries = NULL;
	char directory[CONFIG_PATH_MAX + 3], name[CONFIG_PATH_MAX + 260];
	int n;

	snprintf(directory, sizeof(directory), "%s.d", path);
	n = scandir(directory, &entries, is_drop_in, by_bytes);
	if (n < 0 && errno != ENOENT && errno != ENOTDIR)
		config_complain(build, (struct config_place){ .file = directory },
			"it cannot be read: %s", strerror(errno));
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%s", directory, entries[i]->d_name);
		config_read_file(build, name);
		free(entries[i]);
	}
	free(entries);
}

static void build_finish(struct config_build *build)
{
	for (size_t i = 0; i < build->n_files; i++)
		free(build->files[i]);
	free(build->files);
	free(build->places);
}

int config_load(const char *path, struct config *ret_config, struct config_errors *errors)
{
	struct config config = { 0 };
	struct config_build build = { .config = &config, .errors = errors };
	int r = 0;

	set_defaults("host", &config);
	if (strlen(path) > CONFIG_PATH_MAX)
		add_error(errors, "the path of the configuration is too long");
	else
		text_copy(config.path, sizeof(config.path), path);
	config_read_file(&build, config.path);
	read_drop_ins(&build, config.path);
	config_resolve(&build);
	config_check_sessions(&build);
	if (build.out_of_memory)
		r = -ENOMEM;
	else if (errors->n_lines > 0)
		r = -EINVAL;
	if (build.out_of_memory && errors->n_lines == 0)
		add_error(errors, "out of memory");
	build_finish(&build);
	if (r == 0)
		*ret_config = config;
	else
		config_finish(&config);
	return r;
}

int config_defaults(struct config *ret_config)
{
	struct config_errors errors = { 0 };
	int r = config_load("/dev/null", ret_config, &errors);

	config_errors_finish(&errors);
	return r;
}

void config_finish(struct config *config)
{
	if (config->sessions)
		explicit_bzero(config->sessions, config->n_sessions * sizeof(*config->sessions));
	free(config->sessions);
	config->sessions = NULL;
	config->n_sessions = 0;
}

void config_errors_finish(struct config_errors *errors)
{
	for (size_t i = 0; i < errors->n_lines; i++)
		free(errors->lines[i]);
	free(errors->lines);
	*errors = (struct config_errors){ 0 };
}
