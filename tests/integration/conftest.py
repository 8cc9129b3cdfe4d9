# SPDX-License-Identifier: GPL-2.0-or-later
import contextlib
import os
import re
import shutil
import subprocess

import pytest

from support import BUILD, Daemon, Desktop, GlGuest, Guest, NOBODY, PROGRAMS, TREE
from view_driver import View


def pytest_configure(config):
    config.addinivalue_line("markers", "alone: what else runs on the machine would disturb it")
    missing = [name for name in PROGRAMS if not (BUILD / name).exists()]
    if missing:
        raise pytest.UsageError(f"{BUILD} has no {', '.join(missing)}: run make check-integration")


@pytest.fixture(scope="session")
def namespaces():
    """Mesa 22.3 looks for its server at one fixed path: its programs need a /tmp of their own."""
    tried = subprocess.run([TREE / "tests/tools/virpipe", "/nowhere", "true"], capture_output=True,
                           text=True, check=False)
    if tried.returncode == 77:
        pytest.skip(tried.stderr.strip())
    assert tried.returncode == 0, tried.stderr


@pytest.fixture(scope="session")
def desktop():
    """The X server that the guests' windows are on."""
    server = Desktop()
    yield server
    server.close()


@pytest.fixture
def screen():
    """Another X server, for a viewer's window, which the pointer in its middle does not touch."""
    server = Desktop("1400x1100")
    yield server
    server.close()


@contextlib.contextmanager
def daemons():
    """A function that makes an orield, not started yet. It ends in order, and no sanitizer complains."""
    made = []

    def make(who=()):
        made.append(Daemon(who))
        return made[-1]
    yield make
    try:
        for daemon in made:
            if daemon.process and daemon.process.poll() is None:
                assert daemon.stop() == 0, daemon.log()
            if daemon.log_path.exists():
                found = re.search(r".*(Sanitizer:|runtime error:).*", daemon.log())
                assert not found, daemon.log()[found.start():][:20000]
    finally:
        for daemon in made:
            daemon.destroy()


@pytest.fixture
def make_daemon():
    with daemons() as make:
        yield make


@pytest.fixture(scope="module")
def common_daemon():
    """orield with one session, "one", for all tests of a file."""
    with daemons() as make:
        yield make().configure().start()


@pytest.fixture
def daemon(make_daemon):
    """orield with one session, "one"."""
    return make_daemon().configure().start()


@pytest.fixture
def guest(namespaces, desktop):
    """A function that starts a guest program on a session's socket."""
    started = []

    def start(daemon, *command, session="one"):
        started.append(Guest(desktop, daemon.socket(session), command, daemon.who))
        return started[-1]
    yield start
    for each in started:
        each.kill()


@pytest.fixture
def gl_guest(desktop):
    """A function that starts a program on Oriel's own OpenGL library; options as of GlGuest."""
    if not (BUILD / "oriel-run").exists():
        pytest.skip("there is no oriel-run")
    started = []

    def start(daemon, *command, session="one", **options):
        started.append(GlGuest(desktop, daemon.socket(session), command, **options))
        return started[-1]
    yield start
    for each in started:
        each.kill()


@pytest.fixture
def pattern(guest, tmp_path_factory):
    """A function that starts the pattern program."""
    program = BUILD / "tests/pattern"

    def start(daemon, *options, session="one"):
        path = program
        if daemon.who:
            path = daemon.directory / "bin/pattern"
            if not path.exists():
                shutil.copy(program, path)
        return guest(daemon, str(path), *options, session=session)
    return start


@pytest.fixture(params=["self", "nobody"])
def who(request):
    """As whom orield and its guests run: as ourselves, and where we are root as nobody too."""
    if request.param == "self":
        return ()
    if os.geteuid() != 0:
        pytest.skip("already not root")
    return NOBODY


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """With a failure stands what orield logged."""
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Daemon) and value.log_path.exists():
                report.sections.append(("orield's log", value.log()[-8000:]))


@pytest.fixture
def make_view():
    """A function that starts an oriel-view by itself; options as of View."""
    made = []

    def make(**options):
        made.append(View(**options))
        return made[-1]
    yield make
    for view in made:
        view.close()


@pytest.fixture
def view(make_view):
    """oriel-view with one display."""
    return make_view()


@pytest.fixture
def render(view):
    """The render process that it talks to, played by the test."""
    return view.new_render()
