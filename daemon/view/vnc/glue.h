/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * libvncserver's reading, writing and random numbers, taken over. It calls these functions by their
 * exported names, so definitions in the executable take their place: rfbReadExact,
 * rfbReadExactTimeout, rfbPeekExactTimeout and rfbWriteExact work on the struct channel in the
 * screen's screenData and never block; rfbRandomBytes, from which challenges are made, asks the
 * kernel in place of random(3).
 */
#ifndef ORIEL_VNC_GLUE_H
#define ORIEL_VNC_GLUE_H

/* Sends the library's log to ours and proves that the functions above are in place. 0 or -ENOSYS. */
int glue_init(void);

#endif
