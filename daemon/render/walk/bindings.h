/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a client has bound of the kinds that virglrenderer 0.10 keeps mere pointers to: buffers and
 * images of shaders, sampler states, the depth and stencil state. Were one to go while it is bound,
 * the next draw would use freed memory; so it is unbound first.
 */
#ifndef ORIEL_WALK_BINDINGS_H
#define ORIEL_WALK_BINDINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Dwords that a call of virgl_bindings_take writes at most. */
#define VIRGL_UNBIND_MAX 8192u

struct virgl_bound;

/* Zeroes are nothing bound. */
struct virgl_bindings {
	struct virgl_bound *first; /* one for each of the client's contexts that has bound something */
};

enum virgl_binding_result {
	VIRGL_BINDING_FINE,
	VIRGL_BINDING_REFUSED, /* a slot that there is not, or no memory */
};

/*
 * A command for a context, with the client's own handles: `command` is its header, `length` the
 * dwords after it. `exists` says whether a resource's handle means anything.
 */
enum virgl_binding_result virgl_bindings_note(struct virgl_bindings *bindings, uint32_t context,
	const uint32_t *command, uint32_t length, bool (*exists)(void *data, uint32_t handle),
	void *data);

/* A context has this object bound. */
bool virgl_bindings_has_object(
	const struct virgl_bindings *bindings, uint32_t context, uint32_t object);

/*
 * Writes commands for virglrenderer that unbind an object in one context, or a resource in one of
 * all contexts, and lead back to the context `current`; what they unbind is forgotten. Returns
 * their dwords; 0: it is bound nowhere (any more).
 */
size_t virgl_bindings_take_object(struct virgl_bindings *bindings, uint32_t context,
	uint32_t object, uint32_t out[VIRGL_UNBIND_MAX]);
size_t virgl_bindings_take_resource(struct virgl_bindings *bindings, uint32_t current,
	uint32_t resource, uint32_t out[VIRGL_UNBIND_MAX]);

/* The context goes. */
void virgl_bindings_drop(struct virgl_bindings *bindings, uint32_t context);
/* All contexts go. */
void virgl_bindings_finish(struct virgl_bindings *bindings);

#endif
