/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One file through inih. Its lines pass through a reader of our own: it counts them (Debian's inih
 * gives handlers no line numbers), refuses what inih would cut or take for a continuation, and
 * keeps the section's whole name, of which inih keeps 49 bytes.
 */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "config/build.h"
#include "text.h"

struct source {
	struct config_build *build;
	FILE *file;
	struct config_place at;
	char section[16]; /* kind of the present section; empty: none, or one that is unknown */
	bool section_bad; /* complained of already: its keys are skipped */
	int session;      /* index of the present session, or -1 */
	unsigned seen[CONFIG_KEYS_MAX]; /* line in which a key stood; for session keys, in this session */
	char *buffer;                   /* getline's */
	size_t capacity;
};

static void forget_session_keys(struct source *source)
{
	for (size_t i = 0; i < config_n_keys; i++) {
		if (strcmp(config_keys[i].section, "session") == 0)
			source->seen[i] = 0;
	}
}

static int find_session(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->n_sessions; i++) {
		if (strcmp(config->sessions[i].name, name) == 0)
			return (int)i;
	}
	return -1;
}

static void begin_session(struct source *source, const char *name)
{
	struct config_build *build = source->build;
	int other = find_session(build->config, name);

	source->section_bad = true;
	if (!name[0] || strlen(name) > IPC_NAME_MAX) {
		config_complain(build, source->at,
			"a session's name has 1 to %u characters: [session NAME]", IPC_NAME_MAX);
		return;
	}
	if (other >= 0) {
		config_complain(build, source->at, "there is a session '%s' already, at %s:%u",
			name, build->places[other].head.file, build->places[other].head.line);
		return;
	}
	source->session = config_add_session(build, name, source->at);
	source->section_bad = source->session < 0;
	forget_session_keys(source);
}

/* "[host]", "[session NAME]". `text` is the whole line, without its end. */
static void begin_section(struct source *source, char *text)
{
	char *end = strchr(text, ']');
	char *name;

	source->section[0] = '\0';
	source->session = -1;
	source->section_bad = true;
	if (!end || end[1 + strspn(end + 1, " \t")] != '\0') {
		config_complain(source->build, source->at,
			"a section is written as [host] or [session NAME], alone in its line");
		return;
	}
	*end = '\0';
	name = text + 1;
	if (strncmp(name, "session ", 8) == 0) {
		strcpy(source->section, "session");
		begin_session(source, name + 8 + strspn(name + 8, " \t"));
		return;
	}
	if (!config_section_known(name) || strcmp(name, "session") == 0) {
		config_complain(source->build, source->at,
			"there is no section [%s]: there are [host], [gpu], [vnc], [limits] and [session NAME]",
			name);
		return;
	}
	text_copy(source->section, sizeof(source->section), name);
	source->section_bad = false;
}

/* What is left of a line for inih: a key and its value, or nothing. */
static const char *look_at_line(struct source *source, char *line, size_t length, size_t room)
{
	while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		line[--length] = '\0';
	if (strlen(line) != length) {
		config_complain(source->build, source->at, "the line holds a NUL byte");
		return "";
	}
	if (source->at.line == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
		line += 3;
	line += strspn(line, " \t");
	if (!*line || *line == '#' || *line == ';')
		return "";
	if (strlen(line) + 2 > room) {
		config_complain(source->build, source->at, "the line has over %zu bytes", room - 2);
		return "";
	}
	for (char *at = line; (at = strchr(at, '\t')); at++)
		*at = ' ';
	if (!text_is_clean(line)) {
		config_complain(source->build, source->at,
			"the line holds control characters or is not UTF-8");
		return "";
	}
	if (*line == '[') {
		begin_section(source, line);
		return "";
	}
	if (!strchr(line, '=')) {
		config_complain(
			source->build, source->at, "this is neither [SECTION] nor KEY = VALUE");
		return "";
	}
	return line;
}

/* inih's reader, as fgets. */
static char *read_line(char *text, int room, void *stream)
{
	struct source *source = stream;
	ssize_t length = getline(&source->buffer, &source->capacity, source->file);

	if (length < 0)
		return NULL;
	source->at.line++;
	snprintf(text, (size_t)room, "%s\n",
		look_at_line(source, source->buffer, (size_t)length, (size_t)room));
	return text;
}

static void note_place(struct source *source, const struct config_key *key)
{
	struct session_places *places = &source->build->places[source->session];
	const struct session_spec *spec = &source->build->config->sessions[source->session];

	if (key->parse == value_listen)
		places->listeners[spec->n_listeners - 1] = source->at;
	else if (key->parse != value_vtest && key->parse != value_limit)
		places->vnc = source->at;
}

static void complain_of_key(struct source *source, const char *name)
{
	char names[512] = "";

	for (size_t i = 0; i < config_n_keys; i++) {
		if (strcmp(config_keys[i].section, source->section) != 0)
			continue;
		if (names[0])
			strncat(names, ", ", sizeof(names) - strlen(names) - 1);
		strncat(names, config_keys[i].name, sizeof(names) - strlen(names) - 1);
	}
	config_complain(source->build, source->at, "[%s] has no key '%s': it has %s",
		source->section, name, names);
}

/* Duplicates, also of the password by its other key. False when the key may not stand here. */
static bool check_duplicate(struct source *source, const struct config_key *key)
{
	for (size_t i = 0; i < config_n_keys; i++) {
		const struct config_key *other = &config_keys[i];
		if (strcmp(other->section, key->section) != 0 || other->offset != key->offset ||
			key->repeated || source->seen[i] == 0)
			continue;
		if (other == key)
			config_complain(source->build, source->at, "'%s' stands already in line %u",
				key->name, source->seen[i]);
		else
			config_complain(source->build, source->at,
				"'%s' cannot stand beside '%s', which is in line %u", key->name,
				other->name, source->seen[i]);
		return false;
	}
	source->seen[key - config_keys] = source->at.line;
	return true;
}

/* inih's handler; its section is cut, ours is not. */
static int handle_key(void *user, const char *section, const char *name, const char *value)
{
	struct source *source = user;
	const struct config_key *key;
	char problem[CONFIG_PROBLEM_MAX];
	void *base = source->build->config;

	(void)section;
	if (source->section_bad)
		return 1;
	if (!source->section[0]) {
		config_complain(source->build, source->at,
			"'%s' stands before any section: begin with [host]", name);
		return 1;
	}
	key = config_find_key(source->section, name);
	if (!key) {
		complain_of_key(source, name);
		return 1;
	}
	if (!check_duplicate(source, key))
		return 1;
	if (source->session >= 0)
		base = &source->build->config->sessions[source->session];
	if (key->parse(key, value, base, problem) < 0)
		config_complain(source->build, source->at, "%s: %s", name, problem);
	else if (source->session >= 0)
		note_place(source, key);
	return 1;
}

static void parse_stream(struct source *source)
{
	ini_allow_inline_comments = false; /* a password may hold " ;" */
	ini_allow_multiline = false;
	ini_use_stack = false;
	ini_max_line = (int)CONFIG_LINE_MAX;
	ini_initial_alloc = (int)CONFIG_LINE_MAX;
	if (ini_parse_stream(read_line, source, handle_key, source) == -2)
		source->build->out_of_memory = true;
	if (ferror(source->file))
		config_complain(source->build, source->at, "it cannot be read: %s", strerror(errno));
}

static char *keep_name(struct config_build *build, const char *path)
{
	char **files = reallocarray(build->files, build->n_files + 1, sizeof(*files));
	char *name = strdup(path);

	if (files)
		build->files = files;
	if (!files || !name) {
		free(name);
		build->out_of_memory = true;
		return NULL;
	}
	files[build->n_files++] = name;
	return name;
}

void config_read_file(struct config_build *build, const char *path)
{
	struct source source = { .build = build, .session = -1 };

	source.at.file = keep_name(build, path);
	if (!source.at.file)
		return;
	source.file = fopen(path, "re");
	if (!source.file) {
		config_complain(build, source.at, "it cannot be opened: %s", strerror(errno));
		return;
	}
	parse_stream(&source);
	if (source.buffer)
		explicit_bzero(source.buffer, source.capacity);
	free(source.buffer);
	fclose(source.file);
}
