# SPDX-License-Identifier: MIT
"""The guest's encoder: one function for each command that writes its message, and waits where it must."""
import gl_text
from gl_model import SCALARS
from gl_wire import binding_name, derived_names, fields, opcode_name, variable_params

WIDE = ("GLintptr", "GLsizeiptr")


def arguments(command):
    """The C parameters: OpenGL's own, but that names for what is made are the caller's choice."""
    lengths = {p.lengths for p in command.params}
    out = ["struct gl_encoder *enc"]
    for param in command.params:
        if param.kind == "unsent" and param.name not in lengths:
            continue
        text = param.raw.declaration
        out.append("const " + text if param.kind == "made" else text)
    if command.return_kind == "made":
        out.append("GLuint made_name")
    if command.return_kind == "made sync":
        out.append("uint64_t made_sync")
    return out


def prototype(command):
    returns = command.raw.returns if command.returns_value else "void"
    return gl_text.call(0, f"{returns} gl_encode_{command.name}(", arguments(command), ")")


def local_lengths(param):
    """Declarations of what is known of an array or image before the message begins."""
    name, out = param.name, []
    if param.image:
        dims = [d for d in param.image.dims] + ["1"] * (3 - len(param.image.dims))
        if not param.image.host:
            members = [f".format = {param.image.format}", f".type = {param.image.type}"]
            members += [f".{m} = {d}" for m, d in zip(("width", "height", "depth"), dims)]
            members += [".layers = true"] if len(param.image.dims) == 3 else []
            out += gl_text.initializer(1, f"const struct gl_image {name}_image = ", members)
    if param.kind == "sink":
        return out + [f"\tconst bool bound = gl_encoder_bound(enc, {binding_name(param.binding)});"]
    if param.kind == "string":
        length = param.length_of or "-1"
        text = f"gl_text_bytes({name}, {length}, {'true' if param.zero else 'false'})"
    elif param.kind == "strings":
        text = f"gl_strings_bytes({param.count.tree[1]}, {name}, {param.lengths or 'NULL'})"
    elif param.image:
        text = f"gl_image_bytes(&{name}_image)"
    else:
        text = param.count.code(lambda n: n, param.element_size)
    if param.null and param.kind != "string":
        text = f"{name} ? {text} : GL_LENGTH_NULL"
    if param.kind in ("source", "offsets"):
        bound = f"gl_encoder_bound(enc, {binding_name(param.binding)})"
        if param.kind == "source":
            line = f"\tconst uint64_t {name}_bytes = {bound} ? GL_LENGTH_OFFSET : {text};"
            if gl_text.width(line) <= gl_text.COLUMNS:
                return out + [line]
            return out + [f"\tconst uint64_t {name}_bytes = {bound}", "\t\t? GL_LENGTH_OFFSET", f"\t\t: {text};"]
    return out + gl_text.call(1, f"const uint64_t {name}_bytes = ", [text], ";")


def member(command, param):
    """The initializers of a parameter's fixed fields."""
    name, kind = param.name, param.kind
    if kind in ("out", "unsent") or name in derived_names(command) or param.is_fixed():
        return []
    if kind == "scalar":
        return [f".{name} = {name}"]
    if kind == "sync":
        return [f".{name} = (uintptr_t){name}"]
    if kind == "offset":
        return [f".{name} = (uintptr_t){name}" if param.raw.is_pointer else f".{name} = (uint64_t){name}"]
    if kind == "sink":
        return [f".{name}_bytes = bound ? GL_WIRE_OFFSET : 0", f".{name}_offset = bound ? (uintptr_t){name} : 0"]
    out = [f".{name}_bytes = gl_wire_length({name}_bytes)"]
    if kind == "source":
        out.append(f".{name}_offset = {name}_bytes == GL_LENGTH_OFFSET ? (uintptr_t){name} : 0")
    return out


def write_array(param):
    """The statement that appends a parameter's data."""
    name = param.name
    if param.kind == "string":
        return [f"\tgl_encoder_text(enc, {name}, {name}_bytes);"]
    if param.kind == "strings":
        return [f"\tgl_encoder_strings(enc, {param.count.tree[1]}, {name}, {param.lengths or 'NULL'});"]
    if param.kind == "offsets":
        return [f"\tgl_encoder_offsets(enc, {name}, {name}_bytes);"]
    if param.image:
        return [f"\tgl_encoder_image(enc, &{name}_image, {name}, {name}_bytes);"]
    if param.element in WIDE:
        return [f"\tgl_encoder_sizes(enc, {name}, {name}_bytes);"]
    return [f"\tgl_encoder_array(enc, {name}, {name}_bytes);"]


def capacity(param):
    """C: how many bytes the program's array has."""
    size = param.element_size
    if not param.count:
        return "GL_PAYLOAD_MAX"
    text = param.count.code(lambda n: n)
    if param.count.uses("pname"):
        return f"gl_capacity({text}, {size})"
    return param.count.code(lambda n: n, size)


def read_reply(command):
    """The statements that take the reply's arrays."""
    out = []
    for param in command.params:
        if param.kind == "out" or (param.kind == "sink" and not param.image):
            out += gl_text.call(2, "gl_reply_array(", ["&reply", param.name, capacity(param)], ");")
        elif param.kind == "sink":
            name = f"{param.name}_image"
            if param.image.host:
                members = [f".format = {param.image.format}", f".type = {param.image.type}", ".width = reply.dims[0]",
                           ".height = reply.dims[1]", ".depth = reply.dims[2]", ".layers = reply.dims[2] > 1"]
                out += gl_text.initializer(2, f"const struct gl_image {name} = ", members) + [""]
            sized = any(p.name == "bufSize" for p in command.params)
            room = "gl_natural(bufSize)" if sized else "UINT64_MAX"
            out += gl_text.call(2, "gl_reply_image(", ["&reply", "enc", f"&{name}", param.name, room], ");")
    return out


def finish(command):
    """What follows when a command is synchronous."""
    if not command.synchronous:
        return []
    call = f"gl_encoder_call(enc, {opcode_name(command)}, &reply)"
    reads, out = read_reply(command), [""]
    if any(p.kind == "sink" for p in command.params):
        out = ["\tif (bound) {", "\t\tgl_encoder_no_reply(wire);", "\t\treturn;", "\t}"]
    if not reads:
        out = out[:-1] if out == [""] else out
        out.append(f"\t{call};")
    elif len(reads) == 1:
        out += [f"\tif ({call})", *reads]
    else:
        out += [f"\tif ({call}) {{", *reads, "\t}"]
    out.append("\tgl_encoder_answered(enc);")
    if command.returns_value:
        cast = {"GLint": "(GLint)(uint32_t)"}.get(command.raw.returns, f"({command.raw.returns})")
        out.append(f"\treturn {cast}reply.result;")
    return out


def body(command):
    members, size = fields(command)
    parts = variable_params(command)
    out = []
    for param in parts + [p for p in command.params if p.kind == "sink"]:
        out += local_lengths(param)
    if command.synchronous:
        out.append("\tstruct gl_reply reply;")
    op, struct = opcode_name(command), f"struct gl_wire_{command.name}"
    if command.synchronous and parts:
        out += [f"\t{struct} *wire;", "", "\tgl_encoder_expect(enc);"]
        more = [f"gl_part({p.name}_bytes)" for p in parts]
        out += gl_text.call(1, "wire = gl_encoder_begin(", ["enc", op, "sizeof(*wire)", " + ".join(more)], ");")
        return out + write(command, members, parts)
    if not members:
        return out + ([""] if out else []) + [f"\tgl_encoder_put(enc, {op}, 0);"] + finish(command)
    if parts:
        more = [f"gl_part({p.name}_bytes)" for p in parts]
        out += gl_text.call(1, f"{struct} *wire = gl_encoder_begin(",
                            ["enc", op, "sizeof(*wire)", " + ".join(more)], ");")
    else:
        out += gl_text.call(1, f"{struct} *wire = gl_encoder_put(", ["enc", op, "sizeof(*wire)"], ");")
    return out + [""] + write(command, members, parts)


def write(command, members, parts):
    """What fills the message, ends it and waits for its reply."""
    out, struct = [], f"struct gl_wire_{command.name}"
    values = [m for p in command.params for m in member(command, p)]
    values += [f".{n} = {n}" for n in ("made_name", "made_sync") if any(f.name == n for f in members)]
    # A gap, or an array that memcpy fills, leaves nothing to say: zeros, and the gap with them.
    if values or any(f.name.startswith("gap") for f in members):
        out += gl_text.initializer(1, f"*wire = ({struct})", values or [f".{members[0].name} = {{ 0 }}"])
    out += [f"\tmemcpy(wire->{p.name}, {p.name}, sizeof(wire->{p.name}));" for p in command.params if p.is_fixed()]
    for param in parts:
        out += write_array(param)
    return out + (["\tgl_encoder_end(enc);"] if parts else []) + finish(command)


def function(command):
    return [*gl_text.comment(command.raw.prototype()), *prototype(command), "{", *body(command), "}", ""]


def header(commands):
    lines = ["/* Made by gl_gen.py: one function for each command of OpenGL that has a message. */",
             "#ifndef GL_ENCODE_H", "#define GL_ENCODE_H", "", '#include "gl_encoder.h"', ""]
    for command in commands:
        *most, last = prototype(command)
        lines += [*most, last + ";"]
    return "\n".join(lines + ["", "#endif", ""])


def source(commands, part):
    lines = ["/* Made by gl_gen.py: writes commands as messages, in the order of their names. */",
             '#include "gl_encode.h"', '#include "gl_counts.h"', '#include "gl_enums.h"',
             f'#include "gl_wire_{part}.h"', ""]
    for command in commands:
        lines += function(command)
    return "\n".join(lines)


assert all(w in SCALARS for w in WIDE)
