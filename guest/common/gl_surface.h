/* SPDX-License-Identifier: MIT */
/* Inside of the guest library: references to default framebuffers. */
#ifndef GL_SURFACE_H
#define GL_SURFACE_H

struct gl_surface;

/* NULL is fine for both. */
void gl_surface_ref(struct gl_surface *surface);
void gl_surface_unref(struct gl_surface *surface);

#endif
