/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Integers of glGet* that never change during a context's life: its guest is told them once. */
#ifndef EXEC_LIMITS_H
#define EXEC_LIMITS_H

#include <stdbool.h>

#include "gl_types.h"

#define EXEC_LIMITS 178u

struct exec_limit {
	GLenum pname;
	bool compute; /* it is of compute shaders */
};

extern const struct exec_limit exec_limits[EXEC_LIMITS];

#endif
