# SPDX-License-Identifier: GPL-2.0-or-later
"""The real programs under test, started on private directories: orield, X servers, guests."""
import fcntl
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import rfb
from sockets import connect_unix

TREE = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ORIEL_BUILD", TREE / "build/host")).resolve()
SANITIZED = bool(os.environ.get("ORIEL_SAN"))
PATIENCE = 4.0 if SANITIZED else 1.0  # how much longer everything may take
PROGRAMS = ("orield", "oriel-render", "oriel-view", "orielctl", "test-guest")
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all"]


def wait_for(condition, timeout=30.0, what="a condition", every=0.05):
    """Polls until condition() is true, and returns what it returned."""
    end = time.monotonic() + timeout * PATIENCE
    while True:
        got = condition()
        if got:
            return got
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {timeout * PATIENCE} s")
        time.sleep(every)


class Output:
    """Where a program writes, and what it has written so far."""

    def __init__(self):
        self.file = tempfile.TemporaryFile()
        # The program has the same offset as we: it appends, we read without moving it.
        fcntl.fcntl(self.file, fcntl.F_SETFL, os.O_APPEND)

    def text(self):
        size = os.fstat(self.file.fileno()).st_size
        return os.pread(self.file.fileno(), size, 0).decode(errors="replace")

    def lines(self):
        """The whole lines."""
        text = self.text()
        return text[:text.rfind("\n") + 1].splitlines()


def free_ports(count):
    """The first of `count` ports in a row that are free on loopback now."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
        held = []
        try:
            for port in range(first, first + count):
                held.append(socket.create_server(("127.0.0.1", port)))
            return first
        except (OSError, OverflowError):
            continue
        finally:
            for each in held:
                each.close()


def alive(pid):
    """Whether the process runs: a zombie does not."""
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def cpu_seconds(pid):
    """What a process has computed so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid):
    """{program: [pid, ...]} of the processes that `pid` started."""
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (entry / "stat").read_text()
            name = (entry / "cmdline").read_bytes().split(b"\0")[0].decode()
        except (FileNotFoundError, ProcessLookupError):
            continue
        fields = stat.rpartition(")")[2].split()
        if int(fields[1]) == pid and fields[0] not in "ZX":
            found.setdefault(os.path.basename(name), []).append(int(entry.name))
    return found


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = connect_unix(self.path, self.timeout)


class Problem(Exception):
    """An answer of 4xx or 5xx: an RFC 9457 document."""

    def __init__(self, status, document):
        super().__init__(f"{status}: {document}")
        self.status, self.document = status, document


class Api:
    """The JSON API. What it answers is returned as Python's own values; an error is a Problem."""

    def __init__(self, path):
        self.path = path

    def call(self, method, target, body=None, timeout=60.0, kind="application/json"):
        connection = UnixConnection(self.path, timeout)
        headers = {}
        if body is not None:
            headers["Content-Type"] = kind
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        try:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            data = response.read()
            got = response.getheader("Content-Type", "")
            if response.status >= 400:
                assert got.startswith("application/problem+json"), (got, data)
                raise Problem(response.status, json.loads(data))
            return json.loads(data) if got.startswith("application/json") else data
        finally:
            connection.close()

    def get(self, target, **options):
        return self.call("GET", target, **options)

    def post(self, target, body, **options):
        return self.call("POST", target, body, **options)

    def patch(self, target, body):
        return self.call("PATCH", target, body)

    def delete(self, target):
        return self.call("DELETE", target)

    def session(self, name):
        return self.get(f"/v1/sessions/{name}")

    def screenshot(self, name, display=0, query=""):
        return self.get(f"/v1/sessions/{name}/displays/{display}/screenshot{query}")


class Daemon:
    """orield on a directory of its own. `who` is a command that drops privileges, or empty."""

    def __init__(self, who=()):
        self.who = list(who)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="oriel-"))
        self.directory.chmod(0o755)
        self.config = self.directory / "oriel.conf"
        self.api = Api(self.directory / "run/api.sock")
        self.log_path = self.directory / "log"
        self.process = None
        self.programs = BUILD
        if self.who:  # the tree may stand where others cannot look
            self.programs = self.directory / "bin"
            self.programs.mkdir()
            for program in PROGRAMS:
                shutil.copy(BUILD / program, self.programs)
            os.chown(self.directory, 65534, 65534)

    def configure(self, sessions=("one",), host="", extra="", limits="", passwords=None, ports=20, log="debug"):
        """Writes a configuration with these sessions, each on DIRECTORY/NAME.sock."""
        self.first_port = free_ports(ports)
        text = (f"[host]\nruntime_directory = {self.directory}/run\n"
                f"state_directory = {self.directory}/state\nlog_level = {log}\n{host}\n"
                f"[gpu]\norder = software\n"
                f"[vnc]\nports = {self.first_port}-{self.first_port + ports - 1}\n"
                f"[limits]\n{limits}\n{extra}\n")
        for name in sessions:
            text += f"[session {name}]\nlisten = local {self.directory}/{name}.sock mode=0666\n"
            if passwords and name in passwords:
                text += f"vnc_password = {passwords[name]}\n"
        self.config.write_text(text)
        return self

    def start(self, ready=True, **variables):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), **variables}
        for name, value in os.environ.items():
            if name.endswith("SAN_OPTIONS"):
                environment[name] = value
        if os.environ.get("ORIEL_SAN") == "thread":  # where every user can read it
            suppressions = shutil.copy(TREE / "tests/tsan.supp", self.directory)
            environment["TSAN_OPTIONS"] = f"suppressions={suppressions}"
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self.who + [str(self.programs / "orield"), "--config", str(self.config)],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True)
        if ready:
            self.wait_ready()
        return self

    def wait_ready(self):
        def all_ready():
            assert self.process.poll() is None, "orield ended:\n" + self.log()
            try:
                sessions = self.api.get("/v1/sessions")["sessions"]
            except OSError:
                return False
            states = [session["state"] for session in sessions]
            assert "failed" not in states, "a session failed:\n" + self.log()
            return all(state == "ready" for state in states)
        wait_for(all_ready, 60, "orield with its sessions")

    def log(self):
        return self.log_path.read_text(errors="replace")

    def wait_log(self, pattern, timeout=30.0):
        return wait_for(lambda: re.search(pattern, self.log()), timeout, f"{pattern!r} in the log")

    def child(self, program, session="one"):
        """The pid of a session's child, as orield logged it when it started."""
        word = program.removeprefix("oriel-")
        found = re.findall(rf"{session}: its {word} process runs \((\d+)", self.log())
        assert found and alive(int(found[-1])), (program, session, found, self.log())
        assert int(found[-1]) in children(self.process.pid)[program]
        return int(found[-1])

    def vnc(self, session="one", display=0):
        """Where to find a display's VNC server."""
        vnc = self.api.session(session)["displays"][display]["vnc"]
        return vnc["address"], vnc["port"]

    def viewer(self, session="one", **options):
        return rfb.Viewer(self.vnc(session), **options)

    def socket(self, session="one"):
        return self.directory / f"{session}.sock"

    def stop(self, how=signal.SIGTERM, timeout=20.0):
        """Ends orield and returns how: its exit status."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout * PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError("orield did not end:\n" + self.log()) from None
        return self.process.returncode if self.process else None

    def destroy(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


class Desktop:
    """An X server without a screen."""

    def __init__(self, size="2048x1200", options=()):
        read, write = os.pipe()
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="oriel-x-"))
        self.process = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-nolisten", "tcp",
             "-fbdir", str(self.directory), "-noreset", "-ac", *options],
            pass_fds=[write], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb did not start"
        self.name = f":{number}"

    def picture(self):
        """What stands on the screen: Xvfb keeps it in a file in XWD format (XWDFile.h)."""
        import numpy
        data = (self.directory / "Xvfb_screen0").read_bytes()
        head = numpy.frombuffer(data[:100], ">u4").astype(int)
        size, width, height, stride, colors = head[0], head[4], head[5], head[12], head[19]
        rows = numpy.frombuffer(data, numpy.uint8, stride * height, size + 12 * colors)
        return rows.reshape(height, stride)[:, :4 * width].reshape(height, width, 4)[:, :, 2::-1]

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)


def oriel_run(path, command, shared=True, exact=False):
    """The command line that runs a program on Oriel's own OpenGL library, with a session's socket."""
    return ["env", f"ORIEL_GUEST_SOCKET={path}", f"ORIEL_SHM={int(shared)}", f"ORIEL_EXACT_ERRORS={int(exact)}",
            str(BUILD / "oriel-run"), *map(str, command)]


class Guest:
    """An unmodified OpenGL program whose Mesa sends its commands to a session's socket."""

    def __init__(self, desktop, path, command, who=()):
        self.output = Output()
        environment = {name: value for name, value in os.environ.items() if "ORIEL" not in name}
        if desktop:
            environment["DISPLAY"] = desktop.name
        self.process = subprocess.Popen(
            [*who, *self.words(path, command)], env=environment, stdin=subprocess.DEVNULL,
            stdout=self.output.file, stderr=subprocess.STDOUT, start_new_session=True)

    def words(self, path, command):
        return [str(TREE / "tests/tools/virpipe"), str(path), *command]

    def finish(self, timeout=60.0):
        """Waits for its end: what it said. It must have ended well."""
        self.process.wait(timeout * PATIENCE)
        assert self.process.returncode == 0, f"the guest ended with {self.process.returncode}: {self.said()}"
        return self.said()

    def said(self):
        return self.output.text()

    def wait_said(self, text, timeout=60.0):
        def seen():
            if text in self.said():
                return True
            assert self.process.poll() is None, f"the guest ended: {self.said()}"
            return False
        wait_for(seen, timeout, f"{text!r} from the guest")
        return self

    def frames(self):
        """The number of the frame that the pattern drew last."""
        lines = re.findall(r"^pattern: frame (\d+)$", self.said(), re.MULTILINE)
        return int(lines[-1]) if lines else 0

    def wait_frames(self, count, timeout=60.0):
        wait_for(lambda: self.frames() >= count or self.process.poll() is not None, timeout,
                 f"{count} frames")
        assert self.frames() >= count, f"the guest ended: {self.said()}"
        return self

    def kill(self):
        if self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process.wait()


class GlGuest(Guest):
    """An unmodified OpenGL program on Oriel's own library."""
    def __init__(self, desktop, path, command, shared=True, exact=False):
        self.options = {"shared": shared, "exact": exact}
        super().__init__(desktop, path, command)

    def words(self, path, command):
        return oriel_run(path, command, **self.options)
