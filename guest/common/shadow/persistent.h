/* SPDX-License-Identifier: MIT */
/*
 * Buffers that stay mapped while they are used (ARB_buffer_storage). Their memory is the guest's:
 * before a command may read them, what the program has changed is found and sent; after it has
 * waited for the host, what commands may have written is fetched.
 */
#ifndef GL_PERSISTENT_H
#define GL_PERSISTENT_H

#include "buffers.h"

/* It has been mapped so. False: no memory. */
bool gl_persistent_begin(struct gl_context *ctx, struct gl_buffer *buffer);
/* It is so no more; what has changed is not sent. Fine for one that was not. */
void gl_persistent_end(struct gl_context *ctx, struct gl_buffer *buffer);
/* Sends what has changed in one. */
void gl_persistent_send(struct gl_context *ctx, struct gl_buffer *buffer);
/* The program has waited for the host. */
void gl_persistent_refresh(struct gl_context *ctx);

#endif
