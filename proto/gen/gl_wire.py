# SPDX-License-Identifier: MIT
"""The form of each command on the wire, and the C header that says it: gl_wire.h.

A message is the header of 8 bytes, a structure of fixed fields in the order of the prototype, naturally
aligned with the gaps spelled out, then the arrays whose lengths vary, each padded to 8 bytes.
"""
import gl_text
from gl_model import BINDINGS, CLASSES, SCALARS

WIRE_STRUCT_MAX = 256  # bytes of fixed fields; the encoder's staging area is as large


class Field:
    """A member of the structure: its C type, name, number of elements (0: no array) and place."""

    def __init__(self, ctype, name, size, elements=0, comment=None):
        self.ctype, self.name, self.size, self.elements = ctype, name, size, elements
        self.comment, self.offset = comment, 0

    def declaration(self):
        array = f"[{self.elements}]" if self.elements else ""
        comment = f" /* {self.comment} */" if self.comment else ""
        return f"{self.ctype} {self.name}{array};{comment}"


def param_fields(param, derived):
    """The fixed fields of one parameter."""
    name, kind = param.name, param.kind
    if kind in ("out", "unsent") or name in derived:
        return []
    if kind in ("scalar", "sync"):
        size, ctype = SCALARS["GLsync"] if kind == "sync" else SCALARS[param.raw.ctype]
        return [Field(ctype, name, size)]
    if kind == "offset":
        return [Field("uint64_t", name, 8, comment=f"into the {param.binding} buffer")]
    if param.is_fixed():
        size, ctype = SCALARS[param.element]
        return [Field(ctype, name, size, param.count.constant())]
    fields = [Field("uint32_t", f"{name}_bytes", 4)]
    if kind in ("source", "sink"):
        fields.append(Field("uint64_t", f"{name}_offset", 8))
    return fields


def derived_names(command):
    """Parameters that are not sent, because a string's own length says them."""
    return {p.length_of for p in command.params if p.length_of}


def fields(command):
    """All members of a command's structure, gaps included, each at its place; and the size."""
    derived, out, at = derived_names(command), [], 0
    wanted = [f for p in command.params for f in param_fields(p, derived)]
    if command.return_kind == "made":
        wanted.append(Field("uint32_t", "made_name", 4, comment="the guest's name for what is made"))
    if command.return_kind == "made sync":
        wanted.append(Field("uint64_t", "made_sync", 8, comment="the guest's name for what is made"))
    gaps = 0
    for field in wanted + [None]:
        align = field.size if field else 8
        gap = -at % align
        if gap:
            pad = Field("uint8_t", f"gap{gaps}", 1, gap)
            pad.offset, gaps = at, gaps + 1
            out.append(pad)
            at += gap
        if field:
            field.offset = at
            out.append(field)
            at += field.size * max(1, field.elements)
    if at > WIRE_STRUCT_MAX:
        raise ValueError(f"{command.full_name}: {at} bytes of fixed fields")
    return out, at


def variable_params(command):
    """The parameters whose data follow the structure, in order."""
    return [p for p in command.params if p.kind in ("source", "string", "strings", "made", "offsets")
            or (p.kind == "in" and not p.is_fixed())]


def opcode_name(command):
    return f"GL_OP_{command.name}"


def class_name(cls):
    return "GL_CLASS_" + cls.upper().replace(" ", "_")


def binding_name(binding):
    return "GL_BOUND_" + binding.upper().replace(" ", "_")


def types_header():
    """gl_types.h: OpenGL's types, for sides that cannot include a platform's header."""
    plain = {"GLenum": "unsigned int", "GLbitfield": "unsigned int", "GLuint": "unsigned int", "GLint": "int",
             "GLsizei": "int", "GLboolean": "unsigned char", "GLbyte": "signed char", "GLubyte": "unsigned char",
             "GLshort": "short", "GLushort": "unsigned short", "GLhalfNV": "unsigned short", "GLfloat": "float", "GLclampf": "float",
             "GLdouble": "double", "GLclampd": "double", "GLchar": "char", "GLcharARB": "char",
             "GLhandleARB": "unsigned int", "GLint64": "int64_t", "GLuint64": "uint64_t", "GLuint64EXT": "uint64_t",
             "GLintptr": "ptrdiff_t", "GLsizeiptr": "ptrdiff_t"}
    lines = ["/* Made by gl_gen.py: OpenGL's types, as the platform's own headers have them. */",
             "#ifndef GL_TYPES_H", "#define GL_TYPES_H", "", "#include <stddef.h>", "#include <stdint.h>", ""]
    lines += [f"typedef {ctype} {name};" for name, ctype in plain.items()]
    lines += ["typedef struct __GLsync *GLsync;", "typedef void *GLeglImageOES;", "typedef void *GLeglClientBufferEXT;",
              "struct _cl_context;", "struct _cl_event;",
              "#ifdef _WIN32", "#define GL_APIENTRY __stdcall", "#else", "#define GL_APIENTRY", "#endif",
              "typedef void(GL_APIENTRY *GLDEBUGPROC)(GLenum source, GLenum type, GLuint id, GLenum severity,",
              "\tGLsizei length, const GLchar *message, const void *userParam);", "", "#endif", ""]
    return "\n".join(lines)


def enums_header(model):
    """gl_enums.h: the constants of all versions and of the extensions that are exposed."""
    names = {n for _, _, enums in model.registry.versions for n in enums}
    for extension in model.extensions:
        names.update(model.registry.extension_enums[extension])
    for extension in model.registry.of_vendors(model.vendors):
        names.update(model.registry.extension_enums[extension])
    lines = ["/* Made by gl_gen.py from the registry: OpenGL's constants. */",
             "#ifndef GL_ENUMS_H", "#define GL_ENUMS_H", ""]
    known = model.registry.enums
    lines += [f"#define {n} {known[n].text}" for n in sorted(names & set(known))]
    lines += ["", "#endif", ""]
    return "\n".join(lines)


def wire_header(commands, digest):
    """gl_wire.h: opcodes, classes of names, bindings."""
    lines = ["/* Made by gl_gen.py: the commands of OpenGL on the wire, the same for guest and host. */",
             "#ifndef GL_WIRE_H", "#define GL_WIRE_H", "", '#include "gl_types.h"', "",
             "/* Hash of the table of opcodes: both ends have the same one, or there is no talking. */",
             f"#define GL_TABLE_HASH UINT64_C(0x{digest:016x})", "",
             "/*",
             " * Classes of names: each has a space of names of its own, but for shaders and programs. An attachment is",
             " * a texture or a renderbuffer, as the query that it is the answer of says.",
             " */",
             "enum gl_class {", "\tGL_CLASS_NONE,", *(f"\t{class_name(c)}," for c in CLASSES), "\tGL_CLASSES,", "};", "",
             "/* Bindings that turn a pointer into an offset into the buffer bound there. */",
             "enum gl_binding {", *(f"\t{binding_name(b)}," for b in BINDINGS), "\tGL_BINDINGS,", "};", "",
             "enum gl_opcode {",
             *(f"\t{opcode_name(c)} = {c.opcode}," for c in commands),
             f"\tGL_OP_FIRST = {min(c.opcode for c in commands)},",
             f"\tGL_OP_LAST = {max(c.opcode for c in commands)},", "};", ""]
    return "\n".join(lines + ["#endif", ""])


def structs_header(commands, part):
    """gl_wire_PART.h: the structures of fixed fields."""
    guard = f"GL_WIRE_{part.upper()}_H"
    lines = ["/* Made by gl_gen.py: the fixed fields of messages, in the order of their names. */",
             f"#ifndef {guard}", f"#define {guard}", "", '#include "gl_wire.h"', ""]
    for command in commands:
        members, size = fields(command)
        if members:
            lines += [*gl_text.comment(command.raw.prototype()), f"struct gl_wire_{command.name} {{",
                      *("\t" + f.declaration() for f in members), "};", "",
                      f'_Static_assert(sizeof(struct gl_wire_{command.name}) == {size}, "{command.name}");', ""]
    return "\n".join(lines + ["#endif", ""])
