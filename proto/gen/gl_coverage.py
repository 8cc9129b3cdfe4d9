# SPDX-License-Identifier: MIT
"""What becomes of the commands of each version and of each extension, as a table for people."""

COLUMNS = ("generated", "manual", "local", "refused")


def row(title, commands):
    counts = [sum(c.treatment == t for c in commands) for t in COLUMNS]
    return f"{title:44} {len(commands):8} " + " ".join(f"{n:9}" for n in counts)


def refused_lines(commands):
    """Reasons with the commands that they are given for."""
    reasons = {}
    for command in commands:
        if command.treatment == "refused":
            reasons.setdefault(command.why, []).append(command.full_name)
    return [f"    {why}: {', '.join(sorted(names))}" for why, names in sorted(reasons.items())]


def report(model):
    head = f"{'':44} {'commands':>8} " + " ".join(f"{t:>9}" for t in COLUMNS)
    lines, seen, everything = [head], set(), []
    for number, names, _ in model.registry.versions:
        commands = [model.aliases[n] for n in names if n not in seen]
        seen.update(names)
        everything += commands
        lines.append(row(f"OpenGL {number}", commands))
    lines += [row("OpenGL 1.0 to 4.6", everything), ""]
    exposed, refused = [], []
    for name, names in sorted(model.extensions.items()):
        commands = [model.aliases[n] for n in names]
        everything += commands
        if not commands:
            continue
        if name in model.refused_extensions:
            refused.append(f"    {name}: {model.refused_extensions[name]} ({len(commands)})")
        else:
            exposed.append(row(name, commands))
    unique = list(dict.fromkeys(everything))
    lines += [*exposed, "", row("all commands, each once", unique), "", "extensions that are refused:", *refused, "",
              "commands of exposed versions and extensions that are refused:"]
    shown = [c for c in unique if any(s not in model.refused_extensions for s in model.offered_by(c))]
    lines += refused_lines(shown)
    lines += ["", "manual:"] + [f"    {c.full_name} ({c.side}): {c.why}" for c in unique if c.treatment == "manual"]
    lines += ["", "undecided: none"]
    return "\n".join(lines)
