# SPDX-License-Identifier: GPL-2.0-or-later
"""orield's own life: start, stop, reload, restart."""
import os
import signal
import socket
import time

import pattern as drawn
from support import PATIENCE, children, alive, wait_for


def test_sigterm_ends_everything_in_two_seconds(make_daemon, pattern):
    daemon = make_daemon().configure(sessions=("one", "two")).start()
    pattern(daemon, "--size=320x240", "--fps=30").wait_frames(3)
    pids = [pid for found in children(daemon.process.pid).values() for pid in found]
    assert len(pids) >= 4
    with daemon.viewer() as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")
        begin = time.monotonic()
        assert daemon.stop() == 0
        assert time.monotonic() - begin < 2.0 * PATIENCE
    assert not any(alive(pid) for pid in pids)
    assert not daemon.socket().exists() and not (daemon.directory / "run/api.sock").exists()


def test_children_go_with_orield(daemon):
    pids = [pid for found in children(daemon.process.pid).values() for pid in found]
    daemon.process.kill()
    daemon.process.wait()
    wait_for(lambda: not any(alive(pid) for pid in pids), 10, "the end of the children")


def test_a_restart_keeps_the_vnc_port(make_daemon):
    daemon = make_daemon().configure(sessions=("one", "two")).start()
    daemon.api.post("/v1/sessions", {"name": "aaa", "listen": [
        {"kind": "local", "path": str(daemon.directory / "aaa.sock")}]})
    before = {name: daemon.vnc(name) for name in ("one", "two")}
    daemon.stop()
    # In another order, and with one more before them: the names keep their ports.
    text = daemon.config.read_text()
    head, one, two = text.partition("[session one]")[0], *[
        "[session " + part for part in text.split("[session ")[1:]]
    new = f"[session new]\nlisten = local {daemon.directory}/new.sock\n"
    daemon.config.write_text(head + new + two + one)
    daemon.start()
    assert {name: daemon.vnc(name) for name in ("one", "two")} == before


def test_a_second_orield_is_refused(daemon, make_daemon):
    second = make_daemon()
    second.config.write_text(daemon.config.read_text())
    second.start(ready=False)
    assert second.process.wait(30 * PATIENCE) != 0
    assert daemon.api.session("one")["state"] == "ready"


def test_a_socket_left_behind_is_replaced(make_daemon):
    daemon = make_daemon().configure()
    with socket.socket(socket.AF_UNIX) as old:
        old.bind(str(daemon.socket()))
        old.listen()
    daemon.start()


def test_reload(make_daemon, pattern):
    """Sessions that are new come, those that are gone go, the others do not notice."""
    daemon = make_daemon().configure(sessions=("one", "two")).start()
    guest = pattern(daemon, "--size=320x240", "--fps=30").wait_frames(3)
    pid = daemon.child("oriel-render", "one")
    text = daemon.config.read_text().partition("[session two]")[0]
    text += f"[session three]\nlisten = local {daemon.directory}/three.sock\n"
    text = text.replace("[gpu]", "api_mode = 0600\n[gpu]")
    daemon.config.write_text(text)
    os.kill(daemon.process.pid, signal.SIGHUP)

    def changed():
        names = {session["name"] for session in daemon.api.get("/v1/sessions")["sessions"]}
        return names == {"one", "three"}
    wait_for(changed, 30, "the sessions of the new configuration")
    wait_for(lambda: daemon.api.session("three")["state"] == "ready", 30, "the new session")
    assert daemon.child("oriel-render", "one") == pid
    before = guest.frames()
    guest.wait_frames(before + 10)
    daemon.wait_log("api_mode")  # cannot be reloaded, and it says so


def test_reload_of_a_faulty_configuration_changes_nothing(daemon):
    daemon.config.write_text(daemon.config.read_text() + "[gpu]\nbrand = any\n")
    os.kill(daemon.process.pid, signal.SIGHUP)
    daemon.wait_log(f"{daemon.config}:\\d+:.*brand")
    assert daemon.api.session("one")["state"] == "ready"


def test_a_reload_without_changes_says_so(daemon):
    os.kill(daemon.process.pid, signal.SIGHUP)
    daemon.wait_log("reloaded: nothing has changed")


def test_a_configured_session_waits_for_its_socket(make_daemon):
    """It is listed as failed with the reason; the others run; a reload tries it again."""
    daemon = make_daemon().configure(sessions=("one", "two"))
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(daemon.socket("two")))
        other.listen()
        daemon.start(ready=False)
        daemon.wait_log("two: failed")
        wait_for(lambda: daemon.api.session("one")["state"] == "ready", 30, "the other session")
        two = daemon.api.session("two")
        assert two["state"] == "failed" and "two.sock" in two["reason"], two
        os.kill(daemon.process.pid, signal.SIGHUP)
        daemon.wait_log("two has failed: it is tried again")
        assert daemon.api.session("two")["state"] == "failed"
    os.kill(daemon.process.pid, signal.SIGHUP)
    wait_for(lambda: daemon.api.session("two")["state"] == "ready", 30, "the session")
    # Away with it, while it is failed again.
    daemon.config.write_text(daemon.config.read_text().replace("two.sock", "no/two.sock"))
    os.kill(daemon.process.pid, signal.SIGHUP)
    wait_for(lambda: [each for each in daemon.api.get("/v1/sessions")["sessions"]
                      if each["name"] == "two" and each["state"] == "failed"], 30, "its failure")
    daemon.config.write_text(daemon.config.read_text().partition("[session two]")[0])
    os.kill(daemon.process.pid, signal.SIGHUP)
    wait_for(lambda: len(daemon.api.get("/v1/sessions")["sessions"]) == 1, 30, "its end")


def test_why_no_gpu_can_be_used(make_daemon):
    daemon = make_daemon().configure()
    daemon.config.write_text(daemon.config.read_text().replace(
        "order = software", "order = render-node:/dev/null"))
    daemon.start(ready=False)
    daemon.wait_log("one: failed")
    wait_for(lambda: "gpu_error" in daemon.api.get("/v1/host"), 30, "the probe's report")
    for gpu in (daemon.api.get("/v1/host")["gpu"], daemon.api.session("one")["gpu"]):
        assert gpu["renderer"] is None
        assert gpu["candidates"][0]["name"] == "/dev/null" and gpu["candidates"][0]["reason"]
    assert "(): " not in daemon.log() and "with  (" not in daemon.log()


def test_log_lines_name_their_session(daemon):
    daemon.wait_log(r"one: ")
    for line in daemon.log().splitlines():
        assert "password" not in line.lower() or "none" in line.lower() or "no " in line.lower(), line


def test_guest_is_refused_by_its_uid(make_daemon):
    """A listener with a list of uids closes the connection of anybody else."""
    daemon = make_daemon().configure()
    text = daemon.config.read_text().replace("mode=0666", f"mode=0666 uid={os.getuid() + 1}")
    daemon.config.write_text(text)
    daemon.start()
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(10 * PATIENCE)
        client.connect(str(daemon.socket()))
        try:
            assert client.recv(1) == b""
        except ConnectionResetError:
            pass
