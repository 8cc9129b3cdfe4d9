/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "configs.h"

#include <string.h>

#include "gl_exec.h"
#include "util.h"

#define REFRESH_DEFAULT 60000u

struct configs {
	struct glm_caps theirs, ours;
};

static bool read_caps(const void *bytes, size_t size, struct glm_caps *ret_caps)
{
	return wire_decode(&glm_caps_type, bytes, size, ret_caps);
}

struct configs *configs_create(
	const struct glm_capture_head *head, const struct egl *egl, bool compute, uint32_t refresh)
{
	struct configs *configs = calloc(1, sizeof(*configs));
	_cleanup_free_ void *caps = malloc(ORIEL_CAPS_MAX);
	size_t size;

	if (!configs || !caps) {
		free(configs);
		return NULL;
	}
	size = gl_exec_caps(egl, compute, refresh, caps, ORIEL_CAPS_MAX);
	if (!read_caps(head->caps.data, head->caps.size, &configs->theirs) ||
		!read_caps(caps, size, &configs->ours))
		configs->theirs.n_configs = 0;
	return configs;
}

void configs_destroy(struct configs *configs)
{
	free(configs);
}

uint32_t configs_refresh(const struct glm_capture_head *head)
{
	_cleanup_free_ struct glm_caps *caps = malloc(sizeof(*caps));

	if (!caps || !read_caps(head->caps.data, head->caps.size, caps))
		return REFRESH_DEFAULT;
	return caps->refresh;
}

static bool same(const struct glm_config *a, const struct glm_config *b)
{
	return a->red == b->red && a->green == b->green && a->blue == b->blue &&
	       a->alpha == b->alpha && a->depth == b->depth && a->stencil == b->stencil &&
	       a->samples == b->samples && a->floats == b->floats;
}

static const struct glm_config *find(const struct glm_caps *caps, uint32_t id)
{
	for (uint16_t i = 0; i < caps->n_configs; i++) {
		if (caps->configs[i].id == id)
			return &caps->configs[i];
	}
	return NULL;
}

static uint32_t translate(const struct configs *configs, uint32_t id)
{
	const struct glm_config *theirs = find(&configs->theirs, id);
	const struct glm_config *ours = find(&configs->ours, id);

	if (!theirs || (ours && same(theirs, ours)))
		return id;
	for (uint16_t i = 0; i < configs->ours.n_configs; i++) {
		if (same(theirs, &configs->ours.configs[i]))
			return configs->ours.configs[i].id;
	}
	return id;
}

void configs_translate(const struct configs *configs, uint16_t opcode, void *payload, size_t size)
{
	union {
		struct glm_context_create context;
		struct glm_surface_create surface;
	} message;
	struct wire_writer writer;

	wire_writer_init(&writer, payload, size);
	if (opcode == GLM_CONTEXT_CREATE &&
		wire_decode(&glm_context_create_type, payload, size, &message)) {
		message.context.config = translate(configs, message.context.config);
		glm_context_create_type.encode(&writer, &message);
	} else if (opcode == GLM_SURFACE_CREATE &&
		   wire_decode(&glm_surface_create_type, payload, size, &message)) {
		message.surface.config = translate(configs, message.surface.config);
		glm_surface_create_type.encode(&writer, &message);
	}
}
