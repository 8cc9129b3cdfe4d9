# SPDX-License-Identifier: GPL-2.0-or-later
"""The generator of forwarded OpenGL: what it knows, and what it refuses to make."""
import copy
import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

TREE = pathlib.Path(__file__).resolve().parents[3]
GEN = TREE / "proto/gen"
sys.path.insert(0, str(GEN))

import gl_coverage  # noqa: E402
import gl_entry  # noqa: E402
import gl_exports  # noqa: E402
import gl_model  # noqa: E402
import gl_opcodes  # noqa: E402
import gl_registry  # noqa: E402
import gl_wire  # noqa: E402
from gl_lengths import Length, LengthError  # noqa: E402

OVERRIDES = TREE / "proto/gl_overrides.json"
OPCODES = TREE / "proto/gl_opcodes.txt"


@pytest.fixture(scope="module")
def registry():
    return gl_registry.Registry()


@pytest.fixture(scope="module")
def overrides():
    return json.loads(OVERRIDES.read_text())


@pytest.fixture(scope="module")
def model(registry, overrides):
    return gl_model.Model(registry, overrides)


def changed(registry, overrides, change):
    """The model with other overrides."""
    other = copy.deepcopy(overrides)
    change(other)
    return gl_model.Model(registry, other)


def refuses(registry, overrides, change, pattern):
    with pytest.raises(gl_model.ModelError, match=pattern):
        changed(registry, overrides, change)


# ---- the registry

def test_counts_of_the_registry(registry):
    versions = {name for _, names, _ in registry.versions for name in names}
    assert len(versions) == 1048
    assert len(versions - registry.core_removed) == 698
    everything = versions | {n for names in registry.of_vendors(["ARB", "EXT", "KHR"]).values() for n in names}
    assert len(everything) == 1971
    assert len({registry.canonical(n) for n in everything}) == 1593


def test_aliases_share_a_command(model):
    assert model.aliases["glUniform4fARB"] is model.aliases["glUniform4f"]
    assert model.aliases["glGetnUniformfvARB"] is model.aliases["glGetnUniformfv"]
    assert {"glBindBuffer", "glBindBufferARB"} <= set(model.commands["BindBuffer"].names)


# ---- what is decided

def test_every_command_of_the_versions_is_decided(model):
    for _, names, _ in model.registry.versions:
        for name in names:
            command = model.aliases[name]
            assert command.treatment in gl_model.TREATMENTS
            assert command.treatment == "generated" or command.why
            assert not command.on_wire or len(command.params) == len(command.raw.params)


def kind(model, command, param):
    return model.commands[command].param(param)


def test_kinds_of_parameters(model):
    assert kind(model, "Uniform4f", "v0").kind == "scalar"
    assert kind(model, "BindTexture", "texture").cls == "texture"
    assert kind(model, "Vertex3fv", "v").is_fixed()
    assert kind(model, "UniformMatrix4fv", "value").count.text == "count*16"
    assert kind(model, "BufferData", "data").null
    assert kind(model, "GenTextures", "textures").kind == "made"
    assert kind(model, "DeleteTextures", "textures").cls == "texture"
    assert kind(model, "DrawElements", "indices").binding == "element array"
    assert kind(model, "VertexAttribPointer", "pointer").kind == "offset"
    assert kind(model, "TexImage2D", "pixels").image.dims == ["width", "height"]
    assert kind(model, "ReadPixels", "pixels").binding == "pixel pack"
    assert kind(model, "GetTexImage", "pixels").image.host
    assert kind(model, "ShaderSource", "string").lengths == "length"
    assert kind(model, "GetShaderInfoLog", "infoLog").actual == "length"
    assert kind(model, "GetVertexAttribiv", "params").count.text == "pname(pname)"
    assert kind(model, "CopyImageSubData", "srcName").by == "srcTarget"
    assert model.commands["CreateShader"].return_kind == "made"
    assert model.commands["FenceSync"].return_kind == "made sync"


def test_what_waits_for_an_answer(model):
    waiting = {name for name, c in model.commands.items() if c.on_wire and c.synchronous}
    assert {"GetIntegerv", "IsTexture", "ReadPixels", "Finish", "ClientWaitSync", "GetError"} <= waiting
    assert not waiting & {"GenTextures", "CreateShader", "CreateProgram", "FenceSync", "TexImage2D", "Flush"}


def test_dangerous_commands_are_refused(model):
    for name in ("glProgramBinary", "glShaderBinary", "glGetTextureHandleARB", "glImportMemoryFdEXT", "glImportSemaphoreFdEXT",
                 "glMakeImageHandleResidentARB"):
        assert model.aliases[name].treatment == "refused"


def test_lengths_only_use_what_was_sent(model):
    for command in model.commands.values():
        for param in command.params:
            for name in param.count.names() if param.count else ():
                assert command.param(name).kind == "scalar", f"{command.full_name}.{param.name}"


def test_fixed_fields_are_aligned_by_themselves(model):
    for command in model.commands.values():
        if command.on_wire:
            members, size = gl_wire.fields(command)
            at = 0
            for field in members:
                assert field.offset == at and at % field.size == 0
                at += field.size * max(1, field.elements)
            assert at == size and size % 8 == 0


@pytest.mark.parametrize("text,names", [("4", set()), ("count*4", {"count"}), ("bufSize / 8", {"bufSize"}),
                                        ("min(bufSize, n*2)", {"bufSize", "n"}), ("pname(target)", {"target"})])
def test_lengths(text, names):
    assert Length(text).names() == names


@pytest.mark.parametrize("text", ["", "count*", "count 4", "COMPSIZE(pname)", "system(x)", "n+1", "(n)"])
def test_bad_lengths(text):
    with pytest.raises(LengthError):
        Length(text)


# ---- what ends the generator

def test_undecided_pointer(registry, overrides):
    refuses(registry, overrides, lambda o: o["parameters"].pop("glNamedBufferData.data"),
            r"glNamedBufferData\.data: the registry gives no length")


def test_undecided_length(registry, overrides):
    refuses(registry, overrides, lambda o: o["lengths"].pop("COMPSIZE(pname)"),
            r"gl\w+\.\w+: the length COMPSIZE\(pname\) is undecided")


def test_undecided_return(registry, overrides):
    refuses(registry, overrides, lambda o: o["commands"].pop("glGetString"), r"glGetString: .*undecided")


@pytest.mark.parametrize("section,name,value", [
    ("parameters", "glNoSuch.thing", {"kind": "string"}),
    ("parameters", "glUniform4f.v9", {"kind": "scalar"}),
    ("commands", "glNoSuch", {"treatment": "local", "why": "x"}),
    ("classes", "glNoSuch.name", "texture"),
    ("aliases", "glNoSuchARB", "glNoSuch"),
    ("lengths", "COMPSIZE(nothing)", {"count": "1"}),
])
def test_unknown_override(registry, overrides, section, name, value):
    refuses(registry, overrides, lambda o: o[section].update({name: value}), re.escape(name))


def test_two_overrides_for_one_parameter(registry, overrides):
    refuses(registry, overrides, lambda o: o["parameters"].update(
        {"glGetVertexAttribI*.params": {"kind": "out", "count": "1"}}), "both match")


@pytest.mark.parametrize("spec,pattern", [
    ({"kind": "pointer"}, "not understood"),
    ({"kind": "in"}, "without a length"),
    ({"kind": "in", "count": "size", "binding": "array"}, "not understood"),
    ({"kind": "source", "count": "size", "binding": "nowhere"}, "no binding"),
    ({"kind": "in", "count": "size", "class": "window"}, "no class"),
    ({"kind": "in", "count": "many"}, "no parameter 'many'"),
    ({"kind": "in", "count": "data"}, "not a number"),
    ({"kind": "scalar"}, "cannot be of kind"),
])
def test_wrong_override(registry, overrides, spec, pattern):
    refuses(registry, overrides, lambda o: o["parameters"].update({"glBufferData.data": spec}), pattern)


@pytest.mark.parametrize("note", ["changed(nothing)", "changed(", "changed()", "changed(mode,2)"])
def test_bad_notes(registry, overrides, note):
    refuses(registry, overrides, lambda o: o["notes"].update({note: ["glBegin"]}), "glBegin: the note .*not understood")


def test_notes(registry, overrides):
    notes = {"memory": ["glShadeModel"], "shaded(mode,true)": ["glShadeModel"], "shade(mode)?": ["glShadeModel"]}
    model = changed(registry, overrides, lambda o: o.update({"notes": notes}))
    assert model.commands["ShadeModel"].notes == [
        ("gl_note_memory", [], False), ("gl_note_shaded", ["mode", "true"], False), ("gl_may_shade", ["mode"], True)]
    body = "\n".join(gl_entry.body(model.commands["ShadeModel"]))
    assert body.index("gl_note_memory(ctx);") < body.index("gl_note_shaded(ctx, mode, true);") \
        < body.index("if (!gl_may_shade(ctx, mode))\n\t\treturn;") < body.index("gl_encode_")


def test_refused_without_a_reason(registry, overrides):
    refuses(registry, overrides, lambda o: o["commands"].update({"glFlush": {"treatment": "refused"}}),
            "glFlush: its treatment")


def run_generator(tmp_path, *words):
    return subprocess.run([sys.executable, "-B", GEN / "gl_gen.py", "--opcodes", tmp_path / "opcodes.txt", *words],
                          capture_output=True, text=True, check=False)


def test_changed_signature(tmp_path):
    text = OPCODES.read_text()
    number, digest = re.search(r"^(\d+) Uniform4f (\w+)$", text, re.M).groups()
    (tmp_path / "opcodes.txt").write_text(text.replace(digest, digest[::-1]))
    result = run_generator(tmp_path, "--coverage")
    assert result.returncode and f"glUniform4f: its signature changed, but opcode {number}" in result.stderr


def test_missing_opcode_and_appending(tmp_path):
    lines = OPCODES.read_text().splitlines(keepends=True)
    (tmp_path / "opcodes.txt").write_text("".join(lines[:-1]))
    result = run_generator(tmp_path, "--coverage")
    assert result.returncode and "has no opcode" in result.stderr
    assert run_generator(tmp_path, "--append-opcodes").returncode == 0
    assert (tmp_path / "opcodes.txt").read_text() == OPCODES.read_text()


def test_opcodes_are_never_taken_away(model, tmp_path):
    lines = OPCODES.read_text().splitlines(keepends=True)
    (tmp_path / "opcodes.txt").write_text("".join(lines[:10] + lines[11:]))
    with pytest.raises(gl_opcodes.OpcodeError, match="was to follow"):
        gl_opcodes.Table(tmp_path / "opcodes.txt")


def test_the_hash_stands_for_kinds(registry, overrides, model):
    other = changed(registry, overrides, lambda o: o["parameters"]["glBufferData.data"].pop("null"))
    assert gl_opcodes.signature_hash(other.commands["BufferData"]) != \
        gl_opcodes.signature_hash(model.commands["BufferData"])
    assert gl_opcodes.signature_hash(other.commands["Uniform4f"]) == \
        gl_opcodes.signature_hash(model.commands["Uniform4f"])


# ---- what is made

def test_coverage_names_what_is_refused(model):
    text = gl_coverage.report(model)
    total = re.search(r"^OpenGL 1\.0 to 4\.6 +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)$", text, re.M)
    commands, *parts = map(int, total.groups())
    assert commands == 1048 == sum(parts)
    assert "undecided: none" in text and "glProgramBinary" in text


def test_exports_follow_the_choice(model):
    old = gl_exports.exported(model, "1.1", "")
    assert "glBegin" in old and "glUniform4f" not in old and "glBindBufferARB" not in old
    assert "glBindBufferARB" in gl_exports.exported(model, "1.1", "GL_ARB_vertex_buffer_object")
    assert "glUniform4f" in gl_exports.exported(model, "2.0", "")
    assert "glImportMemoryFdEXT" not in gl_exports.exported(model, "4.6", "all")
    with pytest.raises(gl_model.ModelError, match="GL_EXT_memory_object is not exposed"):
        gl_exports.exported(model, "4.6", "GL_EXT_memory_object")


# ---- the C that others compile

WARNINGS = ("-Wall -Wextra -Wpedantic -Wshadow -Wundef -Wvla -Wconversion -Wsign-conversion -Wcast-qual "
            "-Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes -Wswitch-enum -Werror").split()


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    out = tmp_path_factory.mktemp("gen")
    subprocess.run([sys.executable, "-B", GEN / "gl_gen.py", "--out", out], check=True)
    subprocess.run([sys.executable, "-B", GEN / "gen_messages.py", TREE / "proto/messages.json", "--limits",
                    TREE / "proto/oriel_limits.h", "--out", out], check=True)
    subprocess.run([sys.executable, "-B", GEN / "gen_messages.py", TREE / "proto/gl/gl_messages.json", "--limits",
                    TREE / "proto/oriel_limits.h", "--limits", TREE / "daemon/common/ipc_limits.h", "--limits",
                    TREE / "proto/gl/gl_limits.h", "--out", out], check=True)
    return out


def compiles(compiler, generated, *files):
    folders = [generated, TREE / "proto", TREE / "proto/gl", TREE / "guest/common"]
    result = subprocess.run([*compiler, "-std=c11", "-fsyntax-only", *WARNINGS,
                             *(f"-iquote{f}" for f in folders), *files], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr[:2000]


def guest_sources(generated):
    return [*sorted((TREE / "guest/common").rglob("*.c")), *sorted((TREE / "proto/gl").glob("*.c")),
            *sorted(generated.glob("gl_encode_*.c")), *sorted(generated.glob("gl_entry_*.c")), generated / "gl_counts.c", generated / "gl_names.c",
            generated / "gl_trace_table.c"]


@pytest.mark.parametrize("compiler", ["gcc", "gcc -m32", "x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc"])
def test_the_guest_library_is_plain_c11(compiler, generated):
    if not shutil.which(compiler.split()[0]):
        pytest.skip(f"{compiler} is not installed")
    compiles(compiler.split(), generated, *guest_sources(generated))


def test_fields_lie_at_the_same_place_in_32_bits(generated, tmp_path):
    source = tmp_path / "all.c"
    source.write_text("".join(f'#include "{h.name}"\n' for h in sorted(generated.glob("gl_wire*.h"))))
    compiles(["gcc", "-m32", "-ffreestanding"], generated, source)


def test_no_file_is_too_long(generated):
    for path in generated.glob("gl_*.[ch]"):
        assert len(path.read_text().splitlines()) < 11000, path.name
