# SPDX-License-Identifier: MIT
"""What the Khronos registry says: commands, enums, groups, versions, extensions.

Nothing is decided here; gl_model.py does that.
"""
import re
import xml.etree.ElementTree

REGISTRY = "/usr/share/khronos-api/gl.xml"
API = ("gl", "glcore")
ES = "gles2"


class RegistryError(Exception):
    pass


class RawParam:
    """One parameter as it stands: C type without its name, length text, group and class."""

    def __init__(self, node):
        self.name = node.find("name").text
        text = " ".join("".join(node.itertext()).split())
        self.declaration = text
        self.ctype = text[:text.rindex(self.name)].strip()
        self.len, self.group, self.cls = node.get("len"), node.get("group"), node.get("class")
        self.is_pointer = "*" in self.ctype


class RawCommand:
    def __init__(self, node):
        proto = node.find("proto")
        self.name = proto.find("name").text
        text = " ".join("".join(proto.itertext()).split())
        self.returns = text[:text.rindex(self.name)].strip()
        self.return_group, self.return_class = proto.get("group"), proto.get("class")
        self.params = [RawParam(p) for p in node.findall("param")]
        alias = node.find("alias")
        self.alias = alias.get("name") if alias is not None else None

    def prototype(self):
        arguments = ", ".join(p.declaration for p in self.params) or "void"
        space = "" if self.returns.endswith("*") else " "
        return f"{self.returns}{space}{self.name}({arguments})"


class Enum:
    def __init__(self, node, bitmask):
        self.name, self.text = node.get("name"), node.get("value")
        self.value = int(self.text, 0)
        self.groups = [g for g in (node.get("group") or "").split(",") if g]
        self.bitmask = bitmask


class Registry:
    """commands: {name: RawCommand}; versions: [(number, names)]; extensions: {name: names}."""

    def __init__(self, path=REGISTRY):
        try:
            root = xml.etree.ElementTree.parse(path).getroot()
        except (OSError, xml.etree.ElementTree.ParseError) as error:
            raise RegistryError(f"{path}: {error}") from error
        self.commands = {}
        for node in root.find("commands"):
            command = RawCommand(node)
            self.commands[command.name] = command
        self.enums, self.groups = {}, {}
        self._read_enums(root)
        self.versions = [(f.get("number"), self._names(f, "command"), self._names(f, "enum"))
                         for f in root.findall("feature") if f.get("api") == "gl"]
        self.core_removed = {x.get("name") for f in root.findall("feature") if f.get("api") == "gl"
                             for r in f.findall("remove") if r.get("profile") == "core"
                             for x in r.findall("command")}
        self.extensions, self.extension_enums, self.es_extensions = {}, {}, {}
        for node in root.find("extensions"):
            if ES in node.get("supported").split("|"):
                self.es_extensions[node.get("name")] = self._names(node, "command", (ES,))
                self.extension_enums[node.get("name")] = self._names(node, "enum", (ES,))
            if set(API) & set(node.get("supported").split("|")):
                self.extensions[node.get("name")] = self._names(node, "command")
                self.extension_enums[node.get("name")] = self._names(node, "enum")

    def _read_enums(self, root):
        for block in root.findall("enums"):
            bitmask = block.get("type") == "bitmask"
            for node in block.findall("enum"):
                if node.get("api") not in (None, *API) or node.get("type") in ("ull",):
                    continue
                enum = Enum(node, bitmask)
                self.enums.setdefault(enum.name, enum)
                for group in enum.groups + ([block.get("group")] if block.get("group") else []):
                    self.groups.setdefault(group, []).append(enum)

    @staticmethod
    def _names(node, kind, apis=API):
        names = []
        for require in node.findall("require"):
            if require.get("api") in (None, *apis):
                names += [x.get("name") for x in require.findall(kind)]
        return list(dict.fromkeys(names))

    def canonical(self, name, extra_aliases=()):
        """The command that `name` stands for at the end of its chain of aliases."""
        seen = set()
        while name not in seen:
            seen.add(name)
            following = dict(extra_aliases).get(name) or self.commands[name].alias
            if following is None or following not in self.commands:
                return name
            name = following
        raise RegistryError(f"{name}: its aliases go round")

    def of_vendors(self, vendors):
        """The extensions of these vendors, by name."""
        pattern = re.compile(r"GL_(%s)_" % "|".join(vendors))
        return {name: commands for name, commands in self.extensions.items() if pattern.match(name)}
