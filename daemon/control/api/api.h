/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The JSON API of orield: HTTP/1.1 on a unix socket, on the host's loop. Who may use it is decided
 * by the mode of the socket alone. oriel-api(7) describes it for its users.
 */
#ifndef ORIEL_API_H
#define ORIEL_API_H

#include <stdint.h>

struct api;
struct host;

/*
 * Binds the socket with these permission bits, which hold before anybody can connect, and serves it.
 * The socket of a server that is gone is replaced. 0 or negative errno: -EADDRINUSE when another server
 * answers there, -EEXIST when something else than a socket is there. `host` is borrowed until api_destroy.
 */
int api_create(struct host *host, const char *socket_path, uint32_t mode, struct api **ret_api);

/*
 * Stops: the socket is removed, connections are closed, screenshots under way are cancelled, the
 * host is not used again. What is left is freed by the loop, which has to run until nothing is
 * alive. NULL is fine.
 */
void api_destroy(struct api *api);

#endif
