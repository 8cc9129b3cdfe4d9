# SPDX-License-Identifier: GPL-2.0-or-later
"""oriel-view between an orield and a render process that the test plays."""
import contextlib
import fcntl
import io
import os
import socket
import struct
import threading
import time

import numpy
import pytest
from PIL import Image

import rfb
from support import NOBODY, PATIENCE, wait_for
from view_driver import BGRX, MESSAGES, RGB565, RGBX, X2RGB10, Surface, View


def noise(width, height, seed=0):
    return numpy.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=numpy.uint8)


def smooth(width, height, step=0):
    x, y = numpy.meshgrid(numpy.arange(width), numpy.arange(height))
    return numpy.stack([(x + step) % 256, y % 256, (x + y) // 2 % 256], -1).astype(numpy.uint8)


@contextlib.contextmanager
def playing(surface, *pictures, fps=60):
    """The surface's program presents these in turn."""
    stop = threading.Event()

    def play():
        start, i = time.monotonic(), 0
        while not stop.is_set():
            surface.present(pictures[i % len(pictures)])
            i += 1
            stop.wait(max(0, start + i / fps - time.monotonic()))
    thread = threading.Thread(target=play)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def make_view():
    made = []

    def make(**options):
        made.append(View(**options))
        return made[-1]
    yield make
    for view in made:
        view.close()


@pytest.fixture
def view(make_view):
    return make_view()


@pytest.fixture
def render(view):
    return view.new_render()


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


# ---- viewers that misbehave

def raw_viewer(address):
    """A connection past the handshake, for bytes of any kind."""
    viewer = rfb.Viewer(address)
    assert viewer.update(False)
    return viewer


def test_a_stalled_viewer(make_view):
    """Unprivileged, with an update far over the socket's buffer: others keep their rate."""
    view = make_view(who=NOBODY if os.getuid() == 0 else ())
    render = view.new_render()
    surface = Surface(render, 1, 1921, 1081)
    pictures = [noise(1921, 1081, seed) for seed in range(2)]
    for picture in pictures:
        picture[200:] = 7  # what changes is not large: the test is of the other viewer
    with playing(surface, *pictures, fps=30), rfb.Viewer(view.address(), [rfb.ZRLE]) as live:
        def rate(seconds=2.0):
            start, before = time.monotonic(), live.updates
            while time.monotonic() < start + seconds:
                live.update(timeout=1.0)
            return (live.updates - before) / seconds
        live.update(False)
        alone = rate()
        stalled = [socket.create_connection(view.address()) for _ in range(3)]
        for each in stalled:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            each.sendall(b"RFB 003.008\n\1\1" + struct.pack(">BBHHHH", 3, 0, 0, 0, 1921, 1081) * 50)
        wait_for(lambda: stall_stats(view) >= 3, 10)
        beside = rate()
        assert view.ping() < 0.2 * PATIENCE
        assert beside >= 0.8 * alone, f"{alone} updates a second became {beside}"
        for each in stalled:
            each.close()


def stall_stats(view):
    view.ping()
    mark = [fields for name, fields, _ in view.control.got if name == "viewer_stats"]
    return len({fields["viewer"] for fields in mark if fields["queued"] > 1 << 20})


@pytest.mark.parametrize("said", [
    b"R",
    b"RFB 003.008\n",
    b"RFB 003.008\n\1",
])
def test_silence_in_the_handshake(view, said):
    with socket.create_connection(view.address()) as quiet:
        quiet.sendall(said)
        with rfb.Viewer(view.address()) as viewer:
            assert viewer.update(False, 2.0 * PATIENCE)
        assert view.ping() < 1


def test_the_handshake_has_an_end(view):
    with socket.create_connection(view.address()) as quiet:
        quiet.sendall(b"RFB 003")
        fields, _ = view.control.wait("viewer", 20, gone=1)
        assert "handshake" in fields["reason"]


@pytest.mark.parametrize("said", [
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    bytes(4096),
    b"RFB 004.00x\n",
], ids=["http", "tls", "zeros", "almost"])
def test_no_rfb_at_all(view, said):
    with socket.create_connection(view.address()) as strange:
        strange.sendall(said)
        fields, _ = view.control.wait("viewer", gone=1)
        assert "RFB" in fields["reason"]


@pytest.mark.parametrize("said, ends", [
    (b"\4\1", None),
    (struct.pack(">BxxxI", 6, 65536), None),
    (struct.pack(">BxxxI", 6, 65536) + bytes(65536), None),
    (struct.pack(">BxxxI", 6, 0), None),
    (struct.pack(">BxxxI", 6, (1 << 20) + 1), "cut text"),
    (struct.pack(">BxxxI", 6, 0xfffffff0), "cut text"),
    (struct.pack(">BxH", 2, 65535), "encodings"),
    (b"\7" + bytes(11), "not taken"),
    (b"\x0b" + bytes(11), "not taken"),
    (b"\xc8", "not taken"),
    (b"\xff\x05" + bytes(10), "not taken"),
    (struct.pack(">BxxxBBBBHHHBBBxxx", 0, 24, 24, 0, 1, 255, 255, 255, 16, 8, 0), "pixel format"),
    (struct.pack(">BxxxBBBBHHHBBBxxx", 0, 32, 24, 0, 1, 255, 255, 255, 200, 8, 0), "pixel format"),
    (struct.pack(">BxxxBBBBHHHBBBxxx", 0, 32, 24, 0, 1, 256, 255, 255, 16, 8, 0), "pixel format"),
    (struct.pack(">BxxxBBBBHHHBBBxxx", 0, 8, 3, 0, 1, 1, 1, 1, 0, 1, 2), None),
    (struct.pack(">BxxxBBBBHHHBBBxxx", 0, 8, 8, 0, 0, 0, 0, 0, 0, 0, 0), None),
    (struct.pack(">BBHHHH", 3, 0, 65535, 65535, 65535, 65535), None),
], ids=lambda value: value[:24].hex() if isinstance(value, bytes) else "")
def test_messages_cut_short_or_wrong(view, said, ends):
    with raw_viewer(view.address()) as viewer:
        viewer.send(said)
        with rfb.Viewer(view.address()) as other:
            assert other.update(False, 2.0 * PATIENCE)
        assert view.ping() < 1
        if ends:
            fields, _ = view.control.wait("viewer", gone=1)
            assert ends in fields["reason"]
        else:
            assert not [f for n, f, _ in view.control.got if n == "viewer" and f["gone"] and f["viewer"] == 1]


def test_garbage(make_view):
    view = make_view(viewers_max=256)
    generator = numpy.random.default_rng(1)
    for _ in range(100):
        with contextlib.suppress(OSError), socket.create_connection(view.address()) as strange:
            strange.sendall(b"RFB 003.008\n\1\1" + generator.bytes(2000))
    assert view.ping() < 1
    with rfb.Viewer(view.address()) as viewer:
        assert viewer.update(False, 5.0 * PATIENCE)


def any_message(pick):
    """A message of a kind that is taken, with whatever in it."""
    kind = pick.choice(["format", "encodings", "update", "key", "pointer", "text", "size", "xvp", "qemu"])
    if kind == "format":
        bits = int(pick.choice([8, 16, 32]))
        maxima = [int(pick.choice([1, 3, 7])) if bits == 8 else int(pick.choice([1, 15, 31])) for _ in range(3)]
        shifts = [int(pick.integers(0, bits - 4)) for _ in range(3)]
        return struct.pack(">BxxxBBBBHHHBBBxxx", 0, bits, bits, int(pick.integers(2)),
                           int(pick.integers(4) > 0 or bits > 8), *maxima, *shifts)
    if kind == "encodings":
        known = [0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 50, -223, -224, -232, -239, -240, -258, -260,
                 -307, -308, -309, -312, -313, -32, -23, -256, -247, -512, -411, -768, -763, -65535,
                 0x574d5664, -1063131698, 0x7fffffff]
        chosen = [int(pick.choice(known)) for _ in range(pick.integers(0, 30))]
        chosen = [each if each < 1 << 31 else each - (1 << 32) for each in chosen]
        return struct.pack(">BxH%di" % len(chosen), 2, len(chosen), *chosen)
    if kind == "update":
        return struct.pack(">BBHHHH", 3, int(pick.integers(2)), *(int(pick.integers(0, 700)) for _ in range(4)))
    if kind == "text":
        size = int(pick.integers(0, 3000))
        return struct.pack(">BxxxI", 6, size) + pick.bytes(size)
    if kind == "size":
        screens = int(pick.integers(0, 256))
        return struct.pack(">BxHHBx", 251, 800, 600, screens) + pick.bytes(16 * screens)
    sizes = {"key": (b"\4", 7), "pointer": (b"\5", 5), "xvp": (b"\xfa", 3), "qemu": (b"\xff\0", 10)}
    head, size = sizes[kind]
    return head + pick.bytes(size)


def test_messages_of_any_content(make_view):
    """All that is taken from viewers, in any order and cut anywhere, while displays change."""
    view = make_view(viewers_max=256)
    render = view.new_render()
    surface = Surface(render, 1, 640, 480)
    for seed in range(40):
        pick = numpy.random.default_rng(seed)
        if seed % 5 == 4:
            surface.gone()
            width, height = (int(pick.integers(1, 900)) for _ in range(2))
            surface = Surface(render, seed + 1, width, height, int(pick.integers(1, 5)))
        picture = noise(surface.width, surface.height, seed)
        data = b"RFB 003.008\n\1\1" + b"".join(any_message(pick) for _ in range(60))
        with socket.create_connection(view.address()) as connection, playing(surface, picture):
            connection.setblocking(False)
            while data:
                with contextlib.suppress(BlockingIOError):
                    sent = connection.send(data[:int(pick.integers(1, 400))])
                    data = data[sent:]
                with contextlib.suppress(BlockingIOError):
                    connection.recv(1 << 20)
            connection.setblocking(True)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 20):  # it has read all of it when it closes
                pass
        assert view.ping() < 1 * PATIENCE
    gone = [fields["reason"] for name, fields, _ in view.control.got if name == "viewer" and fields["gone"]]
    assert gone == ["it left"] * 40


def test_many_connections_that_say_nothing(view):
    quiet = [socket.create_connection(view.address()) for _ in range(100)]
    with rfb.Viewer(view.address()) as viewer:
        assert viewer.update(False)
    for each in quiet:
        each.close()


def test_limit(make_view):
    view = make_view(viewers_max=2)
    with raw_viewer(view.address()), raw_viewer(view.address()):
        for minor in (3, 7, 8):
            with pytest.raises(rfb.RFBError, match="too many viewers"):
                rfb.Viewer(view.address(), minor=minor)


def test_passwords(make_view):
    view = make_view(password="guess me")
    for minor in (3, 7, 8):
        with rfb.Viewer(view.address(), password="guess me", minor=minor) as viewer:
            assert viewer.security == 2 and viewer.update(False)
    for _ in range(5):
        with pytest.raises(rfb.RFBError, match="refused"):
            rfb.Viewer(view.address(), password="guess it")
    with pytest.raises(rfb.RFBError, match="wrong passwords"):
        rfb.Viewer(view.address(), password="guess me")
    assert "guess" not in view.text()


def test_challenges_differ(make_view):
    view = make_view(password="x")
    challenges = set()
    for _ in range(8):
        with socket.create_connection(view.address()) as connection:
            connection.sendall(b"RFB 003.008\n\2")
            data = b""
            while len(data) < 12 + 2 + 16:
                data += connection.recv(100)
            challenges.add(data[14:30])
    assert len(challenges) == 8


def test_close_by_request(view):
    with raw_viewer(view.address()) as viewer:
        fields, _ = view.control.wait("viewer", ready=1)
        assert fields["address"] == "127.0.0.1:%d" % viewer.socket.getsockname()[1]
        view.control.send("viewer_close", viewer=fields["viewer"])
        with pytest.raises(rfb.RFBError):
            viewer.update(timeout=5.0)
        view.control.wait("viewer", gone=1, reason="closed by request")


# ---- input

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


# ---- what is shown

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


def frame(**fields):
    return MESSAGES.pack("frame", dict({"surface": 1, "slot": 0, "sequence": 1, "time_ns": 1}, **fields))


@pytest.mark.parametrize("wrong", [
    frame(surface=2),
    frame(slot=3),
    frame(slot=0xffffffff),
    frame(damage=[{"x": 0, "y": 0, "width": 65, "height": 1}]),
    frame(damage=[{"x": 0xffffffff, "y": 0, "width": 2, "height": 1}]),
    frame(damage=[{"x": 1, "y": 63, "width": 1, "height": 2}]),
    frame(damage=[{"x": 0, "y": 0, "width": 1, "height": 1}] * 65),
    MESSAGES.pack("ping", {}),
    MESSAGES.pack("release", {"surface": 1, "slot": 0}),
    b"\0" * 8,
    b"x" * 100,
], ids=lambda value: value[8:40].hex())
def test_a_render_process_that_lies(view, render, wrong):
    picture = noise(64, 64)
    surface = Surface(render, 1, 64, 64)
    with rfb.Viewer(view.address()) as viewer:
        with playing(surface, picture):
            viewer.until(lambda got: numpy.array_equal(got, picture), 10 * PATIENCE)
        render.link.send_bytes(wrong)
        wait_for(lambda: render.link.ended, 5)
        viewer.until(lambda got: numpy.array_equal(got, picture // 2), 10 * PATIENCE)
    assert view.ping() < 1


@pytest.mark.parametrize("fields", [
    {"width": 0}, {"width": 20000}, {"height": 100}, {"stride": 4}, {"stride": 257}, {"format": 9},
    {"slots": 0}, {"slots": 4}, {"slots": 1000}, {"surface": 0},
])
def test_a_ring_that_cannot_be(view, render, fields):
    fd = os.memfd_create("ring", os.MFD_ALLOW_SEALING)
    os.ftruncate(fd, 3 * 16384)
    fcntl.fcntl(fd, 1033, 2 | 4 | 16)
    render.link.send("surface", fd, **dict(
        {"surface": 1, "stream": 1, "width": 64, "height": 64, "stride": 256, "format": 1, "slots": 3}, **fields))
    os.close(fd)
    wait_for(lambda: render.link.ended, 5)
    assert view.ping() < 1


def test_frames_that_nobody_asked_for(view, render):
    """They are taken or given back, never kept; all slots return."""
    surface = Surface(render, 1, 64, 64)
    hidden = Surface(render, 2, 64, 64)
    surface.gone()
    for number in range(50):
        wait_for(lambda: hidden.free, 5)
        hidden.present(noise(64, 64, number), force=True)
    wait_for(lambda: len(hidden.free) == 2, 5)


# ---- screenshots

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
