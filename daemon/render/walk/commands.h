/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The commands inside a virgl command buffer (virgl_protocol.h), walked before virglrenderer sees
 * them. virglrenderer's resources have numbers for the whole process, while each client counts its
 * own from 1: each handle in a command is replaced by the resource it means to this client.
 * Commands that are refused, compute where it is off among them, become no-operations.
 *
 * Resources that shaders use while a draw is under way are marked as late.
 *
 * Transfers with memory that is shared with the client are not virglrenderer's: the walk stops
 * before one, for the caller to do it when the commands before it have run.
 */
#ifndef ORIEL_WALK_COMMANDS_H
#define ORIEL_WALK_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "virgl/resource.h"
#include "walk/bindings.h"
#include "walk/objects.h"
#include "walk/shader.h"

#define VIRGL_HANDLE_NONE UINT32_MAX /* a resource that never exists */

#define VIRGL_SUB_CONTEXTS_MAX \
	64u /* of a client: each is a context of the driver, with megabytes */

/* A shader whose text comes in pieces. */
struct virgl_shader_begun {
	uint32_t context, handle; /* 0: none */
	struct shader_text text;
};

/* A client's contexts besides the one that it begins with (0), and what is in them. */
struct virgl_sub_contexts {
	uint32_t ids[VIRGL_SUB_CONTEXTS_MAX];
	uint32_t n;
	uint32_t current;
	bool lost; /* it chose one that it does not have: what it sends goes nowhere */
	struct virgl_objects objects;
	struct virgl_bindings bindings;
	struct virgl_shader_begun begun;
};

struct virgl_walk {
	/* The resource that a client's handle means (never asked for 0), NULL if it has none. */
	struct virgl_resource *(*find)(void *data, uint32_t handle);
	void *data;
	struct virgl_sub_contexts *contexts; /* kept up to date */
	bool compute;                        /* compute shaders are allowed */
	bool shared; /* the client has shared memory: transfers are allowed */
	size_t done; /* out: dwords before the transfer, or before what must be unbound, or all */
	uint32_t unbind; /* out: an object that must be unbound before the next command; 0: none */
	const char *refused; /* out: a command that was refused, NULL if none was */
	const char *wrong;   /* out: on failure, what is malformed */
};

/* `owner` is borrowed. */
void virgl_sub_contexts_init(struct virgl_sub_contexts *contexts, struct quota *owner);
/* The client goes: what it has counts no more. */
void virgl_sub_contexts_finish(struct virgl_sub_contexts *contexts);

enum {
	VIRGL_CCMD_TRANSFER3D = 43,
	VIRGL_CCMD_COPY_TRANSFER3D = 45,
};

/*
 * Checks and rewrites n dwords, or those up to a transfer or to the end of a bound object. False
 * when they are no command buffer.
 */
bool virgl_walk_commands(struct virgl_walk *walk, uint32_t *dwords, size_t n);

#endif
