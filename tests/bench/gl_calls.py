# SPDX-License-Identifier: GPL-2.0-or-later
"""Single calls of OpenGL: in the program itself, and forwarded by a socket and by shared memory.

Throughput of tests/programs/micro.c, the last call executed; the peers' turns are short and mixed.
"""
import contextlib
import os
import statistics
import subprocess

import hosts
import measure
import report
from measure import BenchError

# case: what, unit, calls' worth in that unit, least ratio to native by socket and by shared memory
CASES = {
    "uniforms": ("glUniform4f", "M/s", 1e-6, None, 0.8),
    "immediate": ("vertices of immediate mode", "M/s", 1e-6, None, None),
    "draws": ("draws of one triangle from a buffer", "M/s", 1e-6, None, 0.95),
    "client-arrays": ("draws of 300 vertices from memory", "k/s", 1e-3, None, None),
    "texture-upload": ("glTexSubImage2D of 4 MiB", "GiB/s", 2.0 ** -8, None, 0.35),
    "buffer-upload": ("glBufferData of 1 MiB", "GiB/s", 2.0 ** -10, None, 0.35),
    "read-back": ("glReadPixels of 1 MiB", "GiB/s", 2.0 ** -10, None, None),
}
SYNCHRONOUS = "synchronous"
SYNCHRONOUS_US = 2.0  # at most, by shared memory
COLUMNS = ("native", "socket", "memory")
PER_CASE = 0.1  # of BENCH_SECONDS for a turn of a case


class Program:
    """micro on a column."""

    def __init__(self, column, oriel):
        self.column, self.output = column, hosts.support.Output()
        command = [str(hosts.support.BUILD / "tests/micro")]
        environment = dict(os.environ, LIBGL_ALWAYS_SOFTWARE="1", GALLIUM_DRIVER="llvmpipe")
        if column != "native":
            command = hosts.support.oriel_run(oriel.path, command, shared=column == "memory")
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.output.file, text=True)
        vendor = self.line()
        if vendor.startswith("Oriel") != (column != "native"):
            self.close()
            raise BenchError(f"{column} is rendered by {vendor}")

    def line(self):
        line = self.process.stdout.readline()
        if not line:
            raise BenchError(f"{self.column}: micro ended: {self.output.text()[-1000:]}")
        return line.strip()

    def measure(self, case, seconds):
        """Seconds that a call takes."""
        self.process.stdin.write(f"{case} {seconds}\n")
        self.process.stdin.flush()
        count, nanoseconds = map(int, self.line().split())
        return nanoseconds / count * 1e-9

    def close(self):
        self.process.kill()
        self.process.wait()


class GlCalls:
    NAME = "gl-calls"

    def __init__(self, rounds, seconds):
        self.rounds, self.seconds = rounds, seconds
        self.columns = [name for name in measure.choice("BENCH_COLUMNS", COLUMNS) if name != "native"]
        self.times = {}  # of a call: (case, column): [seconds]

    def run(self, say):
        with contextlib.ExitStack() as stack:
            oriel = stack.enter_context(contextlib.closing(hosts.Oriel()))
            programs = [stack.enter_context(contextlib.closing(Program(column, oriel)))
                        for column in ("native", *self.columns)]
            for turn in range(self.rounds):
                for case in (*CASES, SYNCHRONOUS):
                    told = []
                    for program in programs[::-1 if turn % 2 else 1]:
                        time = program.measure(case, max(0.05, self.seconds * PER_CASE))
                        self.times.setdefault((case, program.column), []).append(time)
                        told.append(f"{program.column} {time * 1e9:.0f}")
                    say(f"round {turn + 1} of {self.rounds}, {case}: ns for a call: {', '.join(told)}")

    def report(self, command):
        result = report.Report(self.NAME, command)
        for case, (what, unit, scale, *bars) in CASES.items():
            for column in self.columns:
                rates = [[1 / time for time in self.times[case, name]] for name in (column, "native")]
                result.add_ratio(f"{self.NAME}/{case}", f"{what}, by {column}", unit, "native",
                                 measure.Ratio(*rates), scale, bars[column == "memory"], least=True)
        for column in self.columns:
            times = [1e6 * time for time in self.times[SYNCHRONOUS, column]]
            result.add(f"{self.NAME}/{SYNCHRONOUS}", f"a call that is answered, by {column}",
                       statistics.median(times), "us", bar=SYNCHRONOUS_US if column == "memory" else None)
        return result

    def show(self, result):
        yield (f"Throughput of single calls, until they have been executed; {self.rounds} rounds with the columns in "
               "turn; ratio: Oriel's\nover that of the same calls in the program itself, of which a bar is the least")
        yield result.table()
