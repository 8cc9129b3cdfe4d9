/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands of orielctl: one table, from which help, usage errors and completion are made. */
#ifndef ORIEL_CTL_COMMAND_H
#define ORIEL_CTL_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#define COMMAND_PARAMS_MAX  3u
#define COMMAND_OPTIONS_MAX 7u
#define CONTEXT_ARGS_MAX    300u /* a request takes 256 input events */
#define CONTEXT_VALUES_MAX  32u

enum exit_code {
	EXIT_OK = 0,
	EXIT_REFUSED = 1,     /* orield said no, or the result could not be written */
	EXIT_USAGE = 2,       /* wrong arguments */
	EXIT_UNREACHABLE = 3, /* nobody answers at the socket */
};

struct option_spec {
	const char *name;  /* without the two dashes; NULL ends a list */
	char letter;       /* '\0': none */
	const char *value; /* what it takes, for help; NULL: nothing */
	const char *help;
};

/* What was given on the command line. */
struct option_value {
	const struct option_spec *option;
	const char *text; /* "" where the option takes none */
};

struct context {
	char *socket_path;
	const char *args[CONTEXT_ARGS_MAX]; /* behind the command's name */
	size_t n_args;
	struct option_value values[CONTEXT_VALUES_MAX];
	size_t n_values;
};

struct command {
	const char *name;
	const char *params[COMMAND_PARAMS_MAX + 1]; /* the last may end with "...": one or more */
	struct option_spec options[COMMAND_OPTIONS_MAX + 1];
	enum exit_code (*run)(const struct context *context);
	const char *help;
};

extern const struct command commands[];
extern const size_t n_commands;
extern const struct option_spec global_options[];

/* NULL when there is none of the name. */
const struct command *command_find(const char *name);
/* The value of an option given last; NULL when it was not given. */
const char *context_option(const struct context *context, const char *name);

/* The handlers. */
enum exit_code run_list(const struct context *context);
enum exit_code run_show(const struct context *context);
enum exit_code run_create(const struct context *context);
enum exit_code run_delete(const struct context *context);
enum exit_code run_screenshot(const struct context *context);
enum exit_code run_show_surface(const struct context *context);
enum exit_code run_input(const struct context *context);
enum exit_code run_viewers(const struct context *context);
enum exit_code run_disconnect(const struct context *context);
enum exit_code run_capture(const struct context *context);
enum exit_code run_stop_capture(const struct context *context);
enum exit_code run_captures(const struct context *context);
enum exit_code run_save_capture(const struct context *context);
enum exit_code run_delete_capture(const struct context *context);
enum exit_code run_limits(const struct context *context);
enum exit_code run_set_limits(const struct context *context);
enum exit_code run_set_guest_log(const struct context *context);
enum exit_code run_host(const struct context *context);

#endif
