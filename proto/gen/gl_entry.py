# SPDX-License-Identifier: MIT
"""The guest library's functions under OpenGL's own names, and what its shadow has to bring.

An entry point takes the thread's current context and hands the call on: to the encoder, or, where
gl_overrides.json says so ("shadow") or no message exists for it, to gl_shadow_NAME, which is written by hand.
Names of what a command makes are allotted on the way. A command with "notes" calls gl_note_NOTE() before, with
the parameters that the note names, or gl_may_NOTE(), which says whether the command may go on. What the shadow may answer by itself is refused between glBegin and glEnd, as
the host would.
"""
import gl_text
from gl_wire import class_name


def kind_of(command):
    """How the entry point of a command hands it on."""
    if command.treatment == "refused":
        return "refused"
    if command.shadow or not command.on_wire:
        return "shadow"
    if command.return_kind in ("made", "made sync"):
        return command.return_kind
    return "names" if any(p.kind == "made" for p in command.params) else "encode"


def declarations(command):
    return [p.declaration for p in command.raw.params] or ["void"]


def head(command, name, tail):
    glue = "" if command.raw.returns.endswith("*") else " "
    return gl_text.call(0, f"{command.raw.returns} GL_APIENTRY{glue or ' '}{name}(", declarations(command), tail)


def shadow_prototype(command):
    glue = "" if command.raw.returns.endswith("*") else " "
    arguments = ["struct gl_context *ctx"] + [p.declaration for p in command.raw.params]
    return gl_text.call(0, f"{command.raw.returns}{glue}gl_shadow_{command.name}(", arguments, ");")


def sent(command):
    """The arguments of gl_encode_NAME after the encoder."""
    lengths = {p.lengths for p in command.params}
    return [p.name for p in command.params if p.kind != "unsent" or p.name in lengths]


# Names of these classes a program may choose itself: binding them makes what they stand for.
CHOSEN = ("buffer", "texture", "framebuffer", "renderbuffer", "query", "arb program")


# What the shadow leaves to the host wherever it stands.
ANYWHERE = ("Begin", "EndList", "GetError", "NewList")


def chosen(command):
    """Tells of names that the program may have chosen."""
    if not command.binds or not command.on_wire:
        return []
    return [f"gl_name_used(ctx, {class_name(p.cls)}, {p.name});" for p in command.params
            if p.kind == "scalar" and p.cls in CHOSEN]


def note(each, zero):
    function, arguments, asks = each
    call = f"{function}({', '.join(['ctx', *arguments])})"
    return f"if (!{call})\n\t\treturn{zero};" if asks else f"{call};"


def body(command):
    returns, kind = command.raw.returns, kind_of(command)
    zero = "" if returns == "void" else " 0"
    encode = ["&ctx->enc", *sent(command)]
    lines = ["\tstruct gl_context *ctx = gl_current_context;"]
    notes = [note(each, zero) for each in command.notes] + chosen(command)
    if kind == "made":
        return lines + ["\tGLuint name;", "", "\tif (!ctx)", f"\t\treturn{zero};", *("\t" + n for n in notes),
                        f"\tname = gl_name_make(ctx, {class_name(command.return_class)});",
                        *gl_text.call(1, f"gl_encode_{command.name}(", encode + ["name"], ");"),
                        "\tgl_made(ctx);", "\treturn name;"]
    if kind == "made sync":
        return lines + ["\tuint64_t name;", "", "\tif (!ctx)", f"\t\treturn{zero};", *("\t" + n for n in notes),
                        "\tname = gl_sync_make(ctx);",
                        *gl_text.call(1, f"gl_encode_{command.name}(", encode + ["name"], ");"),
                        "\treturn gl_sync_pointer(name);"]
    if kind == "names":
        made = next(p for p in command.params if p.kind == "made")
        names = ["ctx", class_name(made.cls), made.count.tree[1], made.name]
        return lines + ["", *gl_text.call(1, "if (!ctx || !gl_names_make(", names, "))"), "\t\treturn;",
                        *("\t" + n for n in notes),
                        *gl_text.call(1, f"gl_encode_{command.name}(", encode, ");"), "\tgl_made(ctx);"]
    if kind == "refused":
        lines += [f"\t(void){p.name};" for p in command.raw.params]
        lines += ["", "\tif (ctx)", "\t\tgl_error(ctx, GL_INVALID_OPERATION);"]
        return lines + ([] if returns == "void" else ["\treturn 0;"])
    if kind == "shadow":
        call, arguments = f"gl_shadow_{command.name}(", ["ctx", *(p.name for p in command.raw.params)]
    else:
        call, arguments = f"gl_encode_{command.name}(", encode
    if kind == "shadow" and not command.inside and command.name not in ANYWHERE:
        notes.insert(0, f"if (gl_inside(ctx))\n\t\treturn{zero};")
    if returns == "void" and not notes:
        return lines + ["", "\tif (ctx)", *gl_text.call(2, call, arguments, ");")]
    lines += ["", "\tif (!ctx)", f"\t\treturn{zero};", *("\t" + n for n in notes)]
    return lines + gl_text.call(1, call if returns == "void" else f"return {call}", arguments, ");")


def source(commands):
    lines = ["/* Made by gl_gen.py: OpenGL's functions, in the order of their commands' names. */",
             '#include "gl_entry.h"', "", '#include "gl_context.h"', '#include "gl_encode.h"', '#include "gl_shadow.h"',
             ""]
    for command in commands:
        for name in sorted(command.names):
            lines += [*head(command, name, ")"), "{", *body(command), "}", ""]
    return "\n".join(lines)


def header(model):
    lines = ["/* Made by gl_gen.py: OpenGL's functions, as the guest library has them. */",
             "#ifndef GL_ENTRY_H", "#define GL_ENTRY_H", "", '#include "gl_types.h"', ""]
    for name, command in sorted(model.aliases.items()):
        lines += head(command, name, ");")
    return "\n".join(lines + ["", "#endif", ""])


def table(model):
    """The functions in the order of gl_names."""
    lines = ["/* Made by gl_gen.py: the functions of gl_names, in its order. */", '#include "gl_context.h"', "",
             '#include "gl_entry.h"', '#include "gl_names.h"', "", "const gl_function gl_entries[GL_NAMES] = {"]
    lines += [f"\t(gl_function){name}," for name in sorted(model.aliases)]
    return "\n".join(lines + ["};", ""])


def shadow_header(model):
    """gl_shadow.h: what the shadow has to bring."""
    lines = ["/* Made by gl_gen.py: commands that the guest library's shadow takes over. */",
             "#ifndef GL_SHADOW_H", "#define GL_SHADOW_H", "", '#include "gl_types.h"', "", "struct gl_context;", ""]
    for command in sorted(model.commands.values(), key=lambda c: c.name):
        if kind_of(command) == "shadow":
            lines += shadow_prototype(command)
    return "\n".join(lines + ["", "#endif", ""])


def offered_source(model):
    """The names of extensions that a context may offer, if its host has them."""
    names = sorted(model.offered_extensions())
    lines = ["/* Made by gl_gen.py: extensions whose commands are all here, sorted. */", '#include "gl_context.h"', "",
             "const char *const gl_offered[] = {", *(f'\t"{n}",' for n in names), "};", "",
             "const unsigned int gl_n_offered = sizeof(gl_offered) / sizeof(gl_offered[0]);", ""]
    return "\n".join(lines)
