/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which session's name has which VNC port, kept in a file so that a name keeps its port: lines
 * "PORT NAME", oldest first.
 */
#ifndef ORIEL_PORTS_H
#define ORIEL_PORTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipc_limits.h"

struct port_entry {
	uint16_t port;
	char name[IPC_NAME_MAX + 1];
};

struct ports {
	char path[300]; /* empty: nothing is kept */
	struct port_entry *entries;
	size_t n_entries;
};

struct ports_range {
	uint16_t first, last;
	/* Tries to bind. A descriptor, or negative errno. */
	int (*bind)(void *data, uint16_t port);
	/* Whether a session of this name is there; its port is not given away. */
	bool (*present)(void *data, const char *name);
	void *data;
};

/* Reads the file; lines that make no sense are left out. A file that is not there is empty. 0 or negative errno. */
int ports_load(struct ports *ports, const char *path);
void ports_finish(struct ports *ports);

/*
 * Binds a port for `name`: the one it had; else one that no name has; else that of a name whose
 * session is not there. Keeps it. Returns the descriptor with ret_port, or negative errno:
 * -EADDRINUSE when all are taken.
 */
int ports_bind(
	struct ports *ports, const char *name, const struct ports_range *range, uint16_t *ret_port);

#endif
