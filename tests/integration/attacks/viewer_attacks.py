# SPDX-License-Identifier: GPL-2.0-or-later
"""Viewers: many, slow, half connected, greedy, and guessing the password."""
import contextlib
import socket
import struct

from attacker import attack

READY = b"RFB 003.008\n\x01\x01"
SMALL = struct.pack(">BxxxBBBBHHHBBBxxx", 0, 8, 8, 0, 1, 7, 7, 3, 0, 3, 6)
LARGE = struct.pack(">BxxxBBBBHHHBBBxxx", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0)


def request(incremental=0, width=0xffff, height=0xffff):
    return struct.pack(">BBHHHH", 3, incremental, 0, 0, width, height)


def encodings(*numbers):
    return struct.pack(f">BxH{len(numbers)}i", 2, len(numbers), *numbers)


def keep(target, say, count, seconds=60):
    """`count` viewers that say this and take nothing."""
    def turn():
        with contextlib.ExitStack() as stack:
            for _ in range(count):
                viewer = stack.enter_context(target.view())
                viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                try:
                    viewer.sendall(say)
                except OSError:
                    target.note("closed")
                target.done += 1
            target.rest(seconds)
    target.repeat(turn)


@attack
def stalled_viewers(target):
    """Fifty that ask for pictures and take none."""
    keep(target, READY + request() * 20, 50)


@attack
def viewers_that_come_and_leave(target):
    """Two hundred, each after its first picture began."""
    def turn():
        with contextlib.ExitStack() as stack:
            for _ in range(200):
                viewer = stack.enter_context(target.view())
                with contextlib.suppress(OSError):
                    viewer.sendall(READY + request())
                    viewer.recv(100)
                viewer.close()
                target.done += 1
                if target.over():
                    break
    target.repeat(turn)


@attack
def half_handshakes(target):
    """A hundred viewers, standing in each state of the handshake and of a message."""
    said = READY + encodings(0, 7, 16) + request()
    ends = list(range(0, len(READY) + 1)) + list(range(len(READY) + 1, len(said), 3))

    def turn():
        with contextlib.ExitStack() as stack:
            for at in range(100):
                viewer = stack.enter_context(target.view())
                with contextlib.suppress(OSError):
                    viewer.sendall(said[:ends[at % len(ends)]])
                target.done += 1
            target.rest(60)
    target.repeat(turn)


def flood(target, data, count=4):
    """Viewers that say this without end, and read what they get."""
    def turn():
        with contextlib.ExitStack() as stack:
            viewers = [stack.enter_context(target.view()) for _ in range(count)]
            for viewer in viewers:
                # Else megabytes are on their way when it leaves, and are served before that is seen.
                viewer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
                viewer.sendall(READY)
                viewer.setblocking(False)
            sent = [0] * count
            while not target.over():
                for at, viewer in enumerate(viewers):
                    with contextlib.suppress(BlockingIOError):
                        sent[at] += viewer.send(data[sent[at]:])
                        target.done += sent[at] // len(data)
                        sent[at] %= len(data)
                    with contextlib.suppress(BlockingIOError):
                        while viewer.recv(1 << 20):
                            pass
                        raise EOFError
                target.rest(0.001)
    target.repeat(turn)


@attack
def floods_of_requests(target):
    flood(target, request() * 1000)


@attack
def floods_of_requests_for_pixels(target):
    flood(target, b"".join(struct.pack(">BBHHHH", 3, 1, x, y, 1, 1)
                           for y in range(0, 64, 2) for x in range(0, 64, 2)))


@attack
def changes_of_format_and_encoding(target):
    flood(target, b"".join(form + encodings(*kinds) + request()
                           for form in (SMALL, LARGE) for kinds in ((0,), (7, -32), (16, -247), (5, 1), (7, -23))))


@attack
def resizes(target):
    """Sizes that no viewer has, and those that take much memory."""
    flood(target, encodings(0, -223, -308) + b"".join(
        struct.pack(">BxHHBxIHHHHI", 251, width, height, 1, 0, 0, 0, width, height, 0) + request()
        for width, height in ((1, 1), (8192, 8192), (640, 480), (65535, 65535), (0, 0), (3000, 16))))


@attack
def keys_and_pointers(target):
    flood(target, (struct.pack(">BBxxI", 4, 1, 0x61) + struct.pack(">BBHH", 5, 1, 7, 7)) * 500)


@attack
def cut_texts(target):
    flood(target, struct.pack(">BxxxI", 6, 1 << 16) + b"x" * (1 << 16))


@attack
def wrong_passwords(target):
    def turn():
        with target.view() as viewer:
            viewer.sendall(b"RFB 003.008\n\x02" + bytes(16))
            data = b""
            while more := viewer.recv(4096):
                data += more
            # The reason stands at the end, after its length.
            target.note(data[data.rfind(b"\0") + 2:].decode(errors="replace")[:60] or "closed")
            target.done += 1
    target.repeat(turn)
