/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session_read.h"

#include <inttypes.h>
#include <string.h>

#include "log.h"
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

static int read_compute(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	(void)field;
	if (!cJSON_IsString(item) || !spec_compute_offer(item->valuestring, out))
		return json_problem(problem, place, "expected auto, on or off");
	return 0;
}

/* {"NAME": NUMBER or null, ...} */
static int read_limits(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	struct limits_change *change = out;

	(void)field;
	if (!cJSON_IsObject(item))
		return json_problem(problem, place, "expected an object");
	for (const cJSON *child = item->child; child; child = child->next) {
		const struct json_place member = { .parent = place, .key = child->string };
		int id = limit_find(child->string);

		if (id < 0)
			return json_problem(problem, &member, "there is no such limit");
		if (change->set[id])
			return json_problem(problem, &member, "the member is there twice");
		change->set[id] = true;
		if (!cJSON_IsNull(child) &&
			!json_is_uint(child, limits[id].min, limits[id].max, &change->values[id]))
			return json_problem(problem, &member,
				"expected a whole number from %" PRIu64 " to %" PRIu64
				", or null for the configured one",
				limits[id].min, limits[id].max);
	}
	return 0;
}

static int read_level(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	struct session_change *change = out;
	int level = cJSON_IsString(item) ? log_level_parse(item->valuestring) : -1;

	(void)field;
	change->set_level = true;
	change->level = level > 0 ? (uint8_t)level : 0;
	if (level > 0 || cJSON_IsNull(item))
		return 0;
	return json_problem(
		problem, place, "expected error, warning, info or debug, or null for orield's own");
}

static const struct json_field change_fields[] = {
	{ .name = "limits", .read = read_limits, JSON_MEMBER(struct session_change, limits) },
	{ .name = "guest_log_level", .read = read_level },
};

int session_read_change(
	const cJSON *body, struct session_change *ret_change, struct problem *ret_problem)
{
	memset(ret_change, 0, sizeof(*ret_change));
	if (cJSON_IsObject(body) && !body->child)
		return problem_set(ret_problem, 400, "", "nothing is to be changed");
	return json_read_object(
		body, NULL, change_fields, ARRAY_SIZE(change_fields), ret_change, ret_problem);
}

/* Of a new session. */
static int read_own_limits(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *problem)
{
	struct session_spec *spec = out;
	struct limits_change change = { 0 };

	if (read_limits(field, item, place, &change, problem) < 0)
		return -1;
	memcpy(spec->limits, change.values, sizeof(spec->limits));
	return 0;
}

/* `listen`, `vnc` and `limits` are given the whole specification: offset 0. */
static const struct json_field session_fields[] = {
	{ .name = "name",
		.read = json_read_string,
		.required = true,
		.min = 1,
		JSON_MEMBER(struct session_spec, name) },
	{ .name = "listen", .read = read_listeners, .required = true },
	{ .name = "vnc", .read = read_vnc },
	{ .name = "vtest_version", .read = read_vtest, JSON_MEMBER(struct session_spec, vtest_offer) },
	{ .name = "compute_shaders",
		.read = read_compute,
		JSON_MEMBER(struct session_spec, compute_offer) },
	{ .name = "limits", .read = read_own_limits },
};

int session_read(const cJSON *body, struct session_spec *ret_spec, struct problem *ret_problem)
{
	memset(ret_spec, 0, sizeof(*ret_spec));
	return json_read_object(
		body, NULL, session_fields, ARRAY_SIZE(session_fields), ret_spec, ret_problem);
}
