#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes C structures and codecs from a table of messages.

    gen_messages.py TABLE.json --limits LIMITS.h... --out DIR
    gen_messages.py TABLE.json --limits LIMITS.h... --model FILE.c
    gen_messages.py TABLE.json --limits LIMITS.h... --fields FILE.c

TABLE.json names a prefix, the headers it uses, enumerations, structures, and messages; DIR gets
PREFIX_messages.h and PREFIX_messages.c. With --doc PAGE.md the tables of that page are made instead;
with --model FILE.c the fields of all messages as data (tests/fuzz/shared/model.h), for fuzzing; with --fields
FILE.c as data for printing them (daemon/capture/message_text.h).
An enumeration is a list of [name, number, documentation].
A field is [name, type, documentation]; a type is one of

    u8 u16 u32 u64      scalars, little-endian
    bytes:N             exactly N bytes
    str:MAX             text without NUL, at most MAX bytes, terminated in C
    blob:MAX            at most MAX bytes, borrowed from the received message
    NAME                a structure of the table
    NAME[MAX]           at most MAX structures or scalars, with n_FIELD beside them

N and MAX are numbers or names that oriel_limits.h defines. Anything else ends the build.
"""
import argparse
import json
import pathlib
import re
import sys

SCALARS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8}
FROM = {"guest": "WIRE_FROM_GUEST", "host": "WIRE_FROM_HOST", "both": "WIRE_FROM_GUEST | WIRE_FROM_HOST"}
MESSAGE_KEYS = {"name", "id", "doc", "fields", "fds", "from", "on", "reply", "errors"}


class TableError(Exception):
    pass


def read_limits(path):
    """The integer constants that a header defines, by name."""
    values = {}
    header_text = path.read_text().replace("\\\n", "")
    for name, text in re.findall(r"#define (\w+)\s+(\(.*?\)|\w+)(?:\s*/\*|\s*$)", header_text, re.M):
        expression = re.sub(r"\b(0x[0-9a-f]+|\d+)[uU]\b", r"\1", text)
        expression = re.sub(r"[A-Z_]\w+", lambda m: str(values.get(m.group(0), m.group(0))), expression)
        if re.fullmatch(r"[\d\sx()<<*+-]+", expression):
            values[name] = eval(expression)  # digits and arithmetic only, checked above
    return values


class Field:
    """One field: its C declaration, its codec calls and the bytes it can take."""

    def __init__(self, table, name, type_name, doc):
        self.name, self.doc = name, doc
        match = re.fullmatch(r"(\w+)(?::(\w+)|\[(\w+)\])?", type_name)
        if not match:
            raise TableError(f"{name}: cannot read the type {type_name!r}")
        self.base, size, count = match.groups()
        self.limit = size or count
        self.is_array = count is not None
        self.limit_value = table.number(self.limit) if self.limit else 0
        if self.base not in ("bytes", "str", "blob") and self.base not in SCALARS:
            table.struct(self.base)
        if (self.base in ("bytes", "str", "blob")) != (size is not None):
            raise TableError(f"{name}: {type_name!r} has a size where none belongs, or none where one does")
        self.table = table

    def element_max(self):
        if self.base in SCALARS:
            return 2 * SCALARS[self.base] - 1
        return sum(f.size_max() for f in self.table.struct(self.base))

    def element_min(self):
        if self.base in SCALARS:
            return SCALARS[self.base]
        return sum(f.size_min() for f in self.table.struct(self.base))

    def size_min(self):
        if self.is_array:
            return 2
        return {"bytes": self.limit_value, "str": 2, "blob": 4}.get(self.base) or self.element_min()

    def size_max(self):
        if self.is_array:
            return 3 + self.limit_value * self.element_max()
        fixed = {"bytes": self.limit_value, "str": 3 + self.limit_value, "blob": 7 + self.limit_value}
        return fixed.get(self.base) or self.element_max()

    def declaration(self):
        element = {"bytes": "uint8_t", "str": "char", "blob": "struct wire_blob"}.get(self.base)
        if element is None:
            element = f"uint{self.base[1:]}_t" if self.base in SCALARS else f"struct {self.table.prefix}_{self.base}"
        lines = []
        if self.is_array:
            lines.append(f"uint16_t n_{self.name};")
        suffix = f"[{self.limit}]" if self.is_array or self.base == "bytes" else ""
        if self.base == "str":
            suffix = f"[{self.limit} + 1]"
        lines.append(f"{element} {self.name}{suffix};" + (f" /* {self.doc} */" if self.doc else ""))
        return lines

    def codec(self, verb):
        """The statements that write or read this field of *m through w or r."""
        target = f"m->{self.name}"
        if not self.is_array:
            return [self.element_codec(verb, target)]
        if verb == "write":
            head = f"wire_write_count(w, m->n_{self.name}, {self.limit});"
            bound = f"m->n_{self.name} && !w->failed"
        else:
            head = f"m->n_{self.name} = wire_read_count(r, {self.limit});"
            bound = f"m->n_{self.name}"
        return [head, f"for (size_t i = 0; i < {bound}; i++)", "\t" + self.element_codec(verb, target + "[i]")]

    def element_codec(self, verb, target):
        handle = "w" if verb == "write" else "r"
        if self.base in SCALARS:
            if verb == "write":
                return f"wire_write_{self.base}(w, {target});"
            return f"{target} = wire_read_{self.base}(r);"
        if self.base == "bytes":
            return f"wire_{verb}_bytes({handle}, {target}, {self.limit});"
        if self.base == "str":
            return f"wire_{verb}_string({handle}, {target}, {self.limit});"
        if self.base == "blob":
            return f"wire_{verb}_blob({handle}, &{target}, {self.limit});"
        return f"{verb}_{self.base}({handle}, &{target});"


class Table:
    def __init__(self, data, limits):
        self.prefix, self.limits, self.raw = data["prefix"], limits, data
        self.enums = data.get("enums", {})
        for name, values in self.enums.items():
            numbers = [number for _, number, _ in values]
            if len(set(numbers)) != len(numbers):
                raise TableError(f"enum {name}: two values have one number")
        self.structs = {}
        for name, fields in data.get("structs", {}).items():
            self.structs[name] = [Field(self, *f) for f in fields]
        self.messages = sorted(data["messages"], key=lambda m: m["id"])
        ids = [m["id"] for m in self.messages]
        if len(set(ids)) != len(ids):
            raise TableError("two messages have one id")
        for message in self.messages:
            unknown = set(message) - MESSAGE_KEYS
            if unknown or message.get("from", "guest") not in FROM or message.get("on", "channel") != "channel":
                raise TableError(f"message {message['name']}: {sorted(unknown) or 'from or on'} is not understood")
            message["c_fields"] = [Field(self, *f) for f in message.get("fields", [])]

    def number(self, text):
        if text.isdigit():
            return int(text)
        if text not in self.limits:
            raise TableError(f"{text} is not a limit")
        return self.limits[text]

    def struct(self, name):
        if name not in self.structs:
            raise TableError(f"{name!r} is no type and no structure defined above its use")
        return self.structs[name]


def emit_struct(out, table, name, fields, doc):
    if doc:
        out.append(f"/* {doc} */")
    out.append(f"struct {table.prefix}_{name} {{")
    for field in fields:
        out.extend("\t" + line for line in field.declaration())
    if not fields:
        out.append("\tuint8_t unused; /* no fields on the wire */")
    out.extend(["};", ""])


def emit_enum(out, prefix, name, values):
    stem = f"{prefix}_{name}".upper().removesuffix("_KIND").removesuffix("_CODE")
    out.append(f"enum {prefix}_{name} {{")
    for value, number, doc in values:
        out.append(f"\t{stem}_{value.upper()} = {number}," + (f" /* {doc} */" if doc else ""))
    out.extend(["};", ""])


def header(table, source):
    p = table.prefix
    guard = f"{p.upper()}_MESSAGES_H"
    out = [f"/* Made by gen_messages.py from {source}: change that. */", f"#ifndef {guard}", f"#define {guard}", ""]
    out += [f'#include "{name}"' for name in table.raw["includes"]] + [""]
    out.append(f"enum {p}_message_id {{")
    out += [f"\t{p.upper()}_{m['name'].upper()} = {m['id']}," for m in table.messages]
    out += ["};", ""]
    for name, values in table.enums.items():
        emit_enum(out, p, name, values)
    for name, fields in table.structs.items():
        emit_struct(out, table, name, fields, None)
    for m in table.messages:
        emit_struct(out, table, m["name"], m["c_fields"], m.get("doc"))
    out += [f"extern const struct wire_type {p}_{m['name']}_type;" for m in table.messages]
    out += ["", "/* All of them, sorted by id. */", f"#define {p.upper()}_TYPES {len(table.messages)}u",
            f"extern const struct wire_type *const {p}_types[{p.upper()}_TYPES];", "", "#endif", ""]
    return "\n".join(out)


def emit_codec(out, table, name, fields, is_message):
    p = table.prefix
    for verb, handle, kind in (("write", "w", "writer"), ("read", "r", "reader")):
        const = "const " if verb == "write" else ""
        if is_message:
            out += [f"static void {verb}_{name}(struct wire_{kind} *{handle}, {const}void *message)", "{"]
            if fields:
                out.append(f"\t{const}struct {p}_{name} *m = message;")
                out.append("")
        else:
            out += [f"static void {verb}_{name}(struct wire_{kind} *{handle}, {const}struct {p}_{name} *m)", "{"]
        for field in fields:
            out += ["\t" + line for line in field.codec(verb)]
        if not fields:
            out += [f"\t(void){handle};", "\t(void)message;"]
        out += ["}", ""]


def source_text(table, source):
    p = table.prefix
    out = [f"/* Made by gen_messages.py from {source}: change that. */", f'#include "{p}_messages.h"', ""]
    for name, fields in table.structs.items():
        emit_codec(out, table, name, fields, False)
    for m in table.messages:
        emit_codec(out, table, m["name"], m["c_fields"], True)
        low = sum(f.size_min() for f in m["c_fields"])
        high = sum(f.size_max() for f in m["c_fields"])
        out += [f"const struct wire_type {p}_{m['name']}_type = {{",
                f"\t.id = {m['id']}, .fds = {m.get('fds', 0)}, .name = \"{m['name']}\", .min = {low}, .max = {high},"]
        if "from" in m:
            out += [f"\t.from = {FROM[m['from']]}, .on_channel = {int('on' in m)},"]
        out += [
                f"\t.struct_size = sizeof(struct {p}_{m['name']}),",
                f"\t.encode = write_{m['name']}, .decode = read_{m['name']},", "};", ""]
    out.append(f"const struct wire_type *const {p}_types[{p.upper()}_TYPES] = {{")
    out += [f"\t&{p}_{m['name']}_type," for m in table.messages]
    out += ["};", ""]
    return "\n".join(out)


def model_fields(out, name, fields):
    out.append(f"static const struct model_field {name}_fields[] = {{")
    for field in fields:
        kind = field.base.upper() if field.base in ("bytes", "str", "blob", *SCALARS) else "STRUCT"
        members = f", {field.base}_fields, {len(field.table.struct(field.base))}" if kind == "STRUCT" else ", NULL, 0"
        out.append(f'\t{{ "{field.name}", MODEL_{kind}, {int(field.is_array)}, {field.limit_value}{members} }},')
    out += (["};", ""] if fields else ["\t{ NULL, MODEL_U8, 0, 0, NULL, 0 },", "};", ""])


def model_text(table, source):
    """The fields of every message as data."""
    out = [f"/* Made by gen_messages.py from {source}: change that. */", '#include "shared/model.h"', ""]
    for name, fields in table.structs.items():
        model_fields(out, name, fields)
    for m in table.messages:
        model_fields(out, f"{m['name']}_message", m["c_fields"])
    out.append("static const struct model_message messages[] = {")
    out += [f'\t{{ "{m["name"]}", {m["id"]}, {m["name"]}_message_fields, {len(m["c_fields"])} }},'
            for m in table.messages]
    out += ["};", "", f"const struct model {table.prefix}_model = {{ messages, {len(table.messages)} }};", ""]
    return "\n".join(out)


def field_words(table, field):
    """The table of words for a field's values, if its documentation names an enumeration."""
    match = re.search(rf"\benum {table.prefix}_(\w+)", field.doc)
    return f"{match.group(1)}_words" if match and match.group(1) in table.enums else "NULL"


def fields_rows(out, table, name, fields):
    out.append(f"static const struct message_field {name}_fields[] = {{")
    for field in fields:
        kind = field.base.upper() if field.base in ("bytes", "str", "blob", *SCALARS) else "STRUCT"
        members = f"{field.base}_fields, {len(field.table.struct(field.base))}" if kind == "STRUCT" else "NULL, 0"
        is_gl = field.base == "u32" and "GL_" in field.doc
        out.append(f'\t{{ "{field.name}", MESSAGE_{"GL_ENUM" if is_gl else kind}, {int(field.is_array)}, '
                   f"{field.limit_value}, {members}, {field_words(table, field)} }},")
    out += (["};", ""] if fields else ["\t{ NULL, MESSAGE_U8, 0, 0, NULL, 0, NULL },", "};", ""])


def fields_text(table, source):
    """The fields of every message and the words of enumerations."""
    used = {field_words(table, f) for m in table.messages for f in m["c_fields"]}
    used |= {field_words(table, f) for fields in table.structs.values() for f in fields}
    out = [f"/* Made by gen_messages.py from {source}: change that. */", '#include "message_text.h"', ""]
    for name, values in table.enums.items():
        if f"{name}_words" in used:
            out.append(f"static const struct message_word {name}_words[] = {{")
            out += [f'\t{{ {number}, "{value}" }},' for value, number, _ in values] + ["\t{ 0, NULL },", "};", ""]
    for name, fields in table.structs.items():
        fields_rows(out, table, name, fields)
    for m in table.messages:
        fields_rows(out, table, f"{m['name']}_message", m["c_fields"])
    out.append("static const struct message_row rows[] = {")
    out += [f'\t{{ {m["id"]}, "{m["name"]}", {m["name"]}_message_fields, {len(m["c_fields"])} }},'
            for m in table.messages]
    out += ["};", "", f"const struct message_table {table.prefix}_message_table = {{ rows, {len(table.messages)} }};", ""]
    return "\n".join(out)


def doc_type(field):
    kind, limit = field.base, field.limit
    if limit and not limit.isdigit():
        limit = f"{limit.removeprefix('ORIEL_')} = {field.limit_value}"
    if field.base == "bytes":
        return f"bytes ({limit})"
    if field.is_array:
        return f"{kind}[] (at most {limit})"
    return f"{kind} (at most {limit})" if limit else kind


def doc_messages(table):
    """The tables of messages, in Markdown."""
    out = []
    sides = {"guest": "G", "host": "H", "both": "G H"}
    for name, values in table.enums.items():
        out += [f"### Values of `{name}`", "", "| value | name | meaning |", "|---|---|---|"]
        out += [f"| {number} | {value} | {doc} |" for value, number, doc in values] + [""]
    for m in table.messages:
        out += [f"### {m['id']} `{m['name']}`", "", m["doc"], ""]
        if m["c_fields"]:
            out += ["| type | field | meaning |", "|---|---|---|"]
            out += [f"| {doc_type(f)} | {f.name} | {f.doc} |" for f in m["c_fields"]] + [""]
        out += ["| direction | on | reply | errors |", "|---|---|---|---|",
                f"| {sides[m.get('from', 'both')]} | {'its channel' if 'on' in m else 'channel 0'} "
                f"| {m.get('reply', 'none')} | {m.get('errors', 'malformed')} |", ""]
    return re.sub(rf"enum {table.prefix}_(\w+)", r"`\1`", "\n".join(out).rstrip() + "\n")


def doc_limits(path):
    """The rows of the table of limits, from a header's constants and their comments."""
    values = read_limits(path)
    rows = re.findall(r"^#define ORIEL_(\w+)\s.*?/\* (.*?) \*/$", path.read_text(), re.M)
    return "".join(f"| {name} | {values['ORIEL_' + name]} | {text} |\n" for name, text in rows)


def doc_update(path, parts):
    """Replaces what stands between the marks of each part. True when nothing changed."""
    before = text = path.read_text()
    for name, body in parts.items():
        head, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, tail = rest.partition(f"<!-- end of {name} -->")
        if not begin or not end:
            raise TableError(f"{path} has no marks for {name}")
        text = head + begin + body + end + tail
    if text != before:
        path.write_text(text)
    return text == before


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("table", type=pathlib.Path)
    parser.add_argument("--limits", type=pathlib.Path, action="append", default=[])
    parser.add_argument("--out", type=pathlib.Path, help="directory for the C files")
    parser.add_argument("--model", type=pathlib.Path, help="C file for the fields as data")
    parser.add_argument("--fields", type=pathlib.Path, help="C file for the fields as text shows them")
    parser.add_argument("--doc", type=pathlib.Path, help="page whose tables to renew; fails if they were out of date")
    args = parser.parse_args()
    limits = {}
    for path in args.limits:
        limits.update(read_limits(path))
    try:
        table = Table(json.loads(args.table.read_text()), limits)
    except (TableError, KeyError, json.JSONDecodeError) as error:
        sys.exit(f"{args.table}: {error}")
    if args.doc:
        parts = {"limits": doc_limits(args.limits[0]), "messages": doc_messages(table)}
        if not doc_update(args.doc, parts):
            sys.exit(f"{args.doc}: its tables were out of date and are now made anew")
        return
    name = "/".join(args.table.parts[-2:])
    if args.model:
        args.model.write_text(model_text(table, name))
        return
    if args.fields:
        args.fields.write_text(fields_text(table, name))
        return
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / f"{table.prefix}_messages.h").write_text(header(table, name))
    (args.out / f"{table.prefix}_messages.c").write_text(source_text(table, name))


if __name__ == "__main__":
    main()
