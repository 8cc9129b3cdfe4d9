/* SPDX-License-Identifier: MIT */
#include "environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY "liboriel-gl.so"

/* "FOLDER/NAME" into `to`, if something is there that can be read. */
static bool find(char *to, const char *folder, const char *name)
{
	const int n = snprintf(to, PATH_MAX, "%s/%s", folder, name);

	return n > 0 && n < PATH_MAX && access(to, R_OK) == 0;
}

static bool own_folder(char *to)
{
	const ssize_t n = readlink("/proc/self/exe", to, PATH_MAX - 1);
	char *slash;

	if (n <= 0)
		return false;
	to[n] = '\0';
	slash = strrchr(to, '/');
	if (slash)
		*slash = '\0';
	return slash != NULL;
}

/* The folder of the library, seen from ours, into `to`; of 32 bits if `suffix` says so. */
static bool find_folder(char *to, const char *here, const char *suffix)
{
	static const char *const folders[] = { "guest", "../lib/oriel/guest" };
	char name[64];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(name, sizeof(name), "%s%s/" LIBRARY, folders[i], suffix);
		if (find(to, here, name)) {
			*strrchr(to, '/') = '\0';
			return true;
		}
	}
	to[0] = '\0';
	return false;
}

int places_find(struct places *places)
{
	char here[PATH_MAX];

	if (!own_folder(here)) {
		fputs("oriel-run: /proc is not there: where am I?\n", stderr);
		return -ENOENT;
	}
	find(places->orield, here, "orield");
	find_folder(places->libraries32, here, "32");
	if (find_folder(places->libraries, here, ""))
		return 0;
	fprintf(stderr,
		"oriel-run: " LIBRARY " is neither in %s/guest nor in %s/../lib/oriel/guest\n",
		here, here);
	return -ENOENT;
}

/* Puts a folder before what is in a variable already. */
static int prepend(const char *variable, const char *folder)
{
	const char *before = getenv(variable);
	char *value = NULL;
	int r;

	if (!before || !*before)
		return setenv(variable, folder, 1);
	if (asprintf(&value, "%s:%s", folder, before) < 0)
		return -1;
	r = setenv(variable, value, 1);
	free(value);
	return r;
}

int environment_set(const struct places *places, const struct options *options, const char *socket)
{
	char vendor[PATH_MAX + 16];
	int r = 0;

	/* A program passes over libraries that are not of its kind. */
	if (places->libraries32[0])
		r |= prepend("LD_LIBRARY_PATH", places->libraries32);
	r |= prepend("LD_LIBRARY_PATH", places->libraries);
	snprintf(vendor, sizeof(vendor), "%s/10_oriel.json", places->libraries);
	r |= setenv("__EGL_VENDOR_LIBRARY_FILENAMES", vendor, 1);
	/* Should glvnd's own libGLX be loaded all the same, it finds libGLX_oriel.so.0. */
	r |= setenv("__GLX_VENDOR_LIBRARY_NAME", "oriel", 1);
	if (socket) {
		r |= setenv("ORIEL_GUEST_SOCKET", socket, 1);
		r |= unsetenv("ORIEL_GUEST_DEVICE");
	} else if (options->device) {
		r |= setenv("ORIEL_GUEST_DEVICE", options->device, 1);
		r |= unsetenv("ORIEL_GUEST_SOCKET");
	}
	if (options->exact_errors)
		r |= setenv("ORIEL_EXACT_ERRORS", "1", 1);
	if (options->no_shm)
		r |= setenv("ORIEL_SHM", "0", 1);
	if (options->debug)
		r |= setenv("ORIEL_DEBUG", "1", 1);
	return r ? -ENOMEM : 0;
}
