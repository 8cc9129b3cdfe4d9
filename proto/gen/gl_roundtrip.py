# SPDX-License-Identifier: MIT
"""A test of encoder and decoder: each generated command called with patterns, and what arrives at a mock.

What stands in tests/gl/gl_record.h does the recording. The one side is the call as a program makes it, the
other a driver that notes what it is called with and writes patterns where it has to write.
"""
import gl_text
from gl_decode import clamped
from gl_wire import derived_names, opcode_name

SPDX = "/* SPDX-License-Identifier: GPL-2.0-or-later */"
SMALL = 3
# What the parameters of a helper are given, by their place in its arguments.
HELPER_VALUES = {
    "pname": ["GL_VIEWPORT"], "clear": ["GL_COLOR"], "pixel": ["GL_RGBA", "GL_UNSIGNED_SHORT"],
    "type": ["GL_UNSIGNED_SHORT"], "lists": ["3", "GL_3_BYTES"], "map1": ["GL_MAP1_VERTEX_3", "5", "3"],
    "map2": ["GL_MAP2_VERTEX_3", "9", "2", "3", "3"], "commands": ["3", "24"],
}
FLOATS = ("GLfloat", "GLdouble", "GLclampf", "GLclampd")


def from_tree(tree, values):
    """The values that a length expression asks for."""
    if tree[0] == "name":
        values.setdefault(tree[1], str(SMALL))
    elif tree[0] == "call":
        for argument, value in zip(tree[2], HELPER_VALUES.get(tree[1], [])):
            if argument[0] == "name":
                values[argument[1]] = value
    elif tree[0] in "*/":
        if tree[0] == "/" and tree[1][0] == "name":
            values[tree[1][1]] = "64"
        from_tree(tree[1], values)
        from_tree(tree[2], values)


def choices(command):
    """{scalar: C of its value} where the length of something hangs on it."""
    values = {name: "64" for name in clamped(command)}
    for param in command.params:
        if param.count:
            from_tree(param.count.tree, values)
        if param.image:
            for name, value in zip([param.image.format, param.image.type, *param.image.dims],
                                   ["GL_RGB", "GL_UNSIGNED_BYTE", "5", "3", "2"]):
                if not name.isdigit() and not name.startswith("GL_"):
                    values[name] = value
            if param.kind == "sink":  # it just fits: 8 pixels of 3 bytes, where the host says how many
                fixed = param.image.format.startswith("GL_")
                values["bufSize"] = "24" if param.image.host else "128" if fixed else "90"
    return values


class Plan:
    """How one command is called and what is expected of it."""

    def __init__(self, command):
        self.command, self.values = command, choices(command)
        self.derived, self.setup, self.expect, self.last, self.check = derived_names(command), [], [], [], []
        self.arguments, self.mock, self.write = ["enc"], [], []
        self.lengths = {p.lengths: p for p in command.params if p.lengths}
        self.actuals = {p.actual for p in command.params if p.actual and p.actual != "host"}
        for number, param in enumerate(command.params, 1):
            getattr(self, "_" + param.kind)(param, number)
        if command.return_kind == "made":
            self.arguments.append("77")
            self.last.append("\trecord_integer(77);")
        if command.return_kind == "made sync":
            self.arguments.append("78")
            self.last.append("\trecord_integer(78);")

    def bytes_of(self, param, host=False):
        """C: bytes of an array, the scalars being variables of the function."""
        if param.image:
            image = param.image
            dims = ["4", "2", "1"] if image.host else image.dims + ["1"] * (3 - len(image.dims))
            return f"record_image({image.format}, {image.type}, {', '.join(dims)})"
        if param.actual and param.actual != "host":
            return f"2 * sizeof({param.element})" + (" + 1" if param.element_size == 1 else "")
        if param.name in self.actuals:
            return f"sizeof({param.element})"
        if param.host_count or not param.count:
            return f"3 * {param.element_size}"
        return param.count.code(lambda n: n, param.element_size)

    def _scalar(self, param, number):
        name, ctype = param.name, param.raw.ctype
        if name in self.derived:
            self.mock.append(f"\trecord_integer({name});")
            self.expect.append(f"\trecord_integer({name});")
            self.arguments.append(name)
            return
        floating = ctype in FLOATS
        value = self.values.get(name) or ("5" if param.clamp else "1" if ctype == "GLboolean" else
                                          f"{number}.5" if floating else str(20 + number))
        suffix = "f" if ctype in ("GLfloat", "GLclampf") else ""
        self.setup.insert(0, f"\tconst {ctype} {name} = {value}{suffix};")
        recorded = f"record_float((double){name});" if floating else f"record_integer((int64_t){name});"
        self.mock.append("\t" + recorded)
        host = f"\trecord_integer((int64_t){name} + RECORD_HOST);"
        self.expect.append(host if param.cls or param.by else "\t" + recorded)
        if param.cls and self.command.frees:
            self.last.append(f"\trecord_integer({name});")
        self.arguments.append(name)

    def _sync(self, param, number):
        name = param.name
        cast = "" if param.raw.ctype == "GLsync" else f"({param.raw.ctype})"
        self.mock.append(f"\trecord_integer((int64_t)(intptr_t){name});")
        self.expect.append(f"\trecord_integer({30 + number} + RECORD_HOST);")
        if self.command.frees:
            self.last.append(f"\trecord_integer({30 + number});")
        self.arguments.append(f"{cast or '(GLsync)'}(intptr_t){30 + number}")

    def _unsent(self, param, _):
        if param.name in self.lengths:
            self.arguments.append("NULL")

    def _in(self, param, number):
        name, element = param.name, "uint8_t" if param.element == "void" else param.element
        self.setup.append(f"\t_Alignas(8) {element} {name}[RECORD_ROOM / sizeof({element})];")
        self.setup.append(f"\trecord_pattern({name}, sizeof({name}), {number});")
        count = param.count.code(lambda n: n)
        self.mock.append(f"\trecord_names({name}, {count}, 0);" if param.cls and not param.null else
                         f"\t{name} ? record_names({name}, {count}, 0) : record_array(NULL, 0);" if param.cls else
                         f"\trecord_array({name}, {self.bytes_of(param)});")
        given = f"record_null ? NULL : {name}" if param.null else name
        line = f"record_names({name}, {count}, RECORD_HOST)" if param.cls else \
            f"record_array({name}, {self.bytes_of(param)})"
        self.expect.append(f"\trecord_null ? record_array(NULL, 0) : {line};" if param.null else f"\t{line};")
        if param.cls and self.command.frees:
            self.last.append(f"\trecord_names({name}, {count}, 0);")
        self.arguments.append(given)

    def _made(self, param, number):
        name, count = param.name, param.count.code(lambda n: n)
        self.setup += [f"\tGLuint {name}[64];", f"\trecord_pattern({name}, sizeof({name}), {number});"]
        self.write.append(f"\trecord_write({name}, {count} * sizeof(GLuint), {number});")
        self.last.append(f"\trecord_names({name}, {count}, 0);")
        self.arguments.append(name)

    def _string(self, param, number):
        name = param.name
        given = f"record_null ? NULL : {name}" if param.null else name
        self.setup.append(f'\tconst GLchar *{name} = "text {number}";')
        if param.length_of:
            ctype = self.command.param(param.length_of).raw.ctype
            length = f"record_null ? 0 : ({ctype})strlen({name})" if param.null else f"({ctype})strlen({name})"
            self.setup.append(f"\tconst {ctype} {param.length_of} = {length};")
        noted = f"record_array({name}, strlen({name}) + 1);"
        self.mock.append(f"\t{name} ? record_array({name}, strlen({name}) + 1) : record_array(NULL, 0);" if param.null
                         else f"\t{noted}")
        self.expect.append(f"\trecord_null ? record_array(NULL, 0) : {noted}" if param.null else f"\t{noted}")
        self.arguments.append(given)

    def _strings(self, param, _):
        name, count = param.name, param.count.tree[1]
        self.setup.append(f'\tconst GLchar *const {name}[] = {{ "one", "", "three" }};')
        self.mock.append(f"\trecord_texts({name}, {count}, {param.lengths or 'NULL'});")
        self.expect.append(f"\trecord_texts({name}, {count}, NULL);")
        self.arguments.append(name)

    def _offset(self, param, number):
        value = f"{40 + number}"
        self.mock.append(f"\trecord_integer((int64_t)(intptr_t){param.name});")
        self.expect.append(f"\trecord_integer(record_bound ? {value} : 0);")
        pointer = "(const void *)(intptr_t)" if param.raw.is_pointer else f"({param.raw.ctype})"
        self.arguments.append(f"{pointer}(record_bound ? {value} : 0)")

    def _offsets(self, param, number):
        name = param.name
        self.setup.append(f"\tconst void *const {name}[] = {{ (void *)1, (void *)2, (void *){number} }};")
        self.mock.append(f"\trecord_array({name}, {param.count.code(lambda n: n, 8)});")
        self.expect.append(self.mock[-1])
        self.arguments.append(name)

    def _source(self, param, number):
        name, element = param.name, "uint8_t" if param.element == "void" else param.element
        self.setup += [f"\t_Alignas(8) {element} {name}[RECORD_ROOM / sizeof({element})];",
                       f"\trecord_pattern({name}, sizeof({name}), {number});"]
        self.mock.append(f"\trecord_source({name}, {self.bytes_of(param)});")
        given = f"record_bound ? (const void *)(intptr_t){50 + number} : "
        tail = f"record_null ? NULL : {name}" if param.null else f"(const void *){name}"
        where = f"record_bound ? (const void *)(intptr_t){50 + number} : "
        shown = f"{'record_null ? NULL : ' if param.null else ''}(const void *){name}"
        self.expect.append(f"\trecord_source({where}{shown}, {self.bytes_of(param)});")
        self.arguments.append(given + tail)

    def _sink(self, param, number):
        name = param.name
        self._room(param)
        self.mock.append(f"\tif (record_bound)\n\t\trecord_integer((int64_t)(intptr_t){name});")
        self.expect.append(f"\tif (record_bound)\n\t\trecord_integer({60 + number});")
        self.write.append(f"\tif (!record_bound)\n\t\trecord_write({name}, {self.bytes_of(param)}, {number});")
        self.check.append(f"\tif (!record_bound)\n\t\trecord_check({name}, {self.bytes_of(param)}, {number});")
        self.arguments.append(f"record_bound ? (void *)(intptr_t){60 + number} : (void *){name}")

    def _room(self, param):
        element = "uint8_t" if param.element == "void" else param.element
        self.setup += [f"\t_Alignas(8) {element} {param.name}[RECORD_ROOM / sizeof({element})];",
                       f"\tmemset({param.name}, RECORD_UNTOUCHED, sizeof({param.name}));"]

    def _out(self, param, number):
        name = param.name
        self._room(param)
        if name in self.actuals:
            self.write.append(f"\t*{name} = 2;")
            self.check.append(f"\trecord_check_value(*{name}, 2);")
        elif param.cls:
            count = "2" if param.actual else param.count.code(lambda n: n)
            self.write.append(f"\trecord_write_names({name}, {count}, {number});")
            self.check.append(f"\trecord_check_names({name}, {count}, {number});")
        else:
            size = self.bytes_of(param)
            self.write.append(f"\trecord_write({name}, {size}, {number});")
            self.check.append(f"\trecord_check({name}, {size}, {number});")
        self.arguments.append(name)


def mock_function(plan):
    command = plan.command
    arguments = [p.declaration for p in command.raw.params] or ["void"]
    lines = gl_text.call(0, f"static {command.raw.returns} mock_{command.name}(", arguments, ")") + ["{"]
    used = " ".join(plan.mock + plan.write)
    lines += [f"\t(void){p.name};" for p in command.params if not _mentions(used, p.name)]
    lines += [f'\trecord_call("{command.name}");', *plan.mock, *plan.write]
    if command.return_kind == "scalar":
        lines.append("\treturn RECORD_HOST + 7;" if command.return_class else "\treturn 1;")
    elif command.return_kind == "made":
        lines.append("\treturn RECORD_HOST + 77;")
    elif command.return_kind == "made sync":
        lines.append("\treturn (GLsync)(intptr_t)(RECORD_HOST + 78);")
    return lines + ["}", ""]


def _mentions(text, name):
    words = "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
    return name in words


def call_function(plan):
    command = plan.command
    lines = [f"static void call_{command.name}(struct gl_encoder *enc)", "{"]
    statements = [s for s in plan.setup if not s.lstrip().startswith(("record_", "memset"))]
    statements += [s for s in plan.setup if s.lstrip().startswith(("record_", "memset"))]
    lines += statements + ([""] if statements else [])
    lines += [f'\trecord_call("{command.name}");', *plan.expect, *plan.last]
    call = f"gl_encode_{command.name}("
    if command.returns_value:
        result = "7" if command.return_class else "1"
        lines += gl_text.call(1, "record_check_value(" + call, plan.arguments, f"), {result});")
    else:
        lines += gl_text.call(1, call, plan.arguments, ");")
    return lines + plan.check + ["}", ""]


def source(commands, part):
    lines = [SPDX, "/* Made by gl_gen.py: commands called with patterns, and a driver that notes them. */",
             '#include "gl_roundtrip.h"', "", "#include <string.h>", "", '#include "gl_counts.h"', '#include "gl_record.h"',
             ""]
    plans = [Plan(c) for c in commands if c.treatment == "generated"]
    for plan in plans:
        lines += gl_text.comment(plan.command.raw.prototype()) + mock_function(plan) + call_function(plan)
    lines += [f"const struct gl_roundtrip gl_roundtrip_{part}[] = {{"]
    for plan in plans:
        name = plan.command.name
        # Where a pointer is an offset or nothing, it depends on a buffer that is bound.
        flags = [f for f, on in (("GL_ROUNDTRIP_BOUND_ONLY", any(p.kind == "offsets" for p in plan.command.params)),
                                 ("GL_ROUNDTRIP_SYNC", plan.command.synchronous)) if on]
        lines.append(f'\t{{ "{name}", {opcode_name(plan.command)}, call_{name}, {" | ".join(flags) or "0"} }},')
    lines += ["\t{ NULL, 0, NULL, 0 },", "};", "", f"void gl_mock_{part}(struct gl_functions *gl)", "{"]
    lines += [f"\tgl->{p.command.name} = mock_{p.command.name};" for p in plans]
    return "\n".join(lines + ["}", ""])


def header(commands):
    lines = [SPDX, "/* Made by gl_gen.py: each generated command, called with patterns. */", "#ifndef GL_ROUNDTRIP_H",
             "#define GL_ROUNDTRIP_H", "", '#include "gl_encode.h"', '#include "gl_functions.h"', "",
             "enum {", "\tGL_ROUNDTRIP_BOUND_ONLY = 1, /* it needs a buffer that is bound */",
             "\tGL_ROUNDTRIP_SYNC = 2,", "};", "",
             "struct gl_roundtrip {", "\tconst char *name;", "\tuint16_t opcode;",
             "\tvoid (*call)(struct gl_encoder *enc); /* notes what it expects, then encodes */", "\tuint8_t flags;",
             "};", "", "/* In parts, each ended by a row without a name. */"]
    lines += [f"extern const struct gl_roundtrip gl_roundtrip_{part}[];" for part in gl_text.PARTS]
    lines += [f"void gl_mock_{part}(struct gl_functions *gl);" for part in gl_text.PARTS]
    generated = sum(c.treatment == "generated" for c in commands)
    lines += ["", f"#define GL_ROUNDTRIP_PARTS {len(gl_text.PARTS)}u", f"#define GL_ROUNDTRIP_COMMANDS {generated}u",
              "static inline const struct gl_roundtrip *gl_roundtrip_part(unsigned int part)", "{",
              "\tconst struct gl_roundtrip *const parts[] = {"]
    lines += [f"\t\tgl_roundtrip_{part}," for part in gl_text.PARTS]
    lines += ["\t};", "", "\treturn parts[part];", "}", "", "/* The driver that notes what it is called with. */",
              "static inline void gl_mock_functions(struct gl_functions *gl)", "{"]
    lines += [f"\tgl_mock_{part}(gl);" for part in gl_text.PARTS]
    return "\n".join(lines + ["}", "", "#endif", ""])
