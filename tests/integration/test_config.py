# SPDX-License-Identifier: GPL-2.0-or-later
"""What orield refuses to start with, and where it says the fault is."""
import subprocess

import pytest

from support import BUILD, TREE

GOOD = "[host]\nlog_level = info\n"
FAULTS = [
    ("[host]\ncolour = red\n", 2, "colour"),
    ("[hosts]\nlog_level = info\n", 1, "hosts"),
    ("[host]\nlog_level = loud\n", 2, "loud"),
    ("[host]\nsessions_max = many\n", 2, "many"),
    ("[host]\nsessions_max = 0\n", 2, "sessions_max"),
    ("[gpu]\nsandbox = true-ish\n", 2, "sandbox"),
    ("[vnc]\nports = 6000-5900\n", 2, "ports"),
    ("[vnc]\naddress = somewhere\n", 2, "somewhere"),
    ("[session a]\nlisten = local relative\n", 2, "relative"),
    ("[session a]\nlisten = pipe /x\n", 2, "pipe"),
    ("[session a]\nlisten = local /run/a mode=999\n", 2, "mode"),
    ("[session a]\nvnc_port = 70000\n", 2, "70000"),
    ("[session a]\n[host]\n[session a]\n", 3, "a"),
    ("[session a b]\n", 1, "name"),
    ("[session ../a]\n", 1, "name"),
    ("[session a]\nvnc_password =\n", 2, "empty"),
    ("[host]\nlog_level = info\nlog_level = info\n", 3, "already in line 2"),
    ("nonsense\n", 1, ""),
    ("[host\n", 1, ""),
]


def check(*arguments):
    return subprocess.run([BUILD / "orield", "--check-config", *arguments], capture_output=True,
                          text=True, timeout=60, check=False)


@pytest.mark.parametrize("text,line,word", FAULTS)
def test_a_fault_is_refused_with_its_place(tmp_path, text, line, word):
    path = tmp_path / "oriel.conf"
    path.write_text(text)
    result = check("--config", str(path))
    assert result.returncode != 0
    assert f"{path}:{line}:" in result.stderr and word in result.stderr


def test_a_fault_in_a_drop_in(tmp_path):
    (tmp_path / "oriel.conf").write_text(GOOD)
    (tmp_path / "oriel.conf.d").mkdir()
    drop_in = tmp_path / "oriel.conf.d/10-more.conf"
    drop_in.write_text("[vnc]\nport = 1\n")
    result = check("--config", str(tmp_path / "oriel.conf"))
    assert result.returncode != 0
    assert f"{drop_in}:2:" in result.stderr


def test_a_session_twice_in_two_files(tmp_path):
    (tmp_path / "oriel.conf").write_text("[session a]\n")
    (tmp_path / "oriel.conf.d").mkdir()
    (tmp_path / "oriel.conf.d/10-more.conf").write_text("[session a]\n")
    assert check("--config", str(tmp_path / "oriel.conf")).returncode != 0


def test_orield_does_not_start_with_a_fault(make_daemon):
    daemon = make_daemon().configure(extra="[gpu]\nbrand = any\n")
    daemon.start(ready=False)
    assert daemon.process.wait(30) != 0
    assert f"{daemon.config}:" in daemon.log() and "brand" in daemon.log()


def test_a_password_is_needed_beyond_loopback(tmp_path):
    path = tmp_path / "oriel.conf"
    path.write_text(f"[session a]\nlisten = local {tmp_path}/a mode=0600\nvnc_address = 0.0.0.0\n")
    result = check("--config", str(path))
    assert result.returncode != 0 and "password" in result.stderr


def test_the_configuration_that_is_installed_is_right():
    result = check("--config", str(TREE / "config/oriel.conf"))
    assert result.returncode == 0, result.stderr


def test_a_long_password_is_warned_of(tmp_path):
    path = tmp_path / "oriel.conf"
    path.write_text("[session a]\nvnc_password = 123456789\n")
    result = check("--config", str(path))
    assert result.returncode == 0 and "[session a]" in result.stderr and "8" in result.stderr


def test_a_directory_without_programs_is_refused(tmp_path):
    path = tmp_path / "oriel.conf"
    path.write_text(f"[host]\nprogram_directory = {tmp_path}\n")
    result = check("--config", str(path))
    assert result.returncode != 0 and "program_directory" in result.stderr


@pytest.mark.parametrize("program", ["oriel-render", "oriel-view"])
def test_children_say_what_they_are(program):
    def run(*arguments):
        return subprocess.run([BUILD / program, *arguments], capture_output=True, text=True,
                              timeout=60, check=False)
    assert run("--help").returncode == 0 and "orield(8)" in run("--help").stdout
    assert run("--version").returncode == 0
    assert run().returncode != 0 and "orield(8)" in run().stderr
