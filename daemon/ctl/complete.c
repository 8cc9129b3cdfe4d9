/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "complete.h"

#include <string.h>

#include "arguments.h"
#include "limit.h"
#include "request.h"
#include "util.h"

/* Where on a command line the last word stands. */
struct position {
	struct context context; /* what stands before it */
	const struct command *command;
	const struct option_spec *option; /* whose value it is; NULL: of none */
};

/* Whether the option that this word gives still wants the next word. */
static const struct option_spec *wants_value(const struct command *command, const char *word)
{
	bool is_long = word[1] == '-';
	const struct option_spec *option = option_find(
		command, is_long ? word + 2 : NULL, is_long ? strlen(word + 2) : 0, word[1]);

	return option && option->value && (is_long || !word[2]) ? option : NULL;
}

static void find_position(struct position *position, int n_words, char **words)
{
	for (int i = 0; i + 1 < n_words; i++) {
		const struct option_spec *option;

		if (words[i][0] != '-' || !words[i][1]) {
			if (!position->command)
				position->command = command_find(words[i]);
			else if (position->context.n_args < CONTEXT_ARGS_MAX)
				position->context.args[position->context.n_args++] = words[i];
			continue;
		}
		option = wants_value(position->command, words[i]);
		if (!option)
			continue;
		if (i + 2 == n_words)
			position->option = option;
		else if (strcmp(option->name, "socket") == 0)
			position->context.socket_path = words[i + 1];
		i++;
	}
}

static void print_options(FILE *out, const struct option_spec *options)
{
	for (; options->name; options++)
		fprintf(out, "--%s\n", options->name);
}

/* One member of each element of an array that the API has. */
static void print_members(const struct context *context, FILE *out, const char *path,
	const char *array, const char *key)
{
	struct client_answer answer;
	const cJSON *item;
	cJSON *document;

	if (!path || client_request(context->socket_path, "GET", path, NULL, 1000, &answer) < 0)
		return;
	document = cJSON_ParseWithLength(answer.body, answer.size);
	cJSON_ArrayForEach(item, member_of(document, array))
	{
		const cJSON *member = member_of(item, key);

		if (cJSON_IsString(member))
			fprintf(out, "%s\n", text_of(item, key));
		else if (cJSON_IsNumber(member))
			fprintf(out, "%.0f\n", member->valuedouble);
	}
	cJSON_Delete(document);
	client_answer_finish(&answer);
}

static void print_limits(FILE *out)
{
	for (enum limit_id id = 0; id < LIMITS_N; id++)
		fprintf(out, "%s=\n", limits[id].name);
}

static void print_argument(const struct position *position, FILE *out)
{
	const struct context *context = &position->context;
	const char *const *params = position->command->params;
	_cleanup_free_ char *path = NULL;
	const char *param;
	size_t n = 0;

	while (n < context->n_args && params[n])
		n++;
	param = params[n];
	if (!param && n > 0 && strcmp(params[n - 1], "LIMIT=VALUE...") == 0)
		param = params[n - 1];
	if (!param || strcmp(position->command->name, "create") == 0)
		return;
	if (strcmp(param, "NAME") == 0) {
		print_members(context, out, "/v1/sessions", "sessions", "name");
	} else if (strcmp(param, "DISPLAY") == 0) {
		path = request_path("/v1/sessions/%s", context->args[0]);
		print_members(context, out, path, "displays", "id");
	} else if (strcmp(param, "VIEWER") == 0) {
		path = request_path("/v1/sessions/%s/viewers", context->args[0]);
		print_members(context, out, path, "viewers", "id");
	} else if (strcmp(param, "CAPTURE") == 0) {
		path = request_path("/v1/sessions/%s/captures", context->args[0]);
		print_members(context, out, path, "captures", "id");
	} else if (strcmp(param, "LIMIT=VALUE...") == 0) {
		print_limits(out);
	} else if (strcmp(param, "SURFACE") == 0) {
		fputs("auto\n", out);
	} else {
		fputs("key\npointer\n", out);
	}
}

void complete(const struct context *context, int n_words, char **words, FILE *out)
{
	struct position position = { .context = { .socket_path = context->socket_path } };
	const char *last = n_words > 0 ? words[n_words - 1] : "";

	find_position(&position, n_words, words);
	if (position.option) {
		if (strcmp(position.option->name, "limit") == 0)
			print_limits(out);
	} else if (last[0] == '-') {
		if (position.command)
			print_options(out, position.command->options);
		print_options(out, global_options);
	} else if (position.command) {
		print_argument(&position, out);
	} else {
		for (size_t i = 0; i < n_commands; i++)
			fprintf(out, "%s\n", commands[i].name);
	}
}
