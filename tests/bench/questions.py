# SPDX-License-Identifier: GPL-2.0-or-later
"""Between a guest and its host on a local socket: counts what the guest asks and waits for in each frame."""
import os
import pathlib
import select
import socket
import struct
import tempfile
import threading

import hosts
from measure import BenchError

HELLO, WELCOME, READY = 128, 112, 32  # bytes of the handshake's markers (wire.md)
COMMANDS = 0x200  # opcodes from here on are commands; what the host sends under one is an answer
PRESENT = 262
DESCRIPTIONS = (387, 388)  # what became of a link and a compilation


class Direction:
    """The messages in what one side sends, its markers left out."""

    def __init__(self, markers):
        self.skip, self.data = markers, b""

    def messages(self, data):
        left = min(self.skip, len(data))
        self.skip -= left
        self.data += data[left:]
        at = 0
        while len(self.data) - at >= 8:
            size, opcode, channel, _ = struct.unpack_from("<IHBB", self.data, at)
            if len(self.data) - at < size:
                break
            yield opcode, channel
            at += size
        self.data = self.data[at:]


class Questions:
    """Takes the guests of a socket of its own to the host's. `asked`: for each present, the answers so far."""

    def __init__(self, host):
        self.host, self.asked, self.answers = str(host), [], 0
        self.directory = tempfile.TemporaryDirectory(prefix="oriel-bench-")
        self.path = pathlib.Path(self.directory.name) / "guest.sock"
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                guest, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.pump, args=(guest,), daemon=True).start()

    def pump(self, guest):
        host = socket.socket(socket.AF_UNIX)
        host.connect(self.host)
        sides = {guest: (host, Direction(HELLO + READY)), host: (guest, Direction(WELCOME))}
        try:
            while True:
                for side in select.select(list(sides), [], [])[0]:
                    data = side.recv(1 << 20)
                    if not data:
                        return
                    other, direction = sides[side]
                    other.sendall(data)
                    for opcode, channel in direction.messages(data):
                        self.note(side is guest, opcode, channel)
        except OSError:
            return
        finally:
            guest.close()
            host.close()

    def note(self, from_guest, opcode, channel):
        if channel and from_guest and opcode == PRESENT:
            self.asked.append(self.answers)
        elif channel and not from_guest and (opcode >= COMMANDS or opcode in DESCRIPTIONS):
            self.answers += 1

    def wait_frames(self, count, process, seconds):
        def come():
            if process.poll() is not None:
                raise BenchError(f"the guest ended after {len(self.asked)} frames")
            return len(self.asked) >= count
        hosts.support.wait_for(come, seconds, f"{count} frames")

    def per_frame(self, skip):
        """Without the first frames, which are made ready."""
        return (self.asked[-1] - self.asked[skip]) / (len(self.asked) - 1 - skip)

    def close(self):
        self.listener.close()
        os.unlink(self.path)
        self.directory.cleanup()
