"""Writes classes as one file of C functions, at build time: the same rules, where the C compiler sees them all at once.

The machine is written in layers, each a class of its own, and a call between them goes through a table of methods: a bar with a fill is some
fifty such calls. `written` makes of the layers one Cython file in which every method is a plain function of the machine at hand, the constants
are written out, and a few methods are the only way in. It copies no rule: it reads the files of the layers, and the class that it ends with is a
`Machine` with the same state, which may be asked for anything else in the old way at any time. Such a file is built for each kind of processor.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Weld:
    """What becomes one file. layers: the files of the classes, the last class first. beside: files of functions and tables that they call.

    entries: the methods by which it is entered. imports: what their bodies name besides. flags: for the C compiler, beside those of all.
    """

    name: str
    layers: tuple[str, ...]
    beside: tuple[str, ...]
    entries: tuple[str, ...]
    imports: str
    flags: tuple[str, ...] = ()


MACHINE = Weld(
    "runtime.machine.welded",
    tuple(
        f"runtime.machine.{name}"
        for name in (
            "core",
            "straight",
            "rules",
            "path_model",
            "detail_model",
            "fill_model",
            "liquidation",
            "brackets",
            "book",
            "allowance",
            "holding",
            "purse",
        )
    ),
    ("runtime.machine.table", "runtime.machine.grid", "runtime.machine.fires"),
    ("advance",),
    """from runtime.machine.fires cimport least_bits, less_bits, lowest_of_bits, true_bits
from runtime.machine.layout cimport *
from runtime.machine.table cimport Table
from runtime.rowcode cimport Program, run_program""",
)
PATH = Weld(
    "runtime.welded_path",
    ("runtime.equity_path",),
    (),
    ("take",),
    "from runtime.equity_path cimport GRAIN, LANES",
    # Loops over a grain or its lanes become vectors, which they no longer do once they are written out.
    ("--param=max-completely-peel-times=7",),
)
WELDS = (MACHINE, PATH)

TABLES = {"add", "more", "remove"}
"""Methods of a table that are welded in too."""

DECLARED = re.compile(r"^    cdef (\w[\w ]*?\**) ?(\w+)\(self(?:, )?(.*)\) noexcept nogil$", re.MULTILINE)
MODULE_DECLARED = re.compile(r"^cdef (\w[\w ]*?) (\w+)\((.*)\) noexcept nogil$", re.MULTILINE)
NUMBERS = {"NAN": "NAN", "UNKNOWN": "NAN", "FAR": "INFINITY"}


@dataclass(frozen=True, slots=True)
class Method:
    owner: str
    name: str
    result: str
    arguments: str
    body: list[ast.stmt]


@dataclass(slots=True)
class Source:
    """What the layers say. order: the classes, the last first."""

    order: list[str] = field(default_factory=list)
    methods: dict[tuple[str, str], Method] = field(default_factory=dict)
    functions: dict[str, Method] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)

    def resolved(self, name: str, start: str = "") -> Method:
        """The method of a name, as seen from a class (default: the last)."""
        for owner in self.order[self.order.index(start) if start else 0 :]:
            if (owner, name) in self.methods:
                return self.methods[owner, name]
        raise KeyError(name)

    def has(self, name: str) -> bool:
        return any((owner, name) in self.methods for owner in self.order)


def written(weld: Weld, root: Path) -> str:
    """The text of a welded file."""
    source = read(weld, root)
    welder = Welder(source)
    wanted = [source.resolved(name) for name in weld.entries]
    done: dict[tuple[str, str], str] = {}
    while wanted:
        method = wanted.pop()
        if (method.owner, method.name) in done:
            continue
        done[method.owner, method.name] = welder.function(method)
        wanted += welder.called
        welder.called = []
    head = HEAD.format(layers=weld.layers[0], last=source.order[0], imports=weld.imports)
    functions = "\n\n".join(done[key] for key in sorted(done))
    return head + functions + TAIL.format(methods="\n".join(map(entered, map(source.resolved, weld.entries))))


def entered(method: Method) -> str:
    """A method of the welded class: a call of its function."""
    names = ", ".join(["self", *(part.split()[-1].lstrip("*") for part in method.arguments.split(", ") if part)])
    given = ", ".join(part for part in ("self", method.arguments) if part)
    return f"    cdef {method.result} {method.name}({given}) noexcept nogil:\n        {name_of(method)}({names})\n"


def read(weld: Weld, root: Path) -> Source:
    source = Source()
    for layer in (*weld.layers, *weld.beside):
        path = root / layer.replace(".", "/")
        tree = ast.parse(path.with_suffix(".py").read_text(encoding="utf-8"))
        declarations = path.with_suffix(".pxd").read_text(encoding="utf-8")
        signatures = {name: (result, arguments) for result, name, arguments in DECLARED.findall(declarations)}
        outside = {name: (result, arguments) for result, name, arguments in MODULE_DECLARED.findall(declarations)}
        for node in tree.body:
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=name)],
                    value=ast.Call(func=ast.Attribute(attr="declare"), args=[ast.Attribute(attr=kind), value]),
                ):
                    source.constants[name] = constant(name, kind, value)
                case ast.FunctionDef(name=name) if name in outside:
                    source.functions[name] = Method("", name, *outside[name], body(node))
                case ast.ClassDef(name=owner) if signatures and f"cdef class {owner}" in declarations:
                    if layer in weld.layers:
                        source.order.append(owner)
                    for function in node.body:
                        if isinstance(function, ast.FunctionDef) and function.name in signatures:
                            method = Method(owner, function.name, *signatures[function.name], body(function))
                            source.methods[owner, function.name] = method
    return source


def constant(name: str, kind: str, value: ast.expr) -> ast.expr:
    """How a constant of a layer is written."""
    if name in NUMBERS:
        return ast.Name(NUMBERS[name])
    return ast.Name(f"{ast.literal_eval(value)}LL") if kind == "longlong" else value


def body(function: ast.FunctionDef) -> list[ast.stmt]:
    return function.body[1:] if ast.get_docstring(function) is not None else function.body


@dataclass(slots=True)
class Welder(ast.NodeTransformer):
    """Turns calls of methods into calls of functions, and notes which."""

    source: Source
    called: list[Method] = field(default_factory=list)

    def function(self, method: Method) -> str:
        """A method as the function that takes its place."""
        module = ast.Module([self.visit(node) for node in ast.parse(ast.unparse(ast.Module(method.body, []))).body], [])
        first = {"": "", "Table": "Table self"}.get(method.owner, "Layers self")
        arguments = ", ".join(part for part in (first, method.arguments) if part)
        lines = ast.unparse(ast.fix_missing_locations(module)).splitlines()
        return "\n".join(
            [f"cdef inline {method.result} {name_of(method)}({arguments}) noexcept nogil:", *(f"    {x}" for x in lines)]
        )

    def use(self, method: Method) -> ast.Name:
        self.called.append(method)
        return ast.Name(name_of(method))

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id="self"), attr=name) if self.source.has(name):
                return ast.Call(self.use(self.source.resolved(name)), [ast.Name("self"), *node.args], [])
            case ast.Attribute(value=ast.Name(id=owner), attr=name) if owner in self.source.order:
                return ast.Call(self.use(self.source.resolved(name, owner)), node.args, [])
            case ast.Attribute(value=ast.Attribute(value=ast.Name(id="self")) as table, attr=name) if name in TABLES:
                return ast.Call(self.use(self.source.methods["Table", name]), [table, *node.args], [])
            case ast.Name(id=name) if name in self.source.functions:
                return ast.Call(self.use(self.source.functions[name]), node.args, [])
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if isinstance(node.ctx, ast.Load) and node.id in self.source.constants:
            return self.source.constants[node.id]
        return node


def name_of(method: Method) -> str:
    return f"{method.owner.lower()}_{method.name}" if method.owner else method.name


HEAD = '''# cython: language_level=3
"""{last} in one piece. Written by runtime/machine/weld.py from {layers} and what it is made of."""
cimport cython
from libc.math cimport INFINITY, NAN, ceil, floor
from {layers} cimport {last} as Layers
{imports}


'''
TAIL = '''


cdef class Welded(Layers):
    """The same state and the same rules, compiled as one."""

{methods}'''
