/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration while it is being read: what is known of its lines, so that a complaint can name one. */
#ifndef ORIEL_CONFIG_BUILD_H
#define ORIEL_CONFIG_BUILD_H

#include "config/keys.h"

#define CONFIG_LINE_MAX   1024u /* bytes of a line */
#define CONFIG_ERRORS_MAX 100u

/* A place in a file; file NULL: not said anywhere. */
struct config_place {
	char *file; /* borrowed from config_build.files */
	unsigned line;
};

/* Where a session's parts stand. */
struct session_places {
	struct config_place head;
	struct config_place listeners[SESSION_LISTENERS_MAX];
	struct config_place vnc; /* the last of its vnc_ keys */
};

struct config_build {
	struct config *config;
	struct session_places *places; /* one for each of config->sessions */
	char **files;                  /* names, owned */
	size_t n_files;
	struct config_errors *errors;
	bool out_of_memory;
};

/* Adds "FILE:LINE: ..." to the errors. */
void config_complain(struct config_build *build, struct config_place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A session with its defaults; its index, or -1 out of memory. */
int config_add_session(struct config_build *build, const char *name, struct config_place head);

/* Reads one file into the build. What is wrong goes to the errors; a file that is not there too. */
void config_read_file(struct config_build *build, const char *path);

/* Resolves "auto" by the environment (systemd.exec(5), XDG base directories). */
void config_resolve(struct config_build *build);

/* Checks each session, and all against each other. */
void config_check_sessions(struct config_build *build);

#endif
