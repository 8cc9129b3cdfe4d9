# SPDX-License-Identifier: GPL-2.0-or-later
"""The vtest protocol, as a client that is no Mesa may speak it."""
import mmap
import os

import socket
import struct

HELLO = struct.pack("<II", 5, 8) + b"test\0"
MAKE = struct.pack("<12I", 10, 2, 1, 2, 1, 0x8A, 64, 64, 1, 1, 0, 0)  # handle 1, 2D BGRA 64x64


def command(number, *fields, body=b""):
    return struct.pack(f"<II{len(fields)}I", len(fields) + (len(body) + 3) // 4, number, *fields) + body


def get(handle=1, level=0, stride=256, layer=0, x=0, y=0, z=0, w=64, h=64, d=1, size=16384):
    return command(4, handle, level, stride, layer, x, y, z, w, h, d, size)


def receive(sock, size, timeout=30):
    sock.settimeout(timeout)
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            break
        data += more
    return data


BUSY = struct.pack("<III", 1, 7, 0)
PONG = struct.pack("<II", 0, 10)


def create2(handle=1, target=2, form=1, bind=0x8A, width=64, height=64, depth=1, array=1, last_level=0,
            samples=0, size=16384):
    return command(12, handle, target, form, bind, width, height, depth, array, last_level, samples, size)


def get2(handle=1, level=0, x=0, y=0, z=0, w=64, h=64, d=1, offset=0, size=16384):
    return command(13, handle, level, x, y, z, w, h, d, size, offset)


def put2(handle=1, level=0, x=0, y=0, z=0, w=64, h=64, d=1, offset=0, size=16384):
    """As Mesa sends it: the length counts data that does not come."""
    return struct.pack("<II10I", 10 + (size + 3) // 4, 14, handle, level, x, y, z, w, h, d, size, offset)


def transfer3d(handle=1, level=0, x=0, y=0, z=0, w=64, h=64, d=1, offset=0, stride=0, layer=0, direction=1):
    """A write inside a command buffer."""
    return 43 | 13 << 16, handle, level, 0, stride, layer, x, y, z, w, h, d, offset, direction


def copy_transfer3d(handle, staging, offset=0, w=64, h=64, stride=256, flags=1):
    return 45 | 14 << 16, handle, 0, 0, stride, 0, 0, 0, 0, w, h, 1, staging, offset, flags


class Client:
    """A client of version 2; what it waits for, it waits for with a limit."""

    def __init__(self, sock, name=b"test", asks=2):
        self.sock = sock
        self.sock.settimeout(20)
        self.memory = {}
        self.sock.sendall(struct.pack("<II", len(name) + 1, 8) + name + b"\0" + command(11, asks))
        self.version = struct.unpack("<III", receive(sock, 12))[2]

    def take(self):
        """A descriptor that was passed."""
        data, fds, _, _ = socket.recv_fds(self.sock, 1, 1)
        assert len(data) == 1 and len(fds) == 1, (data, fds)
        return fds[0]

    def try_create(self, handle, size=16384, **how):
        """Makes a resource with memory that nobody looks at; False when it is refused."""
        self.sock.sendall(create2(handle, size=size, **how))
        data, fds, _, _ = socket.recv_fds(self.sock, 1, 1)
        assert len(data) == 1
        for fd in fds:
            os.close(fd)
        return len(fds) == 1

    def create(self, handle=1, size=16384, **how):
        """Makes a resource with memory of so many bytes, mapped in self.memory."""
        self.sock.sendall(create2(handle, size=size, **how))
        fd = self.take()
        self.memory[handle] = mmap.mmap(fd, size)
        return fd

    def wait(self):
        """All commands before are done."""
        self.sock.sendall(command(10))
        assert receive(self.sock, 8) == PONG

    def run(self, *commands):
        self.sock.sendall(b"".join(commands))
        self.wait()

    def gone(self):
        return receive(self.sock, 1) == b""
