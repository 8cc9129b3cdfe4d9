# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests of forwarded OpenGL that want everything, say nonsense, or break the memory that they share."""
import itertools
import os
import random
import select
import struct

import glwire as gl
from attacker import attack

TRIANGLES, TEXTURE_2D, RGBA, RGBA8, UNSIGNED_BYTE, ARRAY_BUFFER, FLOAT = 4, 0xDE1, 0x1908, 0x8058, 0x1401, 0x8892, 0x1406
EVERYWHERE = struct.pack("<6f", -1, -1, 3, -1, -1, 3)
# A triangle over all of the surface, from a buffer.
SETUP = (gl.command("GenBuffers", n=1, buffers=struct.pack("<I", 1)) +
         gl.command("BindBuffer", target=ARRAY_BUFFER, buffer=1) +
         gl.command("BufferData", target=ARRAY_BUFFER, size=24, data=EVERYWHERE, usage=0x88E4) +
         gl.command("VertexPointer", size=2, type=FLOAT, stride=0) +
         gl.command("EnableClientState", array=0x8074))


def pour(target, guest, data):
    """Sends `data` again and again as far as the channel's credit goes; reads and drops what comes."""
    credit, at, view = gl.CONTROL.by_name["credit"]["id"], 0, memoryview(data)
    left = 4 << 20
    guest.socket.setblocking(False)
    pending = b""
    while not target.over():
        room = left >= len(data) or at
        readable, writable, _ = select.select([guest.socket], [guest.socket] if room else [], [], 0.2)
        if readable:
            got = guest.socket.recv(1 << 20)
            if not got:
                raise EOFError
            pending += got
            while len(pending) >= 8 and len(pending) >= struct.unpack_from("<I", pending)[0]:
                size, opcode, channel, _ = struct.unpack_from("<IHBB", pending)
                if channel == 0 and opcode == credit:
                    left += struct.unpack_from("<I", pending, 8)[0]
                pending = pending[size:]
        if writable:
            try:
                if not at:
                    left -= len(data)
                at += guest.socket.send(view[at:])
            except BlockingIOError:
                continue
            target.done += at == len(data)
            at %= len(data)


@attack
def forwarded_draws_without_end(target):
    """Triangles over a large surface, as many as the credit allows."""
    def turn():
        with gl.Guest(target.guest) as guest:
            guest.ready(1024, 1024)
            pour(target, guest, SETUP + gl.command("DrawArrays", mode=TRIANGLES, count=3) * 64)
    target.repeat(turn)


@attack
def forwarded_questions_without_end(target):
    """Read-backs, whose answers nobody takes."""
    def turn():
        with gl.Guest(target.guest) as guest:
            guest.ready(512, 512)
            ask = gl.command("ReadPixels", width=512, height=512, format=RGBA, type=UNSIGNED_BYTE, pixels_bytes=0)
            guest.socket.setblocking(False)
            while not target.over():
                try:
                    target.done += guest.socket.send(ask * 1000) > 0
                except BlockingIOError:
                    target.rest(0.01)
    target.repeat(turn)


@attack
def forwarded_channels_without_end(target):
    def turn():
        with gl.Guest(target.guest) as guest:
            for channel in itertools.chain(range(1, 256), itertools.repeat(7, 50)):
                name, _ = guest.open(channel % 256)
                target.note(name)
                target.done += 1
                if target.over():
                    return
    target.repeat(turn)


@attack
def forwarded_contexts_without_end(target):
    def turn():
        with gl.Guest(target.guest) as guest:
            guest.ready()
            for number in itertools.count(2):
                guest.send(gl.own("context_create", id=number, api=1, major=1))
                status = guest.wait("context_created")[1]["status"]
                target.done += 1
                if status:
                    target.note(f"status {status}")
                if target.over() or number > 3000:
                    return
    target.repeat(turn)


@attack
def forwarded_surfaces_without_end(target):
    def turn():
        with gl.Guest(target.guest) as guest:
            guest.ready()
            for number in itertools.count(2):
                guest.send(gl.own("surface_create", id=number, config=guest.caps["configs"][0]["id"], width=8192,
                                  height=8192, kind=1 + number % 2))
                status = guest.wait("surface_created")[1]["status"]
                target.done += 1
                if status:
                    target.note(f"status {status}")
                    target.rest(0.01)
                if target.over():
                    return
    target.repeat(turn)


@attack
def forwarded_textures_without_end(target):
    """Each of 64 MiB, until there is no memory, and then on."""
    def turn():
        with gl.Guest(target.guest) as guest:
            guest.ready()
            for number in itertools.count(1):
                name = struct.pack("<I", number)
                guest.send(gl.command("GenTextures", n=1, textures=name) +
                           gl.command("BindTexture", target=TEXTURE_2D, texture=number) +
                           gl.command("TexImage2D", target=TEXTURE_2D, internalformat=RGBA8, width=4096, height=4096,
                                      format=RGBA, type=UNSIGNED_BYTE))
                if number % 4 == 0:
                    guest.finish()
                target.done += 1
                if target.over():
                    return
    target.repeat(turn)


@attack
def forwarded_noise(target):
    """Messages with good headers, and with anything in them."""
    rng, opcodes = random.Random(4), sorted(gl.OPCODES.values())

    def turn():
        with gl.Guest(target.guest) as guest:
            guest.ready()
            guest.socket.settimeout(1.0)
            while not target.over():
                for _ in range(50):
                    body = rng.randbytes(8 * rng.randrange(9)) if rng.random() < 0.5 else bytes(8 * rng.randrange(9))
                    opcode = rng.choice(opcodes) if rng.random() < 0.8 else rng.randrange(0x100, 0x1000)
                    guest.send(gl.message(opcode, 1, body, rng.choice((0, 0, 1, 2, 255))))
                    target.done += 1
                while guest.readable(0):
                    guest.data = b""
                    guest.more()
    target.repeat(turn)


@attack
def forwarded_bulk_that_is_never_used(target):
    """Payloads of many transfers, until the limit of all of them."""
    bulk = gl.CONTROL.by_name["bulk"]["id"]

    def turn():
        with gl.Guest(target.guest) as guest:
            guest.ready()
            piece = gl.message(bulk, 1, struct.pack("<QQIxxxx", 0, 200 << 20, 9)[:20] + struct.pack("<I", 60000) +
                               bytes(60000))
            for _ in range(20):
                guest.send(piece)
                target.done += 1
            guest.finish()
    target.repeat(turn)


@attack
def forwarded_beyond_the_credit(target):
    """Bytes and presents that were never granted."""
    def turn():
        with gl.Guest(target.guest) as guest:
            guest.ready()
            target.done += 1
            if target.done % 2:
                guest.send(gl.own("present", surface=1) * 50)
            else:
                guest.send(gl.command("DrawArrays", mode=TRIANGLES, count=3) * 1000000)
            guest.wait("channel_closed")
            target.note("channel closed")
    target.repeat(turn)


@attack
def forwarded_memory_that_lies(target):
    """The control words of shared memory say anything, all the time."""
    rng = random.Random(5)

    def turn():
        with gl.Guest(target.guest) as guest:
            guest.open(shared=True)
            if not guest.memory:
                target.note("no shared memory")
                return
            pipes = gl.Pipe(guest, 0), gl.Pipe(guest, 1)
            values = [0, 1, 7, 4096, (1 << 63), (1 << 64) - 1, guest.pipe_sizes[0], guest.pipe_sizes[0] + 1]
            for _ in range(200):
                pipe = rng.choice(pipes)
                pipe.written.value = rng.choice(values)
                pipe.taken.value = rng.choice(values)
                pipe.data.value = rng.getrandbits(32)
                pipe.writer_asleep.value = rng.getrandbits(1)
                pipe.reader_asleep.value = rng.getrandbits(1)
                target.done += 1
            del pipe, pipes
            guest.memory[4096:8192] = os.urandom(4096)
    target.repeat(turn)


@attack
def forwarded_memory_with_noise(target):
    """Bytes that are no message, in shared memory, and whole messages that change while they are read."""
    def turn():
        with gl.Guest(target.guest) as guest:
            guest.open(shared=True)
            if not guest.memory:
                target.note("no shared memory")
                return
            pipe = gl.Pipe(guest, 0)
            whole = gl.command("Clear", mask=gl.COLOR) * 256
            guest.memory[4096:4096 + len(whole)] = whole
            pipe.written.value = len(whole)
            for turn in range(2000):
                guest.memory[4096 + turn % len(whole)] = turn & 255
                target.done += 1
            del pipe
    target.repeat(turn)
