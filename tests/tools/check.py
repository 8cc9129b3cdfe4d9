#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""make check: every stage in turn, also after one that failed; at the end what failed, and one line that counts.

A stage counts as one passed or failed, but for those that report their own tests. What a stage
says is kept in build/check/NAME.log and shown where it failed. CHECK=name,name runs those stages
alone.
"""
import os
import pathlib
import re
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
LOGS = TREE / "build/check"
STAGE = TREE / "build/stage"
JOBS = f"-j{len(os.sched_getaffinity(0))}"
SANITIZED = "SAN=address,undefined"
# Where threads meet, and the slowness of ThreadSanitizer does no harm.
THREADED = "test_frames or test_pictures or test_control or test_input"


def make(*words):
    return [os.environ.get("MAKE", "make"), "--no-print-directory", JOBS, *words]


# name, command, how to count
STAGES = [
    ("build-gcc", make("WERROR=1", "all", "unit", "programs", "man"), "one"),
    # Only its warnings are wanted: what it makes is not run.
    ("build-clang", make("WERROR=1", "CC=clang", "CFLAGS=-O0", "O=build/clang", "all", "unit", "programs"), "one"),
    ("format", make("format-check"), "one"),
    ("lint", make("WERROR=1", "lint"), "one"),
    ("unit", make("WERROR=1", "-k", "check-unit"), "cmocka"),
    ("generators", make("check-gen"), "pytest"),
    ("build-sanitized", make(SANITIZED, "all", "unit", "programs"), "one"),
    ("unit-sanitized", make(SANITIZED, "-k", "check-unit"), "cmocka"),
    ("build-threads", make("SAN=thread", "all", "unit", "programs"), "one"),
    ("unit-threads", make("SAN=thread", "-k", "check-unit"), "cmocka"),
    ("fuzz-replay", make("fuzz-replay"), "one"),
    ("integration", make("WERROR=1", "check-integration"), "pytest"),
    ("integration-sanitized", make(SANITIZED, "check-integration"), "pytest"),
    ("integration-threads", make("SAN=thread", f"PYTESTFLAGS=-k '{THREADED}'", "check-integration"),
     "pytest"),
    ("unit-file", [sys.executable, "-B", "tests/tools/unit_file.py", str(STAGE)], "one"),
]


def count_cmocka(text):
    """Sums up the closing lines of every test program."""
    def total(word):
        return sum(int(each) for each in
                   re.findall(rf"^\[ +{word} +\] (?:\w+: )?(\d+) test", text, re.MULTILINE))
    passed, failed, skipped = total("PASSED"), total("FAILED"), total("SKIPPED")
    crashed = len(re.findall(r"^FAILED: ", text, re.MULTILINE)) if not failed else 0
    return passed, failed + crashed, skipped


def count_pytest(text):
    """Reads pytest's last lines, one for each of its runs: 3 failed, 10 passed, 1 skipped in 3.2s."""
    lines = re.findall(r"^(?:=+ )?(\d+ \w+(?:, \d+ \w+)*) in [\d.]+s", text, re.MULTILINE)
    counts = {"passed": 0, "failed": 0, "error": 0, "errors": 0, "skipped": 0}
    for number, word in re.findall(r"(\d+) (\w+)", " ".join(lines)):
        counts[word] = counts.get(word, 0) + int(number)
    return counts["passed"], counts["failed"] + counts["error"] + counts["errors"], counts["skipped"]


def count_one(_):
    return 1, 0, 0


COUNT = {"one": count_one, "cmocka": count_cmocka, "pytest": count_pytest}


def failures(text):
    """The failed tests that pytest, cmocka and the Makefile name, each once; where none does, the last line."""
    found = re.findall(r"^(?:FAILED|ERROR) .*|^FAILED: .*|^\[  FAILED  \] [a-z]\w*$", text, re.MULTILINE)
    return [line[:200] for line in dict.fromkeys(found)] or text.splitlines()[-1:]


def telling(lines):
    """What is shown of a stage that failed: the lines about each failure, and the last ones."""
    shown = set(range(len(lines) - 100, len(lines)))
    for number, line in enumerate(lines):
        if re.match(r"^\[  FAILED  \] [a-z]\w*$|^E   |^FAILED: |.*: error: |.*(Sanitizer|runtime error): ", line):
            shown.update(range(number - 10, number + 20))
    return [line for number, line in enumerate(lines) if number in shown]


def run(name, command, kind, environment):
    """Runs a stage, and returns what passed, failed and was skipped, and the lines that name what failed."""
    begin = time.monotonic()
    print(f"{name:22} ", end="", flush=True)
    log = LOGS / f"{name}.log"
    with open(log, "w", encoding="utf-8") as output:
        status = subprocess.run(command, cwd=TREE, env=environment, stdin=subprocess.DEVNULL,
                                stdout=output, stderr=subprocess.STDOUT, check=False).returncode
    text = log.read_text(encoding="utf-8", errors="replace")
    passed, failed, skipped = COUNT[kind](text)
    if status and not failed:  # it did not come to its tests, or has none
        passed, failed = (0 if kind == "one" else passed), 1
    print(f"{passed:5} passed {failed:5} failed {skipped:5} skipped {time.monotonic() - begin:7.1f} s",
          flush=True)
    if failed:
        print("".join(f"    {line}\n" for line in telling(text.splitlines())), flush=True)
    elif skipped:
        for line in dict.fromkeys(re.findall(r"^SKIPPED .*|^\[  SKIPPED \] \w+$", text, re.MULTILINE)):
            print(f"    {line}", flush=True)
    return (passed, failed, skipped), (failures(text) if failed else [])


def main():
    LOGS.mkdir(parents=True, exist_ok=True)
    # The job server of the make that called is not handed on: each stage has jobs of its own.
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL")}
    chosen = [name for name in os.environ.get("CHECK", "").split(",") if name]
    unknown = set(chosen) - {name for name, _, _ in STAGES}
    if unknown:
        print(f"check: no such stage: {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    total = [0, 0, 0]
    lost = []
    for name, command, kind in STAGES:
        if not chosen or name in chosen:
            counts, failed = run(name, command, kind, environment)
            lost += [f"{name}: {line}" for line in failed]
            total = [before + new for before, new in zip(total, counts)]
    print("".join(f"{line}\n" for line in lost), end="")
    print("%d passed, %d failed, %d skipped" % tuple(total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
