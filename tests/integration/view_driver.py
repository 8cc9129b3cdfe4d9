# SPDX-License-Identifier: GPL-2.0-or-later
"""oriel-view by itself: this plays orield on its control link, and a render process that behaves or not."""
import array
import contextlib
import fcntl
import json
import mmap
import os
import re
import socket
import struct
import subprocess
import threading
import time

import numpy

import rfb
from support import BUILD, PATIENCE, TREE

SIZES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q"}
BGRX, RGBX, RGB565, X2RGB10 = 1, 2, 3, 4
ADD_SEALS, SEALS = 1033, 2 | 4 | 16  # shrink, grow, future write


class Messages:
    """The messages of ipc.json, packed and unpacked as wire.h says."""

    def __init__(self):
        table = json.loads((TREE / "daemon/common/ipc.json").read_text())
        self.structs = table["structs"]
        self.by_name = {message["name"]: message for message in table["messages"]}
        self.by_id = {message["id"]: message for message in table["messages"]}
        limits = (TREE / "daemon/common/ipc_limits.h").read_text()
        self.limits = {name: int(value) for name, value in re.findall(r"#define (\w+) +(\d+)u", limits)}

    def pack(self, name, fields):
        message = self.by_name[name]
        body = self._write(bytearray(), message["fields"], fields)
        body += bytes(-len(body) % 8)
        return struct.pack("<IHBB", len(body) + 8, message["id"], 0, 0) + body

    def _write(self, out, fields, values):
        for name, kind, _ in fields:
            value = values.get(name, "" if kind.startswith("str") else [] if "[" in kind else 0)
            if kind in SIZES:
                self._scalar(out, kind, value)
            elif kind.startswith("str"):
                self._scalar(out, "u16", len(value.encode()))
                out += value.encode()
            elif "[" in kind:
                self._scalar(out, "u16", len(value))
                for each in value:
                    self._write(out, self.structs[kind.split("[")[0]], each)
            else:
                raise AssertionError(kind)
        return out

    @staticmethod
    def _scalar(out, kind, value):
        size = struct.calcsize(SIZES[kind])
        out += bytes(-len(out) % size) + struct.pack("<" + SIZES[kind], value)

    def unpack(self, data):
        size, code, _, _ = struct.unpack_from("<IHBB", data)
        assert size == len(data)
        message = self.by_id[code]
        return message["name"], self._read([8], data, message["fields"])

    def _read(self, at, data, fields):
        values = {}
        for name, kind, _ in fields:
            if kind in SIZES:
                values[name] = self._take(at, data, kind)
            elif kind.startswith("str"):
                length = self._take(at, data, "u16")
                values[name] = data[at[0]:at[0] + length].decode()
                at[0] += length
            else:
                elements = self.structs[kind.split("[")[0]]
                values[name] = [self._read(at, data, elements)
                                for _ in range(self._take(at, data, "u16"))]
        return values

    @staticmethod
    def _take(at, data, kind):
        size = struct.calcsize(SIZES[kind])
        at[0] += -at[0] % size
        value = struct.unpack_from("<" + SIZES[kind], data, at[0])[0]
        at[0] += size
        return value


MESSAGES = Messages()


class Link:
    """One end of a control link; `got` is what came, as (name, fields, descriptor or None)."""

    def __init__(self):
        self.socket, self.other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.got = []
        self.ended = False
        self.lock = threading.Condition()
        self.handler = None
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def send(self, name, fd=None, **fields):
        self.send_bytes(MESSAGES.pack(name, fields), fd)

    def send_bytes(self, data, fd=None):
        rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [fd]))] if fd is not None else []
        self.socket.sendmsg([data], rights)

    def _run(self):
        while True:
            try:
                data, rights, _, _ = self.socket.recvmsg(65536, socket.CMSG_SPACE(4 * 8))
            except OSError:
                data = b""
            if not data:
                with self.lock:
                    self.ended = True
                    self.lock.notify_all()
                return
            fds = array.array("i")
            for _, _, part in rights:
                fds.frombytes(part[:len(part) // 4 * 4])
            name, fields = MESSAGES.unpack(data)
            if self.handler:
                self.handler(name, fields)
            with self.lock:
                self.got.append((name, fields, fds[0] if fds else None))
                self.lock.notify_all()

    def wait(self, name, timeout=10.0, after=0, **wanted):
        """The first message of this name with these fields, from the `after`th on."""
        def find():
            for got, fields, fd in self.got[after:]:
                if got == name and all(fields[key] == value for key, value in wanted.items()):
                    return fields, fd
            return None
        with self.lock:
            self.lock.wait_for(lambda: find() or self.ended, timeout * PATIENCE)
            found = find()
        assert found, f"no {name} {wanted} within {timeout} s"
        return found

    def count(self, name):
        with self.lock:
            return sum(1 for got, _, _ in self.got if got == name)

    def mark(self):
        with self.lock:
            return len(self.got)

    def close(self):
        with contextlib.suppress(OSError):  # wakes the thread, which holds it open
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.other.close()


class Surface:
    """A ring of frames. `draw` is (rows, columns, 3) of red, green, blue for the next frame."""

    def __init__(self, render, number, width, height, kind=BGRX, stream=1, pad=0):
        self.render, self.number, self.width, self.height, self.kind = render, number, width, height, kind
        pixel = 2 if kind == RGB565 else 4
        self.stride = (width * pixel + 3) // 4 * 4 + pad
        page = mmap.PAGESIZE
        self.slot_size = (self.stride * height + page - 1) // page * page
        fd = os.memfd_create("ring", os.MFD_ALLOW_SEALING)
        os.ftruncate(fd, self.slot_size * 3)
        self.map = mmap.mmap(fd, self.slot_size * 3)
        fcntl.fcntl(fd, ADD_SEALS, SEALS)
        self.free = [0, 1, 2]
        self.sequence = 0
        self.frames = 0  # published
        self.wanted = None
        self.picture = None
        render.surfaces[number] = self
        render.link.send("surface", fd, surface=number, stream=stream, width=width, height=height,
                         stride=self.stride, format=kind, slots=3)
        os.close(fd)

    def _bytes(self, picture):
        rows = numpy.zeros((self.height, self.stride), numpy.uint8)
        part = picture.astype(numpy.uint32)
        red, green, blue = part[:, :, 0], part[:, :, 1], part[:, :, 2]
        if self.kind == RGB565:
            value = (red >> 3 << 11 | green >> 2 << 5 | blue >> 3).astype("<u2")
        elif self.kind == X2RGB10:
            wide = [c << 2 | c >> 6 for c in (red, green, blue)]
            value = (wide[0] << 20 | wide[1] << 10 | wide[2]).astype("<u4")
        elif self.kind == RGBX:
            value = (blue << 16 | green << 8 | red).astype("<u4")
        else:
            value = (red << 16 | green << 8 | blue).astype("<u4")
        data = value.view(numpy.uint8).reshape(self.height, -1)
        rows[:, :data.shape[1]] = data
        return rows.tobytes()

    def present(self, picture, damage=(), retained=0, force=False):
        """A present: published if somebody wants it. True when it was."""
        with self.render.lock:
            self.sequence += 1
            if not force and (self.wanted is None or not self.free or self.sequence <= self.wanted):
                return False
            self.wanted = None
            slot = self.free.pop(0)
        self.map[slot * self.slot_size:slot * self.slot_size + self.stride * self.height] = \
            self._bytes(picture)
        self.frames += 1
        self.render.link.send("frame", surface=self.number, slot=slot, retained=retained,
                              sequence=self.sequence, time_ns=time.monotonic_ns(),
                              damage=[dict(zip(("x", "y", "width", "height"), rect)) for rect in damage])
        return True

    def present_same(self):
        """A present that looks as the frame published last. True when somebody wanted it."""
        with self.render.lock:
            self.sequence += 1
            if self.wanted is None:
                return False
            self.wanted = None
        self.render.link.send("frame_same", surface=self.number, sequence=self.sequence,
                              time_ns=time.monotonic_ns())
        return True

    def gone(self):
        self.render.link.send("surface_gone", surface=self.number)
        del self.render.surfaces[self.number]


class Render:
    """A render process that behaves."""

    def __init__(self):
        self.surfaces = {}
        self.lock = threading.Lock()
        self.link = Link()
        self.link.handler = self._handle

    def _handle(self, name, fields):
        surface = self.surfaces.get(fields.get("surface"))
        if not surface:
            return
        with self.lock:
            if name == "want":
                assert surface.wanted is None, "a want while one stands"
                surface.wanted = fields["newer"]
            elif name == "unwant":
                surface.wanted = None
            elif name == "release":
                assert fields["slot"] not in surface.free
                surface.free.append(fields["slot"])

    def play(self, surface, pictures, fps, seconds):
        """Presents pictures in turn; returns how many frames were published."""
        before, start, i = surface.frames, time.monotonic(), 0
        while time.monotonic() < start + seconds:
            surface.present(pictures[i % len(pictures)])
            i += 1
            time.sleep(max(0, start + i / fps - time.monotonic()))
        return surface.frames - before


class View:
    """oriel-view with displays on loopback ports."""

    def __init__(self, who=(), displays=1, width=640, height=480, password="", viewers_max=64, fps_max=60):
        self.control = Link()
        self.log_path = None
        environment = dict(os.environ, ORIEL_LOG="debug")
        self.log = open(os.memfd_create("log"), "w+b", buffering=0)
        child = self.control.other.detach()
        self.process = subprocess.Popen(
            [*who, BUILD / "oriel-view"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env=environment, pass_fds=[3], preexec_fn=lambda: os.dup2(child, 3), close_fds=True)
        os.close(child)
        self.control.send("view_start", session="test", displays=displays, width=width, height=height,
                          password=password, viewers_max=viewers_max, fps_max=fps_max)
        self.control.wait("ready")
        self.listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(displays)]
        for number, listener in enumerate(self.listeners):
            self.control.send("view_listen", listener.fileno(), display=number)
        self.render = None

    def address(self, display=0):
        return self.listeners[display].getsockname()

    def new_render(self):
        self.render = Render()
        self.control.send("render_peer", self.render.link.other.fileno())
        self.render.link.other.close()
        return self.render

    def text(self):
        return os.pread(self.log.fileno(), 1 << 20, 0).decode()

    def ping(self, timeout=5.0):
        """Seconds until the answer."""
        mark, start = self.control.mark(), time.monotonic()
        self.control.send("ping", serial=mark)
        self.control.wait("view_pong", timeout, mark, serial=mark)
        return time.monotonic() - start

    def close(self):
        if self.process.poll() is None:
            self.control.send("stop")
        try:
            status = self.process.wait(5 * PATIENCE)
        finally:
            self.process.kill()
        self.control.close()
        for listener in self.listeners:
            listener.close()
        assert status == 0, f"oriel-view ended with {status}\n{self.text()}"


# ---- what the tests have in common

def noise(width, height, seed=0):
    return numpy.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=numpy.uint8)


def smooth(width, height, step=0):
    x, y = numpy.meshgrid(numpy.arange(width), numpy.arange(height))
    return numpy.stack([(x + step) % 256, y % 256, (x + y) // 2 % 256], -1).astype(numpy.uint8)


@contextlib.contextmanager
def playing(surface, *pictures, fps=60):
    """The surface's program presents these in turn."""
    stop = threading.Event()

    def play():
        start, i = time.monotonic(), 0
        while not stop.is_set():
            surface.present(pictures[i % len(pictures)])
            i += 1
            stop.wait(max(0, start + i / fps - time.monotonic()))
    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def raw_viewer(address):
    """A connection past the handshake, for bytes of any kind."""
    viewer = rfb.Viewer(address)
    assert viewer.update(False)
    return viewer
