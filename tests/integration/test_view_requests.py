# SPDX-License-Identifier: GPL-2.0-or-later
"""oriel-view by itself: input, screenshots, the end."""
import contextlib
import io
import os
import struct
import threading
import time

import numpy
from PIL import Image

import rfb
from support import PATIENCE, wait_for
from view_driver import BGRX, RGBX, Surface, noise, playing, raw_viewer


def events_of(render, mark=0):
    with render.link.lock:
        return [(fields["stream"], event) for name, fields, _ in render.link.got[mark:]
                if name == "display_input" for event in fields["events"]]


def test_input(view, render):
    Surface(render, 1, 640, 480, stream=7)
    view.control.wait("display", surface=1)
    with raw_viewer(view.address()) as viewer:
        viewer.send(struct.pack(">BxHi", 2, 1, rfb.EXTENDED_KEY))
        viewer.key(0x61, True)
        viewer.key(0x61, False)
        viewer.key(0x62, False)  # was not down
        viewer.send(struct.pack(">BBHII", 255, 0, 1, 0x63, 0x2e))
        viewer.pointer(10, 20)
        viewer.pointer(600, 470, 1)
        viewer.pointer(5000, 5000, 0)
        wait_for(lambda: len(events_of(render)) >= 6, 5)
        got = events_of(render)
        assert all(stream == 7 for stream, _ in got)
        keys = [(event["keysym"], event["keycode"], event["down"]) for _, event in got if event["kind"] == 1]
        assert keys == [(0x61, 0, 1), (0x61, 0, 0), (0x63, 0x2e, 1)]
        points = [(event["x"], event["y"], event["buttons"]) for _, event in got if event["kind"] == 2]
        assert points == [(10, 20, 0), (600, 470, 1), (639, 479, 0)]
        viewer.pointer(1, 2, 4)
        wait_for(lambda: len(events_of(render)) >= 7, 5)
    wait_for(lambda: len(events_of(render)) >= 9, 5)
    left = [event for _, event in events_of(render)[7:]]
    assert [(event["kind"], event["down"], event["keycode"], event["buttons"]) for event in left] == \
        [(1, 0, 0x2e, 0), (2, 0, 0, 0)]


def test_input_of_the_api(view, render):
    Surface(render, 1, 640, 480, stream=3)
    view.control.wait("display", surface=1)
    view.control.send("display_input", display=0, events=[
        {"kind": 1, "down": 1, "keysym": 65}, {"kind": 2, "x": 9999, "y": 3, "buttons": 1}])
    got, _ = render.link.wait("display_input", stream=3)
    assert [event["x"] for event in got["events"]] == [0, 639]


def test_keys_are_let_go_when_another_program_is_shown(view, render):
    Surface(render, 1, 640, 480, stream=1)
    view.control.wait("display", surface=1)
    with raw_viewer(view.address()) as viewer:
        viewer.key(0x61, True)
        wait_for(lambda: len(events_of(render)) == 1, 5)
        Surface(render, 2, 640, 480, stream=2)
        wait_for(lambda: len(events_of(render)) == 2, 5)
        stream, event = events_of(render)[1]
        assert (stream, event["keysym"], event["down"]) == (1, 0x61, 0)
        viewer.key(0x61, False)
        viewer.key(0x62, True)
        wait_for(lambda: len(events_of(render)) == 3, 5)
        stream, event = events_of(render)[2]
        assert (stream, event["keysym"], event["down"]) == (2, 0x62, 1)


def test_a_flood_of_input(view, render):
    """A render process that reads nothing: bounded, and the viewer is served."""
    surface = Surface(render, 1, 64, 64)
    view.control.wait("display", surface=1)
    render.link.handler = None
    with raw_viewer(view.address()) as viewer:
        viewer.socket.settimeout(0.5)
        with contextlib.suppress(OSError):
            for i in range(2000):
                viewer.socket.sendall(struct.pack(">BBxxI", 4, i % 2, 0x61) * 100)
        assert view.ping() < 1
        surface.present(noise(64, 64), force=True)
        assert view.ping() < 1


def screenshot(view, request=1, timeout=10.0, **options):
    mark = view.control.mark()
    view.control.send("screenshot", request=request,
                      **dict({"display": 0, "wait_frame": 0, "timeout_ms": 3000}, **options))
    def find():
        with view.control.lock:
            for name, fields, fd in view.control.got[mark:]:
                if name.startswith("screenshot_") and fields["request"] == request:
                    return name, fields, fd
        return None
    name, fields, fd = wait_for(find, timeout)
    if name == "screenshot_failed":
        return fields, None
    with os.fdopen(fd, "rb") as file:
        data = file.read()
    assert len(data) == fields["size"]
    image = Image.open(io.BytesIO(data))
    assert image.mode == "RGB"
    return fields, numpy.asarray(image)


def test_screenshots(view, render):
    fields, picture = screenshot(view)
    assert picture is None and fields["error"] == 61 and "nothing has been shown" in fields["reason"]
    for kind in (BGRX, RGBX):
        wanted = noise(641, 480, kind)
        surface = Surface(render, kind, 641, 480, kind)
        with playing(surface, wanted):
            fields, picture = screenshot(view)
            assert numpy.array_equal(picture, wanted)
            assert (fields["width"], fields["height"]) == (641, 480) and fields["sequence"] >= 1
        fields, picture = screenshot(view)  # it stands still: the last one
        assert numpy.array_equal(picture, wanted)
    fields, _ = screenshot(view, display=5)
    assert fields["error"] == 2


def test_screenshot_of_the_next_frame(view, render):
    surface = Surface(render, 1, 100, 100)
    with playing(surface, noise(100, 100, 1)):
        screenshot(view)
    start = time.monotonic()
    fields, picture = screenshot(view, wait_frame=1, timeout_ms=500)
    assert picture is None and fields["error"] == 110
    assert time.monotonic() - start >= 0.5
    wanted = noise(100, 100, 2)
    threading.Timer(0.3, lambda: surface.present(wanted)).start()
    fields, picture = screenshot(view, 2, wait_frame=1, timeout_ms=5000)
    assert numpy.array_equal(picture, wanted) and fields["sequence"] == surface.sequence
    # a retained copy is no new frame
    threading.Timer(0.2, lambda: surface.present(noise(100, 100, 3), retained=1)).start()
    threading.Timer(0.5, lambda: surface.present(wanted)).start()
    fields, picture = screenshot(view, 3, wait_frame=1, timeout_ms=5000)
    assert numpy.array_equal(picture, wanted)


def test_frames_that_look_the_same(view, render):
    """They count as frames, and cost viewers nothing."""
    picture = noise(100, 100, 4)
    surface = Surface(render, 1, 100, 100)
    view.control.wait("display", surface=1)
    with playing(surface, picture):
        screenshot(view)
    wait_for(lambda: len(surface.free) == 2, 5)
    with raw_viewer(view.address()) as viewer:
        assert viewer.update(False)
        assert numpy.array_equal(viewer.picture, picture)
        updates = viewer.updates
        for number in range(2, 6):
            threading.Timer(0.2, surface.present_same).start()
            fields, got = screenshot(view, number, wait_frame=1, timeout_ms=5000)
            assert numpy.array_equal(got, picture) and fields["sequence"] == surface.sequence
            assert viewer.updates == updates
        # another is still shown
        other = noise(100, 100, 5)
        with playing(surface, other):
            viewer.until(lambda seen: numpy.array_equal(seen, other), 10 * PATIENCE)


def test_a_frame_as_one_that_was_let_go(view, render):
    """Its pixels are not there: a whole one is asked for."""
    surface = Surface(render, 1, 100, 100)
    picture = noise(100, 100, 6)
    view.control.wait("display", surface=1)
    with raw_viewer(view.address()) as viewer:
        viewer.request(False)
        wait_for(surface.present_same, 5)
        with playing(surface, picture):
            viewer.until(lambda seen: numpy.array_equal(seen, picture), 10 * PATIENCE)


def test_too_many_screenshots(view, render):
    Surface(render, 1, 100, 100)
    for number in range(9):
        view.control.send("screenshot", request=number, display=0, wait_frame=1, timeout_ms=500)
    fields, _ = view.control.wait("screenshot_failed", request=8)
    assert fields["error"] == 16
    for number in range(8):
        view.control.wait("screenshot_failed", request=number, error=110)


def test_it_stops_with_orield(make_view):
    view = make_view()
    with raw_viewer(view.address()):
        start = time.monotonic()
        view.control.close()
        assert view.process.wait(5) == 0
        assert time.monotonic() - start < 1 * PATIENCE
