# SPDX-License-Identifier: GPL-2.0-or-later
"""oriel-view by itself: viewers and a render process that misbehave."""
import contextlib
import fcntl
import os
import signal
import socket
import struct
import time

import numpy
import pytest

import rfb
from support import NOBODY, PATIENCE, cpu_seconds, wait_for
from view_driver import MESSAGES, Surface, noise, playing, raw_viewer


def test_a_stalled_viewer(make_view):
    """Unprivileged, with an update far over the socket's buffer: others are served on."""
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
        assert view.ping() < 1 * PATIENCE
        assert beside >= 0.3 * alone, f"{alone} updates a second became {beside}"
        for each in stalled:
            each.close()


def test_viewers_that_fill_the_memory_for_updates(make_view):
    """Twenty that take nothing of a large picture: the one that does is served, and they go."""
    view = make_view(viewers_max=32)
    surface = Surface(view.new_render(), 1, 3840, 2160)
    ask = b"RFB 003.008\n\1\1" + struct.pack(">BBHHHH", 3, 0, 0, 0, 3840, 2160)
    picture = noise(3840, 2160)
    with playing(surface, picture, 255 - picture, fps=5), contextlib.ExitStack() as stack:
        live = stack.enter_context(rfb.Viewer(view.address(), [rfb.RAW]))
        assert live.update(False)
        for _ in range(20):
            stalled = stack.enter_context(socket.create_connection(view.address()))
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stalled.sendall(ask)
        view.control.wait("viewer", 20 * PATIENCE, gone=1)
        for _ in range(10):
            assert live.update(timeout=20.0 * PATIENCE)
        gone = [fields for name, fields, _ in view.control.got if name == "viewer" and fields["gone"]]
        assert all("room" in fields["reason"] for fields in gone), gone


def test_requests_for_every_other_pixel(view):
    """They are not kept one by one: the last is as cheap as the first."""
    def asked(rows):
        return b"".join(struct.pack(">BBHHHH", 3, 1, x, y, 1, 1) for y in rows for x in range(0, 1921, 2))

    def seconds(requests):
        with socket.create_connection(view.address()) as asking:
            asking.sendall(b"RFB 003.008\n\1\1")
            start, mark = cpu_seconds(view.process.pid), view.control.mark()
            asking.sendall(requests + b"\7")
            view.control.wait("viewer", 60, mark, gone=1)
            return cpu_seconds(view.process.pid) - start
    render = view.new_render()
    Surface(render, 1, 1921, 1081)
    few = seconds(asked(range(100)))
    many = seconds(asked(range(0, 1000, 2)))
    assert many < 20 * few + 0.2 * PATIENCE


def stall_stats(view):
    view.ping()
    mark = [fields for name, fields, _ in view.control.got if name == "viewer_stats"]
    return len({fields["viewer"] for fields in mark if fields["queued"] > 1 << 20})


def test_connections_without_end_are_taken_at_a_pace(view):
    """Each is several messages to orield, which takes a process that sends too many for one gone mad."""
    view.process.send_signal(signal.SIGSTOP)
    try:
        for _ in range(120):
            socket.create_connection(view.address()).close()
    finally:
        start = time.monotonic()
        view.process.send_signal(signal.SIGCONT)
    wait_for(lambda: view.control.count("viewer") >= 2 * 120, 30, "120 connections that came and went", every=0.002)
    assert time.monotonic() - start > 0.05
    with rfb.Viewer(view.address()) as viewer:
        assert viewer.update(False)


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
    (struct.pack(">BxxxBBBBHHHBBBxxx", 0, 16, 24, 0, 1, 255, 255, 255, 0, 8, 0), "pixel format"),
    (struct.pack(">BxxxBBBBHHHBBBxxx", 0, 8, 24, 0, 1, 255, 255, 255, 0, 0, 0), "pixel format"),
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
