#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs one attack in a process of its own until its standard input ends, and says what it got.

    attacker.py NAME TARGET    TARGET: JSON with guest, api (paths), vnc ([address, port]), scale

Attacks are functions in the modules below, named after what they do. `scale` says how much of what has
an end of its own (one long compilation, a number of connections) is done: 1 in make check.
"""
import json
import os
import pathlib
import socket
import sys
import threading

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from sockets import connect_unix  # noqa: E402

ATTACKS = {}  # name: function(target)


def attack(function):
    """Enters a function into the table: guest_closes_early is "guest closes early"."""
    ATTACKS[function.__name__.replace("_", " ")] = function
    return function


class Target:
    """What is attacked, and what came of it."""

    def __init__(self, guest=None, api=None, vnc=None, scale=1):
        self.guest, self.api, self.vnc, self.scale = guest, api, vnc and tuple(vnc), scale
        self.done, self.turns = 0, 0
        self.got = {}  # what happened: how often
        self.ended = threading.Event()

    def over(self):
        return self.ended.is_set()

    def note(self, what):
        self.got[str(what)] = self.got.get(str(what), 0) + 1

    def rest(self, seconds):
        """Waits for that time or the end."""
        self.ended.wait(seconds)

    def repeat(self, turn):
        """Calls turn() until the end; how the other side ended it is noted. The first turn is whole."""
        while not self.over() or self.turns == 0:
            self.turns += 1
            try:
                turn()
            except (OSError, EOFError) as error:
                self.note(name_of(error))
                self.rest(0.001)

    def connect(self, timeout=5.0):
        """Another guest."""
        return connect_unix(self.guest, timeout)

    def view(self, timeout=5.0):
        """Another viewer, which has said nothing."""
        return socket.create_connection(self.vnc, timeout)


def name_of(error):
    if isinstance(error, TimeoutError):
        return "no answer"
    if isinstance(error, (ConnectionResetError, BrokenPipeError, ConnectionError, EOFError)):
        return "closed"
    return type(error).__name__ if error.errno is None else os.strerror(error.errno)


def main():
    import api_attacks  # noqa: F401
    import gl_attacks  # noqa: F401
    import guest_attacks  # noqa: F401
    import load_attacks  # noqa: F401
    import viewer_attacks  # noqa: F401
    target = Target(**json.loads(sys.argv[2]))

    def wait():
        sys.stdin.read()
        target.ended.set()
    threading.Thread(target=wait, daemon=True).start()
    print("ready", flush=True)
    ATTACKS[sys.argv[1]](target)
    print(json.dumps({"turns": target.turns, "done": target.done, "got": target.got}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    sys.modules["attacker"] = sys.modules["__main__"]
    main()
