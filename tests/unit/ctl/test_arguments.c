/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: what is taken, what is refused, what is completed, and that the manual has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arguments.h"
#include "complete.h"
#include "listen_text.h"
#include "util.h"

#define WORDS_MAX 12

struct line {
	struct context context;
	const struct command *command;
	char error[512];
};

static int parse(struct line *line, const char *const *words)
{
	char *argv[WORDS_MAX];
	int argc = 0;

	*line = (struct line){ 0 };
	/* As main's: nobody writes into them. */
	while (words[argc]) {
		memcpy(&argv[argc], &words[argc], sizeof(argv[argc]));
		argc++;
	}
	return arguments_parse(
		argc, argv, &line->context, &line->command, line->error, sizeof(line->error));
}

#define PARSE(line, ...) parse(line, (const char *const[]){ __VA_ARGS__, NULL })

static void test_taken(void **state)
{
	struct line line;

	(void)state;
	assert_int_equal(PARSE(&line, "list"), 0);
	assert_string_equal(line.command->name, "list");
	assert_int_equal(PARSE(&line, "--socket", "/x", "--json", "show", "one"), 0);
	assert_string_equal(context_option(&line.context, "socket"), "/x");
	assert_non_null(context_option(&line.context, "json"));
	assert_string_equal(line.context.args[0], "one");
	assert_int_equal(PARSE(&line, "screenshot", "-d1", "one", "--output=a=b", "-w"), 0);
	assert_string_equal(context_option(&line.context, "display"), "1");
	assert_string_equal(context_option(&line.context, "output"), "a=b");
	assert_non_null(context_option(&line.context, "wait"));
	assert_null(context_option(&line.context, "timeout"));
	assert_int_equal(PARSE(&line, "screenshot", "one", "-o", "-"), 0);
	assert_string_equal(context_option(&line.context, "output"), "-");
	assert_int_equal(PARSE(&line, "input", "one", "0", "key", "--", "-"), 0);
	assert_int_equal(line.context.n_args, 4);
	assert_string_equal(line.context.args[3], "-");
	assert_int_equal(PARSE(&line, "create", "x", "-l", "a", "--listen", "b"), 0);
	assert_int_equal(line.context.n_values, 2);
	assert_int_equal(PARSE(&line, "--help"), 0);
	assert_null(line.command);
	assert_int_equal(PARSE(&line, "create", "-h"), 0);
	assert_string_equal(line.command->name, "create");
}

static void test_refused(void **state)
{
	static const struct {
		const char *words[5], *error;
	} cases[] = {
		{ { NULL }, "a command is missing" },
		{ { "frob" }, "there is no command 'frob'" },
		{ { "--frob" }, "there is no option --frob" },
		{ { "list", "--frob" }, "there is no option --frob for list" },
		{ { "list", "-x" }, "there is no option -x for list" },
		{ { "list", "--wait" }, "there is no option --wait for list" },
		{ { "list", "--socke", "x" }, "there is no option --socke for list" },
		{ { "list", "x" }, "list: 'x' is one argument too many" },
		{ { "show" }, "show: NAME is missing" },
		{ { "show-surface", "a", "0" }, "show-surface: SURFACE is missing" },
		{ { "input", "a", "0" }, "input: EVENT... is missing" },
		{ { "list", "--socket" }, "--socket takes a value: PATH" },
		{ { "list", "--json=yes" }, "--json takes no value" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct line line;

		assert_int_equal(parse(&line, cases[i].words), -1);
		assert_string_equal(line.error, cases[i].error);
	}
}

static void test_too_many(void **state)
{
	static struct context context;
	const struct command *command;
	char *argv[CONTEXT_ARGS_MAX + 8];
	char word[] = "input", option[] = "--json", error[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(argv); i++)
		argv[i] = word;
	assert_int_equal(arguments_parse((int)ARRAY_SIZE(argv), argv, &context, &command, error,
				 sizeof(error)),
		-1);
	for (size_t i = 1; i < ARRAY_SIZE(argv); i++)
		argv[i] = option;
	memset(&context, 0, sizeof(context));
	assert_int_equal(arguments_parse((int)ARRAY_SIZE(argv), argv, &context, &command, error,
				 sizeof(error)),
		-1);
}

static void test_listen(void **state)
{
	static const struct {
		const char *text, *document;
	} cases[] = {
		{ "local:/a", "{\"kind\":\"local\",\"path\":\"/a\"}" },
		{ "vm:/a:0660", "{\"kind\":\"vm\",\"path\":\"/a\",\"mode\":\"0660\"}" },
		{ "vm:/a:b", "{\"kind\":\"vm\",\"path\":\"/a:b\"}" },
		{ "vm:/a:b:600", "{\"kind\":\"vm\",\"path\":\"/a:b\",\"mode\":\"600\"}" },
		{ "vm:/a:0888", "{\"kind\":\"vm\",\"path\":\"/a:0888\"}" },
		{ "x:y", "{\"kind\":\"x\",\"path\":\"y\"}" },
		{ "local", NULL },
		{ "local:", NULL },
		{ ":/a", NULL },
		{ "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cJSON *document = listen_text_document(cases[i].text);
		_cleanup_free_ char *text = document ? cJSON_PrintUnformatted(document) : NULL;

		cJSON_Delete(document);
		if (cases[i].document)
			assert_string_equal(text, cases[i].document);
		else
			assert_null(text);
	}
}

static char *completed(char **words, int n)
{
	struct context context = { .socket_path = (char[]){ "/nonexistent/socket" } };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	complete(&context, n, words, out);
	fclose(out);
	return text;
}

static void test_complete(void **state)
{
	char *one[] = { (char[]){ "sh" } };
	char *options[] = { (char[]){ "create" }, (char[]){ "--" } };
	char *value[] = { (char[]){ "create" }, (char[]){ "--listen" }, (char[]){ "" } };
	char *events[] = { (char[]){ "input" }, (char[]){ "a" }, (char[]){ "0" }, (char[]){ "" } };
	char *more[] = { (char[]){ "set-limits" }, (char[]){ "a" }, (char[]){ "clients=1" },
		(char[]){ "" } };
	char *created[] = { (char[]){ "create" }, (char[]){ "a" }, (char[]){ "--limit" },
		(char[]){ "" } };
	_cleanup_free_ char *limits_text = completed(more, 4);
	_cleanup_free_ char *created_text = completed(created, 4);
	_cleanup_free_ char *commands_text = completed(one, 1);
	_cleanup_free_ char *nothing_text = completed(NULL, 0);
	_cleanup_free_ char *options_text = completed(options, 2);
	_cleanup_free_ char *value_text = completed(value, 3);
	_cleanup_free_ char *events_text = completed(events, 4);

	(void)state;
	assert_non_null(strstr(commands_text, "show-surface\n"));
	assert_string_equal(commands_text, nothing_text);
	assert_non_null(strstr(options_text, "--vnc-port\n"));
	assert_non_null(strstr(options_text, "--socket\n"));
	assert_string_equal(value_text, "");
	assert_string_equal(events_text, "key\npointer\n");
	assert_non_null(strstr(limits_text, "clients=\n"));
	assert_non_null(strstr(limits_text, "retain_interval=\n"));
	assert_string_equal(created_text, limits_text);
}

static void expect_in(const char *page, const char *before, const char *word)
{
	char text[128];

	snprintf(text, sizeof(text), "%s%s*", before, word);
	if (!strstr(page, text))
		fail_msg("orielctl.1.scd does not have %s", text);
}

static void test_manual(void **state)
{
	static char page[65536];
	FILE *file = fopen("daemon/man/orielctl.1.scd", "re");

	(void)state;
	if (!file)
		skip(); /* not run from the top of the tree */
	page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
	fclose(file);
	for (const struct option_spec *option = global_options; option->name; option++)
		expect_in(page, "*--", option->name);
	for (size_t i = 0; i < n_commands; i++) {
		expect_in(page, "\n*", commands[i].name);
		for (const struct option_spec *option = commands[i].options; option->name; option++)
			expect_in(page, "*--", option->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_listen),
		cmocka_unit_test(test_complete),
		cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
