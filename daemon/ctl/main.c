/* SPDX-License-Identifier: GPL-2.0-or-later */
/* orielctl: the command line for orield's API. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arguments.h"
#include "client.h"
#include "complete.h"
#include "request.h"
#include "util.h"

static enum exit_code usage_error(const struct command *command, const char *error)
{
	complain("%s", error);
	if (command) {
		fputs("usage: ", stderr);
		print_usage(stderr, command);
	} else {
		fputs("'orielctl --help' lists the commands\n", stderr);
	}
	return EXIT_USAGE;
}

/* What was printed must have arrived: a full disk is not silent. */
static enum exit_code finish_output(enum exit_code code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	complain("cannot write to standard output: %s", strerror(errno));
	return code == EXIT_OK ? EXIT_REFUSED : code;
}

static enum exit_code run(int argc, char **argv, struct context *context)
{
	const struct command *command = NULL;
	const char *socket_path;
	char error[512];

	if (argc > 0 && strcmp(argv[0], "--complete") == 0) {
		complete(context, argc - 1, argv + 1, stdout);
		return EXIT_OK;
	}
	if (arguments_parse(argc, argv, context, &command, error, sizeof(error)) < 0)
		return usage_error(command, error);
	if (context_option(context, "help")) {
		print_help(stdout, command);
		return EXIT_OK;
	}
	if (context_option(context, "version")) {
		puts("orielctl " ORIEL_VERSION);
		return EXIT_OK;
	}
	socket_path = context_option(context, "socket");
	if (socket_path) {
		free(context->socket_path);
		context->socket_path = strdup(socket_path);
	}
	return context->socket_path ? command->run(context) : EXIT_REFUSED;
}

int main(int argc, char **argv)
{
	struct context context = { .socket_path = client_default_socket() };
	enum exit_code code = run(argc - 1, argv + 1, &context);

	free(context.socket_path);
	return (int)finish_output(code);
}
