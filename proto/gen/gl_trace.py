# SPDX-License-Identifier: MIT
"""Tables for printing messages: the fields of each command and the names of enums (proto/gl/gl_trace.h)."""
from gl_model import SCALARS
from gl_wire import derived_names, fields, opcode_name

TYPES = {"GLboolean": "BOOL", "GLbitfield": "BITS", "GLenum": "ENUM"}
WIRE_TYPES = {"uint32_t": "U32", "int32_t": "I32", "float": "F32", "double": "F64", "uint8_t": "U8", "int8_t": "I8",
              "char": "U8", "int16_t": "I16", "uint16_t": "U16", "int64_t": "I64", "uint64_t": "U64"}
# Values below belong to many enums; they are named by the parameter's group alone.
SMALL = 0x100


def trace_type(param):
    if param.kind == "offsets" or param.kind == "sync":
        return "U64"
    element = param.element
    return TYPES.get(element) or WIRE_TYPES[SCALARS.get(element, (1, "uint8_t"))[1]]


FORMS = {"scalar": "VALUE", "sync": "VALUE", "offset": "VALUE", "source": "SOURCE", "sink": "SINK", "string": "TEXT",
         "strings": "STRINGS", "made": "ARRAY", "offsets": "ARRAY", "in": "ARRAY"}


def row(command, groups):
    """The fields of one command as initializers."""
    members, _ = fields(command)
    places = {f.name: f.offset for f in members}
    out, derived = [], derived_names(command)
    for param in command.params:
        if param.kind in ("out", "unsent") or param.name in derived:
            continue
        form = "FIXED" if param.is_fixed() else FORMS[param.kind]
        kind = "U64" if param.kind == "offset" else trace_type(param)
        place = places.get(param.name, places.get(f"{param.name}_bytes"))
        group = param.raw.group if kind in ("ENUM", "BITS") else None
        pointer = f"&gl_trace_{group}" if group in groups else "NULL"
        elements = param.count.constant() if param.is_fixed() else 0
        out.append(f'\t{{ "{param.name}", GL_TRACE_{form}, GL_TRACE_{kind}, {place}, '
                   f"{places.get(param.name + '_offset', 0)}, {elements}, {pointer} }},")
    for name, kind in (("made_name", "U32"), ("made_sync", "U64")):
        if name in places:
            out.append(f'\t{{ "{name}", GL_TRACE_VALUE, GL_TRACE_{kind}, {places[name]}, 0, 0, NULL }},')
    return out


def plain(enums):
    """One name for each value, sorted: without a vendor's suffix where there is the choice."""
    best = {}
    for enum in enums:
        suffixed = enum.name.rsplit("_", 1)[-1] in ("ARB", "EXT", "KHR", "NV", "OES", "ATI", "AMD", "APPLE", "SGIX",
                                                    "SGIS", "SGI", "INTEL", "QCOM", "IMG", "MESA", "ANGLE", "IBM")
        key = (suffixed, len(enum.name), enum.name)
        if enum.value <= 0xffffffff and (enum.value not in best or key < best[enum.value][0]):
            best[enum.value] = (key, enum.name)
    return [(value, name) for value, (_, name) in sorted(best.items())]


def group_lines(name, rows):
    lines = [f"static const struct gl_trace_enum {name}_enums[] = {{"]
    lines += [f'\t{{ 0x{value:x}, "{text}" }},' for value, text in rows]
    return lines + ["};", "", f"const struct gl_trace_group gl_trace_{name} = {{ {name}_enums, {len(rows)} }};", ""]


def used_groups(model, commands):
    """The groups of small numbers or bits; those of large numbers alone are served by the table of all enums."""
    known = model.registry.groups
    used = {p.raw.group for c in commands for p in c.params if p.raw.group}
    return sorted(g for g in used if g in known and any(e.value < SMALL or e.bitmask for e in known[g]))


def enums_source(model, commands):
    """gl_trace_enums.c: the names of enums."""
    rows = plain(e for e in model.registry.enums.values() if not e.bitmask and e.value >= SMALL)
    lines = ["/* Made by gl_gen.py from the registry: names of enums. */", '#include "gl_trace_groups.h"', "",
             *group_lines("enums", rows)]
    for name in used_groups(model, commands):
        lines += group_lines(name, plain(model.registry.groups[name]))
    return "\n".join(lines)


def groups_header(model, commands):
    """gl_trace_groups.h: the enums of one group each."""
    lines = ["/* Made by gl_gen.py from the registry. */", "#ifndef GL_TRACE_GROUPS_H", "#define GL_TRACE_GROUPS_H", "",
             '#include "gl_trace.h"', ""]
    lines += [f"extern const struct gl_trace_group gl_trace_{name};" for name in used_groups(model, commands)]
    return "\n".join(lines + ["", "#endif", ""])


def source(model, commands):
    groups = used_groups(model, commands)
    rows = {c: row(c, groups) for c in commands}
    lines = ["/* Made by gl_gen.py: the fields of messages, for printing them. */",
             '#include "gl_trace_groups.h"', "", '#include "gl_wire.h"', ""]
    for command in commands:
        if rows[command]:
            lines += [f"static const struct gl_trace_field fields_{command.name}[] = {{", *rows[command], "};", ""]
    lines.append("static const struct gl_trace_row rows[GL_OP_LAST - GL_OP_FIRST + 1] = {")
    for command in commands:
        members, size = fields(command)
        size += -size % 8
        pointer = f"fields_{command.name}" if rows[command] else "NULL"
        lines.append(f'\t[{opcode_name(command)} - GL_OP_FIRST] = {{ "gl{command.name}", {pointer}, '
                     f"{len(rows[command])}, {size} }},")
    lines += ["};", "", "const struct gl_trace_row *gl_trace_find(uint16_t opcode)", "{",
              "\tif (opcode < GL_OP_FIRST || opcode > GL_OP_LAST || !rows[opcode - GL_OP_FIRST].name)",
              "\t\treturn NULL;", "\treturn &rows[opcode - GL_OP_FIRST];", "}", ""]
    return "\n".join(lines)
