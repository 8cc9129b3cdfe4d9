/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Executes a capture with the decoder and the OpenGL of the render process, in a process of its own. */
#ifndef REPLAY_EXECUTE_H
#define REPLAY_EXECUTE_H

#include "capture_text.h"
#include "report.h"

enum execute_compute {
	EXECUTE_COMPUTE_AS_CAPTURED,
	EXECUTE_COMPUTE_ON,
	EXECUTE_COMPUTE_OFF,
};

struct execute_config {
	const char *path;           /* of the capture */
	const char *gpu;            /* gpu.h */
	struct capture_range range; /* frames that are told of; those before are executed, too */
	enum execute_compute compute;
	bool pixels;  /* of each frame that is told of */
	bool sandbox; /* what is executed can touch nothing else */
};

/* Reports to a pipe until the last one. Called in a fresh process, which it leaves in no state for anything else. */
void execute(const struct execute_config *config, int pipe);

#endif
