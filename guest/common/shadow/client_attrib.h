/* SPDX-License-Identifier: MIT */
/* The stack of client attributes: pixel store and vertex arrays. */
#ifndef GL_CLIENT_ATTRIB_H
#define GL_CLIENT_ATTRIB_H

struct gl_state;

void gl_client_attrib_finish(struct gl_state *state);

#endif
