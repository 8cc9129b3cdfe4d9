# SPDX-License-Identifier: GPL-2.0-or-later
"""piglit and glmark2's validation through a peer: the result of each test, by its name.

A result is pass, fail, crash or skip. What piglit calls warn, timeout or incomplete is a failure.
"""
import bz2
import json
import os
import re
import shutil
import subprocess
import sys
import time

PIGLIT = {"pass": "pass", "skip": "skip", "notrun": "skip", "crash": "crash"}
GLMARK2 = {"Success": "pass", "Failure": "fail", "Unknown": "pass"}  # Unknown: drawn, no reference
JOBS = os.environ.get("PIGLIT_JOBS") or "2"
TEST_SECONDS = 300  # of one piglit test; where each shader is compiled anew, one takes a minute
PIGLIT_SOURCE = "/usr/lib/x86_64-linux-gnu/piglit"
SUITE_SECONDS = 6 * 3600


class SuiteError(Exception):
    """The suite could not be run, for people."""


def environment(desktop):
    kept = {name: value for name, value in os.environ.items()
            if name not in ("GALLIUM_DRIVER", "VTEST_SOCKET_NAME", "WAFFLE_PLATFORM")}
    # For the tests that read files of piglit's own.
    return dict(kept, DISPLAY=desktop.name, PIGLIT_SOURCE_DIR=PIGLIT_SOURCE)


class Progress:
    """One line that is written over on a terminal, else a line each 10 seconds."""

    def __init__(self, title):
        self.title, self.begin, self.last = title, time.monotonic(), 0.0

    def say(self, text):
        now = time.monotonic()
        if sys.stdout.isatty():
            print(f"\r{self.title}: {text}\033[K", end="", flush=True)
        elif now - self.last > 10:
            self.last = now
            print(f"{self.title}: {text}", flush=True)

    def end(self, text):
        start = "\r" if sys.stdout.isatty() else ""
        print(f"{start}{self.title}: {text}, {time.monotonic() - self.begin:.0f} s"
              + ("\033[K" if start else ""), flush=True)


def watch(command, desktop, log, on_line):
    """Runs a command, whose lines are kept in `log` and given to on_line."""
    with open(log, "w", encoding="utf-8", errors="replace") as kept, subprocess.Popen(
            ["timeout", str(SUITE_SECONDS), *map(str, command)], env=environment(desktop),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace") as process:
        try:
            for line in process.stdout:
                kept.write(line)
                on_line(line)
        except BaseException:
            process.terminate()
            raise
    return process.returncode


def check_renderer(peer, lines):
    """Mesa would fall back to llvmpipe without a word if no server could be reached."""
    key, wanted = peer.shown
    found = re.search(rf"{key}: +(.*)", lines)
    if not found or not found[1].startswith(wanted):
        raise SuiteError(f"the tests are to run on {wanted} and would run on "
                         f"{found[1] if found else 'nothing'}:\n{lines}")


def probe(peer, desktop, platform):
    """To see what renders: one short scene, as glxinfo ends with an X error with vtest 2; wflinfo without X."""
    words = (["glmark2", "--validate", "-b", "build"] if platform == "glx" else
             ["wflinfo", "-p", platform, "-a", "gl"])
    run = subprocess.run(peer.command(words), check=False, timeout=120, env=environment(desktop),
                         capture_output=True, text=True, errors="replace")
    lines = re.sub(r"OpenGL (vendor|renderer) string:", lambda found: f"GL_{found[1].upper()}:",
                   run.stdout + run.stderr)
    check_renderer(peer, lines)


def piglit_tests(data):
    """{test: result}; {"test: subtest": result} of those that do not pass, which tell more."""
    tests, parts = {}, {}
    for name, test in data["tests"].items():
        tests[name] = PIGLIT.get(test["result"], "fail")
        for part, result in test["subtests"].items():
            if part != "__type__" and result != "pass":
                parts[f"{name}: {part}"] = PIGLIT.get(result, "fail")
    return tests, parts


def piglit_data(peer, desktop, folder, select, title, platform="glx"):
    """Runs some of quick_gl: `select`, the arguments that choose the tests. What piglit found."""
    results = folder / "results"
    shutil.rmtree(results, ignore_errors=True)
    probe(peer, desktop, platform)
    progress = Progress(title)
    status = watch(
        peer.command(["piglit", "run", "-p", platform, "-j", JOBS, "-l", "quiet", "--timeout",
                      str(TEST_SECONDS), *select, "quick_gl", results]),
        desktop, folder / "piglit.log", lambda line: progress.say(line.rstrip(" \\|/-\n")))
    packed = results / "results.json.bz2"
    if status or not packed.exists():
        raise SuiteError(f"piglit ended with status {status}: see {folder / 'piglit.log'}")
    data = json.loads(bz2.decompress(packed.read_bytes()))
    progress.end(f"{sum(each['result'] == 'pass' for each in data['tests'].values())} of "
                 f"{len(data['tests'])} pass")
    return data


def run_piglit(peer, desktop, folder, select, title):
    """Returns {test: result}, {"test: subtest": result} of the tests that `select` chooses."""
    return piglit_tests(piglit_data(peer, desktop, folder, select, title))


def run_glmark2(peer, desktop, folder, title):
    """Every scene of glmark2's default list draws, and has the pixels that glmark2 knows for it."""
    progress = Progress(title)
    tests, log = {}, folder / "glmark2.log"

    def on_line(line):
        scene = re.match(r"\[(.*)\] (.*?): (?:Validation: (\w+)|(.*))$", line)
        if scene:
            # What is no validation says why there is none: Unsupported, Set up failed.
            tests[f"{scene[1]}:{scene[2]}"] = GLMARK2.get(scene[3], "fail")
            progress.say(line.rstrip())

    status = watch(peer.command(["glmark2", "--validate"]), desktop, log, on_line)
    check_renderer(peer, log.read_text(encoding="utf-8", errors="replace"))
    if status:
        tests["(all scenes)"] = "crash"
    progress.end(f"{sum(each == 'pass' for each in tests.values())} of {len(tests)} pass")
    return tests
