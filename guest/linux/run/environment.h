/* SPDX-License-Identifier: MIT */
/* Where Oriel's files are, and the environment in which a program finds its OpenGL. */
#ifndef RUN_ENVIRONMENT_H
#define RUN_ENVIRONMENT_H

#include <limits.h>

#include "options.h"

/* Oriel's files, as seen from this program: a tree that was built, or one that was installed. */
struct places {
	char libraries[PATH_MAX];   /* folder of libGL.so.1 and its fellows */
	char libraries32[PATH_MAX]; /* those for 32-bit programs; empty: there are none */
	char orield[PATH_MAX];
};

/* 0, or negative errno; what is missing has been said. */
int places_find(struct places *places);
/* Sets the environment of this process for the program. 0 or negative errno. */
int environment_set(const struct places *places, const struct options *options, const char *socket);

#endif
