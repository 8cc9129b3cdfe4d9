/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define USAGE_STATUS 2

enum {
	OPTION_SOCKET = 256,
	OPTION_DEVICE,
	OPTION_PRIVATE,
	OPTION_EXACT,
	OPTION_NO_SHM,
	OPTION_DEBUG,
	OPTION_COMPLETE,
};

static const struct option longs[] = {
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "device", required_argument, NULL, OPTION_DEVICE },
	{ "private", no_argument, NULL, OPTION_PRIVATE },
	{ "exact-errors", no_argument, NULL, OPTION_EXACT },
	{ "no-shm", no_argument, NULL, OPTION_NO_SHM },
	{ "debug", no_argument, NULL, OPTION_DEBUG },
	{ "complete", no_argument, NULL, OPTION_COMPLETE },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void print_help(void)
{
	puts("usage: oriel-run [OPTION...] PROGRAM [ARGUMENT...]\n"
	     "\n"
	     "Runs an unmodified OpenGL program (GLX or EGL), whose OpenGL Oriel executes and shows.\n"
	     "\n"
	     "  --socket PATH   a session's socket (listen = local PATH); else $ORIEL_GUEST_SOCKET\n"
	     "  --device PATH   in a virtual machine: its port to the host; else $ORIEL_GUEST_DEVICE\n"
	     "  --private       starts an orield for this program alone, and prints where to look;\n"
	     "                  so too when none of these names a host\n"
	     "  --exact-errors  glGetError asks the host each time\n"
	     "  --no-shm        commands travel through the socket, not through shared memory\n"
	     "  --debug         tells on stderr what the library and a private orield do\n"
	     "  --version       prints the version\n"
	     "  --help          prints this\n"
	     "\n"
	     "Ends with the program's exit status; 125 when it could not be run for Oriel's part, 126 or\n"
	     "127 when the program itself could not be started.");
}

/* One word a line: what a shell may complete. */
static void print_words(void)
{
	for (const struct option *option = longs; option->name; option++)
		if (option->val != OPTION_COMPLETE)
			printf("--%s\n", option->name);
}

/* -1: an option that was taken; else the exit status. */
static int take(struct options *options, int option)
{
	switch (option) {
	case OPTION_SOCKET:
		options->socket = optarg;
		return -1;
	case OPTION_DEVICE:
		options->device = optarg;
		return -1;
	case OPTION_PRIVATE:
		options->private = true;
		return -1;
	case OPTION_EXACT:
		options->exact_errors = true;
		return -1;
	case OPTION_NO_SHM:
		options->no_shm = true;
		return -1;
	case OPTION_DEBUG:
		options->debug = true;
		return -1;
	case OPTION_COMPLETE:
		print_words();
		return 0;
	case 'V':
		puts("oriel-run " ORIEL_VERSION);
		return 0;
	case 'h':
		print_help();
		return 0;
	default:
		fputs("oriel-run: try oriel-run --help\n", stderr);
		return USAGE_STATUS;
	}
}

static int refuse(const char *what)
{
	fprintf(stderr, "oriel-run: %s; try oriel-run --help\n", what);
	return USAGE_STATUS;
}

int options_read(struct options *options, int argc, char **argv)
{
	int option, status = -1;

	memset(options, 0, sizeof(*options));
	/* "+": what stands behind the program is the program's. */
	while (status < 0 && (option = getopt_long(argc, argv, "+hV", longs, NULL)) != -1)
		status = take(options, option);
	if (status >= 0)
		return status;
	if ((options->socket != NULL) + (options->device != NULL) + options->private > 1)
		return refuse("--socket, --device and --private exclude each other");
	if (optind == argc)
		return refuse("which program?");
	options->command = argv + optind;
	return -1;
}
