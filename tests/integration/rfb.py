# SPDX-License-Identifier: GPL-2.0-or-later
"""An RFB viewer for tests, written from RFC 6143 and the community's description of the extensions
(Tight, ExtendedDesktopSize, LastRect). It assembles the picture in numpy, pixel by pixel, and says
what else the server told it. Nothing is tolerated: what breaks the protocol raises RFBError.
"""
import ctypes
import io
import select
import socket
import struct
import time
import zlib

import numpy
from PIL import Image

RAW, COPYRECT, TIGHT, ZRLE = 0, 1, 7, 16
DESKTOP_SIZE, LAST_RECT, EXTENDED_DESKTOP_SIZE, EXTENDED_KEY = -223, -224, -308, -258
MESSAGE_TIMEOUT = 30.0  # seconds for the rest of a message that has begun


class RFBError(Exception):
    """The server broke the protocol, refused us or went away."""


def jpeg_quality(level):
    """The pseudo-encoding for a JPEG quality from 0 to 9."""
    return -32 + level


def vnc_response(password, challenge):
    """The answer to VNC authentication: DES with each key byte's bits reversed (RFC 6143, 7.2.2)."""
    key = bytes(int(f"{byte:08b}"[::-1], 2) for byte in password.encode("latin1")[:8].ljust(8, b"\0"))
    nettle = ctypes.CDLL("libnettle.so.8")
    schedule = ctypes.create_string_buffer(1024)
    answer = ctypes.create_string_buffer(16)
    nettle.nettle_des_set_key(schedule, key)
    nettle.nettle_des_encrypt(schedule, ctypes.c_size_t(16), answer, challenge)
    return answer.raw[:16]


class Viewer:
    """One connection to a VNC server. `picture` is an array of rows, columns and red, green, blue."""

    def __init__(self, address, encodings=(RAW,), password=None, minor=8, resizable=True,
                 timeout=30.0):
        self.socket = socket.create_connection(address, timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.inflate = {}
        self.used = set()  # encodings seen in rectangles
        self.updates = 0
        self.received = 0  # bytes
        self.resizes = []  # (width, height) as told after the start
        self.closed = False
        self._handshake(password, minor)
        encodings = list(encodings)
        if resizable:
            encodings += [EXTENDED_DESKTOP_SIZE, DESKTOP_SIZE]
        self.set_encodings(encodings + [LAST_RECT])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.closed = True
        self.socket.close()

    # ---- bytes

    def _read(self, size):
        parts = bytearray(size)
        view = memoryview(parts)
        got = 0
        self.socket.settimeout(MESSAGE_TIMEOUT)
        while got < size:
            try:
                count = self.socket.recv_into(view[got:])
            except socket.timeout:
                raise RFBError(f"the server stopped within a message ({got} of {size} bytes)") from None
            except OSError as error:
                raise RFBError(f"the connection broke: {error}") from None
            if count == 0:
                raise RFBError("the server closed the connection")
            got += count
        self.received += size
        return bytes(parts)

    def _unpack(self, form):
        return struct.unpack(">" + form, self._read(struct.calcsize(">" + form)))

    def send(self, data):
        """Bytes as they are: for messages that are no messages."""
        self.socket.settimeout(MESSAGE_TIMEOUT)
        self.socket.sendall(data)

    # ---- handshake

    def _handshake(self, password, minor):
        banner = self._read(12)
        if banner[:8] != b"RFB 003." or banner[11:] != b"\n":
            raise RFBError(f"no RFB banner: {banner!r}")
        self.server_minor = int(banner[8:11])
        self.send(b"RFB 003.%03d\n" % minor)
        if minor < 7:
            security = self._unpack("I")[0]
        else:
            offered = self._read(self._unpack("B")[0])
            if not offered:
                raise RFBError("refused: " + self._reason())
            self.offered = list(offered)
            security = 2 if 2 in offered else offered[0]
            self.send(bytes([security]))
        if security == 0:
            raise RFBError("refused: " + self._reason())
        if security == 2:
            self.send(vnc_response(password or "", self._read(16)))
        elif security != 1:
            raise RFBError(f"unknown security type {security}")
        if (security == 2 or minor >= 8) and self._unpack("I")[0] != 0:
            raise RFBError("refused: " + (self._reason() if minor >= 8 else "authentication"))
        self.security = security
        self.send(b"\1")  # shared
        width, height = self._unpack("HH")
        self._read(16)  # the server's pixel format: ours is set below
        self.name = self._read(self._unpack("I")[0]).decode()
        self.picture = numpy.zeros((height, width, 3), numpy.uint8)
        # 32 bits, depth 24, little-endian, true colour; blue in the lowest byte
        self.send(struct.pack(">BxxxBBBBHHHBBBxxx", 0, 32, 24, 0, 1, 255, 255, 255, 16, 8, 0))

    def _reason(self):
        return self._read(self._unpack("I")[0]).decode(errors="replace")

    # ---- what a viewer says

    def set_encodings(self, encodings):
        self.send(struct.pack(">BxH%di" % len(encodings), 2, len(encodings), *encodings))

    def request(self, incremental=True):
        height, width = self.picture.shape[:2]
        self.send(struct.pack(">BBHHHH", 3, incremental, 0, 0, width, height))

    def key(self, keysym, down):
        self.send(struct.pack(">BBxxI", 4, down, keysym))

    def type(self, text):
        for char in text:
            self.key(ord(char), True)
            self.key(ord(char), False)

    def pointer(self, x, y, buttons=0):
        self.send(struct.pack(">BBHH", 5, buttons, x, y))

    # ---- what a server says

    def readable(self, timeout):
        return bool(select.select([self.socket], [], [], max(0.0, timeout))[0])

    def message(self, timeout):
        """Reads one message. The rectangles' encodings of an update, [] for another, None in time."""
        if not self.readable(timeout):
            return None
        kind = self._read(1)[0]
        if kind == 0:
            return self._update()
        if kind == 2:  # bell
            return []
        if kind == 3:  # cut text
            self._read(3)
            self._read(abs(self._unpack("i")[0]))
            return []
        raise RFBError(f"unknown message {kind}")

    def update(self, incremental=True, timeout=10.0):
        """Asks for an update and reads it. False when none with pixels came in time. One that only
        told a size is followed by a request for what has changed, as viewers do."""
        end = time.monotonic() + timeout
        self.request(incremental)
        while True:
            got = self.message(end - time.monotonic())
            if got is None:
                return False
            if any(encoding is not None and encoding >= 0 for encoding in got):
                return True
            if got:
                self.request()

    def until(self, wanted, timeout=30.0, what="the picture"):
        """Looks until wanted(picture) holds, and returns the picture then."""
        end = time.monotonic() + timeout
        incremental = False
        while True:
            if incremental and wanted(self.picture):
                return self.picture
            left = end - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{what} did not come within {timeout} s")
            incremental = self.update(incremental, left) or incremental

    def _update(self):
        self._read(1)
        count = self._unpack("H")[0]
        seen = []
        while count == 0xffff or len(seen) < count:
            x, y, width, height, encoding = self._unpack("HHHHi")
            seen.append(encoding)
            if encoding == LAST_RECT:
                break
            self._rect(x, y, width, height, encoding)
        self.used.update(seen)
        self.updates += 1
        return seen or [None]

    def _rect(self, x, y, width, height, encoding):
        if encoding == DESKTOP_SIZE:
            self._resize(width, height)
            return
        if encoding == EXTENDED_DESKTOP_SIZE:
            self.screens = [self._unpack("IHHHHI") for _ in range(self._read(4)[0])]
            if x != 1 or y == 0:  # not the answer to a request that was refused
                self._resize(width, height)
            return
        if x + width > self.picture.shape[1] or y + height > self.picture.shape[0]:
            raise RFBError(f"rectangle {x},{y} {width}x{height} is outside of {self.picture.shape}")
        if width == 0 or height == 0:
            return
        area = self.picture[y:y + height, x:x + width]
        if encoding == RAW:
            area[:] = bgrx(self._read(4 * width * height), width, height)
        elif encoding == COPYRECT:
            from_x, from_y = self._unpack("HH")
            area[:] = self.picture[from_y:from_y + height, from_x:from_x + width].copy()
        elif encoding == ZRLE:
            data = self._inflate("zrle", self._read(self._unpack("I")[0]))
            zrle(area, data)
        elif encoding == TIGHT:
            self._tight(area)
        else:
            raise RFBError(f"encoding {encoding} was not asked for")

    def _resize(self, width, height):
        if (height, width) == self.picture.shape[:2]:
            return
        self.resizes.append((width, height))
        old = self.picture
        self.picture = numpy.zeros((height, width, 3), numpy.uint8)
        rows, columns = min(height, old.shape[0]), min(width, old.shape[1])
        self.picture[:rows, :columns] = old[:rows, :columns]

    def _inflate(self, stream, data):
        if stream not in self.inflate:
            self.inflate[stream] = zlib.decompressobj()
        return self.inflate[stream].decompress(data)

    # ---- Tight

    def _compact(self):
        size = 0
        for shift in (0, 7, 14):
            byte = self._read(1)[0]
            size |= (byte if shift == 14 else byte & 0x7f) << shift
            if not byte & 0x80:
                break
        return size

    def _tight(self, area):
        height, width = area.shape[:2]
        control = self._read(1)[0]
        for stream in range(4):
            if control >> stream & 1:
                self.inflate.pop(stream, None)
        kind = control >> 4
        if kind == 8:
            area[:] = list(self._read(3))
        elif kind == 9:
            image = Image.open(io.BytesIO(self._read(self._compact()))).convert("RGB")
            if image.size != (width, height):
                raise RFBError(f"a JPEG of {image.size} for a rectangle of {width}x{height}")
            area[:] = numpy.asarray(image)
        elif kind < 8:
            self._tight_basic(area, kind & 3, self._read(1)[0] if kind & 4 else 0)
        else:
            raise RFBError(f"Tight control byte {control:#x}")

    def _tight_basic(self, area, stream, filter_id):
        height, width = area.shape[:2]
        if filter_id == 1:
            colors = self._read(1)[0] + 1
            palette = numpy.frombuffer(self._read(3 * colors), numpy.uint8).reshape(colors, 3)
            row = (width + 7) // 8 if colors == 2 else width
            data = numpy.frombuffer(self._tight_data(stream, row * height), numpy.uint8)
            index = data.reshape(height, row)
            if colors == 2:
                index = numpy.unpackbits(index, axis=1)[:, :width]
            area[:] = palette[index]
            return
        data = self._tight_data(stream, 3 * width * height)
        pixels = numpy.frombuffer(data, numpy.uint8).reshape(height, width, 3)
        area[:] = ungradient(pixels) if filter_id == 2 else pixels

    def _tight_data(self, stream, size):
        if size < 12:
            return self._read(size)
        data = self._inflate(stream, self._read(self._compact()))
        if len(data) != size:
            raise RFBError(f"Tight data of {len(data)} bytes in place of {size}")
        return data


def bgrx(data, width, height):
    return numpy.frombuffer(data, numpy.uint8).reshape(height, width, 4)[:, :, 2::-1]


def ungradient(pixels):
    """Undoes Tight's gradient filter: each value is the difference to left + up - left-up, clamped."""
    height, width = pixels.shape[:2]
    out = numpy.zeros((height + 1, width + 1, 3), numpy.int32)
    for y in range(height):
        for x in range(width):
            guess = numpy.clip(out[y + 1, x] + out[y, x + 1] - out[y, x], 0, 255)
            out[y + 1, x + 1] = (guess + pixels[y, x]) & 255
    return out[1:, 1:].astype(numpy.uint8)


# ---- ZRLE (RFC 6143, 7.7.6): tiles of 64x64, pixels of 3 bytes, blue first

def zrle(area, data):
    reader = io.BytesIO(data)
    for top in range(0, area.shape[0], 64):
        for left in range(0, area.shape[1], 64):
            zrle_tile(area[top:top + 64, left:left + 64], reader)
    if reader.read(1):
        raise RFBError("ZRLE data goes on after the last tile")


def zrle_colors(reader, count):
    data = reader.read(3 * count)
    if len(data) != 3 * count:
        raise RFBError("ZRLE data ends too early")
    return numpy.frombuffer(data, numpy.uint8).reshape(count, 3)[:, ::-1]


def zrle_length(reader):
    length = 1
    while True:
        byte = reader.read(1)[0]
        length += byte
        if byte != 255:
            return length


def zrle_tile(tile, reader):
    height, width = tile.shape[:2]
    kind = reader.read(1)[0]
    if kind == 0:
        tile[:] = zrle_colors(reader, width * height).reshape(height, width, 3)
    elif kind == 1:
        tile[:] = zrle_colors(reader, 1)
    elif kind <= 16:
        palette = zrle_colors(reader, kind)
        bits = 1 if kind == 2 else 2 if kind <= 4 else 4
        row = (width * bits + 7) // 8
        packed = numpy.frombuffer(reader.read(row * height), numpy.uint8).reshape(height, row)
        unpacked = numpy.unpackbits(packed, axis=1).reshape(height, -1, bits)
        index = unpacked @ (1 << numpy.arange(bits - 1, -1, -1))
        tile[:] = palette[index[:, :width]]
    elif kind == 128 or kind >= 130:
        palette = zrle_colors(reader, kind - 128) if kind > 128 else None
        tile[:] = zrle_runs(reader, width * height, palette).reshape(height, width, 3)
    else:
        raise RFBError(f"ZRLE tile kind {kind}")


def zrle_runs(reader, size, palette):
    out = numpy.empty((size, 3), numpy.uint8)
    done = 0
    while done < size:
        if palette is None:
            color, length = zrle_colors(reader, 1)[0], zrle_length(reader)
        else:
            index = reader.read(1)[0]
            color, length = palette[index & 127], zrle_length(reader) if index & 128 else 1
        if done + length > size:
            raise RFBError("a ZRLE run leaves its tile")
        out[done:done + length] = color
        done += length
    return out
