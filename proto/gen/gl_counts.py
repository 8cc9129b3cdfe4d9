# SPDX-License-Identifier: MIT
"""Tables by pname: how many elements it stands for, and which class of names its value has."""
from gl_model import ModelError
from gl_wire import class_name


def resolve(model, section):
    """{value of the enum: (name, key of the section)}; an enum that is none ends the generator."""
    out = {}
    for key, names in model.overrides.section(section).items():
        for name in names:
            enum = model.registry.enums.get("GL_" + name)
            if enum is None:
                raise ModelError(f"gl_overrides.json: {section}: there is no GL_{name}")
            if enum.value in out and out[enum.value][1] != key:
                raise ModelError(f"gl_overrides.json: {section}: GL_{name} is also {out[enum.value][0]}")
            out.setdefault(enum.value, ("GL_" + name, key))
    return out


def header():
    return "\n".join([
        "/* Made by gl_gen.py from gl_overrides.json: what the value of a pname is. */",
        "#ifndef GL_COUNTS_H", "#define GL_COUNTS_H", "", '#include "gl_sizes.h"', '#include "gl_wire.h"', "",
        "/* Elements that a pname (or an indexed target) stands for; 0: only the host knows; 1 for one not known. */",
        "uint64_t gl_pname_count(GLenum pname);",
        "/* The class of the name that a query of this pname gives, or GL_CLASS_NONE. */",
        "enum gl_class gl_pname_class(GLenum pname);", "", "#endif", ""])


def switch(rows, result):
    """The cases of a switch, those with one result together."""
    out, groups = [], {}
    for value, (name, key) in sorted(rows.items()):
        groups.setdefault(key, []).append(name)
    for key, names in groups.items():
        out += [f"\tcase {name}:" for name in names] + [f"\t\treturn {result(key)};"]
    return out


def source(model):
    counts, classes = resolve(model, "pname_counts"), resolve(model, "pname_classes")
    return "\n".join([
        "/* Made by gl_gen.py from gl_overrides.json. */", '#include "gl_counts.h"', "", '#include "gl_enums.h"', "",
        "uint64_t gl_pname_count(GLenum pname)", "{", "\tswitch (pname) {", *switch(counts, str),
        "\tdefault:", "\t\treturn 1;", "\t}", "}", "",
        "enum gl_class gl_pname_class(GLenum pname)", "{", "\tswitch (pname) {", *switch(classes, class_name),
        "\tdefault:", "\t\treturn GL_CLASS_NONE;", "\t}", "}", ""])
