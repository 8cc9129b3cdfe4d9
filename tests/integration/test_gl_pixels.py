# SPDX-License-Identifier: GPL-2.0-or-later
"""Ten programs draw the same frames with the machine's own OpenGL and with Oriel's: each pixel is equal."""
import os
import shutil
import subprocess

import pytest

from support import BUILD, TREE

FRAMES = 12
SCENES = sorted(path.stem for path in (TREE / "tests/pixels").glob("*.c"))


def frames(text):
    """[checksum of each frame]; the lines before say whose OpenGL it was."""
    return [line.split()[2] for line in text.splitlines() if line.startswith("frame ")]


@pytest.fixture(scope="module")
def native(desktop):
    """A function: what the machine's own OpenGL draws, on that face."""
    kept = {}

    def run(scene, face):
        if (scene, face) not in kept:
            environment = dict(os.environ, DISPLAY=desktop.name, LIBGL_ALWAYS_SOFTWARE="1", GALLIUM_DRIVER="llvmpipe")
            done = subprocess.run([BUILD / "tests/pixels" / scene, "-f", face, "-n", str(FRAMES)], env=environment,
                                  capture_output=True, text=True, check=False, timeout=120)
            assert done.returncode == 0, done.stderr
            assert "vendor Oriel" not in done.stdout
            kept[scene, face] = frames(done.stdout)
            assert len(set(kept[scene, face])) == FRAMES, "some frames are the same"
        return kept[scene, face]
    return run


@pytest.fixture(scope="module")
def runner32():
    """What 32-bit programs are run with: nothing, where the kernel can, else qemu."""
    program = BUILD / "tests/pixels32" / SCENES[0]
    if not program.exists():
        pytest.skip("no 32-bit programs are built with sanitizers")
    assert program.read_bytes()[4] == 1, "the program is not of 32 bits"
    try:
        subprocess.run([program, "--help"], capture_output=True, check=False)
        return []
    except OSError:
        pass
    emulator = shutil.which("qemu-i386")
    if not emulator:
        pytest.skip("this kernel runs no 32-bit programs, and there is no qemu-i386 (package qemu-user)")
    return [emulator]


@pytest.mark.parametrize("shared", [False, True], ids=["socket", "memory"])
@pytest.mark.parametrize("scene", SCENES)
def test_same_pixels_of_32_bit_programs(common_daemon, gl_guest, native, runner32, scene, shared):
    command = [*runner32, BUILD / "tests/pixels32" / scene, "-n", FRAMES]
    said = gl_guest(common_daemon, *command, shared=shared).finish(240)
    assert "vendor Oriel" in said, said
    assert frames(said) == native(scene, "egl")


@pytest.mark.parametrize("face, shared", [("egl", False), ("egl", True), ("glx", True)],
                         ids=["egl-socket", "egl-memory", "glx-memory"])
@pytest.mark.parametrize("scene", SCENES)
def test_same_pixels(common_daemon, gl_guest, native, scene, face, shared):
    said = gl_guest(common_daemon, BUILD / "tests/pixels" / scene, "-f", face, "-n", FRAMES, shared=shared).finish(120)
    assert "vendor Oriel" in said, said
    assert frames(said) == native(scene, face)
    assert common_daemon.api.session("one")["restart_count"] == 0
