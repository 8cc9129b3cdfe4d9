#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make bench: measures Oriel beside what people use today, and says which bars it holds.

BENCH=name,name runs those alone; BENCH_ROUNDS (5), BENCH_SECONDS (3) are for all; BENCH_SCENES and
BENCH_COLUMNS choose from glmark2's. Rows go to build/bench/NAME.json. A bar that is missed is
shown and no failure; a bench that could not be run is one.
"""
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hosts  # noqa: E402
import measure  # noqa: E402
from gl_calls import GlCalls  # noqa: E402
from gl_glmark2 import GlGlmark2  # noqa: E402
from glmark2 import Glmark2  # noqa: E402
from idle import Idle  # noqa: E402
from publish import Publish  # noqa: E402

BENCHES = {bench.NAME: bench for bench in (Glmark2, Publish, Idle, GlCalls, GlGlmark2)}
FOLDER = hosts.TREE / "build/bench"


def run(bench, rounds, seconds, command):
    began = time.monotonic()

    def say(text):
        print(f"[{time.monotonic() - began:6.0f} s] {bench.NAME}: {text}", flush=True)
    say("starts")
    bench.run(say)
    result = bench.report(command)
    path = result.write(FOLDER)
    print(f"\n==== {bench.NAME} ({time.monotonic() - began:.0f} s, {os.path.relpath(path)})")
    for part in bench.show(result):
        print(f"\n{part}", flush=True)
    return result


def main():
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(1))
    failed, missed, judged = [], [], 0
    try:
        rounds = measure.number("BENCH_ROUNDS", 5)
        seconds = measure.number("BENCH_SECONDS", 3.0, float)
        benches = [BENCHES[name](rounds, seconds) for name in measure.choice("BENCH", BENCHES)]
    except measure.BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    for bench in benches:
        given = [f"{name}={os.environ[name]}" for name in sorted(os.environ)
                 if name.startswith("BENCH_") and os.environ[name]]
        try:
            result = run(bench, rounds, seconds, " ".join([*given, f"make bench BENCH={bench.NAME}"]))
        except (measure.BenchError, AssertionError, OSError, hosts.support.Problem) as error:
            print(f"\nbench: {bench.NAME} could not be measured: {error}", file=sys.stderr)
            failed.append(bench.NAME)
            continue
        missed += result.missed()
        judged += sum(row["ok"] is not None for row in result.rows)
    print(f"\n{judged - len(missed)} of {judged} bars held, {len(missed)} missed" +
          "".join(f"\n  missed: {row['case']}: {row['metric']}: "
                  f"{row['ratio'] if row['peer'] else row['value']:.3f}, bar {row['bar']:g}"
                  for row in missed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
