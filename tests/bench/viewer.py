#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""viewer.py HOST PORT RATE: a VNC viewer that takes so many raw frames a second at most.

It prints a line for each update with pixels: the time, and a checksum of them. It looks at no more,
so as to take little from the machine that others are measured on.
"""
import pathlib
import sys
import time
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "integration"))
import rfb  # noqa: E402


class Viewer(rfb.Viewer):
    def __init__(self, address):
        self.pixels = memoryview(bytearray())
        self.sum = None
        super().__init__(address)

    def _rect(self, x, y, width, height, encoding):
        if encoding != rfb.RAW:
            super()._rect(x, y, width, height, encoding)
            return
        size = 4 * width * height
        if len(self.pixels) < size:
            self.pixels = memoryview(bytearray(size))
        got = 0
        while got < size:
            count = self.socket.recv_into(self.pixels[got:size])
            if count == 0:
                raise rfb.RFBError("the server closed the connection")
            got += count
        self.sum = zlib.crc32(self.pixels[:size], self.sum or 0)


def watch(address, rate):
    viewer = Viewer(address)
    viewer.request(incremental=False)
    due = time.monotonic()
    while True:
        if viewer.message(60.0) is None:
            continue
        if viewer.sum is not None:
            print(f"{time.monotonic():.4f} {viewer.sum:08x}", flush=True)
            viewer.sum = None
        # One that was late is not made up for: no two frames are closer than the rate says.
        due = max(due + 1 / rate, time.monotonic())
        time.sleep(max(0.0, due - time.monotonic()))
        viewer.request()


if __name__ == "__main__":
    try:
        watch((sys.argv[1], int(sys.argv[2])), float(sys.argv[3]))
    except (rfb.RFBError, OSError) as error:
        print(error)
        sys.exit(1)
