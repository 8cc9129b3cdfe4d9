# SPDX-License-Identifier: GPL-2.0-or-later
"""oriel-view between an orield and a render process that the test plays: what viewers see."""
import contextlib
import struct
import time

import numpy
import pytest

import rfb
from support import PATIENCE, wait_for
from view_driver import BGRX, RGB565, RGBX, X2RGB10, Surface, noise, playing, smooth


@pytest.mark.parametrize("encoding", [rfb.RAW, rfb.ZRLE, rfb.TIGHT])
@pytest.mark.parametrize("size", [(640, 480), (1921, 1081)])
def test_every_pixel(view, render, encoding, size):
    pictures = [noise(*size), smooth(*size)]
    surface = Surface(render, 1, *size, pad=64)
    with rfb.Viewer(view.address(), encodings=[encoding]) as viewer:
        for picture in pictures:
            with playing(surface, picture):
                viewer.until(lambda got, picture=picture: numpy.array_equal(got, picture), 20 * PATIENCE)
        assert encoding in viewer.used


def test_jpeg_is_near(view, render):
    picture = smooth(1921, 1081)
    surface = Surface(render, 1, 1921, 1081)
    with playing(surface, picture), \
            rfb.Viewer(view.address(), [rfb.TIGHT, rfb.jpeg_quality(8)]) as viewer:
        def near(got):
            return got.shape == picture.shape and numpy.abs(got.astype(int) - picture).mean() < 4
        viewer.until(near, 20 * PATIENCE)


@pytest.mark.parametrize("kind", [BGRX, RGBX, RGB565, X2RGB10])
def test_formats(view, render, kind):
    picture = noise(333, 77)
    wanted = picture
    if kind == RGB565:
        red, green, blue = (picture[:, :, i].astype(int) for i in range(3))
        red, green, blue = red >> 3, green >> 2, blue >> 3
        wanted = numpy.stack([red << 3 | red >> 2, green << 2 | green >> 4, blue << 3 | blue >> 2], -1)
    surface = Surface(render, 1, 333, 77, kind)
    with playing(surface, picture), rfb.Viewer(view.address()) as viewer:
        viewer.until(lambda got: numpy.array_equal(got, wanted), 10 * PATIENCE)


def test_formats_change_under_a_viewer(view, render):
    first, second = Surface(render, 1, 320, 200, BGRX), None
    pictures = [noise(320, 200, 1), noise(320, 200, 2)]
    with rfb.Viewer(view.address(), [rfb.ZRLE]) as viewer:
        with playing(first, pictures[0]):
            viewer.until(lambda got: numpy.array_equal(got, pictures[0]), 10 * PATIENCE)
        second = Surface(render, 2, 320, 200, RGBX)
        with playing(second, pictures[1]):
            viewer.until(lambda got: numpy.array_equal(got, pictures[1]), 10 * PATIENCE)


def test_only_what_changed_is_sent(view, render):
    picture = noise(640, 480)
    surface = Surface(render, 1, 640, 480)
    with rfb.Viewer(view.address()) as viewer:
        with playing(surface, picture):
            viewer.until(lambda got: numpy.array_equal(got, picture), 10 * PATIENCE)
            frames, received = surface.frames, viewer.received
            assert not viewer.update(timeout=1.0)
            assert surface.frames > frames + 20
            assert viewer.received == received
        picture = picture.copy()
        picture[100, 200] ^= 255
        with playing(surface, picture):
            assert viewer.message(5.0 * PATIENCE)
        assert numpy.array_equal(viewer.picture, picture)
        assert viewer.received - received <= 64 * 64 * 4 + 100


def test_damage_is_believed_only_where_it_is(view, render):
    """Tiles outside of the damage are not looked at; a frame that nobody saw is made up for."""
    pictures = [noise(640, 480, seed) for seed in range(2)]
    half = pictures[0].copy()
    half[:, 320:] = pictures[1][:, 320:]
    surface = Surface(render, 1, 640, 480)
    with rfb.Viewer(view.address()) as viewer:
        with playing(surface, pictures[0]):
            viewer.until(lambda got: numpy.array_equal(got, pictures[0]), 10 * PATIENCE)
        viewer.request()
        wait_for(lambda: surface.present(half, [(320, 0, 320, 480)]), 5)
        assert viewer.message(5.0 * PATIENCE)
        assert numpy.array_equal(viewer.picture, half)


def test_nobody_looks(view, render):
    surface = Surface(render, 1, 640, 480)
    with playing(surface, smooth(640, 480)):
        time.sleep(0.5)
        assert surface.frames == 0 and render.link.count("want") == 0
        with rfb.Viewer(view.address()) as viewer:
            assert viewer.update(False)
            wait_for(lambda: surface.frames > 0, 5)
        view.control.wait("viewer", gone=1)
        wait_for(lambda: surface.wanted is None, 5)
        frames = surface.frames
        time.sleep(0.5)
        assert surface.frames <= frames + 1


def test_a_newcomer_sees_the_newest(view, render):
    """After a while without viewers the first update already has the present picture."""
    old, new = noise(640, 480, 1), noise(640, 480, 2)
    surface = Surface(render, 1, 640, 480)
    with playing(surface, old), rfb.Viewer(view.address()) as viewer:
        viewer.until(lambda got: numpy.array_equal(got, old), 10 * PATIENCE)
    time.sleep(0.4)
    with playing(surface, new), rfb.Viewer(view.address()) as viewer:
        assert viewer.update(False)
        assert numpy.array_equal(viewer.picture, new)


def test_sizes(view, render):
    """A viewer that can follows the display; one that cannot sees it whole, or scaled down."""
    big, small = smooth(640, 480), noise(200, 100)
    surface = Surface(render, 1, 640, 480)
    with rfb.Viewer(view.address()) as follows, \
            rfb.Viewer(view.address(), [rfb.ZRLE], resizable=False) as stays:
        with playing(surface, big):
            for viewer in (follows, stays):
                viewer.until(lambda got: numpy.array_equal(got, big), 10 * PATIENCE)
        surface.gone()
        surface = Surface(render, 2, 200, 100)
        framed = numpy.zeros_like(big)
        framed[:100, :200] = small
        with playing(surface, small):
            follows.until(lambda got: numpy.array_equal(got, small), 10 * PATIENCE)
            stays.until(lambda got: numpy.array_equal(got, framed), 10 * PATIENCE)
        assert follows.resizes == [(200, 100)] and not stays.resizes
        surface.gone()
        large = numpy.repeat(numpy.repeat(big, 2, 0), 2, 1)[:, :1000]
        surface = Surface(render, 3, 1000, 960)
        with playing(surface, large):
            follows.until(lambda got: numpy.array_equal(got, large), 10 * PATIENCE)

            def scaled(got):
                shown = got[:480, :500].astype(int)
                return not got[:, 500:].any() and numpy.abs(shown - big[:, :500]).mean() < 3
            stays.until(scaled, 10 * PATIENCE)
        view.control.wait("display", width=1000, height=960, surface=3, stream=1)
        # a click in the viewer that is scaled lands where it points
        stays.pointer(250, 240, 1)
        got, _ = render.link.wait("display_input", width=1000, height=960)
        event = got["events"][-1]
        assert abs(event["x"] - 500) <= 2 and abs(event["y"] - 480) <= 2


def test_viewers_cannot_resize(view):
    with rfb.Viewer(view.address()) as viewer:
        assert viewer.update(False)
        for screens in (0, 1, 255):
            screen = struct.pack(">IHHHHI", 1, 0, 0, 800, 600, 0)
            viewer.send(struct.pack(">BxHHBx", 251, 800, 600, screens) + screen * screens)
        assert not viewer.update(timeout=0.3)
        assert viewer.picture.shape == (480, 640, 3)
    assert view.ping() < 1


def test_the_newest_is_shown_until_it_ends(view, render):
    pictures = [noise(64, 64, seed) for seed in range(3)]
    surfaces = [Surface(render, number + 1, 64, 64, stream=number + 1) for number in range(3)]
    with contextlib.ExitStack() as stack:
        for surface, picture in zip(surfaces, pictures):
            stack.enter_context(playing(surface, picture))
        viewer = stack.enter_context(rfb.Viewer(view.address()))

        def shows(number):
            viewer.until(lambda got: numpy.array_equal(got, pictures[number]), 10 * PATIENCE)
        shows(2)
        for _ in range(20):
            viewer.update(timeout=0.05)
            assert numpy.array_equal(viewer.picture, pictures[2])
        view.control.send("show", display=0, surface=1)
        shows(0)
        view.control.wait("display", surface=1, stream=1, chosen=1)
        view.control.send("show", display=0, surface=99)
        view.control.send("show", display=0, surface=0)
        shows(2)
    surfaces[2].gone()
    view.control.wait("display", surface=2)


def test_the_render_process_goes(view, render):
    picture = noise(320, 200)
    surface = Surface(render, 1, 320, 200)
    with rfb.Viewer(view.address()) as viewer:
        with playing(surface, picture):
            viewer.until(lambda got: numpy.array_equal(got, picture), 10 * PATIENCE)
        render.link.close()
        view.control.send("render_gone", reason="gone")
        viewer.until(lambda got: numpy.array_equal(got, picture // 2), 10 * PATIENCE)
        view.control.wait("display", surface=0, width=320, height=200)
        surface = Surface(view.new_render(), 1, 320, 200)
        with playing(surface, picture):
            viewer.until(lambda got: numpy.array_equal(got, picture), 10 * PATIENCE)


def test_displays(make_view):
    view = make_view(displays=2)
    render = view.new_render()
    picture = noise(100, 100)
    surface = Surface(render, 1, 100, 100)
    with playing(surface, picture), rfb.Viewer(view.address(0)) as one, rfb.Viewer(view.address(1)) as two:
        for viewer in (one, two):
            viewer.until(lambda got: numpy.array_equal(got, picture), 10 * PATIENCE)


def test_frames_that_nobody_asked_for(view, render):
    """They are taken or given back, never kept; all slots return."""
    surface = Surface(render, 1, 64, 64)
    hidden = Surface(render, 2, 64, 64)
    surface.gone()
    for number in range(50):
        wait_for(lambda: hidden.free, 5)
        hidden.present(noise(64, 64, number), force=True)
    wait_for(lambda: len(hidden.free) == 2, 5)
