# SPDX-License-Identifier: GPL-2.0-or-later
"""vtest version 2: memory that render process and client share, and clients that misuse it."""
import os
import resource
import socket
import struct
import sys
import threading

import pytest

import support
from vtest import (BUSY, HELLO, PONG, Client, command, copy_transfer3d, create2, get, get2, put2, receive,
                   transfer3d)

sys.path.insert(0, str(support.TREE / "tests/integration/tools"))
import render_driver  # noqa: E402

SECRET = b"secret!!"


@pytest.fixture
def render():
    with render_driver.several(support.BUILD, vtest_version=2) as make:
        yield make


@pytest.fixture
def client(render):
    """A client with one resource, a display target of 64x64 pixels."""
    made = Client(render().connect_guest()[1])
    made.create()
    return made


def connect(render, **how):
    return Client(render.connect_guest()[1], **how)


def test_the_highest_version_that_both_know(render):
    both = render()
    clients = [connect(both, asks=asks) for asks in (0, 1, 2, 3, 0xffffffff)]
    clients += [Client(both.connect_guest(vm=1)[1]), connect(both, name=b"glxinfo")]
    assert [client.version for client in clients] == [0, 0, 2, 2, 2, 0, 0]
    both.wait(lambda: sorted(s["protocol"] for s in both.streams.values()) == 4 * ["vtest-0"] + 3 * ["vtest-2"],
              what="what their protocols are")
    assert connect(render(vtest_version=0)).version == 0


def test_reads_and_writes_go_through_memory(client):
    memory = client.memory[1]
    assert memory[:] == bytes(16384)
    memory[:] = bytes(range(256)) * 64
    client.run(put2())
    memory[:] = bytes(16384)
    client.run(get2(w=32, h=2, x=8, y=3, offset=800))
    assert memory[:800] == bytes(800) and memory[800:928] == bytes(range(32, 160))
    assert memory[928:1056] == bytes(128) and memory[1056:1184] == bytes(range(32, 160))


def test_presents_are_told_from_reads(render):
    made = render()
    made.connect_view()
    client = connect(made)
    client.create()
    client.memory[1][:] = b"\x11\x22\x33\x44" * 4096
    client.sock.sendall(put2() + get2() + command(7, 1, 1))
    assert receive(client.sock, 12) == BUSY
    made.wait(lambda: made.newest and made.newest["sequence"] == 1, what="the first frame")
    assert made.newest["pixels"] == b"\x11\x22\x33\x44" * 4096
    # glReadPixels waits first
    client.sock.sendall(command(7, 1, 1) + get2() + 2 * command(7, 1, 1))
    assert receive(client.sock, 36) == 3 * BUSY
    # a part of the window; the client has less of the picture than the host
    client.memory[1][:] = bytes(16384)
    client.sock.sendall(put2(x=16, y=8, w=4, h=2, offset=2112) + get2(x=16, y=8, w=4, h=2, offset=2112) + command(7, 1, 1))
    assert receive(client.sock, 12) == BUSY
    made.wait(lambda: made.newest["sequence"] == 2, what="the second frame")
    assert made.newest["damage"] == [{"x": 16, "y": 8, "width": 4, "height": 2}]
    assert made.newest["pixels"].count(b"\x11\x22\x33\x44") == 4096 - 8
    # a read that nothing follows is done all the same
    client.memory[1][:] = bytes(16384)
    client.sock.sendall(get2())
    support.wait_for(lambda: client.memory[1][:].count(b"\x11\x22\x33\x44") == 4096 - 8, 10, "the read")
    client.wait()
    assert [s["presents"] for s in made.ping()["streams"]] == [2]


def test_memory_ends_with_the_last_pixel(render):
    """Odd sizes, levels, layers and compressed blocks, up to the very end of their memory."""
    client = connect(render())
    client.create(1, width=101, height=77, bind=2, size=101 * 77 * 4)
    picture = os.urandom(101 * 77 * 4)
    client.memory[1][:] = picture
    client.run(put2(w=101, h=77, size=448 * 77))
    client.memory[1][:] = bytes(len(picture))
    client.run(get2(x=50, y=0, w=51, h=77, offset=200))
    rows = [picture[404 * y + 200:404 * y + 404] for y in range(77)]
    assert [client.memory[1][404 * y + 200:404 * y + 404] for y in range(77)] == rows
    assert not any(client.memory[1][404 * y:404 * y + 200].strip(b"\0") for y in range(77))

    size = (32 * 16 + 16 * 8 + 8 * 4) * 4 * 3
    client.create(2, target=7, width=32, height=16, array=3, last_level=2, bind=8, size=size)
    levels = [(0, 32, 16, 0), (1, 16, 8, 32 * 16 * 12), (2, 8, 4, (32 * 16 + 16 * 8) * 12)]
    data = os.urandom(size)
    client.memory[2][:] = data
    client.run(*[put2(2, level=n, w=w, h=h, d=3, offset=at) for n, w, h, at in levels])
    client.memory[2][:] = bytes(size)
    # a layer at a time: virglrenderer reads no more of an array
    client.run(*[get2(2, level=n, x=1, y=1, z=z, w=w - 1, h=h - 1, offset=at + (w * h * z + w + 1) * 4)
                 for n, w, h, at in levels for z in range(3)])
    for _, w, h, at in levels:
        for row in range(h * 3):
            start = at + row * w * 4
            wanted = data[start + 4:start + w * 4] if row % h else bytes(w * 4 - 4)
            assert client.memory[2][start + 4:start + w * 4] == wanted

    client.create(3, form=105, width=20, height=12, bind=8, size=5 * 3 * 8)
    data = os.urandom(5 * 3 * 8)
    client.memory[3][:] = data
    client.run(put2(3, x=4, w=16, h=12, offset=8))
    client.memory[3][:] = bytes(len(data))
    client.run(get2(3, w=20, h=12))
    for row in range(3):
        assert client.memory[3][40 * row:40 * row + 40] == bytes(8) + data[40 * row + 8:40 * row + 40]


def test_writes_among_commands(render):
    made = render()
    client = connect(made)
    client.create(1)
    client.create(2, target=0, form=64, bind=1 << 19, width=65536, height=1, array=0, size=65536)
    client.create(3)
    client.memory[1][:] = b"\x01\x02\x03\xff" * 4096
    client.memory[2][32768:32768 + 16384] = b"\x04\x05\x06\xff" * 4096
    # resource 3 gets what 1 has between the writes
    copy = 17 | 13 << 16, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 64, 64, 1
    client.run(command(6, *transfer3d(1), *transfer3d(1, w=16, h=1), 44 | 3 << 16, 1, 2, 3, *copy,
                       *copy_transfer3d(1, 2, 32768)))
    client.run(get2(1), get2(3))
    assert client.memory[1][:] == b"\x04\x05\x06\xff" * 4096
    assert client.memory[3][:] == b"\x01\x02\x03\xff" * 4096


def test_fences_are_waited_for(client):
    """Mesa makes one for each frame: they have memory, and nobody looks into it."""
    for handle in range(2, 50):
        client.sock.sendall(command(6, 0) + create2(handle, 0, 64, 1 << 17, 8, 1, 1, 0, size=8))
        os.close(client.take())
        client.sock.sendall(command(7, handle, 1))
        assert receive(client.sock, 12) == BUSY
        client.run(command(3, handle))


def submit(*dwords):
    return command(6, *dwords)


@pytest.mark.parametrize("bad", [
    get2(offset=1), get2(offset=0xffffffff), get2(w=65), get2(x=1), get2(level=1), get2(level=0xffffffff), get2(d=2),
    get2(w=0), get2(handle=8), get2(h=0xffffffff), get2(y=63, h=1, offset=16384), get2(handle=9),
    put2(offset=1), put2(w=65), put2(offset=0xfffffffc), put2(y=0xffffffff, h=2), put2(handle=3), put2(handle=9),
    submit(*transfer3d(offset=4)), submit(*transfer3d(offset=0xfffffffc)), submit(*transfer3d(9)), submit(*transfer3d(w=65)),
    submit(*transfer3d(stride=257)), submit(*transfer3d(stride=255)), submit(*transfer3d(direction=2)),
    submit(*transfer3d(stride=0xffffffff)), submit(*transfer3d(d=2)), submit(43 | 12 << 16, *range(12)),
    submit(*copy_transfer3d(1, 2, 1)), submit(*copy_transfer3d(1, 9)), submit(*copy_transfer3d(1, 3)),
    submit(*copy_transfer3d(1, 2, flags=3)), submit(*copy_transfer3d(1, 2, stride=0x7fffffff)),
    submit(0, 0, 0, *transfer3d()[:-1]), struct.pack("<II", 9, 13) + bytes(36), struct.pack("<II", 1 << 31, 14),
    create2(1), create2(0), create2(7, width=0), create2(7, form=9999),
    command(2, 7, 2, 1, 2, 64, 64, 1, 1, 0, 0), get(), command(11, 2), command(11, 0),
    command(5, 1, 0, 256, 0, 0, 0, 0, 1, 1, 1, 4, body=b"abcd"),
], ids=lambda bad: bad[4:72:4].hex())
def test_bad_command_ends_that_client_alone(render_with_two, bad):
    made, other = render_with_two
    number, sock = made.connect_guest()
    client = Client(sock)
    client.create(1)
    client.create(2)
    client.sock.sendall(create2(3, samples=4, bind=2, size=0) + bad)
    made.wait(lambda: [g for g in made.gone if g["guest"] == number], 10, "the end of the client")
    client.memory.clear()
    assert client.gone()
    other.run(get2())
    assert made.ping()["resources"] == 1


@pytest.fixture(scope="module")
def render_with_two():
    """One render process for many bad clients, and a good client that stays."""
    made = render_driver.Render(support.BUILD, vtest_version=2)
    made.wait(lambda: made.ready or made.failed, 60, "ready")
    other = connect(made)
    other.create()
    yield made, other
    made.kill()


def test_versions_do_not_mix(render):
    """What is version 2's alone ends a client that did not choose it."""
    made = render()
    for bad in (create2(), get2(), put2(), submit(*transfer3d())):
        number, sock = made.connect_guest()
        sock.sendall(HELLO + command(2, 1, 2, 1, 0x8A, 64, 64, 1, 1, 0, 0) + bad + command(10))
        if bad[4] == 6:  # a command that is not offered is taken out
            assert receive(sock, 8) == PONG
        else:
            made.wait(lambda: [g for g in made.gone if g["guest"] == number], 10, "the end of the client")


def test_memory_is_the_hosts(client):
    """A client cannot take away what the host looks at."""
    fd = client.create(2)
    for size in (0, 1, 65536):
        with pytest.raises(PermissionError):
            os.ftruncate(fd, size)
    client.run(put2(2), get2(2))
    os.close(fd)


def test_memory_changes_under_the_host(client):
    """A client writes to its memory while the host reads and writes it."""
    over = threading.Event()

    def scribble():
        word = 0
        while not over.is_set():
            word = (word * 69069 + 1) & 0xffffffff
            client.memory[1][:] = struct.pack("<I", word) * 4096
    thread = threading.Thread(target=scribble)
    thread.start()
    try:
        for _ in range(100):
            client.run(put2(), get2(), command(6, *transfer3d()), get2(x=3, w=61, offset=12))
    finally:
        over.set()
        thread.join()
    client.run(get2())


def test_memory_ends_with_its_resource(render):
    """A client that keeps its mappings cannot have more memory than is counted."""
    made = render()
    client = connect(made)
    fd = client.create(1, width=1024, height=1024, size=1024 * 1024 * 4)
    client.memory[1][:] = b"\xff" * (1024 * 1024 * 4)
    assert os.fstat(fd).st_blocks >= 8192
    assert made.ping()["resource_bytes"] >= 2 * 1024 * 1024 * 4
    client.run(command(3, 1))
    assert os.fstat(fd).st_blocks == 0
    assert client.memory[1][:] == bytes(1024 * 1024 * 4)
    assert made.ping()["resource_bytes"] == 0
    client.create(2)
    client.sock.close()
    made.wait(lambda: made.ping()["resource_bytes"] == 0, what="the end of its memory")


def test_memory_without_end(render):
    """More than the session may have is refused with Mesa's own error, and everybody goes on."""
    made = render(resource_bytes=16 << 20, resource_size=8 << 20)
    other = connect(made)
    other.create()
    client = connect(made)
    assert not client.try_create(1, size=(8 << 20) + 1)
    assert made.limit("resource_size")["refused"] == 1
    got = [client.try_create(handle, size=1 << 20) for handle in range(1, 40)]
    assert 8 <= sum(got) < 15 and got == sorted(got, reverse=True)
    assert made.limit("resource_bytes")["refused"] >= 20
    # the handle is free again, and so is what was dropped
    assert not client.try_create(39, size=1 << 20)
    client.run(command(3, 1))
    assert client.try_create(39, size=1 << 20)
    # what the driver refuses has no memory either
    assert not client.try_create(41, form=300, size=4096)
    other.run(get2())
    client.sock.close()
    made.wait(lambda: made.limit("resource_bytes")["used"] < 1 << 20, what="the end of its memory")


def open_files(made):
    return len(os.listdir(f"/proc/{made.process.pid}/fd"))


def test_client_that_takes_no_memory(render):
    """Descriptors that nobody receives are few, also after their senders' clients are gone."""
    made = render()
    before = open_files(made)
    lazy = []
    for _ in range(6):
        number, sock = made.connect_guest()
        lazy.append((number, Client(sock)))
        lazy[-1][1].sock.sendall(b"".join(create2(handle) for handle in range(1, 200)))
    live = connect(made)
    live.create()
    live.run(get2())
    # one is under way to each, another waits
    assert made.ping()["resources"] <= 6 * 2 + 1
    assert open_files(made) <= before + 6 * 2 + 2
    # who goes without having received it is kept for as long as its socket is open
    number, leaver = lazy[0]
    leaver.sock.shutdown(1)
    lazy[1][1].sock.sendall(command(0))
    live.run(get2())
    assert not [g for g in made.gone if g["guest"] == number]
    leaver.sock.close()
    made.wait(lambda: [g for g in made.gone if g["guest"] == number], 10, "its end")
    # and who takes them late gets them all
    late = lazy[2][1]
    for _ in range(1, 200):
        os.close(late.take())
    late.run(get2())


def files_limit():
    """Of open files, as a render process gets it."""
    return max(1024, min(16384, resource.getrlimit(resource.RLIMIT_NOFILE)[1] // 4))


@pytest.mark.skipif(files_limit() < 1600, reason="few open files are allowed here, and so few clients at once")
def test_clients_that_take_no_memory_keep_it_from_nobody(render):
    made = render()
    lazy = [connect(made) for _ in range(19)]
    for client in lazy:
        client.sock.sendall(create2())
    live = connect(made)
    live.create()
    live.run(get2())


def test_client_that_is_closed_with_its_memory_under_way(render):
    """It counts until its socket is closed, whoever wanted it to end."""
    made = render()
    number, sock = made.connect_guest()
    Client(sock).sock.sendall(create2())
    support.wait_for(lambda: made.ping()["resources"] == 1, 10, "its resource")
    made.send("guest_close", guest=number, reason="a test")
    support.wait_for(lambda: made.ping()["resources"] == 0, 10, "the end of its resource")
    assert not made.gone
    sock.close()
    made.wait(lambda: [g for g in made.gone if g["guest"] == number], 10, "its end")


def test_socket_that_is_full_when_memory_is_passed(render):
    made = render()
    for capsets in range(1, 12):
        ours, theirs = socket.socketpair()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4608)
        made.add_guest(theirs.fileno())
        theirs.close()
        client = Client(ours)
        client.sock.sendall(command(9) * capsets + create2())
        for _ in range(capsets):
            size = struct.unpack("<II", receive(client.sock, 8))[0] - 1
            assert len(receive(client.sock, size)) == size
        os.close(client.take())
        ours.close()


@pytest.mark.parametrize("cut", [3, 8, 20, 47])
def test_client_closes_in_mid_command(render, cut):
    made = render()
    number, sock = made.connect_guest()
    client = Client(sock)
    client.create()
    sock.sendall(put2()[:cut])
    sock.close()
    made.wait(lambda: [g for g in made.gone if g["guest"] == number], 10, "the end of the client")
    assert made.ping()["resource_bytes"] == 0


def test_nothing_uninitialised_reaches_a_client(render):
    """What another program had, and freed, is in no new resource or memory, in either version."""
    made = render()
    sizes = [(2, 1, 64, 64, 16384), (0, 64, 16384, 1, 16384), (2, 1, 257, 131, 257 * 131 * 4),
             (0, 64, 1 << 20, 1, 1 << 20)]
    one = connect(made)
    for handle, (target, form, width, height, size) in enumerate(sizes, 1):
        bind = 16 if target == 0 else 10
        one.create(handle, target=target, form=form, bind=bind, width=width, height=height, array=target and 1, size=size)
        one.memory[handle][:] = (SECRET * (size // 8 + 1))[:size]
        one.run(put2(handle, w=width, h=height))
    one.run(*[command(3, handle) for handle in range(1, len(sizes) + 1)])
    two = connect(made)
    old = connect(made, asks=0)
    for handle, (target, form, width, height, size) in enumerate(sizes, 1):
        bind = 16 if target == 0 else 10
        two.create(handle, target=target, form=form, bind=bind, width=width, height=height, array=target and 1, size=size)
        assert two.memory[handle][:] == bytes(size)
        two.run(get2(handle, w=width, h=height))
        assert two.memory[handle][:] == bytes(size)
        old.sock.sendall(command(2, handle, target, form, bind, width, height, 1, target and 1, 0, 0))
        # room between and behind the rows
        stride = width * 4 + 64 if target else 0
        asked = (stride * height if target else size) + 4096
        old.sock.sendall(get(handle, stride=stride, w=width, h=height, size=asked))
        assert receive(old.sock, asked) == bytes(asked)
