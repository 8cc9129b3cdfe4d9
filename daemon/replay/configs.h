/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture names configurations of its host's EGL; this one may number the same ones otherwise. */
#ifndef REPLAY_CONFIGS_H
#define REPLAY_CONFIGS_H

#include <stdbool.h>

#include "capture_reader.h"
#include "egl.h"

struct configs;

/* Compares what the capture's host offered with what there is here. NULL: no memory. */
struct configs *configs_create(
	const struct glm_capture_head *head, const struct egl *egl, bool compute, uint32_t refresh);
void configs_destroy(struct configs *configs);
/* Display's refreshes in 1000 seconds, as the capture's host told. */
uint32_t configs_refresh(const struct glm_capture_head *head);

/*
 * Changes a payload that names a configuration, in place, so that it names the same one here. What
 * is not there stays as it is, and is refused.
 */
void configs_translate(const struct configs *configs, uint16_t opcode, void *payload, size_t size);

#endif
