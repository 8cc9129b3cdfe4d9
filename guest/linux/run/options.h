/* SPDX-License-Identifier: MIT */
/* What oriel-run was asked for. */
#ifndef RUN_OPTIONS_H
#define RUN_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *socket; /* of a session, or NULL */
	const char *device; /* a virtual machine's port, or NULL */
	bool private;       /* an orield of its own, whatever there is */
	bool exact_errors, no_shm, debug;
	char **command; /* the program and its arguments */
};

/*
 * Reads the command line. -1: go on; else it has been answered (--help, --version) or is wrong,
 * which has been said, and this is the exit status.
 */
int options_read(struct options *options, int argc, char **argv);

#endif
