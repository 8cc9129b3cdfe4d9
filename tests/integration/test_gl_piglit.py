# SPDX-License-Identifier: GPL-2.0-or-later
"""Some tests of piglit, from each of its groups, on Oriel's own OpenGL library: tests/piglit/smoke.txt."""
import bz2
import json
import os
import shutil
import subprocess

import pytest

from support import SANITIZED, TREE, Daemon, oriel_run

SOURCE = "/usr/lib/x86_64-linux-gnu/piglit"
LIST = TREE / "tests/piglit/smoke.txt"


def listed(platform):
    lines = [line.split(" ", 1) for line in LIST.read_text().splitlines() if not line.startswith("#")]
    return [test for where, test in lines if where == platform]


@pytest.fixture
def host(make_daemon):
    return make_daemon().configure(extra="[guest]\ncompute_shaders = on\n", log="info").start()


@pytest.mark.parametrize("platform", ["surfaceless_egl", "glx"])
def test_piglit(gl_guest, host, desktop, tmp_path, platform):
    assert isinstance(host, Daemon) and gl_guest
    if SANITIZED:
        pytest.skip("piglit is no test of the sanitized tree")
    for program in ("piglit", "wflinfo"):  # without wflinfo piglit skips, and says nothing
        if not shutil.which(program):
            pytest.skip(f"there is no {program}: make deps DEPS=peers")
    tests = listed(platform)
    (tmp_path / "tests").write_text("".join(f"{test}\n" for test in tests))
    words = ["piglit", "run", "-p", platform, "-j2", "-l", "quiet", "--timeout", "120", "--test-list", tmp_path / "tests",
             "quick_gl", tmp_path / "results"]
    ran = subprocess.run(oriel_run(host.socket(), words, exact=True), check=False, capture_output=True, text=True,
                         env=dict(os.environ, DISPLAY=desktop.name, PIGLIT_SOURCE_DIR=SOURCE), timeout=900)
    assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    found = json.loads(bz2.decompress((tmp_path / "results/results.json.bz2").read_bytes()))["tests"]
    lost = {test: found.get(test, {}).get("result", "not run") for test in tests
            if found.get(test, {}).get("result") != "pass"}
    assert not lost, "\n".join(f"{test}: {result}: {(found.get(test) or {}).get('out', '')[-300:]}"
                               for test, result in lost.items())
