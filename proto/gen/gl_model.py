# SPDX-License-Identifier: MIT
"""The model: what becomes of each command and of each of its parameters.

The registry says what exists, gl_overrides.json decides what the registry leaves open, and this module
puts both together. A pointer that neither decides, an override that nothing matches, or two that
match one parameter end the generator.
"""
import fnmatch
import json
import re

from gl_lengths import Length, LengthError
from gl_registry import Registry

# C type: (size in bytes on the wire, C type there)
SCALARS = {
    "GLenum": (4, "uint32_t"), "GLbitfield": (4, "uint32_t"), "GLuint": (4, "uint32_t"),
    "GLint": (4, "int32_t"), "GLsizei": (4, "int32_t"), "GLclampx": (4, "int32_t"),
    "GLfloat": (4, "float"), "GLclampf": (4, "float"), "GLdouble": (8, "double"), "GLclampd": (8, "double"),
    "GLboolean": (1, "uint8_t"), "GLubyte": (1, "uint8_t"), "GLbyte": (1, "int8_t"), "GLchar": (1, "char"),
    "GLshort": (2, "int16_t"), "GLushort": (2, "uint16_t"), "GLhalfNV": (2, "uint16_t"),
    "GLintptr": (8, "int64_t"), "GLsizeiptr": (8, "int64_t"), "GLint64": (8, "int64_t"),
    "GLuint64": (8, "uint64_t"), "GLuint64EXT": (8, "uint64_t"), "GLhandleARB": (4, "uint32_t"),
    "GLcharARB": (1, "char"), "GLsync": (8, "uint64_t"),
}
CLASSES = ["buffer", "framebuffer", "program", "program pipeline", "arb program", "query", "renderbuffer",
           "sampler", "shader", "texture", "transform feedback", "vertex array", "attachment"]
BINDINGS = ["array", "element array", "pixel pack", "pixel unpack", "draw indirect", "dispatch indirect", "parameter",
            "query", "transform feedback"]
TREATMENTS = ("generated", "manual", "local", "refused")
# kind: the keys that an override may give with it. plain: values of pnames that are names elsewhere, and not here
KINDS = {
    "scalar": {"class", "by", "clamp"}, "sync": set(), "unsent": set(),
    "in": {"count", "null", "class", "pad"}, "out": {"count", "actual", "class", "null", "plain"},
    "offset": {"binding"}, "offsets": {"binding", "count"},
    "source": {"binding", "count", "image", "null"}, "sink": {"binding", "count", "image", "actual"},
    "string": {"length", "zero", "null"}, "strings": {"count", "lengths"}, "made": {"count", "class"},
}


class ModelError(Exception):
    pass


class Image:
    """The parameters that say how large an image is; `host` when only the host knows the dimensions."""

    def __init__(self, spec):
        self.format, self.type = spec.get("format", "format"), spec.get("type", "type")
        self.dims, self.host = spec.get("dims", []), bool(spec.get("host"))

    def text(self):
        return f"image({self.format},{self.type},{'host' if self.host else ','.join(self.dims)})"


class Param:
    """One parameter with its kind decided."""

    def __init__(self, raw, spec, where):
        self.raw, self.name, self.where = raw, raw.name, where
        self.kind = spec["kind"]
        unknown = set(spec) - {"kind"} - KINDS.get(self.kind, set())
        if self.kind not in KINDS or unknown:
            raise ModelError(f"{where}: the kind {self.kind!r} with {sorted(unknown)} is not understood")
        self.cls, self.by, self.binding = spec.get("class"), spec.get("by"), spec.get("binding")
        self.null, self.pad, self.clamp = bool(spec.get("null")), bool(spec.get("pad")), bool(spec.get("clamp"))
        self.plain = bool(spec.get("plain"))
        self.actual = spec.get("actual")
        self.length_of, self.lengths, self.zero = spec.get("length"), spec.get("lengths"), bool(spec.get("zero"))
        self.host_count = spec.get("count") == "host" or self.actual == "host"
        self.image = Image(spec["image"]) if "image" in spec else None
        self.count = self._length(spec["count"]) if spec.get("count", "host") != "host" else None
        self._check()

    def _length(self, text):
        try:
            return Length(str(text))
        except LengthError as error:
            raise ModelError(f"{self.where}: {error}") from error

    def _check(self):
        if self.cls is not None and self.cls not in CLASSES:
            raise ModelError(f"{self.where}: there is no class {self.cls!r}")
        if self.binding is not None and self.binding not in BINDINGS:
            raise ModelError(f"{self.where}: there is no binding {self.binding!r}")
        if self.kind in ("in", "out", "made", "strings", "offsets") and not self.count and not self.host_count:
            raise ModelError(f"{self.where}: an array without a length")
        if self.kind in ("source", "sink") and not self.count and not self.image and not self.host_count:
            raise ModelError(f"{self.where}: neither a length nor an image")
        if self.raw.is_pointer == (self.kind in ("scalar", "sync")) and self.kind != "unsent" and \
                not (self.kind == "offset" and not self.raw.is_pointer) and \
                not (self.kind == "sync" and self.raw.ctype == "const void *"):
            raise ModelError(f"{self.where}: {self.raw.ctype} cannot be of kind {self.kind}")
        if self.kind == "scalar" and self.raw.ctype not in SCALARS:
            raise ModelError(f"{self.where}: the type {self.raw.ctype} is not known")

    @property
    def element(self):
        """The type of an element as it stands in C: GLfloat of const GLfloat *; void is bytes."""
        return self.raw.ctype.replace("const", "").replace("*", "").strip()

    @property
    def element_size(self):
        if self.kind == "offsets":
            return 8
        return 1 if self.element == "void" else SCALARS[self.element][0]

    def is_fixed(self):
        """An array of so few elements, always there, that it lies among the fixed fields."""
        return self.kind == "in" and not self.null and self.count.constant() is not None

    def is_reply(self):
        return self.kind in ("out", "sink")

    def signature(self):
        parts = [self.kind, self.raw.ctype.replace(" ", "")]
        for value in (self.cls, self.by, self.binding, self.length_of, self.lengths, self.actual):
            parts.append(value or "-")
        parts.append(self.count.text.replace(" ", "") if self.count else "-")
        parts.append(self.image.text() if self.image else "-")
        parts.append("n" if self.null else "-")
        return ":".join(parts)


class Command:
    """A command under its canonical name, without gl; .names are all that it is known by, with gl."""

    def __init__(self, raw):
        self.raw, self.full_name, self.name = raw, raw.name, raw.name[2:]
        self.names, self.params, self.since = [raw.name], [], None
        self.treatment, self.side, self.why = "generated", None, None
        self.draws = self.frees = self.binds = self.waits = self.keeps = self.inside = self.shadow = False
        self.places = self.raster = False
        self.return_kind, self.return_class, self.opcode = None, raw.return_class, None
        self.load_first = []  # names by which drivers have it that lack the usual one, or have a stub for that

    @property
    def on_wire(self):
        return self.treatment == "generated" or (self.treatment == "manual" and self.side == "host")

    @property
    def returns_value(self):
        return self.return_kind in ("scalar",)

    @property
    def synchronous(self):
        return self.waits or self.returns_value or any(p.is_reply() for p in self.params)

    def param(self, name):
        for param in self.params:
            if param.name == name:
                return param
        raise ModelError(f"{self.full_name}: there is no parameter {name!r}")

    def signature(self):
        returns = f"{self.return_kind}:{self.raw.returns.replace(' ', '')}:{self.return_class or '-'}"
        return " ".join([self.name, returns] + [p.signature() for p in self.params])


class Overrides:
    """gl_overrides.json, which knows what of it has been used."""

    def __init__(self, data):
        self.data, self.used = data, set()

    def section(self, name):
        return self.data.get(name, {})

    def find(self, section, text):
        """What the one pattern that matches says; an exact name goes before patterns."""
        entries = self.section(section)
        if text in entries:
            self.used.add((section, text))
            return entries[text]
        found = [p for p in entries if "*" in p and fnmatch.fnmatchcase(text, p)]
        if len(found) > 1:
            raise ModelError(f"{text}: the overrides {' and '.join(found)} both match")
        if not found:
            return None
        self.used.add((section, found[0]))
        return entries[found[0]]

    def matches(self, section, text):
        """Whether a pattern of the list matches."""
        found = [p for p in self.section(section) if fnmatch.fnmatchcase(text, p)]
        self.used.update((section, p) for p in found)
        return bool(found)

    def notes(self, note, text):
        """Whether a pattern of the list in "notes" matches."""
        found = [p for p in self.section("notes")[note] if fnmatch.fnmatchcase(text, p)]
        self.used.update((f"notes: {note}", p) for p in found)
        return bool(found)

    def check_all_used(self):
        for note, patterns in self.section("notes").items():
            for pattern in patterns:
                if (f"notes: {note}", pattern) not in self.used:
                    raise ModelError(f"gl_overrides.json: notes: {note}: nothing is called {pattern!r}")
        for section in ("parameters", "commands", "draws", "binds", "waits", "places", "raster", "keeps", "inside",
                        "shadow", "classes", "aliases", "lengths", "load_first"):
            for pattern in self.section(section):
                if (section, pattern) not in self.used:
                    raise ModelError(f"gl_overrides.json: {section}: nothing is called {pattern!r}")


class Model:
    """commands: {name without gl: Command}, aliases: {full name: Command}, all that this build knows of."""

    def __init__(self, registry, overrides):
        self.registry, self.overrides = registry, Overrides(overrides)
        self.commands, self.aliases = {}, {}
        self.vendors = overrides["vendors"]
        self.extensions = registry.of_vendors(self.vendors)
        for name in overrides.get("extensions", []):
            if name not in registry.extensions or name in self.extensions:
                raise ModelError(f"gl_overrides.json: extensions: {name} is not one, or of a vendor of ours")
            self.extensions[name] = registry.extensions[name]
        for name in overrides.get("es_extensions", []):
            if name not in registry.es_extensions or name in self.extensions:
                raise ModelError(f"gl_overrides.json: es_extensions: {name} is not one of OpenGL ES alone")
            self.extensions[name] = registry.es_extensions[name]
        self.refused_extensions = overrides["refused_extensions"]
        for name in self.refused_extensions:
            if name not in registry.extensions:
                raise ModelError(f"gl_overrides.json: refused_extensions: there is no {name}")
        self._collect()
        for command in self.commands.values():
            self._decide(command)
        self.overrides.check_all_used()

    def _sources(self):
        for number, commands, _ in self.registry.versions:
            yield number, commands
        for name, commands in self.extensions.items():
            yield name, commands

    def _collect(self):
        extra = self.overrides.section("aliases")
        self.overrides.used.update(("aliases", name) for name in extra if name in self.registry.commands)
        for source, names in self._sources():
            for full_name in names:
                target = self.registry.canonical(full_name, extra)
                command = self.commands.get(target[2:])
                if command is None:
                    command = self.commands[target[2:]] = Command(self.registry.commands[target])
                    self.aliases[target] = command
                if full_name not in command.names:
                    command.names.append(full_name)
                self.aliases[full_name] = command
                if command.since is None:
                    command.since = source

        for names in self.registry.es_extensions.values():
            for full_name in names:
                command = self.commands.get(self.registry.canonical(full_name, extra)[2:])
                if command and full_name not in self.aliases:
                    command.names.append(full_name)
                    self.aliases[full_name] = command

    def offered_by(self, command):
        """The versions and the extensions that bring it under any name."""
        return [source for source, names in self._sources() if set(names) & set(command.names)]

    def offered_extensions(self):
        """The extensions whose commands are all carried out, those without commands among them."""
        kept_back, known = self.overrides.section("unoffered"), {}
        for extensions in (self.registry.extensions, self.registry.es_extensions):
            for name, commands in extensions.items():
                known[name] = known.get(name, []) + commands
        return self.overrides.section("offered") + [
            name for name, commands in known.items()
            if name not in self.refused_extensions and all(n in self.aliases for n in commands)
            and not any(fnmatch.fnmatchcase(name, p) for p in kept_back)]

    def _decide(self, command):
        decision = self.overrides.find("commands", command.full_name)
        sources = self.offered_by(command)
        if decision:
            command.treatment, command.side, command.why = (
                decision["treatment"], decision.get("side"), decision.get("why"))
            if command.treatment not in TREATMENTS or (command.treatment != "generated" and not command.why) or \
                    (command.treatment == "manual") != (command.side in ("host", "guest")):
                raise ModelError(f"{command.full_name}: its treatment {decision} is not understood")
        elif all(s in self.refused_extensions for s in sources):
            command.treatment, command.why = "refused", self.refused_extensions[sources[0]]
        if command.on_wire:
            self._decide_params(command)
        # Asked for every command, so that each override that stands for one counts as used.
        command.draws = self.overrides.matches("draws", command.full_name)
        command.waits = self.overrides.matches("waits", command.full_name)
        command.places = self.overrides.matches("places", command.full_name)
        command.raster = self.overrides.matches("raster", command.full_name)
        command.binds = self.overrides.matches("binds", command.full_name)
        command.shadow = self.overrides.matches("shadow", command.full_name)
        # In the file's order.
        command.notes = [self._note(note, command) for note in self.overrides.section("notes")
                         if self.overrides.notes(note, command.full_name)]
        command.inside = self.overrides.matches("inside", command.full_name)
        command.keeps = self.overrides.matches("keeps", command.full_name) or command.draws or command.inside
        command.frees = command.name.startswith("Delete")
        command.load_first = [n for n in command.names if self.overrides.matches("load_first", n)]

    @staticmethod
    def _note(text, command):
        """(function, arguments, asks) of NAME or NAME(argument,...): parameters of the command, true or false.

        With a question mark behind it the function says whether the command may go on.
        """
        match = re.fullmatch(r"(\w+)(?:\((\w+(?:,\w+)*)\))?(\?)?", text)
        arguments = match[2].split(",") if match and match[2] else []
        if not match or set(arguments) - {p.name for p in command.raw.params} - {"true", "false"}:
            raise ModelError(f"{command.full_name}: the note {text!r} is not understood")
        return ("gl_may_" if match[3] else "gl_note_") + match[1], arguments, bool(match[3])

    def _decide_params(self, command):
        raw = command.raw
        makes = command.name.startswith(("Gen", "Create"))
        if raw.returns == "void":
            command.return_kind = "void"
        elif raw.returns == "GLsync":
            command.return_kind = "made sync"
        elif raw.returns not in SCALARS:
            raise ModelError(f"{command.full_name}: what becomes of its {raw.returns} is undecided")
        else:
            decided = self.overrides.find("classes", f"{command.full_name}.return")
            command.return_class = self._class(raw.return_class) if decided is None else decided or None
            command.return_kind = "made" if makes and command.return_class else "scalar"
        for raw_param in raw.params:
            where = f"{command.full_name}.{raw_param.name}"
            spec = self.overrides.find("parameters", where)
            spec = self._direction(spec, raw_param, False) if spec else self._spec(raw_param, where, makes)
            command.params.append(Param(raw_param, spec, where))
        for param in command.params:
            for name in self._used_names(param):
                if command.param(name).kind not in ("scalar", "out", "unsent"):
                    raise ModelError(f"{param.where}: {name} is not a number")

    @staticmethod
    def _used_names(param):
        names = set(param.count.names()) if param.count else set()
        if param.image:
            names |= {n for n in [param.image.format, param.image.type, *param.image.dims] if not n.isdigit()
                      and not n.startswith("GL_")}
        return names | ({param.actual} if param.actual and param.actual != "host" else set())

    def _class(self, text):
        return None if text in (None, "display list", "sync") else text

    def _spec(self, raw, where, makes):
        cls = self._class(raw.cls)
        decided = self.overrides.find("classes", where)
        cls = cls if decided is None else decided or None
        if not raw.is_pointer:
            if raw.ctype == "GLsync":
                return {"kind": "sync"}
            if raw.ctype not in SCALARS:
                raise ModelError(f"{where}: the type {raw.ctype} is undecided")
            return {"kind": "scalar", **({"class": cls} if cls else {})}
        if raw.len is None:
            raise ModelError(f"{where}: the registry gives no length and gl_overrides.json does not decide")
        spec = self.overrides.find("lengths", raw.len)
        if spec is None and "COMPSIZE" not in raw.len:
            spec = {"count": raw.len}
        if spec is None:
            raise ModelError(f"{where}: the length {raw.len} is undecided")
        if raw.ctype.count("*") > 1 or raw.ctype in ("void **",):
            raise ModelError(f"{where}: {raw.ctype} is undecided")
        return {**self._direction(spec, raw, makes and cls), **({"class": cls} if cls else {})}

    @staticmethod
    def _direction(spec, raw, made):
        """The kind of an array of which only the length was decided."""
        inward = raw.ctype.startswith("const")
        if "kind" in spec:
            return spec
        if "image" in spec:
            return {**spec, "kind": "source", "binding": "pixel unpack", "null": True} if inward else \
                {**spec, "kind": "sink", "binding": "pixel pack"}
        spec = {**spec, "kind": "in" if inward else "made" if made else "out"}
        return {**spec, "pad": True} if inward and "pname(" in spec["count"] else spec


def load(overrides_path, registry_path=None):
    """The model from its two inputs."""
    registry = Registry(registry_path) if registry_path else Registry()
    with open(overrides_path, encoding="utf-8") as file:
        return Model(registry, json.load(file))
