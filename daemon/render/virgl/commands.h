/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands inside a virgl command buffer (virgl_protocol.h), walked before virglrenderer sees
 * them. virglrenderer's resources have numbers for the whole process, while each client counts its
 * own from 1: each handle in a command is replaced by the resource it means to this client.
 * Commands that are refused, compute where it is off among them, become no-operations.
 */
#ifndef ORIEL_VIRGL_COMMANDS_H
#define ORIEL_VIRGL_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRGL_HANDLE_NONE UINT32_MAX /* a resource that never exists */

struct virgl_walk {
	/* The process's number for a client's handle (never asked for 0), VIRGL_HANDLE_NONE if it has none. */
	uint32_t (*resolve)(void *data, uint32_t handle);
	void *data;
	bool compute;        /* compute shaders are allowed */
	const char *refused; /* out: a command that was refused, NULL if none was */
	const char *wrong;   /* out: on failure, what is malformed */
};

/* Checks and rewrites n dwords. False when they are no command buffer. */
bool virgl_walk_commands(struct virgl_walk *walk, uint32_t *dwords, size_t n);

#endif
