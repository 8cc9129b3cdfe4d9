/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The encodings of a viewer's SetEncodings that libvncserver gets to see: those that Oriel means to
 * serve. The rest of the library (UltraVNC's extensions, its cursor and clipboard) stays unused.
 */
#ifndef ORIEL_VNC_ENCODINGS_H
#define ORIEL_VNC_ENCODINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ENCODING_QEMU_KEYS UINT32_C(0xfffffefe) /* -258: extended key events */
#define ENCODING_CURSOR    UINT32_C(0xffffff11) /* -239: the pointer's shape */

struct encodings {
	bool resizes;   /* NewFBSize or ExtendedDesktopSize */
	bool qemu_keys; /* ENCODING_QEMU_KEYS */
	bool cursor;    /* Cursor */
};

/* Takes the others out of a whole SetEncodings where it lies. Returns its new size in bytes. */
size_t encodings_filter(uint8_t *message, struct encodings *ret_encodings);

/* The name of an encoding of pixels, for people; never NULL. */
const char *encodings_name(int32_t encoding);

#endif
