"""What the compiler needs to know of the library: declarations of primitives, and definitions written in the language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from compiler.ranges.rules import Rule, anything

UNBOUNDED = -1
"""A settle that no number of bars reaches: cumulatives, states and events."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a primitive.

    kind: 'series' (a number per bar), 'truth' (a truth per bar), 'window' (a whole number of bars >= least, fixed before the run),
    'number' (a plain number fixed before the run). unit: a unit variable such as 'u', a fixed unit ('price', 'plain', ...) or ''.
    """

    name: str
    kind: Literal["series", "truth", "window", "number"]
    unit: str = ""
    least: int = 1


@dataclass(frozen=True, slots=True)
class Result:
    """An output of a primitive. unit: an expression over the parameters' unit variables: 'u', 'u^2', 'u*v', 'price', 'plain', 'oscillator', 'bars'."""

    name: str
    kind: Literal["number", "truth"]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Primitive:
    """A function with a kernel. One declaration; typing, facts, binding, documentation and tests follow from it.

    Functions of parameters receive the window and number parameters in order, as floats.
    warmup: bars before the first known value, given inputs known from the first bar. settle: bars after which the past no longer matters
    to 1e-6 (UNBOUNDED if never; equal to warmup for windows). state: doubles of saved state. cost: steps per bar, at most (compiler/costs.py).
    recursive: an unknown input holds the state (filters, cumulatives, events) instead of passing through a window.
    maybe_unknown: results may be unknown after warm-up although inputs are known.
    range: bounds of a number it gives, from the ranges of its inputs and its parameters (compiler/ranges/rules.py).
    """

    name: str
    parameters: tuple[Parameter, ...]
    results: tuple[Result, ...]
    warmup: Callable[..., int]
    settle: Callable[..., int]
    state: Callable[..., int]
    cost: Callable[..., float]
    version: int
    doc: str
    source: str
    example: str
    recursive: bool = False
    maybe_unknown: bool = False
    range: Rule = anything
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Definition:
    """A library function written in the language: the text of its card (documentation lines included) and where it stands."""

    name: str
    text: str
    file: str


@dataclass(frozen=True, slots=True)
class FunctionLibrary:
    """Everything a program can call. `scalars` compute operators that only compiled code may compute (exp, log, ...), for folding."""

    primitives: Mapping[str, Primitive]
    definitions: Mapping[str, Definition]
    scalars: Mapping[str, Callable[..., float]]
    hash: str
