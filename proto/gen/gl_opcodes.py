# SPDX-License-Identifier: MIT
"""The table of opcodes, proto/gl_opcodes.txt: append-only, a number and a signature's hash for each command."""
import hashlib

# Those below are for the channel's messages that are no commands of OpenGL.
FIRST = 0x200
LAST = 0xffff
HEAD = """\
# Opcodes of forwarded OpenGL commands: number, command, hash of its signature as the model decided it.
# Append-only: gl_gen.py --append-opcodes adds what is new. A line is never changed or taken away, for
# guests in use speak by it.
"""


class OpcodeError(Exception):
    pass


def signature_hash(command):
    return hashlib.sha256(command.signature().encode()).hexdigest()[:16]


class Table:
    """rows: {name: (number, hash)} in the order of their numbers."""

    def __init__(self, path):
        self.path, self.rows = path, {}
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for line in text.splitlines():
            if line and not line.startswith("#"):
                self._add_line(line)

    def _add_line(self, line):
        words = line.split()
        if len(words) != 3 or not words[0].isdigit() or words[1] in self.rows:
            raise OpcodeError(f"{self.path}: cannot read {line!r}")
        number = int(words[0])
        if number != self._next():
            raise OpcodeError(f"{self.path}: {words[1]} has the number {number}, {self._next()} was to follow")
        self.rows[words[1]] = (number, words[2])

    def _next(self):
        return FIRST + len(self.rows)

    def append(self, model):
        """Gives numbers to the commands that have none; returns how many those were."""
        new = [c for c in model.commands.values() if c.on_wire and c.name not in self.rows]
        for command in new:
            if self._next() > LAST:
                raise OpcodeError("there are no opcodes left")
            self.rows[command.name] = (self._next(), signature_hash(command))
        if new:
            lines = [f"{number} {name} {digest}\n" for name, (number, digest) in self.rows.items()]
            self.path.write_text(HEAD + "".join(lines), encoding="utf-8")
        return len(new)

    def assign(self, model):
        """Sets each command's opcode. Raises for one without a number and one whose signature changed."""
        for command in model.commands.values():
            if not command.on_wire:
                continue
            if command.name not in self.rows:
                raise OpcodeError(f"gl{command.name} has no opcode: run gl_gen.py --append-opcodes")
            number, digest = self.rows[command.name]
            if digest != signature_hash(command):
                raise OpcodeError(f"gl{command.name}: its signature changed, but opcode {number} stands for the "
                                  f"former one ({digest}, now {signature_hash(command)})")
            command.opcode = number

    def digest(self):
        """A number for the whole table, which both ends compare."""
        text = "".join(f"{number} {name} {digest}\n" for name, (number, digest) in self.rows.items())
        return int(hashlib.sha256(text.encode()).hexdigest()[:16], 16)
