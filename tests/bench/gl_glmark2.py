# SPDX-License-Identifier: GPL-2.0-or-later
"""glmark2's scenes by forwarded OpenGL: frames a second, against the program on its own and virpipe.

Frames are counted where the program ends them, by tests/preload/swaps.c, over a window that begins half a
second after the first: a program is at most two frames ahead of what is executed, at both ends of the window.
Before that each scene's first frames are drawn with a clock of their own, natively and through Oriel, and
compared; and what Oriel's library had to wait for is counted on the socket.
"""
import contextlib
import math
import os
import re
import statistics
import subprocess
import time

import glmark2
import hosts
import measure
import report
from measure import BenchError
from questions import Questions

SIZE = "400x300"
# Their pictures move: a viewer waits for what changes (effect2d stands still).
SCENES = {
    "build": "build", "texture": "texture", "phong": "shading:shading=phong", "bump": "bump",
    "pulsar": "pulsar", "desktop": "desktop", "buffer": "buffer", "ideas": "ideas", "jellyfish": "jellyfish",
    "terrain": "terrain", "shadow": "shadow", "refract": "refract", "conditionals": "conditionals",
    "function": "function", "loop": "loop",
}
# column: where it is rendered, words for glmark2, viewer
COLUMNS = {
    "native-x": ("native", [], False),
    "native-off": ("native", ["--off-screen"], False),
    "virpipe": ("virgl", [], False),
    "socket": ("socket", [], False),
    "memory": ("memory", [], False),
    "socket-viewer": ("socket", [], True),
    "memory-viewer": ("memory", [], True),
}
RENDERERS = {"native": r"GL_RENDERER: +llvmpipe", "virgl": r"GL_RENDERER: +virgl", "socket": "GL_VENDOR: +Oriel",
             "memory": "GL_VENDOR: +Oriel"}
# with a viewer or not: least ratio of the geometric mean against each peer
BARS = {False: {"native-off": 0.95, "native-x": 1.2, "virpipe": 1.5},
        True: {"native-off": 0.85, "native-x": 1.0, "virpipe": 1.5}}
SCENE_BAR = 0.8  # of native-x
QUESTIONS = {"buffer": 2.0}  # synchronous calls of a frame at most; of the others 0
SUMS = 5
SWAPS = hosts.support.BUILD / "tests/swaps.so"


def environment(screen, **variables):
    return {**os.environ, "DISPLAY": screen.name, "LIBGL_ALWAYS_SOFTWARE": "1", "GALLIUM_DRIVER": "llvmpipe",
            **{name: str(value) for name, value in variables.items()}}


def words(place, path, scene, options, duration):
    """glmark2 on one scene, where it is to be rendered."""
    command = ["env", f"LD_PRELOAD={SWAPS}", "glmark2", "-s", SIZE, *options, "-b", f"{SCENES[scene]}:duration={duration}"]
    if place == "virgl":
        return [str(hosts.TREE / "tests/tools/virpipe"), str(path), *command]
    return hosts.support.oriel_run(path, command, shared=place == "memory") if place != "native" else command


class Guest:
    """glmark2 that counts its frames."""

    def __init__(self, bench, scene, column):
        place, options, _ = COLUMNS[column]
        self.place, self.output, self.counter = place, hosts.support.Output(), glmark2.Counter()
        host = bench.hosts.get("oriel" if place in ("socket", "memory") else place)
        self.process = subprocess.Popen(
            words(place, host and host.path, scene, options, 3600),
            env=environment(bench.screen, FRAMES_FILE=self.counter.path), stdin=subprocess.DEVNULL,
            stdout=self.output.file, stderr=subprocess.STDOUT)

    def check(self):
        if not re.search(RENDERERS[self.place], self.output.text()):
            raise BenchError(f"not rendered by {self.place}:\n{self.output.text()[-1000:]}")

    def close(self):
        self.process.kill()
        self.process.wait()
        self.counter.close()


class Run:
    """One scene on one column: `rate`, frames a second; `viewer_rate`."""

    def __init__(self, bench, scene, column):
        self.viewer_rate, viewed = 0.0, COLUMNS[column][2]
        with contextlib.ExitStack() as stack:
            viewer = viewed and stack.enter_context(contextlib.closing(glmark2.Viewer(bench.hosts["oriel"])))
            guest = stack.enter_context(contextlib.closing(Guest(bench, scene, column)))
            try:
                self.measure(guest, viewer, bench.seconds)
            except (BenchError, AssertionError) as error:
                raise BenchError(f"{scene} on {column}: {error}\n{guest.output.text()[-2000:]}") from None

    def measure(self, guest, viewer, seconds):
        guest.counter.next(guest.process, 120)
        if viewer:
            viewer.wait(3)
        time.sleep(glmark2.WARM_SECONDS)
        guest.check()
        first, begin = guest.counter.next(guest.process), time.monotonic()
        time.sleep(seconds)
        last, end = guest.counter.next(guest.process), time.monotonic()
        self.rate = (last - first) / (end - begin)
        if viewer:
            self.viewer_rate = len(viewer.seen(begin, end)) / (end - begin)


def first_frames(bench, scene, place, options=()):
    """Checksums of a scene's first frames, drawn with the same clock wherever it is."""
    host = bench.hosts.get("oriel") if place != "native" else None
    done = subprocess.run(words(place, host and host.path, scene, options, 3600), timeout=300, check=False,
                          env=environment(bench.screen, SWAPS_STEP=20, SWAPS_SUMS=SUMS), capture_output=True,
                          text=True, errors="replace")
    sums = re.findall(r"frame \d+ ([0-9a-f]{16})", done.stdout)
    if len(sums) != SUMS:
        raise BenchError(f"{scene} on {place}: {len(sums)} frames:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return sums


def questions(bench, scene, frames=40):
    """What a frame of a scene asks the host and waits for, once it runs."""
    with contextlib.closing(Questions(bench.hosts["oriel"].path)) as middle:
        process = subprocess.Popen(
            words("socket", middle.path, scene, [], 3600), env=environment(bench.screen), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            middle.wait_frames(frames, process, 120)
        finally:
            process.kill()
            process.wait()
        return middle.per_frame(skip=frames // 4)


class GlGlmark2:
    NAME = "gl-glmark2"

    def __init__(self, rounds, seconds):
        self.rounds, self.seconds = rounds, seconds
        self.scenes = measure.choice("BENCH_SCENES", SCENES)
        self.columns = measure.choice("BENCH_COLUMNS", COLUMNS)
        self.ours = [name for name in self.columns if COLUMNS[name][0] in ("socket", "memory")]
        self.peers = [name for name in self.columns if name not in self.ours]
        self.hosts, self.rates, self.seen, self.equal, self.asked = {}, {}, {}, {}, {}

    def run(self, say):
        with contextlib.ExitStack() as stack:
            self.screen = stack.enter_context(contextlib.closing(hosts.Screen()))
            if self.ours:
                self.hosts["oriel"] = stack.enter_context(contextlib.closing(hosts.Oriel()))
            if "virpipe" in self.columns:
                self.hosts["virgl"] = stack.enter_context(contextlib.closing(hosts.Peer(2)))
            for scene in self.scenes if self.ours else ():
                self.look(scene, say)
            for turn in range(self.rounds):
                for scene in self.scenes:
                    self.turn(turn, scene, say)

    def look(self, scene, say):
        """What is not measured in time."""
        native = first_frames(self, scene, "native")
        places = sorted({COLUMNS[name][0] for name in self.ours})
        self.equal[scene] = min(sum(a == b for a, b in zip(native, first_frames(self, scene, place)))
                                for place in places)
        self.asked[scene] = questions(self, scene)
        say(f"{scene}: {self.equal[scene]} of {SUMS} frames are equal, {self.asked[scene]:.2f} synchronous calls a frame")

    def turn(self, turn, scene, say):
        told = []
        for name in self.columns[::-1 if turn % 2 else 1]:
            run = Run(self, scene, name)
            self.rates.setdefault((scene, name), []).append(run.rate)
            self.seen.setdefault((scene, name), []).append(run.viewer_rate)
            told.append(f"{name} {run.rate:.1f}")
        say(f"round {turn + 1} of {self.rounds}, {scene}: frames/s: {', '.join(told)}")

    # ---- what it says

    def report(self, command):
        result = report.Report(self.NAME, command)
        for name in self.ours:
            viewed = COLUMNS[name][2]
            for peer in self.peers:
                self.mean(result, name, peer, BARS[viewed].get(peer))
        for scene in self.scenes:
            for name in self.ours:
                for peer in self.peers:
                    result.add_ratio(f"{self.NAME}/{scene}", f"frames a second, {name}", "1/s", peer,
                                     measure.Ratio(self.rates[scene, name], self.rates[scene, peer]),
                                     bar=SCENE_BAR if peer == "native-x" else None, least=True)
            if self.ours:
                result.add(f"{self.NAME}/{scene}", "synchronous calls a frame", self.asked[scene], "",
                           bar=QUESTIONS.get(scene, 0.0))
                result.add(f"{self.NAME}/{scene}", "equal frames", self.equal[scene], f"of {SUMS}", bar=SUMS, least=True)
        return result

    def mean(self, result, name, peer, bar):
        """The geometric mean over the scenes, and the interval of its median over the rounds."""
        def mean(ratios):
            return math.exp(statistics.mean(map(math.log, ratios)))
        ratios = {scene: measure.Ratio(self.rates[scene, name], self.rates[scene, peer]) for scene in self.scenes}
        low, high, _ = measure.interval([mean(each) for each in zip(*(ratio.rounds for ratio in ratios.values()))])
        result.add(f"{self.NAME}/mean", f"frames a second, {name}", mean(r.value for r in ratios.values()), "1/s", peer,
                   mean(r.peer_value for r in ratios.values()), mean(r.ratio for r in ratios.values()), low, high, bar,
                   least=True)

    def show(self, result):
        yield (f"Frames a second of glmark2 at {SIZE}, windows of {self.seconds:g} s, {self.rounds} rounds with the "
               "columns in turn;\nratio: Oriel's over the peer's, of which a bar is the least; mean: geometric, over "
               "the scenes")
        yield result.table([row for row in result.rows if row["bar"] is not None])
        names = list(self.columns)
        yield "Frames a second, medians; in brackets what the viewer took\n" + report.columns(
            [("scene", *names)] + [(scene, *(self.cell(scene, name) for name in names)) for scene in self.scenes],
            left=(0,))

    def cell(self, scene, name):
        text = report.short(statistics.median(self.rates[scene, name]))
        if COLUMNS[name][2]:
            text += f" ({statistics.median(self.seen[scene, name]):.0f})"
        return text
