# SPDX-License-Identifier: GPL-2.0-or-later
"""Two sessions: one is attacked, the other presents at 30 fps, and a viewer notes when it sees which frame."""
import contextlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import numpy
from PIL import Image

import glwire
import pattern
import rawvtest as vtest
from support import BUILD, PATIENCE, SANITIZED, Daemon, Guest, Output, Problem, wait_for

FPS = 30
# Bytes: a compiler's and an allocator's leftovers. A sanitizer keeps what was freed.
MEMORY_SLACK = (1024 if SANITIZED else 96) << 20
HERE = pathlib.Path(__file__).parent


class Neighbour:
    """The pattern on session two, drawn by Mesa, and who looks at it. Both are processes of their own."""

    def __init__(self, daemon, desktop, size):
        self.guest = Guest(desktop, daemon.socket("two"), [
            str(BUILD / "tests/pattern"), f"--size={size}", f"--fps={FPS}"], daemon.who)
        self.guest.wait_frames(2)
        self.output = Output()
        address, port = daemon.vnc("two")
        self.viewer = subprocess.Popen([str(BUILD / "tests/watch"), address, str(port)], stdin=subprocess.DEVNULL,
                                       stdout=self.output.file, stderr=subprocess.STDOUT, start_new_session=True)
        self.wait(10)

    def seen(self):
        """[(frame, seconds), ...] in the order in which they were seen."""
        lines = self.output.lines()
        assert self.viewer.poll() is None, f"the neighbour's viewer was lost: {lines[-1:]}"
        assert self.guest.process.poll() is None, f"the neighbour's guest ended: {self.guest.said()[-500:]}"
        return [(int(frame), float(when)) for frame, when in map(str.split, lines)]

    def count(self):
        return len(self.output.lines())

    def wait(self, count, timeout=60.0):
        wanted = self.count() + count
        wait_for(lambda: self.count() >= wanted or self.viewer.poll() is not None, timeout,
                 f"{count} frames of the neighbour")
        self.seen()

    def close(self):
        self.viewer.kill()
        self.viewer.wait()
        self.guest.kill()


class Measure:
    """What the neighbour saw from its making to end()."""

    def __init__(self, neighbour):
        self.neighbour = neighbour
        self.first = max(0, neighbour.count() - 1)
        self.began = time.monotonic()

    def end(self):
        self.seconds = time.monotonic() - self.began
        self.seen = self.neighbour.seen()[self.first:]
        frames, times = zip(*self.seen)
        steps = [(after - before) % 65536 for before, after in zip(frames, frames[1:])]
        assert all(0 < step < 32768 for step in steps), f"the neighbour's frames went back: {frames}"
        self.lost = sum(step - 1 for step in steps)  # shown by the guest, not seen by the viewer
        self.gap = max(after - before for before, after in zip(times, times[1:]))
        self.fps = (len(times) - 1) / (times[-1] - times[0])
        return self


def memory(pid):
    """Bytes of its own that a process has in memory, and its open descriptors (None where that is secret)."""
    fields = pathlib.Path(f"/proc/{pid}/statm").read_text().split()
    try:
        descriptors = len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:
        descriptors = None
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE"), descriptors


class Strike:
    """An attack under way."""

    def __init__(self, name, target):
        self.name, self.output = name, Output()
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(HERE / "attacker.py"), name, json.dumps(target)], stdin=subprocess.PIPE,
            stdout=self.output.file, stderr=subprocess.STDOUT, start_new_session=True)
        wait_for(lambda: "ready" in self.output.text() or self.process.poll() is not None, 30, "the attacker")

    def alive(self):
        return self.process.poll() is None

    def end(self, timeout):
        """What it says; an attacker that still waits for an answer is cut off."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout * PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return {"turns": 0, "done": 0, "got": {"was still waiting": 1}}
        assert self.process.returncode == 0, f"the attacker {self.name!r} failed:\n{self.output.text()}"
        return json.loads(self.output.lines()[-1])

    def kill(self):
        self.process.kill()
        self.process.wait()


class Arena:
    def __init__(self, desktop, size="320x240"):
        self.daemon = Daemon().configure(
            sessions=("one", "two"), limits="command_timeout = 900", log="info")
        self.api, self.neighbour, self.honest_turns = self.daemon.api, None, 0
        try:
            self.daemon.start()
            self.neighbour = Neighbour(self.daemon, desktop, size)
            self.honest()
            self.usual = self.census()
        except BaseException:
            self.close()
            raise

    def close(self):
        """The end of all; no sanitizer has complained."""
        if self.neighbour:
            self.neighbour.close()
        status, log = self.daemon.stop(), self.daemon.log()
        self.daemon.destroy()
        found = re.search(r".*(Sanitizer:|runtime error:).*", log)
        assert status == 0 and not found, log[found.start() if found else -8000:][:20000]

    def target(self, scale=1):
        return {"guest": str(self.daemon.socket("one")), "api": str(self.api.path), "vnc": self.daemon.vnc("one"),
                "scale": scale}

    @contextlib.contextmanager
    def locked(self):
        """A session whose viewers need a password: where to find it."""
        self.api.post("/v1/sessions", {
            "name": "locked", "listen": [{"kind": "local", "path": str(self.daemon.socket("locked"))}],
            "vnc": {"password": "not this"}})
        try:
            wait_for(lambda: self.api.session("locked")["state"] == "ready", 60, "the session with a password")
            yield self.daemon.vnc("locked")
        finally:
            self.api.delete("/v1/sessions/locked")

    def refused(self):
        """How often the attacked session was at each of its limits."""
        return {name: limit["refused"] for name, limit in self.api.session("one")["limits"].items()}

    def pids(self, session="one"):
        return {"orield": self.daemon.process.pid, "render": self.daemon.child("oriel-render", session),
                "view": self.daemon.child("oriel-view", session)}

    def census(self):
        return {name: memory(pid) for name, pid in self.pids().items()}

    def restarts(self, session="one"):
        return self.api.session(session)["restart_count"]

    def honest_once(self):
        """A new guest of the attacked session draws with a shader, writes, and presents; all is as it was drawn."""
        self.honest_turns += 1
        number = self.honest_turns
        wanted = numpy.full((48, 160, 4), (51, 102, 153, 255), numpy.uint8)
        wanted[:8] = numpy.dstack([pattern.picture(160, 48, number)[:8, :, ::-1], numpy.full((8, 160), 255)])
        with vtest.Client(self.daemon.socket("one"), vtest.hello(b"honest")) as guest:
            guest.finish(vtest.canvas(160, 48), vtest.submit(
                *vtest.shader(20, vtest.FRAGMENT, vtest.flat(0.6, 0.4, 0.2)), vtest.clear(0, 0, 0), vtest.draw(20)))
            guest.send(vtest.put(1, 160, 8, wanted[:8].tobytes()), vtest.present(1, 160, 48))
            assert guest.receive(12) == vtest.BUSY
            assert guest.receive(wanted.size) == wanted.tobytes(), "an honest guest's picture is wrong"
            wait_for(lambda: self.shown(wanted[:, :, 2::-1]), 20, "an honest guest's picture on the display")
        self.honest_forwarded(number)
        return True

    def honest_forwarded(self, number):
        """The same of one that has an OpenGL library of ours: a picture of one colour."""
        level = number % 2 * 102
        with glwire.Guest(self.daemon.socket("one"), "honest") as guest:
            guest.ready(96, 64)
            guest.fill(level / 255, 0.2, 0.8)
            wanted = numpy.full((64, 96, 3), (level, 51, 204), numpy.uint8)
            wait_for(lambda: self.shown(wanted), 20, "an honest forwarded guest's picture on the display")

    def shown(self, wanted):
        data = self.api.screenshot("one")
        got = numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))
        return got.shape == wanted.shape and bool((got == wanted).all())

    def honest(self):
        """There may be no room for a guest until those of the attack are gone."""
        def tried():
            try:
                return self.honest_once()
            except (OSError, EOFError, Problem):
                return False
        wait_for(tried, 40, "room for an honest guest", every=0.1)

    def settle(self):
        """Descriptors and memory are what they were before; names what is not."""
        def excess():
            now, found = self.census(), []
            for name, (size, descriptors) in now.items():
                usual_size, usual_descriptors = self.usual[name]
                if size > usual_size + MEMORY_SLACK:
                    found.append(f"{name} grew from {usual_size >> 20} to {size >> 20} MiB")
                if descriptors is not None and descriptors > usual_descriptors + 2:
                    found.append(f"{name} has {descriptors} descriptors, {usual_descriptors} before")
            return found
        last = []

        def usual():
            last[:] = excess()
            return not last
        try:
            wait_for(usual, 30, "rest", every=0.1)
        except AssertionError:
            raise AssertionError(f"after the attack: {'; '.join(last)}") from None
        wait_for(lambda: self.api.session("one")["memory"]["resources"] == 0, 20, "the resources' end")
