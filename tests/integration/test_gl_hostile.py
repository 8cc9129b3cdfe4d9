# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests of forwarded OpenGL that break the rules, by hand. What is answered, and that others go on."""
import io
import os
import struct

import numpy
import pytest
from PIL import Image

import glwire as gl
from support import wait_for

CLOSED = (EOFError, ConnectionError, TimeoutError)
TRIANGLES, ARRAY_BUFFER, TEXTURE_2D, RGBA, UNSIGNED_BYTE, UNSIGNED_INT = 4, 0x8892, 0xDE1, 0x1908, 0x1401, 0x1405


@pytest.fixture
def guest(common_daemon):
    """A function that makes a guest; an honest one shows its picture after each test."""
    made = []

    def make():
        made.append(gl.Guest(common_daemon.socket()))
        return made[-1]
    name, refused = make().open()
    if name == "channel_refused" and refused["code"] == 1:
        pytest.skip("forwarded OpenGL is not offered")
    before = common_daemon.api.session("one")["restart_count"]
    yield make
    for each in made:
        each.close()
    with gl.Guest(common_daemon.socket(), "honest") as honest:
        honest.ready(48, 32)
        honest.fill(0.2, 0.4, 0.6)
        wait_for(lambda: shows(common_daemon, (32, 48, 3), (51, 102, 153)), 20, "an honest guest's picture")
    assert common_daemon.api.session("one")["restart_count"] == before, "the render process died"


def shows(daemon, shape, color):
    picture = numpy.asarray(Image.open(io.BytesIO(daemon.api.screenshot("one"))).convert("RGB"))
    return picture.shape == shape and (numpy.abs(picture.astype(int) - color) <= 1).all()


def reply(payload):
    """Status and value of a command's reply."""
    return struct.unpack_from("<I", payload)[0], struct.unpack_from("<Q", payload, 16)[0]


def ask(guest, name, **values):
    guest.send(gl.command(name, **values))
    return reply(guest.wait(gl.OPCODES[name])[1])


# ---- channels

@pytest.mark.parametrize("wrong", [{"table_hash": 1}, {"version_min": 2, "version_max": 9}])
def test_another_table_or_version_is_refused(guest, wrong):
    name, values = guest().open(**wrong)
    assert name == "channel_refused" and values["code"] == 3, values


@pytest.mark.parametrize("parameters", [b"", b"\1", bytes(4096), b"\xff" * 4],
                         ids=["none", "short", "long", "every-flag"])
def test_parameters_are_checked(guest, parameters):
    made = guest()
    made.send(gl.control("channel_open", table_hash=gl.TABLE_HASH, version_min=1, version_max=1, channel=1, kind=1,
                         role=1, parameters=parameters))
    assert made.wait("channel_opened", "channel_refused", "error")
    assert made.open(channel=2)[0] == "channel_opened"


def test_commands_without_a_context(guest):
    """Nothing is executed, and what is asked is answered."""
    made = guest()
    made.open()
    made.send(gl.command("DrawArrays", mode=TRIANGLES, count=3))
    assert ask(made, "GetIntegerv", pname=0xD33)[0] == 1
    made.finish()


def test_numbers_that_name_nothing(guest):
    made = guest().ready()
    made.send(gl.own("make_current", context=77, draw=1, read=1), gl.own("make_current", context=1, draw=9, read=1),
              gl.own("surface_resize", id=55, width=10, height=10), gl.own("surface_destroy", id=55),
              gl.own("context_destroy", id=55))
    made.send(gl.own("context_create", id=1, api=1, major=1))
    assert made.wait("context_created")[1]["status"] == 4
    made.send(gl.own("surface_create", id=2, config=9999999, width=8, height=8, kind=1))
    assert made.wait("surface_created")[1]["status"] in (4, 5)
    made.send(gl.own("surface_create", id=3, config=made.caps["configs"][0]["id"], width=1 << 30, height=8, kind=1))
    assert made.wait("surface_created")[1]["status"] != 0


@pytest.mark.parametrize("size, opcode", [(7, 0x210), (9, 0x210), (0, 0x210), (0xfffffff8, 0x210), (2 << 20, 0x210)])
def test_impossible_size_ends_the_stream(guest, size, opcode):
    made = guest().ready()
    made.send(struct.pack("<IHBB", size, opcode, 1, 0))
    with pytest.raises(CLOSED):
        while True:
            made.receive()


def test_unknown_opcodes_are_errors(guest):
    made = guest().ready()
    for opcode in (0x150, 0x1ff, 0xffff, 0x7000):
        made.send(gl.message(opcode, 1, bytes(16)))
    made.finish()


def test_credit_in_bytes_is_kept(guest):
    """A host that is behind closes the channel of a guest that does not wait."""
    made = guest().ready()
    made.socket.settimeout(30)
    everywhere = struct.pack("<6f", -1, -1, 3, -1, -1, 3)
    made.send(gl.command("GenBuffers", n=1, buffers=struct.pack("<I", 1)),
              gl.command("BindBuffer", target=ARRAY_BUFFER, buffer=1),
              gl.command("BufferData", target=ARRAY_BUFFER, size=24, data=everywhere, usage=0x88E4),
              gl.command("VertexPointer", size=2, type=0x1406), gl.command("EnableClientState", array=0x8074))
    flood = gl.command("DrawArrays", mode=TRIANGLES, count=3) * 32768
    for _ in range(40):
        made.send(flood)
    assert made.wait("channel_closed")[1]["code"] == 5, "not for its limit"


def test_credit_in_presents_is_kept(guest):
    made = guest().ready()
    made.send(gl.own("present", surface=1, interval=1) * 30)
    with pytest.raises(EOFError, match="channel closed"):
        made.wait("nothing")


# ---- commands

def test_lengths_that_are_not_what_the_scalars_say(guest):
    made = guest().ready()
    made.send(gl.command("TexImage2D", target=TEXTURE_2D, internalformat=RGBA, width=4096, height=4096, format=RGBA,
                         type=UNSIGNED_BYTE, pixels=bytes(64)),
              gl.command("BufferData", target=ARRAY_BUFFER, size=1 << 40, data=bytes(64), usage=0x88E4),
              gl.command("GenTextures", n=1 << 30, textures=bytes(64)),
              gl.command("BufferData", target=ARRAY_BUFFER, size=64, data=bytes(64), data_bytes=1 << 27, usage=0x88E4))
    made.finish()


def test_offsets_without_a_buffer(guest):
    """Pointers of the host's own: nothing is read there."""
    made = guest().ready()
    made.send(gl.command("DrawElements", mode=TRIANGLES, count=3, type=UNSIGNED_INT, indices_bytes=gl.OFFSET,
                         indices_offset=0x7f0000000000),
              gl.command("VertexPointer", size=2, type=0x1406, pointer=0x7f0000000000),
              gl.command("EnableClientState", array=0x8074),
              gl.command("DrawArrays", mode=TRIANGLES, count=300),
              gl.command("TexImage2D", target=TEXTURE_2D, internalformat=RGBA, width=16, height=16, format=RGBA,
                         type=UNSIGNED_BYTE, pixels_bytes=gl.OFFSET, pixels_offset=4096),
              gl.command("DrawArraysIndirect", mode=TRIANGLES, indirect_bytes=gl.OFFSET, indirect_offset=64))
    made.finish()


def test_names_that_are_taken(guest):
    made = guest().ready()
    names = struct.pack("<3I", 5, 5, 0)
    made.send(gl.command("GenTextures", n=3, textures=names), gl.command("GenTextures", n=3, textures=names),
              gl.command("BindTexture", target=TEXTURE_2D, texture=0xfffffffe),
              gl.command("DeleteTextures", n=3, textures=struct.pack("<3I", 0xffffffff, 5, 5)))
    made.finish()


def test_read_back_that_does_not_fit(guest):
    """A reply is as large as what was read, or a refusal."""
    made = guest().ready()
    for size in ((1 << 20, 1 << 20), (65535, 65535), (-1, 5), (0x7fffffff, 1)):
        status, _ = ask(made, "ReadPixels", width=size[0], height=size[1], format=RGBA, type=UNSIGNED_BYTE,
                        pixels_bytes=0)
        assert status in (0, 1)
    made.finish()


def test_bulk_out_of_order(guest):
    """A wrong piece drops its transfer; who names it is refused, and the channel goes on."""
    made = guest().ready()
    bulk = gl.CONTROL.by_name["bulk"]["id"]

    def piece(at, total, number, data):
        return gl.message(bulk, 1, gl.CONTROL.payload("bulk", offset=at, total=total, id=number, data=data))
    made.send(piece(0, 1000, 1, bytes(100)), piece(900, 1000, 1, bytes(100)), piece(0, 10, 2, bytes(100)),
              gl.message(gl.OPCODES["TexImage2D"], 1, struct.pack("<II", 1, 0), 1),
              gl.message(gl.OPCODES["ReadPixels"], 1, struct.pack("<II", 44, 0), 1))
    assert reply(made.wait(gl.OPCODES["ReadPixels"])[1])[0] == 1
    made.finish()


# ---- shared memory

@pytest.fixture
def shared(guest):
    made = guest()
    made.open(shared=True)
    if not made.memory:
        pytest.skip("no shared memory is offered")
    return made


def test_memory_is_sealed(shared):
    with pytest.raises(PermissionError):
        os.ftruncate(shared.descriptors[0], 4096)
    with pytest.raises(PermissionError):
        os.ftruncate(shared.descriptors[0], len(shared.memory) * 2)


@pytest.mark.parametrize("field, value", [
    ("written", 1 << 63), ("written", (1 << 64) - 8), ("written", 64 << 20), ("taken", 1 << 62), ("taken", 8)])
def test_positions_that_lie_break_the_channel(shared, field, value):
    """The channel ends, or nothing comes of it; the connection's control channel answers on."""
    pipe = gl.Pipe(shared, 1 if field == "taken" else 0)
    getattr(pipe, field).value = value
    pipe.data.value += 1
    del pipe
    shared.send(gl.control("ping", cookie=5))
    assert shared.wait("pong", "channel_closed")


def test_memory_with_an_impossible_message(shared):
    pipe = gl.Pipe(shared, 0)
    shared.memory[4096:4104] = struct.pack("<IHBB", 0xffffffff, 0x210, 1, 0)
    pipe.written.value = 8
    pipe.data.value += 1
    del pipe
    shared.send(gl.control("ping", cookie=5))
    try:
        shared.wait("channel_closed", "pong")
    except CLOSED:
        pass
