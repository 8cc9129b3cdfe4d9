# SPDX-License-Identifier: MIT
"""Laying out generated C as a person would: at most 100 columns, tabs of 8."""

COLUMNS = 100
# Generated files are split by the first letter of the command, so that they compile side by side.
PARTS = {"a_c": "abc", "d_f": "def", "g": "g", "h_m": "hijklm", "n_p": "nop", "q_t": "qrst", "u": "u", "v_z": "vwxyz"}


def width(line):
    return len(line.expandtabs(8))


def call(indent, head, arguments, tail, between=", "):
    """`head(a, b, c)tail` on as many lines as it takes; head has its opening bracket, tail its closing one."""
    line, out = "\t" * indent + head, []
    for number, argument in enumerate(arguments):
        text = argument + (between.rstrip() if number + 1 < len(arguments) else tail)
        glue = "" if line.endswith(("(", "\t", " ")) else " "
        if width(line + glue + text) > COLUMNS and line.strip():
            out.append(line.rstrip())
            line, glue = "\t" * (indent + 1), ""
        line += glue + text
    if not arguments:
        line += tail
    return out + [line]


def initializer(indent, head, members):
    """`head{ .a = a, .b = b };`, one member per line when it is long."""
    line = "\t" * indent + head + "{ " + ", ".join(members) + " };"
    if width(line) <= COLUMNS:
        return [line]
    return ["\t" * indent + head + "{", *("\t" * (indent + 1) + m + "," for m in members), "\t" * indent + "};"]


def comment(text):
    """A prototype as a comment."""
    line = f"/* {text} */"
    if width(line) <= COLUMNS:
        return [line]
    lines, line = ["/*"], " *"
    for word in text.split():
        if width(f"{line} {word}") > COLUMNS:
            lines.append(line)
            line = " *        "
        line += " " + word
    return lines + [line, " */"]


def part_of(command):
    letter = command.name[0].lower()
    for part, letters in PARTS.items():
        if letter in letters:
            return part
    raise ValueError(command.name)


def by_part(commands):
    """{part: its commands, sorted by name}"""
    parts = {part: [] for part in PARTS}
    for command in sorted(commands, key=lambda c: c.name):
        parts[part_of(command)].append(command)
    return parts
