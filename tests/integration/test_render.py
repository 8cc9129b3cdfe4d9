# SPDX-License-Identifier: GPL-2.0-or-later
"""oriel-render alone, with real Mesa programs as guests: frames, presents, bounds, sandbox."""
import os
import signal
import socket
import struct
import subprocess
import sys
import time

import numpy
import pytest

import pattern
import support

sys.path.insert(0, str(support.TREE / "tests/integration/tools"))
import render_driver  # noqa: E402
from vtest import BUSY, HELLO, MAKE, command, get, receive  # noqa: E402

VIRPIPE = str(support.TREE / "tests/tools/virpipe")
PATTERN = str(support.BUILD / "tests/pattern")


@pytest.fixture
def render():
    with render_driver.several(support.BUILD) as make:
        yield make


@pytest.fixture
def display(namespaces, desktop):
    """The name of the X server that programs run on."""
    return desktop.name


class Guest:
    def __init__(self, render, display, path, *command):
        render.serve(path)
        self.render = render
        self.process = subprocess.Popen([VIRPIPE, str(path), *command], env={**os.environ, "DISPLAY": display},
                                        start_new_session=True)
        render.wait(render.accept, 60, "the guest")

    def finish(self, timeout=60):
        self.render.wait(lambda: self.process.poll() is not None, timeout, "the guest's end")
        return self.process.returncode

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture
def guest(render, display, tmp_path):
    made = []

    def start(made_render, *command):
        made.append(Guest(made_render, display, tmp_path / f"guest{len(made)}", *command))
        return made[-1]
    yield start
    for each in made:
        each.kill()


@pytest.fixture(params=[0, 2], ids=["v0", "v2"])
def version(request):
    """The version of vtest that Mesa is offered, and takes."""
    return request.param


def rgb(frame):
    assert frame["format"] == 1
    rows = numpy.frombuffer(frame["pixels"], numpy.uint8).reshape(frame["height"], frame["stride"])
    return rows[:, :frame["width"] * 4].reshape(frame["height"], frame["width"], 4)[:, :, 2::-1]


@pytest.mark.parametrize("size", [(640, 480), (1921, 1081)])
def test_every_frame_is_exact(render, version, guest, size):
    made = render(vtest_version=version)
    made.connect_view()
    seen = []

    def new_frame():
        if made.newest and (not seen or made.newest["sequence"] != seen[-1][0]):
            got = rgb(made.newest)
            assert pattern.is_frame(got, *size), f"frame {made.newest['sequence']} is not whole"
            seen.append((made.newest["sequence"], pattern.number(got)))
        return len(seen) >= 20
    guest(made, PATTERN, f"--size={size[0]}x{size[1]}", "--fps=30")
    made.wait(new_frame, 120, "twenty frames")
    assert [sequence for sequence, _ in seen] == sorted(sequence for sequence, _ in seen)
    assert made.ping()["readbacks"] >= 20


@pytest.fixture
def bare_desktop():
    """An X server to which pixels go through its socket alone."""
    server = support.Desktop("800x600", ["-extension", "MIT-SHM"])
    yield server
    server.close()


@pytest.mark.parametrize("size", [(640, 480), (333, 217)])
@pytest.mark.parametrize("where", ["desktop", "bare_desktop"])
def test_program_shows_itself_what_is_published(render, version, tmp_path, namespaces, request, where, size):
    screen = request.getfixturevalue(where)
    made = render(vtest_version=version)
    made.connect_view()
    shown = Guest(made, screen.name, tmp_path / "guest", PATTERN, f"--size={size[0]}x{size[1]}", "--frames=5", "--hold")
    try:
        made.wait(lambda: made.newest and made.newest["sequence"] == 5, 60, "the fifth frame")
        support.wait_for(lambda: (screen.picture()[:size[1], :size[0]] == rgb(made.newest)).all(), 10,
                         "the program's window")
    finally:
        shown.kill()


def test_presents_are_counted_exactly(render, version, guest):
    """What a program reads of its own pictures is no present, in front, behind and off the screen."""
    made = render(vtest_version=version)
    program = guest(made, PATTERN, "--size=320x200", "--frames=20", "--read", "--hold")
    counted = lambda: [s["presents"] for s in made.ping()["streams"]]
    made.wait(lambda: counted() == [20], 60, "20 presents")
    made.connect_view()
    made.wait(lambda: made.newest, 20, "the last frame")
    assert made.newest["sequence"] == 20 and pattern.number(rgb(made.newest)) == 20
    assert counted() == [20]
    assert program.process.poll() is None


def test_nobody_looks_nothing_is_read(render, version, guest):
    made = render(vtest_version=version, retain_interval=60000)
    guest(made, PATTERN, "--size=320x240", "--frames=50").finish()
    made.wait(lambda: made.gone, 10, "the end of the guest")
    pong = made.ping()
    assert pong["readbacks"] == 0 and pong["retained"] == 1
    assert pong["resources"] == 0 and pong["resource_bytes"] == 0


def test_half_drawn_frame_is_never_seen(render, version, guest):
    """A viewer who comes when the program stands half-way through its second frame gets the first."""
    made = render(vtest_version=version)
    guest(made, PATTERN, "--size=640x480", "--frames=2", "--half=2", "--hold")
    made.wait(lambda: made.ping()["retained"] >= 1, 30, "the first present")
    time.sleep(1)  # nothing tells when the half is drawn
    made.connect_view()
    made.wait(lambda: made.newest, 10, "a frame")
    assert made.newest["retained"] == 1 and made.newest["sequence"] == 1
    got = rgb(made.newest)
    assert pattern.is_frame(got, 640, 480) and pattern.number(got) == 1


def test_late_viewer_of_a_program_that_stands_still(render, version, guest):
    """No command followed the present: the newest frame itself is read."""
    made = render(vtest_version=version)
    guest(made, PATTERN, "--size=640x480", "--frames=3", "--hold")
    made.wait(lambda: [s["presents"] for s in made.ping()["streams"]] == [3], 60, "three presents")
    made.connect_view()
    made.wait(lambda: made.newest, 10, "a frame")
    assert made.newest["sequence"] == 3 and pattern.number(rgb(made.newest)) == 3


def test_resize_is_a_new_surface(render, version, guest):
    made = render(vtest_version=version)
    made.connect_view()
    guest(made, PATTERN, "--size=320x240", "--frames=40", "--fps=20", "--resize-at=10", "--size2=400x300", "--hold")
    made.wait(lambda: made.newest and made.newest["width"] == 400 and pattern.is_frame(rgb(made.newest), 400, 300),
              30, "a frame of the new size")
    made.wait(lambda: len(made.surfaces) == 1, 10, "the end of the first surface")
    assert made.newest["surface"] > 1


def test_new_view_process_sees_what_is_there(render, version, guest):
    made = render(vtest_version=version)
    made.connect_view()
    guest(made, PATTERN, "--size=320x240", "--frames=3", "--hold")
    made.wait(lambda: made.newest and made.newest["sequence"] == 3, 30, "the third frame")
    made.newest = None
    made.connect_view()
    made.wait(lambda: made.newest, 10, "the frame again")
    assert made.newest["sequence"] == 3 and made.newest["damage"] == []
    assert pattern.is_frame(rgb(made.newest), 320, 240)


def test_many_programs_at_once(render, version, display, tmp_path):
    made = render(vtest_version=version)
    made.connect_view()
    colors = [0x204060, 0x806020, 0x10c040, 0xf00010]
    guests = [Guest(made, display, tmp_path / f"g{i}", PATTERN, "--size=200x150", "--frames=20", f"--color={c:#x}", "--hold")
              for i, c in enumerate(colors)]
    last = made.latest
    made.wait(lambda: len(last) == 4 and all(f["sequence"] == 20 for f in last.values()), 60, "the last frame of each")
    for number, color in enumerate(colors):
        frame = next(f for f in last.values() if (rgb(f)[100, 100] == [color >> 16, color >> 8 & 255, color & 255]).all())
        assert pattern.is_frame(rgb(frame), 200, 150, color)
    assert len(made.ping()["streams"]) == 4
    for each in guests:
        each.kill()


# ---- clients that are no Mesa

def test_present_is_answered_in_the_order_that_mesa_reads(render):
    made = render()
    _, sock = made.connect_guest()
    put = command(5, 1, 0, 256, 0, 0, 0, 0, 64, 64, 1, 16384, body=b"\x11\x22\x33\x44" * 4096)
    sock.sendall(HELLO + MAKE + put + get() + command(7, 1, 1))
    answer = receive(sock, 12 + 16384)
    assert answer == BUSY + b"\x11\x22\x33\x44" * 4096
    made.wait(lambda: made.ping()["retained"] == 1, what="a present")
    # glReadPixels waits first, and is none
    sock.sendall(command(7, 1, 1) + get() + command(7, 1, 1))
    assert receive(sock, 12 + 16384 + 12) == BUSY + b"\x11\x22\x33\x44" * 4096 + BUSY
    # a read that nothing follows is answered all the same
    sock.sendall(get())
    assert receive(sock, 16384) == b"\x11\x22\x33\x44" * 4096
    sock.sendall(get(x=8, y=8, w=4, h=4, stride=16, size=64) + command(10))
    assert receive(sock, 64 + 8) == b"\x11\x22\x33\x44" * 16 + struct.pack("<II", 0, 10)


def test_damage_is_what_the_presents_changed(render):
    made = render()
    made.connect_view()
    _, sock = made.connect_guest()
    sock.sendall(HELLO + MAKE + get() + command(7, 1, 1))
    made.wait(lambda: len(made.frames) == 1, what="the first frame")
    put = command(5, 1, 0, 16, 0, 8, 16, 0, 4, 2, 1, 32, body=b"\xaa" * 32)
    sock.sendall(put + get(x=8, y=16, w=4, h=2, stride=16, size=32) + command(7, 1, 1))
    made.wait(lambda: len(made.frames) == 2, what="the second frame")
    assert made.newest["damage"] == [{"x": 8, "y": 16, "width": 4, "height": 2}]
    picture = rgb(made.newest)
    assert (picture[16:18, 8:12] == 0xaa).all() and (picture == 0xaa).sum() == 8 * 3


def test_what_looks_the_same_is_not_sent_again(render):
    made = render()
    made.want_all = True
    made.release_all = False
    made.connect_view()
    _, sock = made.connect_guest()

    def put(color, rows=64):
        return command(5, 1, 0, 256, 0, 0, 0, 0, 64, rows, 1, 256 * rows, body=color * 64 * rows)
    shown = get() + command(7, 1, 1)
    sock.sendall(HELLO + MAKE + put(b"\1\2\3\4") + shown)
    made.wait(lambda: made.frames, what="the first frame")
    for number in range(2, 8):
        for _ in range(2):  # the want is there
            made.ping()
        # drawn anew, and not even that
        sock.sendall((put(b"\1\2\3\4") if number % 2 else b"") + shown)
        made.wait(lambda: len(made.same) == number - 1, what="a frame as the last")
        assert made.same[-1]["sequence"] == number and len(made.frames) == 1
    sock.sendall(put(b"\1\2\3\5", rows=1) + shown)
    made.wait(lambda: len(made.frames) == 2, what="a frame that differs")
    assert made.newest["pixels"][:4] == b"\1\2\3\5" and made.newest["pixels"][256:260] == b"\1\2\3\4"
    assert made.ping()["readbacks"] == 2


@pytest.mark.parametrize("bad", [
    get(size=16383), get(w=65), get(x=1), get(y=4294967295, h=2), get(level=1), get(stride=255), get(d=2), get(w=0),
    get(handle=2), get(stride=4294967295), get(size=4294967295), get(d=4294967295, layer=4294967295),
    command(5, 1, 0, 256, 0, 0, 0, 0, 64, 64, 1, 4, body=b"abcd"),
    struct.pack("<II11I", 11, 5, 1, 0, 256, 0, 0, 0, 0, 64, 64, 1, 16384),
    command(2, 1, 2, 1, 0x8A, 64, 64, 1, 1, 0, 0),
    command(2, 2, 9, 1, 2, 64, 64, 1, 1, 0, 0), command(2, 2, 2, 9999, 2, 64, 64, 1, 1, 0, 0),
    command(2, 0, 2, 1, 2, 64, 64, 1, 1, 0, 0), command(2, 2, 2, 1, 2, 64, 64, 1, 1, 31, 0),
    command(2, 2, 4, 1, 2, 64, 64, 1, 7, 0, 0),
    command(2, 2, 7, 1, 2, 64, 64, 1, 0xffffffff, 0, 0), command(2, 2, 2, 1, 2, 64, 64, 1, 1, 0, 1000),
    command(3, 7), command(6, 0x00050001), command(6, 0xffff0001), command(8, 0), command(12), command(13), command(14), command(15), command(38),
    command(0), command(1, 0), command(7, 1), command(0xffffffff), struct.pack("<II", 0xffffffff, 6), HELLO,
], ids=lambda bad: bad[4:60:4].hex())
def test_bad_command_ends_that_client_alone(render, bad):
    made = render()
    _, other = made.connect_guest()
    other.sendall(HELLO + MAKE)
    number, sock = made.connect_guest()
    sock.sendall(HELLO + MAKE + bad)
    made.wait(lambda: [g for g in made.gone if g["guest"] == number], 10, "the end of the client")
    assert receive(sock, 1) == b""
    other.sendall(command(10))
    assert receive(other, 8) == struct.pack("<II", 0, 10)
    assert made.ping()["resources"] == 1


def test_client_reaches_its_own_resources_only(render):
    made = render()
    _, one = made.connect_guest()
    put = command(5, 1, 0, 256, 0, 0, 0, 0, 64, 64, 1, 16384, body=b"secret!!" * 2048)
    one.sendall(HELLO + MAKE + put + command(10))
    receive(one, 8)
    _, two = made.connect_guest()
    # RESOURCE_COPY_REGION from handles 1 to 9, whichever the other's is in the process
    two.sendall(HELLO + command(2, 50, 2, 1, 2, 64, 64, 1, 1, 0, 0))
    for handle in range(1, 10):
        two.sendall(command(6, 17 | 13 << 16, 50, 0, 0, 0, 0, handle, 0, 0, 0, 0, 64, 64, 1))
    two.sendall(get(handle=50) + command(10))
    assert b"secret" not in receive(two, 16384 + 8)


def test_garbage_in_a_command_buffer_hurts_its_sender_alone(render):
    made = render()
    _, good = made.connect_guest()
    good.sendall(HELLO + MAKE)
    _, bad = made.connect_guest()
    bad.sendall(HELLO + command(6, 1 | 2 << 8 | 3 << 16, 1, 2, 3) + command(6, 28 | 1 << 16, 99) + command(10))
    assert receive(bad, 8) == struct.pack("<II", 0, 10)
    good.sendall(command(6, 0) + get() + command(10))
    assert len(receive(good, 16384 + 8)) == 16384 + 8


def test_client_that_does_not_read_stalls_nobody(render):
    made = render()
    _, lazy = made.connect_guest()
    lazy.setblocking(False)
    lazy.send(HELLO + MAKE)
    try:
        for _ in range(100000):
            lazy.send(get(size=16384))
    except BlockingIOError:
        pass
    _, live = made.connect_guest()
    live.sendall(HELLO + command(10))
    assert receive(live, 8) == struct.pack("<II", 0, 10)
    made.wait(lambda: made.ping()["busy_ms"] == 0, 5, "rest")


def test_surfaces_without_end(render):
    """A client that presents, drops and presents waits; who looks at the others still sees them."""
    made = render()
    made.connect_view()
    _, good = made.connect_guest()
    good.sendall(HELLO + MAKE + get() + command(7, 1, 1))
    made.wait(lambda: len(made.frames) == 1, what="the first frame")
    _, bad = made.connect_guest()
    once = MAKE + get() + command(7, 1, 1) + command(3, 1)
    answered = 0
    end = time.monotonic() + 6
    bad.sendall(HELLO)
    bad.setblocking(False)
    while time.monotonic() < end:  # and nobody reads what the view process is sent
        try:
            bad.send(once * 20)
        except BlockingIOError:
            time.sleep(0.002)
        try:
            answered += len(bad.recv(1 << 20))
        except BlockingIOError:
            pass
    assert 64 * (12 + 16384) < answered < 1200 * (12 + 16384)
    bad.close()
    made.wait(lambda: len(made.gone) == 1, 20, "the end of the bad one")
    good.sendall(command(10) + get() + command(7, 1, 1))
    made.wait(lambda: made.frames[-1]["sequence"] >= 2, 20, "another frame")
    assert made.view


def test_contexts_without_end(render):
    made = render()
    number, sock = made.connect_guest()
    sock.sendall(HELLO + b"".join(command(6, 29 | 1 << 16, i) for i in range(1, 65)) + command(10))
    assert receive(sock, 8, 60) == struct.pack("<II", 0, 10)
    assert made.limit("contexts") == {"used": 65, "refused": 0}
    sock.sendall(command(6, 29 | 1 << 16, 65) + command(10))
    assert receive(sock, 8, 60) == struct.pack("<II", 0, 10)
    assert made.limit("contexts") == {"used": 65, "refused": 1}
    sock.close()
    made.wait(lambda: made.gone, 10, "the end of the client")
    assert made.limit("contexts") == {"used": 0, "refused": 1}


def test_slow_commands_are_few_in_a_turn(render):
    """A client whose commands take long leaves others their turns."""
    made = render()
    _, slow = made.connect_guest()
    big = command(2, 1, 2, 1, 2, 4096, 4096, 1, 1, 0, 0) + command(2, 2, 2, 1, 2, 4096, 4096, 1, 1, 0, 0)
    copies = command(6, *[17 | 13 << 16, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 4096, 4096, 1] * 4)
    slow.sendall(HELLO + big + copies * 300)
    made.wait(lambda: made.ping()["streams"] and made.ping()["streams"][0]["commands"] > 3, 20, "its commands")
    _, live = made.connect_guest()
    live.sendall(HELLO)
    turns = 0
    while made.ping()["streams"][0]["commands"] < 200 and turns < 10:
        live.sendall(command(10))
        assert receive(live, 8, 60) == struct.pack("<II", 0, 10)
        turns += 1
    assert turns == 10


def test_streams_without_end(render):
    """A VM's device that begins stream after stream is slowed down, and orield hears of few."""
    made = render()
    _, sock = made.connect_guest(vm=1)
    sock.setblocking(False)
    magic = b"\x8fORIEL\r\n\x1a\xc5\x6b\x93"
    begun, buffered, end = set(), b"", time.monotonic() + 3
    nonce = None
    while time.monotonic() < end:
        made.poll(0)
        begun.update(made.streams)
        if nonce is None:
            nonce = os.urandom(16).replace(b"\x8f", b"\x70")
            hello = magic + b"HELO" + nonce + struct.pack("<HHBB", 1, 1, 1, 3) + bytes(10) + b"abc".ljust(64, b"\0")
            sock.sendall(hello + nonce)
        try:
            buffered += sock.recv(4096)
        except BlockingIOError:
            continue
        at = buffered.find(magic + b"WELC" + nonce)
        if at >= 0 and len(buffered) >= at + 112:
            sock.sendall(magic + b"REDY" + buffered[at + 32:at + 48] + b"\xff" * 16)
            buffered, nonce = b"", None
    assert 5 < len(begun) < 60


def test_connections_without_end(render):
    made = render()
    for _ in range(1500):
        _, sock = made.connect_guest()
        sock.close()
    made.wait(lambda: len(made.gone) >= 256, 10, "the first to be gone")
    begin = time.monotonic()
    made.wait(lambda: len(made.gone) == 1500, 20, "all to be gone")
    assert len({g["guest"] for g in made.gone}) == 1500
    assert time.monotonic() - begin > 0.3
    _, sock = made.connect_guest()
    sock.sendall(HELLO + command(10))
    assert receive(sock, 8) == struct.pack("<II", 0, 10)


def test_compute_is_off_in_software(render):
    made = render()
    _, sock = made.connect_guest()
    sock.sendall(HELLO + command(9))
    size, number = struct.unpack("<II", receive(sock, 8))
    caps = struct.unpack(f"<{(size - 1) // 4}I", receive(sock, size - 1))
    assert number == 2 and caps[66] <= 420 and not caps[98] & 1 << 7 and not caps[98] & 1 << 31
    shader = b"COMP\0\0\0\0"
    sock.sendall(command(6, 1 | 4 << 8 | 7 << 16, 1, 5, len(shader), 8, 0, body=shader) +
                 command(6, 37 | 8 << 16, 1, 1, 1, 1, 1, 1, 0, 0) + command(10))
    assert receive(sock, 8) == struct.pack("<II", 0, 10)


def test_silent_connection_is_closed(render):
    made = render()
    silent, _sock = made.connect_guest()
    machine, _kept = made.connect_guest(vm=1)
    made.wait(lambda: made.gone, 15, "the end of the silent one")
    assert [g["guest"] for g in made.gone] == [silent] and machine != silent


@pytest.mark.parametrize("vm", [0, 1])
def test_connection_that_closes_after_a_byte(render, vm):
    made = render()
    number, sock = made.connect_guest(vm=vm)
    sock.sendall(b"\0")
    made.ping()
    sock.close()
    made.wait(lambda: made.gone, 3, "its end")
    assert made.gone[0]["guest"] == number


def test_restarted_render_process_drops_vtest(render):
    made = render()
    number, sock = made.connect_guest(resumed=1)
    made.wait(lambda: made.gone, 5, "guest_gone")
    assert made.gone[0] == {"guest": number, "reason": "the render process was restarted"}
    assert receive(sock, 1) == b""


def test_clients(render):
    made = render(clients=2)
    kept = [made.connect_guest()[1] for _ in range(2)]
    number, _ = made.connect_guest()
    made.wait(lambda: made.gone, 5, "guest_gone")
    assert made.gone[0]["guest"] == number and kept


def test_gpu_order(render):
    made = render(gpu="render-node:/dev/dri/nothing,software", probe=True)
    rows = [(g["kind"], g["taken"]) for g in made.gpu["gpus"]]
    assert rows == [("render-node", 0), ("software", 1)] and "nothing" in made.gpu["gpus"][0]["reason"]
    assert made.process.wait(10) == 0
    made = render(gpu="device:/dev/dri/nothing,software", probe=True)
    assert any(g["kind"] == "device" and g["name"] == "/dev/dri/nothing" and not g["taken"]
               for g in made.gpu["gpus"])

    made = render(gpu="render-node:/dev/dri/nothing", probe=True)
    assert made.failed and "no GPU" in made.failed and made.process.wait(10) == 1


def test_ends_in_order(render):
    made = render()
    assert "seccomp" in made.ready
    assert made.stop() == 0
    made = render()
    made.control.close()
    assert made.process.wait(5) == 0


@pytest.mark.parametrize("number,name", [(1, "software"), (2, "software"), (3, "render-node"), (4, "nvidia")])
def test_sandbox_profiles(render, guest, number, name):
    """Each profile leaves a driver what it needs to work; no GPU is here, so that is the software one."""
    made = render(sandbox=number)
    assert made.ready.startswith(f"{name}: seccomp (")
    made.connect_view()
    guest(made, PATTERN, "--size=320x240", "--fps=30")
    made.wait(lambda: made.newest and made.newest["sequence"] >= 10, 60, "ten frames")
    assert pattern.is_frame(rgb(made.newest), 320, 240)
