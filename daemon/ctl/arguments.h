/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line, read by the table of commands. */
#ifndef ORIEL_CTL_ARGUMENTS_H
#define ORIEL_CTL_ARGUMENTS_H

#include <stdio.h>

#include "command.h"

/*
 * Reads the arguments, argv[0] left out. 0 with ret_command (NULL when only --help or --version was
 * given), or -1 with a sentence in `error`. Strings stay those of argv.
 */
int arguments_parse(int argc, char **argv, struct context *ret_context,
	const struct command **ret_command, char *error, size_t size);

/* The option of this name or letter, of the command (NULL: none yet) or the global ones; NULL: there is none. */
const struct option_spec *option_find(
	const struct command *command, const char *name, size_t length, char letter);

/* Help for all commands (NULL), or for one. */
void print_help(FILE *out, const struct command *command);
/* "create NAME [OPTION...]" */
void print_usage(FILE *out, const struct command *command);

#endif
