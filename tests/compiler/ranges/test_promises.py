"""Every range that a library card or a primitive declares holds on random and hostile series."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compiler.pipeline import compile_text
from compiler.ranges.promises import promises
from compiler.resolve import parsed_definition
from stdlib.library import load
from stdlib.primitives import PRIMITIVES
from tests.compiler.ranges.nodes_over_bars import disordered, ranges_of, values
from tests.generators.markets import KINDS, market

HEAD = 'apx 1\nstrategy "Ranges"\ntrade "TEST" every 1d\n'
DECLARED = tuple(d for d in load().definitions.values() if "## Range:" in d.text)
SEEDS = st.integers(0, 2**32 - 1)
ARGUMENTS = {"dmi": "{n}", "balance_of_power": "", "correlation": "{x}, {y}, {n}", "connors_rsi": "{x}, {n}", "tsi": "{x}"}
SERIES = (
    "close",
    "volume",
    "close - open",
    "high / low",
    "log(number(close))",
    "close - sma(close, 5)",
    "if close > open then close else 0 - close end",
)


def test_there_are_declared_ranges_and_each_is_read() -> None:
    assert len(DECLARED) >= 6
    for definition in DECLARED:
        lines = re.findall(r"(?m)^## Range:", definition.text)
        assert len(promises(parsed_definition(definition.name, definition.text, definition.file))) == len(lines)


@pytest.mark.parametrize("definition", DECLARED, ids=lambda d: d.name)
@given(
    seed=SEEDS,
    kind=st.sampled_from((*KINDS, "disordered")),
    x=st.sampled_from(SERIES),
    y=st.sampled_from(SERIES),
    n=st.integers(2, 20),
)
def test_no_value_leaves_a_range_that_a_library_function_declares(
    definition, seed: int, kind: str, x: str, y: str, n: int
) -> None:  # type: ignore[no-untyped-def]
    arguments = ARGUMENTS.get(definition.name, "{x}, {n}").format(x=x, y=y, n=n)
    found = promises(parsed_definition(definition.name, definition.text, definition.file))
    output = f".{found[0].output}" if found[0].output else ""
    text = HEAD + f"let x = {definition.name}({arguments}){output}\n"
    built = compile_text(text, load()).build()
    assert built.promised, text
    ordinary = kind not in ("disordered", "spike")
    if not ordinary and found[0].ordinary:
        return
    candles = disordered(seed) if kind == "disordered" else market(seed, kind)
    ranges = ranges_of(built, ordinary)
    for node, column in values(built, candles):
        if node.id in built.promised:
            bounds, known = ranges.interval(node), column[~np.isnan(column)]
            assert not len(known) or (bounds.low <= known.min() and known.max() <= bounds.high), (
                known.min(),
                known.max(),
                bounds,
                text,
            )


def test_every_primitive_that_gives_a_number_declares_a_range() -> None:
    told = [p.name for p in PRIMITIVES if p.results[0].kind == "number" and p.range.__name__ == "anything"]
    assert told == []


CALLS = (
    "highest({x}, {n})", "lowest({x}, {n})", "highest_bars_ago({x}, {n})", "lowest_bars_ago({x}, {n})", "sum({x}, {n})", "wma({x}, {n})", "variance({x}, {n})",
    "covariance({x}, {y}, {n})", "mean_deviation({x}, {n})", "skew({x}, {n})", "kurtosis({x}, {n})", "alma({x}, {n}, 0.85, 6)", "percentile_rank({x}, {n})", "median({x}, {n})", "quantile({x}, {n}, 0.3)", "percentile({x}, {n}, 30)",
    "cycle_trendline({x})", "cycle_phase({x})", "varying_average({x}, {y}, 1, {n})",
    "ema({x}, {n})", "cumulate({x})", "count({x} > {x}[1], {n})", "bars since ({x} > {x}[1])", "value_when({x} > {x}[1], {x}, 1)", "pivot_high({x}, {n}, 2)", "pivot_low({x}, 2, {n})", "({x})[{n}]",
)  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
@given(
    seed=SEEDS,
    kind=st.sampled_from((*KINDS, "disordered")),
    x=st.sampled_from(SERIES),
    y=st.sampled_from(SERIES),
    n=st.integers(1, 20),
)
def test_no_value_leaves_the_range_of_its_primitive(call: str, seed: int, kind: str, x: str, y: str, n: int) -> None:
    built = compile_text(HEAD + f"let x = {call.format(x=f'({x})', y=f'({y})', n=n)}\n", load()).build()
    candles = disordered(seed) if kind == "disordered" else market(seed, kind)
    ranges = ranges_of(built, ordinary=False)
    for node, column in values(built, candles):
        if node.kind == "number":
            known, bounds = column[~np.isnan(column)], ranges.interval(node)
            assert not len(known) or (bounds.low <= known.min() and known.max() <= bounds.high), (
                node,
                known.min(),
                known.max(),
                bounds,
            )


def test_every_primitive_is_tried() -> None:
    used: set[str] = set()
    for call in CALLS:
        built = compile_text(HEAD + f"let x = {call.format(x='(close)', y='(volume)', n=3)}\n", load()).build()
        used |= {n.op for n in built.graph.nodes}
    assert {p.name for p in PRIMITIVES if p.results[0].kind == "number"} <= used
