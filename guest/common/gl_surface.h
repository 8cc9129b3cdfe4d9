/* SPDX-License-Identifier: MIT */
/* Inside of the guest library: default framebuffers, as contexts use them. */
#ifndef GL_SURFACE_H
#define GL_SURFACE_H

struct gl_surface;

/* NULL is fine for both. */
void gl_surface_ref(struct gl_surface *surface);
void gl_surface_unref(struct gl_surface *surface);
/* Follows its window, if the platform does that. */
void gl_surface_look(struct gl_surface *surface);
/* What has been drawn to it is to be seen: a window without a back buffer is shown. */
void gl_surface_flushed(struct gl_surface *surface);

#endif
