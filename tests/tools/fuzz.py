#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs the fuzz targets that `make fuzz-build` made.

fuzz.py run NAME...       each for --seconds, --jobs of them at once; 1 when there was a finding
fuzz.py replay NAME...    the corpora of the tree alone
fuzz.py merge NAME...     what was found and reaches more goes into the tree's corpora
fuzz.py coverage NAME...  lines and functions of our files that all corpora reach

A target NAME is tests/fuzz/fuzz_NAME.c. By convention there may be, beside it:
  corpus/NAME/    inputs it begins with, all replayed by `make check`
  NAME.dict       libFuzzer's dictionary
  NAME.options    [libfuzzer] its options without the dash, [env] variables, paths being relative
                  to the tree, and [coverage] files: what the target is about, as globs
What a run finds goes to build/fuzz-corpus/NAME; inputs that fail to build/fuzz/artifacts/NAME-*.
"""
import argparse
import concurrent.futures
import configparser
import fnmatch
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
os.chdir(TREE)
BUILD = pathlib.Path("build/fuzz")
COVERED = pathlib.Path("build/fuzz-coverage")
SOURCES = pathlib.Path("tests/fuzz")
FOUND = pathlib.Path("build/fuzz-corpus")
ARTIFACTS = BUILD / "artifacts"
LOGS = BUILD / "logs"
# libFuzzer's exit status after SIGINT or SIGTERM.
INTERRUPTED = 72
# A unit that takes so long is a finding. The machine may be busy, and the sanitizers cost.
UNIT_SECONDS = 30
# How much merges may add to a target's corpus in the tree.
CORPUS_BYTES, CORPUS_FILES = 48 << 10, 200

interrupted = threading.Event()


class Target:
    def __init__(self, name, build=BUILD):
        self.name = name
        self.program = build / f"fuzz_{name}"
        self.seeds = SOURCES / "corpus" / name
        self.found = FOUND / name
        self.log = LOGS / f"{name}.log"
        options = configparser.ConfigParser(interpolation=None, delimiters=("=",))
        options.optionxform = str
        options.read(SOURCES / f"{name}.options")
        self.options = dict(options["libfuzzer"]) if "libfuzzer" in options else {}
        self.variables = dict(options["env"]) if "env" in options else {}
        self.files = options.get("coverage", "files", fallback="").split()
        self.options.setdefault("timeout", str(UNIT_SECONDS))
        self.variables.setdefault("UBSAN_OPTIONS", "print_stacktrace=1")

    def inputs(self):
        return sorted(str(path) for path in self.seeds.glob("*") if path.is_file())

    def environment(self):
        return {**os.environ, **self.variables}

    def flags(self):
        flags = [f"-{key}={value}" for key, value in self.options.items()]
        dictionary = SOURCES / f"{self.name}.dict"
        return flags + ([f"-dict={dictionary}"] if dictionary.exists() else [])

    def replay_flags(self):
        return [f"-{key}={value}" for key, value in self.options.items()
                if key in ("timeout", "rss_limit_mb", "malloc_limit_mb", "detect_leaks")]

    def reproduction(self, artifact):
        words = [f"{key}={shlex.quote(value)}" for key, value in self.variables.items()]
        return " ".join([*words, str(self.program), *self.replay_flags(), artifact])


# ---- run

def last_number(pattern, text, otherwise=0):
    found = re.findall(pattern, text)
    return int(found[-1]) if found else otherwise


def run_one(target, seconds):
    """Fuzzes one target; returns what the table and the JSON say of it. None: interrupted before it began."""
    if interrupted.is_set():
        return None
    target.found.mkdir(parents=True, exist_ok=True)
    begin = time.monotonic()
    command = [target.program, *target.flags(), f"-max_total_time={seconds}",
               "-print_final_stats=1", f"-report_slow_units={target.options['timeout']}",
               f"-artifact_prefix={ARTIFACTS}/{target.name}-", target.found]
    command += [target.seeds] if target.seeds.is_dir() else []
    with open(target.log, "wb") as log:
        process = subprocess.Popen(command, env=target.environment(), stdin=subprocess.DEVNULL,
                                   stdout=log, stderr=subprocess.STDOUT)
        # libFuzzer minds its own time; should it not, its alarm for a unit ends it.
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    text = target.log.read_text(encoding="utf-8", errors="replace")
    artifacts = re.findall(r"Test unit written to (\S+)", text)
    return {
        "target": target, "status": process.returncode, "artifacts": artifacts,
        "seconds": time.monotonic() - begin, "cpu": usage.ru_utime + usage.ru_stime,
        "executions": last_number(r"stat::number_of_executed_units: +(\d+)", text),
        "new": last_number(r"stat::new_units_added: +(\d+)", text),
        "peak": usage.ru_maxrss / 1024, "edges": last_number(r"\bcov: (\d+)", text),
        "all_edges": last_number(r"\((\d+) inline 8-bit counters\)", text),
        "features": last_number(r"\bft: (\d+)", text),
        "reason": (re.findall(r"^.*(?:ERROR: \w+Sanitizer|runtime error|ERROR: libFuzzer"
                              r"|Assertion).*$", text, re.MULTILINE) or ["it ended early"])[0],
    }


def verdict(result):
    if result["status"] == INTERRUPTED:
        return "interrupted"
    return "FINDING" if result["status"] else "none"


def write_figures(results, seconds):
    rows = []
    for result in results:
        failed = int(verdict(result) == "FINDING")
        for metric, unit in (("executions", "inputs"), ("cpu", "s"), ("edges", "edges"),
                             ("features", "features"), ("new", "inputs"), ("peak", "MiB")):
            rows.append({"case": result["target"].name, "metric": metric,
                         "value": round(result[metric], 1), "unit": unit})
        rows.append({"case": result["target"].name, "metric": "findings", "value": failed,
                     "unit": "", "bar": 0, "ok": not failed})
    for row in rows:
        for key in ("peer", "peer_value", "ratio", "bar", "ok"):
            row.setdefault(key, None)
        row["command"] = f"make fuzz SECONDS={seconds} FUZZ={row['case']}"
    path = pathlib.Path("build/bench/fuzz.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def run(targets, seconds, jobs):
    for folder in (ARTIFACTS, LOGS):
        folder.mkdir(parents=True, exist_ok=True)
    print(f"{'target':20} {'executions':>11} {'a second':>9} {'CPU s':>8} {'edges':>13} "
          f"{'features':>9} {'new units':>9} {'peak MiB':>8}  findings", flush=True)
    results = []
    # Ctrl-C ends the targets, which say what they did.
    signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for result in pool.map(lambda target: run_one(target, seconds), targets):
            if not result:
                continue
            results.append(result)
            edges = f"{result['edges']}/{result['all_edges']}"
            print(f"{result['target'].name:20} {result['executions']:11} "
                  f"{result['executions'] / max(result['seconds'], 1):9.0f} {result['cpu']:8.1f} "
                  f"{edges:>13} {result['features']:9} {result['new']:9} {result['peak']:8.0f}  "
                  f"{verdict(result)}", flush=True)
    write_figures(results, seconds)
    print(f"new inputs are in {FOUND}/, figures in build/bench/fuzz.json")
    for result in results:
        if verdict(result) == "FINDING":
            target = result["target"]
            print(f"\nFINDING in {target.name}: {result['reason']}\n  log:       {target.log}")
            for artifact in result["artifacts"]:
                print(f"  input:     {artifact}\n  reproduce: {target.reproduction(artifact)}")
    return int(any(result["status"] for result in results))


# ---- replay, merge

def replay(targets):
    failed = []
    for target in targets:
        inputs = target.inputs()
        begin = time.monotonic()
        # Without an input libFuzzer would begin to fuzz.
        done = inputs and subprocess.run(
            [target.program, *target.replay_flags(), *inputs], env=target.environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        good = done and done.returncode == 0
        print(f"{target.name:20} {len(inputs):5} inputs {time.monotonic() - begin:6.1f} s  "
              f"{'passed' if good else 'FAILED'}", flush=True)
        if not good:
            failed.append(target.name)
            text = done.stdout.decode("utf-8", "replace") if done else "there is no corpus"
            print("\n".join(text.splitlines()[-80:]), flush=True)
    if failed:
        print(f"FAILED: {', '.join(failed)}")
    return int(bool(failed))


def merge_one(target):
    """Adds to the tree what reaches more than it does, the smallest first, within the bounds."""
    chosen = BUILD / "merged" / target.name
    shutil.rmtree(chosen, ignore_errors=True)
    chosen.mkdir(parents=True)
    target.seeds.mkdir(parents=True, exist_ok=True)
    for path in target.inputs():
        shutil.copy2(path, chosen)
    before = {path.name for path in chosen.iterdir()}
    subprocess.run([target.program, *target.replay_flags(), "-set_cover_merge=1", chosen, target.found],
                   env=target.environment(), check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # Those from earlier merges bear the name of their contents; the others were made by hand.
    sizes = [path.stat().st_size for path in target.seeds.iterdir() if len(path.name) == 40]
    size, files, added = sum(sizes), len(sizes), 0
    new = [path for path in chosen.iterdir() if path.name not in before]
    for path in sorted(new, key=lambda path: path.stat().st_size):
        size += path.stat().st_size
        if size > CORPUS_BYTES or files + added >= CORPUS_FILES:
            break
        shutil.copy(path, target.seeds / hashlib.sha1(path.read_bytes()).hexdigest())
        added += 1
    print(f"{target.name:20} {added:5} added, {len(target.inputs()):5} in {target.seeds}", flush=True)


def merge(targets):
    for target in targets:
        if target.found.is_dir():
            merge_one(target)
    return 0


# ---- coverage

def ours(path, about):
    if about:
        return any(fnmatch.fnmatch(path, pattern) for pattern in about)
    return path.startswith(("daemon/", "proto/"))


def coverage_one(target):
    """Returns (path, functions, functions reached, lines, lines reached) of each file of ours."""
    raw, data = COVERED / f"{target.name}.profraw", COVERED / f"{target.name}.profdata"
    folders = [folder for folder in (target.seeds, target.found) if folder.is_dir()]
    raw.unlink(missing_ok=True)
    subprocess.run([target.program, *target.replay_flags(), "-runs=0", *folders],
                   env={**target.environment(), "LLVM_PROFILE_FILE": str(raw)}, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(["llvm-profdata", "merge", "-sparse", "-o", data, raw], check=True)
    export = subprocess.run(["llvm-cov", "export", "-summary-only", f"-instr-profile={data}",
                             target.program], check=True, capture_output=True).stdout
    rows = []
    for each in json.loads(export)["data"][0]["files"]:
        path, summary = os.path.relpath(each["filename"]), each["summary"]
        if ours(path, target.files) and summary["functions"]["count"] > 0:
            rows.append((path, summary["functions"]["count"], summary["functions"]["covered"],
                         summary["lines"]["count"], summary["lines"]["covered"]))
    return rows


def coverage(targets, each_file):
    def line(name, functions, reached, lines, lines_reached):
        print(f"{name:44} {reached:5} of {functions:5} {100 * reached / max(functions, 1):4.0f} % "
              f"{lines_reached:6} of {lines:6} {100 * lines_reached / max(lines, 1):4.0f} %", flush=True)
    print(f"{'target: the files it is about':44} {'functions reached':>20} {'lines reached':>23}")
    for target in targets:
        rows = coverage_one(target)
        line(target.name, *(sum(row[i] for row in rows) for i in range(1, 5)))
        for row in sorted(rows) if each_file else []:
            line("  " + row[0], *row[1:])
    return 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("run", "replay", "merge", "coverage"))
    parser.add_argument("names", nargs="*")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--files", action="store_true", help="coverage: each file too")
    arguments = parser.parse_args()
    targets = [Target(name, COVERED if arguments.what == "coverage" else BUILD)
               for name in arguments.names]
    if arguments.what == "run":
        return run(targets, arguments.seconds, arguments.jobs)
    if arguments.what == "coverage":
        return coverage(targets, arguments.files)
    return (replay if arguments.what == "replay" else merge)(targets)


if __name__ == "__main__":
    sys.exit(main())
