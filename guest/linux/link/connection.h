/* SPDX-License-Identifier: MIT */
/*
 * A program's connection to its host: the socket or serial device, the handshake, one channel of
 * forwarded OpenGL, shared memory where there is some, and the gl_link that stands upon it.
 *
 * A program has one connection, which is made when it is first needed. When that is lost, the next
 * one to ask gets another. A child of fork() has none of its parent's.
 */
#ifndef GUEST_CONNECTION_H
#define GUEST_CONNECTION_H

#include "gl_guest.h"

struct connection;

/*
 * The program's connection, a new reference; made where there is none or the last is lost. NULL
 * when there is no host, or it does not want us: the reason has been written to stderr once.
 */
struct connection *connection_get(void);
/* Another reference; returns its argument. */
struct connection *connection_ref(struct connection *connection);
/* Ends it with the last reference. NULL is fine. */
void connection_put(struct connection *connection);
/* Valid as long as the connection. */
struct gl_link *connection_link(const struct connection *connection);
/* Whether it can no longer be used; false does not mean that the next call will succeed. */
bool connection_lost(const struct connection *connection);

#endif
