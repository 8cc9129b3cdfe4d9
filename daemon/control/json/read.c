/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "read.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "spec.h"
#include "text.h"

/* Writes the pointer's text; returns its end. What does not fit is left out. */
static size_t write_pointer(const struct json_place *place, char *text, size_t size)
{
	char part[128];
	size_t at;

	if (!place)
		return 0;
	at = write_pointer(place->parent, text, size);
	if (place->key) {
		size_t n = 0;

		for (const char *c = place->key; *c && n + 2 < sizeof(part); c++) {
			if (*c == '~' || *c == '/')
				part[n++] = '~';
			part[n++] = (char)(*c == '~' ? '0' : *c == '/' ? '1' : *c);
		}
		part[n] = '\0';
	} else {
		snprintf(part, sizeof(part), "%zu", place->index);
	}
	text_format(text + at, size - at, "/%s", part);
	return at + strlen(text + at);
}

int json_problem(struct problem *problem, const struct json_place *place, const char *format, ...)
{
	char pointer[sizeof(problem->pointer)] = "";
	char detail[512];
	va_list args;

	write_pointer(place, pointer, sizeof(pointer));
	va_start(args, format);
	vsnprintf(detail, sizeof(detail), format, args);
	va_end(args);
	return problem_set(problem, 400, pointer, "%s", detail);
}

cJSON *json_parse(const char *text, size_t size, struct problem *ret_problem)
{
	struct json_error error;
	cJSON *root;

	if (json_check(text, size, &error) < 0) {
		problem_set(ret_problem, 400, "", "the body is not JSON: line %u, column %u: %s",
			error.line, error.column, error.what);
		return NULL;
	}
	root = cJSON_ParseWithLength(text, size);
	if (!root)
		problem_set(ret_problem, 503, "", "out of memory");
	return root;
}

int json_read_string(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *ret_problem)
{
	size_t max = field->max ? (size_t)field->max : field->size - 1;

	if (!cJSON_IsString(item))
		return json_problem(ret_problem, place, "expected a string");
	if (strlen(item->valuestring) > max)
		return json_problem(ret_problem, place, "at most %zu bytes", max);
	if (strlen(item->valuestring) < field->min)
		return json_problem(ret_problem, place, "cannot be empty");
	if (!text_is_clean(item->valuestring))
		return json_problem(ret_problem, place, "has a control character");
	snprintf(out, field->size, "%s", item->valuestring);
	return 0;
}

bool json_is_uint(const cJSON *item, uint64_t min, uint64_t max, uint64_t *ret_value)
{
	double value;

	if (!cJSON_IsNumber(item))
		return false;
	value = item->valuedouble;
	/* Ranges here end far below 2^53, so that each whole number is exact. */
	if (!(value >= (double)min && value <= (double)max) || value != (double)(uint64_t)value)
		return false;
	*ret_value = (uint64_t)value;
	return true;
}

int json_read_uint(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *ret_problem)
{
	uint64_t value;

	if (!json_is_uint(item, field->min, field->max, &value))
		return json_problem(ret_problem, place,
			"expected a whole number from %" PRIu64 " to %" PRIu64, field->min,
			field->max);
	if (field->size == sizeof(uint8_t))
		*(uint8_t *)out = (uint8_t)value;
	else if (field->size == sizeof(uint16_t))
		*(uint16_t *)out = (uint16_t)value;
	else if (field->size == sizeof(uint32_t))
		*(uint32_t *)out = (uint32_t)value;
	else
		*(uint64_t *)out = value;
	return 0;
}

int json_read_bool(const struct json_field *field, const cJSON *item,
	const struct json_place *place, void *out, struct problem *ret_problem)
{
	(void)field;
	if (!cJSON_IsBool(item))
		return json_problem(ret_problem, place, "expected true or false");
	*(bool *)out = cJSON_IsTrue(item);
	return 0;
}

static const struct json_field *find_field(
	const struct json_field *fields, size_t n_fields, const char *name)
{
	for (size_t i = 0; i < n_fields; i++) {
		if (strcmp(fields[i].name, name) == 0)
			return &fields[i];
	}
	return NULL;
}

/* An object's members, with a bit for each field seen. */
static int read_members(const cJSON *item, const struct json_place *place,
	const struct json_field *fields, size_t n_fields, void *out, uint64_t *seen,
	struct problem *problem)
{
	for (const cJSON *child = item->child; child; child = child->next) {
		struct json_place member = { .parent = place, .key = child->string };
		const struct json_field *field = find_field(fields, n_fields, child->string);
		uint64_t bit;

		if (!field)
			return json_problem(problem, &member, "there is no such member here");
		bit = (uint64_t)1 << (field - fields);
		if (*seen & bit)
			return json_problem(problem, &member, "the member is there twice");
		*seen |= bit;
		if (field->read(field, child, &member, (char *)out + field->offset, problem) < 0)
			return -1;
	}
	return 0;
}

int json_read_object(const cJSON *item, const struct json_place *place,
	const struct json_field *fields, size_t n_fields, void *out, struct problem *ret_problem)
{
	uint64_t seen = 0;

	if (!cJSON_IsObject(item))
		return json_problem(ret_problem, place, "expected an object");
	if (read_members(item, place, fields, n_fields, out, &seen, ret_problem) < 0)
		return -1;
	for (size_t i = 0; i < n_fields; i++) {
		if (fields[i].required && !(seen & (uint64_t)1 << i))
			return json_problem(
				ret_problem, place, "the member '%s' is missing", fields[i].name);
	}
	return 0;
}
