# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON API and orielctl, as a script uses them."""
import json
import socket
import subprocess

import numpy
import pytest

import pattern as drawn
from support import BUILD, PATIENCE, Problem, wait_for
from test_pictures import decode


def listen(daemon, name):
    return [{"kind": "local", "path": str(daemon.directory / f"{name}.sock"), "mode": "0666"}]


def test_what_it_says_of_itself(daemon):
    assert daemon.api.get("/v1")["version"]
    # The probe of the GPU is a process that ends by itself after the start.
    gpu = wait_for(lambda: daemon.api.get("/v1/host")["gpu"], 30, "the GPU's report")
    assert gpu["renderer"] and any(each["taken"] for each in gpu["candidates"])
    assert all(each["reason"] for each in gpu["candidates"])


def test_a_session_as_it_is_shown(daemon, pattern):
    pattern(daemon, "--size=320x240", "--fps=20").wait_frames(5)
    with daemon.viewer() as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")
        wait_for(lambda: daemon.api.session("one")["streams"][0]["frames"] > 0, 10, "the counters")
        session = daemon.api.session("one")
        assert session["state"] == "ready" and session["since"]
        stream, display = session["streams"][0], session["displays"][0]
        assert stream["program"] == "pattern" and stream["protocol"] == "vtest-2"
        assert session["vtest_version"] == 2
        assert (display["width"], display["height"]) == (320, 240)
        assert display["surface"]["stream"] == stream["id"]
        assert display["vnc"]["address"] == "127.0.0.1"
        wait_for(lambda: 10 < daemon.api.session("one")["streams"][0]["fps"] < 30, 10, "the rate")
        wait_for(lambda: daemon.api.session("one")["memory"]["render"] > 0, 10, "the memory")
        viewers = daemon.api.get("/v1/sessions/one/viewers")["viewers"]
        assert len(viewers) == 1 and viewers[0]["ready"]
        daemon.api.delete(f"/v1/sessions/one/viewers/{viewers[0]['id']}")
        with pytest.raises(Exception, match="closed|broke"):
            for _ in range(1000):
                viewer.update(timeout=1.0)
    wait_for(lambda: not daemon.api.get("/v1/sessions/one/viewers")["viewers"], 10, "no viewer")
    wait_for(lambda: daemon.api.session("one")["streams"], 1, "the guest")


def test_the_version_of_vtest_is_the_sessions(daemon, pattern):
    daemon.api.post("/v1/sessions", {"name": "old", "listen": listen(daemon, "old"), "vtest_version": 0})
    wait_for(lambda: daemon.api.session("old")["state"] == "ready", 30, "the session")
    pattern(daemon, "--size=320x240", "--hold", "--frames=2", session="old").wait_frames(2)
    shown = daemon.api.session("old")
    assert shown["vtest_version"] == 0 and shown["streams"][0]["protocol"] == "vtest-0"


def test_create_and_delete(daemon, pattern):
    made = daemon.api.post("/v1/sessions", {"name": "new", "listen": listen(daemon, "new")})
    assert made["name"] == "new"
    wait_for(lambda: daemon.api.session("new")["state"] == "ready", 30, "the session")
    guest = pattern(daemon, "--size=320x240", "--fps=20", session="new").wait_frames(3)
    with daemon.viewer("new") as viewer:
        viewer.until(lambda got: drawn.is_frame(got, 320, 240), 30 * PATIENCE, "a frame")
        daemon.api.delete("/v1/sessions/new")
        with pytest.raises(Exception, match="closed|broke"):
            for _ in range(1000):
                viewer.update(timeout=1.0)

    def gone():
        try:
            return daemon.api.session("new")["state"] == "ready" and None
        except Problem as problem:
            return problem.status == 404
    wait_for(gone, 10, "the end of the session")
    wait_for(lambda: not daemon.socket("new").exists(), 10, "the end of its socket")
    wait_for(lambda: guest.process.poll() is not None, 30, "the end of its guest")
    assert [each["name"] for each in daemon.api.get("/v1/sessions")["sessions"]] == ["one"]


def refused(daemon, body, status, pointer=None):
    with pytest.raises(Problem) as caught:
        daemon.api.post("/v1/sessions", body)
    problem = caught.value.document
    assert caught.value.status == problem["status"] == status, problem
    assert problem["title"] and problem["detail"]
    if pointer is not None:
        assert problem.get("pointer", "") == pointer, problem


def test_bad_requests_are_refused_with_their_place(daemon):
    good = listen(daemon, "x")
    refused(daemon, b"{", 400)
    refused(daemon, b"[]", 400)
    refused(daemon, {"name": "x", "listen": good, "colour": 1}, 400, "/colour")
    refused(daemon, {"name": 1, "listen": good}, 400, "/name")
    refused(daemon, {"name": "../x", "listen": good}, 400, "/name")
    refused(daemon, {"name": "x", "listen": [{"kind": "pipe", "path": "/x"}]}, 400, "/listen/0/kind")
    refused(daemon, {"name": "x", "listen": [{"kind": "vm", "path": "x"}]}, 400, "/listen/0/path")
    refused(daemon, {"name": "x", "listen": good, "vnc": {"port": "5900"}}, 400, "/vnc/port")
    refused(daemon, {"name": "x", "listen": good, "vnc": {"port": 70000}}, 400, "/vnc/port")
    refused(daemon, {"name": "x", "listen": good, "vnc": {"address": "0.0.0.0"}}, 400)
    refused(daemon, {"name": "one", "listen": good}, 409, "/name")
    refused(daemon, {"name": "x", "listen": listen(daemon, "one")}, 409)
    refused(daemon, b'{"name": "' + b"x" * 1000000 + b'"}', 413)
    assert len(daemon.api.get("/v1/sessions")["sessions"]) == 1


def test_a_body_of_another_kind(daemon):
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        with pytest.raises(Problem) as caught:
            daemon.api.post("/v1/sessions", b"{}", kind=kind)
        assert caught.value.status == 415


@pytest.mark.parametrize("method,target,status", [
    ("GET", "/", 404), ("GET", "/v2", 404), ("GET", "/v1/sessions/none", 404),
    ("PUT", "/v1", 405), ("DELETE", "/v1/sessions", 405),
    ("GET", "/v1/sessions/one/displays/7/screenshot", 404),
    ("GET", "/v1/sessions/one/displays/x/screenshot", 404),
    ("GET", "/v1/sessions/one/displays/0/screenshot?wait=never", 400),
    ("GET", "/v1/sessions/one/displays/0/screenshot?timeout=soon", 400),
    ("DELETE", "/v1/sessions/one", 409), ("DELETE", "/v1/sessions/one/viewers/99", 404)])
def test_bad_targets(daemon, method, target, status):
    with pytest.raises(Problem) as caught:
        daemon.api.call(method, target)
    assert caught.value.status == status, caught.value.document


def test_half_a_request_does_not_hold_up_others(daemon):
    stuck = []
    for data in (b"", b"G", b"GET /v1 HT", b"POST /v1/sessions HTTP/1.1\r\nContent-Length: 99\r\n\r\n{"):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(daemon.api.path))
        connection.sendall(data)
        stuck.append(connection)
    assert daemon.api.get("/v1", timeout=5 * PATIENCE)["version"]
    for connection in stuck:
        connection.close()


def test_screenshot_of_nothing(daemon):
    """Before any frame a screenshot is refused or shows the empty display; waiting for one times out."""
    with pytest.raises(Problem) as caught:
        daemon.api.screenshot("one", query="?wait=frame&timeout=300")
    assert caught.value.status == 504


def orielctl(daemon, *arguments):
    return subprocess.run([BUILD / "orielctl", "--socket", str(daemon.api.path), *arguments],
                          capture_output=True, timeout=60 * PATIENCE, check=False)


def test_orielctl(daemon, pattern, tmp_path):
    pattern(daemon, "--size=320x240", "--frames=3", "--hold").wait_frames(3)
    path = daemon.directory / "ctl.sock"
    assert orielctl(daemon, "create", "made", "--listen", f"local:{path}").returncode == 0
    assert path.exists()
    table = orielctl(daemon, "list")
    assert table.returncode == 0 and b"one" in table.stdout and b"made" in table.stdout
    names = [each["name"] for each in json.loads(orielctl(daemon, "--json", "list").stdout)["sessions"]]
    assert names == ["one", "made"]
    shown = json.loads(orielctl(daemon, "--json", "show", "one").stdout)
    assert shown["displays"][0]["width"] == 320
    assert b"320" in orielctl(daemon, "show", "one").stdout
    assert orielctl(daemon, "set-limits", "one", "resource_bytes=2G", "clients=8").returncode == 0
    assert orielctl(daemon, "set-limits", "one", "clients=0").returncode == 2
    assert orielctl(daemon, "set-limits", "one", "nothing=1").returncode == 2
    limits = daemon.api.session("one")["limits"]
    assert limits["resource_bytes"]["limit"] == 2 << 30 and limits["clients"] == {"limit": 8, "used": 1, "refused": 0}
    rows = {row[0]: row for row in map(bytes.split, orielctl(daemon, "limits", "one").stdout.splitlines())}
    assert rows[b"resource_bytes"][1] == b"2G" and rows[b"clients"][1:4] == [b"8", b"1", b"0"]
    assert orielctl(daemon, "set-limits", "one", "clients=default").returncode == 0
    assert daemon.api.session("one")["limits"]["clients"]["limit"] == 64
    picture = tmp_path / "picture.png"
    assert orielctl(daemon, "screenshot", "one", "-o", str(picture)).returncode == 0
    assert numpy.array_equal(decode(picture.read_bytes()), drawn.picture(320, 240, 3))
    assert orielctl(daemon, "delete", "made").returncode == 0
    # The name is free at once.
    daemon.api.post("/v1/sessions", {"name": "made", "listen": [
        {"kind": "local", "path": str(daemon.directory / "made.sock")}]})
    daemon.api.delete("/v1/sessions/made")
    assert not path.exists()
    bad = orielctl(daemon, "show", "none")
    assert bad.returncode != 0 and b"none" in bad.stderr
    assert orielctl(daemon, "dance").returncode != 0
