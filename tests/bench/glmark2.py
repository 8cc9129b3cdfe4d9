# SPDX-License-Identifier: GPL-2.0-or-later
"""CPU per frame of glmark2's scenes: without a server, through virgl_test_server, through Oriel.

A run is one scene on one column. It counts the CPU time of everything that it causes, over a window
that begins half a second after the scene's first frame: nobody's start is counted.
"""
import contextlib
import mmap
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import hosts
import measure
import report
from measure import BenchError

SCENES = {
    "build": "build", "texture": "texture", "phong": "shading:shading=phong", "desktop": "desktop",
    "buffer": "buffer", "ideas": "ideas", "jellyfish": "jellyfish", "shadow": "shadow",
}
SIZE = "800x600"
VIEWER_RATE = 30
WARM_SECONDS = 0.5
# column: program, vtest version, viewer
COLUMNS = {
    "native": ("native", None, False),
    "virgl-0": ("virgl", 0, False),
    "virgl-2": ("virgl", 2, False),
    "oriel-0": ("oriel", 0, False),
    "oriel-2": ("oriel", 2, False),
    "oriel-0-viewer": ("oriel", 0, True),
    "oriel-2-viewer": ("oriel", 2, True),
}
BARS = {False: ("no viewer", 0.95, 1.02), True: ("one viewer", 1.10, None)}


class Counter:
    """The frames that a guest shows, as tests/preload/frames.c counts them."""

    def __init__(self):
        # In a folder: virpipe's /tmp has those of the real one, and no files.
        self.directory = tempfile.TemporaryDirectory(prefix="oriel-bench-")
        self.path = f"{self.directory.name}/frames"
        self.file = open(self.path, "x+b")
        self.file.truncate(8)
        self.map = mmap.mmap(self.file.fileno(), 8)

    def read(self):
        return int.from_bytes(self.map[:8], sys.byteorder)

    def next(self, guest, seconds=30.0):
        """Waits for the next frame, so that windows hold whole frames, and returns its number."""
        first, end = self.read(), time.monotonic() + seconds
        while self.read() == first:
            if guest.poll() is not None:
                raise BenchError(f"glmark2 ended early, with {guest.returncode}")
            if time.monotonic() > end:
                raise BenchError(f"glmark2 shows no frame for {seconds} s")
            time.sleep(0.0005)
        return self.read()

    def close(self):
        self.map.close()
        self.file.close()
        self.directory.cleanup()


class Viewer:
    """A VNC viewer of the session, whose own CPU time nobody counts."""

    def __init__(self, oriel):
        address, port = oriel.daemon.vnc(hosts.SESSION)
        self.output = hosts.support.Output()
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(hosts.TREE / "tests/bench/viewer.py"), address, str(port),
             str(VIEWER_RATE)], stdin=subprocess.DEVNULL, stdout=self.output.file,
            stderr=subprocess.STDOUT)

    def seen(self, begin, end):
        """The checksums of the frames that it took between two times."""
        if self.process.poll() is not None:
            raise BenchError(f"the viewer ended: {self.output.text()[-200:]}")
        lines = [line.split() for line in self.output.lines()]
        return [line[1] for line in lines if begin <= float(line[0]) < end]

    def wait(self, count):
        """Waits for that many frames from now on."""
        now = time.monotonic()
        hosts.support.wait_for(lambda: len(self.seen(now, now + 3600)) >= count, 60,
                               f"{count} frames for the viewer")

    def taken(self, begin, end):
        """Frames a second in that window; they must have been different ones."""
        sums = self.seen(begin, end)
        if len(set(sums)) < 0.9 * len(sums) or not sums:
            raise BenchError(f"the viewer saw {len(set(sums))} pictures in {len(sums)} frames")
        return len(sums) / (end - begin)

    def close(self):
        self.process.kill()
        self.process.wait()


class Guest:
    """glmark2 with one scene, on the screen, through `host` or with its own llvmpipe."""

    def __init__(self, screen, host, scene, duration):
        self.counter, self.output = Counter(), hosts.support.Output()
        environment = dict(os.environ, DISPLAY=screen.name, FRAMES_FILE=self.counter.path,
                           LIBGL_ALWAYS_SOFTWARE="1", GALLIUM_DRIVER="llvmpipe")
        before = [str(hosts.TREE / "tests/tools/virpipe"), str(host.path)] if host else []
        command = [*before, "env", f"LD_PRELOAD={hosts.support.BUILD / 'tests/frames.so'}", "glmark2",
                   "-s", SIZE, "-b", f"{SCENES[scene]}:duration={duration}"]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL,
                                        stdout=self.output.file, stderr=subprocess.STDOUT)

    def renderer(self):
        found = re.search(r"GL_RENDERER: +(.*)", self.output.text())
        return found.group(1) if found else "nothing"

    def close(self):
        self.process.kill()
        self.process.wait()
        self.counter.close()


class Run:
    """One scene on one column. After it: cpu {group: seconds}, frames, seconds, viewer_rate."""

    def __init__(self, bench, scene, column):
        self.program, self.vtest, self.viewed = COLUMNS[column]
        self.screen, self.host = bench.screen, bench.hosts.get((self.program, self.vtest))
        self.seconds, self.viewer_rate = bench.seconds, 0.0
        with contextlib.ExitStack() as stack:
            viewer = self.viewed and stack.enter_context(contextlib.closing(Viewer(self.host)))
            guest = stack.enter_context(contextlib.closing(Guest(self.screen, self.host, scene, 3600)))
            try:
                self.measure(guest, viewer)
            except BenchError as error:
                raise BenchError(
                    f"{scene} on {column}: {error}\n{guest.output.text()[-2000:]}") from None

    def measure(self, guest, viewer):
        guest.counter.next(guest.process, 120)
        if viewer:
            viewer.wait(3)
        time.sleep(WARM_SECONDS)
        groups = self.check(guest)
        first, begin = guest.counter.next(guest.process), time.monotonic()
        usage = measure.Usage(groups)
        time.sleep(self.seconds)
        last, end = guest.counter.next(guest.process), time.monotonic()
        self.cpu, self.frames, self.seconds = usage.spent(), last - first, end - begin
        if viewer:
            self.viewer_rate = viewer.taken(begin, end)

    def check(self, guest):
        """That it is rendered as the column says; the processes that it uses."""
        wanted = "llvmpipe" if self.program == "native" else "virgl ("
        if not guest.renderer().startswith(wanted):
            raise BenchError(f"rendered by {guest.renderer()}, not by {wanted}")
        groups = {"guest": [guest.process.pid], "X": [self.screen.process.pid]}
        if self.host:
            self.host.check_version(guest.process.pid)
            groups.update(self.host.groups())
        return groups

    @property
    def per_frame(self):
        """CPU seconds per frame."""
        return sum(self.cpu.values()) / self.frames


def check_counter(screen, host, seconds=2):
    """Our count of a scene's frames is what glmark2 says at its end."""
    with contextlib.closing(Guest(screen, host, "build", seconds)) as guest:
        guest.process.wait(120)
        rate = re.search(r"FPS: (\d+)", guest.output.text())
        counted = guest.counter.read() / seconds
        if not rate or abs(int(rate.group(1)) - counted) > 3 + 0.02 * counted:
            raise BenchError(f"glmark2 counts {rate and rate.group(1)} frames a second, we {counted}: "
                             + guest.output.text()[-1000:])
        return counted, int(rate.group(1))


class Glmark2:
    NAME = "glmark2"

    def __init__(self, rounds, seconds):
        self.rounds, self.seconds = rounds, seconds
        self.scenes = measure.choice("BENCH_SCENES", SCENES)
        self.columns = measure.choice("BENCH_COLUMNS", COLUMNS)
        self.hosts, self.runs = {}, {}

    def run(self, say):
        with contextlib.ExitStack() as stack:
            self.screen = stack.enter_context(contextlib.closing(hosts.Screen()))
            self.start_hosts(stack)
            say("frames a second in a run to its end: counted %.0f, by glmark2's own word %d"
                % check_counter(self.screen, None))
            for turn in range(self.rounds):
                for scene in self.scenes:
                    self.turn(turn, scene, say)

    def start_hosts(self, stack):
        for name in self.columns:
            program, vtest, _ = COLUMNS[name]
            if program == "native" or (program, vtest) in self.hosts:
                continue
            made = hosts.Peer(vtest) if program == "virgl" else hosts.Oriel(vtest=vtest)
            self.hosts[program, vtest] = stack.enter_context(contextlib.closing(made))

    def turn(self, turn, scene, say):
        """All columns of a scene one after the other, every other time from the last to the first."""
        told = []
        for name in self.columns[::-1 if turn % 2 else 1]:
            run = Run(self, scene, name)
            self.runs.setdefault((scene, name), []).append(run)
            told.append(f"{name} {1000 * run.per_frame:.2f}")
        say(f"round {turn + 1} of {self.rounds}, {scene}: ms of CPU per frame: {', '.join(told)}")

    def values(self, scene, name):
        return [run.per_frame for run in self.runs[scene, name]]

    # ---- what it says

    def report(self, command):
        result = report.Report(self.NAME, command)
        for name in self.columns:
            program, vtest, viewed = COLUMNS[name]
            if program == "oriel" and f"virgl-{vtest}" in self.columns:
                self.compare(result, name, vtest, viewed)
        for name in self.columns:
            if name != "native" and "native" in self.columns:
                for scene in self.scenes:
                    result.add_ratio(f"{self.NAME}/{scene}", f"CPU per frame, {name}", "ms", "native",
                                     self.ratio(scene, name, "native"), 1000)
        return result

    def ratio(self, scene, name, peer):
        return measure.Ratio(self.values(scene, name), self.values(scene, peer))

    def compare(self, result, name, vtest, viewed):
        """The rows with bars: the mean over the scenes, then each."""
        what, mean_bar, each_bar = BARS[viewed]
        peer = f"virgl-{vtest}"
        ratios = {scene: self.ratio(scene, name, peer) for scene in self.scenes}
        low, high, _ = measure.interval(
            [statistics.mean(each) for each in zip(*(ratio.rounds for ratio in ratios.values()))])
        metric = f"CPU per frame, vtest {vtest}, {what}"
        result.add(f"{self.NAME}/mean", metric,
                   1000 * statistics.mean(ratio.value for ratio in ratios.values()), "ms",
                   f"virgl_test_server, vtest {vtest}",
                   1000 * statistics.mean(ratio.peer_value for ratio in ratios.values()),
                   statistics.mean(ratio.ratio for ratio in ratios.values()), low, high, mean_bar)
        for scene, ratio in ratios.items():
            result.add_ratio(f"{self.NAME}/{scene}", metric, "ms", f"virgl_test_server, vtest {vtest}",
                             ratio, 1000, each_bar, beyond=True)

    def show(self, result):
        barred = [row for row in result.rows if row["peer"] != "native"]
        yield ("CPU per frame of everything that a run causes (guest, X server, virgl_test_server or "
               f"orield with its processes),\nglmark2 at {SIZE}, windows of {self.seconds:g} s without "
               f"anybody's start, {self.rounds} rounds with the columns in turn;\nratio: median of the "
               "rounds' ratios, interval: of that median at "
               f"{100 * measure.interval([0.0] * self.rounds)[2]:.0f} %. One viewer: raw pixels, "
               f"{VIEWER_RATE} frames/s, its own CPU not counted")
        if barred:
            yield result.table(barred)
        if "native" in self.columns and len(self.columns) > 1:
            yield "CPU per frame against the same scene without a server (llvmpipe):\n" + self.natives()
        yield "Where it goes: ms of CPU per frame, medians; fps and the viewer's fps\n" + self.parts()

    def natives(self):
        names = [name for name in self.columns if name != "native"]
        return report.columns(
            [("scene", "native ms", *names)] +
            [(scene, report.short(1000 * statistics.median(self.values(scene, "native"))),
              *(f"{self.ratio(scene, name, 'native').ratio:.2f}" for name in names))
             for scene in self.scenes], left=(0,))

    def parts(self):
        groups = ("guest", "X", "server", "orield", "render", "view")
        lines = [("scene", "column", "all", *groups, "fps", "viewer")]
        for scene in self.scenes:
            for name in self.columns:
                runs = self.runs[scene, name]
                cells = [median_ms(runs, group) for group in groups]
                lines.append((scene, name, report.short(
                    1000 * statistics.median(run.per_frame for run in runs)), *cells,
                    f"{statistics.median(run.frames / run.seconds for run in runs):.0f}",
                    f"{statistics.median(run.viewer_rate for run in runs):.0f}"
                    if runs[0].viewed else ""))
        return report.columns(lines, left=(0, 1))


def median_ms(runs, group):
    if group not in runs[0].cpu:
        return ""
    return f"{1000 * statistics.median(run.cpu[group] / run.frames for run in runs):.3f}"
