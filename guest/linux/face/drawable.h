/* SPDX-License-Identifier: MIT */
/*
 * What a context draws to: a default framebuffer of the host, and the window whose size it has. It
 * outlives its connection: when that is lost, the next context that draws to it brings another.
 */
#ifndef GUEST_DRAWABLE_H
#define GUEST_DRAWABLE_H

#include "link/connection.h"
#include "xserver.h"

struct drawable;

struct drawable_request {
	uint32_t config; /* of the host */
	bool window;     /* what it presents is shown; else a pbuffer */
	bool double_buffered;
	bool srgb;
	struct xserver *server; /* where the window is; NULL: it has none */
	uint32_t id;            /* the window's */
	uint32_t width, height; /* pixels, where there is no window; not 0 */
};

enum drawable_fault {
	DRAWABLE_OK,
	DRAWABLE_NO_WINDOW, /* there is no window of that id */
	DRAWABLE_NO_MEMORY, /* the host or we have none, or it is over a limit */
	DRAWABLE_NO_CONFIG,
	DRAWABLE_LOST,
};

/* One reference. NULL with *ret_fault. */
struct drawable *drawable_create(struct connection *connection,
	const struct drawable_request *request, enum drawable_fault *ret_fault);
struct drawable *drawable_ref(struct drawable *drawable);
/* NULL is fine. */
void drawable_put(struct drawable *drawable);

/* Pixels, as of now. */
void drawable_size(struct drawable *drawable, uint32_t *ret_width, uint32_t *ret_height);
/* Its window is there no more. */
bool drawable_gone(struct drawable *drawable);
/* The framebuffer for a context of that connection, in the window's size; NULL with *ret_fault. */
struct gl_surface *drawable_surface(
	struct drawable *drawable, struct connection *connection, enum drawable_fault *ret_fault);
/* The frame is complete. Waits as the link does. 0 or negative: it is lost. */
int drawable_present(struct drawable *drawable, uint32_t interval);

#endif
