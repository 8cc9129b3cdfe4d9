/* SPDX-License-Identifier: MIT */
/*
 * What the faces need of an X server: its visuals, the sizes of a program's windows, and pixmaps.
 * Each server has a connection of ours beside the program's, by libxcb, which is opened at run
 * time: a program without windows needs none. Nothing here raises an X error or waits in a frame.
 */
#ifndef GUEST_XSERVER_H
#define GUEST_XSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct xserver;
struct xwindow;

/* The server of that name (NULL: $DISPLAY); borrowed, for as long as the program runs. NULL: there is none. */
struct xserver *xserver_get(const char *name);

struct xvisual {
	uint32_t id;
	uint8_t depth;
	uint8_t bits; /* of the red component */
};

/* The TrueColor visuals of a screen with at least 15 bits, the root window's first. How many there are. */
size_t xserver_visuals(struct xserver *server, int screen, struct xvisual *ret_visuals, size_t max);
int xserver_default_screen(struct xserver *server);
/* An id that nothing on the server has, for what the server needs not know. */
uint32_t xserver_new_id(struct xserver *server);

/* Size of any drawable, in pixels. One round trip. False: there is none of that id. */
bool xserver_geometry(
	struct xserver *server, uint32_t drawable, uint32_t *ret_width, uint32_t *ret_height);

/*
 * Puts a picture into a drawable of 24 or 32 bits: rows of `width` pixels, the top one first, each
 * of blue, green, red and a fourth byte. It is there on return. False: there is no such drawable.
 */
bool xserver_put(struct xserver *server, uint32_t drawable, uint32_t width, uint32_t height,
	const uint8_t *pixels);

/* Follows a window. NULL: there is no such window. Takes one round trip. */
struct xwindow *xwindow_create(struct xserver *server, uint32_t id);
void xwindow_destroy(struct xwindow *window);
/* What is known by now, without waiting; of a window that is gone, its last size. At least 1 each. */
void xwindow_size(struct xwindow *window, uint32_t *ret_width, uint32_t *ret_height);
/* Whether it is known by now that it was destroyed. */
bool xwindow_gone(struct xwindow *window);

#endif
