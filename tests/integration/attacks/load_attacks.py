# SPDX-License-Identifier: GPL-2.0-or-later
"""Guests that want all there is: memory, time of the compiler and of the rasterizer, read-backs."""
import itertools
import os
import select

import rawvtest as vtest
from attacker import attack


def flood(target, data, begin=b"", replies=True):
    """Sends `data` again and again, as fast as it is taken; reads and drops what comes back."""
    with target.connect() as guest:
        guest.sendall(vtest.hello() + begin)
        guest.setblocking(False)
        view = memoryview(data)
        at = 0
        while not target.over():
            readable, writable, _ = select.select([guest] if replies else [], [guest], [], 0.2)
            if readable and not guest.recv(1 << 20):
                raise EOFError
            if writable:
                try:
                    at += guest.send(view[at:at + (1 << 20)])
                except BlockingIOError:
                    continue
                target.done += at == len(data)
                at %= len(data)


def hoard(target, make, each=256):
    """Makes resources with make(handle), never freeing one, until it is thrown out."""
    with vtest.Client(target.guest) as guest:
        for first in itertools.count(1, each):
            guest.finish(*(make(handle) for handle in range(first, first + each)))
            target.done += each
            if target.over():
                return


@attack
def small_resources(target):
    target.repeat(lambda: hoard(target, lambda handle: vtest.create(
        handle, vtest.BUFFER, 64, vtest.BIND_VERTEX, 64, 1)))


@attack
def huge_textures(target):
    """Each as large as may be, with something drawn into it, so that its memory is touched."""
    def make(handle):
        return vtest.create(handle, width=4096, height=4096, bind=vtest.BIND_TARGET) + vtest.submit(
            vtest.virgl(vtest.OBJECT, handle, handle, vtest.BGRA, 0, 0, kind=vtest.SURFACE),
            vtest.virgl(vtest.FRAMEBUFFER, 1, 0, handle), vtest.clear(1, 0, 1))
    target.repeat(lambda: hoard(target, make, 2))


@attack
def thin_textures(target):
    def make(handle):
        wide, high = ((8192, 1), (1, 8192))[handle & 1]
        return vtest.create(handle, width=wide, height=high, bind=vtest.BIND_VIEW)
    target.repeat(lambda: hoard(target, make))


@attack
def layered_textures(target):
    """Levels, layers, samples, depth, wide formats."""
    shapes = [
        dict(width=512, height=512, level=9), dict(target=vtest.ARRAY_2D, width=64, height=64, layers=512),
        dict(width=1024, height=1024, samples=4, bind=vtest.BIND_TARGET),
        dict(target=vtest.TEXTURE_3D, width=128, height=128, depth=128, level=7),
        dict(target=vtest.CUBE, width=256, height=256, layers=6, level=8),
        dict(form=vtest.RGBA32F, width=512, height=512),
    ]
    target.repeat(lambda: hoard(target, lambda handle: vtest.create(
        handle, **{"bind": vtest.BIND_VIEW, **shapes[handle % len(shapes)]}), 12))


@attack
def textures_of_many_clients(target):
    """Twenty at once, each filling textures."""
    pixels = bytes(512 * 512 * 4)

    def turn():
        guests = []
        try:
            guests.extend(vtest.Client(target.guest) for _ in range(20))
            for handle in range(1, 400):
                for guest in guests:
                    guest.finish(vtest.create(handle, width=512, height=512, bind=vtest.BIND_VIEW),
                                 vtest.put(handle, 512, 512, pixels))
                    target.done += 1
                if target.over():
                    break
        finally:
            for guest in guests:
                guest.socket.close()
    target.repeat(turn)


@attack
def objects(target):
    """What virglrenderer keeps for a client besides resources: states with ever new handles."""
    def turn():
        with vtest.Client(target.guest) as guest:
            for first in range(1, 40000 * target.scale, 1000):
                guest.finish(vtest.submit(*(vtest.virgl(
                    vtest.OBJECT, handle, 0, 0, *[0xF << 27] * 8, kind=vtest.BLEND)
                    for handle in range(first, first + 1000))))
                target.done += 1000
    target.repeat(turn)


@attack
def contexts(target):
    """As many of the driver's contexts as are given, again and again."""
    def turn():
        with vtest.Client(target.guest) as guest:
            for number in range(1, 100):
                guest.finish(vtest.submit(vtest.virgl(29, number)))
                target.done += 1
                if target.over():
                    return
    target.repeat(turn)


# ---- shaders

def unrolled(instructions):
    """A fragment shader whose compilation takes long: many values that live long."""
    count = 32
    lines = ["FRAG", "DCL IN[0], POSITION, LINEAR", "DCL OUT[0], COLOR", f"DCL TEMP[0..{count - 1}]",
             "IMM[0] FLT32 { 0.5, 0.25, 0.125, 1.0 }"]
    code = [f"MUL TEMP[{at}], IN[0], IMM[0]" for at in range(count)]
    code += [f"MAD TEMP[{7 * at % count}], TEMP[{(5 * at + 1) % count}], TEMP[{(3 * at + 2) % count}], "
             f"TEMP[{(at + 3) % count}]" for at in range(instructions)]
    code += ["MOV OUT[0], TEMP[0]", "END"]
    return "\n".join(lines + [f"{at}: {line}" for at, line in enumerate(code)]) + "\n"


def endless(depth):
    """A fragment shader that runs loops in loops, far longer than anybody waits."""
    lines = ["FRAG", "DCL IN[0], POSITION, LINEAR", "DCL OUT[0], COLOR", f"DCL TEMP[0..{depth}]",
             "IMM[0] FLT32 { 0.0, 1.0, 1000000000.0, 0.5 }"]
    code = [f"MOV TEMP[{depth}], IN[0]"]
    for at in range(depth):
        code += [f"MOV TEMP[{at}], IMM[0].xxxx", "BGNLOOP",
                 f"SGE TEMP[{at}].y, TEMP[{at}].xxxx, IMM[0].zzzz", f"IF TEMP[{at}].yyyy", "BRK", "ENDIF"]
    code.append(f"MAD TEMP[{depth}], TEMP[{depth}], IMM[0].wwww, IN[0]")
    for at in reversed(range(depth)):
        code += [f"ADD TEMP[{at}].x, TEMP[{at}].xxxx, IMM[0].yyyy", "ENDLOOP"]
    code += [f"MOV OUT[0], TEMP[{depth}]", "END"]
    return "\n".join(lines + [f"{at}: {line}" for at, line in enumerate(code)]) + "\n"


def run_shader(target, text, size, instances=1):
    """Draws with it, and waits for the picture."""
    def turn():
        with vtest.Client(target.guest, timeout=600.0) as guest:
            guest.send(vtest.canvas(*size), vtest.submit(*vtest.shader(20, vtest.FRAGMENT, text),
                                                          vtest.draw(20, instances)))
            guest.pixels(*size)
            target.done += 1
    target.repeat(turn)


@attack
def shader_that_compiles_long(target):
    """Over ten seconds of CPU time at scale 10; about a second in make check."""
    run_shader(target, unrolled(400 if target.scale == 1 else 6000), (64, 64))


@attack
def shaders_without_end(target):
    def turn():
        with vtest.Client(target.guest) as guest:
            guest.finish(vtest.canvas(64, 64))
            for number in range(100, 10000):
                guest.finish(vtest.submit(*vtest.shader(
                    number, vtest.FRAGMENT, unrolled(50 + number % 64)), vtest.draw(number)))
                target.done += 1
                if target.over():
                    return
    target.repeat(turn)


@attack
def shaders_of_megabytes(target):
    """Texts as long as may be, and longer, that are sent and never used."""
    text = "FRAG\nDCL OUT[0], COLOR\n" + "# nothing\n" * 90000

    def turn():
        with vtest.Client(target.guest) as guest:
            for number in range(100, 1000):
                guest.finish(vtest.submit(*vtest.shader(number, vtest.FRAGMENT, text, chunk=200000)))
                target.done += 1
                if target.over():
                    return
    target.repeat(turn)


@attack
def draw_that_takes_long(target):
    """Ten seconds and more at scale 10, on every core that there is."""
    if target.scale == 1:
        run_shader(target, endless(4), (128, 96))
    else:
        run_shader(target, endless(4), (1024, 1024), max(1, os.cpu_count() // 2))


@attack
def draws_without_end(target):
    text = endless(1).replace("1000000000.0", "100.0")
    size = (128, 128) if target.scale == 1 else (512, 512)
    target.repeat(lambda: flood(target, vtest.submit(vtest.draw(20)) * 1024, vtest.canvas(*size) + vtest.submit(
        *vtest.shader(20, vtest.FRAGMENT, text))))


@attack
def copies_without_end(target):
    both = b"".join(vtest.create(handle, width=4096, height=4096, bind=vtest.BIND_TARGET) for handle in (1, 2))
    copy = vtest.virgl(17, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 4096, 4096, 1)
    target.repeat(lambda: flood(target, vtest.submit(*[copy] * 64) * 4, both))


# ---- presents and transfers

@attack
def presents_without_end(target):
    target.repeat(lambda: flood(target, vtest.present(1, 640, 480) * 64, vtest.canvas(640, 480)))


@attack
def presents_of_changed_pictures(target):
    drawn = b"".join(vtest.submit(vtest.clear(at / 16, 0.5, 0.5)) + vtest.present(1, 1920, 1080)
                     for at in range(16))
    target.repeat(lambda: flood(target, drawn, vtest.canvas(1920, 1080)))


def together(target, count, data, begin):
    """A flood by `count` clients at once."""
    def turn():
        guests, waiting = [], {}
        try:
            for _ in range(count):
                guests.append(target.connect())
                guests[-1].sendall(vtest.hello() + begin)
                guests[-1].setblocking(False)
                waiting[guests[-1]] = 0
            while not target.over():
                readable, writable, _ = select.select(guests, guests, [], 0.2)
                for guest in readable:
                    if not guest.recv(1 << 20):
                        raise EOFError
                for guest in writable:
                    at = waiting[guest]
                    try:
                        at += guest.send(data[at:at + (1 << 18)])
                    except BlockingIOError:
                        continue
                    target.done += at == len(data)
                    waiting[guest] = at % len(data)
        finally:
            for guest in guests:
                guest.close()
    target.repeat(turn)


@attack
def presents_of_many_clients(target):
    together(target, 24, vtest.present(1, 320, 240) * 16, vtest.canvas(320, 240))


@attack
def presents_of_ever_new_surfaces(target):
    once = vtest.create(1) + vtest.present() + vtest.command(vtest.UNREF, 1)
    target.repeat(lambda: flood(target, once * 64))


@attack
def large_writes(target):
    data = vtest.put(1, 2048, 2048, bytes(1 << 24))
    target.repeat(lambda: flood(target, data, vtest.create(1, width=2048, height=2048, bind=vtest.BIND_VIEW)))


@attack
def large_reads(target):
    read = vtest.command(vtest.BUSY_WAIT, 1, 1) + vtest.get(1, 2048, 2048)
    target.repeat(lambda: flood(target, read * 16, vtest.create(1, width=2048, height=2048)))
