# SPDX-License-Identifier: GPL-2.0-or-later
"""A GPU that is reset under a session, or gone: what its guests, its viewers and scripts see of it.

No machine can be told to reset its GPU: the render process is tests/faults/render_reset.c's.
"""
import os
import signal

import pytest

from support import BUILD, wait_for
from test_input import Listener
from watcher import Watcher

SMALL = ("--size=320x240", "--fps=30")
REASONS = {
    "guilty": "the GPU was reset (guilty: a guest of this session caused it)",
    "innocent": "the GPU was reset (innocent: others caused it)",
    "unknown": "the GPU was reset (unknown cause)",
}


@pytest.fixture
def start(make_daemon):
    """A function that starts orield with a render process that fails as the files in FAULTS say."""
    def run(*names):
        daemon = make_daemon()
        programs, daemon.faults = daemon.directory / "faulty", daemon.directory / "faults"
        for directory in (programs, daemon.faults):
            directory.mkdir()
            directory.chmod(0o777)  # for the user whom orield's children run as
        (programs / "oriel-render").symlink_to(BUILD / "tests/faults/render_reset")
        (programs / "oriel-view").symlink_to(BUILD / "oriel-view")
        for name in names:
            (daemon.faults / name).touch()
        daemon.configure(host=f"program_directory = {programs}")
        return daemon.start(ready="gone" not in names, ORIEL_TEST_FAULT=str(daemon.faults))
    return run


def arm(daemon, name):
    """The session's next render process will report this."""
    (daemon.faults / name).touch()
    count = daemon.api.session("one")["restart_count"]
    os.kill(daemon.child("oriel-render"), signal.SIGKILL)
    wait_for(lambda: daemon.api.session("one")["restart_count"] == count + 1, 30, "the restart")
    wait_for(lambda: daemon.api.session("one")["state"] == "ready", 30, "the next process")
    assert not (daemon.faults / name).exists()


@pytest.mark.parametrize("kind", REASONS)
def test_reset(start, pattern, kind):
    """The guest's connection ends, the reason is shown, viewers stay and see the next guest."""
    daemon = start()
    arm(daemon, kind)
    watcher, other = Watcher(daemon), Listener(daemon).wait_ready()
    try:
        guest = pattern(daemon, *SMALL)
        wait_for(lambda: guest.process.poll() is not None, 60, "the end of the guest")
        wait_for(lambda: daemon.api.session("one")["restart_count"] == 2, 30, "the restart")
        restart = daemon.api.session("one")["restarts"][-1]
        assert restart["process"] == "render" and restart["reason"] == REASONS[kind]
        daemon.wait_log(r"guest \d+ \(.*\) is closed: the GPU was reset")
        daemon.wait_log(r"its render process ended \(the GPU was reset")
        wait_for(lambda: daemon.api.session("one")["state"] == "ready", 30, "the next process")
        seen = watcher.count()
        pattern(daemon, *SMALL).wait_frames(10)
        wait_for(lambda: watcher.count() > seen + 5, 60, "the next guest's picture")
        watcher.stop()
        # One that speaks Oriel's protocol keeps its connection, and is told to start over.
        other.wait_events(2, "ready")
        assert other.process.poll() is None
    finally:
        watcher.close()
        other.close()
    assert daemon.api.session("one")["restart_count"] == 2


def test_gone(start, pattern):
    """A device that cannot be opened is tried again, later each time, and the session says why."""
    daemon = start("gone")

    def session():
        return daemon.api.session("one")
    daemon.wait_log("(?s)another is started.*another is started")
    assert session()["state"] in ("starting", "failed")
    for restart in session()["restarts"]:
        assert restart["reason"].startswith("no GPU can be used (software): it does not initialize")
    (daemon.faults / "gone").unlink()
    wait_for(lambda: session()["state"] == "ready", 60, "the device that came back")
    pattern(daemon, *SMALL).wait_frames(5)
