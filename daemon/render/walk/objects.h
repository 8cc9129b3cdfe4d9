/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The objects that a client has made by commands (shaders, states, views, queries) and the bytes of
 * its shaders' texts, as virglrenderer keeps them for it: counted against the session's limits.
 */
#ifndef ORIEL_WALK_OBJECTS_H
#define ORIEL_WALK_OBJECTS_H

#include "quota.h"

struct virgl_object;

/* Zeroes and an owner are an empty table. */
struct virgl_objects {
	struct quota *owner; /* borrowed */
	struct virgl_object *table;
	uint32_t n, capacity; /* a power of two, or 0 */
};

/* Everything is given back. */
void virgl_objects_finish(struct virgl_objects *objects);
/*
 * An object of a context under a handle that is not 0, in place of any earlier one; `bytes`: of a
 * shader's text, else 0. False when a limit refuses it (counted), or for lack of memory: the
 * earlier one stays then.
 */
bool virgl_objects_add(
	struct virgl_objects *objects, uint32_t context, uint32_t handle, uint32_t bytes);
/* Bytes of an object's text; 0 for others, and for one that is not there. */
uint32_t virgl_objects_text(const struct virgl_objects *objects, uint32_t context, uint32_t handle);
/* One that is not there is fine. */
void virgl_objects_remove(struct virgl_objects *objects, uint32_t context, uint32_t handle);
/* The context goes with all its objects. */
void virgl_objects_drop(struct virgl_objects *objects, uint32_t context);

#endif
