# SPDX-License-Identifier: GPL-2.0-or-later
"""A vtest client without Mesa: version 0 of the protocol, and virgl's commands as far as tests need them.

Numbers and layouts are those of vtest_protocol.h and virgl_protocol.h.
"""
import struct

from sockets import connect_unix

# vtest
GET_CAPS, CREATE, UNREF, GET, PUT, SUBMIT, BUSY_WAIT, HELLO, GET_CAPS2, PING = range(1, 11)
# virgl: commands, objects, shaders
OBJECT, BIND, DESTROY, VIEWPORT, FRAMEBUFFER, VERTEX_BUFFERS, CLEAR, DRAW = range(1, 9)
SUB_CONTEXT, BIND_SHADER = 29, 31
BLEND, RASTERIZER, DSA, SHADER, ELEMENTS, VIEW, SAMPLER, SURFACE, QUERY = range(1, 10)
VERTEX, FRAGMENT = 0, 1

BUFFER, TEXTURE_1D, TEXTURE_2D, TEXTURE_3D, CUBE = range(5)
ARRAY_2D = 7
BGRA, RGBA32F, R32G32B32A32_FLOAT = 1, 31, 31
BIND_TARGET, BIND_VIEW, BIND_VERTEX, BIND_FRONT = 2, 8, 16, 0x8A

BUSY = struct.pack("<III", 1, BUSY_WAIT, 0)
PONG = struct.pack("<II", 0, PING)


def command(number, *fields, body=b""):
    """A vtest command. Data that is no whole number of dwords counts as rounded up."""
    return struct.pack(f"<II{len(fields)}I", len(fields) + (len(body) + 3) // 4, number, *fields) + body


def hello(name=b"attack"):
    return struct.pack("<II", len(name) + 1, HELLO) + name + b"\0"


def create(handle, target=TEXTURE_2D, form=BGRA, bind=BIND_FRONT, width=64, height=64, depth=1, layers=1,
           level=0, samples=0):
    return command(CREATE, handle, target, form, bind, width, height, depth, layers, level, samples)


def get(handle=1, width=64, height=64, bytes_each=4):
    row = width * bytes_each
    return command(GET, handle, 0, row, 0, 0, 0, 0, width, height, 1, row * height)


def put(handle, width, height, data):
    return command(PUT, handle, 0, len(data) // height, 0, 0, 0, 0, width, height, 1, len(data), body=data)


def present(handle=1, width=64, height=64):
    return get(handle, width, height) + command(BUSY_WAIT, handle, 1)


def virgl(number, *dwords, kind=0, body=b""):
    """A command inside of a SUBMIT_CMD."""
    body += b"\0" * (-len(body) % 4)
    return struct.pack(f"<I{len(dwords)}I", number | kind << 8 | (len(dwords) + len(body) // 4) << 16,
                       *dwords) + body


def submit(*commands):
    return command(SUBMIT, body=b"".join(commands))


def floats(*values):
    return struct.unpack(f"<{len(values)}I", struct.pack(f"<{len(values)}f", *values))


def shader(handle, stage, text, tokens=None, chunk=60000):
    """CREATE_OBJECT commands for a shader in TGSI's text form: as many as its length needs."""
    text = text.encode() + b"\0"
    tokens = tokens or 4096 + len(text) // 2
    out, at = [], 0
    while at < len(text):
        part = text[at:at + chunk]
        length = len(text) if at == 0 else at | 1 << 31
        out.append(virgl(OBJECT, handle, stage, length, tokens, 0, kind=SHADER, body=part))
        at += chunk
    return out


PASS = "VERT\nDCL IN[0]\nDCL OUT[0], POSITION\n  0: MOV OUT[0], IN[0]\n  1: END\n"


def flat(red, green, blue):
    return (f"FRAG\nDCL OUT[0], COLOR\nIMM[0] FLT32 {{ {red}, {green}, {blue}, 1.0 }}\n"
            "  0: MOV OUT[0], IMM[0]\n  1: END\n")


def canvas(width, height, handle=1, vertices=2):
    """vtest commands: a front buffer, and all the state that draw() needs but a fragment shader."""
    corners = struct.pack("<16f", -1, -1, 0, 1, 1, -1, 0, 1, -1, 1, 0, 1, 1, 1, 0, 1)
    state = [
        virgl(OBJECT, 10, handle, BGRA, 0, 0, kind=SURFACE), virgl(FRAMEBUFFER, 1, 0, 10),
        virgl(OBJECT, 11, 0, 0, *[0xF << 27] * 8, kind=BLEND), virgl(BIND, 11, kind=BLEND),
        virgl(OBJECT, 12, 1 << 1 | 1 << 29 | 1 << 30, *floats(1), 0, 0, *floats(1, 0, 0, 0), kind=RASTERIZER),
        virgl(BIND, 12, kind=RASTERIZER),
        virgl(OBJECT, 13, 0, 0, 0, 0, kind=DSA), virgl(BIND, 13, kind=DSA),
        virgl(OBJECT, 14, 0, 0, 0, RGBA32F, kind=ELEMENTS), virgl(BIND, 14, kind=ELEMENTS),
        virgl(VERTEX_BUFFERS, 16, 0, vertices),
        virgl(VIEWPORT, 0, *floats(width / 2, height / 2, 0.5, width / 2, height / 2, 0.5)),
        *shader(15, VERTEX, PASS), virgl(BIND_SHADER, 15, VERTEX),
    ]
    return (create(handle, width=width, height=height) +
            create(vertices, BUFFER, 64, BIND_VERTEX, 64, 1) +
            command(PUT, vertices, 0, 0, 0, 0, 0, 0, 64, 1, 1, 64, body=corners) + submit(*state))


def clear(red, green, blue):
    return virgl(CLEAR, 4, *floats(red, green, blue, 1), 0, 0, 0)


def draw(fragment, instances=1):
    """The whole canvas with this fragment shader."""
    return virgl(BIND_SHADER, fragment, FRAGMENT) + virgl(DRAW, 0, 4, 5, 0, instances, 0, 0, 0, 0, 0, 3, 0)


class Client:
    def __init__(self, path, say=hello(), timeout=60.0):
        self.socket = connect_unix(path, timeout)
        self.send(say)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *data):
        self.socket.sendall(b"".join(data))

    def receive(self, size):
        data = bytearray()
        while len(data) < size:
            more = self.socket.recv(size - len(data))
            if not more:
                raise ConnectionError(f"closed after {len(data)} of {size} bytes")
            data += more
        return bytes(data)

    def finish(self, *data):
        """Sends, and waits until all of it was executed."""
        self.send(*data, command(PING))
        assert self.receive(8) == PONG

    def pixels(self, width, height, handle=1):
        """Reads the picture as a program would (no present)."""
        self.send(command(BUSY_WAIT, handle, 1), get(handle, width, height))
        assert self.receive(12) == BUSY
        return self.receive(width * height * 4)
