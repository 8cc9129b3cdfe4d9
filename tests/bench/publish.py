# SPDX-License-Identifier: GPL-2.0-or-later
"""What it costs a render process that a frame is published.

A render process of its own, sandboxed as always, has a guest that presents 1920x1080 and a view
process, both played here. A present that is published costs it CPU time; the same present when
nobody wants it costs less; the difference is the cost of publishing.
"""
import contextlib
import os
import statistics
import struct
import subprocess
import sys
import time

import hosts
import measure
import report

sys.path.insert(0, str(hosts.TREE / "tests/integration/tools"))
import render_driver  # noqa: E402

WIDTH, HEIGHT = 1920, 1080
SIZE = 4 * WIDTH * HEIGHT
# what a present shows: its bar
KINDS = {"changed": 1.3, "redrawn": 0.7, "again": None}
MEANINGS = {"changed": "fully changed", "redrawn": "drawn anew, the same picture",
            "again": "the same picture, nothing drawn"}


def command(number, *fields, body=b""):
    """A vtest command; its length is in dwords."""
    return struct.pack(f"<II{len(fields)}I", len(fields) + len(body) // 4, number, *fields) + body


def virgl(number, *fields, kind=0):
    """A command of virgl's, as in SUBMIT_CMD."""
    return struct.pack(f"<I{len(fields)}I", number | kind << 8 | len(fields) << 16, *fields)


class Render(render_driver.Render):
    """Takes frames as the view process does: the newest slot is kept, the one before released."""

    def __init__(self, **how):
        self.slot, self.published = None, 0
        super().__init__(hosts.support.BUILD, gpu="software", log="error", **how)
        self.want_all = False
        self.wait(lambda: self.ready or self.failed, 60, "the render process")
        self.connect_view()

    def _handle(self, link, packet, fds):
        name, values = self.codec.decode(packet)
        if name == "frame_same":  # as the one before, whose slot stays ours
            self.published += 1
            return name
        if name != "frame":
            return super()._handle(link, packet, fds)
        self.published += 1
        if self.slot is not None:
            self.send("release", link=self.view, surface=values["surface"], slot=self.slot)
        self.slot = values["slot"]
        return name

    def settle(self):
        """Everything that was sent before has been handled."""
        self.ping()
        self.ping()


class Guest:
    """A client of vtest 0 whose front buffer is drawn to by clearing it."""

    def __init__(self, render):
        self.render = render
        _, self.socket = render.connect_guest()
        self.pixels = memoryview(bytearray(12 + SIZE))
        self.shade = self.presents = 0
        name = b"bench\0"
        surface = virgl(1, 1, 1, 1, 0, 0, kind=8)  # object 1: resource 1, BGRA, level 0, layer 0
        frame_buffer = virgl(5, 1, 0, 1)
        self.socket.sendall(
            struct.pack("<II", len(name), 8) + name +
            command(2, 1, 2, 1, 0x8A, WIDTH, HEIGHT, 1, 1, 0, 0) +
            command(6, body=surface + frame_buffer))

    def draw(self):
        color = struct.pack("<4f", self.shade % 251 / 251, 0.5, 0.25, 1.0)
        return command(6, body=virgl(7, 4, *struct.unpack("<4I", color), 0, 0, 0))

    def present(self, kind):
        """One present, until its pixels are here."""
        self.presents += 1
        if kind == "changed":
            self.shade += 1
        drawing = b"" if kind == "again" else self.draw()
        box = (0, 0, 0, WIDTH, HEIGHT, 1)
        self.socket.sendall(drawing + command(4, 1, 0, 4 * WIDTH, 0, *box, SIZE) + command(7, 1, 1))
        got = 0
        while got < len(self.pixels):
            count = self.socket.recv_into(self.pixels[got:])
            if count == 0:
                raise measure.BenchError("the render process closed the guest's connection")
            got += count
        wanted = round(self.shade % 251 / 251 * 255)
        if abs(self.pixels[12 + 2] - wanted) > 1 or abs(self.pixels[-2] - wanted) > 1:
            raise measure.BenchError(f"red is {self.pixels[14]} and {self.pixels[-2]}, not {wanted}")


class Plain:
    """glReadPixels of the same size in a program of its own."""

    def __init__(self):
        self.process = subprocess.Popen(
            [str(hosts.support.BUILD / "tests/readpixels"), str(WIDTH), str(HEIGHT)],
            env={**os.environ, "LIBGL_ALWAYS_SOFTWARE": "1"}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True)

    def read(self):
        """CPU seconds."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise measure.BenchError("readpixels ended")
        return int(line.split()[0]) / 1e9

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Publish:
    NAME = "publish"

    def __init__(self, rounds, seconds):
        self.rounds, self.seconds = rounds, seconds
        self.plain, self.presents = [], []
        self.published = {kind: [] for kind in KINDS}
        self.unpublished = {kind: [] for kind in KINDS}

    def run(self, say):
        with contextlib.ExitStack() as stack:
            self.render = Render()
            stack.callback(self.render.kill)
            self.reader = stack.enter_context(contextlib.closing(Plain()))
            self.guest = Guest(self.render)
            self.guest.present("changed")
            self.render.wait(lambda: self.render.surfaces, 30, "a surface")
            self.surface = next(iter(self.render.surfaces))
            self.round(0.5)  # warm
            for turn in range(self.rounds):
                self.turn(turn, say)

    def turn(self, turn, say):
        plain, costs = self.round(self.seconds)
        self.presents.append(len(plain))
        self.plain.append(statistics.median(plain))
        for (kind, wanted), values in costs.items():
            (self.published if wanted else self.unpublished)[kind].append(statistics.median(values))
        say(f"round {turn + 1} of {self.rounds}, ms of CPU: plain read {1000 * self.plain[-1]:.2f}, " +
            ", ".join(f"{kind} {1000 * self.published[kind][-1]:.2f} - "
                      f"{1000 * self.unpublished[kind][-1]:.2f}" for kind in KINDS))

    def round(self, seconds):
        """Presents in turns for so long: plain reads, and {(kind, wanted): [CPU seconds]}. The changed
        one that is wanted comes last of its kind: the unchanged ones after it are the same as it."""
        plain, costs = [], {(kind, wanted): [] for kind in KINDS for wanted in (False, True)}
        end = time.monotonic() + seconds
        while time.monotonic() < end or len(plain) < 5:
            plain.append(self.reader.read())
            for kind, wanted in costs:
                costs[kind, wanted].append(self.cost(kind, wanted))
        return plain, costs

    def cost(self, kind, wanted):
        """CPU seconds of the render process for one present, from the want for it to its `frame`."""
        before = self.render.published
        usage = measure.Usage({"render": [self.render.process.pid]})
        if wanted:
            # Not what was presented before: that could be read at once.
            self.render.want(self.surface, self.guest.presents)
        self.render.settle()
        self.guest.present(kind)
        if wanted:
            self.render.wait(lambda: self.render.published > before, 20, "a frame")
        self.render.settle()
        if self.render.published != before + wanted:
            raise measure.BenchError(f"{self.render.published - before} frames for a present")
        return usage.spent()["render"]

    # ---- what it says

    def report(self, command_line):
        result = report.Report(self.NAME, command_line)
        for kind, bar in KINDS.items():
            extra = [with_it - without for with_it, without in
                     zip(self.published[kind], self.unpublished[kind])]
            result.add_ratio(f"{self.NAME}/{kind}", "CPU of publishing", "ms", "glReadPixels",
                             measure.Ratio(extra, self.plain), 1000, bar)
        return result

    def show(self, result):
        yield (f"CPU of the render process for publishing a frame of {WIDTH}x{HEIGHT} (vtest 0): that of a "
               "present which the view\nprocess wanted, from the want to the `frame` message, less that of "
               "the same present unwanted;\nmedians, beside a plain glReadPixels (BGRA) of the same size on "
               f"the same driver; {self.rounds} rounds of {min(self.presents)} or more each")
        yield "\n".join(f"  {kind:8} {MEANINGS[kind]}" for kind in KINDS)
        yield result.table()
        yield report.columns([("", "wanted ms", "unwanted ms")] + [
            (kind, report.short(1000 * statistics.median(self.published[kind])),
             report.short(1000 * statistics.median(self.unpublished[kind]))) for kind in KINDS], left=(0,))
