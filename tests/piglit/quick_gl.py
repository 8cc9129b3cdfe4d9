# SPDX-License-Identifier: GPL-2.0-or-later
"""All of piglit's quick_gl, on two platforms, natively and through Oriel's own OpenGL library.

The tests are dealt into SHARDS parts by their names; what a part came to is a file in
build/piglit/quick_gl, and a part that is there is not run again. Of what passes natively at least
BAR must pass through Oriel; what is skipped and is not skipped natively has not passed. A test that
is lost is run again, twice at most; one that passes then is named, and counts as passed. Each that
is lost must stand in forwarded.md with its reason.
"""
import fnmatch
import json
import os
import pathlib
import re
import shutil
import subprocess
import zlib

import peers
import suites

HERE = pathlib.Path(__file__).resolve().parent
KNOWN = HERE / "forwarded.md"
SHARDS = 16
PLATFORMS = ("surfaceless_egl", "glx")
BAR = 0.99
AGAIN = 2
TOLD = 600  # characters of what a test that did not pass has said
PEERS = ("native", "oriel-gl")
SUITES = ("quick_gl", "glmark2")


def all_tests():
    """The names of quick_gl's tests."""
    run = subprocess.run(["piglit", "print-cmd", "quick_gl"], check=True, capture_output=True, text=True)
    return [line.split(" ::: ", 1)[0] for line in run.stdout.splitlines() if " ::: " in line]


def shard_of(test):
    return zlib.crc32(test.encode()) % SHARDS


def chosen_shards(text):
    """0-3,7 as a list of numbers; all of them when empty."""
    chosen = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        chosen += range(int(first), int(last or first) + 1)
    if any(shard >= SHARDS for shard in chosen):
        raise suites.SuiteError(f"PIGLIT_SHARDS={text}: there are 0 to {SHARDS - 1}")
    return chosen or list(range(SHARDS))


def reasons():
    """[(pattern, platform or "both", reason)] of forwarded.md's tables."""
    rows = []
    for line in KNOWN.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if len(cells) == 3 and cells[1] in (*PLATFORMS, "both"):
            rows.append((cells[0].strip("`"), cells[1], cells[2]))
    return rows


def reason_of(rows, platform, test):
    for pattern, where, reason in rows:
        # A [ in a name is itself.
        if where in (platform, "both") and fnmatch.fnmatchcase(test, pattern.replace("[", "[[]")):
            return reason
    return None


class Part:
    """A shard of a platform through a peer: {test: {"result", "told"}}."""

    def __init__(self, folder, peer, platform, shard):
        self.path = folder / f"{peer}-{platform}-{shard:02}.json"
        self.tests = json.loads(self.path.read_text()) if self.path.exists() else None

    def save(self):
        new = self.path.with_suffix(".new")
        new.write_text(json.dumps(self.tests, indent=1, sort_keys=True))
        new.rename(self.path)


def started(name):
    return peers.Native(None) if name == "native" else peers.OrielGl()


def run_tests(name, platform, desktop, folder, tests, title):
    """Runs these tests through a peer that is started for it: {test: {"result", "told"}}."""
    work = folder / f"{name}-{platform}"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    (work / "tests").write_text("".join(f"{test}\n" for test in tests))
    peer = started(name)
    try:
        peer.start()
        data = suites.piglit_data(peer, desktop, work, ["--test-list", work / "tests"], title, platform)
        if peer.trouble:
            print(f"{title}: {peer.trouble}", flush=True)
    finally:
        peer.stop()
    found = {}
    for test, each in data["tests"].items():
        found[test] = {"result": suites.PIGLIT.get(each["result"], "fail"), "as": each["result"],
                       "seconds": round(each["time"]["end"] - each["time"]["start"], 2)}
        if each["result"] != "pass":
            found[test]["told"] = (each["out"][-TOLD:] + "\n" + each["err"][-TOLD:]).strip()
    return found


def lost_tests(theirs, ours):
    """What passes natively and not through Oriel."""
    return sorted(test for test, each in theirs.items()
                  if each["result"] == "pass" and ours.get(test, {}).get("result") != "pass")


def settle(platform, desktop, folder, theirs, part):
    """What is lost gets another chance: a busy machine is no reason."""
    for _ in range(AGAIN):
        lost = lost_tests(theirs, part.tests)
        if not lost:
            return
        again = run_tests("oriel-gl", platform, desktop, folder, lost,
                          f"oriel-gl, {platform}, {len(lost)} tests again")
        for test, each in again.items():
            if each["result"] == "pass":
                part.tests[test] = dict(each, unsteady=part.tests.get(test, {}).get("as", "not run"))
        part.save()


def compare(platform, theirs, ours, rows):
    """Prints what is lost on a platform, by reason, and adds a row. True: nothing is wrong."""
    passed = [test for test, each in theirs.items() if each["result"] == "pass"]
    lost = lost_tests(theirs, ours)
    won = lost_tests(ours, theirs)
    ratio = 1 - len(lost) / len(passed) if passed else 0.0
    skipped = sum(ours.get(test, {}).get("result") == "skip" for test in lost)
    print(f"\n{platform}: {len(theirs)} tests, {len(passed)} pass natively; of those {len(lost)} do not "
          f"through Oriel ({skipped} are skipped): {100 * ratio:.2f} %. The other way round: {len(won)}")
    known, unknown, grouped = reasons(), 0, {}
    for test in lost:
        reason = reason_of(known, platform, test)
        unknown += reason is None
        grouped.setdefault(reason or "without a reason in forwarded.md", []).append(test)
    for reason, tests in sorted(grouped.items(), key=lambda item: -len(item[1])):
        print(f"  {len(tests)}: {reason}")
        for test in tests:
            print(f"    {test}: {ours.get(test, {}).get('as', 'not run')}")
    for test, each in sorted(ours.items()):
        if "unsteady" in each:
            print(f"  unsteady {test}: {each['unsteady']}, and passed when it ran again")
    good = ratio >= BAR and not unknown
    rows.append({
        "case": f"quick_gl {platform}", "metric": "passes of what passes natively",
        "value": len(passed) - len(lost), "unit": "tests", "peer": "native", "peer_value": len(passed),
        "ratio": ratio, "bar": BAR, "ok": ratio >= BAR, "lost": lost, "unexplained": unknown,
        "command": "make check-piglit PEERS=native,oriel-gl"})
    return good


def run_glmark2(chosen, desktop, out, rows):
    """All scenes of glmark2 through each peer, validated. True: none that passes natively is lost."""
    found = {}
    for name in chosen:
        folder = out / f"{name}-glmark2"
        folder.mkdir(exist_ok=True)
        peer = started(name)
        try:
            peer.start()
            found[name] = suites.run_glmark2(peer, desktop, folder, f"{name}, glmark2")
        finally:
            peer.stop()
    if len(found) < len(PEERS):
        return True
    theirs, ours = ({test: {"result": result} for test, result in found[name].items()} for name in PEERS)
    lost = lost_tests(theirs, ours)
    rows.append({"case": "glmark2", "metric": "scenes validated", "value": len(theirs) - len(lost), "unit": "scenes",
                 "peer": "native", "peer_value": len(theirs), "ratio": 1 - len(lost) / len(theirs), "bar": 1.0,
                 "ok": not lost, "lost": lost, "command": "make check-piglit PEERS=native,oriel-gl SUITES=glmark2"})
    print(f"\nglmark2: {len(theirs)} scenes, lost: {', '.join(lost) or 'none'}")
    return not lost


def run(chosen, suites_chosen, desktop, out):
    """The suites that are asked for, quick_gl and glmark2. True: nothing is wrong."""
    rows, good = [], True
    if "quick_gl" in suites_chosen:
        good = run_quick_gl(chosen, desktop, out, rows)
    if "glmark2" in suites_chosen:
        good = run_glmark2(chosen, desktop, out, rows) and good
    (out / "quick_gl.json").write_text(json.dumps(rows, indent=1))
    return good


def run_quick_gl(chosen, desktop, out, rows):
    """Runs the parts that are not there yet. True: the bar is held and each lost test has a reason."""
    platforms = [name for name in os.environ.get("PIGLIT_PLATFORMS", "").split(",") if name] or PLATFORMS
    shards = chosen_shards(os.environ.get("PIGLIT_SHARDS", ""))
    folder = out / "quick_gl"
    folder.mkdir(parents=True, exist_ok=True)
    tests, good = all_tests(), True
    done = {(peer, platform): {} for peer in PEERS for platform in platforms}
    for shard in shards:
        here = [test for test in tests if shard_of(test) == shard]
        for platform in platforms:
            parts = {name: Part(folder, name, platform, shard) for name in PEERS}
            for name in PEERS:
                if name in chosen and parts[name].tests is None:
                    parts[name].tests = run_tests(name, platform, desktop, folder, here,
                                                  f"{name}, {platform}, part {shard}")
                    parts[name].save()
                    if name == "oriel-gl" and parts["native"].tests:
                        settle(platform, desktop, folder, parts["native"].tests, parts[name])
            if all(part.tests for part in parts.values()):
                for name, part in parts.items():
                    done[name, platform].update(part.tests)
    for platform in platforms:
        if done["oriel-gl", platform]:
            good = compare(platform, done["native", platform], done["oriel-gl", platform], rows) and good
    return good
