/* SPDX-License-Identifier: MIT */
/*
 * What the faces need of a program's own connection to an X server, which it has by libX11. That is
 * opened at run time: the library also serves programs without windows.
 */
#ifndef GUEST_XLIB_H
#define GUEST_XLIB_H

/* `display` is a Display. The name of its server, valid as long as it is open; NULL: there is no libX11. */
const char *xlib_name(void *display);
/* Waits until the server has done what the program asked of it so far. */
void xlib_sync(void *display);

#endif
