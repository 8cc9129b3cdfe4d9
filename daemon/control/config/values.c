/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "config/keys.h"

#include <ctype.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "listen/address.h"
#include "log.h"
#include "spec.h"
#include "text.h"

#define PROBLEM(...) (text_format(ret_problem, CONFIG_PROBLEM_MAX, __VA_ARGS__), -1)

static void *field(const struct config_key *key, void *base)
{
	return (char *)base + key->offset;
}

/* Any text that has room; empty is fine. */
int value_text(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	if (strlen(value) >= key->size)
		return PROBLEM("at most %zu bytes fit, these are %zu", key->size - 1, strlen(value));
	memset(field(key, base), 0, key->size);
	memcpy(field(key, base), value, strlen(value));
	return 0;
}

bool value_parse_number(const char *text, uint32_t min, uint32_t max, uint32_t *ret_value)
{
	uint64_t value = 0;

	if (!*text || strlen(text) > 10)
		return false;
	for (; *text; text++) {
		if (!isdigit((unsigned char)*text))
			return false;
		value = value * 10 + (uint64_t)(*text - '0');
	}
	if (value < min || value > max)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

/* min to max of the key. */
int value_number(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	if (!value_parse_number(value, key->min, key->max, field(key, base)))
		return PROBLEM("'%s' is not a number from %u to %u", value, key->min, key->max);
	return 0;
}

/* A limit's value, as limit.h has it. */
int value_limit(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	const struct limit *limit = key->limit;
	char min[LIMIT_TEXT_MAX], max[LIMIT_TEXT_MAX];

	if (!limit_parse(limit, value, field(key, base)))
		return PROBLEM("'%s' is not a number%s%s from %s to %s", value,
			limit->unit == LIMIT_COUNT ? "" : " of ", limit_unit_word(limit),
			limit_format(limit, limit->min, min), limit_format(limit, limit->max, max));
	return 0;
}

/* 0 to 65535. */
int value_port(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	uint32_t port;

	if (!value_parse_number(value, 0, UINT16_MAX, &port))
		return PROBLEM("'%s' is not a port from 0 to 65535", value);
	*(uint16_t *)field(key, base) = (uint16_t)port;
	return 0;
}

/* Splits at `separator` into two numbers. */
static bool parse_pair(const char *value, char separator, uint32_t min, uint32_t max,
	uint32_t *ret_first, uint32_t *ret_second)
{
	const char *at = strchr(value, separator);
	char first[16];

	if (!at || (size_t)(at - value) >= sizeof(first))
		return false;
	memcpy(first, value, (size_t)(at - value));
	first[at - value] = '\0';
	return value_parse_number(first, min, max, ret_first) &&
	       value_parse_number(at + 1, min, max, ret_second);
}

/* FIRST-LAST. */
int value_ports(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	struct config *config = base;
	uint32_t first, last;

	(void)key;
	if (!parse_pair(value, '-', 1, UINT16_MAX, &first, &last) || first > last)
		return PROBLEM("'%s' is not a range of ports such as 5900-5999", value);
	config->vnc_port_first = (uint16_t)first;
	config->vnc_port_last = (uint16_t)last;
	return 0;
}

/* WIDTHxHEIGHT. */
int value_size(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	struct config *config = base;
	uint32_t width, height;

	(void)key;
	if (!parse_pair(value, 'x', 16, 8192, &width, &height))
		return PROBLEM("'%s' is not a size such as 1024x768, of 16 to 8192 pixels", value);
	config->width = width;
	config->height = height;
	return 0;
}

bool value_parse_mode(const char *text, uint32_t *ret_mode)
{
	uint32_t mode = 0;

	if (!*text || strlen(text) > 4)
		return false;
	for (; *text; text++) {
		if (*text < '0' || *text > '7')
			return false;
		mode = mode * 8 + (uint32_t)(*text - '0');
	}
	if (mode > 0777)
		return false;
	*ret_mode = mode;
	return true;
}

int value_mode(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	if (!value_parse_mode(value, field(key, base)))
		return PROBLEM("'%s' is not a mode from 0000 to 0777, octal", value);
	return 0;
}

/* A profile, auto, or no. */
int value_sandbox(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	static const char *const words[] = {
		[IPC_SANDBOX_NONE] = "no",
		[IPC_SANDBOX_AUTO] = "auto",
		[IPC_SANDBOX_SOFTWARE] = "software",
		[IPC_SANDBOX_RENDER_NODE] = "render-node",
		[IPC_SANDBOX_NVIDIA] = "nvidia",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(value, words[i]) == 0) {
			*(uint8_t *)field(key, base) = (uint8_t)i;
			return 0;
		}
	}
	return PROBLEM("'%s' is none of auto, software, render-node, nvidia, no", value);
}

/* 0 or 2. */
int value_vtest(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	uint32_t version;

	if (!value_parse_number(value, 0, 2, &version) ||
		!spec_vtest_offer(version, field(key, base)))
		return PROBLEM("'%s' is no version of vtest that there is here: 0 or 2", value);
	return 0;
}

/* auto, on or off. */
int value_compute(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	if (!spec_compute_offer(value, field(key, base)))
		return PROBLEM("'%s' is none of auto, on, off", value);
	return 0;
}

int value_level(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	int level = log_level_parse(value);

	if (level < 0)
		return PROBLEM("'%s' is none of error, warning, info, debug", value);
	*(uint32_t *)field(key, base) = (uint32_t)level;
	return 0;
}

/* An absolute path, or auto. */
int value_path(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	if (value[0] != '/' && strcmp(value, "auto") != 0)
		return PROBLEM("'%s' is neither an absolute path nor auto", value);
	return value_text(key, value, base, ret_problem);
}

/* An absolute path, auto or none. */
int value_cgroup(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	if (strcmp(value, "none") == 0)
		return value_text(key, value, base, ret_problem);
	if (value[0] != '/' && strcmp(value, "auto") != 0)
		return PROBLEM("'%s' is neither an absolute path nor auto or none", value);
	return value_text(key, value, base, ret_problem);
}

int value_address(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	struct address address;

	if (address_parse(value, 0, &address) < 0)
		return PROBLEM(
			"'%s' is not a numeric address such as 127.0.0.1 or ::1 (names are not looked up)",
			value);
	return value_text(key, value, base, ret_problem);
}

static bool gpu_kind_known(const char *word, size_t length)
{
	static const char *const kinds[] = { "device", "render-node", "surfaceless", "software" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strlen(kinds[i]) == length && memcmp(kinds[i], word, length) == 0)
			return true;
	}
	return false;
}

/* auto, or KIND[:NAME],... */
int value_gpu(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	const char *at = strcmp(value, "auto") == 0 ? NULL : value;

	while (at) {
		if (!gpu_kind_known(at, strcspn(at, ":,")))
			return PROBLEM(
				"'%.*s' is none of device, render-node, surfaceless, software (or auto alone)",
				(int)strcspn(at, ","), at);
		at = strchr(at, ',');
		if (at)
			at += 1 + strspn(at + 1, " \t");
	}
	return value_text(key, value, base, ret_problem);
}

/* A user of this system, or auto. */
int value_user(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	if (strcmp(value, "auto") != 0 && !getpwnam(value))
		return PROBLEM("there is no user '%s' on this system", value);
	return value_text(key, value, base, ret_problem);
}

/* Text that is not empty: no password is to leave the key out. */
int value_password(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	if (!*value)
		return PROBLEM("the password is empty: leave the key out for none");
	return value_text(key, value, base, ret_problem);
}

/* The first line of the file into `line`: 1 to IPC_NAME_MAX clean bytes. */
static bool read_password(FILE *file, char line[IPC_NAME_MAX + 2])
{
	size_t length;

	if (!fgets(line, IPC_NAME_MAX + 2, file))
		return false;
	length = strcspn(line, "\r\n");
	if (length == 0 || (line[length] == '\0' && length > IPC_NAME_MAX))
		return false;
	line[length] = '\0';
	return text_is_clean(line);
}

/* The path of a file that holds a password. */
int value_password_file(const struct config_key *key, const char *value, void *base,
	char ret_problem[CONFIG_PROBLEM_MAX])
{
	char line[IPC_NAME_MAX + 2];
	FILE *file;
	int r;

	if (value[0] != '/')
		return PROBLEM("'%s' is not an absolute path", value);
	file = fopen(value, "re");
	if (!file)
		return PROBLEM("'%s': %s", value, strerror(errno));
	if (read_password(file, line))
		r = value_text(key, line, base, ret_problem);
	else
		r = PROBLEM("'%s': its first line is no password of 1 to %u bytes", value,
			IPC_NAME_MAX);
	fclose(file);
	explicit_bzero(line, sizeof(line));
	return r;
}
