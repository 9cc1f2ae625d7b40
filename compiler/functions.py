"""What a call can mean: a primitive, a definition, an operator of one bar, or a mark of units; and which argument goes where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from compiler import syntax as s
from compiler.aggregates import AGGREGATE, Aggregate
from compiler.builtins import ACROSS, MARKS, SCALAR_FUNCTIONS
from compiler.library import Primitive
from compiler.source import Source
from compiler.walk import ungrouped


@dataclass(frozen=True, slots=True)
class Defined:
    """A `define`, of the program or of the library. `source` is the text that its spans point into.

    of_library: of the standard library. origin: of a library that the program uses, what makes its `key` one that no other has.
    """

    define: s.Define
    source: Source
    of_library: bool
    origin: str = ""

    @property
    def name(self) -> str:
        return self.define.name.name

    @property
    def key(self) -> str:
        return self.origin + self.name


@dataclass(frozen=True, slots=True)
class Scalar:
    """An operator of one bar that is called like a function."""

    name: str

    @property
    def fewest(self) -> int:
        return SCALAR_FUNCTIONS[self.name][0]

    @property
    def most(self) -> int:
        return SCALAR_FUNCTIONS[self.name][1]


@dataclass(frozen=True, slots=True)
class Mark:
    """`number(x)` or `oscillator(x)`."""

    name: str


Function = Primitive | Defined | Scalar | Mark | Aggregate


def builtin_function(name: str) -> Function | None:
    if name in SCALAR_FUNCTIONS:
        return Scalar(name)
    if name in AGGREGATE:
        return AGGREGATE[name]
    return Mark(name) if name in MARKS else None


def parameter_names(function: Function) -> tuple[str, ...]:
    match function:
        case Primitive(parameters=parameters):
            return tuple(p.name for p in parameters)
        case Defined(define=define):
            return tuple(p.name.name for p in define.params)
        case Scalar():
            return ("x", "y") if function.most == 2 else tuple("abcdefgh"[: function.most]) if function.most > 2 else ("x",)
        case Mark():
            return ("x",)
        case Aggregate():
            return ("c" if function.takes == "truth" else "x",)


def default_of(function: Function, index: int) -> s.Expr | None:
    return function.define.params[index].default if isinstance(function, Defined) else None


def required(function: Function, index: int) -> bool:
    if isinstance(function, Scalar):
        return index < function.fewest
    return default_of(function, index) is None


@dataclass(frozen=True, slots=True)
class Bound:
    """Arguments by parameter (None: its default), and what did not fit."""

    arguments: tuple[s.Expr | None, ...]
    too_many: tuple[s.Argument, ...] = ()
    unknown: tuple[s.Argument, ...] = ()
    twice: tuple[s.Argument, ...] = ()
    missing: tuple[str, ...] = ()


def bind(function: Function, call: s.Call, is_constant: Callable[[s.Expr], bool]) -> Bound:
    """Match a call's arguments with parameters.

    A first series parameter that has a default may be left out when the first argument is constant: `rsi(14)` is `rsi(close, 14)`.
    """
    names = parameter_names(function)
    slots: list[s.Expr | None] = [None] * len(names)
    unknown: list[s.Argument] = []
    twice: list[s.Argument] = []
    positional = [a for a in call.arguments if a.name is None]
    named = [a for a in call.arguments if a.name is not None]
    shift = 0
    first = default_of(function, 0) if names else None
    if (
        positional
        and first is not None
        and len(positional) < len(names)
        and not is_constant(first)
        and is_constant(positional[0].value)
    ):
        shift = 1
    for i, argument in enumerate(positional[: len(names) - shift]):
        slots[i + shift] = argument.value
    for argument in named:
        assert argument.name is not None
        if argument.name.name not in names:
            unknown.append(argument)
        elif slots[names.index(argument.name.name)] is not None:
            twice.append(argument)
        else:
            slots[names.index(argument.name.name)] = argument.value
    missing = tuple(n for i, n in enumerate(names) if slots[i] is None and required(function, i))
    return Bound(tuple(slots), tuple(positional[len(names) - shift :]), tuple(unknown), tuple(twice), missing)


def constant_test(
    is_constant_name: Callable[[str], bool], is_constant_function: Callable[[str], bool]
) -> Callable[[s.Expr], bool]:
    """A test whether an expression has one value for the whole run, given which names do, and which functions are constants of libraries."""

    def test(expr: s.Expr) -> bool:
        match ungrouped(expr):
            case s.Number() | s.TruthLiteral() | s.DurationLiteral():
                return True
            case s.Name(name=name):
                return is_constant_name(name)
            case s.Unary(operand=operand):
                return test(operand)
            case s.Binary(left=left, right=right):
                return test(left) and test(right)
            case s.Call(function=s.Name(name=name), arguments=arguments):
                same = (name in SCALAR_FUNCTIONS and name not in ACROSS) or name in MARKS or is_constant_function(name)
                return same and all(test(a.value) for a in arguments)
            case s.If(branches=branches, otherwise=otherwise):
                return all(test(e) for branch in branches for e in branch) and test(otherwise)
            case _:
                return False

    return test
