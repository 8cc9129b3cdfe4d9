/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "walk/bindings.h"

#include <stdlib.h>

#include "util.h"

#define SHADERS 6u
#define SLOTS   32u /* of each kind in virglrenderer */

enum {
	CCMD_BIND_OBJECT = 2,
	CCMD_BIND_SAMPLER_STATES = 18,
	CCMD_SET_UNIFORM_BUFFER = 27,
	CCMD_SET_SUB_CTX = 28,
	CCMD_SET_SHADER_BUFFERS = 34,
	CCMD_SET_SHADER_IMAGES = 35,
	CCMD_SET_ATOMIC_BUFFERS = 40,
	OBJECT_DSA = 3,
};

/*
 * Commands that bind to slots: where the shader's type and the first slot stand, where the first
 * handle, and how many dwords one slot takes. Length without slots: `base`.
 */
static const struct kind {
	uint8_t command;
	uint8_t shader, start; /* 0: for all shaders together */
	uint8_t base, handle, step;
	bool object; /* else a resource */
} kinds[] = {
	{ CCMD_SET_UNIFORM_BUFFER, 1, 2, 2, 5, 3, false },
	{ CCMD_SET_SHADER_BUFFERS, 1, 2, 2, 5, 3, false },
	{ CCMD_SET_SHADER_IMAGES, 1, 2, 2, 7, 5, false },
	{ CCMD_SET_ATOMIC_BUFFERS, 0, 1, 1, 4, 3, false },
	{ CCMD_BIND_SAMPLER_STATES, 1, 2, 2, 3, 1, true },
};

#define KINDS ARRAY_SIZE(kinds)

struct virgl_bound {
	struct virgl_bound *next;
	uint32_t context;
	uint32_t dsa;
	uint32_t n; /* slots that have something */
	uint32_t slots[KINDS][SHADERS][SLOTS];
};

static struct virgl_bound *find(const struct virgl_bindings *bindings, uint32_t context)
{
	struct virgl_bound *bound = bindings->first;

	while (bound && bound->context != context)
		bound = bound->next;
	return bound;
}

static struct virgl_bound *find_or_make(struct virgl_bindings *bindings, uint32_t context)
{
	struct virgl_bound *bound = find(bindings, context);

	if (bound)
		return bound;
	bound = calloc(1, sizeof(*bound));
	if (!bound)
		return NULL;
	bound->context = context;
	bound->next = bindings->first;
	bindings->first = bound;
	return bound;
}

static const struct kind *find_kind(uint32_t command)
{
	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i].command == command)
			return &kinds[i];
	}
	return NULL;
}

static void set(struct virgl_bound *bound, uint32_t *slot, uint32_t handle)
{
	bound->n += handle != 0;
	bound->n -= *slot != 0;
	*slot = handle;
}

enum virgl_binding_result virgl_bindings_note(struct virgl_bindings *bindings, uint32_t context,
	const uint32_t *command, uint32_t length, bool (*exists)(void *data, uint32_t handle),
	void *data)
{
	const struct kind *kind = find_kind(command[0] & 0xff);
	bool dsa = (command[0] & 0xffff) == (CCMD_BIND_OBJECT | OBJECT_DSA << 8);
	uint32_t shader, start, n;
	struct virgl_bound *bound;

	if (!kind && !dsa)
		return VIRGL_BINDING_FINE;
	bound = find_or_make(bindings, context);
	if (!bound)
		return VIRGL_BINDING_REFUSED;
	if (dsa) {
		bound->dsa = command[1];
		return VIRGL_BINDING_FINE;
	}
	shader = kind->shader ? command[kind->shader] : 0;
	start = command[kind->start];
	n = (length - kind->base) / kind->step;
	if (shader >= SHADERS || start > SLOTS || n > SLOTS - start)
		return VIRGL_BINDING_REFUSED;
	for (uint32_t i = 0; i < n; i++) {
		uint32_t handle = command[kind->handle + i * kind->step];
		/* One that means nothing binds nothing, and what was there stays. */
		if (handle == 0 || kind->object || exists(data, handle))
			set(bound, &bound->slots[kind - kinds][shader][start + i], handle);
	}
	return VIRGL_BINDING_FINE;
}

static bool holds(const struct virgl_bound *bound, bool object, uint32_t handle)
{
	if (object && bound->dsa == handle)
		return true;
	for (size_t k = 0; k < KINDS && bound->n > 0; k++) {
		const uint32_t *slots = bound->slots[k][0];
		if (kinds[k].object != object)
			continue;
		for (size_t i = 0; i < (size_t)SHADERS * SLOTS; i++) {
			if (slots[i] == handle)
				return true;
		}
	}
	return false;
}

bool virgl_bindings_has_object(
	const struct virgl_bindings *bindings, uint32_t context, uint32_t object)
{
	const struct virgl_bound *bound = object != 0 ? find(bindings, context) : NULL;

	return bound && holds(bound, true, object);
}

/* The command that binds nothing to one slot. Returns its dwords. */
static size_t write_slot(const struct kind *kind, uint32_t shader, uint32_t slot, uint32_t *out)
{
	uint32_t length = kind->base + kind->step;

	for (uint32_t i = 1; i <= length; i++)
		out[i] = 0;
	out[0] = kind->command | length << 16;
	if (kind->shader)
		out[kind->shader] = shader;
	out[kind->start] = slot;
	return 1 + (size_t)length;
}

/* Unbinds all slots of a context that have this. */
static size_t take(struct virgl_bound *bound, bool object, uint32_t handle, uint32_t *out)
{
	size_t n = 0;

	if (object && bound->dsa == handle) {
		out[n++] = CCMD_BIND_OBJECT | OBJECT_DSA << 8 | 1u << 16;
		out[n++] = 0;
		bound->dsa = 0;
	}
	for (size_t k = 0; k < KINDS; k++) {
		for (uint32_t i = 0; kinds[k].object == object && i < SHADERS * SLOTS; i++) {
			uint32_t *slot = &bound->slots[k][i / SLOTS][i % SLOTS];
			if (*slot != handle)
				continue;
			n += write_slot(&kinds[k], i / SLOTS, i % SLOTS, out + n);
			set(bound, slot, 0);
		}
	}
	return n;
}

size_t virgl_bindings_take_object(struct virgl_bindings *bindings, uint32_t context,
	uint32_t object, uint32_t out[VIRGL_UNBIND_MAX])
{
	struct virgl_bound *bound = object != 0 ? find(bindings, context) : NULL;

	return bound ? take(bound, true, object, out) : 0;
}

static size_t write_context(uint32_t context, uint32_t *out)
{
	out[0] = CCMD_SET_SUB_CTX | 1u << 16;
	out[1] = context;
	return 2;
}

size_t virgl_bindings_take_resource(struct virgl_bindings *bindings, uint32_t current,
	uint32_t resource, uint32_t out[VIRGL_UNBIND_MAX])
{
	struct virgl_bound *bound = bindings->first;
	size_t n = 0;

	while (bound && !holds(bound, false, resource))
		bound = bound->next;
	if (!bound || resource == 0)
		return 0;
	if (bound->context != current)
		n += write_context(bound->context, out);
	n += take(bound, false, resource, out + n);
	if (bound->context != current)
		n += write_context(current, out + n);
	return n;
}

void virgl_bindings_drop(struct virgl_bindings *bindings, uint32_t context)
{
	struct virgl_bound **at = &bindings->first;

	while (*at && (*at)->context != context)
		at = &(*at)->next;
	if (*at) {
		struct virgl_bound *gone = *at;
		*at = gone->next;
		free(gone);
	}
}

void virgl_bindings_finish(struct virgl_bindings *bindings)
{
	while (bindings->first)
		virgl_bindings_drop(bindings, bindings->first->context);
}
