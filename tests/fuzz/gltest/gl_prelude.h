/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a fuzzed channel begins with: objects of every kind, so that commands have something to do. */
#ifndef GL_PRELUDE_H
#define GL_PRELUDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "egl.h"

/* Messages as on the wire, which stay for ever. */
const uint8_t *gl_prelude(const struct egl *egl, bool es, size_t *ret_size);

#endif
