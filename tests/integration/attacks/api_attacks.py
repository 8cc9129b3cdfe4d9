# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of the API that are rude. They may do all that the API can; what they must not do is stop it."""
import contextlib
import json
import os

from attacker import attack
from sockets import connect_unix


def connect(target):
    return connect_unix(target.api, 10)


def ask(target, method, path, body=b"", length=None):
    """The status and what came after the head."""
    with connect(target) as connection:
        head = (f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                f"Content-Length: {len(body) if length is None else length}\r\n\r\n")
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(head.encode() + body)
        data = b""
        with contextlib.suppress(ConnectionResetError):
            while more := connection.recv(65536):
                data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    return int(head.split()[1]) if head else 0, rest


@attack
def api_connections_that_leave(target):
    def turn():
        for _ in range(50):
            connect(target).close()
            target.done += 1
    target.repeat(turn)


@attack
def api_connections_that_stay(target):
    """As many as can be, saying nothing; the watched one must still be served in the end."""
    def turn():
        with contextlib.ExitStack() as stack:
            for _ in range(40):
                stack.enter_context(connect(target))
                target.done += 1
            target.rest(60)
    target.repeat(turn)


@attack
def api_slow_requests(target):
    """Forty that send a head byte by byte."""
    head = b"GET /v1/sessions HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 4000

    def turn():
        with contextlib.ExitStack() as stack:
            slow = [stack.enter_context(connect(target)) for _ in range(40)]
            for at in range(len(head)):
                for connection in slow:
                    connection.sendall(head[at:at + 1])
                target.done += 1
                target.rest(0.005)
                if target.over():
                    break
    target.repeat(turn)


@attack
def api_large_bodies(target):
    """Larger than is taken, deeper than is taken, and announced larger than they are."""
    bodies = [(b" " * (8 << 20), None), (b"[" * 500000, None), (b'{"a":' * 100000, None),
              (b"{}", (1 << 63) - 1), (os.urandom(1 << 20), None)]

    def turn():
        status, _ = ask(target, "POST", "/v1/sessions", *bodies[target.turns % len(bodies)])
        target.note(status)
        target.done += 1
    target.repeat(turn)


@attack
def api_requests_without_end(target):
    """Pipelined, and no answer is read."""
    data = b"GET /v1/sessions HTTP/1.1\r\nHost: x\r\n\r\n" * 1000

    def turn():
        with connect(target) as connection:
            connection.settimeout(0.5)
            while not target.over():
                connection.sendall(data)
                target.done += 1000
    target.repeat(turn)


@attack
def api_sessions_that_come_and_go(target):
    """Five at most at the same time: each is two processes."""
    names = [f"passing-{number}" for number in range(3)]

    def turn():
        for name in names:
            body = {"name": name, "listen": [{"kind": "local", "path": f"{os.path.dirname(target.guest)}/{name}.sock"}]}
            status, _ = ask(target, "POST", "/v1/sessions", json.dumps(body).encode())
            target.note(f"POST {status}")
        for name in names:
            status, _ = ask(target, "DELETE", f"/v1/sessions/{name}")
            target.note(f"DELETE {status}")
            target.done += 1
    target.repeat(turn)


@attack
def api_screenshots(target):
    """Thirty that wait for a picture, and their like after them."""
    def turn():
        with contextlib.ExitStack() as stack:
            for _ in range(30):
                connection = stack.enter_context(connect(target))
                connection.sendall(b"GET /v1/sessions/one/displays/0/screenshot HTTP/1.1\r\nHost: x\r\n\r\n")
                target.done += 1
            target.rest(0.05)
    target.repeat(turn)
