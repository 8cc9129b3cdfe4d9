/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What executes a channel's messages, as a table: gl/gl_exec.h in the render process, something
 * that can be looked at in tests. What each does stands there.
 */
#ifndef ORIEL_CHANNEL_EXECUTOR_H
#define ORIEL_CHANNEL_EXECUTOR_H

#include "gl/gl_exec.h"

struct executor {
	size_t (*caps)(
		const struct egl *egl, bool compute, uint32_t refresh, void *ret_caps, size_t room);
	int (*create)(const struct gl_exec_config *config, struct gl_exec **ret_exec);
	void (*destroy)(struct gl_exec *exec);
	size_t (*in_place)(uint16_t opcode);
	int (*message)(struct gl_exec *exec, const struct wire_header *header, const void *fixed,
		size_t size, const void *rest);
	size_t (*plain)(struct gl_exec *exec, uint8_t channel, const uint8_t *messages, size_t size,
		_Atomic uint64_t *steps);
	void (*idle)(struct gl_exec *exec);
	int (*read)(struct gl_exec *exec, uint32_t surface, bool retained,
		const struct rects *rects, uint8_t *pixels, uint32_t stride);
	int (*retain)(struct gl_exec *exec, uint32_t surface, const struct ipc_rect *rect);
	const char *(*command)(const struct gl_exec *exec);
};

#endif
