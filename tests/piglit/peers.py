# SPDX-License-Identifier: GPL-2.0-or-later
"""Where a program's OpenGL commands are executed: in itself, by virgl_test_server, by Oriel.

`shown` is what programs say of whose OpenGL they have: a key of glmark2's and how its value begins.
"""
import contextlib
import os
import pathlib
import re
import shutil
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "tests/integration"), str(TREE / "tests/tools")]
from support import Daemon, Desktop, oriel_run  # noqa: E402,F401 - found through the line above
from virgl_server import VirglServer  # noqa: E402

VIRPIPE = TREE / "tests/tools/virpipe"
REFERENCE = "virgl_test_server"


class Native:
    """llvmpipe in the program itself."""
    shown = ("GL_RENDERER", "llvmpipe")
    trouble = ""

    def __init__(self, version):
        assert version is None

    def start(self):
        return self

    def command(self, words):
        return ["env", "LIBGL_ALWAYS_SOFTWARE=1", "GALLIUM_DRIVER=llvmpipe", *words]

    def stop(self):
        pass


class VirglTestServer:
    """virglrenderer's own server, one process for each client."""
    shown = ("GL_RENDERER", "virgl")
    trouble = ""

    def __init__(self, version):
        self.version = version
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="oriel-peer-"))
        self.socket = self.directory / "socket"

    def start(self):
        self.server = VirglServer(self.socket, self.version)
        return self

    def command(self, words):
        return [str(VIRPIPE), str(self.socket), *words]

    def stop(self):
        self.server.close()
        shutil.rmtree(self.directory, ignore_errors=True)


class Oriel:
    """One session of an orield with its defaults."""
    shown = ("GL_RENDERER", "virgl")

    def __init__(self, version):
        self.version = version
        self.daemon = Daemon().configure(extra=f"[guest]\nvtest_version = {version}\n")

    def start(self):
        self.daemon.start()
        return self

    def command(self, words):
        return [str(VIRPIPE), str(self.daemon.socket()), *words]

    @property
    def trouble(self):
        """A process that had to be started anew is a failure, whatever the tests say."""
        spoken = max(map(int, re.findall(r"vtest-(\d), program", self.daemon.log())), default=None)
        found = [] if spoken == self.version else [f"its guests spoke vtest {spoken}"]
        for each in self.daemon.api.session("one")["restarts"]:
            found.append(f"its {each['process']} process: {each['reason']}")
        return "; ".join(found)

    def stop(self):
        with contextlib.suppress(AssertionError):
            self.daemon.stop()
        log = os.environ.get("ORIEL_LOG")
        if log:
            shutil.copy(self.daemon.log_path, log)
        self.daemon.destroy()


class OrielGl:
    """One session of an orield with compute shaders, and Oriel's own OpenGL library in the guest."""
    shown = ("GL_VENDOR", "Oriel")

    def __init__(self):
        self.daemon = Daemon().configure(extra="[guest]\ncompute_shaders = on\n", log="info")

    def start(self):
        self.daemon.start()
        return self

    def command(self, words):
        return oriel_run(self.daemon.socket(), words, exact=True)

    @property
    def trouble(self):
        """What a test did to the render process is that test's failure; the others should know."""
        restarts = self.daemon.api.session("one")["restarts"]
        return "; ".join(f"its {each['process']} process: {each['reason']}" for each in restarts)

    def stop(self):
        with contextlib.suppress(AssertionError):
            self.daemon.stop()
        self.daemon.destroy()
