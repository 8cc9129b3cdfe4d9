# SPDX-License-Identifier: MIT
"""Length expressions: how many elements an array has, from the scalars beside it.

An expression is a product, quotient, minimum or helper call over parameters and numbers:

    count*4    bufSize / 8    n*type(type)    min(bufSize, 64)    pname(pname)

In C every number is a uint64_t, a negative scalar counts as 0, and products saturate.
"""
import re

# helper: the C function of proto/gl/gl_sizes.h or of the generated gl_counts.h
HELPERS = {
    "pname": "gl_pname_count",
    "clear": "gl_clear_count",
    "pixel": "gl_pixel_bytes",
    "type": "gl_type_bytes",
    "lists": "gl_list_bytes",
    "map1": "gl_map1_count",
    "map2": "gl_map2_count",
    "commands": "gl_indirect_bytes",
    "min": "gl_min",
}
TOKEN = re.compile(r"\s*(?:(\d+)|([A-Za-z_]\w*)|(.))")


class LengthError(Exception):
    pass


class Length:
    """A parsed expression: tree of ("number", n), ("name", s), ("call", f, trees), ("*", a, b), ("/", a, b)."""

    def __init__(self, text):
        self.text = text
        self.tokens = [m.groups() for m in TOKEN.finditer(text.strip())]
        self.tree = self._product()
        if self.tokens:
            raise LengthError(f"cannot read the length {text!r}")

    def _next(self, symbol=None):
        if not self.tokens or (symbol and self.tokens[0][2] != symbol):
            raise LengthError(f"cannot read the length {self.text!r}")
        return self.tokens.pop(0)

    def _is(self, symbols):
        return bool(self.tokens) and self.tokens[0][2] is not None and self.tokens[0][2] in symbols

    def _product(self):
        tree = self._term()
        while self._is("*/"):
            tree = (self._next()[2], tree, self._term())
        return tree

    def _term(self):
        number, name, _ = self._next()
        if number:
            return ("number", int(number))
        if not name:
            raise LengthError(f"cannot read the length {self.text!r}")
        if not self._is("("):
            return ("name", name)
        if name not in HELPERS:
            raise LengthError(f"{self.text!r}: there is no helper {name}")
        self._next("(")
        arguments = [self._product()]
        while self._is(","):
            self._next(",")
            arguments.append(self._product())
        self._next(")")
        return ("call", name, arguments)

    def names(self, tree=None):
        """The parameters that it uses."""
        tree = tree or self.tree
        if tree[0] == "name":
            return {tree[1]}
        if tree[0] == "call":
            return set().union(*(self.names(t) for t in tree[2]))
        if tree[0] == "number":
            return set()
        return self.names(tree[1]) | self.names(tree[2])

    def constant(self):
        return self.tree[1] if self.tree[0] == "number" else None

    def uses(self, helper, tree=None):
        tree = tree or self.tree
        if tree[0] == "call":
            return tree[1] == helper or any(self.uses(helper, t) for t in tree[2])
        return tree[0] in "*/" and (self.uses(helper, tree[1]) or self.uses(helper, tree[2]))

    def code(self, value, scale=1):
        """C of type uint64_t; value(name) is the C of a parameter. scale: bytes of an element."""
        text = self._code(self.tree, value)
        if scale == 1:
            return text
        if self.constant() is not None:
            return f"{self.constant() * scale}"
        return f"gl_mul({text}, {scale})"

    def _code(self, tree, value):
        kind = tree[0]
        if kind == "number":
            return str(tree[1])
        if kind == "name":
            return f"gl_natural({value(tree[1])})"
        if kind == "call":
            if tree[1] == "min":
                arguments = ", ".join(self._code(t, value) for t in tree[2])
            else:
                arguments = ", ".join(value(t[1]) if t[0] == "name" else str(t[1]) for t in tree[2])
            return f"{HELPERS[tree[1]]}({arguments})"
        left, right = self._code(tree[1], value), self._code(tree[2], value)
        return f"gl_mul({left}, {right})" if kind == "*" else f"{left} / {right}"
