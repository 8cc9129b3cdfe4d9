# SPDX-License-Identifier: GPL-2.0-or-later
"""Keys and pointer, from viewers and scripts to a guest that speaks Oriel's protocol."""
import json
import os
import signal
import subprocess

import pytest

from support import BUILD, Output, PATIENCE, wait_for


class Listener:
    """tests/guest on a session's socket, and what it was told."""

    def __init__(self, daemon, *options):
        self.output = Output()
        self.process = subprocess.Popen(
            [BUILD / "test-guest", *options, str(daemon.socket())], stdin=subprocess.DEVNULL,
            stdout=self.output.file, stderr=subprocess.STDOUT)

    def events(self, *kinds):
        lines = [json.loads(line) for line in self.output.lines() if line.startswith("{")]
        return [each for each in lines if not kinds or each["event"] in kinds]

    def wait_events(self, count, *kinds, timeout=30.0):
        wait_for(lambda: len(self.events(*kinds)) >= count, timeout, f"{count} of {kinds}")
        return self.events(*kinds)

    def wait_ready(self):
        self.wait_events(1, "ready")
        return self

    def close(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def listener(daemon):
    started = []

    def start(*options):
        started.append(Listener(daemon, *options))
        return started[-1]
    yield start
    for each in started:
        each.close()


def keys(events):
    return [(each["keysym"], each["down"]) for each in events]


def typed(text):
    return [(ord(char), down) for char in text for down in (True, False)]


def test_a_viewers_keys_and_pointer(daemon, listener):
    guest = listener().wait_ready()
    with daemon.viewer() as viewer:
        viewer.type("Oriel 1")
        assert keys(guest.wait_events(14, "key")) == typed("Oriel 1")
        viewer.pointer(10, 20)
        viewer.pointer(30, 40, 1)
        viewer.pointer(30, 40, 0)

        def released():
            moves = [(each["x"], each["y"], each["buttons"]) for each in guest.events("pointer")]
            return len(moves) >= 2 and moves[-1] == (30, 40, 0) and (30, 40, 1) in moves
        wait_for(released, 30, "a click")
        assert all((each["width"], each["height"]) == (1024, 768) for each in guest.events("pointer"))


def test_held_keys_are_released_when_a_viewer_leaves(daemon, listener):
    guest = listener().wait_ready()
    with daemon.viewer() as viewer:
        viewer.key(0xffe1, True)
        viewer.pointer(5, 6, 1)
        guest.wait_events(1, "key")
        wait_for(lambda: any(each["buttons"] == 1 for each in guest.events("pointer")), 30, "a press")
    assert keys(guest.wait_events(2, "key")) == [(0xffe1, True), (0xffe1, False)]
    wait_for(lambda: guest.events("pointer")[-1]["buttons"] == 0, 30, "the button's release")


def test_input_from_the_api(daemon, listener):
    guest = listener().wait_ready()
    target = "/v1/sessions/one/displays/0/input"
    daemon.api.post(target, {"events": [
        {"type": "key", "keysym": ord("a"), "down": True},
        {"type": "key", "keysym": ord("a"), "down": False},
        {"type": "pointer", "x": 7, "y": 8, "buttons": 1},
        {"type": "pointer", "x": 7, "y": 8, "buttons": 0}]})
    assert keys(guest.wait_events(2, "key")) == typed("a")
    moves = guest.wait_events(2, "pointer")
    assert [(each["x"], each["y"], each["buttons"]) for each in moves] == [(7, 8, 1), (7, 8, 0)]


def test_log_lines_of_a_guest(daemon, listener):
    guest = listener("--program", "chatty", "--log", "the quick brown fox", "--bye")
    assert guest.process.wait(30 * PATIENCE) == 0
    daemon.wait_log(r"one: .*chatty.*the quick brown fox")


def test_versions(daemon, listener):
    """A newer guest that still speaks ours is welcome; one that does not is told what we speak."""
    newer = listener("--versions", "1-9", "--bye")
    assert newer.process.wait(30 * PATIENCE) == 0
    assert newer.events("ready")[0]["version"] == 1
    stranger = listener("--versions", "7-9")
    assert stranger.process.wait(30 * PATIENCE) == 3
    refusal = stranger.events("refused")[0]
    assert refusal["version_min"] == refusal["version_max"] == 1 and refusal["reason"]


def test_a_guest_survives_the_render_process(daemon, listener):
    """Its connection is handed to the next one, and both find each other again."""
    guest = listener("--program", "survivor").wait_ready()
    os.kill(daemon.child("oriel-render"), signal.SIGKILL)
    guest.wait_events(2, "ready")
    wait_for(lambda: daemon.api.session("one")["state"] == "ready", 30, "the session")
    with daemon.viewer() as viewer:
        viewer.type("x")
        assert keys(guest.wait_events(2, "key")) == typed("x")
    assert guest.process.poll() is None
