# SPDX-License-Identifier: MIT
"""Names for the faces of the guest library: what a linker exports and what GetProcAddress finds."""
from gl_model import ModelError
from gl_wire import opcode_name


def version_key(number):
    return tuple(int(n) for n in number.split("."))


def exported(model, core, extensions):
    """The full names of what is exported for a core version and a choice of extensions, sorted."""
    numbers = [number for number, _, _ in model.registry.versions]
    if core not in numbers:
        raise ModelError(f"--core {core}: the registry knows {', '.join(numbers)}")
    names = {n for number, commands, _ in model.registry.versions if version_key(number) <= version_key(core)
             for n in commands}
    chosen = [e for e in model.extensions if e not in model.refused_extensions]
    if extensions != "all":
        chosen = [e if e.startswith("GL_") else "GL_" + e for e in extensions.split(",") if e]
    for extension in chosen:
        if extension not in model.extensions or extension in model.refused_extensions:
            raise ModelError(f"--extensions: {extension} is not exposed")
        names.update(model.extensions[extension])
    return sorted(names)


def version_script(model, core, extensions):
    """A version script of GNU ld."""
    names = exported(model, core, extensions)
    return "{\nglobal:\n" + "".join(f"\t{n};\n" for n in names) + "local:\n\t*;\n};\n"


def def_file(model, core, extensions):
    """A module definition for the linkers of Windows."""
    return "EXPORTS\n" + "".join(f"    {n}\n" for n in exported(model, core, extensions))


def names_header(model):
    return "\n".join([
        "/* Made by gl_gen.py: every name of a command, and which command it is. */",
        "#ifndef GL_NAMES_H", "#define GL_NAMES_H", "", "#include <stddef.h>", "#include <stdint.h>", "",
        "enum gl_treatment {", "\tGL_GENERATED, /* gl_encode_NAME */", "\tGL_MANUAL,    /* gl_guest_NAME */",
        "\tGL_LOCAL,     /* gl_guest_NAME */", "\tGL_REFUSED,   /* the name is known, the command is not offered */",
        "};", "",
        "/* command: the name without gl under which it is generated; opcode: 0 where there is no message. */",
        "struct gl_name {", "\tconst char *name;", "\tconst char *command;", "\tuint16_t opcode;",
        "\tuint8_t treatment; /* enum gl_treatment */", "};", "",
        f"#define GL_NAMES {len(model.aliases)}u", "/* Sorted by name. */",
        "extern const struct gl_name gl_names[GL_NAMES];", "",
        "/* The row of a full name (glUniform4fARB), or NULL. */",
        "const struct gl_name *gl_name_find(const char *name);", "", "#endif", ""])


def names_source(model):
    lines = ["/* Made by gl_gen.py. */", '#include "gl_names.h"', "", "#include <string.h>", "",
             '#include "gl_wire.h"', "", "const struct gl_name gl_names[GL_NAMES] = {"]
    for name, command in sorted(model.aliases.items()):
        treatment = "generated" if command.on_wire else command.treatment
        opcode = opcode_name(command) if command.on_wire else "0"
        lines.append(f'\t{{ "{name}", "{command.name}", {opcode}, GL_{treatment.upper()} }},')
    lines += ["};", "", "const struct gl_name *gl_name_find(const char *name)", "{",
              "\tsize_t low = 0, high = GL_NAMES;", "", "\twhile (low < high) {",
              "\t\tconst size_t middle = (low + high) / 2;",
              "\t\tconst int order = strcmp(name, gl_names[middle].name);", "",
              "\t\tif (order == 0)", "\t\t\treturn &gl_names[middle];", "\t\tif (order < 0)",
              "\t\t\thigh = middle;", "\t\telse", "\t\t\tlow = middle + 1;", "\t}", "\treturn NULL;", "}", ""]
    return "\n".join(lines)
