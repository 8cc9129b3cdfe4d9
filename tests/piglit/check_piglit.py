#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make check-piglit: piglit's quick_gl and glmark2's validation, natively, through virgl_test_server
and through Oriel, in each version of the vtest protocol.

Fails if there is a test that virgl_test_server passes and Oriel of the same version does not. A test
that is skipped and is not skipped natively counts as failed. What differs is run again, twice at
most, through both: a test that passes once is not counted against either, but is named.

Results go to build/piglit, a file for each peer. PEERS=oriel-v0,... runs those alone, and compares
with what the others did last. PIGLIT_FILTER: the tests, a regular expression; "all" for every one.
SUITES=piglit,found,glmark2 runs some of the three. known.md lists what differs elsewhere in quick_gl.

PEERS=native,oriel-gl, one of them or both, is another run: all of quick_gl on two platforms, natively and
through Oriel's own OpenGL library, and glmark2; see quick_gl.py. SUITES=quick_gl with PEERS=native is the first
half of it.
PIGLIT_SHARDS=0-3 and PIGLIT_PLATFORMS=glx choose parts of it, PIGLIT_JOBS=1 runs one test at a time.
"""
import argparse
import json
import os
import pathlib
import shutil
import sys

import peers
import quick_gl
import suites

OUT = peers.TREE / "build/piglit"
# What programs use most; 473 of quick_gl's 7755 tests.
FILTER = "opengl 1.0|opengl 2.0|arb_vertex|framebuffer_object|@fbo"
# Outside of it, what once failed through Oriel alone.
FOUND = (
    "spec@arb_framebuffer_no_attachments@arb_framebuffer_no_attachments-atomic",
    "spec@arb_shader_atomic_counters@function-argument",
    "spec@arb_texture_buffer_object@subdata-sync",
)
SUITES = ("piglit", "found", "glmark2")
AGAIN = 2
RESULTS = ("pass", "fail", "crash", "skip")

# name, class, version of the vtest protocol
PEERS = {
    "native": (peers.Native, None),
    "virgl_test_server-v0": (peers.VirglTestServer, 0),
    "virgl_test_server-v2": (peers.VirglTestServer, 2),
    "oriel-v0": (peers.Oriel, 0),
    "oriel-v2": (peers.Oriel, 2),
}
VERSIONS = (0, 2)


def reference(version):
    return f"{peers.REFERENCE}-v{version}"


def oriel(version):
    return f"oriel-v{version}"


def load(name, select):
    """What a peer did last with these tests, or None."""
    path = OUT / f"{name}.json"
    stored = json.loads(path.read_text()) if path.exists() else {}
    return stored if stored.get("filter") == select else None


def save(name, stored):
    path = OUT / f"{name}.json"
    path.with_suffix(".new").write_text(json.dumps(stored, indent=1, sort_keys=True))
    path.with_suffix(".new").rename(path)


def started(name):
    kind, version = PEERS[name]
    return kind(version)


def listed(folder, tests):
    """The arguments that make piglit run these tests."""
    path = folder / "tests"
    path.write_text("".join(f"{test}\n" for test in tests))
    return ["--test-list", path]


def run_peer(name, desktop, chosen, stored):
    """Runs the chosen suites through a peer, into `stored`."""
    folder = OUT / name
    folder.mkdir(parents=True, exist_ok=True)
    peer = started(name)
    try:
        peer.start()
        if "piglit" in chosen:
            select = [] if stored["filter"] == "all" else ["-t", stored["filter"]]
            stored["piglit"], stored["parts"] = suites.run_piglit(
                peer, desktop, folder, select, f"{name}, piglit")
        if "found" in chosen:
            stored["found"], _ = suites.run_piglit(
                peer, desktop, folder, listed(folder, FOUND), f"{name}, found")
        if "glmark2" in chosen:
            stored["glmark2"] = suites.run_glmark2(peer, desktop, folder, f"{name}, glmark2")
        stored["trouble"] = peer.trouble
    finally:
        peer.stop()
    stored["unsteady"] = {}
    save(name, stored)


def worse(theirs, ours, suite):
    """The tests that virgl_test_server passes and Oriel does not."""
    passed = [test for test, result in theirs.get(suite, {}).items() if result == "pass"]
    return sorted(test for test in passed if ours.get(suite, {}).get(test) != "pass")


def run_again(name, desktop, tests, stored):
    """Runs some tests of piglit anew; one that passes now is unsteady, and counts as passed."""
    folder = OUT / f"{name}-again"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    peer = started(name)
    try:
        peer.start()
        results, _ = suites.run_piglit(peer, desktop, folder, listed(folder, tests),
                                       f"{name}, {len(tests)} tests again")
        stored["trouble"] = stored["trouble"] or peer.trouble
    finally:
        peer.stop()
    for test, result in results.items():
        if result == "pass" and stored["piglit"].get(test) != "pass":
            stored["unsteady"][test] = stored["piglit"].get(test)
            stored["piglit"][test] = "pass"
    save(name, stored)


def settle(version, desktop, done, ran):
    """What differs is run again through Oriel, as far as it ran now."""
    theirs, ours = done.get(reference(version)), done.get(oriel(version))
    if not theirs or not ours or oriel(version) not in ran:
        return
    for _ in range(AGAIN):
        tests = [test for test in worse(theirs, ours, "piglit") if test in ours["piglit"]]
        if tests:
            run_again(oriel(version), desktop, tests, ours)


def count(stored, native, suite):
    """How many tests came to each result, and how many are skipped that run natively."""
    tests = stored.get(suite, {})
    counts = {result: sum(each == result for each in tests.values()) for result in RESULTS}
    counts["newly"] = sum(result == "skip" and native.get(suite, {}).get(test, "skip") != "skip"
                          for test, result in tests.items())
    return counts


def table(done):
    native = done.get("native") or {}
    print(f"\n{'':22} {'':8} {'tests':>6} {'pass':>6} {'fail':>6} {'crash':>6} {'skip':>6}  "
          "of the failed: newly skipped")
    for suite in SUITES:
        for name in PEERS:
            if suite not in (done.get(name) or {}):
                continue
            n = count(done[name], native, suite)
            print(f"{name:22} {suite:8} {len(done[name][suite]):6} {n['pass']:6} "
                  f"{n['fail'] + n['newly']:6} {n['crash']:6} {n['skip'] - n['newly']:6}  {n['newly']}")


def compare(version, done, rows):
    """Prints what Oriel does worse and better, and adds the rows. True: nothing is worse."""
    theirs, ours = done.get(reference(version)), done.get(oriel(version))
    if not theirs or not ours:
        return True
    good = not ours["trouble"]
    if ours["trouble"]:
        print(f"\n{oriel(version)} is wrong in itself: {ours['trouble']}")
    for suite in SUITES:
        if suite not in theirs or suite not in ours:
            continue
        lost, won = worse(theirs, ours, suite), worse(ours, theirs, suite)
        passed, peer = (sum(each == "pass" for each in stored[suite].values())
                        for stored in (ours, theirs))
        print(f"\n{suite}, vtest {version}: {len(lost)} tests that {peers.REFERENCE} passes and Oriel "
              f"does not, {len(won)} the other way round")
        for test in lost:
            print(f"  worse   {test}: {ours[suite].get(test, 'not run')}")
        for test in won:
            print(f"  better  {test}: {peers.REFERENCE}: {theirs[suite].get(test, 'not run')}")
        rows.append({
            "case": f"{suite} vtest {version}", "metric": "passes", "value": passed, "unit": "tests",
            "peer": peers.REFERENCE, "peer_value": peer, "ratio": passed / peer if peer else None,
            "bar": f"no test that {peers.REFERENCE} passes is lost", "ok": not lost,
            "lost": lost, "command": "make check-piglit"})
        good = good and not lost
    for test, result in ours["unsteady"].items():
        print(f"  unsteady {test}: {result}, and passed when it ran again")
    return good


def names_of(text, known, what):
    chosen = [name for name in text.split(",") if name] or list(known)
    unknown = sorted(set(chosen) - set(known))
    if unknown:
        sys.exit(f"check-piglit: no such {what}: {', '.join(unknown)}; there are {', '.join(known)}")
    return chosen


def forwarded(chosen, suites_chosen):
    """The run of quick_gl.py, as an exit status."""
    OUT.mkdir(parents=True, exist_ok=True)
    desktop = peers.Desktop("1600x1200")
    try:
        return 0 if quick_gl.run(chosen, suites_chosen, desktop, OUT) else 1
    except suites.SuiteError as error:
        print(f"check-piglit: {error}", file=sys.stderr)
        return 1
    finally:
        desktop.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--peers", default=os.environ.get("PEERS", ""))
    parser.add_argument("--filter", default=os.environ.get("PIGLIT_FILTER") or FILTER)
    parser.add_argument("--suites", default=os.environ.get("SUITES", ""))
    parser.add_argument("--out", type=pathlib.Path, default=OUT)
    arguments = parser.parse_args()
    globals()["OUT"] = arguments.out
    if "oriel-gl" in arguments.peers or arguments.suites == "quick_gl":
        return forwarded(names_of(arguments.peers, quick_gl.PEERS, "peer"),
                         names_of(arguments.suites, quick_gl.SUITES, "suite"))
    ran = names_of(arguments.peers, PEERS, "peer")
    chosen = names_of(arguments.suites, SUITES, "suite")
    OUT.mkdir(parents=True, exist_ok=True)
    done = {name: load(name, arguments.filter) for name in PEERS}
    desktop = peers.Desktop("1600x1200")
    try:
        for name in PEERS:
            if name in ran:
                done[name] = done[name] or {"filter": arguments.filter}
                run_peer(name, desktop, chosen, done[name])
        for version in VERSIONS:
            settle(version, desktop, done, ran)
    except suites.SuiteError as error:
        print(f"check-piglit: {error}", file=sys.stderr)
        return 1
    finally:
        desktop.close()
    table(done)
    rows = []
    good = [compare(version, done, rows) for version in VERSIONS]
    (OUT / "rows.json").write_text(json.dumps(rows, indent=1))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
