# SPDX-License-Identifier: GPL-2.0-or-later
"""CPU time of processes, and what several rounds of a measurement say."""
import math
import os
import pathlib
import statistics
import time


class BenchError(Exception):
    """A measurement that could not be made, for people."""


def cpu_seconds(pid):
    """CPU time of a process with all its threads, also those that ended; not its children's."""
    # The clock of another process, as clock_getcpuclockid(3) makes it: in nanoseconds.
    return time.clock_gettime((~pid << 3) | 2)


def descendants(pid):
    """[(pid, program)] of what the process started, directly or not, without zombies."""
    parents = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = entry.read_text().partition("(")[2].rpartition(")")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent = rest.split()[:2]
        if state not in "ZX":
            parents.setdefault(int(parent), []).append((int(entry.parent.name), name))
    found, todo = [], [pid]
    while todo:
        children = parents.get(todo.pop(), [])
        found += children
        todo += [child for child, _ in children]
    return found


class Usage:
    """CPU time of groups of processes from now on. groups: {name: [pid, ...]}"""

    def __init__(self, groups):
        self.groups = groups
        self.began = self.read()

    def read(self):
        try:
            return {name: sum(map(cpu_seconds, pids)) for name, pids in self.groups.items()}
        except OSError as error:
            raise BenchError(f"a process that was measured has ended: {error}") from None

    def spent(self):
        """{name: seconds}"""
        now = self.read()
        return {name: now[name] - self.began[name] for name in now}


def interval(values, confidence=0.93):
    """An interval that holds the true median with at least that probability, from the order of the
    values (5 of them: least and greatest, 94 %); (low, high, probability). Few values reach less."""
    ordered = sorted(values)
    count = len(ordered)
    best = 0
    tail = 0.0  # probability that fewer than `skip` + 1 values lie below the median
    probability = 1 - 2 * 0.5 ** count
    for skip in range((count - 1) // 2):
        tail += math.comb(count, skip) * 0.5 ** count
        if 1 - 2 * tail >= confidence:
            best, probability = skip, 1 - 2 * tail
    return ordered[best], ordered[count - 1 - best], max(0.0, probability)


class Ratio:
    """Oriel's values against a peer's of the same rounds: median of the rounds' ratios."""

    def __init__(self, ours, peers):
        self.value, self.peer_value = statistics.median(ours), statistics.median(peers)
        self.rounds = [our / peer for our, peer in zip(ours, peers)]
        self.ratio = statistics.median(self.rounds)
        self.low, self.high, self.confidence = interval(self.rounds)


def number(name, default, kind=int):
    """A positive number from the environment."""
    text = os.environ.get(name, "")
    try:
        value = kind(text) if text else default
    except ValueError:
        value = 0
    if not value > 0:
        raise BenchError(f"{name}={text}: want a positive number")
    return value


def choice(name, known):
    """Words from the environment, with commas: some of `known`, all when it is empty."""
    words = [word for word in os.environ.get(name, "").split(",") if word]
    unknown = [word for word in words if word not in known]
    if unknown:
        raise BenchError(f"{name}: {', '.join(unknown)}: want some of {', '.join(known)}")
    return [word for word in known if word in words or not words]
