# SPDX-License-Identifier: GPL-2.0-or-later
"""When frames are read, and whose are shown."""
import time

import pattern as drawn
from support import PATIENCE, wait_for

RED, GREEN = 0xc02010, 0x10a030


def readbacks(daemon, session="one"):
    return daemon.api.session(session)["readbacks"]


def retained_copies(daemon, session="one"):
    return daemon.api.session(session)["retained"]


def streams(daemon, session="one"):
    return daemon.api.session(session)["streams"]


def test_nobody_looks_nothing_is_read(daemon, pattern):
    guest = pattern(daemon, "--size=320x240", "--fps=50").wait_frames(1)
    with daemon.viewer() as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")
        for _ in range(5):
            assert viewer.update(timeout=30 * PATIENCE)
    wait_for(lambda: not daemon.api.get("/v1/sessions/one/viewers")["viewers"], 10, "no viewer")
    # The counter comes with the heartbeat: let it come to rest, then watch it stand.
    before = -1
    while readbacks(daemon) != before:
        before = readbacks(daemon)
        shown = streams(daemon)[0]["frames"]
        wait_for(lambda: streams(daemon)[0]["frames"] >= shown + 100, 60, "100 frames more")
    assert before > 0, "the viewer was shown frames, yet none was read back"
    drawn_before, retained, begin = guest.frames(), retained_copies(daemon), time.monotonic()
    wait_for(lambda: guest.frames() >= drawn_before + 200, 60, "200 frames more")
    assert readbacks(daemon) == before
    # A copy stays on the GPU, at most once a second; the counters are a heartbeat old.
    assert retained_copies(daemon) - retained <= time.monotonic() - begin + 2


def shown_color(viewer):
    height, width = viewer.picture.shape[:2]
    red, green, blue = (int(value) for value in viewer.picture[height // 2, width // 2])
    return red << 16 | green << 8 | blue


def test_two_programs_do_not_flip(daemon, pattern):
    pattern(daemon, "--size=320x240", f"--color={RED:#x}", "--fps=20").wait_frames(2)
    with daemon.viewer() as viewer:
        viewer.until(lambda got: shown_color(viewer) == RED, 30 * PATIENCE, "the first program")
        second = pattern(daemon, "--size=320x240", f"--color={GREEN:#x}", "--fps=20")
        second.wait_frames(2)
        viewer.until(lambda got: shown_color(viewer) == GREEN, 30 * PATIENCE, "the newest program")
        for _ in range(40):  # both go on presenting; the newest stays
            assert viewer.update(timeout=30 * PATIENCE)
            assert shown_color(viewer) == GREEN

        display = daemon.api.session("one")["displays"][0]
        assert not display["chosen"]
        other = display["surface"]["id"] - 1  # surfaces are numbered in the order of their first presents
        show(daemon, other)
        viewer.until(lambda got: shown_color(viewer) == RED, 30 * PATIENCE, "the chosen program")
        for _ in range(40):
            assert viewer.update(timeout=30 * PATIENCE)
            assert shown_color(viewer) == RED
        display = daemon.api.session("one")["displays"][0]
        assert display["surface"]["id"] == other and display["chosen"]

        show(daemon, "auto")
        viewer.until(lambda got: shown_color(viewer) == GREEN, 30 * PATIENCE, "the rule again")
        second.kill()
        viewer.until(lambda got: shown_color(viewer) == RED, 30 * PATIENCE, "the one that is left")


def show(daemon, surface):
    daemon.api.call("PATCH", "/v1/sessions/one/displays/0", {"surface": surface})


def test_last_picture_stays_dimmed(daemon, pattern):
    """When the guest is gone its last picture stays, at half brightness."""
    guest = pattern(daemon, "--size=320x240", f"--color={0xc08040:#x}", "--fps=20").wait_frames(2)
    with daemon.viewer() as viewer:
        viewer.until(lambda got: shown_color(viewer) == 0xc08040, 30 * PATIENCE, "the program")
        guest.kill()

        def half(got):
            return all(abs(int(value) - wanted) <= 2
                       for value, wanted in zip(got[120, 160], (0x60, 0x40, 0x20)))
        viewer.until(half, 30 * PATIENCE, "the dimmed picture")
        pattern(daemon, "--size=320x240", f"--color={GREEN:#x}", "--fps=20").wait_frames(1)
        viewer.until(lambda got: shown_color(viewer) == GREEN, 30 * PATIENCE, "the next program")


def test_screenshot_waits_for_a_frame(daemon, pattern):
    from test_pictures import decode
    pattern(daemon, "--size=320x240", "--fps=5").wait_frames(1)
    before = -1
    for _ in range(4):
        shot = decode(daemon.api.screenshot("one", query="?wait=frame&timeout=20000"))
        assert drawn.is_frame(shot, 320, 240)
        assert drawn.number(shot) > before
        before = drawn.number(shot)
