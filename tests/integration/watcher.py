#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A viewer that notes the number of each frame of the pattern that it is shown, with the time.

It is a process of its own, so that what the test does meanwhile takes no time from it.
"""
import pathlib
import subprocess
import sys
import time

import pattern
import rfb
from support import Output, wait_for


class Watcher:
    def __init__(self, daemon, session="one"):
        address, port = daemon.vnc(session)
        self.output = Output()
        self.process = subprocess.Popen(
            [sys.executable, "-B", str(pathlib.Path(__file__)), address, str(port)],
            stdin=subprocess.DEVNULL, stdout=self.output.file, stderr=subprocess.STDOUT)

    def _lines(self):
        lines = self.output.lines()
        assert self.process.poll() is None, f"a viewer was lost: {lines[-1:]}"
        return [line.split() for line in lines]

    @property
    def frames(self):
        return [int(frame) for frame, _ in self._lines()]

    def count(self):
        return len(self._lines())

    def wait(self, count, timeout=60.0):
        """Waits for that many frames more."""
        wanted = self.count() + count
        wait_for(lambda: self.count() >= wanted, timeout, f"{count} frames more")
        return self

    def rate(self, count=60):
        """Frames a second over the next `count`."""
        begin = self.count()
        self.wait(count + 1)
        times = [float(when) for _, when in self._lines()]
        return count / (times[begin + count] - times[begin])

    def stop(self):
        """The end of a viewer that must have lived until now."""
        self._lines()
        self.close()

    def close(self):
        self.process.kill()
        self.process.wait()


def watch(address, port):
    viewer = rfb.Viewer((address, port))
    viewer.request(incremental=False)
    before = None
    while True:
        if not viewer.message(60.0):
            continue
        viewer.request()
        frame = pattern.number(viewer.picture)
        if frame and frame != before:
            print(frame, time.monotonic(), flush=True)
            before = frame


if __name__ == "__main__":
    try:
        watch(sys.argv[1], int(sys.argv[2]))
    except (rfb.RFBError, OSError) as error:
        print(error)
        sys.exit(1)
