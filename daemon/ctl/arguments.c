/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arguments.h"

#include <stdarg.h>
#include <string.h>

static const struct option_spec *find_in(
	const struct option_spec *options, const char *name, size_t length, char letter)
{
	for (; options->name; options++) {
		if (name ? strlen(options->name) == length && memcmp(options->name, name, length) == 0
			 : options->letter == letter)
			return options;
	}
	return NULL;
}

const struct option_spec *option_find(
	const struct command *command, const char *name, size_t length, char letter)
{
	const struct option_spec *option = NULL;

	if (command)
		option = find_in(command->options, name, length, letter);
	return option ? option : find_in(global_options, name, length, letter);
}

struct reader {
	int argc, at;
	char **argv;
	struct context *context;
	const struct command *command;
	char *error;
	size_t size;
};

__attribute__((format(printf, 2, 3))) static int fail(
	const struct reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(reader->error, reader->size, format, args);
	va_end(args);
	return -1;
}

static int add_value(struct reader *reader, const struct option_spec *option, const char *text)
{
	if (reader->context->n_values == CONTEXT_VALUES_MAX)
		return fail(reader, "too many options");
	reader->context->values[reader->context->n_values++] =
		(struct option_value){ .option = option, .text = text };
	return 0;
}

/* --name, --name=value, --name value, -x, -xvalue, -x value */
static int read_option(struct reader *reader, const char *word)
{
	bool is_long = word[1] == '-';
	const char *name = is_long ? word + 2 : NULL;
	size_t length = is_long ? strcspn(name, "=") : 0;
	const char *rest = is_long ? name + length : word + 2;
	const struct option_spec *option = option_find(reader->command, name, length, word[1]);

	if (!option)
		return fail(reader, "there is no option %s%s%s", word,
			reader->command ? " for " : "", reader->command ? reader->command->name : "");
	if (!option->value && *rest)
		return fail(reader, "--%s takes no value", option->name);
	if (!option->value)
		return add_value(reader, option, "");
	if (*rest)
		return add_value(reader, option, is_long ? rest + 1 : rest);
	if (reader->at == reader->argc)
		return fail(reader, "--%s takes a value: %s", option->name, option->value);
	return add_value(reader, option, reader->argv[reader->at++]);
}

static int read_word(struct reader *reader, const char *word)
{
	if (!reader->command) {
		reader->command = command_find(word);
		return reader->command ? 0 : fail(reader, "there is no command '%s'", word);
	}
	if (reader->context->n_args == CONTEXT_ARGS_MAX)
		return fail(reader, "too many arguments");
	reader->context->args[reader->context->n_args++] = word;
	return 0;
}

static int check_count(const struct reader *reader)
{
	size_t n = 0, n_args = reader->context->n_args;
	const char *const *params = reader->command->params;

	while (params[n])
		n++;
	if (n_args < n)
		return fail(reader, "%s: %s is missing", reader->command->name, params[n_args]);
	if (n_args > n && (n == 0 || !strstr(params[n - 1], "...")))
		return fail(reader, "%s: '%s' is one argument too many", reader->command->name,
			reader->context->args[n]);
	return 0;
}

int arguments_parse(int argc, char **argv, struct context *ret_context,
	const struct command **ret_command, char *error, size_t size)
{
	struct reader reader = {
		.argc = argc, .argv = argv, .context = ret_context, .error = error, .size = size
	};
	bool options = true;

	while (reader.at < argc) {
		const char *word = argv[reader.at++];
		int r;

		if (options && strcmp(word, "--") == 0) {
			options = false;
			continue;
		}
		r = options && word[0] == '-' && word[1] ? read_option(&reader, word)
							 : read_word(&reader, word);
		*ret_command = reader.command;
		if (r < 0)
			return -1;
	}
	if (context_option(ret_context, "help") || context_option(ret_context, "version"))
		return 0;
	if (!reader.command)
		return fail(&reader, "a command is missing");
	return check_count(&reader);
}

void print_usage(FILE *out, const struct command *command)
{
	fprintf(out, "orielctl %s", command->name);
	for (size_t i = 0; command->params[i]; i++)
		fprintf(out, " %s", command->params[i]);
	fputs(command->options[0].name ? " [OPTION...]\n" : "\n", out);
}

static void print_options(FILE *out, const struct option_spec *options)
{
	for (; options->name; options++) {
		char text[64];

		snprintf(text, sizeof(text), "%c%c%s--%s%s%s", options->letter ? '-' : ' ',
			options->letter ? options->letter : ' ', options->letter ? ", " : "  ",
			options->name, options->value ? " " : "",
			options->value ? options->value : "");
		fprintf(out, "  %-32s %s\n", text, options->help);
	}
}

void print_help(FILE *out, const struct command *command)
{
	if (command) {
		fputs("usage: ", out);
		print_usage(out, command);
		fprintf(out, "\n%s\n", command->help);
		if (command->options[0].name)
			fputs("\noptions:\n", out);
		print_options(out, command->options);
	} else {
		fputs("usage: orielctl [OPTION...] COMMAND [ARGUMENT...]\n\ncommands:\n", out);
		for (size_t i = 0; i < n_commands; i++) {
			char text[64] = "";

			for (size_t j = 0; commands[i].params[j]; j++) {
				strcat(text, " ");
				strcat(text, commands[i].params[j]);
			}
			fprintf(out, "  %s%-*s %s\n", commands[i].name,
				33 - (int)strlen(commands[i].name), text, commands[i].help);
		}
	}
	fputs("\noptions of every command:\n", out);
	print_options(out, global_options);
}
