/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of keys for X11 keysyms (X Window System Protocol, appendix A). */
#ifndef ORIEL_API_KEYSYM_H
#define ORIEL_API_KEYSYM_H

#include <stdint.h>

#define KEYSYM_MAX 0x1fffffffu

/*
 * The keysym of one character ("a", "€"), of a name ("Return", "KP_Enter", "F12"), or of U+XXXX
 * written as "U20AC". 0 when there is none.
 */
uint32_t keysym_parse(const char *text);

#endif
