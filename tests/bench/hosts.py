# SPDX-License-Identifier: GPL-2.0-or-later
"""What a bench starts: an X server, orield with one session, and where a guest's Mesa sends to."""
import os
import pathlib
import subprocess
import sys
import tempfile

TREE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TREE / "tests/integration"), str(TREE / "tests/tools")]
import support  # noqa: E402
from virgl_server import VirglServer  # noqa: E402
from measure import BenchError, descendants  # noqa: E402

SESSION = "bench"


class Screen:
    """An X server that draws into memory. `groups` are the processes that its use costs."""

    def __init__(self):
        read, write = os.pipe()
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x768x24", "-nolisten", "tcp",
             "-noreset"],
            pass_fds=[write], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            line = pipe.readline().strip()
        if not line:
            raise BenchError("Xvfb did not start")
        self.name = f":{line}"

    def close(self):
        self.process.kill()
        self.process.wait()


class Oriel:
    """orield with sessions named bench, bench1, ... made by the API, in software. vtest: the version
    that they are held to, for sessions with guests."""

    def __init__(self, sessions=1, vtest=None, ports=8):
        self.daemon, self.vtest = support.Daemon(), vtest
        port = support.free_ports(ports)
        directory = self.daemon.directory
        self.daemon.config.write_text(
            f"[host]\nruntime_directory = {directory}/run\nstate_directory = {directory}/state\n"
            f"[gpu]\norder = software\n[vnc]\nports = {port}-{port + ports - 1}\n")
        try:
            self.daemon.start(ready=False)
            support.wait_for(self.answers, 30, "orield")
            for number in range(sessions):
                self.create(f"{SESSION}{number or ''}", vtest)
        except BaseException:
            self.close()
            raise

    def answers(self):
        if self.daemon.process.poll() is not None:
            raise BenchError("orield ended:\n" + self.daemon.log())
        try:
            return self.daemon.api.get("/v1")
        except OSError:
            return None

    def create(self, name, vtest=None):
        """POSTs a session, held to a vtest version or not."""
        body = {"name": name, "listen": [{"kind": "local", "path": str(self.daemon.socket(name))}]}
        if vtest is not None:
            body["vtest_version"] = vtest
        self.daemon.api.post("/v1/sessions", body)

    @property
    def path(self):
        return self.daemon.socket(SESSION)

    def check_version(self, _):
        """That the first session's streams speak the version that was asked for."""
        spoken = [stream["protocol"] for stream in self.daemon.api.session(SESSION)["streams"]]
        if spoken != [f"vtest-{self.vtest}"]:
            raise BenchError(f"the session's streams speak {spoken}, not vtest-{self.vtest}")

    def groups(self):
        """{name: [pid]} of what it runs."""
        found = {"orield": [self.daemon.process.pid]}
        for pid, program in descendants(self.daemon.process.pid):
            # The kernel keeps 15 letters of a name.
            found.setdefault(program.removeprefix("oriel-"), []).append(pid)
        return found

    def close(self):
        self.daemon.stop()
        self.daemon.destroy()


class Peer:
    """virgl_test_server with one vtest version."""

    def __init__(self, vtest):
        self.directory = tempfile.TemporaryDirectory(prefix="oriel-bench-")
        self.path = pathlib.Path(self.directory.name) / "virgl.sock"
        self.server, self.vtest = VirglServer(self.path, vtest), vtest

    def check_version(self, guest):
        """That the guest shares memory with its server, or not, as the version has it."""
        shared = "memfd:" in pathlib.Path(f"/proc/{guest}/maps").read_text()
        if shared != (self.vtest == 2):
            raise BenchError(f"the guest does {'' if shared else 'not '}share memory with its server")

    def groups(self):
        pid = self.server.process.pid
        children = [child for child, _ in descendants(pid)]
        if not children:
            raise BenchError("virgl_test_server has no process for its client")
        return {"server": [pid, *children]}

    def close(self):
        self.server.close()
        self.directory.cleanup()
