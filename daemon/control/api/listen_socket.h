/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The API's listening socket in the file system. */
#ifndef ORIEL_API_SOCKET_H
#define ORIEL_API_SOCKET_H

#include <stdint.h>
#include <sys/types.h>

#include "session.h"

struct api_socket {
	char path[SESSION_PATH_MAX + 1];
	dev_t device; /* of the file that was made, so that no other is removed */
	ino_t inode;
};

/* As api_create. Returns the listening non-blocking socket, or negative errno. */
int api_socket_listen(struct api_socket *ret_socket, const char *path, uint32_t mode);

/* Removes the file, unless another has taken its place. */
void api_socket_remove(const struct api_socket *socket);

#endif
