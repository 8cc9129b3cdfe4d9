# SPDX-License-Identifier: GPL-2.0-or-later
"""Viewers' versions, passwords and number."""
import contextlib
import socket

import pytest

import pattern as drawn
import rfb
from support import PATIENCE, wait_for


@pytest.mark.parametrize("minor", [3, 7, 8])
def test_rfb_versions(daemon, pattern, minor):
    pattern(daemon, "--size=320x240", "--frames=2", "--hold").wait_frames(2)
    with daemon.viewer(minor=minor) as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")


def test_password(make_daemon, pattern):
    daemon = make_daemon().configure(sessions=("one", "two"), passwords={"one": "guess me"}).start()
    pattern(daemon, "--size=320x240", "--frames=2", "--hold").wait_frames(2)
    for minor in (3, 7, 8):
        with daemon.viewer(password="guess me", minor=minor) as viewer:
            assert viewer.security == 2
            viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")
        for wrong in ("guess", "guess mE", ""):
            with pytest.raises(rfb.RFBError, match="refused|closed|broke"):
                daemon.viewer(password=wrong, minor=minor)
    with daemon.viewer("two") as viewer:  # none is asked on loopback, which the log says
        assert viewer.security == 1
    daemon.wait_log(r"two: .*password")
    assert "guess me" not in daemon.log()
    assert "guess me" not in str(daemon.api.session("one"))


def test_a_display_that_showed_nothing(daemon):
    with daemon.viewer() as viewer:
        viewer.until(lambda got: got.any(), 30 * PATIENCE, "grey")
        assert viewer.picture.shape == (768, 1024, 3)
        assert (viewer.picture == viewer.picture[0, 0]).all()


def test_many_viewers(daemon, pattern):
    pattern(daemon, "--size=320x240", "--fps=20").wait_frames(2)
    viewers = [daemon.viewer(encodings=[encoding]) for encoding in (rfb.RAW, rfb.ZRLE, rfb.TIGHT) * 4]
    for _ in range(3):
        for viewer in viewers:
            viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")
            assert viewer.update(timeout=30 * PATIENCE)
    for viewer in viewers:
        viewer.close()


def test_the_limit_of_viewers(make_daemon, pattern):
    daemon = make_daemon().configure(limits="viewers = 2").start()
    pattern(daemon, "--size=320x240", "--fps=20").wait_frames(2)
    first, second = daemon.viewer(), daemon.viewer()
    with pytest.raises((rfb.RFBError, OSError)):
        daemon.viewer().update()
    first.close()

    def third():
        try:
            with daemon.viewer() as viewer:
                return viewer.update(timeout=10 * PATIENCE)
        except (rfb.RFBError, OSError):
            return False
    wait_for(third, 30, "room for another viewer", every=0.2)
    assert second.update(timeout=30 * PATIENCE)
    second.close()


def test_as_many_viewers_as_can_be(make_daemon):
    """Connections before authentication come on top of them; they are no fault of the view process."""
    daemon = make_daemon().configure(limits="viewers = 256").start()
    address, view = daemon.vnc(), daemon.child("oriel-view")
    with contextlib.ExitStack() as stack:
        def connect(said):
            connection = stack.enter_context(socket.create_connection(address))
            connection.sendall(said)
            return connection

        def reported():
            return len(daemon.api.get("/v1/sessions/one/viewers")["viewers"])
        for _ in range(256):
            viewer = connect(b"RFB 003.008\n\1\1")
            while len(viewer.recv(4096)) < 24:  # the last that comes is the server's picture
                pass
        for _ in range(8):
            connect(b"RFB")
        wait_for(lambda: reported() >= 264, 10, "all connections")
        assert daemon.child("oriel-view") == view
