# SPDX-License-Identifier: GPL-2.0-or-later
"""Captures of forwarded OpenGL: made by the API, executed again by oriel-replay, with the same pixels."""
import os
import signal
import subprocess

import pytest

import glwire as gl
from support import BUILD, TREE, Problem, wait_for

FRAMES = 12
SCENES = sorted(path.stem for path in (TREE / "tests/pixels").glob("*.c"))
CAPTURES = "/v1/sessions/one/captures"


def replay(*words, code=0):
    """What oriel-replay prints, and ends with that status."""
    done = subprocess.run([BUILD / "oriel-replay", *words], capture_output=True, text=True, check=False, timeout=300,
                          env=dict(os.environ, LIBGL_ALWAYS_SOFTWARE="1"))
    assert done.returncode == code, done.stderr + done.stdout[-3000:]
    return done.stdout


def sums(text):
    """[(frame, checksum)] of what it prints of one run."""
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return [(int(line[0]), line[4]) for line in lines]


class Capturing:
    """The captures of a daemon's session."""
    def __init__(self, daemon, start):
        self.daemon, self.start = daemon, start

    def list(self):
        return self.daemon.api.get(CAPTURES)["captures"]

    def ended(self):
        captures = self.list()
        return captures if captures and all(one["state"] != "running" for one in captures) else None

    def of(self, path, *command, checksums=True, **options):
        """The one capture of a program that runs to its end, in a file."""
        self.daemon.api.post(CAPTURES, {"checksums": checksums})
        try:
            said = self.start(self.daemon, *command, **options).finish(120)
            (one,) = wait_for(self.ended, 30, "a capture that is complete")
        finally:
            self.daemon.api.delete(CAPTURES)
        assert one["state"] == "complete" and one["checksums"] == checksums, one
        path.write_bytes(self.daemon.api.get(f"{CAPTURES}/{one['id']}"))
        assert path.stat().st_size == one["bytes"]
        self.daemon.api.delete(f"{CAPTURES}/{one['id']}")
        return said, one


# ---- programs on the library

@pytest.fixture
def capturing(daemon, gl_guest):
    return Capturing(daemon, gl_guest)


@pytest.fixture(scope="module")
def native(desktop, tmp_path_factory):
    """A function: the checksums of the frames that the machine's own OpenGL shows."""
    def run(scene):
        path = tmp_path_factory.mktemp("sums") / scene
        environment = dict(os.environ, DISPLAY=desktop.name, LIBGL_ALWAYS_SOFTWARE="1", GALLIUM_DRIVER="llvmpipe",
                           LD_PRELOAD=str(BUILD / "tests/sums.so"), SUMS_FILE=str(path))
        done = subprocess.run([BUILD / "tests/pixels" / scene, "-f", "glx", "-n", str(FRAMES)], env=environment,
                              capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stderr
        assert "vendor Oriel" not in done.stdout
        return path.read_text().split()
    return run


@pytest.mark.parametrize("scene", SCENES)
def test_same_frames(capturing, native, tmp_path, scene):
    """Live, in two replays and natively: each frame has the same checksum."""
    path = tmp_path / "capture"
    said, one = capturing.of(path, BUILD / "tests/pixels" / scene, "-f", "glx", "-n", FRAMES)
    assert "vendor Oriel" in said
    assert one["frames"] == FRAMES
    printed = replay("--repeat", "2", path)  # ends with 1 where a checksum is not the live frame's
    runs = printed.split("# run ")
    assert f"{FRAMES} checksums compared, 0 differ" in runs[1]
    assert f"{2 * FRAMES} checksums compared, 0 differ" in runs[2]
    assert len(set(sums(runs[1][1:]))) == FRAMES
    assert [checksum for _, checksum in sums(runs[1][1:])] == native(scene)


def test_how_it_travels_makes_no_difference(capturing, tmp_path):
    """By the socket and by shared memory a program sends the same."""
    for name, shared in (("socket", False), ("memory", True)):
        capturing.of(tmp_path / name, BUILD / "tests/pixels/textures", "-f", "glx", "-n", 3, shared=shared,
                     checksums=False)
    said = replay("--diff", tmp_path / "socket", tmp_path / "memory")
    assert said.startswith("the same: ") and said.endswith(" 3 frames\n")


def test_text_sums_and_pictures(capturing, tmp_path):
    path = tmp_path / "capture"
    capturing.of(path, BUILD / "tests/pixels/textures", "-f", "glx", "-n", 4, checksums=False)
    text = replay("--text", path)
    assert "> context_create(id = " in text
    assert "< context_created(id = " in text
    assert text.count(" > present(surface = ") == 4
    assert "malformed" not in text and " message " not in text
    assert "# complete: the channel ended" in text
    (tmp_path / "sums").write_text(replay(path))
    replay("--compare", tmp_path / "sums", path)
    wrong = (tmp_path / "sums").read_text().replace(sums((tmp_path / "sums").read_text())[2][1], "0123456789abcdef")
    (tmp_path / "wrong").write_text(wrong)
    said = replay("--compare", tmp_path / "wrong", path, code=1)
    assert said.count("differs: wanted 0123456789abcdef") == 1
    part = replay("--frames", "2-3", "--png", tmp_path, path)
    assert [frame for frame, _ in sums(part)] == [2, 3]
    assert (tmp_path / "frame-000002.png").read_bytes()[:4] == b"\x89PNG"
    assert not (tmp_path / "frame-000001.png").exists()


# ---- a guest without a library

def orielctl(daemon, *words):
    done = subprocess.run([BUILD / "orielctl", "--socket", str(daemon.api.path), *map(str, words)],
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def listed(daemon):
    return daemon.api.get(CAPTURES)["captures"]


def saved(daemon, path, number):
    path.write_bytes(daemon.api.get(f"{CAPTURES}/{number}"))
    return path


def test_stop_while_it_runs(daemon, tmp_path):
    """orielctl starts, stops, lists, saves and deletes; what was captured can be executed."""
    with gl.Guest(daemon.socket(), "before") as before, gl.Guest(daemon.socket(), "wire") as guest:
        before.ready()
        orielctl(daemon, "capture", "one", "--checksums")
        guest.ready(32, 16)
        for i in range(5):
            guest.fill(i / 5, 0, 1)
            before.fill(0, 0, 0)
        (one,) = wait_for(lambda: [one for one in listed(daemon) if one["frames"] == 5], 30, "frames")
        assert one["state"] == "running" and one["program"] == "glwire"
        with pytest.raises(Problem) as refused:
            daemon.api.get(f"{CAPTURES}/{one['id']}")
        assert refused.value.status == 409
        orielctl(daemon, "stop-capture", "one")
        guest.fill(1, 1, 1)
        (one,) = wait_for(lambda: [one for one in listed(daemon) if one["state"] == "stopped"], 30, "its end")
        assert one["frames"] == 5
    assert "stopped" in orielctl(daemon, "captures", "one")
    orielctl(daemon, "save-capture", "one", one["id"], "-o", tmp_path / "wire")
    assert (tmp_path / "wire").stat().st_size == one["bytes"]
    orielctl(daemon, "delete-capture", "one", one["id"])
    assert listed(daemon) == []
    # Files that no channel took go when the render process has heard of it.
    wait_for(lambda: not list(daemon.directory.glob("state/captures/one/*")), 30, "an empty folder")
    said = replay("--repeat", "2", tmp_path / "wire")
    assert "# 5 checksums compared, 0 differ" in said and "# 10 checksums compared, 0 differ" in said
    assert len(set(sums(said))) == 5
    assert " answers of which 0 differ" in said
    assert "# complete: it was stopped" in replay("--text", tmp_path / "wire")


def test_each_channel_has_its_own(daemon, tmp_path):
    """More channels at once than files wait: those that there is no file for are not captured."""
    daemon.api.patch("/v1/sessions/one", {"limits": {"captures": 3}})
    daemon.api.post(CAPTURES, {})
    with gl.Guest(daemon.socket()) as guest:
        for channel in range(1, 6):
            assert guest.open(channel)[0] == "channel_opened"
        wait_for(lambda: len(listed(daemon)) == 3, 30, "three captures")
    wait_for(lambda: all(one["state"] == "complete" for one in listed(daemon)), 30, "complete captures")
    session = daemon.api.session("one")["limits"]["captures"]
    assert session["used"] == 3 and session["refused"] >= 1
    for one in listed(daemon):
        assert replay(saved(daemon, tmp_path / "wire", one["id"])).endswith("# 0 frames, 0 messages, "
                                                                           "0 answers of which 0 differ\n")


def test_a_limit_ends_it(daemon, tmp_path):
    daemon.api.patch("/v1/sessions/one", {"limits": {"capture_size": 1 << 19}})
    daemon.api.post(CAPTURES, {})
    with gl.Guest(daemon.socket()) as guest:
        guest.ready()
        many = gl.command("ClearColor", red=1.0, green=0.0, blue=0.0, alpha=1.0) * 1000
        for _ in range(40):
            guest.send(many)
            guest.fill(0, 1, 0)
        (one,) = wait_for(lambda: [one for one in listed(daemon) if one["state"] == "truncated"], 30, "its end")
    assert 1 << 18 < one["bytes"] <= 1 << 19 and 0 < one["frames"] < 40
    path = saved(daemon, tmp_path / "wire", one["id"])
    assert replay("--text", "--frames", f"{one['frames']}-", path).endswith("# truncated: it reached its size\n")
    assert len(sums(replay(path))) == one["frames"]


def test_a_crash_leaves_what_was_written(daemon, tmp_path):
    daemon.api.post(CAPTURES, {})
    with gl.Guest(daemon.socket()) as guest:
        guest.ready()
        for _ in range(20):
            guest.fill(0, 0, 1)
        os.kill(daemon.child("oriel-render"), signal.SIGKILL)
        (one,) = wait_for(lambda: [one for one in listed(daemon) if one["state"] == "cut"], 30, "its end")
    path = saved(daemon, tmp_path / "wire", one["id"])
    assert len(sums(replay(path))) == 20
    assert replay("--text", path).endswith("# cut: its writer was ended\n")


def test_captures_go_with_their_session(daemon):
    path = daemon.directory / "made.sock"
    orielctl(daemon, "create", "made", "--listen", f"local:{path}")
    wait_for(lambda: daemon.api.session("made")["state"] == "ready", 30, "the session")
    daemon.api.post("/v1/sessions/made/captures", {})
    assert list(daemon.directory.glob("state/captures/made/*"))
    orielctl(daemon, "delete", "made")
    wait_for(lambda: not (daemon.directory / "state/captures").exists(), 30, "the end of the session's files")
