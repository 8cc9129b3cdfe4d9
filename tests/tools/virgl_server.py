#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""virgl_server.py VERSION SOCKET: virgl_test_server, the peer that Oriel is compared with, on a socket.

VERSION is the vtest version that it answers with at most, 0 or 2; for 0 it needs vtest0.so, which
`make programs` builds. It renders without a GPU and forks for each client, as it does by default.
As a program it runs until it is ended; tests and benches use the class.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ORIEL_BUILD", TREE / "build/host")).resolve()


class VirglServer:
    """A virgl_test_server that listens on `path`. What it says goes to `log`, a file or None."""

    def __init__(self, path, version, log=None):
        if version not in (0, 2):
            raise ValueError(f"vtest version {version}: virgl_test_server is run with 0 or 2")
        program = shutil.which("virgl_test_server")
        if not program:
            raise FileNotFoundError("there is no virgl_test_server: package virgl-server")
        environment = dict(os.environ, LIBGL_ALWAYS_SOFTWARE="1")
        environment.pop("GALLIUM_DRIVER", None)
        if version == 0:
            preload = BUILD / "tests/vtest0.so"
            if not preload.exists():
                raise FileNotFoundError(f"there is no {preload}: run make programs")
            environment["LD_PRELOAD"] = str(preload)
        self.path, self.version = pathlib.Path(path), version
        output = log or subprocess.DEVNULL
        # A group of its own: its children for clients end with it.
        self.process = subprocess.Popen(
            [program, "--use-egl-surfaceless", f"--socket-path={path}"], env=environment,
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        try:
            self.wait_listening()
        except BaseException:
            self.close()
            raise

    def wait_listening(self, seconds=30.0):
        """It makes its socket at once; a listening one stands in the kernel's table."""
        end = time.monotonic() + seconds
        while not self.listening():
            if self.process.poll() is not None:
                raise RuntimeError(f"virgl_test_server ended with {self.process.returncode}")
            if time.monotonic() > end:
                raise RuntimeError(f"virgl_test_server does not listen after {seconds} s")
            time.sleep(0.02)

    def listening(self):
        # Not by connecting: each connection makes it fork.
        for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]:
            fields = line.split(maxsplit=7)
            if len(fields) == 8 and fields[7] == str(self.path) and int(fields[3], 16) & 0x10000:
                return True
        return False

    def close(self):
        """Ends it with its children for clients."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.path.unlink(missing_ok=True)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("0", "2"):
        print("usage: virgl_server.py 0|2 SOCKET", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    try:
        server = VirglServer(os.path.abspath(sys.argv[2]), int(sys.argv[1]), sys.stderr)
    except (OSError, RuntimeError) as error:
        print(f"virgl_server: {error}", file=sys.stderr)
        return 1
    try:
        return server.process.wait()
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
