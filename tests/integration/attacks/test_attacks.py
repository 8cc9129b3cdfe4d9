# SPDX-License-Identifier: GPL-2.0-or-later
"""Attacks on a session by its guests, its viewers and clients of the API, with a second session beside it.

In make check each attack goes on until the neighbour has been seen to present some frames more, however
long that takes; what is asserted is that all goes on, in order, and that the attacked session then serves
an honest guest and has given back what it took. make check-attacks (ORIEL_ATTACKS=strict) gives each
attack its full size and five seconds, asserts that the neighbour's frames show no gap over 100 ms, and
prints a table.
"""
import contextlib
import json
import os
import time

import pytest

import api_attacks  # noqa: F401
import attacker
import gl_attacks  # noqa: F401
import guest_attacks  # noqa: F401
import load_attacks  # noqa: F401
import viewer_attacks  # noqa: F401
from arena import Arena, Measure, Strike
from support import PATIENCE, TREE

STRICT = os.environ.get("ORIEL_ATTACKS") == "strict"
SECONDS, FRAMES, SCALE, SIZE = (5.0, 60, 10, "640x480") if STRICT else (0.0, 6, 1, "320x240")
GAP_MS = 100.0
TRIES = 3  # a busy machine alone makes gaps now and then; what an attack costs is there each time
LOG_LINES = 400  # and as many a second
API_SECONDS = 10.0
LONG = {"shader that compiles long": 10.0, "draw that takes long": 10.0}  # seconds at least, when strict
QUIET = "no attack"
rows = []


@pytest.fixture(scope="module")
def arenas(namespaces, desktop):
    """The arena that all attacks share; after a failure, another one."""
    kept = []

    def get():
        if not kept:
            kept.append(Arena(desktop, SIZE))
        return kept[0]

    def drop():
        while kept:
            kept.pop().close()
    get.drop = drop
    yield get
    drop()
    if STRICT:
        report()


@pytest.fixture(scope="module", autouse=STRICT)
def quiet(arenas):
    """What the machine itself makes of the neighbour's frames, before all attacks and after them."""
    def look():
        api = []
        measure = goes_on(arenas(), SECONDS, api).end()
        rows.append({"attack": QUIET, "gap_ms": measure.gap * 1000, "fps": measure.fps, "lost": measure.lost, "done": 0,
                     "got": "", "api_ms": max(api) * 1000, "lines": 0, "rss_mib": 0, "resources": 0})
    look()
    yield
    look()


@pytest.fixture
def arena(arenas):
    return arenas()


@pytest.fixture
def daemon(arena):
    """For its log, where a test fails."""
    return arena.daemon


def report():
    """The table, also in build/bench as benchmarks write theirs."""
    print("\n\n%-42s %7s %6s %5s %9s %8s %6s %8s  %s" % (
        "attack", "gap ms", "fps", "lost", "done", "RSS MiB", "API ms", "log lines", "what the attacker got"))
    for row in rows:
        print("%(attack)-42s %(gap_ms)7.0f %(fps)6.1f %(lost)5d %(done)9d %(rss_mib)8d %(api_ms)6.0f %(lines)8d  "
              "%(got)s" % row)
    folder = TREE / "build/bench"
    folder.mkdir(parents=True, exist_ok=True)
    quiet = max(row["gap_ms"] for row in rows if row["attack"] == QUIET)
    (folder / "attacks.json").write_text(json.dumps([{
        "case": row["attack"], "metric": "longest gap of the neighbour's frames", "value": round(row["gap_ms"], 1),
        "unit": "ms", "peer": QUIET, "peer_value": round(quiet, 1), "ratio": round(row["gap_ms"] / quiet, 2),
        "bar": GAP_MS, "ok": row["gap_ms"] <= GAP_MS, "command": "make check-attacks"} for row in rows], indent=1))


def goes_on(arena, seconds, api, attack=None):
    """Waits until the neighbour was seen to present so many frames more, in so much time. Its measure."""
    measure = Measure(arena.neighbour)
    wanted = arena.neighbour.count() + FRAMES
    end = time.monotonic() + 60 * PATIENCE
    while arena.neighbour.count() < wanted or time.monotonic() - measure.began < seconds:
        assert time.monotonic() < end + seconds, "the neighbour stands still"
        begin = time.monotonic()
        arena.api.get("/v1/sessions/one")
        api.append(time.monotonic() - begin)
        time.sleep(0.05)
        if attack and not attack.alive():
            attack.end(1)
            raise AssertionError(f"the attack {attack.name!r} ended by itself")
    return measure


def strike(arena, name):
    """One attack, and what is found then: a row of the table."""
    lines, restarts, refused = arena.daemon.log().count("\n"), arena.restarts(), arena.refused()
    locked = contextlib.ExitStack()
    target = arena.target(SCALE)
    if name == "wrong passwords":
        target["vnc"] = locked.enter_context(arena.locked())
    attack, api, peak = Strike(name, target), [], {}
    try:
        measure = goes_on(arena, LONG.get(name, SECONDS) if STRICT else SECONDS, api, attack)
        peak = arena.api.session("one")["memory"]
        said = attack.end(300 if name in LONG else 10)
    finally:
        attack.kill()
        locked.close()
    measure.end()
    arena.honest()
    arena.settle()
    arena.neighbour.wait(3)
    lines = arena.daemon.log().count("\n") - lines
    assert arena.restarts() == restarts, arena.api.session("one")["restarts"]
    assert arena.restarts("two") == 0
    assert lines < LOG_LINES * (1 + measure.seconds), f"{lines} lines in the log"
    assert max(api) < API_SECONDS * PATIENCE
    got = [f"{what} x{count}" for what, count in sorted(said["got"].items())]
    got += [f"over {limit}: {count - refused[limit]}" for limit, count in arena.refused().items()
            if count > refused[limit]]
    return {"attack": name, "gap_ms": measure.gap * 1000, "fps": measure.fps, "lost": measure.lost,
            "done": said["done"], "got": ", ".join(got) or "served", "api_ms": max(api) * 1000, "lines": lines,
            "rss_mib": peak["render"] >> 20, "resources": peak["resources"]}


@pytest.mark.parametrize("name", attacker.ATTACKS)
def test_attack(arenas, arena, daemon, name):
    try:
        tries = [strike(arena, name)]
        while STRICT and tries[-1]["gap_ms"] > GAP_MS and len(tries) < TRIES:
            tries.append(strike(arena, name))
    except BaseException:
        arenas.drop()
        raise
    best = min(tries, key=lambda row: row["gap_ms"])
    rows.append({**best, "gaps": [round(row["gap_ms"]) for row in tries]})
    assert not STRICT or rows[-1]["gap_ms"] <= GAP_MS, f"the neighbour's gaps: {rows[-1]['gaps']} ms"
