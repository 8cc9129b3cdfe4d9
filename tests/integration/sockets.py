# SPDX-License-Identifier: GPL-2.0-or-later
"""Connections to unix sockets, for what must start fast: nothing but the standard library's socket is needed."""
import socket
import struct


def connect_unix(path, timeout):
    """A connection. Where others fill the queue it waits its turn, as a socket with settimeout() does not."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", int(timeout), 0))
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    connection.settimeout(timeout)
    return connection
