#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""demo.py BUILD PICTURE: orield on a private directory with two guests, unmodified OpenGL programs, each in
a session of its own: one on Mesa's virpipe driver, one on Oriel's OpenGL library (oriel-run).

Prints where to look and what to try, saves the displays' pictures (PICTURE, and the like with
"-forwarded"), and runs until interrupted. DEMO_SECONDS=N ends it after N seconds; it succeeds only if the
frames of both were seen to go on.
"""
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
VIRGL_SOCKET = pathlib.Path("/tmp/.virgl_test")


class DemoError(Exception):
    """What went wrong, for people."""


class Interrupted(Exception):
    """Ctrl-C, or the end of the time."""


def call(path, target):
    """GET from the JSON API: a document, or a picture's bytes."""
    connection = http.client.HTTPConnection("localhost", timeout=30)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(30)
    try:
        connection.sock.connect(str(path))
        connection.request("GET", target)
        response = connection.getresponse()
        data = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise DemoError(f"GET {target}: {response.status} {data.decode(errors='replace')}")
    return data if response.getheader("Content-Type") == "image/png" else json.loads(data)


def wait_for(condition, seconds, what, processes):
    """Polls; a process that ends meanwhile ends the wait."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            got = condition()
            if got:
                return got
        for name, process in processes.items():
            if process.poll() is not None:
                raise DemoError(f"{name} ended with status {process.returncode}")
        time.sleep(0.1)
    raise DemoError(f"{what}: not within {seconds} s")


class Guest:
    """One session and its program, of which the first of `programs` that is installed is taken."""

    def __init__(self, api, session, how, socket_path, picture, programs):
        self.api, self.session, self.how, self.socket, self.picture = api, session, how, socket_path, picture
        self.programs = programs

    def program(self):
        found = next(filter(None, map(shutil.which, self.programs)), None)
        if not found:
            raise DemoError(f"there is no {' and no '.join(self.programs)}: package mesa-utils")
        return found

    def state(self):
        return call(self.api, f"/v1/sessions/{self.session}")

    def ready(self):
        session = self.state()
        if session["state"] == "failed":
            raise DemoError(f"the session {self.session} failed: {session['reason']}")
        return session["state"] == "ready"

    def frames(self):
        return sum(stream["frames"] for stream in self.state()["streams"])

    def shoot(self):
        """The display's next frame, as PNG."""
        data = call(self.api, f"/v1/sessions/{self.session}/displays/0/screenshot?wait=frame&timeout=20000")
        if not data.startswith(b"\x89PNG"):
            raise DemoError("the screenshot is no PNG")
        return data

    def save(self, processes):
        """Waits for its first frame, and keeps a picture."""
        self.first = wait_for(self.frames, 60, f"a frame of the session {self.session}", processes)
        self.shot = self.shoot()
        self.picture.parent.mkdir(parents=True, exist_ok=True)
        self.picture.write_bytes(self.shot)

    def tell(self):
        session = self.state()
        vnc = session["displays"][0]["vnc"]
        print(f"""\
{os.path.basename(self.program())} renders with {session["gpu"]["renderer"]} through Oriel, {self.how}.
Session {self.session}; its picture is in {self.picture} and at

  VNC        {vnc["address"]} port {vnc["port"]}        vncviewer {vnc["address"]}::{vnc["port"]}
""")

    def conclude(self, processes):
        """Frames went on, in number and to see."""
        wait_for(lambda: self.shoot() != self.shot, 20, f"another picture of {self.session}", processes)
        last = wait_for(lambda: self.frames() > self.first and self.frames(), 20, f"more frames of {self.session}",
                        processes)
        print(f"{last} frames of {self.session}; a picture is in {self.picture}")


class Demo:
    def __init__(self, build, picture):
        self.build = build
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="oriel-demo-"))
        self.directory.chmod(0o755)
        self.api = self.directory / "run/api.sock"
        self.processes = {}
        self.virpipe = Guest(self.api, "virpipe", "by Mesa's virpipe driver", self.directory / "virpipe.sock", picture,
                             ["es2gears_x11", "glxgears"])
        self.forwarded = Guest(self.api, "forwarded", "by its own OpenGL library", self.directory / "forwarded.sock",
                               picture.with_stem(picture.stem + "-forwarded"), ["glxgears"])
        self.guests = [self.virpipe, self.forwarded]

    def start(self, name, command, **options):
        with open(self.directory / f"{name}.log", "wb") as log:
            self.processes[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **options)

    def namespace_allowed(self):
        """Mesa looks for its server at one fixed path: its own /tmp makes that path the session's."""
        tried = subprocess.run([TREE / "tests/tools/virpipe", self.virpipe.socket, "true"],
                               capture_output=True, check=False)
        return tried.returncode == 0

    def start_orield(self):
        if not self.private:
            if VIRGL_SOCKET.exists() or VIRGL_SOCKET.is_symlink():
                raise DemoError(
                    f"no mount namespace for you here, and {VIRGL_SOCKET}, where Mesa looks for its "
                    "server, is taken: stop the virgl server that has it, or allow user namespaces")
            self.virpipe.socket = VIRGL_SOCKET
        config = self.directory / "oriel.conf"
        config.write_text(
            f"[host]\nruntime_directory = {self.directory}/run\nstate_directory = {self.directory}/state\n"
            + "".join(f"[session {guest.session}]\nlisten = local {guest.socket} mode=0600\n" for guest in self.guests))
        self.start("orield", [self.build / "orield", "--config", config])
        for guest in self.guests:
            wait_for(guest.ready, 60, f"the session {guest.session}", self.processes)

    def start_xvfb(self):
        """The number of its display."""
        read, write = os.pipe()
        self.start("Xvfb", ["Xvfb", "-displayfd", str(write), "-screen", "0", "1024x768x24",
                            "-nolisten", "tcp"], pass_fds=[write])
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise DemoError("Xvfb did not start")
        return number

    def start_guests(self):
        environment = dict(os.environ, DISPLAY=f":{self.start_xvfb()}")
        mesa = dict(environment, GALLIUM_DRIVER="virpipe", LIBGL_ALWAYS_SOFTWARE="1",
                    VTEST_SOCKET_NAME=str(self.virpipe.socket))
        runner = [TREE / "tests/tools/virpipe", self.virpipe.socket] if self.private else []
        self.start("virpipe", [*runner, self.virpipe.program()], env=mesa)
        self.start("forwarded", [self.build / "oriel-run", "--socket", self.forwarded.socket, self.forwarded.program()],
                   env=environment)

    def run(self, seconds):
        self.private = self.namespace_allowed()
        self.start_orield()
        self.start_guests()
        for guest in self.guests:
            guest.save(self.processes)
        self.tell()
        until = time.monotonic() + seconds if seconds else float("inf")
        try:
            while time.monotonic() < until:
                for name, process in self.processes.items():
                    if process.poll() is not None:
                        raise DemoError(f"{name} ended with status {process.returncode}")
                time.sleep(min(0.2, max(0.0, until - time.monotonic())))
        except Interrupted:
            print()
        for guest in self.guests:
            guest.conclude(self.processes)

    def tell(self):
        for guest in self.guests:
            guest.tell()
        session = self.forwarded.session
        display = f"http://localhost/v1/sessions/{session}/displays/0"
        ctl = f"{self.build / 'orielctl'} --socket {self.api}"
        print(f"""\
Try, in another terminal:

  curl --unix-socket {self.api} http://localhost/v1/sessions/{session}
  curl --unix-socket {self.api} '{display}/screenshot?wait=frame' -o picture.png
  {ctl} list
  {ctl} show {session}
  {ctl} screenshot {session} -o picture.png
  {self.build / 'oriel-run'} --socket {self.forwarded.socket} PROGRAM
""" + ("" if os.environ.get("DEMO_SECONDS") else "\nCtrl-C ends it."), flush=True)

    def stop(self):
        """Ends everything that was started, the guests first."""
        for name in ("virpipe", "forwarded", "Xvfb", "orield"):
            process = self.processes.get(name)
            if process and process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()

    def logs(self):
        for log in sorted(self.directory.glob("*.log")):
            text = log.read_text(errors="replace")
            if text:
                print(f"---- {log.name}\n{text[-4000:]}", file=sys.stderr)


def interrupt(_number, _frame):
    raise Interrupted


def main():
    seconds = os.environ.get("DEMO_SECONDS", "")
    if seconds and not (seconds.isdigit() and int(seconds) > 0):
        print(f"demo: DEMO_SECONDS={seconds}: want a number of seconds", file=sys.stderr)
        return 2
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    demo = Demo(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    try:
        demo.run(int(seconds or 0))
        return 0
    except (DemoError, OSError) as error:
        print(f"demo: {error}", file=sys.stderr)
        demo.logs()
        return 1
    except Interrupted:
        print("demo: interrupted before a frame was seen", file=sys.stderr)
        return 1
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        demo.stop()
        shutil.rmtree(demo.directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
