/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of oriel.conf: one table that the parser, the reload and the tests use. */
#ifndef ORIEL_CONFIG_KEYS_H
#define ORIEL_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

#define CONFIG_KEYS_MAX    96u  /* keys in the table */
#define CONFIG_PROBLEM_MAX 256u /* bytes of a sentence about a value */

struct config_key;

/* Checks `value` and stores it in `base`. 0, or -1 with one sentence in ret_problem. */
typedef int (*config_parse)(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX]);

struct config_key {
	const char *section; /* "session" for [session NAME] */
	const char *name;
	config_parse parse;
	size_t offset, size;       /* in struct config, or struct session_spec for "session" */
	uint32_t min, max;         /* of a number */
	const char *fallback;      /* the default, as it would stand in the file; NULL: none */
	bool repeated;             /* may stand more than once */
	bool reloadable;           /* SIGHUP takes it over */
	const char *help;          /* one line */
	const struct limit *limit; /* of value_limit */
};

extern const struct config_key config_keys[];
extern const size_t config_n_keys;

/* The key of a section's kind, or NULL. */
const struct config_key *config_find_key(const char *section, const char *name);
bool config_section_known(const char *section);

/* The parsers; each one's syntax stands before it in values.c. */
int value_text(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_number(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_limit(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_port(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_ports(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_mode(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_vtest(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_compute(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_sandbox(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_level(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_path(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_cgroup(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_address(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_size(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_gpu(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_user(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_listen(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_password(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);
int value_password_file(const struct config_key *, const char *, void *, char[CONFIG_PROBLEM_MAX]);

/* Octal digits, 0 to 0777. */
bool value_parse_mode(const char *text, uint32_t *ret_mode);
/* Decimal digits alone. */
bool value_parse_number(const char *text, uint32_t min, uint32_t max, uint32_t *ret_value);

#endif
