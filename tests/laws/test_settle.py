"""Settling: so many bars after a later start, every library function is within a millionth of the one that started long before."""

from __future__ import annotations

import numpy as np
import pytest

from compiler.facts import extents
from compiler.library import UNBOUNDED
from compiler.resolve import parsed_definition
from runtime.candles import Candles
from stdlib.library import load
from tests.generators.markets import market
from tests.laws.running import compiled, kernel_columns

ARGUMENTS = {
    "n": "10", "y": "open", "length": "10", "c": "close > open", "cond": "close > open", "condition": "close > open", "start": "close > open", "other": "close < open", "pace": "1.5",
}  # fmt: skip
LONG = market(5, "wild", 3000)
LATER = 1000


def program_of(name: str) -> str:
    """A program with a let for each output of a library function, its parameters at their defaults or at something plain."""
    definition = load().definitions[name]
    define = parsed_definition(name, definition.text, definition.file).define
    given = [ARGUMENTS.get(p.name.name, "close") for p in define.params if p.default is None]
    given = ["close / open" if name in ("log10", "asin", "acos", "sinh", "cosh", "tanh") else argument for argument in given]
    lines = [
        f"let out_{i} = {name}({', '.join(given)}){f'.{o.name.name}' if o.name else ''}" for i, o in enumerate(define.outputs)
    ]
    return 'apx 1\nstrategy "Settle"\ntrade "TEST" every 1d\n' + "\n".join(lines) + "\n"


def from_bar(candles: Candles, start: int) -> Candles:
    columns = {n: getattr(candles, n)[start:] for n in ("open", "high", "low", "close", "volume")}
    return Candles.from_arrays(time=candles.time[start:].astype("M8[us]"), **columns)


@pytest.mark.parametrize("name", sorted(load().definitions))
def test_a_later_start_agrees_to_a_millionth_once_settled(name: str) -> None:
    program = compiled(program_of(name))
    built, _ = program.optimised()
    found = extents(built.graph, built.roots, program.library)
    early, late = kernel_columns(program, LONG), kernel_columns(program, from_bar(LONG, LATER))
    for output in built.outputs:
        settle = found[output.node.id].settle
        if settle == UNBOUNDED:  # cumulatives, states and events remember everything since the first bar, and say so
            continue
        assert settle < len(LONG) - LATER
        a, b = early[output.name][LATER + settle :], late[output.name][settle:]
        assert np.array_equal(np.isnan(a), np.isnan(b))
        assert np.nanmax(np.abs(a - b), initial=0.0) <= 1e-6 * np.nanmax(np.abs(a), initial=1e-300)
