# SPDX-License-Identifier: GPL-2.0-or-later
"""What EGL promises a program on Oriel's own library beyond drawing, and what becomes of it when windows,
processes and hosts come and go. The checks are the programs' own: tests/programs/gl_faces.c, gl_world.c."""
import io
import os
import signal

import numpy
import pytest
from PIL import Image

from support import BUILD, wait_for

FACES, WORLD = BUILD / "tests/gl_faces", BUILD / "tests/gl_world"
# By shared memory and by the socket alone.
both = pytest.mark.parametrize("shared", [True, False], ids=["memory", "socket"])


def looks(daemon, size, color):
    picture = Image.open(io.BytesIO(daemon.api.screenshot("one"))).convert("RGB")
    return picture.size == size and (numpy.abs(numpy.asarray(picture).astype(int) - color) <= 1).all()


def go_on(guest):
    os.kill(guest.process.pid, signal.SIGUSR1)


@both
@pytest.mark.parametrize("case", ["errors", "threads", "parallel", "share", "fence", "terminate"])
def test_promises(common_daemon, gl_guest, case, shared):
    assert gl_guest(common_daemon, FACES, case, shared=shared).finish().endswith("done\n")


@both
@pytest.mark.parametrize("case", ["fork", "closed", "signals"])
def test_the_process_is_the_programs(common_daemon, gl_guest, case, shared):
    """Its children, its first descriptors, its signals."""
    assert gl_guest(common_daemon, WORLD, case, shared=shared).finish().endswith("done\n")


@both
def test_swap_interval(common_daemon, gl_guest, shared):
    assert gl_guest(common_daemon, WORLD, "interval", shared=shared).finish().endswith("done\n")


@both
def test_resize(daemon, gl_guest, shared):
    """The display has the window's size; a window that is destroyed takes nothing with it."""
    guest = gl_guest(daemon, WORLD, "resize", shared=shared)
    guest.wait_said("resized")
    wait_for(lambda: looks(daemon, (320, 240), (0, 255, 0)), 20, "the window in its new size")
    go_on(guest)
    assert guest.finish().endswith("done\n")


@both
def test_lost_and_again(daemon, gl_guest, shared):
    """The render process dies: the program is told, not ended, and draws with a new context in the next."""
    guest = gl_guest(daemon, WORLD, "lost", shared=shared)
    guest.wait_said("drawing")
    os.kill(daemon.child("oriel-render"), signal.SIGKILL)
    guest.wait_said("again")
    wait_for(lambda: looks(daemon, (64, 64), (0, 0, 255)), 20, "the frame of the new context")
    go_on(guest)
    assert guest.finish().endswith("done\n")


@both
def test_idle(common_daemon, gl_guest, shared):
    """A program that draws nothing for longer than a silent guest is waited for is answered for."""
    assert gl_guest(common_daemon, WORLD, "idle", shared=shared).finish().endswith("done\n")
