/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Datagrams with at most one file descriptor over a SOCK_SEQPACKET socket (unix(7), SCM_RIGHTS). */
#ifndef ORIEL_FDPASS_H
#define ORIEL_FDPASS_H

#include <stddef.h>
#include <sys/types.h>

/* A connected non-blocking close-on-exec pair. 0 or negative errno. */
int fdpass_pair(int ret_fds[2]);

/* Sends one datagram; `fd` is -1 or travels along (a duplicate: the caller keeps its own). 0 or negative errno. */
int fdpass_send(int socket, const void *data, size_t size, int fd);

/*
 * Receives one datagram into data. *ret_fd is -1 or a new close-on-exec descriptor, the caller's.
 * More than one descriptor are closed and count as malformed. Returns its size, 0 when the peer
 * closed, -EAGAIN, -EMSGSIZE (too long), -EBADMSG (malformed) or another negative errno.
 */
ssize_t fdpass_receive(int socket, void *data, size_t size, int *ret_fd);

#endif
