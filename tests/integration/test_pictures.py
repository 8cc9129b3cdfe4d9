# SPDX-License-Identifier: GPL-2.0-or-later
"""What viewers and scripts see is what the guest drew."""
import io
import subprocess

import numpy
import pytest
from PIL import Image

import pattern as drawn
import rfb
from support import PATIENCE, wait_for

SIZES = [(640, 480), (1921, 1081)]


def decode(png):
    return numpy.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def last_frame(width, height, frame):
    wanted = drawn.picture(width, height, frame)
    return lambda got: got.shape == wanted.shape and bool((got == wanted).all())


@pytest.mark.parametrize("encoding", [rfb.RAW, rfb.ZRLE], ids=["raw", "zrle"])
@pytest.mark.parametrize("width,height", SIZES)
def test_exact(daemon, pattern, width, height, encoding):
    pattern(daemon, f"--size={width}x{height}", "--frames=3", "--hold").wait_frames(3)
    with daemon.viewer(encodings=[encoding]) as viewer:
        viewer.until(last_frame(width, height, 3), 30 * PATIENCE, "frame 3")
        assert encoding in viewer.used


@pytest.mark.parametrize("encoding", [rfb.RAW, rfb.ZRLE, rfb.TIGHT], ids=["raw", "zrle", "tight"])
def test_exact_while_it_moves(daemon, pattern, encoding):
    """Every single picture that a viewer is shown is a whole frame, in each pixel, and none is old."""
    pattern(daemon, "--size=320x240", "--fps=30").wait_frames(1)
    with daemon.viewer(encodings=[encoding]) as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")
        before = drawn.number(viewer.picture)
        for _ in range(40):
            assert viewer.update(timeout=30 * PATIENCE), "no update"
            assert drawn.is_frame(viewer.picture, 320, 240), "a picture that is no frame"
            assert drawn.number(viewer.picture) >= before, "frames went back"
            before = drawn.number(viewer.picture)


@pytest.mark.parametrize("width,height", SIZES)
def test_tight_jpeg(daemon, pattern, width, height):
    pattern(daemon, f"--size={width}x{height}", "--frames=3", "--hold").wait_frames(3)
    wanted = drawn.picture(width, height, 3).astype(int)

    def near(got):
        if got.shape != wanted.shape:
            return False
        off = numpy.abs(got - wanted)
        # The number's blocks are hard edges: of JPEG's errors theirs are the largest.
        return off.mean() < 1.0 and off[2 * drawn.BLOCK:].max() <= 12
    with daemon.viewer(encodings=[rfb.TIGHT, rfb.jpeg_quality(9)]) as viewer:
        viewer.until(near, 30 * PATIENCE, "a picture near frame 3")
        assert rfb.TIGHT in viewer.used


def test_half_drawn_frame_is_not_shown(daemon, pattern):
    """A program stops half-way through its second frame; who looks then sees the first, whole."""
    pattern(daemon, "--half=2").wait_said("half of frame 2")
    with daemon.viewer() as viewer:
        viewer.until(lambda got: drawn.number(got) is not None, 30 * PATIENCE, "a frame")
        assert drawn.is_frame(viewer.picture, 640, 480)
        assert drawn.number(viewer.picture) == 1
    shot = decode(daemon.api.screenshot("one"))
    assert (shot == drawn.picture(640, 480, 1)).all()


def test_a_new_size_reaches_viewers(daemon, pattern):
    pattern(daemon, "--size2=320x200", "--resize-at=20", "--fps=10").wait_frames(1)
    with daemon.viewer() as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 640, 480), 30 * PATIENCE, "a frame")
        viewer.until(lambda got: drawn.is_frame(got, 320, 200), 60 * PATIENCE, "the new size")
        assert viewer.resizes[-1] == (320, 200)


def test_a_viewer_without_resizing_sees_a_smaller_picture_in_its_corner(daemon, pattern):
    pattern(daemon, "--size2=320x200", "--resize-at=20", "--fps=10").wait_frames(1)
    with daemon.viewer(resizable=False) as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 640, 480), 30 * PATIENCE, "a frame")

        def framed(got):  # the larger picture has the same pixels there
            black = not got[200:].any() and not got[:, 320:].any()
            return black and drawn.is_frame(got[:200, :320], 320, 200)
        viewer.until(framed, 60 * PATIENCE, "the smaller picture with black around")
        assert viewer.picture.shape == (480, 640, 3)


def test_a_viewer_without_resizing_sees_a_larger_picture_scaled(daemon, pattern):
    pattern(daemon, "--size=320x240", "--size2=640x480", "--resize-at=20", "--fps=10").wait_frames(1)
    with daemon.viewer(resizable=False) as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")

        def scaled(got):  # each pixel stands for two by two: only blue knows the frame
            wanted = drawn.picture(640, 480, 0)[::2, ::2].astype(int)
            off = numpy.abs(got[40:, :, :2] - wanted[40:, :, :2])
            return off.max() <= 3
        viewer.until(scaled, 60 * PATIENCE, "the larger picture, scaled")
        assert viewer.picture.shape == (240, 320, 3)


def test_viewers_and_screenshot_agree(daemon, pattern, screen, tmp_path):
    """TigerVNC's viewer on an X server of its own, vncsnapshot, and the API's screenshot."""
    pattern(daemon, "--frames=3", "--hold").wait_frames(3)
    wanted = drawn.picture(640, 480, 3)
    shot = decode(daemon.api.screenshot("one"))
    assert shot.shape == wanted.shape and (shot == wanted).all()

    address, port = daemon.vnc()
    environment = {"DISPLAY": screen.name, "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    snapshot = tmp_path / "snapshot.jpg"
    subprocess.run(["vncsnapshot", "-quality", "100", f"{address}::{port}", str(snapshot)],
                   env=environment, check=True, timeout=60 * PATIENCE, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    off = numpy.abs(numpy.asarray(Image.open(snapshot).convert("RGB")).astype(int) - wanted)
    assert off.mean() < 1.5 and off[2 * drawn.BLOCK:].max() <= 16  # it writes nothing but JPEG

    viewer = subprocess.Popen(
        ["xtigervncviewer", "-FullColor", "-PreferredEncoding=ZRLE", "-AutoSelect=0", "-ViewOnly",
         "-Geometry=640x480+0+0", "-MenuKey=F8", f"{address}::{port}"], env=environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: stands_in(screen.picture(), wanted), 60, "the picture in TigerVNC's window")
    finally:
        viewer.kill()
        viewer.wait()


def stands_in(screen, wanted):
    """Whether the picture stands somewhere on the screen, exactly."""
    height, width = wanted.shape[:2]
    row = wanted[height // 2]
    for top in range(screen.shape[0] - height + 1):
        line = screen[top + height // 2]
        for left in numpy.flatnonzero((line[:line.shape[0] - width + 1] == row[0]).all(axis=1)):
            if (screen[top:top + height, left:left + width] == wanted).all():
                return True
    return False
