# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests that break the protocol's peace: floods of small things, silence, half commands, noise."""
import os
import struct

import rawvtest as vtest
from attacker import attack
from load_attacks import flood, together

MAGIC = b"\x8fORIEL\r\n\x1a\xc5\x6b\x93"


# ---- connections

@attack
def connections_that_leave(target):
    """Thousands that come and go."""
    def turn():
        for _ in range(50):
            target.connect().close()
            target.done += 1
    target.repeat(turn)


def crowd(target, say, count=1000):
    """A thousand that say this and stay."""
    def turn():
        guests = []
        try:
            while len(guests) < count and not target.over():
                guests.append(target.connect())
                target.done += 1
                guests[-1].settimeout(0)
                try:
                    guests[-1].send(say)
                except OSError:
                    target.note("closed")
            target.rest(60)
        finally:
            for guest in guests:
                guest.close()
    target.repeat(turn)


@attack
def connections_that_are_silent(target):
    crowd(target, b"")


@attack
def connections_with_half_a_header(target):
    crowd(target, vtest.hello()[:5])


@attack
def connections_with_a_name_that_does_not_end(target):
    crowd(target, struct.pack("<II", 4096, vtest.HELLO) + b"x" * 4000)


# ---- commands

@attack
def commands_that_do_nothing(target):
    """The largest SUBMIT_CMD, of NOPs."""
    target.repeat(lambda: flood(target, vtest.command(vtest.SUBMIT, body=bytes(4 << 20))))


@attack
def commands_that_are_tiny(target):
    target.repeat(lambda: flood(target, vtest.command(vtest.SUBMIT, 0) * 65536))


@attack
def commands_that_are_refused(target):
    """Each would be a line in the log."""
    target.repeat(lambda: flood(target, vtest.submit(*[vtest.virgl(41, 1)] * 16) * 4096))


@attack
def commands_that_are_wrong(target):
    """Each spoils its context, and virglrenderer complains of each."""
    target.repeat(lambda: flood(target, vtest.submit(vtest.virgl(28, 99)) * 4096))


@attack
def commands_of_many_clients(target):
    together(target, 24, vtest.submit(*[vtest.clear(1, 0, 0)] * 8) * 64, vtest.canvas(256, 256))


@attack
def requests_for_capabilities(target):
    target.repeat(lambda: flood(target, (vtest.command(vtest.GET_CAPS) + vtest.command(vtest.GET_CAPS2)) * 1024))


@attack
def pings(target):
    target.repeat(lambda: flood(target, vtest.command(vtest.PING) * 65536))


# ---- silence and breaks

@attack
def clients_that_never_read(target):
    """Twenty that ask for pictures and take none."""
    def turn():
        guests = [target.connect() for _ in range(20)]
        try:
            for guest in guests:
                guest.sendall(vtest.hello() + vtest.canvas(1024, 768))
                guest.setblocking(False)
            ask = vtest.present(1, 1024, 768) * 1000
            while not target.over():
                for guest in guests:
                    try:
                        target.done += guest.send(ask)
                    except BlockingIOError:
                        pass
                target.rest(0.01)
        finally:
            for guest in guests:
                guest.close()
    target.repeat(turn)


@attack
def clients_that_close_in_mid_command(target):
    """At each byte of a client's life: hello, resource, write, state and shader, draw, present."""
    pixels = vtest.put(1, 16, 16, os.urandom(1024))
    life = vtest.hello() + vtest.canvas(16, 16) + pixels + vtest.submit(
        *vtest.shader(20, vtest.FRAGMENT, vtest.flat(1, 0, 0)), vtest.draw(20)) + vtest.present(1, 16, 16)
    target.note(f"{len(life)} bytes")
    step = 1 if target.scale > 1 else 5
    ends = iter([])

    def turn():
        nonlocal ends
        at = next(ends, None)
        if at is None:
            ends = iter(range(target.turns % step, len(life), step))
            return
        with target.connect() as guest:
            guest.sendall(life[:at])
            target.done += 1
    target.repeat(turn)


@attack
def clients_with_a_byte_at_a_time(target):
    """Whole commands, each byte in a packet of its own, by eight at once."""
    life = vtest.hello() + (vtest.create(1, width=16, height=16) + vtest.present(1, 16, 16) +
                            vtest.command(vtest.UNREF, 1)) * 1000

    def turn():
        guests = [target.connect() for _ in range(8)]
        try:
            for at in range(len(life)):
                for guest in guests:
                    guest.sendall(life[at:at + 1])
                target.done += 1
                if target.over():
                    return
                target.rest(0.0005)
        finally:
            for guest in guests:
                guest.close()
    target.repeat(turn)


@attack
def noise(target):
    def turn():
        with target.connect(0.5) as guest:
            guest.sendall((vtest.hello() if target.turns & 1 else b"") + os.urandom(65536))
            while guest.recv(65536):
                pass
            target.done += 1
    target.repeat(turn)


@attack
def noise_as_commands(target):
    """Well-framed SUBMIT_CMDs of commands that exist, with random contents."""
    def turn():
        with target.connect() as guest:
            guest.sendall(vtest.hello() + vtest.canvas(64, 64))
            for _ in range(50):
                words = struct.unpack("<16I", os.urandom(64))
                guest.sendall(vtest.submit(*(vtest.virgl(word % 63, *[each % 64 for each in words[:word >> 8 & 15]],
                                                         kind=word >> 16 & 15) for word in words)))
                target.done += 1
            guest.sendall(vtest.command(vtest.PING))
            while guest.recv(65536):
                pass
    target.repeat(turn)


# ---- Oriel's protocol

def greeting(nonce):
    return (MAGIC + b"HELO" + nonce + struct.pack("<HHBB", 1, 1, 1, 6) + bytes(10) +
            b"attack".ljust(64, b"\0") + nonce)


@attack
def hellos(target):
    """Hello after hello on one connection, each with a nonce of its own."""
    def turn():
        with target.connect(0.2) as guest:
            while not target.over():
                guest.sendall(b"".join(greeting(os.urandom(16)) for _ in range(64)))
                target.done += 64
                try:
                    while guest.recv(65536):
                        pass
                    raise EOFError
                except TimeoutError:
                    pass
    target.repeat(turn)


def welcome(guest):
    """The host's nonce."""
    nonce, data = os.urandom(16).replace(MAGIC[:1], b"\x70"), b""
    guest.sendall(greeting(nonce))
    while MAGIC + b"WELC" + nonce not in data or len(data) < 112:
        more = guest.recv(4096)
        if not more:
            raise EOFError
        data += more
    return data[data.index(MAGIC + b"WELC" + nonce) + 32:][:16]


@attack
def streams_that_start_over(target):
    """The handshake, whole, and a header that breaks the framing."""
    def turn():
        with target.connect() as guest:
            guest.sendall(MAGIC + b"REDY" + welcome(guest) + b"\xff" * 64)
            while guest.recv(4096):
                pass
            target.done += 1
    target.repeat(turn)


@attack
def half_messages(target):
    """Streams that begin a large message and send it byte by byte, and others that leave in it."""
    def turn():
        guests = []
        try:
            for _ in range(20):
                guests.append(target.connect())
                guests[-1].sendall(MAGIC + b"REDY" + welcome(guests[-1]) +
                                   struct.pack("<IHBB", 1 << 16, 1, 0, 0) + bytes(100))
                target.done += 1
            for _ in range(200):
                for guest in guests:
                    guest.sendall(b"x")
                target.rest(0.002)
        finally:
            for guest in guests:
                guest.close()
    target.repeat(turn)


@attack
def messages_that_are_wrong(target):
    """Unknown opcodes without end: each is answered with an error, which is not read."""
    def turn():
        with target.connect(0.5) as guest:
            guest.sendall(MAGIC + b"REDY" + welcome(guest))
            data = struct.pack("<IHBB", 8, 0xff, 0, 0) * 8192
            while not target.over():
                guest.sendall(data)
                target.done += 8192
    target.repeat(turn)
