/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The pointer that a viewer draws. Guests here have none of their own yet, and a viewer that has
 * been sent no shape hides its pointer.
 */
#ifndef ORIEL_VNC_CURSOR_H
#define ORIEL_VNC_CURSOR_H

#include <rfb/rfb.h>
#include <stddef.h>
#include <stdint.h>

#define CURSOR_UPDATE_MAX 1024u

/*
 * Writes an update of one rectangle, the Cursor pseudo-encoding (RFC 6143, 7.8.1), with an arrow in
 * the viewer's pixel format. Returns its size in bytes, at most CURSOR_UPDATE_MAX.
 */
size_t cursor_update(const rfbPixelFormat *format, uint8_t *ret_update);

#endif
