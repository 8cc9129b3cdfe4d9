#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes everything that forwards OpenGL out of the Khronos registry and two files of ours.

    gl_gen.py --out DIR [--core 4.6] [--extensions all|NAME,NAME] [--registry gl.xml]
    gl_gen.py --append-opcodes
    gl_gen.py --coverage

gl_overrides.json decides what the registry leaves open; gl_opcodes.txt gives each command its number for
good. It ends with a message that names command and parameter when something is undecided or has changed.
"""
import argparse
import pathlib
import sys

import gl_counts
import gl_coverage
import gl_decode
import gl_encode
import gl_entry
import gl_exports
import gl_model
import gl_opcodes
import gl_roundtrip
import gl_text
import gl_trace
import gl_wire
from gl_lengths import LengthError
from gl_registry import REGISTRY, RegistryError

PROTO = pathlib.Path(__file__).resolve().parents[1]


def outputs(model, table, core, extensions):
    """{file name: text} of all generated files."""
    commands = sorted((c for c in model.commands.values() if c.on_wire), key=lambda c: c.name)
    files = {
        "gl_types.h": gl_wire.types_header(),
        "gl_enums.h": gl_wire.enums_header(model),
        "gl_wire.h": gl_wire.wire_header(commands, table.digest()),
        "gl_counts.h": gl_counts.header(),
        "gl_counts.c": gl_counts.source(model),
        "gl_encode.h": gl_encode.header(commands),
        "gl_functions.h": gl_decode.functions_header(commands),
        "gl_functions.c": gl_decode.functions_source(commands),
        "gl_decode.h": gl_decode.header(commands),
        "gl_decode.c": gl_decode.table_source(commands),
        "gl_shadow.h": gl_entry.shadow_header(model),
        "gl_entry.h": gl_entry.header(model),
        "gl_entry_table.c": gl_entry.table(model),
        "gl_offered.c": gl_entry.offered_source(model),
        "gl_trace_table.c": gl_trace.source(model, commands),
        "gl_trace_enums.c": gl_trace.enums_source(model, commands),
        "gl_trace_groups.h": gl_trace.groups_header(model, commands),
        "gl_names.h": gl_exports.names_header(model),
        "gl_names.c": gl_exports.names_source(model),
        "gl_exports.map": gl_exports.version_script(model, core, extensions),
        "gl_exports.def": gl_exports.def_file(model, core, extensions),
        "gl_roundtrip.h": gl_roundtrip.header(commands),
    }
    for part, members in gl_text.by_part(model.commands.values()).items():
        files[f"gl_entry_{part}.c"] = gl_entry.source(members)
    for part, members in gl_text.by_part(commands).items():
        files[f"gl_wire_{part}.h"] = gl_wire.structs_header(members, part)
        files[f"gl_encode_{part}.c"] = gl_encode.source(members, part)
        files[f"gl_decode_{part}.c"] = gl_decode.source(members, part)
        files[f"gl_roundtrip_{part}.c"] = gl_roundtrip.source(members, part)
    return files


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--out", type=pathlib.Path, help="directory for the C files")
    parser.add_argument("--core", default="4.6", help="highest version that is exported")
    parser.add_argument("--extensions", default="all", help="exported extensions: all that are not refused, or names")
    parser.add_argument("--registry", default=REGISTRY)
    parser.add_argument("--overrides", type=pathlib.Path, default=PROTO / "gl_overrides.json")
    parser.add_argument("--opcodes", type=pathlib.Path, default=PROTO / "gl_opcodes.txt")
    parser.add_argument("--append-opcodes", action="store_true", help="give numbers to new commands")
    parser.add_argument("--coverage", action="store_true", help="print what becomes of each version's commands")
    return parser.parse_args()


def update(path, text):
    """Writes a file unless it says just that: what is made from it need not be made again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main():
    args = arguments()
    try:
        model = gl_model.load(args.overrides, args.registry)
        table = gl_opcodes.Table(args.opcodes)
        if args.append_opcodes:
            print(f"{table.append(model)} new opcodes, {len(table.rows)} in all")
        table.assign(model)
        if args.coverage:
            print(gl_coverage.report(model))
        if args.out:
            args.out.mkdir(parents=True, exist_ok=True)
            for name, text in outputs(model, table, args.core, args.extensions).items():
                update(args.out / name, text)
    except (gl_model.ModelError, gl_opcodes.OpcodeError, LengthError, RegistryError, ValueError) as error:
        sys.exit(f"gl_gen.py: {error}")


if __name__ == "__main__":
    main()
