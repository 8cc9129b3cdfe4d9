# SPDX-License-Identifier: GPL-2.0-or-later
"""A guest of forwarded OpenGL without a library: wire.md's handshake and channels, and stream.md's commands.

Messages are those of the JSON descriptions, the commands those of the generated headers; what is sent
may also be made by hand, and wrong.
"""
import ctypes
import json
import mmap
import os
import pathlib
import re
import select
import socket
import struct

from sockets import connect_unix

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ORIEL_BUILD", TREE / "build/host")).resolve()
MAGIC = b"\x8fORIEL\r\n\x1a\xc5\x6b\x93"
NULL, OFFSET = 0xffffffff, 0xfffffffe
TYPES = {"uint8_t": "B", "int8_t": "b", "uint16_t": "H", "int16_t": "h", "uint32_t": "I", "int32_t": "i",
         "uint64_t": "Q", "int64_t": "q", "float": "f", "double": "d"}
SCALARS = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "i32": "i", "i64": "q"}
SHARED = 1
COLOR = 0x4000  # GL_COLOR_BUFFER_BIT


def gl_headers():
    """GL_TABLE_HASH, {command: opcode}, {command: [(type, field, elements)]} of the generated headers."""
    text = "".join(path.read_text() for path in sorted((BUILD / "gen").glob("gl_wire*.h")))
    opcodes = {name: int(number) for name, number in re.findall(r"GL_OP_(\w+) = (\d+)", text)}
    structs = {}
    for name, body in re.findall(r"struct gl_wire_(\w+) \{(.*?)\n\};", text, re.DOTALL):
        structs[name] = [(kind, field, int(count or 1)) for kind, field, count in
                         re.findall(r"^\t(\w+) (\w+)(?:\[(\d+)\])?;", body, re.MULTILINE)]
    return int(re.search(r"GL_TABLE_HASH UINT64_C\((\w+)\)", text)[1], 16), opcodes, structs


TABLE_HASH, OPCODES, STRUCTS = gl_headers()


def padded(data):
    return data + b"\0" * (-len(data) % 8)


class Codec:
    """Messages of a description, from and to dictionaries."""

    def __init__(self, path):
        spec = json.loads((TREE / path).read_text())
        self.structs = spec.get("structs", {})
        self.by_name = {message["name"]: message for message in spec["messages"]}
        self.by_id = {message["id"]: message for message in spec["messages"]}

    def put(self, out, kind, value):
        if kind in SCALARS:
            code = SCALARS[kind]
            out.extend(b"\0" * (-len(out) % struct.calcsize(code)))
            out.extend(struct.pack("<" + code, value))
        elif kind.startswith(("str:", "blob:")):
            data = value.encode() if isinstance(value, str) else bytes(value or b"")
            self.put(out, "u16" if kind.startswith("str:") else "u32", len(data))
            out.extend(data)
        else:
            self.put(out, "u16", len(value or ()))
            for each in value or ():
                self.put_fields(out, self.structs[kind.split("[")[0]], each)

    def put_fields(self, out, fields, values):
        for name, kind, *_ in fields:
            self.put(out, kind, values.get(name, 0))

    def payload(self, name, **values):
        out = bytearray()
        self.put_fields(out, self.by_name[name]["fields"], values)
        return bytes(out)

    def take(self, data, at, kind):
        if kind in SCALARS:
            code = SCALARS[kind]
            at += -at % struct.calcsize(code)
            return struct.unpack_from("<" + code, data, at)[0], at + struct.calcsize(code)
        if kind.startswith(("str:", "blob:")):
            size, at = self.take(data, at, "u16" if kind.startswith("str:") else "u32")
            value = data[at:at + size]
            return value.decode(errors="replace") if kind.startswith("str:") else value, at + size
        count, at = self.take(data, at, "u16")
        values = []
        for _ in range(count):
            value, at = self.take_fields(data, at, self.structs[kind.split("[")[0]])
            values.append(value)
        return values, at

    def take_fields(self, data, at, fields):
        values = {}
        for name, kind, *_ in fields:
            values[name], at = self.take(data, at, kind)
        return values, at

    def values(self, name, data):
        return self.take_fields(data, 0, self.by_name[name]["fields"])[0]


CONTROL = Codec("proto/messages.json")
GL = Codec("proto/gl/gl_messages.json")


def message(opcode, channel, payload, flags=0):
    payload = padded(payload)
    return struct.pack("<IHBB", len(payload) + 8, opcode, channel, flags) + payload


def control(name, **values):
    """A message of channel 0."""
    return message(CONTROL.by_name[name]["id"], 0, CONTROL.payload(name, **values))


def own(name, channel=1, **values):
    """A message of a channel of forwarded OpenGL."""
    return message(GL.by_name[name]["id"], channel, GL.payload(name, **values))


def command(name, channel=1, flags=0, **values):
    """A command. An array is given as bytes; one that is not given is NULL; NAME_bytes may be given, wrong."""
    out, tail, size = bytearray(), b"", 0
    for kind, field, count in STRUCTS[name]:
        code = TYPES[kind]
        size = struct.calcsize(code)
        out.extend(b"\0" * (-len(out) % size))
        array = field.removesuffix("_bytes") if field.endswith("_bytes") else None
        value = values.get(field, 0)
        if array is not None and field not in values:
            data = values.get(array)
            value = NULL if data is None else len(data)
            if isinstance(data, bytes):
                tail += padded(data)
        elif array is not None and isinstance(values.get(array), bytes):
            tail += padded(values[array])
        if field.startswith("gap"):
            value = (0,) * count
        out.extend(struct.pack(f"<{count}{code}", *(value if isinstance(value, tuple) else (value,) * count)))
    return message(OPCODES[name], channel, padded(bytes(out)) + tail, flags)


class Guest:
    """A connection past its handshake, and what came from the host."""

    def __init__(self, path, program="glwire", timeout=20.0):
        self.socket = connect_unix(path, timeout)
        self.data, self.descriptors, self.memory, self.fences = b"", [], None, 0
        nonce = os.urandom(16).replace(b"\x8f", b"\x01")
        name = program.encode()[:63]
        self.socket.sendall(MAGIC + b"HELO" + nonce + struct.pack("<HHBB10x", 1, 1, 1, len(name)) +
                            name.ljust(64, b"\0") + nonce)
        welcome = self.exactly(112)
        assert welcome[:32] == MAGIC + b"WELC" + nonce, welcome
        self.message_max, = struct.unpack_from("<I", welcome, 52)
        self.socket.sendall(MAGIC + b"REDY" + welcome[32:48])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.memory:
            self.memory.close()
        self.socket.close()
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []

    def more(self):
        data, descriptors, _, _ = socket.recv_fds(self.socket, 1 << 16, 4)
        self.descriptors += descriptors
        if not data:
            raise EOFError("the host closed the connection")
        self.data += data

    def exactly(self, size):
        while len(self.data) < size:
            self.more()
        data, self.data = self.data[:size], self.data[size:]
        return data

    def send(self, *messages):
        self.socket.sendall(b"".join(messages))

    def receive(self):
        """The next message: opcode, channel, flags, payload. Pings are answered."""
        while True:
            size, opcode, channel, flags = struct.unpack("<IHBB", self.exactly(8))
            payload = self.exactly(size - 8)
            if channel or opcode != CONTROL.by_name["ping"]["id"]:
                return opcode, channel, flags, payload
            self.send(message(CONTROL.by_name["pong"]["id"], 0, payload))

    def wait(self, *names):
        """Reads on until one of these messages comes: its name and values. Commands' replies have numbers."""
        while True:
            opcode, channel, _, payload = self.receive()
            codec = GL if opcode >= 0x100 else CONTROL
            name = codec.by_id[opcode]["name"] if opcode in codec.by_id else opcode
            if name in names:
                return (name, codec.values(name, payload)) if isinstance(name, str) else (name, payload)
            if name == "channel_closed":
                raise EOFError("channel closed: " + codec.values(name, payload)["reason"])

    def open(self, channel=1, shared=False, **values):
        """Opens a channel: its `channel_opened` or `channel_refused`."""
        fields = {"table_hash": TABLE_HASH, "version_min": 1, "version_max": 1, "channel": channel, "kind": 1,
                  "role": 1, "program": "glwire",
                  "parameters": GL.payload("parameters", flags=SHARED if shared else 0), **values}
        self.send(control("channel_open", **fields))
        name, opened = self.wait("channel_opened", "channel_refused")
        if name == "channel_opened":
            self.caps = GL.values("caps", opened["caps"])
            if self.caps["flags"] & SHARED:
                shared = self.wait("shared_memory")[1]
                self.memory = mmap.mmap(self.descriptors[0], shared["size"])
                self.pipe_sizes = shared["to_host"], shared["to_guest"]
        return name, opened

    def ready(self, width=64, height=64, version=(1, 0)):
        """A channel with a context that is current on a window of its own."""
        name, opened = self.open()
        assert name == "channel_opened", opened
        self.send(own("context_create", id=1, api=1, major=version[0], minor=version[1]),
                  own("surface_create", id=1, config=self.caps["configs"][0]["id"], width=width, height=height, kind=1))
        assert self.wait("context_created")[1]["status"] == 0
        assert self.wait("surface_created")[1]["status"] == 0
        self.send(own("make_current", context=1, draw=1, read=1))
        return self

    def fill(self, red, green, blue):
        """Shows a picture of one colour."""
        self.send(command("ClearColor", red=red, green=green, blue=blue, alpha=1.0), command("Clear", mask=COLOR),
                  own("present", surface=1))
        self.wait("presented")

    def finish(self, channel=1):
        """Waits until everything before has been executed."""
        self.fences += 1
        self.send(message(CONTROL.by_name["fence"]["id"], channel, CONTROL.payload("fence", number=self.fences)))
        while self.wait("retired")[1]["number"] < self.fences:
            pass

    def readable(self, seconds):
        return bool(self.data or select.select([self.socket], [], [], seconds)[0])


class Pipe:
    """The words of one direction of a channel's shared memory, to be read and spoiled (pipe.h)."""

    def __init__(self, guest, which):
        base = 256 * which
        self.written = ctypes.c_uint64.from_buffer(guest.memory, base)
        self.writer_asleep = ctypes.c_uint32.from_buffer(guest.memory, base + 8)
        self.data = ctypes.c_uint32.from_buffer(guest.memory, base + 12)
        self.taken = ctypes.c_uint64.from_buffer(guest.memory, base + 64)
        self.reader_asleep = ctypes.c_uint32.from_buffer(guest.memory, base + 72)
        self.room = ctypes.c_uint32.from_buffer(guest.memory, base + 76)
