/* SPDX-License-Identifier: GPL-2.0-or-later */
/* listen = local PATH [mode=0660] [owner=NAME] [group=NAME] [uid=1000,1001] */
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "config/keys.h"
#include "text.h"

#define PROBLEM(...) (text_format(ret_problem, CONFIG_PROBLEM_MAX, __VA_ARGS__), -1)

static int set_mode(struct listener_spec *listener, const char *value, char *ret_problem)
{
	if (!value_parse_mode(value, &listener->mode))
		return PROBLEM("'%s' is not a mode from 0000 to 0777, octal", value);
	return 0;
}

static int set_owner(struct listener_spec *listener, const char *value, char *ret_problem)
{
	const struct passwd *entry = getpwnam(value);

	if (entry)
		listener->owner = entry->pw_uid;
	else if (!value_parse_number(value, 0, UINT32_MAX - 1, &listener->owner))
		return PROBLEM("there is no user '%s' on this system", value);
	return 0;
}

static int set_group(struct listener_spec *listener, const char *value, char *ret_problem)
{
	const struct group *entry = getgrnam(value);

	if (entry)
		listener->group = entry->gr_gid;
	else if (!value_parse_number(value, 0, UINT32_MAX - 1, &listener->group))
		return PROBLEM("there is no group '%s' on this system", value);
	return 0;
}

static int set_uids(struct listener_spec *listener, const char *value, char *ret_problem)
{
	char list[256], *state = NULL;

	if (strlen(value) >= sizeof(list))
		return PROBLEM("the list of uids is too long");
	strcpy(list, value);
	listener->n_uids = 0;
	for (char *word = strtok_r(list, ",", &state); word; word = strtok_r(NULL, ",", &state)) {
		if (listener->n_uids == SESSION_UIDS_MAX)
			return PROBLEM("at most %u uids fit", SESSION_UIDS_MAX);
		if (!value_parse_number(word, 0, UINT32_MAX - 1, &listener->uids[listener->n_uids++]))
			return PROBLEM("'%s' is not the number of a user", word);
	}
	if (listener->n_uids == 0)
		return PROBLEM("uid= needs numbers of users, with commas");
	return 0;
}

static int set_option(struct listener_spec *listener, char *word, char *ret_problem)
{
	static const struct {
		const char *name;
		int (*set)(struct listener_spec *, const char *, char *);
	} options[] = {
		{ "mode", set_mode },
		{ "owner", set_owner },
		{ "group", set_group },
		{ "uid", set_uids },
	};

	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; value && i < ARRAY_SIZE(options); i++) {
		if (strcmp(word, options[i].name) == 0)
			return options[i].set(listener, value, ret_problem);
	}
	return PROBLEM("'%s' is none of mode=, owner=, group=, uid=", word);
}

static int set_kind(struct listener_spec *listener, const char *word, char *ret_problem)
{
	if (word && strcmp(word, "local") == 0)
		listener->kind = LISTENER_LOCAL;
	else if (word && strcmp(word, "vm") == 0)
		listener->kind = LISTENER_VM;
	else
		return PROBLEM("'%s' is neither 'local PATH' nor 'vm PATH'", word ? word : "");
	return 0;
}

static int set_path(struct listener_spec *listener, const char *word, char *ret_problem)
{
	if (!word || word[0] != '/')
		return PROBLEM("'%s' is not an absolute path", word ? word : "");
	if (strlen(word) > SESSION_PATH_MAX)
		return PROBLEM("the path of a socket has at most %u bytes", SESSION_PATH_MAX);
	memcpy(listener->path, word, strlen(word));
	return 0;
}

int value_listen(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	struct session_spec *spec = base;
	struct listener_spec *listener = &spec->listeners[spec->n_listeners];
	char words[1024], *state = NULL;

	(void)key;
	if (spec->n_listeners == SESSION_LISTENERS_MAX)
		return PROBLEM("a session has at most %u listeners", SESSION_LISTENERS_MAX);
	if (strlen(value) >= sizeof(words))
		return PROBLEM("the line is too long");
	strcpy(words, value);
	memset(listener, 0, sizeof(*listener));
	listener->mode = 0660;
	listener->owner = (uid_t)-1;
	listener->group = (gid_t)-1;
	if (set_kind(listener, strtok_r(words, " \t", &state), ret_problem) < 0 ||
		set_path(listener, strtok_r(NULL, " \t", &state), ret_problem) < 0)
		return -1;
	for (char *word = strtok_r(NULL, " \t", &state); word; word = strtok_r(NULL, " \t", &state)) {
		if (set_option(listener, word, ret_problem) < 0)
			return -1;
	}
	spec->n_listeners++;
	return 0;
}
