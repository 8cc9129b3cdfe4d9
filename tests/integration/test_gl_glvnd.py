# SPDX-License-Identifier: GPL-2.0-or-later
"""GLX programs with the machine's own libGL, which is glvnd's and finds Oriel as a vendor; and with Oriel's in its place."""
import os
import subprocess

import pytest

from support import BUILD

VENDOR = ["libGLX_oriel.so.0", "liboriel-gl.so"]


@pytest.fixture
def run(common_daemon, desktop, tmp_path):
    """A function that runs a program: what it said. Nothing of Oriel's is to be found but the vendor library."""
    for name in VENDOR:
        (tmp_path / name).symlink_to(BUILD / "guest" / name)

    def run(*command, **variables):
        environment = dict(os.environ, DISPLAY=desktop.name, LD_LIBRARY_PATH=str(tmp_path),
                           __GLX_VENDOR_LIBRARY_NAME="oriel", ORIEL_GUEST_SOCKET=str(common_daemon.socket()), **variables)
        done = subprocess.run([str(word) for word in command], env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False, timeout=120)
        assert done.returncode == 0, done.stdout
        return done.stdout
    return run


def test_libraries_are_the_systems(run):
    """Or the tests below would show nothing."""
    assert str(BUILD) not in run("ldd", BUILD / "tests/glx_extensions")


@pytest.mark.parametrize("scene", ["arrays", "blocks", "lists"])
def test_same_pixels(run, common_daemon, gl_guest, scene):
    command = [BUILD / "tests/pixels" / scene, "-f", "glx", "-n", "4"]
    said = run(*command)
    assert "vendor Oriel" in said, said
    assert said == gl_guest(common_daemon, *command).finish(120)


def test_extensions(run):
    said = run(BUILD / "tests/glx_extensions")
    assert "vendor Oriel" in said and said.endswith("done\n"), said


def test_extensions_of_the_library_in_its_place(common_daemon, gl_guest):
    said = gl_guest(common_daemon, BUILD / "tests/glx_extensions").finish()
    assert "vendor Oriel" in said and said.endswith("done\n"), said


def test_without_a_host_there_is_no_opengl(run):
    """And not the system's, in silence."""
    with pytest.raises(AssertionError) as said:
        run(BUILD / "tests/pixels/arrays", "-f", "glx", ORIEL_SHM="0", ORIEL_GUEST_DEVICE="/nowhere")
    assert "no OpenGL by the host at /nowhere" in str(said.value)
    assert "vendor" not in str(said.value)
