/* SPDX-License-Identifier: MIT */
/* Debug messages of the host, on their way to the program. */
#ifndef GL_DEBUG_H
#define GL_DEBUG_H

#include "gl_types.h"
#include "glm_messages.h"

struct gl_context;

/* With the link's lock held, in any thread: one has arrived. */
void gl_debug_received(struct gl_context *ctx, const struct glm_debug_message *event);
/* Without the lock, in the context's thread: calls the program's callback, if it has one. */
void gl_debug_deliver(struct gl_context *ctx);
/* In the context's thread: the host is to send its messages from now on. */
void gl_debug_want(struct gl_context *ctx);
/* Bytes of the oldest message, NUL included; 0: there is none. */
GLsizei gl_debug_next_length(struct gl_context *ctx);
void gl_debug_finish(struct gl_context *ctx);

#endif
