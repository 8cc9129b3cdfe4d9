# SPDX-License-Identifier: GPL-2.0-or-later
"""oriel-render on its own: this module plays orield and the view process.

As a program: render_driver.py BUILD [--gpu ORDER] [--no-sandbox] COMMAND... runs COMMAND with virpipe
against a fresh render process, with a frame wanted at all times, and prints what was said.
"""
import argparse
import contextlib
import json
import mmap
import os
import pathlib
import re
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parents[3]
LIMITS = re.findall(r'X\(\w+, "(\w+)"', (TREE / "daemon/common/limit.h").read_text())  # in their order
SCALARS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}


class Codec:
    """Messages of ipc.json as dictionaries."""

    def __init__(self, path=TREE / "daemon/common/ipc.json"):
        self.spec = json.loads(path.read_text())
        self.by_name = {m["name"]: m for m in self.spec["messages"]}
        self.by_id = {m["id"]: m for m in self.spec["messages"]}

    def _put(self, out, kind, value):
        if kind in SCALARS:
            size = SCALARS[kind]
            out.extend(b"\0" * (-len(out) % size))
            out.extend(int(value).to_bytes(size, "little"))
        elif kind.startswith("str:"):
            self._put(out, "u16", len(value.encode()))
            out.extend(value.encode())
        elif kind.startswith("bytes"):
            out.extend(value or bytes(16))
        elif kind.endswith("]"):
            name = kind.split("[")[0]
            self._put(out, "u16", len(value))
            for each in value:
                self._put_fields(out, self.spec["structs"][name], each)
        else:
            raise ValueError(kind)

    def _put_fields(self, out, fields, values):
        defaults = {"str:": "", "bytes": None}
        for name, kind, _ in fields:
            default = next((v for k, v in defaults.items() if kind.startswith(k)), 0)
            self._put(out, kind, values.get(name, [] if kind.endswith("]") else default))

    def encode(self, name, **values):
        body = bytearray()
        self._put_fields(body, self.by_name[name]["fields"], values)
        body.extend(b"\0" * (-len(body) % 8))
        return struct.pack("<IHBB", len(body) + 8, self.by_name[name]["id"], 0, 0) + bytes(body)

    def _get(self, data, at, kind):
        if kind in SCALARS:
            size = SCALARS[kind]
            at += -at % size
            return int.from_bytes(data[at:at + size], "little"), at + size
        if kind.startswith("str:"):
            size, at = self._get(data, at, "u16")
            return data[at:at + size].decode(errors="replace"), at + size
        if kind.startswith("bytes"):
            return data[at:at + 16], at + 16
        name = kind.split("[")[0]
        count, at = self._get(data, at, "u16")
        values = []
        for _ in range(count):
            value, at = self._get_fields(data, at, self.spec["structs"][name])
            values.append(value)
        return values, at

    def _get_fields(self, data, at, fields):
        values = {}
        for name, kind, _ in fields:
            values[name], at = self._get(data, at, kind)
        return values, at

    def decode(self, packet):
        spec = self.by_id[struct.unpack_from("<H", packet, 4)[0]]
        values, _ = self._get_fields(packet[8:], 0, spec["fields"])
        return spec["name"], values


class Render:
    """A render process with its control link and a view link."""

    def __init__(self, build, gpu="auto", sandbox=True, probe=False, log="info", prefix=(), memory=12 << 30,
                 vtest_version=0, **limits):
        self.codec = Codec()
        self.control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        # A plain descriptor 3 in the child, and nothing else.
        self.process = subprocess.Popen(
            ["/bin/bash", "-c", f'exec "$@" 3<&{theirs.fileno()}', "bash", *prefix, str(build) + "/oriel-render"],
            stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
            env={**os.environ, "ORIEL_LOG": log})
        theirs.close()
        self.view = None
        self.surfaces, self.streams, self.gone = {}, {}, []
        self.frames, self.newest, self.latest = [], None, {}  # latest: by stream
        self.same = []  # frames that looked as the one before
        self.gpu = self.ready = self.pong = self.failed = None
        self.guests = 0
        self.want_all = self.release_all = True
        self.limits = dict.fromkeys(LIMITS, 0)  # 0: the default
        self.limits.update(limits)
        self.send("render_start", session="test", gpu=gpu, probe=probe, sandbox=sandbox, memory=memory,
                  vtest_version=vtest_version, limits=self.limit_values())

    def limit_values(self):
        return [{"value": self.limits[name]} for name in LIMITS]

    def change_limits(self, **limits):
        self.limits.update(limits)
        self.send("render_limits", limits=self.limit_values())
        self.ping()  # it has them when it answers

    def limit(self, name):
        """What is used of a limit and how often it was reached."""
        return self.ping()["limits"][LIMITS.index(name)]

    def send(self, message, link=None, fd=None, **values):
        data = self.codec.encode(message, **values)
        if fd is None:
            (link or self.control).send(data)
        else:
            socket.send_fds(link or self.control, [data], [fd])

    def connect_view(self):
        if self.view:
            self.view.close()
        self.view, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.surfaces = {}
        self.send("view_peer", fd=theirs.fileno())
        theirs.close()

    def add_guest(self, fd, vm=0, resumed=0, token=None):
        self.guests += 1
        self.send("guest", fd=fd, guest=self.guests, vm=vm, resumed=resumed, token=token, peer="test")
        return self.guests

    def connect_guest(self, **how):
        ours, theirs = socket.socketpair()
        number = self.add_guest(theirs.fileno(), **how)
        theirs.close()
        return number, ours

    def _handle(self, link, packet, fds):
        name, values = self.codec.decode(packet)
        if name == "surface":
            size = (values["stride"] * values["height"] + 4095) // 4096 * 4096
            values["slot_size"] = size
            values["map"] = mmap.mmap(fds[0], size * values["slots"], mmap.MAP_SHARED, mmap.PROT_READ)
            os.close(fds[0])
            self.surfaces[values["surface"]] = values
            if self.want_all:
                self.want(values["surface"])
        elif name == "surface_gone":
            self.surfaces.pop(values["surface"], None)
        elif name == "frame":
            surface = self.surfaces[values["surface"]]
            start = values["slot"] * surface["slot_size"]
            pixels = surface["map"][start:start + surface["stride"] * surface["height"]]
            self.newest = {**values, "pixels": pixels, "width": surface["width"], "height": surface["height"],
                           "stride": surface["stride"], "format": surface["format"], "stream": surface["stream"]}
            self.latest[surface["stream"]] = self.newest
            self.frames.append({k: v for k, v in self.newest.items() if k != "pixels"})
            if self.release_all:
                self.send("release", link=self.view, surface=values["surface"], slot=values["slot"])
            if self.want_all:
                self.want(values["surface"], values["sequence"])
        elif name == "frame_same":
            self.same.append(values)
            if self.want_all:
                self.want(values["surface"], values["sequence"])
        elif name == "render_gpu":
            self.gpu = values
        elif name == "ready":
            self.ready = values["sandbox"]
        elif name == "failed":
            self.failed = values["reason"]
        elif name == "render_pong":
            self.pong = values
        elif name == "stream":
            self.streams[values["stream"]] = values
        elif name == "stream_gone":
            self.streams.pop(values["stream"], None)
        elif name == "guest_gone":
            self.gone.append(values)
        return name

    def want(self, surface, newer=0):
        self.send("want", link=self.view, surface=surface, newer=newer)

    def poll(self, timeout=0.1):
        """Handles what comes within `timeout` seconds; False when the control link is closed."""
        links = [link for link in (self.control, self.view) if link]
        for link in select.select(links, [], [], timeout)[0]:
            packet, fds, _, _ = socket.recv_fds(link, 65536, 1)
            if packet:
                self._handle(link, packet, fds)
            elif link is self.control:
                return False
            else:
                self.view.close()
                self.view = None
        return True

    def wait(self, condition, timeout=20.0, what="a condition"):
        end = time.monotonic() + timeout
        while not (got := condition()):
            if time.monotonic() > end or not self.poll():
                raise AssertionError(f"{what}: it did not come")
        return got

    def ping(self):
        self.pong = None
        self.send("ping", serial=7)
        return self.wait(lambda: self.pong, what="pong")

    def serve(self, path):
        """Listens at `path` for guests; call accept() when a program has connected."""
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen(16)
        self.listener.setblocking(False)

    def accept(self):
        try:
            guest, _ = self.listener.accept()
        except BlockingIOError:
            return None
        number = self.add_guest(guest.fileno())
        guest.close()
        return number

    def stop(self, timeout=5):
        self.send("stop")
        status = self.process.wait(timeout)
        self.control.close()
        return status

    def kill(self):
        self.process.kill()
        self.process.wait()


@contextlib.contextmanager
def several(build, **defaults):
    """A function that starts a render process and waits until it is ready; all end with the block."""
    made = []

    def make(**how):
        render = Render(build, **{**defaults, **how})
        made.append(render)
        render.wait(lambda: render.ready or render.failed, 60, "ready")
        return render
    yield make
    for each in made:
        if each.process.poll() is None:
            each.kill()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build")
    parser.add_argument("--gpu", default="auto")
    parser.add_argument("--no-sandbox", action="store_true")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--save", help="raw pixels of the newest frame")
    parser.add_argument("--no-want", action="store_true")
    parser.add_argument("--prefix", default="")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    render = Render(options.build, gpu=options.gpu, sandbox=not options.no_sandbox, probe=not options.command,
                    log=os.environ.get("ORIEL_LOG", "debug"), prefix=options.prefix.split())
    render.wait(lambda: render.ready or render.failed)
    print("gpu", json.dumps(render.gpu, indent=1), "\nready:", render.ready, "failed:", render.failed)
    if not options.command:
        print("status", render.process.wait(5))
        return
    render.want_all = not options.no_want
    render.connect_view()
    with tempfile.TemporaryDirectory() as place:
        render.serve(f"{place}/guest")
        guest = subprocess.Popen([str(TREE / "tests/tools/virpipe"), f"{place}/guest", *options.command])
        end = time.monotonic() + options.seconds
        while time.monotonic() < end and guest.poll() is None and render.poll(0.02):
            render.accept()
        pong = render.ping()
        if guest.poll() is None:
            guest.terminate()
        print("guest", guest.wait())
        for _ in range(10):
            render.poll(0.05)
    pong["streams"] = [s for s in pong["streams"]]
    print("pong", pong)
    print("frames", len(render.frames), [f["sequence"] for f in render.frames[-5:]], render.frames[-1:])
    print("gone", render.gone)
    if options.save and render.newest:
        pathlib.Path(options.save).write_bytes(render.newest["pixels"])
    print("status", render.stop())


if __name__ == "__main__":
    sys.exit(main())
