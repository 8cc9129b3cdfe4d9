/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_read.h"

#include <string.h>

#include "spec.h"
#include "util.h"
#include "json/read.h"

#define DEFAULT_MODE 0660u

static int read_kind(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	(void)field;
	if (cJSON_IsString(item) && strcmp(item->valuestring, "local") == 0)
		*(enum listener_kind *)out = LISTENER_LOCAL;
	else if (cJSON_IsString(item) && strcmp(item->valuestring, "vm") == 0)
		*(enum listener_kind *)out = LISTENER_VM;
	else
		return json_problem(problem, place, "expected \"local\" or \"vm\"");
	return 0;
}

/* Permission bits: "0660" as chmod(1) writes them, or the number that they are. */
static int read_mode(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	uint64_t mode = 0;
	const char *digits;

	(void)field;
	if (cJSON_IsString(item)) {
		digits = item->valuestring;
		for (const char *c = digits; *c; c++)
			mode = *c >= '0' && *c <= '7' && c - digits < 4
				       ? mode * 8 + (uint64_t)(*c - '0')
				       : UINT32_MAX;
		if (strlen(digits) < 3 || mode > 0777u)
			return json_problem(problem, place,
				"expected three octal digits, with or without a 0 before them, such as \"0660\"");
	} else if (!json_is_uint(item, 0, 0777, &mode)) {
		return json_problem(problem, place,
			"expected a string such as \"0660\" or a number from 0 to 511");
	}
	*(uint32_t *)out = (uint32_t)mode;
	return 0;
}

static const struct json_field listener_fields[] = {
	{ .name = "kind", .read = read_kind, .required = true, JSON_MEMBER(struct listener_spec, kind) },
	{ .name = "path",
		.read = json_read_string,
		.required = true,
		.min = 1,
		JSON_MEMBER(struct listener_spec, path) },
	{ .name = "mode", .read = read_mode, JSON_MEMBER(struct listener_spec, mode) },
};

static int read_listeners(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	struct session_spec *spec = out;
	struct json_place element = { .parent = place };

	(void)field;
	if (!cJSON_IsArray(item))
		return json_problem(problem, place, "expected an array");
	for (const cJSON *child = item->child; child; child = child->next) {
		struct listener_spec *listener = &spec->listeners[spec->n_listeners];

		element.index = spec->n_listeners;
		if (spec->n_listeners == SESSION_LISTENERS_MAX)
			return json_problem(
				problem, place, "at most %u listeners", SESSION_LISTENERS_MAX);
		listener->mode = DEFAULT_MODE;
		listener->owner = (uid_t)-1;
		listener->group = (gid_t)-1;
		if (json_read_object(child, &element, listener_fields, ARRAY_SIZE(listener_fields),
			    listener, problem) < 0)
			return -1;
		spec->n_listeners++;
	}
	return 0;
}

static const struct json_field vnc_fields[] = {
	{ .name = "address",
		.read = json_read_string,
		.min = 1,
		JSON_MEMBER(struct session_spec, vnc_address) },
	{ .name = "port",
		.read = json_read_uint,
		.min = 1,
		.max = UINT16_MAX,
		JSON_MEMBER(struct session_spec, vnc_port) },
	{ .name = "password",
		.read = json_read_string,
		.min = 1,
		JSON_MEMBER(struct session_spec, vnc_password) },
};

static int read_vnc(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	(void)field;
	return json_read_object(item, place, vnc_fields, ARRAY_SIZE(vnc_fields), out, problem);
}

static int read_vtest(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	uint64_t version;

	(void)field;
	if (!json_is_uint(item, 0, 2, &version) || !spec_vtest_offer(version, out))
		return json_problem(problem, place, "expected 0 or 2");
	return 0;
}

/* `listen` and `vnc` are given the whole specification: offset 0. */
static const struct json_field session_fields[] = {
	{ .name = "name",
		.read = json_read_string,
		.required = true,
		.min = 1,
		JSON_MEMBER(struct session_spec, name) },
	{ .name = "listen", .read = read_listeners, .required = true },
	{ .name = "vnc", .read = read_vnc },
	{ .name = "vtest_version", .read = read_vtest, JSON_MEMBER(struct session_spec, vtest_offer) },
};

int session_read(const cJSON *body, struct session_spec *ret_spec, struct problem *ret_problem)
{
	memset(ret_spec, 0, sizeof(*ret_spec));
	return json_read_object(
		body, NULL, session_fields, ARRAY_SIZE(session_fields), ret_spec, ret_problem);
}
