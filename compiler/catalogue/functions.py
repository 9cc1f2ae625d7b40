"""Library functions as a reader meets them: arguments, documentation, formula; all from their declarations and definitions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from typing import Literal

from compiler import syntax as s
from compiler.aggregates import AGGREGATE, RULES, Aggregate
from compiler.builtins import SCALAR_FUNCTIONS
from compiler.diagnostics import CompileError, InternalError
from compiler.functions import Scalar, parameter_names
from compiler.library import FunctionLibrary, Primitive
from compiler.pipeline import compile_text
from compiler.program import Program
from compiler.resolve import parsed_definition

Kind = Literal["series", "condition", "window", "number"]

KERNELS = "kernels"
OPERATORS = "one bar"
INSIDE = "inside a bar"
"""Themes of functions that stand in no library file."""

# What an argument without a default may be, and of which unit, in the order tried.
TRIED: tuple[tuple[str, Kind], ...] = (
    ("close", "series"),
    ("close > open", "condition"),
    ("14 bars", "window"),
    ("number(close)", "series"),
    ("volume", "series"),
    ("oscillator(close)", "series"),
    ("0.5", "number"),
)


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a function. default: as written in the library, '' where it must be given."""

    name: str
    kind: Kind
    default: str = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A function of the library for a reader.

    formula: its definition's text, '' for a kernel. source, shown: a kernel's source and example. example: a call that compiles.
    """

    name: str
    theme: str
    arguments: tuple[Argument, ...]
    doc: str
    formula: str
    source: str
    shown: str
    example: str

    @property
    def signature(self) -> str:
        parts = [f"{a.name} = {a.default}" if a.default else a.name for a in self.arguments]
        return f"{self.name}({', '.join(parts)})"


def names(library: FunctionLibrary) -> dict[str, str]:
    """Every function that can be called by name -> its theme, by theme."""
    found = {name: definition.file.removesuffix(".apx") for name, definition in library.definitions.items()}
    found |= {p.name: KERNELS for p in library.primitives.values() if not p.hidden}
    return found | dict.fromkeys(SCALAR_FUNCTIONS, OPERATORS) | dict.fromkeys(AGGREGATE, INSIDE)


def describe(name: str, library: FunctionLibrary) -> Described:
    """The description of a function. Raises KeyError if there is none of that name."""
    if name in SCALAR_FUNCTIONS:
        return _operator(name, library)
    if name in AGGREGATE:
        return _aggregate(AGGREGATE[name])
    if name in library.primitives:
        return _kernel(library.primitives[name], library)
    definition = library.definitions[name]
    define = parsed_definition(name, definition.text, definition.file).define
    lines = definition.text.splitlines()
    doc = "\n".join(line.removeprefix("##").strip() for line in lines if line.startswith("##"))
    formula = "\n".join(line for line in lines if not line.startswith("##"))
    written = [_defaulted(p, definition.text) for p in define.params]
    needed = [a for a in written if not a.default]
    values, kinds = _first_that_compiles(name, library, [a.name for a in needed])
    known = dict(zip((a.name for a in needed), kinds, strict=True))
    arguments = tuple(a if a.default else Argument(a.name, known[a.name]) for a in written)
    return Described(name, definition.file.removesuffix(".apx"), arguments, doc, formula, "", "", call(name, values))


def _aggregate(aggregate: Aggregate) -> Described:
    name = "c" if aggregate.takes == "truth" else "x"
    argument = Argument(name, "condition" if aggregate.takes == "truth" else "series")
    return Described(aggregate.name, INSIDE, (argument,), f"{aggregate.doc}\n{RULES}", "", "", "", aggregate.example)


def _operator(name: str, library: FunctionLibrary) -> Described:
    scalar = Scalar(name)
    values, kinds = _first_that_compiles(name, library, [""] * scalar.fewest)
    arguments = tuple(Argument(p, kind) for p, kind in zip(parameter_names(scalar), kinds, strict=False))
    text = SCALAR_FUNCTIONS[name][2]
    return Described(name, OPERATORS, arguments, text[:1].upper() + text[1:] + ".", "", "", "", call(name, values))


def _kernel(primitive: Primitive, library: FunctionLibrary) -> Described:
    kinds: dict[str, Kind] = {"series": "series", "truth": "condition", "window": "window", "number": "number"}
    arguments = tuple(Argument(p.name, kinds[p.kind]) for p in primitive.parameters)
    values, _ = _first_that_compiles(primitive.name, library, [a.name for a in arguments], [a.kind for a in arguments])
    return Described(
        primitive.name, KERNELS, arguments, primitive.doc, "", primitive.source, primitive.example, call(primitive.name, values)
    )


def _defaulted(param: s.Param, text: str) -> Argument:
    if param.default is None:
        return Argument(param.name.name, "series")
    span = param.default.span
    kind: Kind = "series"
    if isinstance(param.default, s.Number):
        kind = "window" if param.default.unit == "bars" else "number"
    elif isinstance(param.default, s.Unary) and isinstance(param.default.operand, s.Number):
        kind = "number"
    return Argument(param.name.name, kind, " ".join(text[span.start : span.end].split()))


def call(name: str, values: Iterable[tuple[str, str]]) -> str:
    """A call as the language writes it; a value under the name '' stands by its place."""
    return f"{name}({', '.join(f'{key} = {value}' if key else value for key, value in values)})"


def program_of(expression: str, library: FunctionLibrary) -> Program:
    """The smallest program that computes an expression, as the let `it`. Raises CompileError."""
    return compile_text(program_text(expression), library, "<call>")


def program_text(expression: str) -> str:
    """Its text; of daily bars where the expression goes by their length."""
    trade = 'trade "X" every 1d\n' if " on 1" in expression else ""
    return f'apx 1\nstrategy "one expression"\n{trade}let it = {expression}\n'


def _first_that_compiles(
    name: str, library: FunctionLibrary, needed: list[str], kinds: list[Kind] | None = None
) -> tuple[list[tuple[str, str]], list[Kind]]:
    """Values for the arguments that must be given, and of which kind they are, found by compiling."""
    options = [[(text, kind) for text, kind in TRIED if kinds is None or kind == kinds[i]] for i in range(len(needed))]
    for chosen in product(*options):
        values = [(key, text) for key, (text, _) in zip(needed, chosen, strict=True)]
        try:
            program_of(call(name, values), library)
        except CompileError:
            continue
        return values, [kind for _, kind in chosen]
    raise InternalError(f"no call of the library function {name} compiles")
