/* SPDX-License-Identifier: GPL-2.0-or-later */
/* limits, set-limits, and --limit of create */
#include "run_limits.h"

#include <string.h>

#include "limit.h"
#include "log.h"
#include "request.h"
#include "table.h"
#include "util.h"

static void add_value(struct table *table, const struct limit *limit, const cJSON *value)
{
	char text[LIMIT_TEXT_MAX], size[32];

	if (!cJSON_IsNumber(value) || value->valuedouble < 0)
		table_add(table, "-");
	else if (limit->unit == LIMIT_BYTES && value->valuedouble < (double)limit->min)
		table_add(table, "%s", format_size(value->valuedouble, size));
	else if (value->valuedouble < 9e15)
		table_add(table, "%s", limit_format(limit, (uint64_t)value->valuedouble, text));
	else
		table_add(table, "?");
}

enum exit_code run_limits(const struct context *context)
{
	static const char *const titles[] = { "NAME", ">LIMIT", ">USED", ">REFUSED", "UNIT", "OF",
		NULL };
	_cleanup_free_ char *path = request_path("/v1/sessions/%s", context->args[0]);
	struct table table;
	cJSON *document;
	enum exit_code code = request_document(context, path, &document);

	if (!document)
		return code;
	table_init(&table, "", titles);
	for (enum limit_id id = 0; id < LIMITS_N; id++) {
		const cJSON *entry = member_of(member_of(document, "limits"), limits[id].name);

		table_add(&table, "%s", limits[id].name);
		add_value(&table, &limits[id], member_of(entry, "limit"));
		add_value(&table, &limits[id], member_of(entry, "used"));
		table_add(&table, "%.0f", number_of(entry, "refused"));
		table_add(&table, "%s", limit_unit_word(&limits[id]));
		table_add(&table, "%s", limits[id].help);
	}
	table_print(&table, stdout);
	cJSON_Delete(document);
	return EXIT_OK;
}

bool limits_add_text(cJSON *object, const char *text)
{
	const char *value = strchr(text, '=');
	char name[32], min[LIMIT_TEXT_MAX], max[LIMIT_TEXT_MAX];
	uint64_t number;
	int id = -1;

	if (value && (size_t)(value - text) < sizeof(name)) {
		snprintf(name, sizeof(name), "%.*s", (int)(value - text), text);
		id = limit_find(name);
	}
	if (id < 0) {
		complain("%s is not LIMIT=VALUE: orielctl limits SESSION shows their names", text);
		return false;
	}
	if (strcmp(value + 1, "default") == 0) {
		cJSON_AddNullToObject(object, name);
		return true;
	}
	if (!limit_parse(&limits[id], value + 1, &number)) {
		complain("%s: a number from %s to %s is expected, or default", text,
			limit_format(&limits[id], limits[id].min, min),
			limit_format(&limits[id], limits[id].max, max));
		return false;
	}
	cJSON_AddNumberToObject(object, name, (double)number);
	return true;
}

enum exit_code run_set_guest_log(const struct context *context)
{
	_cleanup_free_ char *path = request_path("/v1/sessions/%s", context->args[0]);
	const char *level = context->args[1];
	cJSON *body;

	if (strcmp(level, "default") != 0 && log_level_parse(level) < 0) {
		complain("set-guest-log: %s is none of error, warning, info, debug, default", level);
		return EXIT_USAGE;
	}
	body = cJSON_CreateObject();
	if (strcmp(level, "default") == 0)
		cJSON_AddNullToObject(body, "guest_log_level");
	else
		cJSON_AddStringToObject(body, "guest_log_level", level);
	return request_action(context, "PATCH", path, body);
}

enum exit_code run_set_limits(const struct context *context)
{
	_cleanup_free_ char *path = request_path("/v1/sessions/%s", context->args[0]);
	cJSON *body = cJSON_CreateObject();
	cJSON *object = cJSON_AddObjectToObject(body, "limits");

	for (size_t i = 1; i < context->n_args; i++) {
		if (!limits_add_text(object, context->args[i])) {
			cJSON_Delete(body);
			return EXIT_USAGE;
		}
	}
	return request_action(context, "PATCH", path, body);
}
