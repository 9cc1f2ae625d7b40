"""Promises: the ranges that library functions declare where their definition alone does not show them.

A line of a card's documentation says so: `## Range: 0 to 1.`, with the name of an output before the ends where there are several, and
`on ordinary bars` after them where it holds on those only. The ends are expressions over the function's fixed parameters.
A promise is kept but for rounding, and widened by as much; tests hold every one of them on hostile data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from compiler import syntax as s
from compiler.diagnostics import Diagnostics, InternalError
from compiler.functions import Defined
from compiler.ranges.interval import Interval
from compiler.source import Source
from compiler.text.parse import parse

LINE = re.compile(r"Range: (?:(?P<output>[a-z_]+) )?(?P<low>.+?) to (?P<high>.+?)(?P<ordinary> on ordinary bars)?\.$")


@dataclass(frozen=True, slots=True)
class Promise:
    """Bounds of one output ('' where there is one only)."""

    output: str
    low: s.Expr
    high: s.Expr
    ordinary: bool


@dataclass(frozen=True, slots=True)
class Promised:
    """The bounds of one node."""

    bounds: Interval
    ordinary: bool


def _expression(text: str) -> s.Expr:
    found = Diagnostics()
    file = parse(Source(f"define bound() = {text}\n", "range"), found, fragment=True)
    defines = [x for x in file.statements if isinstance(x, s.Define)]
    if found.has_errors or len(defines) != 1:
        raise InternalError(f"the end of a range does not parse: {text}")
    return defines[0].outputs[0].value


@cache
def _read(doc: str) -> tuple[Promise, ...]:
    lines = [m for m in (LINE.match(line.strip()) for line in doc.splitlines()) if m]
    return tuple(Promise(m["output"] or "", _expression(m["low"]), _expression(m["high"]), bool(m["ordinary"])) for m in lines)


def promises(function: Defined) -> tuple[Promise, ...]:
    """What a library function declares; a program's own define declares nothing."""
    doc = function.define.doc
    return _read(doc) if function.of_library and "Range:" in doc else ()


def promised(promise: Promise, fixed: Callable[[s.Expr], float | None]) -> Promised | None:
    """The bounds for one call, with room for rounding; None if an end is not known."""
    low, high = fixed(promise.low), fixed(promise.high)
    return None if low is None or high is None else Promised(Interval(low, high).widened(), promise.ordinary)


def that_hold(found: Mapping[int, Promised], ordinary: bool) -> dict[int, Interval]:
    """The promises that may be relied on, by node."""
    return {node: p.bounds for node, p in found.items() if ordinary or not p.ordinary}
