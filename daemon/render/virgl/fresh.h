/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * virglrenderer 0.10.4 reads a texture into memory from malloc and sends the guest all of it, also
 * what the driver did not write: the other faces of a cube map in some formats, or everything
 * where the driver cannot read the format back. That would be what other clients left there.
 */
#ifndef ORIEL_VIRGL_FRESH_H
#define ORIEL_VIRGL_FRESH_H

#include <stdbool.h>

/*
 * While it is on, malloc gives this thread zeroed memory, whichever library asks. Not in sanitized
 * builds, which have a malloc of their own.
 */
void virgl_fresh_memory(bool on);

#endif
