"""A test of a file, ready to run: values for inputs, bars, and what is expected of them. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from compiler import syntax as s
from compiler.source import Span

SERIES = ("open", "high", "low", "close", "volume")
"""The market series that a test may give."""

RELATIVE = 1e-9
"""Without `within`, values agree that differ by no more than this share of the larger: the last digits of a sum are nobody's business."""

SMALLEST = 1e-12
"""Nor by no more than this, whatever their size."""


@dataclass(frozen=True, slots=True)
class Bars:
    """The bars of a test, oldest first, one length; NaN is unknown. `given` names the series that the test itself wrote."""

    open: tuple[float, ...]
    high: tuple[float, ...]
    low: tuple[float, ...]
    close: tuple[float, ...]
    volume: tuple[float, ...]
    given: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.close)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One `expect` line.

    text: the line as written, on one line. bar: None for `expect no order` of the whole test. verb: for kind 'order'.
    what, expr: the value's name and its expression, for kind 'value'. kind_of_value: number, or truth, whose `value` is 0, 1 or 2 (unknown).
    value: NaN for an unknown number. tolerance: an absolute distance, or a share of the expected value where `relative` is set.
    """

    kind: Literal["order", "no_order", "position", "value"]
    span: Span
    text: str
    bar: int | None = None
    verb: str = ""
    what: str = ""
    expr: s.Expr | None = None
    kind_of_value: Literal["number", "truth"] = "number"
    value: float = 0.0
    tolerance: float = RELATIVE
    relative: bool = True
    loose: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """One `test` block without a mistake. inputs: those that `with` sets, in the program's own numbers. tick: the price step of its run."""

    title: str
    doc: str
    span: Span
    inputs: Mapping[str, float | bool | str]
    bars: Bars
    tick: float
    expectations: tuple[Expectation, ...]
