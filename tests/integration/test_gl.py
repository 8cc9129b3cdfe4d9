# SPDX-License-Identifier: GPL-2.0-or-later
"""Unmodified programs on Oriel's own OpenGL library: whose OpenGL they see, and what a viewer sees of them."""
import io
import os
import re
import shutil
import signal

import numpy
import pytest
from PIL import Image

import pattern
from support import BUILD, Problem, alive, wait_for

VENDOR = "Oriel"


def need(program):
    if not shutil.which(program):
        pytest.skip(f"there is no {program}")


def screen(daemon, session="one"):
    """What stands on the display, as an array of rows of RGB; of no rows while nothing was shown."""
    try:
        data = daemon.api.screenshot(session)
    except Problem as problem:
        if problem.status != 409:
            raise
        return numpy.zeros((0, 0, 3), numpy.uint8)
    return numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def share(picture, red, green, blue, slack=60):
    """How much of a picture has about this colour."""
    if not picture.size:
        return 0.0
    distance = numpy.abs(picture.astype(int) - (red, green, blue)).max(axis=2)
    return (distance <= slack).mean()


def said_vendor(text, key):
    found = re.search(rf"{key}[:=] *(.*)", text)
    assert found, text[:2000]
    assert found[1].startswith(VENDOR), found[1]


# ---- programs that tell what there is

def test_glxinfo(common_daemon, gl_guest):
    said = gl_guest(common_daemon, "glxinfo", "-B").finish()
    said_vendor(said, "OpenGL vendor string")
    version = re.search(r"OpenGL version string: (\d)\.(\d)", said)
    assert (int(version[1]), int(version[2])) >= (4, 2), said
    assert "direct rendering: Yes" in said


def test_glewinfo(common_daemon, gl_guest):
    """No function of a version that there is, and of no extension that is named, is missing."""
    need("glewinfo")
    said = gl_guest(common_daemon, "glewinfo").finish()
    assert re.search(rf"^Running on .* from {VENDOR}", said, re.MULTILINE), said[:1000]
    assert re.search(r"^ *GL_VERSION_4_2: +OK", said, re.MULTILINE), said[:2000]
    for part in re.split(r"\n\n+", said):
        if re.match(r"GL_\w+: +OK", part):
            assert "MISSING" not in part, part


def test_eglinfo(common_daemon, gl_guest):
    need("eglinfo")
    said = gl_guest(common_daemon, "eglinfo").finish()
    parts = dict(re.findall(r"^(\w+) platform:\n(.*?)(?=^\w+ platform:|\Z)", said, re.MULTILINE | re.DOTALL))
    for platform in ("X11", "Surfaceless"):
        said_vendor(parts[platform], "EGL vendor string")
        assert re.search(r"EGL client APIs: .*OpenGL", parts[platform]), parts[platform]
        # Configurations with a depth buffer and without, for windows or pbuffers.
        depths = {int(line.split()[7]) for line in parts[platform].splitlines() if line.startswith("0x")}
        assert 0 in depths and 24 in depths, depths


# ---- programs that draw

def test_glxgears(daemon, gl_guest):
    """Three gears: red, green and blue on black, in its window's size, and they turn."""
    guest = gl_guest(daemon, "glxgears", "-info", "-geometry", "300x300")
    guest.wait_said("GL_VENDOR")
    said_vendor(guest.said(), "GL_VENDOR *")
    wait_for(lambda: screen(daemon).shape == (300, 300, 3), 30, "a display in the window's size")
    first, = wait_for(lambda: gears(screen(daemon)), 30, "three gears")
    wait_for(lambda: (screen(daemon) != first).any(), 30, "gears that turn")


def gears(picture):
    """[the picture], if it is one of gears."""
    parts = [share(picture, *color) for color in ((170, 20, 0), (0, 160, 45), (45, 45, 200), (0, 0, 0))]
    return [picture] if parts[0] > 0.05 and parts[1] > 0.02 and parts[2] > 0.02 and parts[3] > 0.3 else None


@pytest.mark.parametrize("program", ["es2gears_x11", "eglgears_x11"])
def test_egl_gears(daemon, gl_guest, program):
    need(program)
    gl_guest(daemon, program)
    first, = wait_for(lambda: gears(screen(daemon)), 30, "three gears")
    wait_for(lambda: (screen(daemon) != first).any(), 30, "gears that turn")
    assert "oriel-1/gl" in [stream["protocol"] for stream in daemon.api.session("one")["streams"]]


def test_every_pixel_is_as_drawn(daemon, gl_guest):
    """The pattern's frames on the display, each pixel; in the window's size, also when that changes."""
    guest = gl_guest(daemon, BUILD / "tests/pattern", "--size=320x200", "--fps=30", "--resize-at=60",
                     "--size2=411x233")
    guest.wait_frames(5)
    for size in ((320, 200), (411, 233)):
        def whole(size=size):
            got = screen(daemon)
            return got.shape[:2] == size[::-1] and pattern.is_frame(got, *size)
        wait_for(whole, 60, f"a frame of {size}")


def test_two_programs_at_once(daemon, gl_guest):
    """Each has a display's surface of its own; the newest is shown, and the other one when that ends."""
    gl_guest(daemon, BUILD / "tests/pattern", "--size=200x100", "--fps=10", "--color=0xff8000").wait_frames(2)
    other = gl_guest(daemon, BUILD / "tests/pattern", "--size=240x120", "--fps=10", "--color=0x0080ff")
    wait_for(lambda: screen(daemon).shape[:2] == (120, 240), 30, "the newer program's window")
    assert share(screen(daemon), 0, 128, 255, 2) > 0.5
    other.kill()
    wait_for(lambda: screen(daemon).shape[:2] == (100, 200), 30, "the older program's window")
    assert share(screen(daemon), 255, 128, 0, 2) > 0.5


@pytest.mark.parametrize("scene", ["build", "texture", "shading:shading=phong", "desktop", "buffer", "shadow"])
def test_glmark2_validates(common_daemon, gl_guest, scene):
    """The pixels that glmark2 knows of its scenes; it would run natively without a word."""
    need("glmark2")
    said = gl_guest(common_daemon, "glmark2", "--validate", "-s", "400x300", "-b", scene).finish(120)
    said_vendor(said, "GL_VENDOR")
    assert re.search(r"Validation: (Success|Unknown)", said), said


# ---- the render process dies

def test_context_is_lost_and_made_anew(daemon, gl_guest):
    """A program with a robust context sees its loss twice, and goes on with another one."""
    guest = gl_guest(daemon, BUILD / "tests/lost", "2")
    for losses in (1, 2):
        wait_for(lambda: guest.said().count("drawing with " + VENDOR) == losses or guest.process.poll() is not None,
                 60, "the program's drawing")
        assert guest.process.poll() is None, guest.said()
        os.kill(daemon.child("oriel-render"), signal.SIGKILL)
        wait_for(lambda: guest.said().count("\nlost 0x") == losses or guest.process.poll() is not None, 30, "the loss")
    said = guest.finish()
    assert said.count("goes on") == 1
    assert not re.search(r"lost 0x0$", said, re.MULTILINE), said


def test_a_silent_host_is_given_up(daemon, gl_guest):
    """A host that stands still, with its connections open: programs are told, and go on once they can."""
    guests = [gl_guest(daemon, BUILD / "tests/lost", "1", shared=shared) for shared in (False, True)]
    for guest in guests:
        guest.wait_said("drawing with " + VENDOR)
    stopped = [daemon.process.pid, daemon.child("oriel-render")]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        for guest in guests:
            guest.wait_said("\nlost 0x", 120)
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)
    for guest in guests:
        said = guest.finish()
        assert "oriel: the host has not answered for 20 s" in said, said
        assert said.count("goes on") == 1


def test_program_that_knows_nothing_of_loss_lives(daemon, gl_guest):
    """It is not aborted; what it draws goes nowhere."""
    guest = gl_guest(daemon, "glxgears")
    wait_for(lambda: gears(screen(daemon)), 30, "three gears")
    old = daemon.child("oriel-render")
    os.kill(old, signal.SIGKILL)
    wait_for(lambda: daemon.api.session("one")["restart_count"] == 1 and
             daemon.api.session("one")["state"] == "ready", 30, "another render process")
    lines = guest.said().count("frames in")
    wait_for(lambda: guest.process.poll() is not None or guest.said().count("frames in") > lines, 20,
             "its frames, or its end")
    assert guest.process.poll() in (None, 0, 1), f"it was killed by signal {-guest.process.returncode}"
    assert alive(daemon.process.pid)


# ---- threads

@pytest.mark.parametrize("shared", [False, True], ids=["socket", "memory"])
def test_threads(common_daemon, gl_guest, shared):
    """Contexts of several threads, shared objects, and a context that goes from thread to thread."""
    said = gl_guest(common_daemon, BUILD / "tests/threads", shared=shared).finish(120)
    assert "all is well" in said
