# SPDX-License-Identifier: GPL-2.0-or-later
"""Limits in the render process: what is over them fails in its client, and the others go on."""
import os
import signal
import socket
import struct
import sys
import time

import pytest

import support
from vtest import HELLO, PONG, receive

sys.path.insert(0, str(support.TREE / "tests/integration/tools"))
import render_driver  # noqa: E402

pytestmark = pytest.mark.alone

SUBMIT, CREATE_OBJECT, CREATE_SUB_CTX = 6, 1, 29
SHADER = 4


def command(number, *fields, body=b""):
    words = b"".join(struct.pack("<I", field & 0xffffffff) for field in fields)
    return struct.pack("<II", len(fields) + (len(body) + 3) // 4, number) + words + body


def texture(handle, width=64, height=64, bind=0x8A):
    return command(2, handle, 2, 1, bind, width, height, 1, 1, 0, 0)


def buffer(handle, size):
    return command(2, handle, 0, 64, 16, size, 1, 1, 1, 0, 0)


def get(handle=1, width=64, height=64):
    return command(4, handle, 0, width * 4, 0, 0, 0, 0, width, height, 1, width * height * 4)


@pytest.fixture
def render():
    with render_driver.several(support.BUILD) as make:
        yield make


class Client:
    def __init__(self, render):
        self.number, self.sock = render.connect_guest()
        self.sock.sendall(HELLO)
        self.here()

    def here(self):
        """It is served, all that was sent before is done."""
        self.sock.sendall(command(10))
        assert receive(self.sock, 8) == PONG

    def send(self, data):
        self.sock.sendall(data)
        self.here()


def test_resources(render):
    made = render(resources=20)
    greedy, other = Client(made), Client(made)
    greedy.send(b"".join(texture(i) for i in range(1, 31)))
    assert made.limit("resources") == {"used": 16, "refused": 14}  # four fifths
    # A refused one is black, and can be dropped; what is dropped makes room.
    greedy.sock.sendall(get(30))
    assert receive(greedy.sock, 16384) == bytes(16384)
    greedy.send(b"".join(command(3, i) for i in range(15, 31)))
    assert made.limit("resources")["used"] == 14
    other.send(texture(1) + texture(2))
    assert made.limit("resources") == {"used": 16, "refused": 14}
    # Raised and lowered while it runs.
    made.change_limits(resources=100)
    other.send(b"".join(texture(i) for i in range(3, 30)))
    assert made.limit("resources") == {"used": 43, "refused": 14}
    made.change_limits(resources=16)
    other.send(texture(100))
    assert made.limit("resources") == {"used": 43, "refused": 15}
    # Who has more than twice as many as there may be now goes on with what it has.
    made.change_limits(resources=100)
    other.send(b"".join(texture(i) for i in range(30, 60)))
    made.change_limits(resources=16)
    other.send(texture(101) + command(3, 101) + command(3, 1) + texture(102))
    assert made.limit("resources") == {"used": 72, "refused": 17}
    assert not made.gone


def test_handles_without_end(render):
    made = render(resources=16)
    greedy, other = Client(made), Client(made)
    greedy.sock.sendall(b"".join(texture(i) for i in range(1, 40)))
    made.wait(lambda: made.gone, 10, "the end of the greedy one")
    assert made.gone[0]["guest"] == greedy.number
    other.send(texture(1))
    assert made.limit("resources")["used"] == 1


def test_bytes(render):
    made = render(resource_bytes=1 << 20, resource_size=1 << 18)
    greedy, other = Client(made), Client(made)
    greedy.send(buffer(1, 1 << 18) + buffer(2, (1 << 18) + 1) + buffer(3, 0xffffffff) +
                command(2, 4, 2, 31, 2, 16384, 16384, 1, 1, 0, 0))
    assert made.limit("resource_size")["refused"] == 3
    greedy.send(b"".join(buffer(i, 1 << 17) for i in range(5, 15)))
    use = made.limit("resource_bytes")
    assert use["refused"] > 0 and use["used"] <= 0.8 * (1 << 20)
    other.send(texture(1))
    assert made.limit("resource_bytes")["used"] > use["used"]
    greedy.sock.close()
    made.wait(lambda: made.gone, 10, "its end")
    assert made.limit("resource_bytes")["used"] == 4096 + 16384
    assert made.limit("resources")["used"] == 1


def submit(*words):
    return command(SUBMIT, *words)


def shader(handle, text, length=None, kind=1):
    """The text of a fragment shader; `length` as it is announced."""
    text = text.encode() + b"\0"
    words = struct.unpack(f"<{(len(text) + 3) // 4}I", text.ljust((len(text) + 3) // 4 * 4, b"\0"))
    return submit(CREATE_OBJECT | SHADER << 8 | (5 + len(words)) << 16, handle, kind,
                  length or len(text), 300, 0, *words)


FRAGMENT = "FRAG\nDCL OUT[0], COLOR\nIMM[0] FLT32 { 1.0, 0.0, 0.0, 1.0 }\n  0: MOV OUT[0], IMM[0]\n  1: END\n"


def test_shaders(render):
    made = render(shader_size=1024, shader_bytes=65536, objects=256)
    client, other = Client(made), Client(made)
    client.send(shader(1, FRAGMENT))
    used = made.limit("shader_bytes")["used"]
    assert len(FRAGMENT) < used < 200
    client.send(shader(2, FRAGMENT, length=1025) + shader(3, FRAGMENT, length=0x7fffffff))
    assert made.limit("shader_size")["refused"] == 2
    assert made.limit("shader_bytes") == {"used": used, "refused": 0}
    for first in range(10, 300, 50):
        client.send(b"".join(shader(i, FRAGMENT) for i in range(first, first + 50)))
    assert made.limit("objects")["used"] == 205 and made.limit("objects")["refused"] > 90
    other.send(shader(1, FRAGMENT))
    assert made.limit("objects")["used"] == 206
    client.sock.close()
    made.wait(lambda: made.gone, 10, "its end")
    assert made.limit("objects")["used"] == 1 and made.limit("shader_bytes")["used"] == used


def test_contexts_of_all(render):
    made = render(contexts=3)
    first = Client(made)
    first.send(submit(CREATE_SUB_CTX | 1 << 16, 1) + submit(CREATE_SUB_CTX | 1 << 16, 2))
    assert made.limit("contexts") == {"used": 3, "refused": 0}
    number, sock = made.connect_guest()
    sock.sendall(HELLO)
    made.wait(lambda: made.gone, 10, "the end of the one that is too many")
    assert made.gone[0]["guest"] == number and "contexts" in made.gone[0]["reason"]
    first.here()


def test_command_rate(render):
    """A flood is read at its rate and costs no CPU; another client has its turn meanwhile."""
    made = render(command_rate=1 << 18)
    flood, other = Client(made), Client(made)
    flood.sock.setblocking(False)
    data = command(10) * 4096
    cpu, start, sent, pings = support.cpu_seconds(made.process.pid), time.monotonic(), 0, 0
    while time.monotonic() < start + 3:
        try:
            sent += flood.sock.send(data)
        except BlockingIOError:
            pass
        try:
            flood.sock.recv(1 << 20)
        except BlockingIOError:
            pass
        other.here()
        pings += 1
        made.poll(0.02)
    took = time.monotonic() - start
    use = made.limit("command_rate")
    read = sum(s["bytes_in"] for s in made.ping()["streams"])
    # a burst at the beginning, and what came between the two looks
    assert (1 << 17) < read < (1 << 18) * (took + 3)
    assert use["refused"] > 0 and 0 < use["used"] < 1 << 19
    assert pings >= 5
    assert support.cpu_seconds(made.process.pid) - cpu < took * 0.5
    assert not made.gone


def test_present_rate(render):
    made = render(present_rate=20, frames_ahead=2)
    client, other = Client(made), Client(made)
    client.send(texture(1))
    start = time.monotonic()
    client.sock.sendall((get() + command(7, 1, 1)) * 22)
    answered = receive(client.sock, 22 * (16384 + 12), 60)
    took = time.monotonic() - start
    assert len(answered) == 22 * (16384 + 12)
    assert took > 0.9  # 20 of them at 20 a second
    assert made.limit("present_rate")["refused"] >= 10
    other.here()


def test_present_rate_that_was_lower(render):
    """What a client has presented ahead of a low rate does not stop it when the limits change."""
    made = render(present_rate=1, frames_ahead=1000)
    client = Client(made)
    client.send(texture(1))
    client.sock.sendall((get() + command(7, 1, 1)) * 200)
    assert len(receive(client.sock, 200 * (16384 + 12), 60)) == 200 * (16384 + 12)
    made.change_limits(present_rate=1, frames_ahead=1)
    client.sock.sendall(get() + command(7, 1, 1))
    assert len(receive(client.sock, 16384 + 12, 60)) == 16384 + 12


def test_hello_timeout(render):
    made = render(hello_timeout=1)
    silent, _keep = made.connect_guest()
    began, _keep2 = made.connect_guest()
    _keep2.sendall(HELLO[:12])
    client = Client(made)
    vm, _keep3 = made.connect_guest(vm=1)
    made.wait(lambda: len(made.gone) == 2, 20, "the end of the silent ones")
    assert {g["guest"] for g in made.gone} == {silent, began}
    client.here()
    assert vm not in {g["guest"] for g in made.gone}


# Targets by gallium's numbers: width, height, depth, layers.
SHAPES = {0: (4096, 1, 1, 1), 2: (67, 33, 1, 1), 3: (19, 17, 5, 1), 4: (32, 32, 1, 6), 7: (33, 17, 1, 3)}
FORMATS = [1, 7, 18, 31, 64, 67, 105, 110, 116, 125, 136, 255, 312, 313]


@pytest.mark.skipif(bool(os.environ.get("ORIEL_SAN")), reason="sanitizers have a malloc of their own")
def test_nothing_of_others_is_read(render, monkeypatch):
    """What the C library's malloc hands out is full of 0x5a here: none of it may come back."""
    monkeypatch.setenv("MALLOC_PERTURB_", str(0xa5))
    made = render()
    read = 0
    for target, (width, height, depth, layers) in SHAPES.items():
        for number in FORMATS if target else [64]:
            slices = max(depth, layers)
            size = width * height * slices * 16
            _, sock = made.connect_guest()
            sock.sendall(HELLO + command(2, 1, target, number, 8 if target else 0x40000, width, height, depth,
                                         layers, 0, 0) +
                         command(4, 1, 0, 0, 0, 0, 0, 0, width, height, slices, size) + command(10))
            try:
                data = receive(sock, size)
            except ConnectionError:
                data = b""
            sock.close()
            made.poll(0)
            assert not any(data), f"target {target}, format {number}: {data.count(0x5a)} of {len(data)} bytes"
            read += len(data) == size
    assert read >= 30


def data_limit(pid):
    for line in open(f"/proc/{pid}/limits", encoding="ascii"):
        if line.startswith("Max data size"):
            return int(line.split()[3])
    return None


@pytest.mark.skipif(bool(os.environ.get("ORIEL_SAN")), reason="sanitizers reserve far more than they use")
def test_memory_of_a_process(make_daemon):
    """Without a cgroup a render process has a limit of its own."""
    daemon = make_daemon().configure(sessions=("one",), limits="memory = 3G", host="cgroup = none").start()
    pid = daemon.child("oriel-render")
    assert data_limit(pid) == 3 << 30
    shown = daemon.api.patch("/v1/sessions/one", {"limits": {"memory": 2 << 30}})["limits"]["memory"]
    assert shown["limit"] == 2 << 30
    support.wait_for(lambda: daemon.api.session("one")["limits"]["memory"]["used"] > 0, 20, "what is used")
    # For a process of another user that takes privileges which root in a container may not have.
    if data_limit(pid) != 2 << 30:
        daemon.wait_log("one: its render process gets the new limit of memory when it is started again")
        os.kill(pid, signal.SIGKILL)
        support.wait_for(lambda: daemon.api.session("one")["restart_count"] == 1, 20, "the restart")
        daemon.wait_ready()
        assert data_limit(daemon.child("oriel-render")) == 2 << 30


def test_a_session_of_its_own_limits(make_daemon):
    """Over a limit in one session: counted there, said in the log with the key, and nowhere else."""
    daemon = make_daemon().configure(sessions=("one", "two")).start()
    daemon.api.patch("/v1/sessions/one", {"limits": {"resources": 16}})
    socks = []
    for name in ("one", "two"):
        sock = socket.socket(socket.AF_UNIX)
        sock.connect(str(daemon.socket(name)))
        sock.sendall(HELLO + b"".join(texture(i) for i in range(1, 21)) + command(10))
        assert receive(sock, 8) == PONG
        socks.append(sock)
    used = support.wait_for(lambda: (lambda use: use["refused"] and use)(
        daemon.api.session("one")["limits"]["resources"]), 20, "the counter")
    assert used == {"limit": 16, "used": 13, "refused": 7}
    support.wait_for(lambda: daemon.api.session("two")["limits"]["resources"]["used"] == 20, 20, "the other's")
    assert daemon.api.session("two")["limits"]["resources"]["refused"] == 0
    daemon.wait_log(r"one: render: limit resources reached by stream 1 \(test\)")


def connect(daemon, name="one"):
    sock = socket.socket(socket.AF_UNIX)
    sock.connect(str(daemon.socket(name)))
    return sock


def served(daemon):
    """A client that was taken and said hello; None if it was refused."""
    sock = connect(daemon)
    try:
        sock.sendall(HELLO + command(10))
        return sock if receive(sock, 8) == PONG else None
    except OSError:
        return None


def test_silent_clients_give_way(make_daemon):
    daemon = make_daemon().configure(limits="clients = 4\nhello_timeout = 600").start()
    first = connect(daemon)
    first.sendall(HELLO + command(10))
    assert receive(first, 8) == PONG
    support.wait_for(lambda: daemon.api.session("one")["streams"], 20, "the first one's stream")
    silent = [connect(daemon) for _ in range(3)]
    silent[1].sendall(HELLO[:10])  # it is known for a vtest client, and has not said its name
    known = [support.wait_for(lambda: served(daemon), 20, "a place") for _ in range(3)]
    for sock in silent:
        assert receive(sock, 1) == b""
    # Those that are known, to orield too, stay, and further ones are refused.
    support.wait_for(lambda: len(daemon.api.session("one")["streams"]) == 4, 20, "all four streams")
    last = connect(daemon)
    assert receive(last, 1) == b""
    first.sendall(command(10))
    assert receive(first, 8) == PONG
    use = daemon.api.session("one")["limits"]["clients"]
    assert (use["limit"], use["used"]) == (4, 4) and use["refused"] >= 4 and known


def test_command_timeout(make_daemon):
    """A shader that runs for minutes: only the end of its process stops it; the other session goes on."""
    sys.path.insert(0, str(support.TREE / "tests/integration/attacks"))
    import load_attacks  # pylint: disable=import-outside-toplevel
    import rawvtest  # pylint: disable=import-outside-toplevel
    daemon = make_daemon().configure(sessions=("one", "two")).start()
    daemon.api.patch("/v1/sessions/one", {"limits": {"command_timeout": 2}})
    other = connect(daemon, "two")
    other.sendall(HELLO + command(10))
    assert receive(other, 8) == PONG
    bad = connect(daemon)
    bad.sendall(HELLO + rawvtest.canvas(1024, 1024) + rawvtest.submit(
        *rawvtest.shader(20, rawvtest.FRAGMENT, load_attacks.endless(4)), rawvtest.draw(20, 100)) +
                rawvtest.get(1, 1024, 1024))
    restarts = support.wait_for(lambda: daemon.api.session("one")["restarts"], 60 * support.PATIENCE, "the restart")
    assert "over 2 s (limit command_timeout)" in restarts[0]["reason"], restarts
    assert daemon.api.session("one")["limits"]["command_timeout"] == {"limit": 2, "used": None, "refused": 1}
    daemon.wait_ready()
    good = connect(daemon)
    good.sendall(HELLO + command(10))
    assert receive(good, 8) == PONG
    other.sendall(command(10))
    assert receive(other, 8) == PONG
    assert daemon.api.session("two")["restart_count"] == 0
