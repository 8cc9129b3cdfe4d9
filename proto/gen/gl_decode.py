# SPDX-License-Identifier: MIT
"""The host's decoder: one function for each command that checks its message and calls the driver."""
import gl_text
from gl_wire import (binding_name, class_name, derived_names, fields, opcode_name, variable_params)

SPDX = "/* SPDX-License-Identifier: GPL-2.0-or-later */"
ELEMENTS = {"GLint": "INT", "GLuint": "INT", "GLenum": "INT", "GLsizei": "INT", "GLhandleARB": "INT",
            "GLint64": "INT64", "GLuint64": "INT64", "GLuint64EXT": "INT64", "GLfloat": "FLOAT", "GLdouble": "DOUBLE"}


# Sizes and places in buffers, which drivers add in 64 bits; coordinates of pixels, and the first of many, which they
# add in 32 bits.
SIZES = ("GLintptr", "GLsizeiptr")
PLACES = ("GLint", "GLsizei")
FIRSTS = ("first", "index", "start")
SIGNED = ("GLint", "GLsizei", "GLintptr", "GLsizeiptr", "GLint64")


def factors(tree):
    """The parameters that a length is a multiple of."""
    return [tree[1]] if tree[0] == "name" else factors(tree[1]) + factors(tree[2]) if tree[0] == "*" else []


def bounded(command):
    """The numbers that must not be so large that a sum of two of them is none: [(name, the decoder's function)]."""
    scalars = [p for p in command.params if p.kind == "scalar"]
    sizes = [p.name for p in scalars if p.raw.ctype in SIZES]
    places = [p.name for p in scalars if command.places and p.name != "bufSize" and
              (p.raw.ctype in PLACES or p.name in FIRSTS)]
    raster = [p.name for p in scalars if command.raster]
    return [(n, "gl_decoder_size") for n in sizes] + [(n, "gl_decoder_place") for n in places] + \
        [(n, "gl_decoder_raster") for n in raster]


def use(command):
    return "GL_USE_BIND" if command.binds else "GL_USE_NAME"


def clamped(command):
    """Room for text that is smaller than what the guest says: {the count's name}."""
    return {p.count.tree[1] for p in command.params
            if p.kind == "out" and p.element in ("GLchar", "GLcharARB") and p.count and p.count.tree[0] == "name"}


def written(command):
    """The array whose length the guest says in bufSize, where the room for it is measured otherwise."""
    arrays = [p for p in command.params if p.kind in ("out", "sink") and (p.host_count or p.image)]
    return arrays[0] if arrays and any(p.name == "bufSize" for p in command.params) else None


class Body:
    """The statements of one decode function, in the order in which they are needed."""

    def __init__(self, command):
        self.command, self.before, self.after = command, [], []
        self.can_fail, self.arguments = bool(variable_params(command)), []
        self.locals = derived_names(command) | clamped(command)
        for name in sorted(clamped(command)):
            ctype = command.param(name).raw.ctype
            self.before.append(f"\tconst {ctype} {name} = wire->{name} < GL_TEXT_MAX ? wire->{name} : GL_TEXT_MAX;")
        self.checks = [f"\t{check}(dec, wire->{name});" for name, check in
                       bounded(command) + [(name, "gl_decoder_natural") for name in self.counts()]]
        self.can_fail |= bool(self.checks)
        for param in command.params:
            getattr(self, "_" + param.kind)(param)

    def counts(self):
        """The counts of the arrays that are read."""
        arrays = [p for p in self.command.params if p.kind in ("in", "source", "offsets")]
        names = [n for p in arrays if p.count and not p.is_fixed() for n in factors(p.count.tree)]
        return [n for n in dict.fromkeys(names) if self.command.param(n).raw.ctype in SIGNED]

    def value(self, name):
        return name if name in self.locals else f"wire->{name}"

    def declare(self, ctype, name, head, arguments, tail=");"):
        glue = "" if ctype.endswith("*") else " "
        self.before += gl_text.call(1, f"{ctype}{glue}{name} = {head}(", arguments, tail)

    def bytes_of(self, param):
        if param.image:
            return f"gl_image_bytes(&{param.name}_image)"
        return param.count.code(self.value, param.element_size)

    def _scalar(self, param):
        name = param.name
        if param.cls:
            self.declare(f"const {param.raw.ctype}", name, "gl_decoder_name",
                         ["dec", class_name(param.cls), f"wire->{name}", use(self.command)])
            if self.command.frees:
                self.after += gl_text.call(2, "dec->host->names_freed(", ["dec->context", class_name(param.cls), "1",
                                                                          f"&wire->{name}"], ");")
        elif param.by:
            self.declare("const GLuint", name, "dec->host->name_by",
                         ["dec->context", self.value(param.by), f"wire->{name}"])
        elif param.clamp:
            self.declare(f"const {param.raw.ctype}", name, "gl_min", [f"wire->{name}", "GL_TIMEOUT_MAX"])
        elif name == "bufSize" and written(self.command):
            self.arguments.append(f"gl_decoder_room(dec, {written(self.command).name}, wire->{name})")
            return
        self.arguments.append(name if param.cls or param.by or param.clamp else self.value(name))

    def _sync(self, param):
        self.declare("const GLsync", param.name, "dec->host->sync", ["dec->context", f"wire->{param.name}"])
        if self.command.frees:
            self.after.append(f"\t\tdec->host->sync_freed(dec->context, wire->{param.name});")
        self.arguments.append(param.name)

    def _unsent(self, param):
        owner = [p for p in self.command.params if p.lengths == param.name]
        self.arguments.append(param.name if owner else "NULL")

    def _in(self, param):
        name = param.name
        if param.is_fixed():
            self.arguments.append(f"wire->{name}")
            return
        function = "gl_decoder_nullable" if param.null else "gl_decoder_padded" if param.pad else "gl_decoder_array"
        sent = f"{name}_sent" if param.cls else name
        self.declare(f"const {param.element} *", sent, function,
                     ["dec", f"wire->{name}_bytes", self.bytes_of(param)])
        if param.cls:
            count = param.count.code(self.value)
            self.declare("const GLuint *", name, "gl_decoder_names",
                         ["dec", class_name(param.cls), count, sent, use(self.command)])
            if self.command.frees:
                self.after += gl_text.call(2, "dec->host->names_freed(",
                                           ["dec->context", class_name(param.cls), self.value(param.count.tree[1]),
                                            sent], ");")
        self.arguments.append(name)

    def _made(self, param):
        name, count = param.name, self.value(param.count.tree[1])
        self.declare("const GLuint *", name, "gl_decoder_new_names",
                     ["dec", class_name(param.cls), f"wire->{name}_bytes", count])
        self.declare("GLuint *", f"{name}_made", "gl_decoder_scratch",
                     ["dec", f"gl_mul(gl_natural({count}), sizeof(GLuint))"])
        self.after += gl_text.call(2, "dec->host->names_made(",
                                   ["dec->context", class_name(param.cls), count, name, f"{name}_made"], ");")
        self.arguments.append(f"{name}_made")

    def _string(self, param):
        length = param.length_of or f"{param.name}_length"
        self.before.append(f"\tGLint {length};")
        function = "gl_decoder_text_or_null" if param.null else "gl_decoder_text"
        self.declare("const GLchar *", param.name, function,
                     ["dec", f"wire->{param.name}_bytes", f"&{length}"])
        self.arguments.append(param.name)

    def _strings(self, param):
        lengths = param.lengths or f"{param.name}_lengths"
        self.before.append(f"\tconst GLint *{lengths};")
        self.declare("const GLchar *const *", param.name, "gl_decoder_strings",
                     ["dec", f"wire->{param.name}_bytes", self.value(param.count.tree[1]), f"&{lengths}"])
        self.arguments.append(param.name)

    def _offset(self, param):
        self.can_fail = True
        self.declare("const void *", param.name, "gl_decoder_offset",
                     ["dec", binding_name(param.binding), f"wire->{param.name}"])
        self.arguments.append(param.name if param.raw.is_pointer else f"({param.raw.ctype})(uintptr_t){param.name}")

    def _offsets(self, param):
        self.declare("const void *const *", param.name, "gl_decoder_offsets",
                     ["dec", binding_name(param.binding), f"wire->{param.name}_bytes", self.bytes_of(param)])
        self.arguments.append(param.name)

    def image(self, param):
        """Declares the image that a parameter is."""
        image = param.image
        both = [i if i.startswith("GL_") else self.value(i) for i in (image.format, image.type)]
        name = f"{param.name}_image"
        if image.host:
            self.declare("const struct gl_image", name, "gl_decoder_host_image", ["dec", *both])
            return
        dims = [d if d.isdigit() else self.value(d) for d in image.dims] + ["1"] * (3 - len(image.dims))
        members = [f".{m} = {d}" for m, d in zip(("format", "type", "width", "height", "depth"), both + dims)]
        members += [".layers = true"] if len(image.dims) == 3 else []
        self.before += gl_text.initializer(1, f"const struct gl_image {name} = ", members)

    def _source(self, param):
        name = param.name
        function, length = "gl_decoder_source", [] if param.image else [self.bytes_of(param)]
        if param.image:
            self.image(param)
            function, length = "gl_decoder_image", [f"&{name}_image"]
        self.declare("const void *" if param.element == "void" else f"const {param.element} *", name,
                     function + ("_or_null" if param.null else ""),
                     ["dec", binding_name(param.binding), f"wire->{name}_bytes", f"wire->{name}_offset", *length])
        self.arguments.append(name)

    def count_of(self, param):
        """C: how many elements there are, by the scalars and by what the host knows."""
        if param.image:
            return self.bytes_of(param)
        if not param.count:
            return "gl_decoder_count(dec, 0)"
        text = param.count.code(self.value)
        if param.host_count:
            return f"gl_decoder_count_within(dec, {text})"
        return f"gl_decoder_count(dec, {text})" if param.count.uses("pname") else text

    def _sink(self, param):
        function, length = "gl_decoder_sink", [self.count_of(param), str(param.element_size)]
        if param.image:
            self.image(param)
            function, length = "gl_decoder_image_sink", [f"&{param.name}_image"]
        self.can_fail = True
        self.declare(f"{param.element} *", param.name, function,
                     ["dec", binding_name(param.binding), f"wire->{param.name}_bytes", f"wire->{param.name}_offset",
                      *length])
        self.arguments.append(param.name)

    def _out(self, param):
        name = param.name
        self.can_fail = True
        self.declare(f"{param.element} *", name, "gl_decoder_out",
                     ["dec", self.count_of(param),
                      "1" if param.element == "void" else f"sizeof({param.element})"])
        if param.actual and param.actual != "host":
            count = f"gl_natural(*{param.actual})"
            used = f"{count} + 1" if param.element_size == 1 else f"gl_mul({count}, sizeof({param.element}))"
            self.after += gl_text.call(2, "gl_decoder_trim(", ["dec", name, used], ");")
        element = "GL_ELEMENT_" + ELEMENTS.get(param.element, "OTHER")
        if param.cls:
            self.after += gl_text.call(2, "gl_decoder_out_names(", ["dec", name, class_name(param.cls), element], ");")
        elif param.count and param.count.uses("pname") and not param.plain and not element.endswith("OTHER"):
            pname = f"gl_pname_class(wire->{sorted(param.count.names())[0]})"
            self.after += gl_text.call(2, "gl_decoder_out_names(", ["dec", name, pname, element], ");")
        self.arguments.append(name)

    def call(self):
        """The call itself, with what becomes of its result."""
        command, head = self.command, f"dec->gl->{self.command.name}("
        returns = command.raw.returns
        if command.return_kind == "made":
            cls = class_name(command.return_class)
            self.before += ["\tGLuint made;", ""]
            self.before += gl_text.call(1, "gl_decoder_new_name(", ["dec", cls, "wire->made_name"], ");")
            self.can_fail = True
            self.after += [f"\t\tdec->host->names_made(dec->context, {cls}, 1, &wire->made_name, &made);"]
            return gl_text.call(2, "made = " + head, self.arguments, ");")
        if command.return_kind == "made sync":
            self.after += gl_text.call(2, "dec->host->sync_made(", ["dec->context", "wire->made_sync", "made"], ");")
            self.before.append("\tGLsync made;")
            return gl_text.call(2, "made = " + head, self.arguments, ");")
        if not command.returns_value:
            return gl_text.call(2, head, self.arguments, ");")
        if command.return_class:
            head, tail = (f"dec->head.result = dec->host->guest_name(dec->context, "
                          f"{class_name(command.return_class)}, {head}"), "));"
        else:
            head, tail = "dec->head.result = " + ("(uint32_t)" if returns == "GLint" else "") + head, ");"
        return gl_text.call(2, head, self.arguments, tail)


def function(command):
    """The C of one decode function."""
    body = Body(command)
    members, _ = fields(command)
    call = body.call()
    lines = [*gl_text.comment(command.raw.prototype()),
             f"static void decode_{command.name}(struct gl_decoder *dec, const void *payload)", "{"]
    uses_wire = any("wire->" in line for line in body.before + call + body.after)
    if members and uses_wire:
        lines.append(f"\tconst struct gl_wire_{command.name} *wire = payload;")
    lines += body.before
    if (members and uses_wire or body.before) and command.return_kind != "made":
        lines.append("")
    if not (members and uses_wire):
        lines.append("\t(void)payload;")
    statements = call + body.after
    if not body.can_fail:
        return lines + [line[1:] for line in statements] + ["}", ""]
    block = len(statements) > 1 or len(call) > 1
    lines += [*body.checks, f"\tif (gl_decoder_ready(dec)){' {' if block else ''}", *statements]
    lines += ["\t}"] if block else []
    return lines + ["}", ""]


def in_place(command):
    """Whether all that it has besides its fixed fields are bytes that the driver copies and nobody looks at."""
    arrays = variable_params(command)
    return command.treatment == "generated" and len(arrays) == 1 and \
        arrays[0].element in ("void", "GLubyte") and not arrays[0].pad and not arrays[0].cls and \
        (arrays[0].binding == "pixel unpack" or (arrays[0].kind == "in" and "BufferData" in command.name or
                                                 "BufferSubData" in command.name or "BufferStorage" in command.name))


# What the executor notes of a context: these go past it.
NOTED = ("Begin", "End", "CallList", "ActiveTexture", "MatrixMode")


def is_plain(command):
    """Whether there is nothing to a command but its fixed fields, and the driver's function to call with them."""
    return command.treatment == "generated" and command.name not in NOTED and command.keeps and not command.draws and not command.synchronous and \
        not command.frees and not bounded(command) and command.return_kind == "void" and \
        all((p.kind == "scalar" and not p.cls and not p.by) or p.is_fixed() for p in command.params)


def source(commands, part):
    """One part: the functions, and the rows that name them."""
    lines = [SPDX, "/* Made by gl_gen.py: checks and executes messages, in the order of their names. */",
             '#include "gl_decode.h"', "", '#include "gl_counts.h"',
             f'#include "gl_wire_{part}.h"', ""]
    for command in commands:
        if command.treatment == "generated":
            lines += function(command)
    for command in commands:
        decode = f"decode_{command.name}" if command.treatment == "generated" else f"gl_manual_{command.name}"
        _, size = fields(command)
        size += -size % 8
        most = "GL_PAYLOAD_MAX" if variable_params(command) else str(size)
        flags = [f for f, on in (("GL_ROW_SYNC", command.synchronous), ("GL_ROW_DRAW", command.draws),
                                 ("GL_ROW_KEEPS", command.keeps), ("GL_ROW_INSIDE", command.inside),
                                 ("GL_ROW_IN_PLACE", in_place(command)), ("GL_ROW_PLAIN", is_plain(command))) if on]
        lines += [f"const struct gl_row gl_row_{command.name} = {{",
                  f'\t.name = "gl{command.name}", .decode = {decode}, .min = {size}, .max = {most},',
                  f"\t.function = offsetof(struct gl_functions, {command.name}), .flags = {' | '.join(flags) or '0'},",
                  "};", ""]
    return "\n".join(lines)


def table_source(commands):
    """gl_decode.c: the rows, by opcode."""
    lines = [SPDX, "/* Made by gl_gen.py: the row of each opcode. */", '#include "gl_decode.h"', "",
             "const struct gl_row *const gl_rows[GL_OP_LAST - GL_OP_FIRST + 1] = {"]
    lines += [f"\t[{opcode_name(c)} - GL_OP_FIRST] = &gl_row_{c.name}," for c in commands]
    return "\n".join(lines + ["};", ""])


def header(commands):
    lines = [SPDX, "/* Made by gl_gen.py: the rows of all commands. */", "#ifndef GL_DECODE_H", "#define GL_DECODE_H",
             "", '#include "gl_decoder.h"', "", "/* By opcode less GL_OP_FIRST; NULL where there is no command. */",
             "extern const struct gl_row *const gl_rows[GL_OP_LAST - GL_OP_FIRST + 1];", ""]
    lines += [f"extern const struct gl_row gl_row_{c.name};" for c in commands]
    lines += ["", "/* Written by hand: their messages are as gl_wire.h says, what becomes of them is not generated. */"]
    lines += [f"gl_decode_function gl_manual_{c.name};" for c in commands if c.treatment == "manual"]
    return "\n".join(lines + ["", "#endif", ""])


def functions_header(commands):
    """gl_functions.h: the driver's functions as a table of pointers."""
    lines = [SPDX, "/* Made by gl_gen.py: the driver's functions. */", "#ifndef GL_FUNCTIONS_H",
             "#define GL_FUNCTIONS_H", "", '#include "gl_types.h"', "", "struct gl_functions {"]
    for command in commands:
        arguments = [p.declaration for p in command.raw.params] or ["void"]
        glue = "" if command.raw.returns.endswith("*") else " "
        lines += gl_text.call(1, f"{command.raw.returns}{glue}(*{command.name})(", arguments, ");")
    lines += ["};", "", "/* A function of the driver, or NULL (eglGetProcAddress, a mock). */",
              "typedef void (*gl_function)(void);",
              "typedef gl_function gl_load_function(void *data, const char *name);", "",
              "/* Asks for each function by every name that it has; what is not there is NULL. Returns how many are. */",
              "unsigned int gl_functions_load(struct gl_functions *gl, gl_load_function *load, void *data);", "",
              "#endif", ""]
    return "\n".join(lines)


def functions_source(commands):
    lines = [SPDX, "/* Made by gl_gen.py. */", '#include "gl_functions.h"', "", "#include <string.h>", "",
             "/* Where a function's pointer lies, and its names in the order in which they are tried, an empty one at the end. */",
             "static const struct {", "\tuint16_t offset;", "\tconst char *names;", "} table[] = {"]
    for command in commands:
        names = list(dict.fromkeys([*command.load_first, command.full_name, *command.names]))
        text = "".join(f"{n}\\0" for n in names)
        lines += gl_text.call(1, "{ ", [f"offsetof(struct gl_functions, {command.name})", f'"{text}"'], " },")
    lines += ["};", "",
              "unsigned int gl_functions_load(struct gl_functions *gl, gl_load_function *load, void *data)", "{",
              "\tunsigned int n = 0;", "", "\tfor (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {",
              "\t\tgl_function function = NULL;", "",
              "\t\tfor (const char *name = table[i].names; *name && !function; name += strlen(name) + 1)",
              "\t\t\tfunction = load(data, name);",
              "\t\tmemcpy((char *)gl + table[i].offset, &function, sizeof(function));",
              "\t\tn += function != NULL;", "\t}", "\treturn n;", "}", ""]
    return "\n".join(lines)
